"""What is asked before an act on an incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain import names
from app.queries.incidents import IncidentRow
from app.services.incidents import NewIncident
from app.services.requests import WAYS
from app.ui.kit.act_dialog import WIDE, ActDialog, Done
from app.ui.kit.inputs import Check, NoteEdit
from app.ui.kit.letters import choice
from app.ui.kit.moments import MomentEdit
from app.ui.requests.room import RequestRoom
from app.words import tr

USUAL = timedelta(hours=2)
"""So long an interruption is thought to last, as the form proposes."""


def ask_new(parent: QWidget, room: RequestRoom, done: Callable[[Any], object]) -> ActDialog:
    """F2: a fault, or an interruption that was planned. `done` gets its id."""
    entry_id = room.new_id()
    made: list[UUID] = []

    def begin(values: Mapping[str, Any]) -> None:
        new = NewIncident(entry_id, **{**values, "cause": values["cause"] or ""})
        made.append(room.incidents.begin(room.person, new)[0])

    dialog = ActDialog(
        parent, room, tr("New incident"), tr("Save"), "F9", begin, lambda: done(made[0]), wide=WIDE
    )
    now = room.now()
    dialog.form.add("title", tr("&What is out of order"), QLineEdit(), wide=True)
    hint = tr("Streets or villages, with commas between: calls from there find this incident.")
    dialog.form.add("area", tr("Whe&re"), QLineEdit(), hint, wide=True)
    dialog.form.add("started_at", tr("&Since"), MomentEdit(room.zone, now))
    dialog.form.add("expected_at", tr("&Expected until"), MomentEdit(room.zone, now + USUAL, optional=True))
    dialog.form.add("cause", tr("&Cause"), choice(causes(room)))
    dialog.form.add("line", tr("&Main or feeder"), QLineEdit())
    dialog.form.add("planned", tr("&Planned and announced"), Check())
    dialog.form.add("note", tr("&Note"), NoteEdit(2), wide=True)
    dialog.start("title")
    return dialog


def ask_expected(parent: QWidget, room: RequestRoom, row: IncidentRow, done: Done) -> ActDialog:
    """F6: when supply is thought to be back."""
    dialog = ActDialog(
        parent, room, tr("{code}: expected until", code=row.code), tr("Save"), "F6",
        lambda v: room.incidents.expect(room.person, row.id, v["until"]), done,
    )  # fmt: skip
    until = MomentEdit(room.zone, room.now() + USUAL, optional=True)
    until.set_value(row.expected_at)
    dialog.form.add("until", tr("&Expected until"), until)
    dialog.start("until")
    return dialog


def ask_end(parent: QWidget, room: RequestRoom, row: IncidentRow, done: Done) -> ActDialog:
    """F7: since when supply is back."""
    dialog = ActDialog(
        parent, room, tr("{code}: supply is back", code=row.code), tr("Supply is back"), "F7",
        lambda v: room.incidents.end(room.person, row.id, v["ended_at"], v["cause"] or ""), done,
    )  # fmt: skip
    dialog.form.add("ended_at", tr("&Back since"), MomentEdit(room.zone, room.now()))
    dialog.form.add("cause", tr("&Cause"), choice(causes(room), row.cause or ""))
    dialog.start("ended_at")
    return dialog


def ask_answer(parent: QWidget, room: RequestRoom, row: IncidentRow, done: Done) -> ActDialog:
    """F8: one answer for all requests under it."""
    dialog = ActDialog(
        parent, room, tr("Answer to all under {code}", code=row.code), tr("Save answer"), "F8",
        lambda v: room.incidents.answer_all(
            room.person, row.id, v["text"], v["outcome"], v["cause"] or ""
        ),
        done,
    )  # fmt: skip
    dialog.say(tr("{count} requests wait for an answer.", count=row.unanswered))
    dialog.form.add("text", tr("&Answer"), NoteEdit(5), tr("As the customer will hear it."), wide=True)
    dialog.form.add("outcome", tr("&Outcome"), choice(names.outcomes(tr)))
    dialog.form.add("cause", tr("&Cause"), choice(causes(room), row.cause or ""))
    dialog.start("text")
    return dialog


def ask_telling(parent: QWidget, room: RequestRoom, row: IncidentRow, answer: str, done: Done) -> ActDialog:
    """F9: how all customers who wait for it were told."""
    waiting = room.incident_queries.requests_under(row.id)
    dialog = ActDialog(
        parent, room, tr("Tell all under {code}", code=row.code), tr("Told, close"), "F9",
        lambda v: room.incidents.tell_all(room.person, waiting, v["how"], v["words"]), done,
    )  # fmt: skip
    dialog.say(tr("{count} customers have to be told. Each is told in this way.", count=row.untold))
    ways = {way: words for way, words in names.ways(tr).items() if way in WAYS}
    dialog.form.add("how", tr("&How the customer was told"), choice(ways, "sms"))
    said = NoteEdit(5)
    said.setPlainText(answer)
    dialog.form.add("words", tr("&What was said"), said, tr("The answer as it was given."), wide=True)
    dialog.start("how")
    return dialog


def causes(room: RequestRoom) -> dict[str, str]:
    """The causes to choose from, with none in particular first."""
    items = room.rules.items("cause").items()
    return {"": tr("none in particular")} | {code: item.name(tr.language) for code, item in items}
