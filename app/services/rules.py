"""What a supervisor does with the rules of the office: lays them down for the head office to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.errors import Invalid
from app.domain.rule_checks import check
from app.models import RuleChange
from app.queries.rules import RuleQueries
from app.services.writer import Person, Writer

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class NewRule:
    """A row of one of the tables of rules, in plain values (`domain/rule_checks.py`)."""

    table: str
    row: Mapping[str, Any]


class RuleService:
    """Lays rules down. They hold once the head office has written them."""

    def __init__(self, writer: Writer, rules: RuleQueries, today: Callable[[], date]) -> None:
        self._writer = writer
        self._rules = rules
        self._today = today

    def lay_down(
        self, person: Person, entry_id: UUID, new: Sequence[NewRule], note: str = ""
    ) -> tuple[UUID, ...]:
        """Rules of this office, all of them or none; returns the ids under which they will be written.

        AppError "already_saved", and those of `check`.
        """
        self.check(person, new, note)
        with self._writer.entry("rules.change", person.id, id=entry_id) as draft:
            return tuple(
                draft.add(
                    RuleChange,
                    table_name=each.table,
                    row=dict(each.row),
                    by=person.id,
                    asked_at=draft.now,
                    note=note.strip() or None,
                )
                for each in new
            )

    def check(self, person: Person, new: Sequence[NewRule], note: str = "") -> None:
        """Whether these may be laid down together. AppError "not_allowed", and those of
        `rule_checks.check`."""
        person.require("rules.change")
        if len(note) > LONGEST_NOTE:
            raise Invalid(change_note="too_long")
        known, today = self._rules.known(), self._today()
        for each in new:
            check(each.table, each.row, today, known)
            known.note(each.table, each.row)
