"""Work orders: what may follow what, whatever the order of arrival; the clock; what counts as material."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.field import (
    EVENTS,
    KINDS,
    OPEN,
    RESULTS,
    STATES,
    Clock,
    Event,
    Material,
    fold_order,
    materials_of,
    may,
    owed,
)

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def happened(kind: str, hlc: int = 1, device: int = 1, minutes: int = 0, **data: Any) -> Event:
    text = data.pop("text", None)
    return Event(kind, START + timedelta(minutes=minutes), hlc, device, text=text, data=data)


def done(hlc: int = 9, device: int = 1, result: str = "completed", **data: Any) -> Event:
    return happened("done", hlc, device, minutes=hlc, result=result, **data)


def test_a_repair_from_the_office_to_the_supply_that_is_back() -> None:
    state = fold_order(
        [
            happened("issued"),
            happened("on_site", 2, minutes=30),
            happened("restored", 3, minutes=90),
            done(4),
        ],
        date(2026, 11, 20),
        ["Nam"],
    )
    assert (state.state, state.result, state.crew, state.planned_on) == (
        "done", "completed", ("Nam",), date(2026, 11, 20),
    )  # fmt: skip
    assert state.on_site_at == START + timedelta(minutes=30)
    assert state.restored_at == START + timedelta(minutes=90)
    assert not state.misfits


def test_another_day_takes_the_crew_home_but_leaves_what_is_restored() -> None:
    away = fold_order([happened("on_site", 1), happened("rescheduled", 2, planned_on="2026-11-21")])
    assert (away.state, away.planned_on, away.on_site_at) == ("planned", date(2026, 11, 21), START)
    back = fold_order([happened("restored", 1), happened("rescheduled", 2, planned_on=None)])
    assert (back.state, back.planned_on) == ("restored", None)


def test_a_time_said_once_more_is_set_right() -> None:
    state = fold_order([happened("on_site", 1, minutes=50), happened("on_site", 2, minutes=40)])
    assert state.on_site_at == START + timedelta(minutes=40)
    late = fold_order(
        [happened("on_site", 1, minutes=1), happened("restored", 2), happened("on_site", 3, minutes=2)]
    )
    assert (late.state, late.on_site_at, late.misfits) == ("restored", START + timedelta(minutes=2), ())


@pytest.mark.parametrize(
    "late",
    [
        done(20, 2),
        happened("cancelled", 20, 2, text="nhầm"),
        happened("on_site", 20),
        happened("assigned", 20),
    ],
)
def test_what_comes_after_the_end_is_a_misfit(late: Event) -> None:
    for end in (done(9), happened("cancelled", 9, text="trùng")):
        state = fold_order([late, end, happened("issued")])
        assert state.misfits == (late,)
        assert state.state == end.kind


def test_what_is_mended_cannot_be_cancelled() -> None:
    state = fold_order([happened("restored", 1), happened("cancelled", 2, text="thôi")])
    assert (state.state, [e.kind for e in state.misfits]) == ("restored", ["cancelled"])


@pytest.mark.parametrize(
    "event",
    [
        happened("done", result="splendid"),
        happened("done"),
        happened("done", result=["completed"]),
        happened("cancelled"),
        happened("cancelled", text="  "),
        happened("vanished"),
    ],
)
def test_nothing_ends_without_saying_how_or_why(event: Event) -> None:
    state = fold_order([event])
    assert (state.state, state.misfits) == ("planned", (event,))


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    kinds = draw(st.lists(st.sampled_from((*EVENTS, "unheard of")), max_size=8))
    whats: list[Any] = [None, 7, [], "2026-11-21", ["Nam"], {"a": 1}, "completed", [["x"]]]
    return [
        Event(
            kind,
            START + timedelta(minutes=draw(st.integers(-5, 5))),
            draw(st.integers(1, 5)),
            draw(st.integers(1, 3)),
            text=draw(st.sampled_from([None, "", "vì mưa"])),
            data={key: draw(st.sampled_from(whats)) for key in ("planned_on", "crew", "result", "materials")},
        )
        for kind in kinds
    ]


def told(events: list[Event]) -> tuple[object, ...]:
    s = fold_order(events)
    return s.state, s.planned_on, s.crew, s.on_site_at, s.restored_at, s.done_at, s.result, len(s.misfits)


@given(lives(), st.randoms())
def test_whatever_others_wrote_and_however_it_came_there_is_one_state(
    events: list[Event], random: Any
) -> None:
    before = told(events)
    random.shuffle(events)
    assert told(events) == before
    assert before[0] in STATES
    ended = fold_order(events)
    assert (ended.state == "done") is (ended.done_at is not None) is (ended.result is not None)


def test_two_desks_end_it_apart_and_every_replica_says_the_same() -> None:
    events = [happened("issued"), done(9, 1), happened("cancelled", 9, 2, text="khách thôi")]
    for order in permutations(events):
        state = fold_order(order)
        assert (state.state, [e.kind for e in state.misfits]) == ("done", ["cancelled"])


def test_of_two_that_differ_in_what_they_say_alone_everybody_takes_the_same() -> None:
    """As others may have written them: one stamp, one moment, no word."""
    two = [done(9, result="no_fault"), done(9, result="completed")]
    assert told(two) == told(two[::-1])


def test_each_kind_has_its_results_and_each_open_state_its_acts() -> None:
    assert set(RESULTS) == set(KINDS)
    for state in STATES:
        assert may(state, "done") is (state in OPEN)


# -- the clock --------------------------------------------------------------------------------------------


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def test_the_clock_of_an_emergency() -> None:
    clock = Clock(at(45), at(120))
    assert clock.next() == ("on_site", at(45))
    assert not clock.late(at(45))
    assert clock.late(at(46))
    there = Clock(at(45), at(120), on_site_at=at(50))
    assert there.next() == ("restored", at(120))
    assert there.kept() == {"on_site": False}
    back = Clock(at(45), at(120), at(40), at(120))
    assert back.next() is None
    assert back.kept() == {"on_site": True, "restored": True}
    assert not back.late(at(999))


def test_of_a_clock_what_is_due_first_comes_first() -> None:
    assert Clock(at(90), at(60)).next() == ("restored", at(60))
    assert Clock(None, at(60)).next() == ("restored", at(60))
    assert Clock(at(45), None, on_site_at=at(1)).next() is None
    assert Clock(None, None).next() is None
    # The supply is back by a valve far away: nobody has to hurry any more.
    assert Clock(at(45), at(120), restored_at=at(10)).next() is None


# -- material ---------------------------------------------------------------------------------------------


def test_material_is_read_with_care() -> None:
    good = Material("Van góc 15", 1000, "cái", "customer", 85_000)
    lines: list[Any] = [
        good.as_data(),
        good.as_data() | {"quantity": 0},
        good.as_data() | {"quantity": True},
        good.as_data() | {"item": " "},
        good.as_data() | {"item": 7},
        good.as_data() | {"by": "nobody"},
        good.as_data() | {"amount": -1},
        good.as_data() | {"amount": 1.5},
        "pipe",
        None,
    ]
    assert materials_of({"materials": lines}) == (good,)
    assert materials_of({"materials": "all"}) == ()
    assert materials_of({}) == ()


def test_the_customer_owes_what_is_the_customers() -> None:
    lines = [
        Material("Van", 1000, "cái", "customer", 85_000),
        Material("Ống", 2500, "m", "customer"),
        Material("Keo", 1000, "tuýp", "utility", 30_000),
    ]
    assert owed(lines) == 85_000
