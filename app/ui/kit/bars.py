"""The parts of the style that are bars: table headers, scroll bars, progress bars, tabs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QStyle, QStyleOptionHeader, QWidget

from app.ui.kit.theme import font, mixed, px, theme

PADDING = 11
"""Space left and right of the words in a table's cell and header."""
SC = QStyle.SubControl
NO_PEN = QPen(Qt.PenStyle.NoPen)


def _pill(painter: QPainter, rect: QRectF, colour: QColor | str) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(NO_PEN)
    painter.setBrush(QColor(colour))
    half = min(rect.width(), rect.height()) / 2
    painter.drawRoundedRect(rect, half, half)
    painter.restore()


def header(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """One heading: soft and heavy, with an arrow where the table is sorted."""
    now, rect = theme(), option.rect
    painter.save()
    painter.fillRect(rect, now.surface)
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), now.line)
    # Qt calls the indicator of an ascending order SortDown.
    arrow = {
        QStyleOptionHeader.SortIndicator.SortDown: " ↑",
        QStyleOptionHeader.SortIndicator.SortUp: " ↓",
    }.get(option.sortIndicator, "")
    painter.setFont(font(9.5, bold=True))
    painter.setPen(QColor(now.soft))
    inner = rect.adjusted(px(PADDING), 0, -px(PADDING), 0)
    metrics = painter.fontMetrics()
    room = inner.width() - metrics.horizontalAdvance(arrow)
    words = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room) + arrow
    painter.drawText(inner, int(option.textAlignment | Qt.AlignmentFlag.AlignVCenter), words)
    painter.restore()


def heading_width(words: str) -> int:
    """How wide `header` wants to be for these words."""
    return QFontMetrics(font(9.5, bold=True)).horizontalAdvance(words) + 2 * px(PADDING) + 1


def header_ground(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """What is left of the header beside its last column."""
    rect = option.rect
    painter.fillRect(rect, theme().surface)
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().line)


def progress_groove(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    _pill(painter, QRectF(option.rect), theme().line)


def progress_contents(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """How far it is; a bar without an end shows a third, still, in the middle: nothing moves here."""
    whole = QRectF(option.rect)
    span = option.maximum - option.minimum
    if span <= 0:
        third = whole.width() / 3
        _pill(painter, whole.adjusted(third, 0, -third, 0), theme().accent)
        return
    share = max(0.0, min(1.0, (option.progress - option.minimum) / span))
    if share:
        done = QRectF(whole)
        done.setWidth(max(whole.height(), whole.width() * share))
        _pill(painter, done, theme().accent)


def tab(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """A tab is a word; the chosen one is underlined."""
    rect = option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(QRect(rect.left(), rect.bottom() - 1, rect.width(), 2), theme().accent)
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, theme().hover)


def scroll_bar_part(option: Any, part: QStyle.SubControl) -> QRect:
    """A scroll bar without arrows: groove, slider, and the pages before and after it."""
    rect: QRect = option.rect
    flat = option.orientation == Qt.Orientation.Horizontal
    length = rect.width() if flat else rect.height()
    span = option.maximum - option.minimum
    size = length
    if span > 0:
        size = max(min(px(32), length), int(option.pageStep * length / (span + option.pageStep)))
    start = QStyle.sliderPositionFromValue(
        option.minimum, option.maximum, option.sliderPosition, length - size, option.upsideDown
    )

    def piece(begin: int, extent: int) -> QRect:
        if flat:
            return QRect(rect.left() + begin, rect.top(), extent, rect.height())
        return QRect(rect.left(), rect.top() + begin, rect.width(), extent)

    if part == SC.SC_ScrollBarGroove:
        return rect
    if part == SC.SC_ScrollBarSlider:
        return piece(start, size)
    if part == SC.SC_ScrollBarSubPage:
        return piece(0, start)
    if part == SC.SC_ScrollBarAddPage:
        return piece(start + size, length - start - size)
    return QRect()


def _on_surface(widget: QWidget | None) -> bool:
    """Whether a scroll bar stands in a list, a text or a panel, and not on the ground of a page."""
    while widget is not None:
        if isinstance(widget, QAbstractItemView | QPlainTextEdit) or widget.property("surface"):
            return True
        widget = widget.parentWidget()
    return False


def scroll_bar(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    now = theme()
    painter.fillRect(option.rect, now.surface if _on_surface(widget) else now.ground)
    slider = QRectF(scroll_bar_part(option, SC.SC_ScrollBarSlider)).adjusted(3, 3, -3, -3)
    held = option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Sunken)
    if option.maximum > option.minimum:
        # At rest between line and soft text: found, without being loud.
        _pill(painter, slider, QColor(now.soft) if held else mixed(now.line, now.soft, 0.35))
