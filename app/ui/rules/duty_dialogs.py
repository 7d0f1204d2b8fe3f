"""Who is put on duty when, and which of several times is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import Invalid
from app.queries.duty import DutyView
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.letters import choice
from app.ui.rules.inputs import Checks, HoursEdit
from app.ui.rules.words import day_words, short_weekdays, span_words, weekdays
from app.words import tr

if TYPE_CHECKING:
    from app.ui.rules.roster import Roster

WIDE = 560
"""See `Dialog.stand`."""


class DutyDialog(ActDialog):
    """Who is on duty when; `duty` is the one that is changed, None for new ones. Each of the times becomes a
    duty of each of the days."""

    def __init__(self, roster: Roster, duty: DutyView | None) -> None:
        title = tr("Put on duty") if duty is None else tr("Change a time: {day}", day=day_words(duty.day))
        super().__init__(
            roster, roster.room, title, tr("Save"), "F9", self._write, self._say_written, wide=WIDE
        )
        self._roster, self._duty, self._entry_id = roster, duty, roster.room.new_id()
        # As texts: a box does not find one id by another that is equal to it.
        self._officers = {o.id.hex: o.name for o in roster.room.duty_queries.officers()}
        chosen = duty.officer.id if duty else roster.officer
        self.form.add("officer", tr("&Officer"), choice(self._officers, chosen.hex if chosen else None))
        calendar, today = roster.room.rules.calendar(), roster.room.today()
        week = [roster.monday + timedelta(days=n) for n in range(7)]
        chosen_days = [roster.day] if roster.day else []
        open_days = [day for day in (*chosen_days, *week) if day >= today and calendar.hours(day)]
        hint = tr("Such as 7:30-11:30, 13:30-17:00.")
        self.form.add(
            "hours", tr("&Hours"), HoursEdit(), hint if duty is None else tr("One time, such as 7:30-11:30.")
        )
        if duty is None:
            days = {day: f"{weekdays()[day.weekday()]} {day:%d/%m}" for day in week if day >= today}
            if days:
                self.form.add("days", tr("Days"), Checks(days), wide=True)
                self.form.set_values({"days": chosen_days})
            self.form.set_values({"hours": calendar.hours(open_days[0]) if open_days else ()})
        else:
            self.form.set_values({"hours": [(duty.start, duty.end)]})

    def _write(self, values: Mapping[str, Any]) -> None:
        room, officer = self._roster.room, UUID(values["officer"])
        spans = [tuple(span) for span in values["hours"]]
        if not spans or (self._duty is not None and len(spans) > 1):
            raise Invalid(hours="hours.unreadable")
        if self._duty is not None:
            room.duty.change(room.person, self._entry_id, self._duty, officer, *spans[0])
        else:
            room.duty.put(room.person, self._entry_id, officer, values.get("days", []), spans)

    def _say_written(self) -> None:
        values = self.form.values()
        days = [self._duty.day] if self._duty is not None else values["days"]
        name = self._officers[values["officer"]]
        when = ", ".join(f"{short_weekdays()[day.weekday()]} {day:%d/%m}" for day in days)
        self._roster.say(
            tr("{name} is on duty: {days}, {times}.", name=name, days=when, times=span_words(values["hours"]))
        )


class DutyPicker(ActDialog):
    """Which of an officer's duties of the week is meant; not asked where there is only one."""

    def __init__(self, roster: Roster, title: str, act: Callable[[DutyView], object]) -> None:
        verb = tr("Go on")
        super().__init__(
            roster, roster.room, title, verb, "F9", lambda _: None, lambda: act(self._meant()), wide=WIDE
        )
        self._duties = {duty.id: duty for duty in roster.own()}
        words = {
            id: f"{day_words(duty.day)} · {span_words([(duty.start, duty.end)])}"
            for id, duty in self._duties.items()
        }
        self.form.add("duty", tr("&Time on duty"), choice(words))

    def _meant(self) -> DutyView:
        return self._duties[self.form.values()["duty"]]

    def ask(self) -> DutyPicker:
        """Asks, where there is something to ask."""
        if len(self._duties) > 1:
            self.start("duty")
        elif self._duties:
            self.deleteLater()
            self._done()
        return self

    def submit(self) -> None:
        """F9: there is nothing to wait for."""
        self.finish(self._done)
