"""Dialogs over the page one comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from app.domain.errors import AppError, Invalid
from app.ui.kit.forms import Form
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone
from app.words import tr

if TYPE_CHECKING:
    from app.ui.kit.room import Room  # a room has queries with it, which the shell does without


class Dialog(QDialog):
    """The window waits for it; it is gone once closed. A stray Enter does nothing: that is Ctrl+Enter."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        QShortcut(QKeySequence("F1"), self, self.show_keys)

    def show_keys(self) -> None:
        """F1: the keys of this dialog."""
        from app.ui.kit.keys import KeysDialog  # here: that is a dialog itself

        if not isinstance(self, KeysDialog):
            KeysDialog(self, self).open()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


class FormDialog(Dialog):
    """A dialog around `form`; leaving it asks only when something would be lost."""

    def __init__(self, parent: QWidget, room: Room, title: str) -> None:
        super().__init__(parent, title)
        self._prompter, self._why, self._why_each = room.prompter, room.why, room.why_each
        self.form = Form()
        self.wrong = Label(tone=Tone.WRONG, wrap=True)

    def refuse(self, error: AppError) -> None:
        """Says beside each field why it is refused; what concerns none of them stands in `wrong`."""
        if isinstance(error, Invalid):
            self.form.show_errors(self._why_each(error))
        else:
            self.wrong.setText(self._why(error))
            self.wrong.show()

    def reject(self) -> None:
        if self.form.is_dirty():
            self._prompter.confirm(
                self, tr("What was typed here is not saved."), tr("Throw away"), self._leave, danger=True
            )
        else:
            self._leave()

    def _leave(self) -> None:
        super().reject()
