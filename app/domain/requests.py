"""The life of a request, folded from what happened to it.

Every case gets an answer and an outcome: nothing is closed before it was answered and the customer told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

EVENTS = ("received", "reopened", "routed", "answered", "told", "closed", "noted")
"""What can happen, in the order in which it happens when one entry holds several."""

STATES = ("received", "routed", "answered", "told", "closed")

CHANNELS = (
    "walk_in",
    "phone",
    "letter",
    "box",
    "email",
    "web",
    "sms",
    "media",
    "collaborator",
    "field",
    "own",
)
"""How a request came: at the counter, … suggestion box, … mass media, ward collaborator, own field staff,
our own finding."""

OUTCOMES = ("solved", "explained", "adjusted", "refunded", "unfounded", "passed_on", "withdrawn")
"""How a request ended; an answer names one in its data under "outcome"."""


@dataclass(frozen=True)
class Event:
    """One thing that happened; (`hlc`, `device`) is its place in the order all replicas agree on."""

    kind: str
    at: datetime
    hlc: int
    device: int
    by: object = None
    unit: str | None = None
    text: str | None = None
    due: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """Where a request stands. `misfits` are events that no longer fitted when their turn came."""

    state: str = "received"
    unit: str | None = None
    due: datetime | None = None
    answered_at: datetime | None = None
    told_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    reopened: int = 0
    misfits: tuple[Event, ...] = ()


_FROM: Mapping[str, frozenset[str]] = {
    "routed": frozenset({"received", "routed"}),
    "answered": frozenset({"received", "routed"}),
    "told": frozenset({"answered", "told"}),  # told once more does no harm
    "closed": frozenset({"told"}),
    "reopened": frozenset({"answered", "told", "closed"}),
    "noted": frozenset(STATES),
}


def may(state: str, kind: str) -> bool:
    """Whether `kind` can happen to a request in `state`."""
    return state in _FROM.get(kind, ())


def fold_request(events: Iterable[Event]) -> State:
    """The state after `events`, in whatever order they are given."""
    state = State()
    begun = False
    for event in sorted(events, key=_order):
        if event.kind == "received" and not begun:
            state = replace(state, unit=event.unit, due=event.due)
            begun = True
        elif may(state.state, event.kind):
            state = _after(state, event)
        else:
            state = replace(state, misfits=(*state.misfits, event))
    return state


def _order(event: Event) -> tuple[int, int, int, datetime, str]:
    kind = EVENTS.index(event.kind) if event.kind in EVENTS else len(EVENTS)
    return event.hlc, event.device, kind, event.at, event.text or ""


def _after(state: State, event: Event) -> State:
    unit, due = event.unit or state.unit, event.due or state.due
    match event.kind:
        case "routed":
            return replace(state, state="routed", unit=unit, due=due)
        case "answered":
            outcome = event.data.get("outcome")
            return replace(state, state="answered", answered_at=event.at, outcome=outcome)
        case "told":
            return replace(state, state="told", told_at=state.told_at or event.at)
        case "closed":
            return replace(state, state="closed", closed_at=event.at)
        case "reopened":
            return State(
                state="routed" if unit else "received",
                unit=unit,
                due=due,
                reopened=state.reopened + 1,
                misfits=state.misfits,
            )
    return state
