"""The right panel: the one thing chosen in the list, with its acts at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.kit import icons
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.labels import Label
from app.ui.kit.pills import sign_of
from app.ui.kit.theme import Tone, look, px, theme
from app.words import tr

WIDTH = 340


@dataclass(frozen=True, slots=True)
class Details:
    """What the inspector shows of a record: its code, title, one notice, fields and what happened. `strip`
    makes a widget of the page's own, below the notice."""

    code: str
    title: str
    notice: str = ""
    notice_tone: Tone = Tone.WRONG
    fields: Sequence[tuple[str, str]] = ()
    timeline_title: str = ""
    timeline: Sequence[tuple[str, str]] = field(default_factory=tuple)
    strip: Callable[[], QWidget] | None = None


class Notice(QWidget):
    """One line with the sign of its tone: "! Trễ 40 phút · hạn 11:30"."""

    def __init__(self, text: str, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        row = QHBoxLayout(self)
        row.setContentsMargins(px(20), 0, 0, 0)
        row.addWidget(Label(text, tone=tone, points=9, wrap=True), 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        name = "alert-triangle" if self._tone is Tone.WRONG else sign_of(self._tone) or "info-circle"
        icons.draw(QPainter(self), name, theme().ink(self._tone), 0, px(1), px(15))


def clear(layout: QLayout) -> None:
    """Takes everything out of a layout, deleting the widgets."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


class Panel(QWidget):
    """A surface on the right of a page: what scrolls above, what is done below. The inspector is one; a page
    may fill one of its own (the cash page does)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._room = 0
        self.setProperty("surface", True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self.inside = QWidget()
        self.inside.setAutoFillBackground(False)
        self.body = QVBoxLayout(self.inside)
        self._scroll.setWidget(self.inside)
        self.inside.setAutoFillBackground(False)
        self.foot = QVBoxLayout()
        whole.addWidget(self._scroll, 1)
        whole.addLayout(self.foot)
        self._measure()
        look.changed.connect(self._measure)

    def set_room(self, width: int) -> None:
        """The page is that wide: large text must not take the list's room, so the panel wraps instead."""
        self._room = width
        self.setFixedWidth(max(WIDTH, min(px(WIDTH), width * 2 // 5)))

    def _measure(self) -> None:
        self.set_room(self._room)
        self.body.setContentsMargins(px(16), px(14), px(16), px(8))
        self.body.setSpacing(px(4))
        self.foot.setContentsMargins(px(16), px(8), px(16), px(16))
        self.foot.setSpacing(px(8))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(theme().surface))


class Inspector(Panel):
    """Shows `Details` and the acts on them. Signal `closed()` when the person closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.extra = QVBoxLayout()
        """Below the timeline, for widgets of the page's own; emptied by every `show_details`."""
        self._content = QVBoxLayout()
        self.body.addLayout(self._content)
        self.body.addLayout(self.extra)
        self.body.addStretch(1)
        self._close = Button("", self.closed.emit, quiet=True, sign="x", parent=self)
        self._close.setAccessibleName(tr("Close this panel"))
        self._close.setToolTip(tr("Close this panel"))
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._details: Details | None = None
        look.changed.connect(self._rebuild)

    def show_details(self, details: Details, acts: Sequence[Button] = ()) -> None:
        """Shows this record, with its acts at the bottom, the primary one last whatever their order."""
        self._details = details
        clear(self.extra)
        clear(self.foot)
        if acts:
            row = Flow(*sorted(acts, key=lambda act: bool(act.property("primary"))), fill=True)
            self.foot.addWidget(row)
            row.show()  # now, not at the next turn: a key pressed meanwhile would find no button
        self._rebuild()

    def show_nothing(self, sentence: str) -> None:
        """Nothing is chosen: one sentence about what would be seen here."""
        self._details = None
        for each in (self._content, self.extra, self.foot):
            clear(each)
        self._content.addWidget(Label(sentence, tone=Tone.SOFT, wrap=True))

    def _rebuild(self) -> None:
        if self._details is None:
            return
        details = self._details
        clear(self._content)
        self._content.setSpacing(px(4))
        self._add(Label(details.code, tone=Tone.SOFT, points=9, mono=True, selectable=True), 2)
        self._add(Label(details.title, points=12.5, bold=True, wrap=True, selectable=True), 4)
        if details.notice:
            self._add(Notice(details.notice, details.notice_tone), 10)
        if details.strip:
            self._add(details.strip(), 8)
        for name, value in details.fields:
            self._content.addWidget(Label(name, tone=Tone.SOFT, points=9.5))
            self._add(Label(value, wrap=True, selectable=True), 5)
        if details.timeline:
            self._content.addSpacing(px(8))
            self._add(Label(details.timeline_title, bold=True), 4)
            table = QGridLayout()
            table.setContentsMargins(0, 0, 0, 0)
            table.setHorizontalSpacing(px(12))
            table.setVerticalSpacing(px(4))
            table.setColumnStretch(1, 1)
            for row, (when, what) in enumerate(details.timeline):
                top = Qt.AlignmentFlag.AlignTop
                table.addWidget(Label(when, tone=Tone.SOFT, points=9.5), row, 0, top)
                table.addWidget(Label(what, wrap=True), row, 1, top)
            self._content.addLayout(table)

    def _add(self, widget: QWidget, below: int) -> None:
        self._content.addWidget(widget)
        self._content.addSpacing(px(below))

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._close.setFixedSize(px(28), px(28))
        self._close.move(self.width() - px(28) - px(8), px(8))
        self._close.raise_()
