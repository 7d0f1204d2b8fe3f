"""What people type and tick in: money, quantities, searches, notes; and the numbers they read from afar."""

from __future__ import annotations

from abc import abstractmethod
from math import ceil

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyleOptionButton,
    QStyleOptionFrame,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError
from app.domain.money import MINUS, VND, Currency, format_number, parse_money
from app.domain.quantities import format_quantity, parse_quantity
from app.ui.kit.labels import Label
from app.ui.kit.style import check_box, ring
from app.ui.kit.theme import POINTS, Tone, font, look, px, theme
from app.words import tr

DEBOUNCE = 150
"""How long one must have stopped typing before a search goes off, in ms."""
WHOLE_DIGITS = 12
NO_BAR = 3
"""Pixels that a note needs besides its lines and its frame, or there is a scroll bar beside them."""
ASIDE = 2
"""Pixels that a line edit of Qt leaves free before and after its words."""


class NumberEdit(QLineEdit):
    """A number grouped as it is typed, right aligned; the base of money and quantities.

    Its value is an `int` counted in 10**-digits of the unit. A mark typed by key is always the decimal one
    (a numeric keypad has only one of them); pasted text is read as a whole or refused as a whole.
    Signal `value_changed(value or None)`.
    """

    value_changed = Signal(object)

    def __init__(
        self, digits: int, *, signed: bool = False, points: float = POINTS, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._digits, self._signed, self._points = digits, signed, points
        self._group, self._point = (".", ",") if tr.language == "vi" else (",", ".")
        self._shown = ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._edited)
        self._dress()
        look.changed.connect(self._dress)

    @abstractmethod
    def _read(self, text: str) -> int: ...

    @abstractmethod
    def _write(self, value: int) -> str: ...

    def value(self) -> int | None:
        """What stands in the field; None while it is empty."""
        text = self.text()
        if not any(each.isdigit() for each in text):
            return None
        whole, _, part = text.lstrip(MINUS).replace(self._group, "").partition(self._point)
        size = int((whole or "0") + part.ljust(self._digits, "0"))
        return -size if text.startswith(MINUS) else size

    def set_value(self, value: int | None) -> None:
        self._shown = "" if value is None else self._write(value)
        self.setText(self._shown)
        self.value_changed.emit(value)

    def _dress(self) -> None:
        self.setFont(font(self._points))

    def _edited(self, text: str) -> None:
        if self._pasted(text) > 1:
            try:
                shown = self._write(self._read(text)) if text.strip() else ""
            except AppError:
                shown = self._shown
            behind = 0
        else:
            behind = sum(self._counts(each) for each in text[self.cursorPosition() :])
            shown = self._grouped(text)
        self._shown = shown
        self.setText(shown)
        place = len(shown)
        while place and behind:
            place -= 1
            behind -= self._counts(shown[place])
        if place and shown[place - 1] == self._group:
            place -= 1
        self.setCursorPosition(place)
        self.value_changed.emit(self.value())

    def _counts(self, each: str) -> bool:
        return each.isdigit() or each == self._point

    def _pasted(self, text: str) -> int:
        """How many characters came at once."""
        before, head, tail = self._shown, 0, 0
        most = min(len(before), len(text))
        while head < most and before[head] == text[head]:
            head += 1
        while tail < most - head and before[-1 - tail] == text[-1 - tail]:
            tail += 1
        return len(text) - head - tail

    def _grouped(self, text: str) -> str:
        kept = "".join(each for each in text if each.isascii() and (each.isdigit() or each == self._point))
        whole, mark, part = kept.partition(self._point)
        whole = whole.lstrip("0")[:WHOLE_DIGITS] or whole[:1]
        shown = format_number(int(whole), tr.language) if whole else ""
        minus = MINUS if self._signed and text[:1] in ("-", MINUS) else ""
        return minus + shown + (mark + part.replace(self._point, "")[: self._digits] if self._digits else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.text() in (".", ","):
            if self._digits and self._point not in self.text():
                self.insert(self._point)
                self._shown = self.text()
            return
        at, text = self.cursorPosition(), self.text()
        if not self.hasSelectedText():
            # A mark of the groups is no character of its own: the digit beyond it goes.
            if event.key() == Qt.Key.Key_Backspace and text[at - 1 : at] == self._group:
                self.setCursorPosition(at - 1)
            elif event.key() == Qt.Key.Key_Delete and text[at : at + 1] == self._group:
                self.setCursorPosition(at + 1)
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.selectAll()


class MoneyEdit(NumberEdit):
    """An amount in minor units of the currency."""

    def __init__(
        self,
        currency: Currency = VND,
        *,
        signed: bool = False,
        points: float = POINTS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(currency.digits, signed=signed, points=points, parent=parent)
        self._currency = currency

    def _read(self, text: str) -> int:
        return parse_money(text, self._currency)

    def _write(self, value: int) -> str:
        return format_number(value, tr.language, self._currency.digits)


class QuantityEdit(NumberEdit):
    """A quantity in thousandths of the billing unit; never below zero."""

    def __init__(self, *, points: float = POINTS, parent: QWidget | None = None) -> None:
        super().__init__(3, points=points, parent=parent)

    def _read(self, text: str) -> int:
        return parse_quantity(text, tr.language)

    def _write(self, value: int) -> str:
        return format_quantity(value, tr.language)


class WholeEdit(QLineEdit):
    """A whole number that may be left empty."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.setMaxLength(longest)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._only_figures)

    def _only_figures(self, text: str) -> None:
        kept = "".join(each for each in text if each.isascii() and each.isdigit())
        if kept != text:
            self.setText(kept)

    def value(self) -> int | None:
        return int(self.text()) if self.text() else None

    def set_value(self, value: int | None) -> None:
        self.setText("" if value is None else str(value))


class SearchEdit(QLineEdit):
    """A search that goes off when one stops typing, or at once by Enter. Signal `searched(text)`.

    Esc empties it; Down goes into the list given to `leads_to`.
    """

    searched = Signal(str)

    def __init__(self, hint: str, *, points: float = POINTS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points = points
        self._list: QAbstractItemView | None = None
        self._said = ""
        self._hint = hint
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setToolTip(hint)
        self._timer = QTimer(self, interval=DEBOUNCE, singleShot=True)
        self._timer.timeout.connect(self._search)
        self.textChanged.connect(lambda _text: self._timer.start())
        self._dress()
        look.changed.connect(self._dress)

    def leads_to(self, view: QAbstractItemView) -> None:
        self._list = view

    def _dress(self) -> None:
        self.setFont(font(self._points))
        self._fit_hint()

    def _fit_hint(self) -> None:
        """The key after two spaces goes before a word is cut."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_LineEditContents
        room = self.style().subElementRect(part, option, self).width() - 2 * ASIDE
        short, *_ = self._hint.split("  ")
        whole = self.fontMetrics().horizontalAdvance(self._hint) <= room
        self.setPlaceholderText(self._hint if whole else short)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit_hint()

    def _search(self) -> None:
        self._timer.stop()
        text = " ".join(self.text().split())
        if text != self._said:
            self._said = text
            self.searched.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._search()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._search()
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Down and self._list is not None:
            self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)


class NoteEdit(QPlainTextEdit):
    """A few lines of text; Tab goes on to the next field."""

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setTabChangesFocus(True)
        self._measure()
        look.changed.connect(self._measure)

    def _measure(self) -> None:
        within, line = px(6), ceil(QFontMetricsF(font()).lineSpacing())  # Qt, too, rounds each line up
        self.document().setDocumentMargin(within)
        self.setFixedHeight(line * self._lines + 2 * within + 2 * self.frameWidth() + NO_BAR)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.update()


class Check(QCheckBox):
    """A box to tick that grows with the text."""

    def sizeHint(self) -> QSize:  # noqa: N802
        words = QFontMetrics(font()).horizontalAdvance(self.text().replace("&", ""))
        return QSize(px(16) + px(8) + words + px(8), px(28))

    minimumSizeHint = sizeHint  # noqa: N815

    def hitButton(self, pos: object) -> bool:  # noqa: N802
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        option = QStyleOptionButton()
        self.initStyleOption(option)
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter, size = QPainter(self), px(16)
        square = self.rect().adjusted(px(4), 0, 0, 0)
        square.setTop((self.height() - size) // 2)
        square.setSize(QSize(size, size))
        check_box(painter, square, state)
        painter.setFont(font())
        painter.setPen(theme().ink(Tone.PLAIN if self.isEnabled() else Tone.SOFT))
        room = self.rect().adjusted(px(4) + size + px(8), 0, 0, 0)
        flags = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextShowMnemonic)
        painter.drawText(room, flags, self.text())
        if self.hasFocus():
            ring(painter, self.rect())


class BigNumber(QWidget):
    """A number to be read from the other side of the counter: its name above, words about it below."""

    def __init__(self, name: str, tone: Tone = Tone.PLAIN, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = Label(name, tone=Tone.SOFT)
        self._number = Label(tone=tone, points=26, bold=True)
        self._words = Label(tone=Tone.SOFT, points=9, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(2))
        for each in (self._name, self._number, self._words):
            column.addWidget(each)
        self._words.hide()
        self.setAccessibleName(name)

    def show_name(self, name: str) -> None:
        """What the number is now."""
        self._name.setText(name)
        self.setAccessibleName(name)

    def show_number(self, text: str, words: str = "", tone: Tone | None = None) -> None:
        self._number.setText(text)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        if tone is not None:
            self._number.set_tone(tone)
        self.setAccessibleDescription(f"{text} {words}".strip())
