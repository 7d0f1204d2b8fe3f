"""The way of a request: the steps of its kind, which are done by whom and when, which is due when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.deadlines import WorkingCalendar
from app.domain.deadlines import due as due_of
from app.domain.request_types import Step
from app.domain.requests import HANDLED
from app.queries.requests import Happened, RequestStory

DONE, NOW, AHEAD, DROPPED = "done", "now", "ahead", "dropped"


@dataclass(frozen=True, slots=True)
class WayStep:
    """A step and how it stands: DONE, NOW (its turn), AHEAD, DROPPED (the way ended before it).

    `due` is what it had or has; of one AHEAD what may be expected. `result` is what its form gave.
    """

    step: Step
    state: str
    due: datetime | None = None
    by: str = ""
    at: datetime | None = None
    text: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)

    def late(self, now: datetime) -> bool:
        """Whether it was done late, or should have been done by now."""
        if self.due is None or self.state not in (DONE, NOW):
            return False
        return self.due < (self.at or now)


@dataclass(frozen=True, slots=True)
class Way:
    """All steps in their order; empty for a kind without steps."""

    steps: tuple[WayStep, ...]

    @property
    def now(self) -> WayStep | None:
        """The step at which it stands."""
        return next((s for s in self.steps if s.state == NOW), None)

    @property
    def place(self) -> int:
        """The number of that step, from 1; after the last one, how many there are."""
        states = [s.state for s in self.steps]
        return states.index(NOW) + 1 if NOW in states else len(states)

    def names(self, language: str) -> dict[str, str]:
        """The steps' names by code."""
        return {s.step.code: s.step.name(language) for s in self.steps}

    def result(self, form: str) -> Mapping[str, Any]:
        """What the form of a step that is done gave; empty when it is not done."""
        done = (s.result for s in self.steps if s.step.form == form and s.state == DONE)
        return next(done, {})

    @property
    def last(self) -> WayStep | None:
        """The step that was done last."""
        done = [s for s in self.steps if s.at is not None and s.state == DONE]
        return max(done, key=lambda s: s.at or datetime.min.replace(tzinfo=UTC), default=None)


def way_of(steps: tuple[Step, ...], story: RequestStory, calendar: WorkingCalendar, now: datetime) -> Way:
    """The way of a request whose kind has these steps. What comes later is expected from when the step to be
    done is due, or from now where it is late."""
    done, ended = _done(steps, story)
    standing = story.row.step if story.row.state in HANDLED else None
    rows: list[WayStep] = []
    expected = None
    for step in steps:
        if step.code == standing:
            due = story.row.step_due
            expected = due and max(due, now)
            rows.append(WayStep(step, NOW, due))
        elif step.code in done:
            happened, was_due = done[step.code]
            result = happened.data.get("result")
            rows.append(
                WayStep(
                    step,
                    DONE,
                    was_due,
                    happened.by,
                    happened.at,
                    happened.text,
                    result if isinstance(result, Mapping) else {},
                )
            )
        elif standing is None or ended:
            rows.append(WayStep(step, DROPPED))
        else:
            expected = expected and due_of(calendar, expected, step.limit)
            rows.append(WayStep(step, AHEAD, expected))
    return Way(tuple(rows))


def _done(
    steps: tuple[Step, ...], story: RequestStory
) -> tuple[dict[str, tuple[Happened, datetime | None]], bool]:
    """The steps that count as done, each with the due time that it had; and whether the way ended early."""
    codes = [step.code for step in steps]
    done: dict[str, tuple[Happened, datetime | None]] = {}
    due: datetime | None = None
    ended = False
    for event in story.events:
        if not event.fitted:
            continue
        match event.kind:
            case "received" | "reopened":
                due, ended = _moment(event.data.get("step_due")), False
                again = event.data.get("step")
                for code in codes[codes.index(again) :] if again in codes else ():
                    done.pop(code, None)  # reopened: from there on it is done anew
            case "resumed":
                due = _moment(event.data.get("step_due")) or due
            case "stepped":
                stepped = event.data.get("step")
                if stepped in codes:
                    done[stepped] = (event, due)
                due = _moment(event.data.get("next_due"))
                ended = bool(event.data.get("ended"))
    return done, ended


def _moment(value: object) -> datetime | None:
    if type(value) is not int or not 0 <= value <= 253_402_300_799_999:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
