"""The lines of a sheet while they are typed: what is saved, what is being saved, what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.errors import AppError
from app.domain.quantities import format_quantity
from app.queries.readings import Entered, SheetLine
from app.services.readings import Judged, judged_index
from app.ui.customers.words import flag_words, mean_words
from app.ui.kit.theme import Tone
from app.words import tr

TONES = {
    "lower": Tone.WRONG,
    "far_above": Tone.ATTENTION,
    "far_below": Tone.ATTENTION,
    "zero": Tone.INFO,
    "rolled_over": Tone.INFO,
}


@dataclass(slots=True)
class Line:
    """A line. `typed` is what stands in the field where that is not what is saved (thousandths)."""

    of: SheetLine
    typed: int | None = None
    touched: bool = False
    rolled_over: bool = False
    warned: bool = False
    saving: bool = False
    refusal: str = ""

    @property
    def entered(self) -> Entered | None:
        return self.of.entered

    @property
    def shown(self) -> int | None:
        """The index in sight."""
        if self.touched:
            return self.typed
        return None if self.entered is None else self.entered.present

    @property
    def done(self) -> bool:
        """Whether the line counts as read."""
        return self.entered is not None or self.saving

    def judge(self) -> Judged | None:
        """What the index in sight means; AppError where the meter cannot show it."""
        if not self.touched and self.entered is not None:
            e = self.entered
            return Judged(e.previous, e.present, e.usage, e.flags)
        if self.shown is None:
            return None
        return judged_index(self.of.previous, self.shown, self.of.usual, self.of.digits, self.rolled_over)

    def type(self, value: int | None) -> None:
        """A person is typing."""
        before = None if self.entered is None else self.entered.present
        if value != self.shown:
            self.rolled_over = self.warned = False
        self.typed = value
        self.touched = value != before
        self.refusal = ""

    def forget(self) -> None:
        """Back to what is saved."""
        self.typed, self.touched, self.rolled_over, self.warned, self.refusal = None, False, False, False, ""

    def use(self) -> str:
        """The use that comes of it; empty where there is no index, or none that means a use."""
        judged = self._judged()
        if judged is None or "lower" in judged.flags:
            return ""
        return format_quantity(judged.usage, tr.language)

    def sign(self) -> tuple[str, Tone]:
        """What is to be seen of the line: words and their tone."""
        if self.refusal:
            return tr("Not saved"), Tone.WRONG
        if self.saving:
            return tr("Saving"), Tone.SOFT
        judged = self._judged()
        if judged is None:
            return (tr("Too many figures"), Tone.WRONG) if self.shown is not None else ("", Tone.SOFT)
        if judged.flags:
            flag = judged.flags[0]
            return flag_words().get(flag, flag), TONES.get(flag, Tone.ATTENTION)
        return (tr("Saved"), Tone.SOFT) if not self.touched else ("", Tone.SOFT)

    def _judged(self) -> Judged | None:
        try:
            return self.judge()
        except AppError:
            return None


class Sheet:
    """The lines of a route in walking order."""

    def __init__(self) -> None:
        self.order: list[UUID] = []
        self.lines: dict[UUID, Line] = {}

    def show(self, lines: Sequence[SheetLine], *, afresh: bool) -> None:
        """New rows from the database; unless `afresh`, what is being typed or saved stays."""
        before = {} if afresh else self.lines
        self.order = [each.connection_id for each in lines]
        self.lines = {}
        for each in lines:
            old = before.get(each.connection_id)
            if old is not None and (old.touched or old.saving):
                old.of = each
                self.lines[each.connection_id] = old
            else:
                self.lines[each.connection_id] = Line(each)

    def rows(self, ids: Sequence[UUID]) -> Mapping[UUID, Line]:
        return {each: self.lines[each] for each in ids if each in self.lines}

    def saved(self, id: UUID, entered: Entered) -> None:
        """The line was saved as `entered`; what was typed since stays."""
        line = self.lines.get(id)
        if line is None:
            return
        line.of = replace(line.of, entered=entered)
        line.saving = False
        if line.typed == entered.present or not line.touched:
            line.forget()

    def refused(self, id: UUID, sentence: str) -> None:
        """The line could not be saved; what was typed stays with the reason."""
        line = self.lines.get(id)
        if line is not None:
            line.saving, line.refusal = False, sentence

    @property
    def left(self) -> int:
        """Lines that are still to be read."""
        return sum(not line.done for line in self.lines.values())

    @property
    def odd(self) -> int:
        """Lines read that somebody should look at."""
        return sum(bool(line.entered and line.entered.flags) for line in self.lines.values())

    def after(self, id: UUID, step: int = 1) -> UUID | None:
        """The line so many further on, None beyond the ends."""
        at = self.order.index(id) + step
        return self.order[at] if 0 <= at < len(self.order) else None

    def next_left(self, id: UUID) -> UUID | None:
        """The next line below that is not read."""
        below = self.order[self.order.index(id) + 1 :]
        return next((each for each in below if not self.lines[each].done), None)

    def first_left(self) -> UUID | None:
        """The first line that is not read; the first of all where all are."""
        unread = next((i for i in self.order if not self.lines[i].done), None)
        return unread or (self.order[0] if self.order else None)


SIGNS = {
    "lower": "alert-triangle",
    "far_above": "chevron-up",
    "far_below": "chevron-down",
    "zero": "ban",
    "rolled_over": "refresh",
}


def icon_of(line: Line) -> str:
    """The icon of what is odd about the line; empty: the tone's own."""
    if line.refusal or line.saving:
        return ""
    try:
        judged = line.judge()
    except AppError:
        return ""
    return SIGNS.get(judged.flags[0], "") if judged and judged.flags else ""


def usual_words(line: Line) -> str:
    """The usual use; empty for a new meter."""
    return mean_words(line.of.usual)
