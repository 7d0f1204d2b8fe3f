"""What the form of a step is made of. The registry, form name -> `StepForm`, is in `steps.py` beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.domain.request_types import Step
from app.queries.requests import RequestStory
from app.queries.ways import Way
from app.ui.kit.forms import Form
from app.ui.kit.theme import Tone
from app.ui.requests.room import RequestRoom

Act = Callable[[Mapping[str, Any]], Path | None]
"""Does the step with the values of the form, off the UI thread (`words` is the note that every step has);
returns the paper to be shown, if there is one. What it refuses by Invalid is said beside the fields."""


class Say(Protocol):
    """Puts a line above the fields."""

    def __call__(self, text: str, *, tone: Tone = Tone.SOFT, strong: bool = False) -> None: ...


@dataclass(frozen=True, slots=True)
class StepTask:
    """The step to be done. The builder adds its fields to `form` (the note `words` comes after them, unless
    it adds one of that name itself) and may `say` what is to be known above them; `way.result("survey")` is
    what an earlier form gave."""

    room: RequestRoom
    story: RequestStory
    way: Way
    step: Step
    form: Form
    say: Say


@dataclass(frozen=True, slots=True)
class StepForm:
    """The form of a step: who may do it (an act of `people.ACTS`) and what builds it."""

    act: str
    build: Callable[[StepTask], Act]
