"""Icons in the colour of what they stand beside."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from app.settings import resources
from app.ui.kit import theme as look
from app.ui.kit.theme import Tone

SIZE = 18


@cache
def _source(name: str) -> str:
    """The icon's text, drawn a little lighter than its makers did: it stands beside 10-point type."""
    text = (resources() / "icons" / f"{name}.svg").read_text("utf-8")
    return text.replace('stroke-width="2"', 'stroke-width="1.75"')


def pixmap(name: str, colour: QColor | str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon of that colour for a screen of that device-pixel ratio; `size` in logical pixels, cached."""
    paint = QColor(colour).name()
    key = f"{name} {paint} {size} {ratio}"
    made = QPixmap()
    if QPixmapCache.find(key, made):
        return made
    drawing = QSvgRenderer(QByteArray(_source(name).replace("currentColor", paint).encode()))
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    made.setDevicePixelRatio(ratio)
    painter = QPainter(made)
    drawing.render(painter, QRectF(0, 0, size, size))
    painter.end()
    QPixmapCache.insert(key, made)
    return made


def draw(painter: QPainter, name: str, colour: QColor | str, x: float, y: float, size: int) -> None:
    """Draws the icon in a painter, sharp on every screen."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(round(x), round(y), pixmap(name, colour, size, ratio))


def icon(name: str, role: Tone | str = Tone.PLAIN) -> QIcon:
    """An icon of resources/icons for Qt's own widgets, in the theme of this moment.

    `role` is a tone or a colour's name in `Theme`. The kit's own widgets (`Button(sign=...)`, the rail,
    pills) draw their icons as they paint and so follow a change of theme by themselves.
    """
    colour = look.theme().ink(role) if isinstance(role, Tone) else QColor(getattr(look.theme(), role))
    made, size = QIcon(), look.px(SIZE)
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, colour, size, ratio))
        made.addPixmap(pixmap(name, look.theme().soft, size, ratio), QIcon.Mode.Disabled)
    return made
