"""How every widget is drawn: Fusion with flat surfaces, thin lines and a focus ring that is always seen.

A style and not a style sheet: an application style sheet doubles the time to build a window. The kit marks
a widget by dynamic properties: `primary` (the one act of the page), `danger`, `quiet` (no frame) and
`wrong` (its value is refused).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QFrame,
    QLineEdit,
    QListView,
    QProxyStyle,
    QPushButton,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionMenuItem,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.kit import bars, icons
from app.ui.kit.theme import mixed, px, theme

RADIUS = 4
FIELD_HEIGHT = 32
ITEM = 8
"""Space left and right of the words in a line of a list."""
RING = 2

PE = QStyle.PrimitiveElement
CE = QStyle.ControlElement
CC = QStyle.ComplexControl
CT = QStyle.ContentsType
SC = QStyle.SubControl
FOCUS = QStyle.StateFlag.State_HasFocus
HOVER = QStyle.StateFlag.State_MouseOver
ENABLED = QStyle.StateFlag.State_Enabled
SUNKEN = QStyle.StateFlag.State_Sunken
ON = QStyle.StateFlag.State_On
PARTLY = QStyle.StateFlag.State_NoChange
NO_PEN = QPen(Qt.PenStyle.NoPen)
SE = QStyle.SubElement
PM = QStyle.PixelMetric
METRICS = {PM.PM_MenuVMargin: 4, PM.PM_IndicatorWidth: 16, PM.PM_IndicatorHeight: 16}
"""Lengths of the 100 % design that Fusion has not, or not at large text."""
ITEM_PARTS = (SE.SE_ItemViewItemCheckIndicator, SE.SE_ItemViewItemDecoration, SE.SE_ItemViewItemText)


def box(
    painter: QPainter,
    rect: QRect,
    fill: QColor | str | None,
    edge: QColor | str | None,
    width: float = 1,
    radius: float | None = None,
) -> None:
    """A rounded box whose edge lies wholly inside `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(edge), width) if edge is not None else NO_PEN)
    half = width / 2 if edge is not None else 0
    round_by = px(RADIUS) if radius is None else radius
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), round_by, round_by)
    painter.restore()


def ring(painter: QPainter, rect: QRect, radius: float | None = None) -> None:
    """The focus ring."""
    box(painter, rect, None, theme().accent, RING, radius)


def field(painter: QPainter, option: Any, widget: QWidget | None) -> None:
    """The ground and edge of everything one types or chooses in."""
    now, state = theme(), option.state
    wrong = widget is not None and bool(widget.property("wrong"))
    focused = bool(state & FOCUS) or (isinstance(widget, QComboBox) and widget.hasFocus())
    edge = now.wrong if wrong else now.accent if focused else now.line
    box(painter, option.rect, now.surface if state & ENABLED else now.ground, edge, RING if focused else 1)


def _line_edit(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if option.lineWidth > 0:
        field(painter, option, widget)


def _frame_at_rest(option: Any, painter: QPainter) -> None:
    box(painter, option.rect, theme().surface, theme().line)


def _frame(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if option.state & FOCUS:
        ring(painter, option.rect)
    else:
        box(painter, option.rect, None, theme().line)


def _shaped_frame(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    shape = option.frameShape
    if shape is QFrame.Shape.NoFrame:
        return
    if shape in (QFrame.Shape.HLine, QFrame.Shape.VLine):
        flat = shape is QFrame.Shape.HLine
        centre, rect = option.rect.center(), option.rect
        thin = (
            QRect(rect.left(), centre.y(), rect.width(), 1)
            if flat
            else QRect(centre.x(), rect.top(), 1, rect.height())
        )
        painter.fillRect(thin, theme().line)
    elif isinstance(widget, QAbstractItemView) and widget.currentIndex().isValid():
        _frame_at_rest(option, painter)  # the ring is around the row one stands on
    elif isinstance(widget, QAbstractScrollArea):
        field(painter, option, widget)
    else:
        _frame(option, painter, widget)


def button_colours(option: Any, widget: QWidget | None) -> tuple[QColor, QColor | None, QColor]:
    """Fill, edge and words of a push button in its present state."""
    now, state = theme(), option.state
    if not state & ENABLED:
        return QColor(now.ground), QColor(now.line), QColor(now.soft)
    primary = widget is not None and bool(widget.property("primary"))
    danger = widget is not None and bool(widget.property("danger"))
    strength = 0.16 if state & SUNKEN else 0.08 if state & HOVER else 0
    if primary:
        fill = mixed(now.wrong if danger else now.accent, now.text, strength)
        return fill, None, QColor(now.on_accent)
    words = QColor(now.wrong if danger else now.text)
    if widget is not None and widget.property("quiet"):
        return QColor(now.hover) if strength else QColor(0, 0, 0, 0), None, words
    if state & ON:
        return QColor(now.chosen), QColor(now.accent), QColor(now.accent)
    return mixed(now.surface, now.text, strength / 2), QColor(now.line), words


def _push_button(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    fill, edge, _words = button_colours(option, widget)
    rect = option.rect
    if option.state & FOCUS:
        if edge is None:
            # A filled button stands off from its ring, or the ring would not be seen.
            box(painter, rect.adjusted(3, 3, -3, -3), fill, None)
        else:
            box(painter, rect, fill, None)
        ring(painter, rect)
    else:
        box(painter, rect, fill, edge)


def _tool_button(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if option.state & (ON | SUNKEN):
        box(painter, option.rect, theme().chosen, None)
    elif option.state & HOVER:
        box(painter, option.rect, theme().hover, None)


def _focus_rect(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(widget, QPushButton):
        ring(painter, option.rect)


def check_box(painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
    """A square to tick."""
    now = theme()
    marked = bool(state & (ON | PARTLY))
    edge = now.accent if marked or state & FOCUS else now.soft
    if not state & ENABLED:
        edge = now.line
    fill = now.accent if marked and state & ENABLED else now.surface
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1.5))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 3, 3)
    painter.restore()
    if state & ON:
        icons.draw(painter, "check", now.on_accent, rect.x() + 1, rect.y() + 1, rect.width() - 2)
    elif state & PARTLY:
        painter.fillRect(
            rect.adjusted(4, rect.height() // 2 - 1, -4, -(rect.height() // 2 - 1)), now.on_accent
        )


def _check_box(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    check_box(painter, option.rect, option.state)


def _radio_button(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    now, on = theme(), bool(option.state & ON)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(now.accent if on else now.soft), 1.5))
    painter.setBrush(QColor(now.surface))
    circle = QRectF(option.rect).adjusted(1, 1, -1, -1)
    painter.drawEllipse(circle)
    if on:
        painter.setPen(NO_PEN)
        painter.setBrush(QColor(now.accent))
        fourth = circle.width() / 4
        painter.drawEllipse(circle.adjusted(fourth, fourth, -fourth, -fourth))
    painter.restore()


def _panel(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    painter.fillRect(option.rect, theme().surface)
    painter.save()
    painter.setPen(QColor(theme().line))
    painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
    painter.restore()


def _nothing(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    pass


def _tab_line(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    bottom = option.rect.bottom()
    painter.fillRect(QRect(option.rect.left(), bottom, option.rect.width(), 1), theme().line)


def _push_button_label(style: OurStyle, option: Any, painter: QPainter, widget: QWidget | None) -> None:
    plain: Any = QStyleOptionButton(option)
    words = button_colours(option, widget)[2]
    plain.palette.setColor(QPalette.ColorRole.ButtonText, words)
    name = widget.property("sign") if widget is not None else None
    if name:
        size = px(icons.SIZE)
        wide = option.fontMetrics.horizontalAdvance(option.text) + (size + px(6) if option.text else size)
        left = option.rect.center().x() - wide / 2 + 0.5
        icons.draw(painter, name, words, left, option.rect.center().y() - size / 2 + 1, size)
        plain.rect = option.rect.adjusted(size + px(6), 0, 0, 0)
    QProxyStyle.drawControl(style, CE.CE_PushButtonLabel, plain, painter, widget)


def _separates(option: Any) -> bool:
    """Whether this part of a menu is a line between entries."""
    return bool(option.menuItemType is QStyleOptionMenuItem.MenuItemType.Separator)


def _menu_line(option: Any, painter: QPainter) -> None:
    rect = option.rect
    painter.fillRect(QRect(rect.left(), rect.center().y(), rect.width(), 1), theme().line)


def _combo_box_label(style: OurStyle, option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """What is chosen; too long for the box, it ends in an ellipsis and not in half a letter."""
    plain: Any = QStyleOptionComboBox(option)
    room = style.subControlRect(CC.CC_ComboBox, option, SC.SC_ComboBoxEditField, widget).width()
    plain.currentText = option.fontMetrics.elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)
    QProxyStyle.drawControl(style, CE.CE_ComboBoxLabel, plain, painter, widget)


def _list_item(style: OurStyle, option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """A line of a list: as a row of a table, with the accent's bar where one stands."""
    now, rect = theme(), option.rect
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    hovered = bool(option.state & HOVER)
    painter.fillRect(rect, QColor(now.chosen if chosen else now.hover if hovered else now.surface))
    if chosen:
        painter.fillRect(QRect(rect.left(), rect.top(), px(3), rect.height()), QColor(now.accent))
    plain: Any = QStyleOptionViewItem(option)
    plain.state &= ~(QStyle.StateFlag.State_Selected | HOVER | FOCUS)
    plain.palette.setColor(QPalette.ColorRole.Text, QColor(now.text if option.state & ENABLED else now.soft))
    QProxyStyle.drawControl(style, CE.CE_ItemViewItem, plain, painter, widget)


def chevron(painter: QPainter, centre: QPointF, up: bool, enabled: bool) -> None:
    """The small arrow of a list that opens or a number that steps."""
    size = px(16)
    colour = theme().soft if enabled else theme().line
    icons.draw(
        painter,
        "chevron-up" if up else "chevron-down",
        colour,
        centre.x() - size / 2 - px(3),
        centre.y() - size / 2,
        size,
    )


Draw = Callable[[Any, QPainter, "QWidget | None"], None]
PRIMITIVES: dict[QStyle.PrimitiveElement, Draw] = {
    PE.PE_PanelLineEdit: _line_edit,
    PE.PE_FrameLineEdit: _line_edit,
    PE.PE_Frame: _frame,
    PE.PE_PanelButtonCommand: _push_button,
    PE.PE_PanelButtonTool: _tool_button,
    PE.PE_FrameFocusRect: _focus_rect,
    PE.PE_IndicatorCheckBox: _check_box,
    PE.PE_IndicatorItemViewItemCheck: _check_box,
    PE.PE_IndicatorRadioButton: _radio_button,
    PE.PE_PanelMenu: _panel,
    PE.PE_FrameMenu: _nothing,
    PE.PE_PanelTipLabel: _panel,
    PE.PE_FrameTabBarBase: _tab_line,
    PE.PE_FrameTabWidget: _nothing,
}
CONTROLS: dict[QStyle.ControlElement, Draw] = {
    CE.CE_ShapedFrame: _shaped_frame,
    CE.CE_Header: bars.header,
    CE.CE_HeaderEmptyArea: bars.header_ground,
    CE.CE_ProgressBarGroove: bars.progress_groove,
    CE.CE_ProgressBarContents: bars.progress_contents,
    CE.CE_TabBarTabShape: bars.tab,
}


class OurStyle(QProxyStyle):
    """Fusion, drawn our way."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def polish(self, what: Any) -> Any:
        """Once for every widget: room for the words in a field, room for the ring around a list."""
        if isinstance(what, QLineEdit):
            if what.hasFrame():
                what.setTextMargins(px(7), 0, px(7), 0)
        elif isinstance(what, QAbstractScrollArea) and what.frameShape() is QFrame.Shape.StyledPanel:
            what.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
            what.setLineWidth(RING)
        return super().polish(what)

    def pixelMetric(  # noqa: N802
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        length = METRICS.get(metric)
        return super().pixelMetric(metric, option, widget) if length is None else px(length)

    def drawPrimitive(  # noqa: N802
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        ours = PRIMITIVES.get(element)
        if ours is None:
            super().drawPrimitive(element, option, painter, widget)
        else:
            ours(option, painter, widget)

    def drawControl(  # noqa: N802
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        ours = CONTROLS.get(element)
        if ours is not None:
            ours(option, painter, widget)
        elif element is CE.CE_PushButtonLabel:
            _push_button_label(self, option, painter, widget)
        elif element is CE.CE_ComboBoxLabel:
            _combo_box_label(self, option, painter, widget)
        elif element is CE.CE_MenuItem and _separates(option):
            _menu_line(option, painter)
        elif element is CE.CE_ItemViewItem and isinstance(widget, QListView):
            _list_item(self, option, painter, widget)
        else:
            super().drawControl(element, option, painter, widget)

    def drawComplexControl(  # noqa: N802
        self,
        control: QStyle.ComplexControl,
        option: Any,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        enabled = bool(option.state & ENABLED)
        if control is CC.CC_ScrollBar:
            bars.scroll_bar(option, painter, widget)
        elif control is CC.CC_ComboBox:
            if option.frame:
                field(painter, option, widget)
            arrow = self.subControlRect(control, option, SC.SC_ComboBoxArrow, widget)
            chevron(painter, QRectF(arrow).center(), False, enabled)
        elif control is CC.CC_SpinBox:
            if option.frame:
                field(painter, option, widget)
            for part, up in ((SC.SC_SpinBoxUp, True), (SC.SC_SpinBoxDown, False)):
                if option.subControls & part:
                    spot = self.subControlRect(control, option, part, widget)
                    chevron(painter, QRectF(spot).center(), up, enabled)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(  # noqa: N802
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        if control is CC.CC_ScrollBar:
            return bars.scroll_bar_part(option, part)
        found = super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]
        if control is CC.CC_ComboBox and part is SC.SC_ComboBoxEditField:
            return found.adjusted(px(6), 0, 0, 0)
        if control is CC.CC_SpinBox and part is SC.SC_SpinBoxEditField:
            return found.adjusted(px(6), 0, 0, 0)
        return found

    def subElementRect(  # noqa: N802
        self, element: QStyle.SubElement, option: Any, widget: QWidget | None = None
    ) -> QRect:
        if element in ITEM_PARTS and isinstance(widget, QListView):
            plain: Any = QStyleOptionViewItem(option)
            plain.rect = plain.rect.adjusted(px(ITEM), 0, -px(ITEM), 0)
            return super().subElementRect(element, plain, widget)
        return super().subElementRect(element, option, widget)  # type: ignore[arg-type]

    def sizeFromContents(  # noqa: N802
        self, kind: QStyle.ContentsType, option: Any, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        found = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        if kind is CT.CT_PushButton:
            wide = size.width() + px(24)
            if widget is not None and widget.property("sign"):
                # Without words, Qt has counted a few letters of its own.
                wide = wide + px(icons.SIZE) + px(6) if option.text else px(FIELD_HEIGHT)
            return QSize(wide, self._button_height(option, widget))
        if kind is CT.CT_LineEdit:
            return QSize(found.width() + px(12), self._field_height(option))
        if kind in (CT.CT_ComboBox, CT.CT_SpinBox):
            return QSize(found.width() + px(8), self._field_height(option))
        if kind is CT.CT_HeaderSection:
            return QSize(found.width(), max(px(FIELD_HEIGHT), found.height()))
        if kind is CT.CT_TabBarTab:
            return QSize(found.width(), max(px(36), found.height()))
        if kind is CT.CT_MenuItem:
            if _separates(option):
                return QSize(found.width(), px(9))
            return QSize(found.width() + px(8), max(px(28), found.height()))
        if kind is CT.CT_ItemViewItem and isinstance(widget, QListView):
            return QSize(found.width() + 2 * px(ITEM), max(px(28), found.height() + px(8)))
        return found

    @staticmethod
    def _button_height(option: Any, widget: QWidget | None) -> int:
        least = px(44 if widget is not None and widget.property("big") else FIELD_HEIGHT)
        return max(least, int(option.fontMetrics.height()) + px(8))

    @staticmethod
    def _field_height(option: Any) -> int:
        return max(px(FIELD_HEIGHT), int(option.fontMetrics.height()) + px(12))
