"""How it stands with the head office: the state in words, what stands in the way, how far it is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.sync.loop import SyncState
from app.ui.kit.labels import Label
from app.ui.kit.pills import Pill
from app.ui.kit.room import Room
from app.ui.kit.theme import Tone, px
from app.ui.requests.words import day_words
from app.ui.sync.words import progress_words, standing, sync_sentence
from app.words import tr

THOUSANDTHS = 1000
"""Of a bar, which counts in 32 bits: bytes are too many."""


class LineState(QWidget):
    """The state of the line, `acts` beside it; `show_state` brings it up to date."""

    def __init__(self, room: Room, *acts: QWidget) -> None:
        super().__init__()
        self._room = room
        self._pill = Pill("", Tone.SOFT)
        self._sentence = Label(wrap=True)
        self._trouble = Label(wrap=True, selectable=True)
        self._how_far = Label(tone=Tone.SOFT)
        self._bar = QProgressBar()
        self._bar.setRange(0, THOUSANDTHS)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(px(6))
        self._bar.setAccessibleName(tr("How far it is"))
        row = QHBoxLayout()
        row.setSpacing(px(10))
        row.addWidget(self._pill)
        row.addWidget(self._sentence, 1)
        for act in acts:
            row.addWidget(act)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addLayout(row)
        for each in (self._trouble, self._how_far, self._bar):
            column.addWidget(each)

    def show_state(self, state: SyncState) -> None:
        """How it stands now."""
        room, now = self._room, standing(state)
        last = "" if state.last_contact is None else day_words(state.last_contact, room.now(), room.zone)
        self._pill.show_state(now.word, now.tone, now.sign)
        self._sentence.setText(sync_sentence(state, last))
        error = state.error if state.state in ("offline", "refused") else None
        self._trouble.setText("" if error is None else room.why(error))
        self._trouble.setVisible(error is not None)
        self._trouble.set_tone(Tone.WRONG if state.state == "refused" else Tone.SOFT)
        progress = state.progress if state.state == "syncing" else None
        for each in (self._how_far, self._bar):
            each.setVisible(progress is not None)
        if progress is not None:
            self._how_far.setText(progress_words(progress))
            self._bar.setValue(progress.done_bytes * THOUSANDTHS // max(progress.total_bytes, 1))
