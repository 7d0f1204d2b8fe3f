"""The backups of this desk: when, how large, where; another one now; a second place; bringing one back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.money import format_number
from app.failures import sentence
from app.ui.backups.ways import backup_files
from app.ui.kit.buttons import Button
from app.ui.kit.dialog import Dialog, foot
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import Notice, clear
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.kit.labels import Label
from app.ui.kit.prompt import Prompter
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.words import tr

WIDE, HIGH = 760, 260


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A backup in the list. `made` in the office's zone; None of a file that is not whole. `before_upgrade`:
    it is the copy that was made before the data was brought to another release."""

    path: Path
    made: datetime | None
    bytes: int
    desk: str
    elsewhere: bool
    before_upgrade: bool = False


class Keeping(Protocol):
    """What the dialog asks (`app.window.backups.Keeping`); AppError where it fails."""

    @property
    def place(self) -> Path | None: ...
    @property
    def may_restore(self) -> bool: ...
    @property
    def key_here(self) -> bool: ...
    def copy_key(self, path: Path) -> None: ...
    def rows(self) -> Sequence[BackupRow]: ...
    def make(self, job: Job[Any]) -> AppError | None: ...
    def check(self, path: Path, job: Job[Any]) -> None: ...
    def choose_place(self, folder: Path | None) -> None: ...
    def restore(self, path: Path) -> None: ...


