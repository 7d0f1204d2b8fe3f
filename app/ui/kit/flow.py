"""A row that goes on in the next line where it is too long: chips, quick amounts, acts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QWidget

from app.ui.kit.theme import px

STEP = 8
"""By so many pixels of the 100 % design something becomes wider."""


class FlowLayout(QLayout):
    """Lays its widgets from left to right and on; with `fill`, those of one line share its whole width, and
    with `columns` those of all lines are as wide as those of the fullest one, below each other."""

    def __init__(
        self, parent: QWidget | None = None, *, fill: bool = False, columns: bool = False, gap: int = 8
    ) -> None:
        if parent is None:
            super().__init__()
        else:
            super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._fill, self._columns, self._gap = fill or columns, columns, gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        lines = self._lines(width)
        return sum(self._high(line, width) for line in lines) + px(self._gap) * (
            len(lines) - 1 if lines else 0
        )

    def sizeHint(self) -> QSize:  # noqa: N802
        hints = [each.sizeHint() for each in self._shown()]
        wide = sum(each.width() for each in hints) + px(self._gap) * max(0, len(hints) - 1)
        return QSize(wide, max((each.height() for each in hints), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802
        widest = QSize(0, 0)
        for each in self._shown():
            widest = widest.expandedTo(each.minimumSize())
        return widest

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        y, gap = rect.y(), px(self._gap)
        lines = self._lines(rect.width())
        most = max(map(len, lines), default=1)
        for line in lines:
            x = rect.x()
            high = self._high(line, rect.width())
            hints = [min(each.sizeHint().width(), rect.width()) for each in line]
            spare = max(0, rect.width() - gap * (len(line) - 1) - sum(hints)) if self._fill else 0
            for n, (each, wide) in enumerate(zip(line, hints, strict=True)):
                more = spare // (len(line) - n)
                if self._columns:
                    begin, end = ((rect.width() + gap) * at // most for at in (n, n + 1))
                    more = end - begin - gap - wide
                spare -= more
                own = high if self._fill else self._high([each], rect.width())
                each.setGeometry(QRect(QPoint(x, y + (high - own) // 2), QSize(wide + more, own)))
                x += wide + more + gap
            y += high + gap

    def _shown(self) -> list[QLayoutItem]:
        return [each for each in self._items if not each.isEmpty()]

    @staticmethod
    def _high(line: list[QLayoutItem], width: int) -> int:
        """The highest of a line; one that is wider than the line may itself break into several."""
        return max(
            each.heightForWidth(min(each.sizeHint().width(), width))
            if each.hasHeightForWidth()
            else each.sizeHint().height()
            for each in line
        )

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """Which items stand in which line; filled lines are as even as can be: 2 + 2, not 3 + 1."""
        items, gap = self._shown(), px(self._gap)
        found: list[list[QLayoutItem]] = []
        left = -1
        for each in items:
            wide = each.sizeHint().width()
            if left < wide or not found:
                found.append([])
                left = width
            found[-1].append(each)
            left -= wide + gap
        if self._fill and len(found) > 1:
            size = -(-len(items) // len(found))
            even = [items[i : i + size] for i in range(0, len(items), size)]
            if all(sum(each.sizeHint().width() + gap for each in line) - gap <= width for line in even):
                return even
        return found


class Flow(QWidget):
    """A widget with a `FlowLayout`."""

    def __init__(self, *widgets: QWidget, fill: bool = False, gap: int = 8) -> None:
        super().__init__()
        row = FlowLayout(self, fill=fill, gap=gap)
        for each in widgets:
            row.addWidget(each)


class YieldingBar(QWidget):
    """Two in a row, where `gives` makes room before `keeps` breaks into two lines: it is between `least` and
    `most` wide (pixels of the 100 % design)."""

    def __init__(self, keeps: QWidget, gives: QWidget, *, least: int, most: int, gap: int = 8) -> None:
        super().__init__()
        self._keeps, self._gives = keeps, gives
        self._least, self._most, self._gap = least, most, gap
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(keeps, 1, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(gives, 0, Qt.AlignmentFlag.AlignTop)
        self._share()

    def _share(self) -> None:
        if self._row.spacing() != px(self._gap):  # setting it asks for a new layout, and that for this again
            self._row.setSpacing(px(self._gap))
        room, least = self.width() - px(self._gap), px(self._least)
        spare = room - self._keeps.sizeHint().width()
        wide = max(least, min(px(self._most), spare))
        if wide == least and self._keeps.hasHeightForWidth():
            # It breaks all the same: the other takes what leaves it no more lines than that.
            lines = self._keeps.heightForWidth(room - least)
            while wide < px(self._most) and self._keeps.heightForWidth(room - wide - px(STEP)) == lines:
                wide += px(STEP)
        if self._gives.width() != wide or self._gives.maximumWidth() != wide:
            self._gives.setFixedWidth(wide)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._share()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share()
