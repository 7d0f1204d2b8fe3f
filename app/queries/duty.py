"""Who is at the contact desk when, and when nobody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, and_, select

from app.domain.duty import Span, gaps
from app.domain.people import may
from app.models import Duty, Staff
from app.queries.rules import RuleQueries


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may be put on duty."""

    id: UUID
    name: str
    title: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class DutyView:
    """An officer's time at the contact desk: a day, and minutes after its midnight."""

    id: UUID
    officer: Officer
    day: date
    start: int
    end: int


class DutyQueries:
    """Asks of the roster of the office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def officers(self) -> list[Officer]:
        """Who may take what comes to the desk, by name."""
        s = Staff
        wanted = select(s.id, s.name, s.title, s.phone, s.roles).where(
            s.office_no == self._office_no, s.retired_at.is_(None)
        )
        with self._read.connect() as read:
            rows = read.execute(wanted.order_by(s.name, s.id)).all()
        return [Officer(r.id, r.name, r.title, r.phone) for r in rows if may(r.roles, "requests.register")]

    def between(self, first: date, last: date) -> list[DutyView]:
        """The roster from one day to another, both counted; without those who have left since."""
        d, s = Duty, Staff
        wanted = (
            select(d.id, d.day, d.start, d.end, s.id.label("officer"), s.name, s.title, s.phone)
            .join(s, and_(s.office_no == d.office_no, s.id == d.staff_id))
            .where(
                d.office_no == self._office_no,
                d.day.between(first, last),
                d.retired_at.is_(None),
                s.retired_at.is_(None),
            )
            .order_by(d.day, d.start, s.name, d.id)
        )
        with self._read.connect() as read:
            rows = read.execute(wanted).all()
        return [
            DutyView(r.id, Officer(r.officer, r.name, r.title, r.phone), r.day, r.start, r.end) for r in rows
        ]

    def gaps(self, first: date, last: date) -> dict[date, list[Span]]:
        """The office hours in which nobody is on duty, by day; a day without one is left out."""
        calendar = self._rules.calendar()
        roster = self.between(first, last)
        found: dict[date, list[Span]] = {}
        day = first
        while day <= last:
            spans = gaps(calendar.hours(day), [(d.start, d.end) for d in roster if d.day == day])
            if spans:
                found[day] = spans
            day += timedelta(days=1)
        return found

    def on_duty(self, moment: datetime) -> list[DutyView]:
        """Who is at the desk at a moment."""
        local = moment.astimezone(self._rules.calendar().zone)
        minute = local.hour * 60 + local.minute
        today = self.between(local.date(), local.date())
        return [d for d in today if d.start <= minute < d.end]

    def gaps_left(self, now: datetime) -> Sequence[Span]:
        """What is left of today's gaps, in minutes after midnight; none in a week without a roster."""
        local = now.astimezone(self._rules.calendar().zone)
        minute = local.hour * 60 + local.minute
        monday = local.date() - timedelta(days=local.weekday())
        if not self.between(monday, monday + timedelta(days=6)):
            return []  # no roster is kept: nothing is amiss with it
        today = self.gaps(local.date(), local.date()).get(local.date(), [])
        return [(max(start, minute), end) for start, end in today if end > minute]
