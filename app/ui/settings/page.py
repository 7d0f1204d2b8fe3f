"""Settings: how the window looks, where things lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.flow import FlowLayout
from app.ui.kit.forms import Form
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.page import Page, scrolled
from app.ui.kit.theme import Tone, px
from app.words import tr


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person likes the window; kept on this PC."""

    language: str = "vi"
    theme: str = "light"
    text_scale: int = 100
    receipts: str = "a5"
    """"a5" or "roll" (80 mm)."""
    lock_minutes: int = 10
    """Without key or mouse, until the window locks; 0: never."""


LOCK_MINUTES = (0, 2, 5, 10, 15, 30, 60)

SIGN_OUT_KEY = "Ctrl+Shift+Q"
"""Of the whole window."""

Facts = tuple[tuple[str, str], ...]
"""What the page tells: pairs of a heading and its words."""


class SettingsPage(Page):
    """Signals: `preferences_chosen(Preferences)`; `sign_out_asked()`; `support_asked()`;
    `pin_asked()`; `encryption_asked()`;
    `backups_asked()`."""

    preferences_chosen = Signal(object)
    sign_out_asked = Signal()
    support_asked = Signal()
    pin_asked = Signal()
    encryption_asked = Signal()
    backups_asked = Signal()

    def __init__(
        self, preferences: Preferences, facts: Callable[[], Facts], *, encrypted: bool = False
    ) -> None:
        """`encrypted`: the data of this desk is."""
        super().__init__(tr("Settings"))
        self._facts = facts
        self.form = Form()
        self._languages = _choice(("vi", "Tiếng Việt"), ("en", "English"))
        self._themes = _choice(("light", tr("Light")), ("dark", tr("Dark")))
        sizes = [(n, tr("{percent} %", percent=n)) for n in (100, 125, 150, 175, 200)]
        self._sizes = _choice(*sizes)
        self.form.add("language", tr("&Language"), self._languages)
        self.form.add("theme", tr("&Colours"), self._themes)
        self.form.add("text_scale", tr("Text &size"), self._sizes)
        self._receipts = _choice(("a5", tr("A5 sheet")), ("roll", tr("Roll of 80 mm")))
        self.form.add("receipts", tr("&Receipts on"), self._receipts)
        waits = [(n, tr("{count} minutes", count=n)) for n in LOCK_MINUTES if n]
        self._locks = _choice(*waits, (0, tr("Never")))
        self.form.add("lock_minutes", tr("Loc&k the window after"), self._locks)
        self.form.set_values(asdict(preferences))
        for choice in (self._languages, self._themes, self._sizes, self._receipts, self._locks):
            choice.activated.connect(self._choose)
        self._told = QVBoxLayout()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.form)
        column.addLayout(self._told)
        self._sections = QVBoxLayout()
        column.addLayout(self._sections)
        acts = FlowLayout()
        out = Button(tr("Sign out"), self.sign_out_asked.emit, key=SIGN_OUT_KEY, bound=False, sign="logout")
        acts.addWidget(out)
        self.support = Button(tr("Make a support file…"), self.support_asked.emit, key="F8")
        acts.addWidget(self.support)
        acts.addWidget(Button(tr("PIN to unlock…"), self.pin_asked.emit, key="F6"))
        acts.addWidget(Button(tr("Backups…"), self.backups_asked.emit, key="F9"))
        turn = tr("Remove the encryption…") if encrypted else tr("Encrypt the data…")
        self.encryption = Button(turn, self.encryption_asked.emit, key="Ctrl+F9")
        acts.addWidget(self.encryption)
        column.addLayout(acts)
        column.addStretch(1)
        body.setMaximumWidth(px(820))
        self.set_body(scrolled(body))
        self.show_body()

    def add_section(self, section: QWidget) -> None:
        """A further part, below what the page tells."""
        self._sections.addWidget(section)

    def opened(self) -> None:
        """See `Page.opened`."""
        while (item := self._told.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._told.addWidget(Label(tr("Where things lie"), bold=True))
        for name, words in self._facts():
            self._told.addWidget(_line(name, words))

    def _choose(self) -> None:
        self.preferences_chosen.emit(Preferences(**self.form.values()))


def _line(name: str, words: str) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    caption = Label(name, tone=Tone.SOFT)
    caption.setFixedWidth(px(200))
    row.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(words, wrap=True, selectable=True), 1)
    return line


def _choice(*items: tuple[object, str]) -> QComboBox:
    choice = LetterBox()
    for value, words in items:
        choice.addItem(words, value)
    return choice
