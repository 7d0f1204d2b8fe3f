"""F3, a step is done: the way of a request, and the form of the step at which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from app.domain import people
from app.domain.errors import AppError, Invalid
from app.queries.requests import RequestStory
from app.ui.kit.act_dialog import ActDialog, Done
from app.ui.kit.inputs import NoteEdit
from app.ui.requests import refund_steps, supply_steps
from app.ui.requests.room import RequestRoom
from app.ui.requests.step_forms import Act, StepForm, StepTask
from app.ui.requests.way_view import WayList, way
from app.words import tr

KEY = "F3"
WIDE_STEP, PLAIN_STEP = 860, 600
"""Width of the dialog of a step with fields of its own, and of one without (see `Dialog.stand`)."""

STEP_FORMS: dict[str, StepForm] = {**supply_steps.FORMS, **refund_steps.FORMS}
"""Form of a step (`request_types.FORMS`) -> what is filled in there. A step without one has its note only."""


def may_step(room: RequestRoom, story: RequestStory) -> bool:
    """Whether the person may do the step at which a request stands; False where it stands at none."""
    row = story.row
    kind = room.rules.type_version(row.type_id, row.type_code)
    step = next((s for s in kind.steps if s.code == row.step), None) if kind else None
    if step is None:
        return False
    form = STEP_FORMS.get(step.form)
    return people.may(room.person.roles, form.act if form else "requests.handle")


class StepDialog(ActDialog):
    """The way above, the form below."""

    def __init__(self, parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> None:
        row, self._way = story.row, way(room, story)
        standing = self._way.now
        assert standing is not None, "only opened where a step stands"
        step = standing.step
        title = tr("{step}: {code}", step=step.name(tr.language), code=row.code)
        builder = STEP_FORMS.get(step.form)
        wide = WIDE_STEP if builder else PLAIN_STEP
        super().__init__(parent, room, title, tr("Finish step"), KEY, self._do, self._shown, wide=wide)
        self._row, self._after = row, done
        self._paper: Path | None = None
        self._over = parent.window()
        self.sheet.column.addWidget(WayList(room, self._way, room.now(), row.held_at is not None))
        task = StepTask(room, story, self._way, step, self.form, self.say)
        self._step_act = builder.build(task) if builder else _only_words(task)
        if "words" not in self.form.names():  # where the form has no name of its own for it
            self.form.add("words", tr("&Note"), NoteEdit(2 if builder else 4), wide=True)

    def start(self, first: str = "") -> None:
        """Shows the dialog with the keyboard in a field, or in the first."""
        super().start(first or self.form.names()[0])

    def refuse(self, error: AppError) -> None:
        super().refuse(error)
        if isinstance(error, Invalid) and not error.fields.keys() <= set(self.form.names()):
            self.wrong.setText(self._room.why(error))  # what no field here is about would not be seen
            self.wrong.show()

    def _do(self, values: Mapping[str, Any]) -> None:
        self._paper = self._step_act(values)

    def _shown(self) -> None:
        self._after()
        if self._paper is not None:
            self._room.show_paper(self._over, self._paper, self._row.code)


def ask_step(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F3: the step is done; for a request that stands at one."""
    dialog = StepDialog(parent, room, story, done)
    dialog.start()
    return dialog


def _only_words(task: StepTask) -> Act:
    """A step of which nothing in particular is written down."""
    room, request = task.room, task.story.row.id

    def act(values: Mapping[str, Any]) -> None:
        room.work.step(room.person, request, task.step.code, values["words"])

    return act
