"""A day with its hour, or none."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from app.ui.kit.days import Typed
from app.words import tr

NONE = QDateTime(QDate(2000, 1, 1), QTime(0, 0))
"""Stands for no moment."""


class MomentEdit(Typed):
    """A day and hour in the utility's time; its value is an aware moment in UTC, to the minute. With
    `optional` it may be none: Delete takes it away, Space or + puts `usual` there."""

    def __init__(
        self, zone: tzinfo, usual: datetime, *, optional: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._zone, self._usual, self._optional = zone, usual, optional
        self.setDisplayFormat("dd/MM/yyyy HH:mm")
        if optional:
            self.setMinimumDateTime(NONE)
            self.setSpecialValueText(tr("not known yet"))
        self.set_value(None if optional else usual)
        self.setCurrentSection(QDateTimeEdit.Section.HourSection)

    def value(self) -> datetime | None:
        if self._optional and self.dateTime() == NONE:
            return None
        day, time = self.date(), self.time()
        local = datetime(day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=self._zone)
        return local.astimezone(UTC)

    def set_value(self, value: datetime | None) -> None:
        if value is None:
            self.setDateTime(NONE)
            return
        local = value.astimezone(self._zone)
        day, time = QDate(local.year, local.month, local.day), QTime(local.hour, local.minute)
        self.setDateTime(QDateTime(day, time))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._optional and event.key() == Qt.Key.Key_Delete:
            self.set_value(None)
        elif self.value() is None and (event.text() in (" ", "+") or event.text().isdigit()):
            self.set_value(self._usual)
            if event.text().isdigit():
                self.setSelectedSection(QDateTimeEdit.Section.HourSection)
                super().keyPressEvent(event)
        else:
            super().keyPressEvent(event)
