"""Days and moments that are typed as they are written."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDateTimeEdit, QWidget

TOPS = {QDateTimeEdit.Section.HourSection: 23, QDateTimeEdit.Section.MinuteSection: 59}
BETWEEN_PARTS = "/.-: hHgG"
"""What stands between the parts of a day and of an hour: 16:30, 16h30, 16g30."""


class Typed(QDateTimeEdit):
    """A day or a moment that is typed as it is written: 01/12/2026, 1.12.2026, 01122026; 9:05, 9h05, 0905.
    Tab leaves the field; arrow keys go from part to part, Home and Ctrl+A to the first, End to the last."""

    _typed = ""
    """The digits that were typed into the part in which the cursor stands."""
    _day = 0
    """The day as it was typed, which the month that stands there still may not have: 31 before 12."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        part, text = self.currentSection(), event.text()
        if event.key() == Qt.Key.Key_Home or event.matches(QKeySequence.StandardKey.SelectAll):
            self._go_to(0)
        elif event.key() == Qt.Key.Key_End:
            self._go_to(self.sectionCount() - 1)
        elif text and text in BETWEEN_PARTS:
            # After a part that was typed to its end the cursor stands in the next one already.
            if self._typed:
                self._go_on()
        elif text.isdigit() and part is QDateTimeEdit.Section.DaySection:
            self._type_day(self._typed + text)
        elif text.isdigit() and part in TOPS:
            self._type_time(part, self._typed + text)
        else:
            if text.isdigit() and not self._typed:
                self.setSelectedSection(part)  # or nothing gives way where the cursor stands between digits
            super().keyPressEvent(event)
            typed = self._typed + text if text.isdigit() else ""
            if part is QDateTimeEdit.Section.DaySection:
                self._day = 0
            self._typed = typed if self.currentSection() is part else ""
            if len(self._typed) in (0, 4):  # a part that is whole
                self._keep_day()

    def _type_day(self, typed: str) -> None:
        """By ourselves: Qt takes no 3 as the beginning of a 30 while a February stands there."""
        if int(typed) > 31:
            return
        day, self._day = self.date(), int(typed)
        if self._day:
            self.setDate(QDate(day.year(), day.month(), min(self._day, day.daysInMonth())))
        self._stand(typed, whole=len(typed) == 2 or self._day > 3)

    def _type_time(self, part: QDateTimeEdit.Section, typed: str) -> None:
        """By ourselves: Qt takes a 1 for nothing while a whole hour stands there."""
        number, now = int(typed), self.time()
        if number > TOPS[part]:
            return
        hour = part is QDateTimeEdit.Section.HourSection
        self.setTime(QTime(number, now.minute()) if hour else QTime(now.hour(), number))
        self._stand(typed, whole=len(typed) == 2 or number * 10 > TOPS[part])

    def _stand(self, typed: str, *, whole: bool) -> None:
        """In the next part after one that is whole."""
        if whole:
            self._go_on()
        else:
            self._typed = typed
            self.setSelectedSection(self.currentSection())

    def _go_on(self) -> None:
        self._go_to(min(self.currentSectionIndex() + 1, self.sectionCount() - 1))

    def _go_to(self, part: int) -> None:
        self._typed = ""
        self.setCurrentSectionIndex(part)
        self._keep_day()
        self.setSelectedSection(self.currentSection())

    def _keep_day(self) -> None:
        """Puts the day there that was typed, once there is such a day in the month."""
        day = self.date()
        if self._day and day.day() != self._day and QDate.isValid(day.year(), day.month(), self._day):
            part = self.currentSection()
            self.setDate(QDate(day.year(), day.month(), self._day))
            self.setSelectedSection(part)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._typed, self._day = "", 0
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self._keep_day()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        return QWidget.focusNextPrevChild(self, forward)


class DateEdit(Typed):
    """A day, as dd/MM/yyyy, with a calendar behind its arrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDisplayFormat("dd/MM/yyyy")
        self.setCalendarPopup(True)

    def value(self) -> date | None:
        """The day; none only where a kind of this field has that."""
        day = self.date()
        return date(day.year(), day.month(), day.day())

    def set_value(self, value: date | None) -> None:
        if value is not None:
            self.setDate(QDate(value.year, value.month, value.day))
