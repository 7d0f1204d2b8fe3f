"""What is typed of work in the field: a day or none yet, a moment, who goes, what was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDateTimeEdit, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain import names
from app.domain.field import MOST_MATERIALS, Material
from app.domain.fold import fold
from app.domain.money import Currency
from app.queries.field import Member
from app.ui.kit.days import DateEdit
from app.ui.kit.flow import FlowLayout
from app.ui.kit.inputs import Check, MoneyEdit, QuantityEdit
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.theme import Tone, look, px
from app.words import tr

FIRST_DAY = QDate(2000, 1, 1)
"""Stands for no day."""


class DayEdit(DateEdit):
    """A day, or none: Delete takes it away, Space or + puts today there."""

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = QDate(today.year, today.month, today.day)
        self.setMinimumDate(FIRST_DAY)
        self.setSpecialValueText(tr("not yet"))
        self.setDate(self._today)

    def value(self) -> date | None:
        day = self.date()
        return None if day == FIRST_DAY else date(day.year(), day.month(), day.day())

    def set_value(self, value: date | None) -> None:
        self.setDate(FIRST_DAY if value is None else QDate(value.year, value.month, value.day))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Delete:
            self.setDate(FIRST_DAY)
        elif self.date() == FIRST_DAY and (event.text().isdigit() or event.text() in (" ", "+")):
            self.setDate(self._today)
            if event.text().isdigit():
                self.setSelectedSection(QDateTimeEdit.Section.DaySection)
                super().keyPressEvent(event)
        else:
            super().keyPressEvent(event)


class CrewEdit(QWidget):
    """Who goes: members of the staff to tick, and other names with commas between. The unit's people stand
    first, whatever else they do there; then those of other units whose work is outside. Others with the right
    are typed. Its value is as `WorkOrder.crew` holds it."""

    def __init__(
        self, members: Sequence[Member], unit: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._members = list(members)
        self._unit = unit or None
        self._checks = {each.key: Check(each.name) for each in self._members}
        self.others = QLineEdit()
        self.others.setPlaceholderText(tr("Others, with commas between"))
        self.others.setAccessibleName(tr("Others, with commas between"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        self._row = QWidget()
        self._flow = FlowLayout(self._row, gap=4)
        column.addWidget(self._row)
        column.addWidget(self.others)
        self._arrange()

    def set_unit(self, unit: str | None) -> None:
        """Another unit is to go: its people stand first now. Who is ticked stays so."""
        self._unit = unit or None
        self._arrange()

    def _arrange(self) -> None:
        """Boxes in their order, also for the keyboard; who is ticked is never out of sight."""
        while self._flow.takeAt(0) is not None:
            pass
        last: QWidget | None = None
        for each in self._in_order():
            check = self._checks[each.key]
            self._flow.addWidget(check)
            check.setVisible(self._of_unit(each) or each.outdoors or check.isChecked())
            if last is not None:
                QWidget.setTabOrder(last, check)
            last = check
        if last is not None:
            QWidget.setTabOrder(last, self.others)
        shown = [self._checks[m.key] for m in self._in_order() if not self._checks[m.key].isHidden()]
        self._row.setVisible(bool(shown))
        self.setFocusProxy(shown[0] if shown else self.others)

    def _of_unit(self, member: Member) -> bool:
        return self._unit is not None and member.unit_code == self._unit

    def _in_order(self) -> list[Member]:
        return sorted(self._members, key=lambda each: not self._of_unit(each))

    def offered(self) -> list[str]:
        """The names that can be ticked, in their order."""
        return [each.name for each in self._in_order() if not self._checks[each.key].isHidden()]

    def value(self) -> tuple[str, ...]:
        ticked = [key for key, check in self._checks.items() if check.isChecked()]
        typed = [name for part in self.others.text().split(",") if (name := " ".join(part.split()))]
        # Somebody of the staff who was typed is meant all the same.
        known = {fold(each.name): each.key for each in self._members}
        return tuple(dict.fromkeys([*ticked, *(known.get(fold(name), name) for name in typed)]))

    def set_value(self, value: Sequence[str]) -> None:
        for key, check in self._checks.items():
            check.setChecked(key in value)
        self.others.setText(", ".join(each for each in value if each not in self._checks))
        self._arrange()


@dataclass(slots=True)
class _Line:
    item: QLineEdit
    quantity: QuantityEdit
    unit: QLineEdit
    by: LetterBox
    amount: MoneyEdit

    def editors(self) -> tuple[QWidget, ...]:
        return self.item, self.quantity, self.unit, self.by, self.amount

    def value(self) -> Material | None:
        """What the line says; None of one in which nothing is typed."""
        name, unit = " ".join(self.item.text().split()), " ".join(self.unit.text().split())
        quantity, amount = self.quantity.value(), self.amount.value()
        if not name and quantity is None and amount is None:
            return None
        return Material(name, quantity or 0, unit, str(self.by.currentData()), amount)


class MaterialEdit(QWidget):
    """What was used, a line each; below the last one that says something there is always an empty one."""

    def __init__(self, currency: Currency, bearer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._currency, self._bearer = currency, bearer
        self._lines: list[_Line] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        heads = (tr("Material"), tr("Quantity"), tr("Unit of measure"), tr("Whose"), tr("Amount"))
        for column, (head, share) in enumerate(zip(heads, (5, 2, 2, 4, 3), strict=True)):
            self._grid.addWidget(Label(head, tone=Tone.SOFT, points=9), 0, column)
            self._grid.setColumnStretch(column, share)
        self._heads = heads
        self._add()
        self._measure()
        look.changed.connect(self._measure)

    def value(self) -> tuple[Material, ...]:
        return tuple(line for each in self._lines if (line := each.value()) is not None)

    def set_value(self, value: Sequence[Material]) -> None:
        for n, line in enumerate(value):
            here = self._lines[n]
            here.item.setText(line.item)
            here.quantity.set_value(line.quantity)
            here.unit.setText(line.unit)
            here.by.setCurrentIndex(here.by.findData(line.by))
            here.amount.set_value(line.amount)
            self._more()

    def _measure(self) -> None:
        self._grid.setHorizontalSpacing(px(6))
        self._grid.setVerticalSpacing(px(4))

    def _add(self) -> None:
        by = LetterBox()
        for code, word in names.bearers(tr).items():
            by.addItem(word, code)
        by.setCurrentIndex(by.findData(self._bearer))
        line = _Line(QLineEdit(), QuantityEdit(), QLineEdit(), by, MoneyEdit(self._currency))
        row = len(self._lines) + 1
        for column, (editor, head) in enumerate(zip(line.editors(), self._heads, strict=True)):
            editor.setAccessibleName(tr("{what}, line {number}", what=head, number=row))
            self._grid.addWidget(editor, row, column)
        line.item.textChanged.connect(lambda _text: self._more())
        if self._lines:
            before = self._lines[-1].amount
            for editor in line.editors():
                self.setTabOrder(before, editor)
                before = editor  # type: ignore[assignment]
        else:
            self.setFocusProxy(line.item)
        self._lines.append(line)

    def _more(self) -> None:
        if self._lines[-1].item.text().strip() and len(self._lines) < MOST_MATERIALS:
            self._add()
