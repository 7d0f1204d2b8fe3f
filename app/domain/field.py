"""Work in the field: what a work order is for, its life folded from what happened to it, the clock of an
emergency, and what was used up.

(domain.md 1D 42: planned and unannounced inspections; 2E: supply back within 2 hours of a fault, a crew on
site within 45, 90 or 120 minutes; seed S3: small repairs labour free, the material the customer's.)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

KINDS = ("repair", "survey", "installation", "meter_check", "inspection")

EVENTS = ("issued", "rescheduled", "assigned", "on_site", "restored", "done", "cancelled")
"""What can happen, in the order in which it happens when one entry holds several.

rescheduled: to another day ("planned_on"), or to none yet. assigned: this crew goes ("crew"). on_site: the
crew has arrived; said once more, it sets the time right. restored: the supply is back, or the place made
safe; the same. done: with its "result" and "materials". cancelled: nobody goes, for a reason (`text`). `at`
is when it happened, not when it was written down.
"""

STATES = ("planned", "on_site", "restored", "done", "cancelled")
OPEN = STATES[:3]

RESULTS: Mapping[str, tuple[str, ...]] = {
    "repair": ("completed", "no_fault", "not_possible"),
    "survey": ("completed", "not_possible"),
    "installation": ("completed", "not_possible"),
    "meter_check": ("in_order", "irregular", "not_possible"),
    "inspection": ("in_order", "irregular", "not_possible"),
}
"""How a kind of work may end, the usual one first."""

BEARERS = ("utility", "customer")
"""Whose material it is."""

MOST_MATERIALS = 50
MOST_CREW = 12
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; (`hlc`, `device`) is its place in the order all replicas agree on."""

    kind: str
    at: datetime
    hlc: int
    device: int
    by: object = None
    text: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """Where a work order stands. `misfits` are events that no longer fitted when their turn came."""

    state: str = "planned"
    planned_on: date | None = None
    crew: tuple[str, ...] = ()
    on_site_at: datetime | None = None
    restored_at: datetime | None = None
    done_at: datetime | None = None
    result: str | None = None
    misfits: tuple[Event, ...] = ()


_FROM: Mapping[str, frozenset[str]] = {
    "rescheduled": frozenset(OPEN),
    "assigned": frozenset(OPEN),
    "on_site": frozenset(OPEN),
    "restored": frozenset(OPEN),
    "done": frozenset(OPEN),
    "cancelled": frozenset({"planned", "on_site"}),  # what was mended was done
}


def may(state: str, kind: str) -> bool:
    """Whether `kind` can happen to a work order in `state`."""
    return state in _FROM.get(kind, ())


def whole(event: Event) -> bool:
    """Whether an event says all that it must: an end its result, a cancellation its reason."""
    match event.kind:
        case "done":
            return any(event.data.get("result") in results for results in RESULTS.values())
        case "cancelled":
            return bool(event.text and event.text.strip())
    return True


def fold_order(events: Iterable[Event], planned_on: date | None = None, crew: Sequence[str] = ()) -> State:
    """The state after `events`, in whatever order they are given; `planned_on` and `crew` are those with
    which it was issued."""
    state = State(planned_on=planned_on, crew=tuple(crew))
    issued = False
    for event in sorted(events, key=_order):
        if event.kind == "issued" and not issued:
            issued = True
        elif may(state.state, event.kind) and whole(event):
            state = _after(state, event)
        else:
            state = replace(state, misfits=(*state.misfits, event))
    return state


def _order(event: Event) -> tuple[int, int, int, datetime, str, str]:
    kind = EVENTS.index(event.kind) if event.kind in EVENTS else len(EVENTS)
    data = json.dumps(event.data, sort_keys=True, default=str)
    return event.hlc, event.device, kind, event.at, event.text or "", data


