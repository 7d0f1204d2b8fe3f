"""A state in two words on a soft ground, with its sign: "! trễ 40 phút"."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit import icons
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, font, look, px, theme

SIGNS = {
    Tone.GOOD: "circle-check",
    Tone.ATTENTION: "clock",
    Tone.WRONG: "alert-circle",
    Tone.INFO: "info-circle",
}
"""The sign of a tone, so that it is never told by its colour alone."""

POINTS = 9.0
_SIGN, _PAD, _GAP = 14, 7, 3


def sign_of(tone: Tone, sign: str = "") -> str:
    """The icon of a pill: its own, or its tone's; none for plain and soft."""
    return sign or SIGNS.get(tone, "")


def pill_width(text: str, tone: Tone, sign: str = "") -> int:
    """How wide `draw_pill` wants to draw."""
    words = QFontMetrics(font(POINTS)).horizontalAdvance(text)
    return words + 2 * px(_PAD) + (px(_SIGN) + px(_GAP) if sign_of(tone, sign) else 0)


def draw_pill(
    painter: QPainter,
    room: QRect,
    text: str,
    tone: Tone,
    sign: str = "",
    *,
    right: bool = False,
    chosen: bool = False,
) -> None:
    """Draws a pill inside `room`, at its left or right edge. Where it is too wide it goes without its sign,
    then without its ground: the words are cut last. `chosen`: it stands on the ground of a chosen row."""
    now, name = theme(), sign_of(tone, sign)
    if pill_width(text, tone, sign) > room.width():
        name = ""
    bare = QFontMetrics(font(POINTS)).horizontalAdvance(text) + (px(_SIGN) + px(_GAP) if name else 0)
    padding = px(_PAD) if bare + 2 * px(_PAD) <= room.width() else 0
    wide = min(bare + 2 * padding, room.width())
    high = min(px(22), room.height())
    left = room.right() + 1 - wide if right else room.left()
    rect = QRect(left, room.center().y() - high // 2 + 1, wide, high)
    if padding:
        ground = now.soft_ground(tone)
        same = chosen and ground == QColor(now.chosen)
        box(painter, rect, QColor(now.surface) if same else ground, None)
    inner = rect.adjusted(padding, 0, -padding, 0)
    painter.save()
    if name:
        size = px(_SIGN)
        icons.draw(painter, name, now.ink(tone), inner.left(), rect.y() + (high - size) / 2, size)
        inner.setLeft(inner.left() + size + px(_GAP))
    painter.setFont(font(POINTS))
    painter.setPen(now.ink(tone))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width() + 1)
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
    painter.restore()


class Pill(QWidget):
    """A pill as a widget of its own."""

    def __init__(
        self, text: str = "", tone: Tone = Tone.SOFT, sign: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._tone, self._sign = text, tone, sign
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def show_state(self, text: str, tone: Tone, sign: str = "") -> None:
        self._text, self._tone, self._sign = text, tone, sign
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(pill_width(self._text, self._tone, self._sign), px(24))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        draw_pill(QPainter(self), self.rect(), self._text, self._tone, self._sign)
