"""The frame of every page: title, filters, the one primary act; the work; the inspector; its states."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit import icons
from app.ui.kit.buttons import Button, SearchBox
from app.ui.kit.inspector import Inspector, Panel, clear
from app.ui.kit.jobs import Job
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import Tone, look, px, theme
from app.words import tr

PATIENCE = 300
"""After how many ms work shows that it is at work."""
INSPECTOR_KEY = "F4"
WORK_ROOM = 400
"""The list keeps at least this width; with less, the inspector waits behind F4."""


class State(Enum):
    """Why a page has nothing to show; the value is its icon."""

    EMPTY = "plus"
    NOTHING_FOUND = "search"
    LOADING = "hourglass"
    OFFLINE = "cloud-off"
    WRONG = "alert-triangle"
    NO_RIGHT = "lock"


class _StatePanel(QWidget):
    """One sentence and the first step, in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self._state = State.EMPTY
        self._words = Label(wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(px(12))

    def show_state(
        self, state: State, sentence: str, act_text: str, act: Callable[[], object] | None, key: str
    ) -> None:
        self._state = state
        self.setAccessibleName(sentence)
        clear(self._column)
        centre = Qt.AlignmentFlag.AlignHCenter
        words = Label(sentence, tone=Tone.SOFT, points=11, wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addStretch(3)
        self._column.addSpacing(px(56))
        self._column.addWidget(words, 0, centre)
        if act is not None:
            self._column.addWidget(Button(act_text, act, key=key, primary=state is State.EMPTY), 0, centre)
        self._column.addStretch(4)
        self._words = words
        self._fit()
        self.update()

    def _fit(self) -> None:
        wide = min(px(480), max(self.width() - px(32), px(160)))
        self._words.setFixedWidth(wide)
        self._words.setFixedHeight(max(0, self._words.heightForWidth(wide)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, size = theme(), px(36)
        colour = now.wrong if self._state is State.WRONG else now.soft
        left, top = (self.width() - size) // 2, self._words.y() - size - px(16)
        icons.draw(QPainter(self), self._state.value, colour, left, top, size)


class Page(QWidget):
    """A page of the window. Subclass it, fill it in `__init__`, ask for rows in `opened`.

    Parts, from above: `set_count`, `add_act` and `set_primary` (top right), `add_bar` (a row of filters),
    `set_body` (the work), `set_inspector` (the panel on the right;
    F4 hides and shows it). `show_state` puts a sentence in the body's place, `show_body` brings the work
    back, `watch` shows a job that takes long, with how to stop it.

    Signals the window listens to: `search_asked()` opens the search for everything; `record_asked(section,
    record)` goes to a record on another page.
    """

    search_asked = Signal()
    record_asked = Signal(str, object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._title = Label(title, points=14, bold=True)
        self._count = ElidedLabel(tone=Tone.SOFT)
        self._acts = QHBoxLayout()
        self._bars = QVBoxLayout()
        self._state = _StatePanel()
        self._panel: Panel | None = None
        self._opened = False
        self._job: Job[object] | None = None

        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self._count, 1)
        head.addStretch(0)  # takes the room of a count that is hidden: a button is no wider than its words
        head.addLayout(self._acts)
        self._head = head
        self._body = QStackedLayout()
        self._work = QVBoxLayout()
        for part in (head, self._bars):
            self._work.addLayout(part)
        self._work.addWidget(self._make_progress())
        self._work.addLayout(self._body, 1)
        self._whole = QHBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._whole.addLayout(self._work, 1)
        # Only now: a stack that stands in no widget yet would show its first one as a window of its own.
        self._body.addWidget(self._state)
        self._measure()
        look.changed.connect(self._measure)

    # What subclasses and the shell call

    def opened(self) -> None:
        """Called each time the page comes into view. The place to ask for rows."""

    def first_opened(self) -> None:
        """Called before the first `opened`, and by `focus_work`: gives the keyboard to the list or the first
        field, which is the first thing in the body unless a page says otherwise."""
        body = self._body.currentWidget()
        if body is not None:
            focus_first(body)

    def show_record(self, record: object) -> bool:
        """Goes to that record (a search or another page sends one here); False when the page shows none."""
        return False

    def refresh(self, tables: frozenset[str]) -> None:
        """Rows of these tables were written, here or by another desk; called while the page is in sight."""

    def may_leave(self) -> bool:
        """False while leaving would lose something; the page then says so itself."""
        return True

    def focus_work(self, *, on_list: bool = False) -> None:
        """The keyboard goes into the work: to where it was there, else to the list or the first field, never
        to a button above them. `on_list`: to the list in any case, where there is one."""
        body, held = self._body.currentWidget(), self.focusWidget()
        if body is None:
            return
        if on_list:
            lists = [body] if isinstance(body, QAbstractItemView) else body.findChildren(QAbstractItemView)
            shown = next((each for each in lists if each.isVisibleTo(self)), None)
            if shown is not None:
                shown.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        elif held is not None and (held is body or body.isAncestorOf(held)) and held.isVisibleTo(self):
            held.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.first_opened()
        at = self.focusWidget()
        if at is None or not at.isVisibleTo(self):  # a sentence stands in the list's place
            focus_first(body)

    def set_count(self, count: str) -> None:
        self._count.setText(count)
        # A search beside it gives way first; buttons do not.
        acts = (self._acts.itemAt(i).widget() for i in range(self._acts.count()))
        least = px(240 if any(isinstance(each, SearchBox) for each in acts) else 80)
        self._count.setMinimumWidth(min(self._count.sizeHint().width(), least))
        self._fit_head()

    def _fit_head(self) -> None:
        """Where not all has room beside the title, the search goes first, then the count: both have other
        ways. Buttons are never cut."""
        acts = [w for i in range(self._acts.count()) if (w := self._acts.itemAt(i).widget()) is not None]
        searches = [each for each in acts if isinstance(each, SearchBox)]
        buttons = [each for each in acts if each not in searches and not each.isHidden()]
        needed = self._title.sizeHint().width() + sum(each.sizeHint().width() + px(8) for each in buttons)
        spare = self.work_room().width() - px(32) - needed
        for each in searches:
            each.setVisible(spare >= px(8) + self._count.minimumWidth() + px(168))
        self._count.setVisible(spare >= px(8) + self._count.minimumWidth())

    def add_act(self, widget: QWidget) -> None:
        """A button, search or menu at the top right, left of the primary act."""
        self._acts.addWidget(widget)

    def add_search(self) -> None:
        """The field that opens the search for everything (Ctrl+K)."""
        self._acts.addWidget(SearchBox(self.search_asked.emit))

    def set_primary(self, text: str, act: Callable[[], object], key: str = "F2") -> Button:
        """The page's one primary act, at the far right, with its key on it. Call it last."""
        button = Button(text, act, key=key, primary=True)
        self._acts.addWidget(button)
        return button

    def add_bar(self, widget: QWidget) -> None:
        """A row under the title: filter chips, a search, a choice of period."""
        self._bars.addWidget(widget)

    def set_body(self, widget: QWidget) -> None:
        """The work itself."""
        self._body.addWidget(widget)
        self._body.setCurrentWidget(widget)

    def set_inspector(self, panel: Panel) -> None:
        """The panel on the right."""
        self._panel = panel
        self._whole.addWidget(panel)
        if isinstance(panel, Inspector):
            panel.closed.connect(lambda: self._show_panel(False))
            self._details = Button(tr("Details"), lambda: self._show_panel(True), key=INSPECTOR_KEY)
            self._details.hide()
            self._acts.insertWidget(0, self._details)
            QShortcut(
                QKeySequence(INSPECTOR_KEY),
                panel,
                lambda: self._show_panel(False),
                context=Qt.ShortcutContext.WindowShortcut,
            )

    def show_state(
        self,
        state: State,
        sentence: str,
        act_text: str = "",
        act: Callable[[], object] | None = None,
        key: str = "",
    ) -> None:
        """Puts one sentence, and the first step as a button, in the body's place."""
        self._state.show_state(state, sentence, act_text, act, key)
        self._body.setCurrentWidget(self._state)

    def show_body(self) -> None:
        """The work again."""
        if self._body.count() > 1:
            self._body.setCurrentIndex(self._body.count() - 1)

    def watch(self, job: Job[object], text: str) -> None:
        """Shows a job that takes longer than a blink; `progress` moves the bar, `unwatch` ends it.

        Hand `self.progress` to `JobRunner.run(progress=...)` and `self.unwatch` to `settled=...`.
        """
        self._job = job
        self._doing.setText(text)
        self._bar.setRange(0, 0)
        self._stop.setEnabled(True)
        self._patience.start()

    def progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def unwatch(self) -> None:
        self._job = None
        self._patience.stop()
        self._progress.hide()

    # How it works

    def _make_progress(self) -> QWidget:
        self._progress = QWidget()
        row = QHBoxLayout(self._progress)
        row.setContentsMargins(0, 0, 0, 0)
        self._doing = Label(tone=Tone.SOFT)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(px(6))
        self._stop = Button(tr("Stop"), self._cancel, key="Ctrl+.")
        for each, share in ((self._doing, 0), (self._bar, 1), (self._stop, 0)):
            row.addWidget(each, share)
        self._progress.hide()
        self._patience = QTimer(self, interval=PATIENCE, singleShot=True)
        self._patience.timeout.connect(self._progress.show)
        return self._progress

    def _cancel(self) -> None:
        if self._job is not None:
            self._stop.setEnabled(False)
            self._job.cancel()

    def work_room(self) -> QRect:
        """Where the work stands in the window: a message covers no inspector."""
        wide = self.width() - (self._panel.width() if self._panel and self._panel.isVisible() else 0)
        return QRect(self.mapTo(self.window(), QPoint(0, 0)), QSize(wide, self.height()))

    def _show_panel(self, shown: bool) -> None:
        """The person's word counts until the page becomes wider or narrower."""
        if self._panel is not None:
            self._panel.setVisible(shown)
            self._details.setVisible(not shown)
            self._fit_head()

    def _measure(self) -> None:
        self._work.setContentsMargins(px(16), px(16), px(16), px(16))
        self._work.setSpacing(px(12))
        self._head.setSpacing(px(8))
        self._acts.setSpacing(px(8))
        self._bars.setSpacing(px(8))
        self._title.setMinimumHeight(px(32))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._panel is not None:
            self._panel.set_room(self.width())
            if isinstance(self._panel, Inspector) and event.oldSize().width() != event.size().width():
                self._show_panel(self.width() - self._panel.width() >= px(WORK_ROOM))
        self._fit_head()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if event.spontaneous():
            return
        if not self._opened:
            self._opened = True
            self.first_opened()
        self.opened()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(theme().ground))


def focus_first(widget: QWidget) -> None:
    """The keyboard goes to the first thing in it that takes it; nowhere else where there is none."""
    each: QWidget | None = widget
    while each is not None:
        takes = bool(each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        inside = each is widget or widget.isAncestorOf(each)
        if takes and inside and each.isEnabled() and each.isVisibleTo(widget):
            each.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        each = each.nextInFocusChain()
        if each is widget:
            return


def scrolled(work: QWidget) -> QScrollArea:
    """Work that scrolls where large text or a small window leaves no room for it."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(work)
    for each in (work, area.viewport()):
        each.setAutoFillBackground(False)
    return area
