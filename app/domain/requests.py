"""The life of a request, folded from what happened to it.

Every case gets an answer and an outcome: nothing is closed before it was answered with an outcome and the
customer told, with who told it, how, and what was said. The fold itself sees to that, so no path leads round
it: not the window, not an import, not another desk's entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

EVENTS = (
    "lacking",
    "received",
    "reopened",
    "linked",
    "merged",
    "asked",
    "replied",
    "resumed",
    "routed",
    "stepped",
    "held",
    "answered",
    "told",
    "rated",
    "closed",
    "noted",
)
"""What can happen, in the order in which it happens when one entry holds several.

lacking: noted, but not received, since documents are missing ("missing": their codes). received: the clock
runs. linked: it is this customer's ("customer"). merged: put under an incident ("incident"; none: taken
out). asked, replied: another unit is asked, and says. held, resumed: waiting for the customer ("reason"),
and no longer. routed: to a unit, to a person. stepped: a step of its kind is done ("step", "next",
"result"; "ended": the way ends here, and the answer is due then). rated: what the customer thinks of it
("score", 1 to 5).
"""

STATES = ("lacking", "received", "routed", "answered", "told", "closed")
OPEN = STATES[:-1]
HANDLED = ("received", "routed")
"""Its clock runs, unless it is held."""
UNTOLD = ("answered", "told")

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

OUTCOMES = ("solved", "explained", "adjusted", "refunded", "credited", "unfounded", "passed_on", "withdrawn")
"""How a request ended; an answer names one in its data under "outcome"."""

WAYS = ("in_person", "phone", "sms", "email", "letter", "posted", "register")
"""How a customer was told; "posted": on the notice board, to one who gave no name; "register": as it stands
in a register kept before this program (imports only)."""

HOLDS = ("documents", "access", "choice", "payment", "unreachable")
"""Why the customer is waited for: papers, to be let in, a decision, a payment, an answer to our calls."""

WORDED = ("answered", "told")
"""What is nothing without words."""

ALARMS = ("warn", "head", "leader", "company")
"""Whom a request that is late concerns, one after the other; "warn" before it is late."""

SCORES = range(1, 6)
"""How content the customer is: 1 not at all, 5 very."""


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
    person: object = None
    sealed: bool = False
    """Its words are there, but not for everybody's eyes: the head office, which can look, rules out what is
    sealed and says nothing."""


@dataclass(frozen=True)
class State:
    """Where a request stands. `misfits` are events that no longer fitted when their turn came. `alarms` and
    `step_due` are milliseconds since 1970, `asked` the units with an open question; `incident` and
    `customer` ids as 32 hexadecimal digits."""

    state: str = "received"
    unit: str | None = None
    person: object = None
    due: datetime | None = None
    step: str | None = None
    step_due: int | None = None
    alarms: Mapping[str, int] = field(default_factory=dict)
    held_at: datetime | None = None
    asked: tuple[str, ...] = ()
    incident: str | None = None
    customer: str | None = None
    answered_at: datetime | None = None
    told_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    cause: str | None = None
    score: int | None = None
    reopened: int = 0
    misfits: tuple[Event, ...] = ()
    moved: Event | None = None
    """The last event, whether it fitted or not."""


_FROM: Mapping[str, frozenset[str]] = {
    "lacking": frozenset({"lacking"}),
    "received": frozenset({"lacking"}),
    "routed": frozenset(HANDLED),
    "stepped": frozenset(HANDLED),
    "asked": frozenset(HANDLED),
    "replied": frozenset(HANDLED),
    "held": frozenset(HANDLED),
    "resumed": frozenset(HANDLED),
    "merged": frozenset(("lacking", *HANDLED)),
    "linked": frozenset(STATES),
    "answered": frozenset(("lacking", *HANDLED)),
    "told": frozenset({"answered", "told"}),  # told once more does no harm
    "rated": frozenset({"told", "closed"}),
    "closed": frozenset({"told"}),
    "reopened": frozenset({"answered", "told", "closed"}),
    "noted": frozenset(STATES),
}


def may(state: str, kind: str) -> bool:
    """Whether `kind` can happen to a request in `state`."""
    return state in _FROM.get(kind, ())


def whole(event: Event) -> bool:
    """Whether an event says all that it must: an answer its words and an outcome, a telling its words and how
    it was done, a score its figure."""
    if event.kind in WORDED and not (event.sealed or (event.text and event.text.strip())):
        return False
    match event.kind:
        case "answered":
            return event.data.get("outcome") in OUTCOMES
        case "told":
            return event.data.get("how") in WAYS
        case "rated":
            return event.data.get("score") in SCORES
    return True


def fold_request(events: Iterable[Event]) -> State:
    """The state after `events`, in whatever order they are given."""
    state = State()
    begun = False
    for event in sorted(events, key=_order):
        if event.kind in ("received", "lacking") and not begun:
            # By wrong clocks something else may have come before it: that stands.
            if state.state == "received":
                state = replace(state, state=event.kind)
            state = _begun(state, event)
            begun = True
        elif may(state.state, event.kind) and whole(event) and _fits(state, event):
            state = _after(state, event)
        else:
            state = replace(state, misfits=(*state.misfits, event))
        state = replace(state, moved=event)
    return state


def _order(event: Event) -> tuple[int, int, int, datetime, str]:
    kind = EVENTS.index(event.kind) if event.kind in EVENTS else len(EVENTS)
    return event.hlc, event.device, kind, event.at, event.text or ""


def _fits(state: State, event: Event) -> bool:
    """A step counts only while it is the one to be done: of two desks that did it apart, the first."""
    return event.kind != "stepped" or event.data.get("step") == state.step


def _begun(state: State, event: Event) -> State:
    """The clock runs from here on."""
    return replace(
        state,
        unit=event.unit or state.unit,
        due=event.due or state.due,
        step=_word(event, "step"),
        step_due=_number(event, "step_due"),
        alarms=_alarms(event) or {},
    )


def _after(state: State, event: Event) -> State:
    match event.kind:
        case "received":
            return _begun(replace(state, state="received"), event)
        case "routed":
            return replace(
                state,
                state="routed",
                unit=event.unit or state.unit,
                person=event.person,
                due=event.due or state.due,
            )
        case "stepped":
            unit = event.unit or state.unit
            return replace(
                state,
                state="routed",
                unit=unit,
                person=event.person if unit != state.unit else event.person or state.person,
                step=_word(event, "next"),
                step_due=_number(event, "next_due"),
                due=event.due or state.due,
                alarms=state.alarms if (alarms := _alarms(event)) is None else alarms,
            )
        case "asked" if event.unit is not None:
            return replace(state, asked=(*(u for u in state.asked if u != event.unit), event.unit))
        case "replied":
            return replace(state, asked=tuple(u for u in state.asked if u != event.unit))
        case "held":
            return replace(state, held_at=state.held_at or event.at)
        case "resumed" if state.held_at is not None:
            alarms = _alarms(event)
            return replace(
                state,
                held_at=None,
                due=event.due or state.due,
                step_due=_number(event, "step_due") or state.step_due,
                alarms=state.alarms if alarms is None else alarms,
            )
        case "merged":
            return replace(state, incident=_word(event, "incident"))
        case "linked":
            return replace(state, customer=_word(event, "customer"))
        case "answered":
            return replace(
                state,
                state="answered",
                answered_at=event.at,
                outcome=event.data["outcome"],
                cause=_word(event, "cause"),
                held_at=None,
                asked=(),
            )
        case "told":
            return replace(state, state="told", told_at=state.told_at or event.at)
        case "rated":
            return replace(state, score=event.data["score"])
        case "closed":
            return replace(state, state="closed", closed_at=event.at)
        case "reopened":
            return _reopened(state, event)
    return state


def _reopened(state: State, event: Event) -> State:
    unit = event.unit or state.unit
    return State(
        state="routed" if unit else "received",
        unit=unit,
        person=state.person,
        due=event.due or state.due,
        step=_word(event, "step"),
        step_due=_number(event, "step_due"),
        alarms=_alarms(event) or {},
        customer=state.customer,
        reopened=state.reopened + 1,
        misfits=state.misfits,
    )


# -- what others wrote is read with care --------------------------------------------------------------------


def _word(event: Event, key: str) -> str | None:
    value = event.data.get(key)
    return value if isinstance(value, str) else None


def _number(event: Event, key: str) -> int | None:
    value = event.data.get(key)
    return value if _is_moment(value) else None


def _alarms(event: Event) -> dict[str, int] | None:
    given = event.data.get("alarms")
    if not isinstance(given, Mapping):
        return None
    return {name: given[name] for name in ALARMS if _is_moment(given.get(name))}


def _is_moment(value: object) -> bool:
    """Milliseconds since 1970, up to the year 9999."""
    return type(value) is int and 0 <= value <= 253_402_300_799_999
