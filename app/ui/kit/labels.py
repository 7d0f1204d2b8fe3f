"""Words that are not typed: labels of a size, weight and tone that follow the theme."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QWidget

from app.ui.kit import theme as style
from app.ui.kit.theme import POINTS, Tone, look

BREAK = "\u200b"
"""Where a line may end within a word. Qt breaks none at a backslash, and what does not fit is cut off."""

_PATH = re.compile(r"\S{24,}")


def _breakable(word: re.Match[str]) -> str:
    """A path, with places where its line may end."""
    return re.sub(r"(?<=[\\/])(?=[^\\/])", BREAK, word[0])


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
        super().__init__(parent)
        self._tone, self._points, self._bold, self._mono = tone, points, bold, mono
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)
        self._dress()
        look.changed.connect(self._dress)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(_PATH.sub(_breakable, text) if self.wordWrap() else text)

    def text(self) -> str:
        """What it says, without the places where it may break."""
        return super().text().replace(BREAK, "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            self._copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if not self.hasSelectedText():
            event.ignore()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(QCoreApplication.translate("QWidgetTextControl", "&Copy"), self._copy)
        menu.popup(event.globalPos())

    def _copy(self) -> None:
        """What is selected, without the places where it may break: a path is pasted as one."""
        QGuiApplication.clipboard().setText(self.selectedText().replace(BREAK, ""))

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
