"""What a supervisor does with the duty roster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

from app.domain.duty import Span, overlap, possible
from app.domain.errors import Invalid
from app.models import Duty
from app.queries.duty import DutyQueries, DutyView
from app.services.writer import Person, Writer

WEEK = timedelta(days=7)


class DutyService:
    """Puts officers on duty and takes them off; of days that have passed the roster stays what it was."""

    def __init__(self, writer: Writer, queries: DutyQueries, today: Callable[[], date]) -> None:
        self._writer = writer
        self._queries = queries
        self._today = today

    def put(
        self, person: Person, entry_id: UUID, officer: UUID, days: Sequence[date], spans: Sequence[Span]
    ) -> tuple[UUID, ...]:
        """An officer is on duty at some times of some days; returns their ids.

        AppError "not_allowed", "already_saved"; Invalid with "person.unknown", "duty.days", "duty.hours",
        "duty.twice".
        """
        person.require("duty.edit")
        if not days or min(days) < self._today():
            raise Invalid(days="duty.days")
        roster = self._queries.between(min(days), max(days))
        for start, end in spans:
            self._check(officer, start, end)
            for day in days:
                self._free(roster, officer, day, start, end)
        if any(overlap(a, b) for a, b in combinations(spans, 2)):
            raise Invalid(hours="duty.twice")
        with self._writer.entry("duty.change", person.id, id=entry_id) as draft:
            return tuple(
                draft.add(Duty, staff_id=officer, day=day, start=start, end=end)
                for day in sorted(set(days))
                for start, end in spans
            )

    def change(
        self, person: Person, entry_id: UUID, duty: DutyView, officer: UUID, start: int, end: int
    ) -> None:
        """Another officer, or another time. As `put`."""
        person.require("duty.edit")
        if duty.day < self._today():
            raise Invalid(days="duty.days")
        self._check(officer, start, end)
        others = [each for each in self._queries.between(duty.day, duty.day) if each.id != duty.id]
        self._free(others, officer, duty.day, start, end)
        now = {"staff_id": officer, "start": start, "end": end}
        was = {"staff_id": duty.officer.id, "start": duty.start, "end": duty.end}
        changed = {name: value for name, value in now.items() if was[name] != value}
        with self._writer.entry("duty.change", person.id, id=entry_id) as draft:
            if changed:
                draft.change(Duty, duty.id, **changed)

    def take_off(self, person: Person, entry_id: UUID, duties: Sequence[DutyView]) -> None:
        """These times are off the roster. AppError "not_allowed"; Invalid with "duty.days"."""
        person.require("duty.edit")
        if any(duty.day < self._today() for duty in duties):
            raise Invalid(days="duty.days")
        with self._writer.entry("duty.change", person.id, id=entry_id) as draft:
            for duty in duties:
                draft.change(Duty, duty.id, retired_at=draft.now)

    def copy_week(self, person: Person, entry_id: UUID, to: date) -> int:
        """The week before the one that begins on `to`, once more; what is there already, what would overlap
        and days that have passed are left out. Returns how many were put on duty. AppError "not_allowed"."""
        person.require("duty.edit")
        before = self._queries.between(to - WEEK, to - timedelta(days=1))
        there = self._queries.between(to, to + timedelta(days=6))
        wanted = [
            each
            for each in before
            if each.day + WEEK >= self._today()
            and not any(
                other.officer.id == each.officer.id
                and other.day == each.day + WEEK
                and overlap((other.start, other.end), (each.start, each.end))
                for other in there
            )
        ]
        with self._writer.entry("duty.change", person.id, id=entry_id) as draft:
            for each in wanted:
                draft.add(Duty, staff_id=each.officer.id, day=each.day + WEEK, start=each.start, end=each.end)
        return len(wanted)

    def _check(self, officer: UUID, start: int, end: int) -> None:
        if officer not in {each.id for each in self._queries.officers()}:
            raise Invalid(officer="person.unknown")
        if not possible(start, end):
            raise Invalid(hours="duty.hours")

    @staticmethod
    def _free(roster: Sequence[DutyView], officer: UUID, day: date, start: int, end: int) -> None:
        for each in roster:
            same = each.officer.id == officer and each.day == day
            if same and overlap((each.start, each.end), (start, end)):
                raise Invalid(hours="duty.twice")
