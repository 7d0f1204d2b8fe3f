"""One form pattern: label above field, buddy, accessible name, the error in the hint's line, two columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit.labels import Label
from app.ui.kit.sight import area_over
from app.ui.kit.theme import Tone, look, px
from app.ui.kit.ticks import TickList
from app.words import tr

TWO_COLUMNS = 690
"""From this width of its own a form has two columns: a window of 900 pixels less rail and margins."""
CLOSE, HINT, BETWEEN = 4, 2, 8
"""Pixels of the 100 % design between a label and its field, that and its hint, this and the next label: what
belongs together stands together."""


STAYING = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.PopupFocusReason)
"""Ways to get the keyboard after which nothing is scrolled."""


@runtime_checkable
class HasValue(Protocol):
    """An editor that knows what it holds (MoneyEdit and QuantityEdit do)."""

    def value(self) -> Any: ...

    def set_value(self, value: Any) -> None: ...


def value_of(editor: QWidget) -> Any:
    """What an editor holds: text without outer spaces, the chosen item's data, a date, a bool, a number."""
    match editor:
        case HasValue() | QSpinBox():
            return editor.value()
        case QLineEdit():
            return editor.text().strip()
        case QPlainTextEdit():
            return editor.toPlainText().strip()
        case QComboBox():
            return editor.currentText().strip() if editor.isEditable() else editor.currentData()
        case QCheckBox():
            return editor.isChecked()
    raise TypeError(f"a form cannot read a {type(editor).__name__}")


def put_value(editor: QWidget, value: Any) -> None:
    """The counterpart of `value_of`."""
    match editor:
        case HasValue():
            editor.set_value(value)
        case QSpinBox():
            editor.setValue(value)
        case QLineEdit():
            editor.setText("" if value is None else str(value))
        case QPlainTextEdit():
            editor.setPlainText("" if value is None else str(value))
        case QComboBox():
            if editor.isEditable():
                editor.setCurrentText("" if value is None else str(value))
            else:
                editor.setCurrentIndex(editor.findData(value))
        case QCheckBox():
            editor.setChecked(bool(value))
        case _:
            raise TypeError(f"a form cannot fill a {type(editor).__name__}")


def _with_keys(editor: QWidget, hint: str) -> str:
    """What is said below a field: in lines of text Enter makes a new one, so the ways out are named."""
    keys = tr("Tab: next field · Ctrl+Enter: done") if isinstance(editor, QPlainTextEdit) else ""
    return f"{hint} {keys}".strip()


@dataclass(slots=True)
class _Field:
    editor: QWidget
    cell: QWidget
    caption: Label | None
    above: Label | None
    below: Label
    hint: str
    wide: bool
    shown: bool = True

    def say(self, sentence: str) -> None:
        """Why the field is refused, in its hint's line; empty brings the hint back."""
        self.below.setText(sentence or self.hint)
        self.below.set_tone(Tone.WRONG if sentence else Tone.SOFT)
        self.below.setToolTip(sentence)
        self.editor.setAccessibleDescription(sentence or self.hint)
        self.editor.setProperty("wrong", bool(sentence))
        QWidget.update(self.editor)

    def come_in_sight(self) -> None:
        """Scrolls what it stands in, so far that its label and its line below are seen too."""
        over = area_over(self.cell)
        if over is not None:
            over.ensureWidgetVisible(self.cell, 0, px(BETWEEN))


