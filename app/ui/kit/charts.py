"""Charts painted by ourselves from `ChartData`: bars, lines, a ring of shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.charts import ChartData, ticks
from app.domain.money import format_number
from app.ui.kit.theme import Theme, Tone, font, mixed, px, theme
from app.words import tr


class ChartKind(Enum):
    BARS = "bars"
    LINES = "lines"
    RING = "ring"


CENTRE = int(Qt.AlignmentFlag.AlignCenter)


def shades(now: Theme, count: int) -> list[QColor]:
    """Colours of series and shares: the accent from full to pale, apart also in grey; no tone's colour."""
    palest = 0.55 if count <= 2 else 0.8
    return [mixed(now.accent, now.surface, palest * i / max(1, count - 1)) for i in range(count)]


def whole(value: float) -> str:
    """A value for people, without decimals."""
    return format_number(round(value), tr.language)


def name_lines(names: Sequence[str], slot: int, metrics: QFontMetrics) -> list[list[str]]:
    """What is written under each of the slots, so wide in pixels. Short names that would touch are left out
    but for every second, third …; long ones (of several words) are broken into two lines and cut."""
    widest = max((metrics.horizontalAdvance(each) for each in names), default=0) + px(8)
    if widest <= slot:
        return [[each] for each in names]
    if all(" " not in each for each in names):
        every = -(-widest // max(1, slot))
        return [[each] if i % every == 0 else [] for i, each in enumerate(names)]
    room, right = slot - px(6), Qt.TextElideMode.ElideRight
    broken = []
    for name in names:
        first, rest = "", name.split()
        while rest and metrics.horizontalAdvance(f"{first} {rest[0]}".strip()) <= room:
            first = f"{first} {rest.pop(0)}".strip()
        lines = [first, metrics.elidedText(" ".join(rest), right, room)] if first else [name]
        # Measured in whole pixels, cut in parts of them: two to spare, or what fits would be cut.
        broken.append([metrics.elidedText(line, right, room + 2) for line in lines if line])
    return broken


def key_lines(
    names: Sequence[str], figures: Sequence[str], wide: int, high: int, metrics: QFontMetrics
) -> list[list[str]]:
    """What stands beside a ring: each name with its figures in one line; in two where one of them would be
    cut and there is the height for two. Figures are never cut, long names are."""
    right = Qt.TextElideMode.ElideRight
    whole = [f"{name} · {said}" for name, said in zip(names, figures, strict=True)]
    if all(metrics.horizontalAdvance(each) <= wide for each in whole):
        return [[each] for each in whole]
    two = 2 * len(names) * metrics.height() <= high
    lines = []
    for name, said in zip(names, figures, strict=True):
        room = wide if two else wide - metrics.horizontalAdvance(f" · {said}")
        shown = metrics.elidedText(name, right, room)
        lines.append([shown, said] if two else [f"{shown} · {said}"])
    return lines


class Chart(QWidget):
    """A chart. A screen reader is told its figures; `write` makes the words of a value."""

    def __init__(
        self,
        data: ChartData | None = None,
        kind: ChartKind = ChartKind.BARS,
        write: Callable[[float], str] = whole,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind, self._write = kind, write
        self._data: ChartData | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if data is not None:
            self.show_data(data)

    def show_data(self, data: ChartData) -> None:
        self._data = data
        self.setAccessibleName(data.title)
        said = []
        for series in data.series:
            pairs = zip(data.categories, series.values, strict=True)
            said.append(
                f"{series.name}: " + "; ".join(f"{c} {self._write(v)}" for c, v in pairs if v is not None)
            )
        self.setAccessibleDescription(". ".join(said))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(420), px(240))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(200), px(140))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        data, now, painter = self._data, theme(), QPainter(self)
        if data is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(10, bold=True))
        painter.setPen(QColor(now.text))
        high = painter.fontMetrics().height()
        title = data.title + (f" ({data.unit})" if data.unit else "")
        painter.drawText(QRect(0, 0, self.width(), high), int(Qt.AlignmentFlag.AlignLeft), title)
        room = self.rect().adjusted(0, high + px(8), 0, 0)
        painter.setFont(font(9))
        if not data.known():
            painter.setPen(now.ink(Tone.SOFT))
            painter.drawText(room, CENTRE, tr("No figures yet."))
        elif self._kind is ChartKind.RING:
            self._ring(painter, room, data)
        else:
            if len(data.series) > 1:
                room = self._legend(painter, room, data)
            self._axes(painter, room, data)

    def _legend(self, painter: QPainter, room: QRect, data: ChartData) -> QRect:
        x, high = room.left(), painter.fontMetrics().height()
        for series, colour in zip(data.series, shades(theme(), len(data.series)), strict=True):
            painter.fillRect(QRectF(x, room.top() + high / 2 - px(4), px(9), px(9)), colour)
            painter.setPen(theme().ink(Tone.SOFT))
            wide = painter.fontMetrics().horizontalAdvance(series.name)
            shown = painter.fontMetrics().elidedText(
                series.name, Qt.TextElideMode.ElideRight, max(0, room.right() - x - px(14))
            )
            left = int(Qt.AlignmentFlag.AlignLeft)
            painter.drawText(QRect(x + px(14), room.top(), wide + 2, high), left, shown)
            x += px(14) + wide + px(16)
        return room.adjusted(0, high + px(8), 0, 0)

    def _axes(self, painter: QPainter, room: QRect, data: ChartData) -> None:
        now, metrics = theme(), painter.fontMetrics()
        marks = ticks(data.known(), max(2, room.height() // px(44)))
        gutter = max(metrics.horizontalAdvance(self._write(mark)) for mark in marks) + px(8)
        slot = (room.width() - gutter) / max(1, len(data.categories))
        names = name_lines(data.categories, int(slot), metrics)
        foot = max((len(each) for each in names), default=1) * metrics.height() + px(6)
        plot = QRectF(room.adjusted(gutter, metrics.height() // 2, 0, -foot))
        low, high = marks[0], marks[-1]

        def up(value: float) -> float:
            return plot.bottom() - (value - low) / (high - low) * plot.height()

        for mark in marks:
            y = round(up(mark)) + 0.5
            painter.setPen(QPen(QColor(now.soft if mark == 0 else now.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(now.ink(Tone.SOFT))
            spot = QRectF(room.left(), y - metrics.height() / 2, gutter - px(8), metrics.height())
            flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(spot, flags, self._write(mark))
        self._names(painter, plot, slot, names, metrics)
        if self._kind is ChartKind.BARS:
            self._bars(painter, plot, slot, data, up)
        else:
            self._lines(painter, plot, slot, data, up)

    @staticmethod
    def _names(
        painter: QPainter, plot: QRectF, slot: float, names: list[list[str]], metrics: QFontMetrics
    ) -> None:
        """Names along the foot."""
        painter.setPen(theme().ink(Tone.SOFT))
        for i, lines in enumerate(names):
            centre = plot.left() + (i + 0.5) * slot
            for n, line in enumerate(lines):
                wide = metrics.horizontalAdvance(line) + 2
                top = plot.bottom() + px(6) + n * metrics.height()
                painter.drawText(QRectF(centre - wide / 2, top, wide, metrics.height()), CENTRE, line)

    def _bars(
        self, painter: QPainter, plot: QRectF, slot: float, data: ChartData, up: Callable[[float], float]
    ) -> None:
        count = len(data.series)
        wide = min(px(36), slot * 0.7 / count)
        for n, (series, colour) in enumerate(zip(data.series, shades(theme(), count), strict=True)):
            for i, value in enumerate(series.values):
                if value is not None:
                    left = plot.left() + (i + 0.5) * slot + (n - count / 2) * wide
                    painter.fillRect(
                        QRectF(left, up(value), wide - 1, up(0) - up(value)).normalized(), colour
                    )

    def _lines(
        self, painter: QPainter, plot: QRectF, slot: float, data: ChartData, up: Callable[[float], float]
    ) -> None:
        """A value that is not known breaks its line: nothing is invented between."""
        for series, colour in zip(data.series, shades(theme(), len(data.series)), strict=True):
            painter.setPen(QPen(colour, 2))
            run = QPolygonF()
            for i, value in enumerate((*series.values, None)):
                if value is not None:
                    run.append(QPointF(plot.left() + (i + 0.5) * slot, up(value)))
                    continue
                painter.drawPolyline(run)
                painter.setBrush(colour)
                for each in run.toList():
                    painter.drawEllipse(each, 2.5, 2.5)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                run = QPolygonF()

    def _ring(self, painter: QPainter, room: QRect, data: ChartData) -> None:
        """Shares of the first series, largest figure in words beside its name."""
        now, metrics = theme(), painter.fontMetrics()
        parts = [
            (name, value)
            for name, value in zip(data.categories, data.series[0].values, strict=True)
            if value is not None and value > 0
        ]
        total = sum(value for _, value in parts)
        if not total:
            return
        size = min(room.height(), room.width() * 2 // 5)
        circle = QRectF(room.left(), room.top(), size, size).adjusted(px(9), px(9), -px(9), -px(9))
        start, high = 90 * 16, metrics.height()
        left = room.left() + size + px(16)
        wide = room.right() - left - px(16)
        figures = [f"{self._write(value)} · {round(100 * value / total)} %" for _, value in parts]
        names = [name for name, _ in parts]
        keys = key_lines(names, figures, wide, room.height() - len(parts) * px(6), metrics)
        y = room.top()
        for (_, value), lines, colour in zip(parts, keys, shades(now, len(parts)), strict=True):
            span = round(value / total * 360 * 16)
            pen = QPen(colour, px(16))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawArc(circle, start, -span)
            start -= span
            painter.fillRect(QRectF(left, y + high / 2 - px(4), px(9), px(9)), colour)
            painter.setPen(QColor(now.text))
            for line in lines:
                painter.drawText(QRect(left + px(16), y, wide, high), int(Qt.AlignmentFlag.AlignLeft), line)
                y += high
            y += px(6)
        painter.setPen(QColor(now.text))
        painter.setFont(font(12, bold=True))
        words = self._write(total)
        if painter.fontMetrics().horizontalAdvance(words) <= circle.width() - px(24):
            painter.drawText(circle, CENTRE, words)
