"""The icon for Windows, drawn from resources/icons/daumoi.svg in every size that Windows asks for."""

from __future__ import annotations

import io
from pathlib import Path

SIZES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)


def write_icon(svg: Path, ico: Path) -> None:
    """Draw each size by itself, so that the small ones are sharp."""
    from PIL import Image
    from PySide6.QtCore import QBuffer
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(svg))
    drawn = []
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter)
        painter.end()
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        drawn.append(Image.open(io.BytesIO(buffer.data().data())))
    drawn[-1].save(ico, sizes=[(each, each) for each in SIZES], append_images=drawn[:-1])


def write_side(svg: Path, bmp: Path) -> None:
    """The picture along the first and the last page of the setup: the icon on the program's own ground."""
    from PIL import Image, ImageDraw

    scale = 3  # for screens with large text
    side = Image.new("RGB", (164 * scale, 314 * scale), "#0E2A3B")
    drawn = bmp.with_suffix(".ico")
    write_icon(svg, drawn)
    icon = Image.open(drawn)
    icon.load()
    mark = icon.convert("RGBA").resize((84 * scale, 84 * scale), Image.Resampling.LANCZOS)
    side.paste(mark, (40 * scale, 52 * scale), mark)
    ImageDraw.Draw(side).rectangle((0, 308 * scale, 164 * scale, 314 * scale), fill="#5FB3E0")
    side.save(bmp)
