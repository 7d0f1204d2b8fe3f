"""The frame of the pages before the day begins: a card in the middle of the window."""

from __future__ import annotations

from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.kit.icons import pixmap
from app.ui.kit.keys import KeysDialog
from app.ui.kit.labels import Label
from app.ui.kit.page import scrolled
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, look, px, theme
from app.words import tr

LOW = 620
"""A window that is less high, in pixels of the 100 % design."""


class Card(QWidget):
    """A window's whole ground with a card of `width` in its middle: sign, title, sentence, `content`."""

    def __init__(self, title: str, sentence: str, width: int = 400, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._width = width
        self._card = _Surface()
        self._sign = Label()
        self.title = Label(title, points=14, bold=True, wrap=True)
        self.sentence = Label(sentence, tone=Tone.SOFT, wrap=True)
        self.error = Label("", tone=Tone.WRONG, wrap=True)
        self.error.setObjectName("card.error")
        self._held = ""
        self.stays = Label("", tone=Tone.ATTENTION, wrap=True)
        self.stays.hide()
        self.content = QVBoxLayout()
        self.acts = QHBoxLayout()
        self.acts.addStretch(1)
        inside = QVBoxLayout(self._card)
        self._head = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._head.addWidget(self._sign)
        self._head.addWidget(self.title, 1)
        inside.addLayout(self._head)
        inside.addWidget(self.sentence)
        inside.addLayout(self.content)
        inside.addWidget(self.stays)
        inside.addWidget(self.error)
        inside.addLayout(self.acts)
        self._inside = inside
        # Between stretches, not aligned: an aligned card would get the height its words need at the width
        # of the whole window.
        ground = QWidget()
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._card)
        middle.addStretch(1)
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addLayout(middle)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(ground))
        self._card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._measure()
        look.changed.connect(self._measure)

        QShortcut(QKeySequence("F1"), self, self.show_help)

    def show_help(self) -> KeysDialog:
        """F1: the keys of this card, and what `help_words` says of it."""
        common = [
            ("F1", tr("This list")),
            ("Tab", tr("The next field or button")),
            ("Enter", tr("The next field; on a button: press it")),
        ]
        dialog = KeysDialog(self, self, common, self.help_words())
        dialog.open()
        return dialog

    def help_words(self) -> str:
        """What there is to know here besides; overridden."""
        return ""

    def hold(self, words: str) -> None:
        """Keep the window open while something is done that is not to be cut off; `words` are said to whoever
        closes it. Empty words let it go."""
        self._held = words
        self.stays.hide()

    def may_close(self) -> bool:
        """Whether the window may close now; what keeps it open is said."""
        self.stays.setText(self._held)
        self.stays.setVisible(bool(self._held))
        return not self._held

    def fail(self, sentence: str) -> None:
        """Say what went wrong; an empty sentence takes it back."""
        self.error.setText(sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        """In a low window, or with large words, the sign stands beside the title and the rim is narrow."""
        low = self.height() < px(LOW)
        way = QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom
        self._head.setDirection(way)
        self._head.setSpacing(px(12 if low else 8))
        self._card.setFixedWidth(px(self._width))
        margin = px(20 if low else 32)
        self._inside.setContentsMargins(margin, margin, margin, margin)
        self._inside.setSpacing(px(8))
        self.content.setContentsMargins(0, px(8), 0, 0)
        self._sign.setPixmap(pixmap("daumoi", theme().accent, px(40), self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(theme().ground))


class _Surface(QWidget):
    """The card itself."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        box(QPainter(self), self.rect(), theme().surface, theme().line)