class Form(QWidget):
    """Fields to fill in. Enter goes on to the next field, Ctrl+Enter emits `submitted`.

    Signals: `submitted()`; `changed()` whenever a field holds something else.
    """

    submitted = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, _Field] = {}
        self._clean: dict[str, Any] = {}
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        look.changed.connect(self._arrange)

    def add(self, name: str, label: str, editor: QWidget, hint: str = "", *, wide: bool = False) -> None:
        """A field by its name; `label` may hold an & before its access key. `wide` takes both columns."""
        editor.setObjectName(name)
        editor.setAccessibleName(label.replace("&", ""))
        hint = _with_keys(editor, hint)
        editor.setAccessibleDescription(hint)
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if editor.focusPolicy() is Qt.FocusPolicy.NoFocus:
            editor.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # or the access key of its label leads nowhere
        caption = None
        above = None
        if isinstance(editor, QCheckBox):
            editor.setText(label)
            above = Label(" ")
            column.addWidget(above)
        else:
            caption = Label(label, tone=Tone.SOFT)
            caption.setBuddy(editor)
            column.addWidget(caption)
        column.addSpacing(px(CLOSE))
        below = Label(hint, tone=Tone.SOFT, points=9, wrap=True)
        below.setObjectName(f"{name}.below")
        # The line is there from the start, or everything below would jump when an error comes.
        below.setMinimumHeight(below.fontMetrics().height())
        column.addWidget(editor)
        column.addSpacing(px(HINT))
        column.addWidget(below)
        column.addStretch(1)
        self._fields[name] = _Field(editor, cell, caption, above, below, hint, wide)
        editor.installEventFilter(self)
        self._watch(name, editor)
        self._clean[name] = value_of(editor)
        self._columns = 0
        self._arrange()

    def set_label(self, name: str, label: str, hint: str = "") -> None:
        """Other words for a field whose meaning follows from another one."""
        each = self._fields[name]
        assert each.caption is not None, "a box to tick has its words beside it"
        each.caption.setText(label)
        each.hint = _with_keys(each.editor, hint)
        each.editor.setAccessibleName(label.replace("&", ""))
        self.clear_errors(name)

    def editor(self, name: str) -> QWidget:
        return self._fields[name].editor

    def names(self) -> tuple[str, ...]:
        return tuple(self._fields)

    def values(self) -> dict[str, Any]:
        """What every field holds, by name; see `value_of`."""
        return {name: value_of(each.editor) for name, each in self._fields.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fills the named fields and takes them as unchanged."""
        for name, value in values.items():
            put_value(self._fields[name].editor, value)
        self.mark_clean()

    def mark_clean(self) -> None:
        """Takes what is there now as saved: nothing would be lost."""
        self._clean = self.values()

    def is_dirty(self) -> bool:
        """Whether leaving now would lose something typed."""
        return self.values() != self._clean

    def set_field_visible(self, name: str, visible: bool) -> None:
        """Shows or hides a field with its label."""
        self._fields[name].shown = visible
        self._fields[name].cell.setVisible(visible)
        self._columns = 0
        self._arrange()

    def set_hint(self, name: str, hint: str) -> None:
        """Another hint under a field."""
        each = self._fields[name]
        each.hint = _with_keys(each.editor, hint)
        each.say("")

    def show_errors(self, messages: Mapping[str, str]) -> None:
        """Sentences by field; the first wrong field gets the focus. An empty mapping clears them all."""
        first: _Field | None = None
        for name, each in self._fields.items():
            sentence = messages.get(name, "")
            each.say(sentence)
            if sentence and first is None:
                first = each
        if first is not None:
            first.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            first.come_in_sight()  # it may have had the keyboard already

    def clear_errors(self, *names: str) -> None:
        """Takes back what was said of these fields: its cause is gone."""
        for name in names:
            self._fields[name].say("")

    def focus_first(self) -> None:
        """To the first field one can type in."""
        for each in self._fields.values():
            if each.editor.isEnabled() and each.shown:
                each.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def arrange_for(self, width: int) -> None:
        """Puts the fields into the columns that this width allows, before they are shown."""
        self.resize(width, self.height())
        self._arrange()
        self.updateGeometry()  # or its layout would go on with the height it had in other columns

    def _watch(self, name: str, editor: QWidget) -> None:
        def changed(*_what: object) -> None:
            """What was said of it was said of what it held before."""
            if editor.property("wrong"):
                self.clear_errors(name)
            self.changed.emit()

        match editor:
            case QLineEdit() | QPlainTextEdit():
                editor.textChanged.connect(changed)
            case QComboBox():
                editor.currentTextChanged.connect(changed)
            case QDateTimeEdit():
                editor.dateTimeChanged.connect(changed)
            case QCheckBox():
                editor.toggled.connect(changed)
            case QSpinBox():
                editor.valueChanged.connect(changed)
            case TickList():
                editor.changed.connect(changed)

    def _arrange(self) -> None:
        columns = 2 if self.width() >= px(TWO_COLUMNS) else 1
        self._grid.setHorizontalSpacing(px(16))
        self._grid.setVerticalSpacing(px(BETWEEN))
        if columns == self._columns:
            return
        self._columns = columns
        places: list[tuple[_Field, int, int, int]] = []
        row = column = 0
        for each in self._fields.values():
            if not each.shown:
                continue
            span = columns if each.wide else 1
            if column + span > columns:
                row, column = row + 1, 0
            places.append((each, row, column, span))
            row, column = (row, column + span) if column + span < columns else (row + 1, 0)
        captioned = {at for each, at, _, _ in places if each.caption is not None}
        for each, row, column, span in places:
            if each.above is not None:
                # A box to tick stands level with the field beside it; by itself it takes its own line only.
                each.above.setVisible(row in captioned)
                line = each.below.fontMetrics().height() if each.hint or row in captioned else 0
                each.below.setMinimumHeight(line)
            self._grid.addWidget(each.cell, row, column, 1, span, Qt.AlignmentFlag.AlignTop)
        for i in range(2):
            self._grid.setColumnStretch(i, 1 if i < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        # Two columns must not keep the form from becoming narrow enough for one.
        return QSize(px(240), super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # What was clicked is in sight, and must not move away under the mouse.
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() not in STAYING:
            found = self._fields.get(watched.objectName())
            if found is not None:
                found.come_in_sight()
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.submitted.emit()
                return True
            if entered and not isinstance(watched, QPlainTextEdit):
                self.focusNextChild()
                return True
        return super().eventFilter(watched, event)
