"""One thing that waits, as a tile: how much, what, and the way to it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.ui.kit import icons
from app.ui.kit.buttons import enters
from app.ui.kit.style import box, ring
from app.ui.kit.theme import Tone, font, look, px, theme

WIDE, HIGH = 200, 98


class Tile(QAbstractButton):
    """A number, its name, a line about it. Enter, Space or a click goes there."""

    def __init__(self, title: str, sign: str) -> None:
        super().__init__()
        self._sign = sign
        self.number, self.detail, self.tone = "", "", Tone.PLAIN
        self.setText(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def show_number(self, number: str, detail: str = "", tone: Tone = Tone.PLAIN) -> None:
        """`number` empty: it is still being counted."""
        self.number, self.detail, self.tone = number, detail, tone
        self.setAccessibleName(", ".join(part for part in (self.text(), number, detail) if part))
        self.setToolTip(detail)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not enters(event, self):
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(WIDE), px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        box(painter, self.rect(), now.hover if self.underMouse() else now.surface, now.line)
        ink = now.ink(self.tone)
        inner = self.rect().adjusted(px(14), px(10), -px(14), -px(10))
        size = px(18)
        icons.draw(painter, self._sign, now.soft, inner.left(), inner.top() + px(1), size)
        self._line(painter, inner.adjusted(size + px(8), 0, 0, 0), px(20), self.text(), now.soft, 10)
        middle = inner.adjusted(0, px(22), 0, 0)
        self._line(painter, middle, px(34), self.number or "…", ink, 20, bold=True)
        self._line(painter, inner.adjusted(0, px(58), 0, 0), px(20), self.detail, now.soft, 9)
        if self.hasFocus():
            ring(painter, self.rect())

    @staticmethod
    def _line(
        painter: QPainter,
        room: QRect,
        high: int,
        words: str,
        colour: QColor | str,
        points: float,
        *,
        bold: bool = False,
    ) -> None:
        painter.setFont(font(points, bold=bold))
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        line = QRect(room.left(), room.top(), room.width(), high)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), shown)
