"""What people do with several requests chosen in a list: hand them over, note the same on each.

(Telling all and putting them under an incident is in `app/services/incidents.py`.)
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.domain.errors import AppError, Invalid
from app.domain.requests import may
from app.queries.rules import RuleQueries
from app.services.request_acts import RequestActs, event, kept, require_texts
from app.services.writer import Draft, Person, Writer

MOST = 500
"""So many requests one act changes: an entry stays small enough to be sent over any line."""


class RequestBatchService:
    """Use cases on several requests, each one entry: all of them or none. Those whose state does not allow
    the act are left as they are. AppError "not_allowed", "requests.too_many"."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)

    def route(self, by: Person, requests: Sequence[UUID], unit_code: str, words: str = "") -> int:
        """Hand them to a unit, with what is asked; their due times stay. Returns how many.
        Invalid(unit_code=)."""
        by.require("requests.route")
        if not unit_code:
            raise Invalid(unit_code="required")
        if unit_code not in self._acts.rules.units():
            raise Invalid(unit_code="unit.unknown")
        with self._writer.entry("requests.routed", by.id) as draft:
            waiting = self._open(draft, by, requests, "routed")
            for request in waiting:
                event(draft, by, request, "routed", unit_code=unit_code, text=kept(words) or None)
        return len(waiting)

    def note(self, by: Person, requests: Sequence[UUID], words: str) -> int:
        """Note the same on each. Returns how many. Invalid(words=)."""
        by.require("requests.note")
        require_texts(words=words)
        with self._writer.entry("requests.noted", by.id) as draft:
            waiting = self._open(draft, by, requests, "noted")
            for request in waiting:
                event(draft, by, request, "noted", text=kept(words))
        return len(waiting)

    def _open(self, draft: Draft, by: Person, requests: Sequence[UUID], kind: str) -> list[UUID]:
        if len(requests) > MOST:
            raise AppError("requests.too_many", most=MOST)
        able = [each for each in requests if may(self._acts.standing(draft, each).state, kind)]
        for each in able:
            self._acts.open(draft, by, each, kind)
        return able
