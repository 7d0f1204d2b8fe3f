"""The lines of an estimate, typed like a table: the next line is there as soon as one begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.money import Currency, format_money
from app.domain.supply import MOST_LINES, Estimate, Line
from app.ui.kit.inputs import MoneyEdit, QuantityEdit
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr


@dataclass(slots=True)
class _Row:
    item: QComboBox
    unit: QLineEdit
    quantity: QuantityEdit
    price: MoneyEdit
    amount: Label

    def editors(self) -> tuple[QWidget, ...]:
        return self.item, self.unit, self.quantity, self.price

    def line(self) -> Line | None:
        """What stands in it; none where nothing does. A price below zero is one that is missing."""
        item, unit = self.item.currentText().strip(), self.unit.text().strip()
        quantity, price = self.quantity.value(), self.price.value()
        if not item and quantity is None and price is None:
            return None
        return Line(item, unit, quantity or 0, -1 if price is None else price)


class LinesEdit(QWidget):
    """Its value is a tuple of `Line`. Enter goes on, Ctrl+Enter emits `submitted`; `changed` whenever
    something was typed."""

    submitted = Signal()
    changed = Signal()

    def __init__(self, currency: Currency, items: Sequence[str]) -> None:
        super().__init__()
        self._currency, self._items = currency, items
        self._rows: list[_Row] = []
        self._vat = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(6))
        self._grid.setVerticalSpacing(px(4))
        for at, share in enumerate((5, 1, 2, 2, 2)):
            self._grid.setColumnStretch(at, share)
        heads = (tr("Item"), tr("Measure"), tr("Quantity"), tr("Unit price"), tr("Line amount"))
        for at, words in enumerate(heads):
            head = Label(words, tone=Tone.SOFT, points=9)
            if at >= 2:
                head.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(head, 0, at)
        column.addLayout(self._grid)
        self._sum = Label(bold=True)
        self._sum.setAlignment(Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._sum)
        self._add()
        self._work_out()

    def value(self) -> tuple[Line, ...]:
        """The lines that are begun."""
        return tuple(line for row in self._rows if (line := row.line()) is not None)

    def set_value(self, lines: Sequence[Line]) -> None:
        while len(self._rows) < len(lines):
            self._add()
        for number, row in enumerate(self._rows):
            line = lines[number] if number < len(lines) else Line("", "", 0, -1)
            row.item.setCurrentText(line.item)
            row.unit.setText(line.unit)
            row.quantity.set_value(line.quantity or None)
            row.price.set_value(None if line.price < 0 else line.price)
        self._typed()

    def set_vat(self, permille: int) -> None:
        """The tax of the sum below."""
        self._vat = permille
        self._work_out()

    def _add(self) -> None:
        number = len(self._rows) + 1
        item = QComboBox()
        item.setEditable(True)
        item.addItems(list(self._items))
        item.setCurrentText("")
        item.setMinimumContentsLength(16)
        unit = QLineEdit()
        unit.setMaxLength(20)
        unit.setMinimumWidth(px(52))
        row = _Row(item, unit, QuantityEdit(), MoneyEdit(self._currency), Label())
        row.amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        names = (
            tr("Item, line {number}", number=number),
            tr("Unit, line {number}", number=number),
            tr("Quantity, line {number}", number=number),
            tr("Unit price, line {number}", number=number),
        )
        for at, (editor, name) in enumerate(zip(row.editors(), names, strict=True)):
            editor.setAccessibleName(name)
            inner = item.lineEdit() if editor is item else editor
            if isinstance(inner, QLineEdit):
                inner.setAccessibleName(name)
                inner.installEventFilter(self)
                inner.textChanged.connect(self._typed)
            self._grid.addWidget(editor, number, at)
        self._grid.addWidget(row.amount, number, 4)
        before = self._rows[-1].price if self._rows else None
        self._rows.append(row)
        if before is None:
            self.setFocusProxy(item)
        previous: QWidget | None = before
        for editor in row.editors():
            if previous is not None:
                QWidget.setTabOrder(previous, editor)
            previous = editor

    def _typed(self, *_what: object) -> None:
        if self._rows[-1].line() is not None and len(self._rows) < MOST_LINES:
            self._add()
        self._work_out()
        self.changed.emit()

    def _work_out(self) -> None:
        def money(amount: int) -> str:
            return format_money(amount, self._currency, tr.language)

        for row in self._rows:
            line = row.line()
            row.amount.setText(money(line.amount) if line and line.complete else "")
        whole = Estimate(tuple(n for n in self.value() if n.complete), self._vat, date.max)
        net, vat, total = money(whole.net), money(whole.vat), money(whole.total)
        self._sum.setText(tr("{net} + VAT {vat} = {total}", net=net, vat=vat, total=total))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        pressed = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if isinstance(event, QKeyEvent) and pressed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.submitted.emit()
            elif isinstance(watched, QWidget):
                self.focusNextPrevChild(True)
            return True
        return super().eventFilter(watched, event)
