"""Letters that go out: written under the next number of the desk's register, sent to tell an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.errors import AppError, Invalid
from app.domain.fold import one_line
from app.domain.letters import LANGUAGES
from app.domain.requests import UNTOLD
from app.models import Letter
from app.queries.rules import RuleQueries
from app.services.request_acts import RequestActs, event, kept, missing_texts
from app.services.requests import wrong_answer
from app.services.seals import received_at, sealed
from app.services.writer import Draft, Person, Writer

LONGEST_LINE = 200
"""A subject, an address, a name."""


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter as it will be printed. `entry_id` is made when the form opens. `template`: the code of the one
    it was made from. `closes`: it is the notice of the answer to its request, which is closed by it; if the
    request has no answer yet, the letter is the answer, with its `outcome` and `cause`."""

    entry_id: UUID
    language: str
    subject: str
    addressee: str
    address: str
    text: str
    signed_by: str
    signed_title: str = ""
    template: str = ""
    request_id: UUID | None = None
    closes: bool = False
    outcome: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, with its number in the register."""

    id: UUID
    code: str


class LetterService:
    """Use cases of letters. AppError "not_allowed", and with a request what `RequestActs.open` refuses."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)

    def write(self, by: Person, new: NewLetter) -> Written:
        """Write a letter and, in the same entry, what it means for its request: that the customer is told and
        the matter closed, or a note that names the letter.

        Invalid names the fields: language, subject, addressee, address, text, signed_by, signed_title,
        request_id, outcome, cause. AppError "already_saved".
        """
        by.require("letters.write")
        wrong = _wrong(new)
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("letters.write", by.id, id=new.entry_id) as draft:
            code = draft.number("CV")
            letter = draft.new_id()
            said: dict[str, Any] = {
                "subject": one_line(new.subject),
                "addressee": one_line(new.addressee),
                "address": one_line(new.address),
                "text": kept(new.text),
            }
            received = None if new.request_id is None else received_at(draft, new.request_id)
            if received is not None:
                envelope = sealed(draft, letter, received, **said)
                said = dict.fromkeys(said, "") | {"sealed": envelope}
            draft.add(
                Letter,
                id=letter,
                code=code,
                request_id=new.request_id,
                template=new.template or None,
                language=new.language,
                signed_by=one_line(new.signed_by),
                signed_title=one_line(new.signed_title),
                by=by.id,
                written_at=draft.now,
                **said,
            )
            if new.request_id is None:
                return Written(letter, code)
            if new.closes:
                self._answer(draft, by, new.request_id, new)
                _told(draft, by, new.request_id, letter, code, one_line(new.subject))
            else:
                self._acts.open(draft, by, new.request_id, "noted")
                named = {"letter": letter.hex, "code": code}
                event(draft, by, new.request_id, "noted", text=f"{code}: {one_line(new.subject)}", data=named)
        return Written(letter, code)

    def send(self, by: Person, letter_id: UUID) -> None:
        """A letter that was written before goes out as the notice of its request's answer: the customer is
        told, and the request closed. AppError "letter.unknown"."""
        by.require("requests.tell")
        by.require("requests.close")
        with self._writer.entry("letters.send", by.id) as draft:
            wanted = select(Letter.code, Letter.subject, Letter.request_id).where(
                Letter.office_no == draft.desk.office_no, Letter.id == letter_id
            )
            found = draft.read.execute(wanted).first()
            if found is None or found.request_id is None:
                raise AppError("letter.unknown")
            self._acts.open(draft, by, found.request_id, "told")
            _told(draft, by, found.request_id, letter_id, found.code, found.subject)

    def _answer(self, draft: Draft, by: Person, request_id: UUID, new: NewLetter) -> None:
        """The letter is the answer, where there is none yet."""
        by.require("requests.tell")
        by.require("requests.close")
        found = self._acts.standing(draft, request_id)
        if found.state in UNTOLD:
            self._acts.open(draft, by, request_id, "told")
            return
        by.require("requests.answer")
        self._acts.open(draft, by, request_id, "answered")
        wrong = wrong_answer(self._acts.rules, new.text, new.outcome, new.cause)
        if wrong:
            raise Invalid(**wrong)
        data = {"outcome": new.outcome} | ({"cause": new.cause} if new.cause else {})
        event(draft, by, request_id, "answered", text=kept(new.text), data=data)


def _told(draft: Draft, by: Person, request_id: UUID, letter: UUID, code: str, subject: str) -> None:
    """The customer is told by this letter; the request is closed."""
    data: dict[str, Any] = {"how": "letter", "letter": letter.hex, "code": code}
    # Of a sealed letter that was written before, the number alone is at hand: nothing is said without words.
    event(draft, by, request_id, "told", text=f"{code}: {subject}" if subject else code, data=data)
    event(draft, by, request_id, "closed")


def _wrong(new: NewLetter) -> dict[str, str]:
    """The fields that cannot be taken."""
    lines = {
        "subject": new.subject,
        "addressee": new.addressee,
        "signed_by": new.signed_by,
        "address": new.address,
        "signed_title": new.signed_title,
    }
    wrong = {name: "too_long" for name, text in lines.items() if len(text) > LONGEST_LINE}
    wrong |= {name: "required" for name in ("subject", "addressee", "signed_by") if not lines[name].strip()}
    wrong |= missing_texts(text=new.text)
    if new.language not in LANGUAGES:
        wrong["language"] = "language.unknown"
    if new.closes and new.request_id is None:
        wrong["request_id"] = "required"
    return wrong
