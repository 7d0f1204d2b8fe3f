"""The right panel: the one thing chosen in the list, with its acts at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.kit import icons
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.labels import Label, Line
from app.ui.kit.pills import sign_of
from app.ui.kit.theme import Tone, font, look, px, theme
from app.words import tr

READ_ON, READ_BACK = "Alt+PgDown", "Alt+PgUp"
WIDTH = 340
SMALL = 9.5
"""Points of the names of facts and of times."""

NAME_WIDTH = 104
"""What a fact is called has this width at most; a longer name goes on in the next line."""
BESIDE = 60
"""So many letters stand beside the name of a fact; more stand below it."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the inspector shows of a record: its code, title, one notice, fields, what happened, and `further`
    fields that may wait below that. `strip` makes a widget of the page's own, below the notice."""

    code: str
    title: str
    notice: str = ""
    notice_tone: Tone = Tone.WRONG
    fields: Sequence[tuple[str, str]] = ()
    timeline_title: str = ""
    timeline: Sequence[tuple[str, str]] = field(default_factory=tuple)
    strip: Callable[[], QWidget] | None = None
    further: Sequence[tuple[str, str]] = ()


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


def show_notice(layout: QLayout, words: str, tone: Tone) -> None:
    """One notice in the place of whatever the layout had."""
    clear(layout)
    notice = Notice(words, tone)
    layout.addWidget(notice)
    notice.show()


def lines_of(lines: Iterable[Sequence[Label]], gap: int = 4) -> QGridLayout:
    """Lines one below the other: what comes second takes what room there is, a third is at the right."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(px(12))
    grid.setVerticalSpacing(px(gap))
    grid.setColumnStretch(1, 1)
    right = Qt.AlignmentFlag.AlignRight
    for row, cells in enumerate(lines):
        for at, cell in enumerate(cells):
            side = Qt.AlignmentFlag.AlignTop | right if at == 2 else Qt.AlignmentFlag.AlignTop
            grid.addWidget(cell, row, at, side)
    return grid


def _name(words: str) -> Label:
    return Label(words, tone=Tone.SOFT, points=SMALL)


def _short(value: str) -> bool:
    return len(value) <= BESIDE and "\n" not in value


def _facts(fields: Sequence[tuple[str, str]], wide: int) -> QGridLayout:
    """What is short stands beside its name, so that what happened is in sight below; what is long has the
    whole width under its name. `wide` is that of the names."""
    grid = lines_of([], gap=5)
    top = Qt.AlignmentFlag.AlignTop
    for what, value in fields:
        row, name, words = grid.rowCount(), _name(what), Label(value, wrap=True, selectable=True)
        if _short(value):
            name.setWordWrap(True)
            name.setFixedWidth(wide)
            grid.addWidget(name, row, 0, top)
            grid.addWidget(words, row, 1, top)
        else:
            grid.addWidget(name, row, 0, 1, 2, top)
            grid.addWidget(words, row + 1, 0, 1, 2, top)
    return grid


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
        for key, pages in ((READ_ON, 1), (READ_BACK, -1)):
            QShortcut(QKeySequence(key), self, partial(self._leaf, pages))
        look.changed.connect(self._rebuild)

    def show_details(self, details: Details, acts: Sequence[Button] | None = ()) -> None:
        """Shows this record, with its acts at the bottom, the primary one last whatever their order; None:
        those that are there stay."""
        if self._details is None or self._details.code != details.code:
            self._scroll.verticalScrollBar().setValue(0)
        self._details = details
        clear(self.extra)
        if acts is not None:
            clear(self.foot)
        if acts:
            row = Flow(*sorted(acts, key=lambda act: bool(act.property("primary"))), fill=True)
            self.foot.addWidget(row)
            row.show()  # now, not at the next turn: a key pressed meanwhile would find no button
        self._rebuild()

    def main_act(self) -> None:
        """What comes next for the record, if anything: Enter in the list does it."""
        primary = [b for b in self.findChildren(Button) if b.property("primary") and b.isVisible()]
        if primary:
            primary[-1].click()

    def show_nothing(self, sentence: str) -> None:
        """Nothing is chosen: one sentence about what would be seen here."""
        self._details = None
        for each in (self._content, self.extra, self.foot):
            clear(each)
        self._content.addWidget(Label(sentence, tone=Tone.SOFT, wrap=True))

    def _leaf(self, pages: int) -> None:
        """Reads on, most of a page at a time; the keyboard stays in the list."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep() * 4 // 5)

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
        metrics = QFontMetrics(font(SMALL))
        every = (*details.fields, *details.further)
        names = [metrics.horizontalAdvance(name) for name, value in every if _short(value)]
        wide = min(max(names, default=0) + 1, px(NAME_WIDTH))
        self._content.addLayout(_facts(details.fields, wide))
        if details.timeline:
            self._content.addSpacing(px(8))
            self._add(Label(details.timeline_title, bold=True), 4)
            self._content.addLayout(
                lines_of([_name(when), Label(what, wrap=True)] for when, what in details.timeline)
            )
        if details.further:
            self._content.addSpacing(px(6))
            self._add(Line(), 4)
            self._content.addLayout(_facts(details.further, wide))

    def _add(self, widget: QWidget, below: int) -> None:
        self._content.addWidget(widget)
        self._content.addSpacing(px(below))

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._close.setFixedSize(px(28), px(28))
        self._close.move(self.width() - px(28) - px(8), px(8))
        self._close.raise_()
