"""Calls to customers whose request is closed: what they think of it is recorded by `RequestService.rate`;
here is what is written when nobody answers."""

from __future__ import annotations

from uuid import UUID

from app.domain.errors import Invalid
from app.queries.rules import RuleQueries
from app.services.request_acts import MOST_LETTERS, RequestActs, event, kept
from app.services.writer import Person, Writer


class CallbackService:
    """Use cases of calling back."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)

    def not_reached(self, by: Person, request_id: UUID, words: str = "") -> None:
        """The customer was called and not reached; `words` may say more. Invalid(words=); AppError as of
        `RequestService`."""
        by.require("requests.tell")
        if len(words) > MOST_LETTERS:
            raise Invalid(words="text.long")
        with self._writer.entry("requests.called", by.id) as draft:
            self._acts.open(draft, by, request_id, "rated")
            event(draft, by, request_id, "noted", text=kept(words) or None, data={"call": "unreached"})
