"""What a kind of request is made of: its category, what papers it needs, by which steps it goes.

A **complaint** says that the utility broke a right of the customer or a duty of its own (the customer charter
names them); a **request** asks for a service, a **query** for information, **feedback** asks for nothing; a
**denunciation** accuses a person. (Seed S1, 4.1 to 4.4; domain.md 1B 20.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.deadlines import Limit

CATEGORIES = ("request", "query", "feedback", "complaint", "denunciation")

FORMS = ("survey", "estimate", "contract", "installation", "first_index", "check", "approve", "pay")
"""What is written down at a step: of a new supply, and of a refund."""

MOST_STEPS = 20
MOST_DOCUMENTS = 30


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that a kind of request needs; without a `needed` one it is not received."""

    code: str
    names: Mapping[str, str]
    needed: bool

    def name(self, language: str) -> str:
        """Its name in a language, or in English."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way: who does it and how long it may take; `form` names what is written down (one of
    `FORMS`, or nothing in particular). `refusal`: how soon the customer must have the answer once it turned
    out here that what is asked cannot be."""

    code: str
    names: Mapping[str, str]
    unit_code: str
    limit: Limit
    form: str = ""
    refusal: Limit | None = None

    def name(self, language: str) -> str:
        """Its name in a language, or in English."""
        return self.names.get(language) or self.names["en"]


def documents_of(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Document, ...]:
    """The papers of a kind as it is stored."""
    return tuple(Document(d["code"], d["names"], bool(d["needed"])) for d in rows or ())


def steps_of(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Step, ...]:
    """The steps of a kind as it is stored."""
    return tuple(
        Step(
            s["code"],
            s["names"],
            s["unit"],
            Limit(s["limit"]["amount"], s["limit"]["unit"]),
            s.get("form", ""),
            Limit(s["refusal"]["amount"], s["refusal"]["unit"]) if s.get("refusal") else None,
        )
        for s in rows or ()
    )


def missing(documents: Sequence[Document], brought: Collection[str]) -> tuple[str, ...]:
    """The codes of the needed papers that were not brought, in their order."""
    return tuple(d.code for d in documents if d.needed and d.code not in brought)


def step_after(steps: Sequence[Step], code: str | None) -> Step | None:
    """The step that follows one; the first after None; None after the last or an unknown one."""
    if code is None:
        return steps[0] if steps else None
    codes = [s.code for s in steps]
    at = codes.index(code) + 1 if code in codes else len(steps)
    return steps[at] if at < len(steps) else None
