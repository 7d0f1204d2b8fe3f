"""Several requests chosen in the list: what can be done with all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from app.domain import names
from app.domain.requests import UNTOLD, may
from app.queries.requests import RequestRow
from app.services.request_batches import MOST
from app.services.requests import WAYS
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.buttons import Button
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.letters import choice
from app.ui.kit.menus import Choice, MenuButton
from app.ui.kit.theme import Tone
from app.ui.kit.toast import toast
from app.ui.requests.dialogs import unit_box
from app.ui.requests.room import RequestRoom
from app.ui.requests.slip import write_slips
from app.words import tr

AT_ONCE = 400
"""Rows asked for at once."""


class ManyActs(QObject):
    """Fills the inspector for several requests. Signal `done(said)`: an act was done."""

    done = Signal(str)

    def __init__(self, room: RequestRoom, panel: Inspector) -> None:
        super().__init__(panel)
        self._room, self._panel = room, panel
        self._rows: list[RequestRow] = []
        self._count = 0
        self._chosen: Callable[[], Sequence[UUID]] = tuple

    def show(self, count: int, chosen: Callable[[], Sequence[UUID]]) -> None:
        """Shows how many they are and what each act would reach."""
        self._count, self._chosen, self._rows = count, chosen, []
        title = tr("{count} requests chosen", count=count)
        if count > MOST:
            notice = tr("Choose at most {most} to act on them at once.", most=MOST)
            details = Details(code="", title=title, notice=notice, notice_tone=Tone.INFO)
            self._panel.show_details(details, self._papers())
            return
        self._rows = list(rows_of(self._room, chosen()))
        counted = dict.fromkeys(names.states(tr).values(), 0)
        for row in self._rows:
            counted[names.states(tr)[row.state]] += 1
        fields = [(words, str(each)) for words, each in counted.items() if each]
        self._panel.show_details(Details(code="", title=title, fields=fields), self._buttons())

    # -- what is offered --------------------------------------------------------------------------------

    def _buttons(self) -> list[Button]:
        room = self._room
        found = self._papers()
        for kind, right, words, key, ask in (
            ("routed", "requests.route", tr("Transfer"), "F6", self._route),
            ("noted", "requests.note", tr("Note"), "F7", self._note),
            ("merged", "requests.route", tr("Put under an incident"), "Ctrl+I", self._merge),
            ("told", "requests.tell", tr("Tell all"), "F9", self._tell),
        ):
            count = len(self._able(kind))
            if count and room.may(right):
                said = tr("{act} ({count})", act=words, count=count)
                found.append(Button(said, ask, key=key, primary=kind == "told"))
        return found

    def _papers(self) -> list[Button]:
        choices = []
        if self._count <= MOST:
            choices.append(Choice(tr("Print slips"), lambda: self._slips(self._chosen())))
        if self._room.may("reports.export"):
            choices.append(Choice(tr("Export to Excel"), self._export))
        return [MenuButton(tr("Papers"), choices, key="F10")] if choices else []

    def _able(self, kind: str) -> list[UUID]:
        """Those to which `kind` may happen, and that are open to this person."""
        whole = self._room.viewer.restricted
        return [
            row.id
            for row in self._rows
            if may(row.state, kind)
            and (kind != "told" or row.state in UNTOLD)
            and (whole or not row.restricted)
        ]

    # -- the acts ---------------------------------------------------------------------------------------

    def _dialog(
        self,
        title: str,
        verb: str,
        key: str,
        count: int,
        act: Callable[[Mapping[str, Any]], object],
        said: Callable[[int], str],
    ) -> ActDialog:
        done: list[int] = []

        def run(values: Mapping[str, Any]) -> None:
            reached = act(values)
            done.append(reached if isinstance(reached, int) else count)

        return ActDialog(
            self._panel.window(), self._room, title, verb, key, run, lambda: self.done.emit(said(done[-1]))
        )

    def _route(self) -> None:
        room, ids = self._room, self._able("routed")
        dialog = self._dialog(
            tr("Transfer {count} requests", count=len(ids)), tr("Transfer"), "F6", len(ids),
            lambda v: room.batches.route(room.person, ids, v["unit_code"], v["words"]),
            lambda count: tr("{count} requests are transferred.", count=count),
        )  # fmt: skip
        dialog.say(tr("Their due times stay."))
        dialog.form.add("unit_code", tr("&Unit"), unit_box(room))
        dialog.form.add("words", tr("&What is asked of it"), NoteEdit(3), wide=True)
        dialog.start("unit_code")

    def _note(self) -> None:
        room, ids = self._room, self._able("noted")
        dialog = self._dialog(
            tr("Note on {count} requests", count=len(ids)), tr("Save note"), "F7", len(ids),
            lambda v: room.batches.note(room.person, ids, v["words"]),
            lambda count: tr("The note is on {count} requests.", count=count),
        )  # fmt: skip
        dialog.form.add("words", tr("&Note"), NoteEdit(4), wide=True)
        dialog.start("words")

    def _merge(self) -> None:
        room, ids = self._room, self._able("merged")
        found = room.incident_queries.rows(room.incident_queries.ids(running=True))
        running = {id: f"{row.code} · {row.title}" for id, row in found.items()}
        if not running:
            toast(self._panel, tr("No incident is running. Open one first."), tone=Tone.ATTENTION)
            return
        dialog = self._dialog(
            tr("Put {count} requests under an incident", count=len(ids)), tr("Put under it"), "F9", len(ids),
            lambda v: room.incidents.put_under(room.person, UUID(v["incident"]), ids),
            lambda count: tr("{count} requests are under the incident.", count=count),
        )  # fmt: skip
        dialog.form.add(
            "incident", tr("&Incident"), choice({str(id): words for id, words in running.items()}), wide=True
        )
        dialog.start("incident")

    def _tell(self) -> None:
        room, ids = self._room, self._able("told")
        dialog = self._dialog(
            tr("Tell {count} customers", count=len(ids)), tr("Told, close"), "F9", len(ids),
            lambda v: room.incidents.tell_all(room.person, ids, v["how"], v["words"]),
            lambda count: tr("{count} customers were told; their requests are closed.", count=count),
        )  # fmt: skip
        dialog.say(tr("Each of them was told the same, in the same way."))
        ways = {way: words for way, words in names.ways(tr).items() if way in WAYS}
        dialog.form.add("how", tr("&How the customers were told"), choice(ways, "phone"))
        dialog.form.add("words", tr("&What was said"), NoteEdit(5), wide=True)
        dialog.start("how")

    def _export(self) -> None:
        export(self._room, self._panel, self._chosen())

    def _slips(self, ids: Sequence[UUID]) -> None:
        room, window = self._room, self._panel.window()
        room.jobs.run(
            window,
            lambda job: write_slips(room, ids, job.step),
            done=lambda file: room.show_paper(window, file, tr("{count} slips", count=len(ids))),
            failed=lambda error: toast(window, room.why(error), tone=Tone.WRONG),
            lane=Lane.IO,
        )


def rows_of(room: RequestRoom, ids: Sequence[UUID]) -> Iterator[RequestRow]:
    """The rows of a list, in its order, without those that are gone."""
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        found = room.queries.rows(some)
        yield from (found[each] for each in some if each in found)


def export(room: RequestRoom, panel: Inspector, ids: Sequence[UUID]) -> None:
    """Writes these requests into a workbook in the folder of papers; the page shows how far it is."""
    name = tr("Requests {moment}", moment=f"{room.now().astimezone(room.zone):%d-%m-%Y %H%M}")

    def write(job: Job[Path]) -> Path:
        from app.documents.files import folder_for
        from app.documents.request_list import request_list

        utility, office = room.rules.utility, room.rules.office
        file = folder_for(room.papers / f"{name}.xlsx")
        request_list(
            rows_of(room, ids),
            file,
            title=name,
            office=f"{utility.name} – {office.name}",
            made_at=room.now(),
            zone=room.zone,
            language=tr.language,
            type_name=room.type_name,
            unit_name=room.unit_name,
            progress=lambda done: job.step(done, len(ids)),
        )
        return file

    room.jobs.run(
        panel,
        write,
        done=lambda file: toast(panel, tr("The workbook is {path}", path=file)),
        failed=lambda error: toast(panel, room.why(error), tone=Tone.WRONG),
        lane=Lane.IO,
    )
