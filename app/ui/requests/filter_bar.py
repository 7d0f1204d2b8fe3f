"""What the list of requests is narrowed by: a row of choices, reached by Ctrl+L, that stands only while it is
needed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain import names
from app.queries.request_lists import EVERYTHING, FLAGS, SETS, Narrowed
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.buttons import Button
from app.ui.kit.days import DateEdit
from app.ui.kit.flow import Flow
from app.ui.kit.picker import Picker
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import day_range
from app.words import tr

OWN_DAYS = "own"
MONTH = timedelta(days=30)


class FilterBar(QWidget):
    """Signal `changed()`: a choice was made; `narrowed()` says what it comes to."""

    changed = Signal()

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Filter"))
        self._room = room
        self._own: tuple[date | None, date | None] = (None, None)
        self._incident: UUID | None = None
        self._sets = {
            "states": Picker(tr("State"), names.states(tr)),
            "types": Picker(tr("Request type"), {}),
            "units": Picker(tr("Unit"), {}),
            "channels": Picker(tr("Channel"), names.channels(tr)),
            "areas": Picker(tr("Area"), {}),
        }
        self.person = Picker(tr("Person"), {}, many=False)
        self.period = Picker(tr("Received on"), self._periods(), many=False)
        self.marks = Picker(
            tr("Signs"),
            {
                "overdue": tr("Overdue"),
                "held": tr("Waiting for the customer"),
                "escalated": tr("Past the unit's head"),
                "merged": tr("Under an incident"),
                "unread": tr("Unread"),
                "nobodys": tr("In nobody's hands"),
            },
        )
        self.clear = Button(tr("Clear filter"), self._clear, key="Ctrl+Shift+L", quiet=True, sign="x")
        sets = self._sets
        # In this order three lines hold them all beside the panel at 150 % text.
        pickers = [
            sets["states"], sets["types"], self.period, sets["units"], self.person, self.marks,
            sets["channels"], sets["areas"],
        ]  # fmt: skip
        for each in pickers:
            each.changed.connect(self._picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Flow(*pickers, self.clear))
        self.hide()

    def unfold(self) -> None:
        """Ctrl+L: shows the choices, with the keyboard on the first."""
        self._fill()
        self.show()
        self._sets["states"].setFocus()

    def narrowed(self) -> Narrowed:
        """What is chosen."""
        parts: dict[str, Any] = {name: self._sets[name].chosen() for name in SETS}
        person, period, marks = self.person.chosen(), self.period.chosen(), self.marks.chosen()
        since, until = self._own if period == (OWN_DAYS,) else (None, None)
        parts |= {name: name in marks for name in FLAGS}
        return Narrowed(
            **parts,
            person=UUID(person[0]) if person else None,
            period=period[0] if period and period[0] != OWN_DAYS else "",
            since=since,
            until=until,
            incident=self._incident,
        )

    def show_narrowed(self, by: Narrowed) -> None:
        """Puts these choices, telling nobody; hidden where there are none."""
        if by:
            self._fill()
        for name in SETS:
            self._sets[name].choose(getattr(by, name))
        self.person.choose([str(by.person)] if by.person else [])
        self._own, self._incident = (by.since, by.until), by.incident
        own = by.since is not None or by.until is not None
        self.period.set_choices(self._periods())
        self.period.choose([OWN_DAYS] if own else [by.period] if by.period else [])
        self.marks.choose(name for name in FLAGS if getattr(by, name))
        self.setVisible(bool(by))

    def _fill(self) -> None:
        """What there is to choose from today."""
        room = self._room
        kinds = room.types_ever.values()
        self._sets["types"].set_choices({kind.code: kind.name(tr.language) for kind in kinds})
        self._sets["units"].set_choices(room.units)
        self._sets["areas"].set_choices({area: area for area in room.queries.areas()})
        self.person.set_choices({str(id): name for id, name in room.queries.handlers().items()})

    def _periods(self) -> dict[str, str]:
        first, last = self._own
        own = tr("Days from … to …") if first is None and last is None else day_range(first, last)
        return {
            "today": tr("Today"),
            "week": tr("This week"),
            "month": tr("This month"),
            "last_month": tr("Last month"),
            "year": tr("This year"),
            OWN_DAYS: own,
        }

    def _picked(self) -> None:
        if self.sender() is self.period and self.period.chosen() == (OWN_DAYS,):
            self._ask_days()
        else:
            self.changed.emit()

    def _ask_days(self) -> None:
        today, (first, last) = self._room.today(), self._own
        days: dict[str, date] = {}

        def use() -> None:
            self._own = min(days.values()), max(days.values())
            self.show_narrowed(self.narrowed())
            self.changed.emit()

        title = tr("Received on which days")
        dialog = ActDialog(self.window(), self._room, title, tr("Use"), "F9", days.update, use)
        dialog.form.add("first", tr("&First day"), DateEdit())
        dialog.form.add("last", tr("&Last day"), DateEdit())
        dialog.form.set_values({"first": first or today - MONTH, "last": last or today})
        dialog.rejected.connect(lambda: self.show_narrowed(self.narrowed()))
        dialog.start("first")

    def _clear(self) -> None:
        self._own, self._incident = (None, None), None
        self.show_narrowed(EVERYTHING)
        self.changed.emit()
