"""What is asked before an act on a work order: another day or crew, when, what came of it, why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget

from app.domain import names
from app.domain.field import RESULTS
from app.queries.field import OrderStory
from app.services.field import Outcome
from app.ui.field.inputs import CrewEdit, DayEdit, MaterialEdit
from app.ui.field.room import FieldRoom
from app.ui.field.words import kind_words, restored_words
from app.ui.kit.act_dialog import WIDE, ActDialog
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.letters import choice
from app.ui.kit.moments import MomentEdit
from app.ui.requests.words import one_line
from app.words import tr

Done = Callable[[], object]


def ask_plan(parent: QWidget, room: FieldRoom, story: OrderStory, done: Done) -> ActDialog:
    """F6: who goes, and when."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Crew and day: {code}", code=row.code), tr("Save"), "F6",
        lambda v: room.field.plan(room.person, row.id, v["planned_on"], v["crew"], v["reason"]), done,
    )  # fmt: skip
    _say(dialog, story)
    crew = CrewEdit(room.queries.members(), row.unit_code)
    crew.set_value(row.members)
    dialog.form.add("crew", tr("Cre&w"), crew, wide=True)
    day = DayEdit(room.today())
    day.set_value(row.planned_on)
    dialog.form.add("planned_on", tr("&Day"), day, tr("Delete: not fixed yet."))
    dialog.form.add("reason", tr("&Reason for another day"), NoteEdit(2), wide=True)
    dialog.start("crew")
    return dialog


def ask_arrival(parent: QWidget, room: FieldRoom, story: OrderStory, done: Done) -> ActDialog:
    """F7: since when the crew is there."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Crew on site: {code}", code=row.code), tr("Save"), "F7",
        lambda v: room.field.arrive(room.person, row.id, v["at"]), done,
    )  # fmt: skip
    _say(dialog, story)
    at = MomentEdit(room.zone, row.clock.on_site_at or room.now())
    dialog.form.add("at", tr("On site &since"), at)
    dialog.start("at")
    return dialog


def ask_restored(parent: QWidget, room: FieldRoom, story: OrderStory, done: Done) -> ActDialog:
    """F8: since when the supply is back."""
    row = story.row
    restored = restored_words(room.rules.utility.kind, row.request_type)
    dialog = ActDialog(
        parent, room, f"{restored}: {row.code}", tr("Save"), "F8",
        lambda v: room.field.restore(room.person, row.id, v["at"]), done,
    )  # fmt: skip
    _say(dialog, story)
    at = MomentEdit(room.zone, row.clock.restored_at or room.now())
    dialog.form.add("at", tr("{what} &since", what=restored), at, tr("Or since when the place is safe."))
    dialog.start("at")
    return dialog


def ask_result(parent: QWidget, room: FieldRoom, story: OrderStory, done: Done) -> ActDialog:
    """F9: what was found and done, with the material."""
    row = story.row
    back = row.clock.restore_by is not None and row.clock.restored_at is None

    def finish(values: Mapping[str, Any]) -> None:
        restored = values["restored_at"] if back and values["result"] == "completed" else None
        outcome = Outcome(values["result"], values["words"], values["materials"], values["at"], restored)
        room.field.finish(room.person, row.id, outcome)

    title = tr("Done: {code}", code=row.code)
    dialog = ActDialog(parent, room, title, tr("Save"), "F9", finish, done, wide=WIDE)
    _say(dialog, story)
    form = dialog.form
    words = names.order_results(tr)
    result = choice({code: words[code] for code in RESULTS[row.kind]})
    form.add("result", tr("&Result"), result)
    form.add("at", tr("&Finished at"), MomentEdit(room.zone, room.now()))
    if back:
        hint = tr("Or since when the place is safe.")
        label = tr("{what} &since", what=restored_words(room.rules.utility.kind, row.request_type))
        form.add("restored_at", label, MomentEdit(room.zone, room.now()), hint)
        _only_when_completed(dialog, result)
    said = tr("The desk answers the customer by it.") if row.request_id is not None else ""
    form.add("words", tr("&What was found and done"), NoteEdit(3), said, wide=True)
    bearer = "customer" if row.labour_free else "utility"
    hint = tr("Labour is free. Material is the customer's, at its price.") if row.labour_free else ""
    form.add("materials", tr("&Material used"), MaterialEdit(room.currency, bearer), hint, wide=True)
    dialog.start("result")
    return dialog


def _only_when_completed(dialog: ActDialog, result: QComboBox) -> None:
    def show() -> None:
        dialog.form.set_field_visible("restored_at", result.currentData() == "completed")

    result.currentIndexChanged.connect(lambda _at: show())
    show()


def ask_cancelling(parent: QWidget, room: FieldRoom, story: OrderStory, done: Done) -> ActDialog:
    """Why nobody goes."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Cancel {code}", code=row.code), tr("Cancel work order"), "",
        lambda v: room.field.cancel(room.person, row.id, v["reason"]), done,
    )  # fmt: skip
    _say(dialog, story)
    dialog.form.add("reason", tr("&Reason"), NoteEdit(3), wide=True)
    dialog.start("reason")
    return dialog


def _say(dialog: ActDialog, story: OrderStory) -> None:
    row = story.row
    dialog.say(f"{kind_words(row)} · {row.address}\n{one_line(row.words)}")
