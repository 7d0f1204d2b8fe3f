"""What has just been done, said in the window for ten seconds, with the way back beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from app.ui.kit import icons
from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.pills import sign_of
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, px, theme
from app.words import tr

SHOWN_FOR = 10_000
"""In ms. A message about something wrong stays until it is closed."""


class _HasWork(Protocol):
    def work_room(self) -> QRect: ...

    def isVisible(self) -> bool: ...  # noqa: N802


def _page_of(widget: QWidget | None) -> _HasWork | None:
    """The page the widget is on: its message stands below its work."""
    while widget is not None:
        if hasattr(widget, "work_room"):
            return cast("_HasWork", widget)
        widget = widget.parentWidget()
    return None


class Toast(QWidget):
    """One message at the foot of the window; a new one takes the place of the old. Use `toast`."""

    def __init__(
        self,
        widget: QWidget,
        text: str,
        tone: Tone,
        undo: Callable[[], object] | None,
        undo_word: str,
        with_page: bool,
    ) -> None:
        window = widget.window()
        super().__init__(window)
        self._window, self._tone = window, tone
        self._page = _page_of(widget)
        self.setObjectName("toast")
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(44), px(8), px(8), px(8))
        row.setSpacing(px(12))
        words = Label(text, wrap=len(text) > 90)
        if words.wordWrap():
            words.setFixedWidth(min(px(560), words.fontMetrics().horizontalAdvance(text)))
        row.addWidget(words, 1)
        if undo is not None:
            way_back = Button(undo_word or tr("Undo"), self.dismiss, key="Ctrl+Z", sign="arrow-back-up")
            way_back.clicked.connect(lambda _checked=False: undo())
            row.addWidget(way_back)
        close = Button("", self.dismiss, quiet=True, sign="x")
        close.setAccessibleName(tr("Close"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(close)
        self._timer = QTimer(self, interval=SHOWN_FOR, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        if tone is not Tone.WRONG:
            self._timer.start()
        window.installEventFilter(self)
        self._goes_with = self._page if with_page and isinstance(self._page, QWidget) else None
        if self._goes_with is not None:
            self._goes_with.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def dismiss(self) -> None:
        self.hide()
        self.setObjectName("")
        self.deleteLater()

    def _place(self) -> None:
        window = self._window
        self.adjustSize()
        self.setFixedWidth(min(self.sizeHint().width(), window.width() - px(32)))
        page = self._page
        room = page.work_room() if page is not None and isValid(page) and page.isVisible() else window.rect()
        left = max(px(16), room.left() + (room.width() - self.width()) // 2)
        self.move(left, window.height() - self.height() - px(44))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Resize and watched is self._window:
            self._place()
        elif event.type() is QEvent.Type.Hide and watched is self._goes_with:
            self.dismiss()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        tone = self._tone if sign_of(self._tone) else Tone.INFO
        box(painter, self.rect(), now.surface, QColor(now.ink(tone)), 1)
        size = px(20)
        icons.draw(painter, sign_of(tone), now.ink(tone), px(14), (self.height() - size) / 2, size)


def toast(
    widget: QWidget,
    text: str,
    *,
    tone: Tone = Tone.GOOD,
    undo: Callable[[], object] | None = None,
    undo_word: str = "",
    with_page: bool = False,
) -> Toast:
    """Says `text` at the foot of the window that `widget` is in; `undo` puts the way back beside it;
    `with_page`: it goes when another page is opened."""
    window = widget.window()
    for old in window.findChildren(Toast, "toast"):
        old.dismiss()
    return Toast(widget, text, tone, undo, undo_word, with_page)
