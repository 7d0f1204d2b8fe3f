"""Words that are not typed: labels of a size, weight and tone that follow the theme."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.ui.kit import theme as style
from app.ui.kit.theme import POINTS, Tone, look


class Label(QLabel):
    """Plain text; never rich text, so nothing a customer is called can turn into markup."""

    def __init__(
        self,
        text: str = "",
        *,
        tone: Tone = Tone.PLAIN,
        points: float = POINTS,
        bold: bool = False,
        mono: bool = False,
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._tone, self._points, self._bold, self._mono = tone, points, bold, mono
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._dress()
        look.changed.connect(self._dress)

    @property
    def tone(self) -> Tone:
        return self._tone

    def set_tone(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self._dress()

    def _dress(self) -> None:
        self.setFont(style.font(self._points, bold=self._bold, mono=self._mono))
        plain = self._tone is Tone.PLAIN
        if plain and not self.testAttribute(Qt.WidgetAttribute.WA_SetPalette):
            return
        colours = QPalette()
        if not plain:
            colours.setColor(QPalette.ColorRole.WindowText, style.theme().ink(self._tone))
        self.setPalette(colours)


class ElidedLabel(Label):
    """One line that gives way: cut with an ellipsis where there is no room, whole in its tooltip. `middle`:
    cut there, for a path, whose ends say most."""

    def __init__(self, text: str = "", *, middle: bool = False, **dress: Any) -> None:
        super().__init__(text, **dress)
        self._cut = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        shown = self.fontMetrics().elidedText(self.text(), self._cut, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)


class Line(QFrame):
    """A thin line between groups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.HLine)
        self.setFixedHeight(1)
