"""Scans and photos in the window: `AttachmentPanel` in the inspector of what is saved, `AttachmentStrip` on a
form that is not saved yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.attachments import format_size
from app.queries.attachments import AttachmentRow
from app.services.attachments import KEPT_WITH, Attached, Held, held_of
from app.ui.kit.buttons import Button
from app.ui.kit.inspector import clear
from app.ui.kit.jobs import Job
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.ui.requests.attaching import Attaching, FileLine, Take, Taken
from app.ui.requests.attachment_view import AttachmentDialog, Shown
from app.ui.requests.room import RequestRoom
from app.ui.requests.scans import ScanRoom
from app.ui.requests.words import stamp
from app.words import tr


class AttachmentPanel(Attaching):
    """What is attached to a request or a work order, and attaching to it."""

    def __init__(self, room: ScanRoom, parent: QWidget | None = None) -> None:
        super().__init__(room, self._to_record, parent)
        self._about: tuple[str, UUID] | None = None
        self._rows: list[AttachmentRow] = []
        self._title = Label(tr("Scans and photos"), bold=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(12), 0, 0)
        column.setSpacing(px(6))
        column.addWidget(self._title)
        column.addLayout(self._lines)
        column.addLayout(self._said)
        column.addWidget(self.foot)
        self.accept_drops_on(self)
        self.changed.connect(self.reload)
        self.hide()

    def show_of(self, about_table: str, about_id: UUID, *, may_attach: bool) -> None:
        """Shows what is attached to this."""
        if self._about != (about_table, about_id):
            self._about = (about_table, about_id)
            self.say([])
        self.foot.setVisible(may_attach)
        self.reload()

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._about = None
        self.hide()

    def reload(self) -> None:
        """Asks for the list anew; the keyboard stays on its line."""
        if self._about is None:
            return
        rows = self.room.scans.queries.of(*self._about, self.room.viewer)
        self.setVisible(bool(rows) or not self.foot.isHidden())
        if rows == self._rows and self._lines.count() == len(rows):
            return
        lines = [self._lines.itemAt(at).widget() for at in range(self._lines.count())]
        stood = next((at for at, line in enumerate(lines) if line.hasFocus()), None)
        clear(self._lines)
        self._rows = rows
        for row in rows:
            line = FileLine(row.name, self._below(row), *_where_words(row.where))
            line.clicked.connect(partial(self._open, row))
            self._add_line(line)
        if stood is not None and stood < len(rows):
            self._lines.itemAt(stood).widget().setFocus()

    def _to_record(self) -> Take:
        assert self._about is not None
        room, (table, about) = self.room, self._about

        def take(source: Path | bytes, name: str) -> Taken:
            done: Attached = room.scans.service.add(room.person, table, about, source, name)
            return Taken(done.name, None, done.flaw, done.known)

        return take

    def _below(self, row: AttachmentRow) -> str:
        size = format_size(row.size, tr.language)
        at = stamp(row.added_at, self.room.now(), self.room.zone)
        parts = (row.order, at, row.by, size) if row.order else (size, at, row.by)
        return " · ".join(parts)

    def _open(self, row: AttachmentRow, _checked: bool = False) -> None:
        dialog = AttachmentDialog(self.window(), self.room, Shown(row.name, row.digest))
        dialog.fetched.connect(self.reload)
        dialog.open()


class AttachmentStrip(Attaching):
    """What is put to a form that is not saved yet: kept on this desk with the form's draft, attached once it
    is saved (`AttachmentService.finish`). Its `foot` is put where the form has it always in sight."""

    room: RequestRoom

    def __init__(self, room: RequestRoom, form: str, parent: QWidget | None = None) -> None:
        """`form`: the name under which the form's own draft is kept."""
        super().__init__(room, self._to_form, parent)
        self._form = form
        self._entry_id: UUID = room.new_id()
        self._held: list[Held] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(self._lines)
        column.addLayout(self._said)
        self.foot_line.setDirection(QBoxLayout.Direction.LeftToRight)
        self.foot_line.setSpacing(px(12))
        self.foot_line.setStretch(1, 1)

    def held(self) -> list[Held]:
        """What is put to the form, in the order in which it came."""
        return list(self._held)

    def restore(self) -> UUID | None:
        """Puts back what was kept with the form; the entry under which it would have been saved."""
        kept = self.room.draft_queries.kept(KEPT_WITH + self._form, self.room.person.id)
        if kept is None:
            return None
        self._held = held_of(kept.fields)
        self._entry_id = kept.entry_id
        self._show()
        return kept.entry_id

    def begin(self, entry_id: UUID) -> None:
        """The form will be saved under this entry."""
        if entry_id != self._entry_id:
            self._entry_id = entry_id
            if self._held:
                self._keep()

    def clear(self) -> None:
        """Nothing is put to the form any more; what was is removed from this desk."""
        let_go, self._held = self._held, []
        self.say([])
        self._show()
        self._keep(let_go)

    def _to_form(self) -> Take:
        room, there = self.room, {each.digest for each in self._held}

        def take(source: Path | bytes, name: str) -> Taken:
            held = room.scans.service.hold(source, name)
            known = held.digest in there
            there.add(held.digest)
            return Taken(held.name, None if known else held, held.flaw, known)

        return take

    def _told(self, taken: Sequence[Taken]) -> None:
        self._held += [each.held for each in taken if each.held is not None]
        self._show()
        self._keep()
        super()._told(taken)

    def _show(self) -> None:
        clear(self._lines)
        for each in self._held:
            size = format_size(each.size, tr.language)
            line = FileLine(each.name, size, tr("Torn") if each.flaw == "torn" else "", Tone.ATTENTION)
            line.clicked.connect(partial(self._open, each))
            drop = Button("", partial(self._remove, each), quiet=True, sign="x")
            drop.setAccessibleName(tr("Take {name} away again", name=each.name))
            drop.setToolTip(drop.accessibleName())
            both = QWidget()
            row = QHBoxLayout(both)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(px(4))
            row.addWidget(line, 1)
            row.addWidget(drop)
            self._add_line(both)

    def _remove(self, held: Held) -> None:
        self._held = [each for each in self._held if each.digest != held.digest]
        self._show()
        self._keep([held])
        self.changed.emit()

    def _keep(self, let_go: Sequence[Held] = ()) -> None:
        """Keeps with the form's draft what is put to it, then removes what is not any more."""
        service, form, by, entry_id = self.room.scans.service, self._form, self.room.person.id, self._entry_id
        held = list(self._held)

        def keep(_job: Job[Any]) -> None:
            service.keep(form, by, entry_id, held)
            for each in let_go:
                service.let_go(each)

        self.room.jobs.run(
            self,
            keep,
            done=lambda _: None,
            failed=lambda error: self.say([(self.room.why(error), Tone.WRONG)]),
        )

    def _open(self, held: Held, _checked: bool = False) -> None:
        AttachmentDialog(self.window(), self.room, Shown(held.name, bytes.fromhex(held.digest))).open()


def _where_words(where: str) -> tuple[str, Tone]:
    """Where a content is, when that is worth a word."""
    if where == "unsent":
        return tr("Not sent yet"), Tone.ATTENTION
    return (tr("At the head office"), Tone.INFO) if where == "there" else ("", Tone.SOFT)
