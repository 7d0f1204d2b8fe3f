"""A dialog of a few fields and one verb: what is asked before an act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import FormDialog, Sheet
from app.ui.kit.labels import Label
from app.ui.kit.room import Room
from app.ui.kit.theme import Tone, px

Done = Callable[[], object]

WIDE = 780
"""Width of a dialog whose fields stand in two columns, in pixels of the 100 % design."""


class ActDialog(FormDialog):
    """The act runs off the UI thread; what it refuses is said beside the field.
    `wide`: see `Dialog.stand`."""

    def __init__(
        self,
        parent: QWidget,
        room: Room,
        title: str,
        verb: str,
        key: str,
        act: Callable[[Mapping[str, Any]], object],
        done: Done,
        *,
        wide: int = 520,
    ) -> None:
        super().__init__(parent, room, title)
        self._room, self._act, self._done, self._width = room, act, done, wide
        self.form.submitted.connect(self.submit)
        self.wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(title, points=12.5, bold=True, wrap=True))
        self.sheet = Sheet()
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(px(8))
        self.buttons.addStretch(1)
        self.verb = Button(verb, self.submit, key=key, primary=True)
        for each in (go_back(self.reject), self.verb):
            self.buttons.addWidget(each)
        column.addWidget(self.sheet, 1)
        column.addWidget(self.wrong)
        column.addLayout(self.buttons)

    def say(self, text: str, *, tone: Tone = Tone.SOFT, strong: bool = False) -> None:
        """A line above the fields."""
        self.sheet.column.addWidget(Label(text, tone=tone, wrap=True, bold=strong, selectable=True))

    def start(self, first: str) -> None:
        """Shows the dialog with the keyboard in that field."""
        self.sheet.column.addWidget(self.form)
        self.sheet.column.addStretch(1)
        self.form.mark_clean()
        self.stand(self._width)
        self.open()
        self.form.editor(first).setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Does it."""
        values = self.form.values()
        self.carry_out(self.verb, lambda: self._act(values), self._done)