class BackupsDialog(Dialog):
    """`keeping` does what is chosen here."""

    def __init__(self, parent: QWidget, keeping: Keeping, jobs: JobRunner, prompter: Prompter) -> None:
        super().__init__(parent, tr("Backups"))
        self._keeping, self._jobs, self._prompter = keeping, jobs, prompter
        self._rows: dict[Path, BackupRow] = {}
        self._job: Job[Any] | None = None
        columns: list[Column[BackupRow]] = [
            Column(tr("Made"), _made, width=150, strong=lambda row: row.path == self._newest()),
            Column(tr("Desk"), lambda row: row.desk, width=80, mono=True),
            Column(tr("Size"), _size, align=RIGHT, width=90),
            Column(tr("Place"), _place, width=140, grow=1),
            Column(tr("State"), _state, tone=_tone, width=150),
        ]
        self.model: WindowedTableModel[BackupRow] = WindowedTableModel(
            lambda ids: {each: self._rows[each] for each in ids}, columns
        )
        self.list = TableView(self.model, tr("Backups"), dense=True)
        self.list.setMinimumHeight(px(HIGH))
        self.list.current_changed.connect(lambda _row: self._enable())
        words = tr(
            "A backup is made by itself every day. Kept are the newest of each of 7 days and of 8 weeks, "
            "here and at the second place: of one day that is one. It holds the data, not this desk's key."
        )
        self._place = Label("", wrap=True, selectable=True)
        self.make = Button(tr("Back up now"), self.make_one, key="F8", primary=True)
        self.check = Button(tr("Check"), self.check_one, key="F7")
        self.choose = Button(tr("Second place…"), self._ask_place)
        self.none = Button(tr("No second place"), lambda: self.set_place(None))
        self.restore = Button(tr("Bring back…"), self.restore_one, danger=True)
        self.file = Button(tr("From a file…"), self._ask_file, danger=True)
        self.key = Button(tr("Copy of the key…"), self._ask_key)
        close = Button(tr("Close"), self.reject, key="Esc", bound=False)
        self._said = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(tr("Backups"), points=14, bold=True))
        column.addWidget(Label(words, tone=Tone.SOFT, wrap=True))
        column.addWidget(self.list, 1)
        column.addWidget(self._place)
        column.addWidget(Flow(self.make, self.check, self.choose, self.none))
        if keeping.key_here:
            about_key = tr(
                "The head office is on this PC, and its key is in no backup. Without it nothing can be "
                "brought back on another PC: copy it once onto a stick, and lock that away."
            )
            column.addWidget(Label(about_key, tone=Tone.SOFT, wrap=True))
            column.addWidget(Flow(self.key))
        column.addLayout(self._said)
        for each in (self.restore, self.file):
            each.setVisible(keeping.may_restore)
        column.addLayout(foot(close, aside=[self.restore, self.file]))
        self.refresh()

    def start(self) -> None:
        """Opens it."""
        self.stand(WIDE)
        self.open()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Shows what there is by now, looked up off the UI thread: a share may answer late."""

        def done(rows: Sequence[BackupRow]) -> None:
            self._rows = {row.path: row for row in rows}
            self.model.set_ids(list(self._rows))
            self.list.set_empty(tr("There is no backup yet."))
            if rows:
                self.list.selectRow(0)
            self._enable()

        place = self._keeping.place
        self._place.setText(
            tr("Second place: {path}", path=place)
            if place
            else tr("No second place yet: choose a folder on another disk, a stick or a share.")
        )
        self.none.setVisible(place is not None)
        self._enable()
        self._jobs.run(self, lambda _job: self._keeping.rows(), done=done, failed=self._fail, lane=Lane.IO)

    def make_one(self) -> None:
        """F8: another one now."""

        def done(trouble: AppError | None) -> None:
            if trouble is None:
                self._say(tr("The backup is made and looked through."), Tone.GOOD)
            else:
                self._say(tr("The backup is made on this PC.") + " " + sentence(trouble, tr), Tone.ATTENTION)
            self.refresh()

        self._run(tr("Making a backup…"), self._keeping.make, done)

    def check_one(self) -> None:
        """F7: whether the one in the list is whole."""
        row = self._current()
        if row is None:
            return

        def done(_none: None) -> None:
            self._say(tr("{name} is whole, as it was made.", name=row.path.name), Tone.GOOD)

        self._run(
            tr("Checking {name}…", name=row.path.name), lambda job: self._keeping.check(row.path, job), done
        )

    def set_place(self, folder: Path | None) -> None:
        """Another second place, or none."""
        try:
            self._keeping.choose_place(folder)
        except AppError as error:
            self._fail(error)
            return
        self.refresh()

    def restore_one(self) -> None:
        """Bring back the one in the list, once that was said again."""
        row = self._current()
        if row is not None and row.made is not None:
            self.bring_back(row.path, tr("the backup of {when}", when=_made(row)))

    def bring_back(self, path: Path, name: str) -> None:
        """Bring back a file; `name` is how it is called."""
        text = tr(
            "Bring back {name}?\nWhat was done since then and was sent comes from the head office. What was "
            "not sent stays in the present file, which is kept under another name. The window closes and "
            "opens again.",
            name=name,
        )

        def yes() -> None:
            self.accept()
            self._keeping.restore(path)

        self._prompter.confirm(self, text, tr("Bring back"), yes, danger=True)

    def _newest(self) -> Path | None:
        mine = (row for row in self._rows.values() if row.made and not row.elsewhere)
        return next((row.path for row in mine if not row.before_upgrade), None)

    def _current(self) -> BackupRow | None:
        chosen = self.list.current_id()
        return None if chosen is None else self._rows.get(chosen)

    def _enable(self) -> None:
        row, free = self._current(), self._job is None
        for each in (self.make, self.choose, self.none, self.file):
            each.setEnabled(free)
        self.check.setEnabled(free and row is not None)
        self.restore.setEnabled(free and row is not None and row.made is not None)

    def _run(self, doing: str, work: Callable[[Job[Any]], object], done: Callable[..., object]) -> None:
        self._say(doing, Tone.INFO)

        def settled() -> None:
            self._job = None
            self._enable()

        self._job = self._jobs.run(self, work, done=done, failed=self._fail, settled=settled, lane=Lane.IO)
        self._enable()

    def _fail(self, error: AppError) -> None:
        self._say(sentence(error, tr), Tone.WRONG)

    def _say(self, words: str, tone: Tone) -> None:
        clear(self._said)
        notice = Notice(words, tone)
        self._said.addWidget(notice)
        notice.show()
        self.grow()

    def _ask_place(self) -> None:
        ask = QFileDialog(self, tr("Second place for backups"))
        ask.setFileMode(QFileDialog.FileMode.Directory)
        self._open(ask, self.set_place)

    def copy_key(self, path: Path) -> None:
        """The head office's key into a file."""

        def done(_none: None) -> None:
            self._say(tr("The key is in {path}. Lock it away, apart from the backups.", path=path), Tone.GOOD)

        self._run(tr("Copying the key…"), lambda _job: self._keeping.copy_key(path), done)

    def _ask_key(self) -> None:
        ask = QFileDialog(self, tr("Copy of the head office's key"), "DauMoi-HQ0-key.txt")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self._open(ask, self.copy_key)

    def _ask_file(self) -> None:
        ask = QFileDialog(self, tr("Choose a backup"), "", backup_files())
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(ask, lambda path: self.bring_back(path, path.name))

    def _open(self, ask: QFileDialog, then: Callable[[Path], object]) -> None:
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.fileSelected.connect(lambda name: then(Path(name)))
        ask.open()

    def done(self, result: int) -> None:
        """Closed: what is under way ends."""
        if self._job is not None:
            self._job.cancel()
        super().done(result)


def _made(row: BackupRow) -> str:
    return f"{row.made:%d/%m/%Y %H:%M}" if row.made else row.path.name


def _size(row: BackupRow) -> str:
    return tr("{size} MB", size=format_number(max(1, round(row.bytes / 1_000_000)), tr.language))


def _place(row: BackupRow) -> str:
    return str(row.path.parent) if row.elsewhere else tr("This PC")


def _state(row: BackupRow) -> str:
    if row.before_upgrade:
        return tr("Before an upgrade")
    return tr("Looked through") if row.made else tr("Not whole")


def _tone(row: BackupRow) -> Tone:
    return Tone.GOOD if row.made else Tone.WRONG
