"""Questions to the person: asked beside the work (`open`, never `exec`), answered by a verb and not by OK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog, Sheet
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr

LEAST_REASON = 3
"""Letters a reason has at least; "ok" is none."""


class Prompter(Protocol):
    """What pages may ask the person. A test hands in one that answers by itself."""

    def confirm(
        self, parent: QWidget, text: str, verb: str, yes: Callable[[], object], *, danger: bool = False
    ) -> None:
        """Asks one question that names its object; `yes` runs when the verb is pressed."""
        ...

    def ask_reason(self, parent: QWidget, title: str, verb: str, yes: Callable[[str], object]) -> None:
        """Asks why, before what cannot be taken back; `yes` gets the reason."""
        ...

    def tell(self, parent: QWidget, text: str) -> None:
        """Says something that must be read before going on."""
        ...


WIDE, WIDER = 420, 560
"""See `Dialog.stand`; the latter for what has several lines to say."""


class _Ask(Dialog):
    def __init__(self, parent: QWidget, text: str) -> None:
        super().__init__(parent, parent.window().windowTitle())
        self.setAccessibleName(text)
        self._wide = WIDER if "\n" in text else WIDE
        sheet = Sheet()
        sheet.column.addWidget(Label(text, points=11, wrap=True))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(24), px(24), px(24), px(16))
        self.column.setSpacing(px(12))
        self.column.addWidget(sheet, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(px(8))
        self.buttons.addStretch(1)

    def start(self, first: QWidget, *buttons: Button) -> None:
        """Opens with the keyboard in `first`: what is typed at once is not lost."""
        for each in buttons:
            self.buttons.addWidget(each)
        self.column.addLayout(self.buttons)
        self.stand(self._wide)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.open()
        self.activateWindow()
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        held = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(held, Button):
            held.click()  # Qt would press the default one, whichever has the keyboard
            return
        super().keyPressEvent(event)


class _Reason(NoteEdit):
    """Ctrl+Enter presses the verb."""

    def __init__(self, verb: Button) -> None:
        super().__init__(3)
        self._verb = verb

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._verb.click()
        else:
            super().keyPressEvent(event)


class QtPrompter:
    """Asks in windows of the program."""

    def confirm(
        self, parent: QWidget, text: str, verb: str, yes: Callable[[], object], *, danger: bool = False
    ) -> None:
        ask = _Ask(parent, text)
        ask.accepted.connect(yes)
        back = go_back(ask.reject)
        act = Button(verb, ask.accept, primary=True, danger=danger)
        # Where harm is possible, Enter does nothing harmful.
        first = back if danger else act
        first.setDefault(True)
        ask.start(first, back, act)

    def ask_reason(self, parent: QWidget, title: str, verb: str, yes: Callable[[str], object]) -> None:
        ask = _Ask(parent, title)
        act = Button(verb, key="Ctrl+Return", bound=False, primary=True, danger=True)
        reason = _Reason(act)
        reason.setAccessibleName(tr("Reason"))
        caption = Label(tr("&Reason"), tone=Tone.SOFT)
        caption.setBuddy(reason)
        below = Label(tr("Kept with the entry and read by the supervisor."), tone=Tone.SOFT, points=9)
        for each in (caption, reason, below):
            ask.column.addWidget(each)

        def accept() -> None:
            text = reason.toPlainText().strip()
            if len(text) < LEAST_REASON:
                below.setText(tr("Please write why."))
                below.set_tone(Tone.WRONG)
                reason.setProperty("wrong", True)
                reason.setFocus()
                return
            ask.accept()
            yes(text)

        act.clicked.connect(accept)
        ask.start(reason, go_back(ask.reject), act)

    def tell(self, parent: QWidget, text: str) -> None:
        ask = _Ask(parent, text)
        close = Button(tr("Close"), ask.accept, primary=True)
        close.setDefault(True)
        ask.start(close, close)