def _after(state: State, event: Event) -> State:
    match event.kind:
        case "rescheduled":
            # The crew has left; of a place where the supply is back something is left to do another day.
            where = "planned" if state.state == "on_site" else state.state
            return replace(state, state=where, planned_on=_day(event.data.get("planned_on")))
        case "assigned":
            return replace(state, crew=crew_of(event.data.get("crew")))
        case "on_site":
            where = "on_site" if state.state == "planned" else state.state
            return replace(state, state=where, on_site_at=event.at)
        case "restored":
            return replace(state, state="restored", restored_at=event.at)
        case "done":
            return replace(state, state="done", done_at=event.at, result=event.data["result"])
    return replace(state, state="cancelled")


# -- the emergency clock ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clock:
    """What an emergency is measured by: until when the crew has to be on site and the supply back, and when
    they were."""

    on_site_by: datetime | None
    restore_by: datetime | None
    on_site_at: datetime | None = None
    restored_at: datetime | None = None

    def next(self) -> tuple[str, datetime] | None:
        """What is to come next ("on_site" or "restored") and by when; None when nothing runs any more."""
        if self.restored_at is not None:
            return None
        runs = {"on_site": self.on_site_by if self.on_site_at is None else None, "restored": self.restore_by}
        return min(((n, by) for n, by in runs.items() if by is not None), key=lambda x: x[1], default=None)

    def late(self, now: datetime) -> bool:
        """Whether what is to come next should have come."""
        coming = self.next()
        return coming is not None and coming[1] < now

    def kept(self) -> dict[str, bool]:
        """Of what has come, whether it came in time. A supply that is back needs no crew on its way."""
        found = {}
        if self.on_site_by is not None and self.on_site_at is not None:
            found["on_site"] = self.on_site_at <= self.on_site_by
        if self.restore_by is not None and self.restored_at is not None:
            found["restored"] = self.restored_at <= self.restore_by
        return found


# -- material ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Material:
    """What was used up: `quantity` in thousandths of `unit`, `amount` in minor units where a price was
    agreed; `by` says who bears it (`BEARERS`)."""

    item: str
    quantity: int
    unit: str
    by: str = "utility"
    amount: int | None = None

    def as_data(self) -> dict[str, Any]:
        """As an event keeps it."""
        return {
            "item": self.item,
            "quantity": self.quantity,
            "unit": self.unit,
            "by": self.by,
            "amount": self.amount,
        }


def materials_of(data: Mapping[str, Any]) -> tuple[Material, ...]:
    """The lines that an event's data holds; what is no line is left out."""
    given = data.get("materials")
    if not isinstance(given, list):
        return ()
    lines = []
    for line in given:
        if not isinstance(line, Mapping):
            continue
        found = Material(
            line.get("item", ""), line.get("quantity", 0), line.get("unit", ""), line.get("by", ""),
            line.get("amount"),
        )  # fmt: skip
        if not wrong_material(found):
            lines.append(found)
    return tuple(lines)


def wrong_material(line: Material) -> bool:
    """Whether a line cannot be taken: nothing named, no quantity, an amount below zero, nobody to bear it."""
    names = isinstance(line.item, str) and isinstance(line.unit, str)
    if not names or not line.item.strip() or len(line.item) > LONGEST_NAME or len(line.unit) > LONGEST_NAME:
        return True
    if type(line.quantity) is not int or not 0 < line.quantity < 10**15:
        return True
    if line.amount is not None and (type(line.amount) is not int or not 0 <= line.amount < 10**15):
        return True
    return line.by not in BEARERS


def owed(materials: Iterable[Material]) -> int:
    """What of it the customer bears, in minor units."""
    return sum(line.amount or 0 for line in materials if line.by == "customer")


# -- what others wrote is read with care --------------------------------------------------------------------


def crew_of(given: object) -> tuple[str, ...]:
    """The crew that an event's data names."""
    if not isinstance(given, list):
        return ()
    return tuple(each for each in given if isinstance(each, str) and each)


def _day(given: object) -> date | None:
    try:
        return date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
