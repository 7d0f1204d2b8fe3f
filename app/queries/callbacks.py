"""Whom to call and ask how content they are: a sample of the requests closed lately, the same all day and at
every desk, whoever looks and whatever is recorded meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, and_, func, select

from app.domain.deadlines import zone_named
from app.models import Customer, Request, RequestEvent, RequestState
from app.queries.customers import here
from app.queries.rules import RESTRICTED, RuleQueries

PAUSE = timedelta(days=30)
"""Nobody is asked twice within this time."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many are called: `share` (in thousandths) of the requests closed in the last `days`, from `least`
    to `most`."""

    days: int = 14
    share: int = 100
    least: int = 5
    most: int = 20

    def size(self, closed: int) -> int:
        """How many of so many."""
        return min(closed, self.most, max(self.least, -(-closed * self.share // 1000)))


WEEKS = Sampling()
"""A tenth of the last two weeks."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose customer is to be called. `score` and `tried`: what came of it today."""

    id: UUID
    code: str
    type_code: str
    unit_code: str | None
    name: str
    phone: str
    words: str
    closed_at: datetime
    score: int | None
    tried: bool

    @property
    def done(self) -> bool:
        """Whether nothing more is to be done today."""
        return self.score is not None or self.tried


class CallbackQueries:
    """Asks whom to call."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def sample(self, now: datetime, sampling: Sampling = WEEKS) -> list[Call]:
        """The calls of the day on which `now` falls, those of one unit after those of another in turn.

        Closed in the days before that one, with a name and a phone number, of a kind that everybody may see;
        not of a customer or a number asked within `PAUSE`, whatever came of it.
        """
        local = now.astimezone(zone_named(self._rules.utility.zone))
        begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
        with self._read.connect() as read:
            asked = self._asked(read, begin - PAUSE)
            closed = read.execute(self._closed(begin - timedelta(days=sampling.days), begin)).all()
        taken = {key for each in asked if each.at < begin for key in _who(each)}
        today = {(each.kind, each.id) for each in asked if each.at >= begin}
        free: list[Any] = []
        day = begin.date().isoformat().encode()
        for row in sorted(closed, key=lambda row: sha256(day + row.id.bytes).digest()):
            if row.score is not None and ("rated", row.id) not in today:
                continue
            if taken.isdisjoint(_who(row)):
                taken |= _who(row)
                free.append(row)
        return [
            Call(
                row.id, row.code, row.type_code, row.unit_code, row.contact_name, row.phone, row.words,
                row.closed_at, row.score, ("noted", row.id) in today,
            )
            for row in _in_turn(free)[: sampling.size(len(free))]
        ]  # fmt: skip

    def _asked(self, read: Connection, since: datetime) -> list[Any]:
        """Who was asked, or called in vain, since then."""
        e, s, r, c = RequestEvent, RequestState, Request, Customer
        wanted = (
            select(e.request_id.label("id"), e.kind, e.at, e.data, s.customer_id, _PHONE)
            .select_from(e)
            .join(s, and_(s.office_no == e.office_no, s.id == e.request_id))
            .join(r, and_(r.office_no == e.office_no, r.id == e.request_id))
            .outerjoin(c, and_(c.office_no == s.office_no, c.id == s.customer_id))
            .where(here(e, self._office_no), e.kind.in_(("rated", "noted")), e.at >= since)
        )
        return [row for row in read.execute(wanted) if row.kind == "rated" or row.data.get("call")]

    def _closed(self, first: datetime, end: datetime) -> Select[Any]:
        s, r, c = RequestState, Request, Customer
        columns: list[Any] = [
            s.id, s.code, s.type_code, s.unit_code, s.customer_id, s.closed_at, s.score, r.contact_name,
            r.words, _PHONE,
        ]  # fmt: skip
        return (
            select(*columns)
            .select_from(s)
            .join(r, and_(r.office_no == s.office_no, r.id == s.id))
            .outerjoin(c, and_(c.office_no == s.office_no, c.id == s.customer_id))
            .where(
                here(s, self._office_no), s.state == "closed", s.closed_at >= first, s.closed_at < end,
                s.type_code.not_in(RESTRICTED), r.contact_name != "", _PHONE.is_not(None),
            )
        )  # fmt: skip


_PHONE = func.coalesce(Request.phone, Customer.phone).label("phone")


def _who(row: Any) -> set[object]:
    """By what a person is known who is asked once only."""
    return {key for key in (row.customer_id, row.phone) if key is not None}


def _in_turn(rows: Sequence[Any]) -> list[Any]:
    """One of each unit, then the second of each, and so on: a small unit is heard of too."""
    units: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        units[row.unit_code or ""].append(row)
    rounds = zip_longest(*units.values())
    return [row for each in rounds for row in each if row is not None]
