"""Which columns of a list a person sees, in what order, how wide, and what the list is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog, foot
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.tables import Column
from app.ui.kit.theme import Tone, px
from app.words import tr

LEAST, MOST, STEP = 40, 800, 8
"""Bounds and step of a width, in pixels of the 100 % design."""
MOST_KEYS = 3
"""So many columns a list is sorted by."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The names of the columns shown, in their order (none: as the page has them), widths that were set by
    hand, and the sort keys with whether they descend, the first one first."""

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    sorts: tuple[tuple[str, bool], ...] = ()

    def kept(self) -> dict[str, Any]:
        """As a small JSON value."""
        return {
            "columns": list(self.columns),
            "widths": dict(self.widths),
            "sorts": [[key, down] for key, down in self.sorts],
        }

    @classmethod
    def of(cls, kept: object, columns: Sequence[Column[Any]]) -> Arrangement:
        """What can still be used of what was kept, in this release or another."""
        said = kept if isinstance(kept, Mapping) else {}
        known = {column.name for column in columns if column.name}
        keys = {column.sort for column in columns if column.sort}
        shown, widths, sorts = (said.get(each) for each in ("columns", "widths", "sorts"))
        shown = shown if isinstance(shown, list) else []
        widths = widths if isinstance(widths, Mapping) else {}
        sorts = sorts if isinstance(sorts, list) else []
        pairs = [each for each in sorts if isinstance(each, list) and len(each) == 2]
        return cls(
            tuple(dict.fromkeys(name for name in shown if isinstance(name, str) and name in known)),
            {
                name: min(max(wide, LEAST), MOST)
                for name, wide in widths.items()
                if name in known and type(wide) is int
            },
            tuple((key, down is True) for key, down in pairs if isinstance(key, str) and key in keys)[
                :MOST_KEYS
            ],
        )


class _Columns(QListWidget):
    """Space ticks, Alt+↑ ↓ moves, Alt+← → makes narrower and wider."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        item, alt = self.currentItem(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        turn = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        wider = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()), 0)
        if alt and item is not None and turn:
            place = self.row(item)
            if 0 <= place + turn < self.count():
                self.insertItem(place + turn, self.takeItem(place))
                self.setCurrentRow(place + turn)
        elif alt and item is not None and wider:
            wide = min(max(width_of(item) + wider, LEAST), MOST)
            item.setData(WIDTH, wide)
            say(item)
        else:
            super().keyPressEvent(event)


NAME, TITLE, WIDTH, SET = (Qt.ItemDataRole.UserRole + n for n in range(4))


def width_of(item: QListWidgetItem) -> int:
    return int(item.data(WIDTH))


def say(item: QListWidgetItem) -> None:
    """Its title and width."""
    item.setText(tr("{title}  ({width} px)", title=str(item.data(TITLE)), width=width_of(item)))


class ColumnsDialog(Dialog):
    """The choice of columns, by keyboard alone; `use` gets what was chosen."""

    def __init__(
        self,
        parent: QWidget,
        columns: Sequence[Column[Any]],
        now: Arrangement,
        use: Callable[[Arrangement], object],
        *,
        sorted_: bool,
    ) -> None:
        super().__init__(parent, tr("Columns and order"))
        self._all = [column for column in columns if column.name]
        self._use, self._before = use, now
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(tr("Columns and order"), points=12.5, bold=True))
        hint = tr("Space: show or hide. Alt+↑ ↓: move. Alt+← →: narrower, wider.")
        column.addWidget(Label(hint, tone=Tone.SOFT, wrap=True))
        self.list = _Columns()
        self.list.setAccessibleName(tr("Columns"))
        self.list.setMinimumHeight(px(240))
        column.addWidget(self.list, 1)
        self.sorts: list[QComboBox] = []
        if sorted_:
            row = QHBoxLayout()
            for number, title in enumerate((tr("Sorted by"), tr("then by"), tr("and then by"))):
                box = self._sort_box(title, now.sorts[number] if number < len(now.sorts) else None)
                half = QVBoxLayout()
                half.addWidget(Label(title, tone=Tone.SOFT))
                half.addWidget(box)
                row.addLayout(half, 1)
                self.sorts.append(box)
            column.addLayout(row)
        self.default = Button(tr("As at first"), lambda: self._fill(Arrangement()), key="F8", quiet=True)
        self.verb = Button(tr("Use"), self.submit, key="Ctrl+Return", primary=True)
        column.addLayout(foot(go_back(self.reject), self.verb, aside=[self.default]))
        self._fill(now)
        self.stand(460)
        self.list.setFocus()

    def chosen(self) -> Arrangement:
        """What stands in the dialog."""
        items = [self.list.item(row) for row in range(self.list.count())]
        shown = tuple(i.data(NAME) for i in items if i.checkState() is Qt.CheckState.Checked)
        widths = {i.data(NAME): width_of(i) for i in items if width_of(i) != i.data(SET)}
        sorts: dict[str, bool] = {}
        for box in self.sorts:
            if box.currentData() is not None:
                key, down = box.currentData()
                sorts.setdefault(key, down)
        return Arrangement(shown, {**widths}, tuple(sorts.items()) if self.sorts else self._before.sorts)

    def submit(self) -> None:
        if self.chosen().columns:
            self.accept()
            self._use(self.chosen())

    def _fill(self, now: Arrangement) -> None:
        self.list.clear()
        shown = now.columns or tuple(c.name for c in self._all if not c.optional)
        by_name = {column.name: column for column in self._all}
        order = [*shown, *(name for name in by_name if name not in shown)]
        for column in (by_name[name] for name in order if name in by_name):
            item = QListWidgetItem(self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if column.name in shown else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            wide = now.widths.get(column.name, column.width)
            for role, value in zip(
                (NAME, TITLE, WIDTH, SET), (column.name, column.title, wide, column.width), strict=True
            ):
                item.setData(role, value)
            say(item)
        self.list.setCurrentRow(0)

    def _sort_box(self, title: str, chosen: tuple[str, bool] | None) -> QComboBox:
        box = LetterBox()
        box.setAccessibleName(title)
        box.addItem("—", None)
        for column in self._all:
            for down, sign in ((False, "↑"), (True, "↓")):
                if column.sort:
                    box.addItem(f"{column.title} {sign}", (column.sort, down))
                    if chosen == (column.sort, down):
                        box.setCurrentIndex(box.count() - 1)
        return box
