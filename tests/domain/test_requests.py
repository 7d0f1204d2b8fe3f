from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.requests import (
    CHANNELS,
    EVENTS,
    OUTCOMES,
    STATES,
    WAYS,
    Event,
    State,
    fold_request,
    may,
)

T0 = datetime(2026, 8, 20, 1, 0, tzinfo=UTC)


SAID: dict[str, dict[str, object]] = {
    "answered": {"outcome": "solved"},
    "told": {"how": "phone"},
    "rated": {"score": 4},
}
"""What an event of these kinds must say."""


def happened(*kinds: str, device: int = 1, since: int = 0) -> list[Event]:
    """One event an hour."""
    return [
        Event(
            kind,
            T0 + timedelta(hours=since + i),
            since + i,
            device,
            unit=f"U{since + i}" if kind == "routed" else None,
            text="đã nói" if kind in SAID else None,
            data=SAID.get(kind, {}),
        )
        for i, kind in enumerate(kinds)
    ]


def test_a_request_runs_its_course() -> None:
    due = T0 + timedelta(days=3)
    events = [
        Event("received", T0, 1, 1, due=due, unit="DESK"),
        Event("routed", T0, 2, 1, unit="TECH"),
        Event("noted", T0 + timedelta(hours=1), 3, 1, text="chờ vật tư"),
        Event("answered", T0 + timedelta(hours=2), 4, 2, text="đã vá", data={"outcome": "solved"}),
        Event("told", T0 + timedelta(hours=3), 5, 1, text="đã gọi", data={"how": "phone"}),
        Event("closed", T0 + timedelta(hours=4), 6, 1),
    ]
    assert fold_request(events) == State(
        moved=events[-1],
        state="closed",
        unit="TECH",
        due=due,
        answered_at=T0 + timedelta(hours=2),
        told_at=T0 + timedelta(hours=3),
        closed_at=T0 + timedelta(hours=4),
        outcome="solved",
    )
    assert fold_request(events[:2]).state == "routed"
    assert fold_request([]) == State()


@pytest.mark.parametrize(
    ("kinds", "state", "misfits"),
    [
        (["received", "closed"], "received", ["closed"]),
        (["received", "told", "closed"], "received", ["told", "closed"]),
        (["received", "routed", "answered", "closed"], "answered", ["closed"]),  # nobody told the customer
        (["received", "answered", "told", "closed"], "closed", []),  # answered at the desk at once
        (["received", "routed", "answered", "routed"], "answered", ["routed"]),  # two desks at once
        (["received", "routed", "answered", "answered"], "answered", ["answered"]),
        (["received", "received"], "received", ["received"]),
        (["received", "answered", "told", "told", "closed"], "closed", []),
        (["received", "answered", "told", "closed", "told"], "closed", ["told"]),
        (["received", "reopened"], "received", ["reopened"]),
        (["received", "praised"], "received", ["praised"]),
    ],
)
def test_what_no_longer_fits_is_kept_and_changes_nothing(
    kinds: list[str], state: str, misfits: list[str]
) -> None:
    folded = fold_request(happened(*kinds))
    assert (folded.state, [event.kind for event in folded.misfits]) == (state, misfits)


def test_a_reopened_request_needs_a_new_answer_and_a_new_notice() -> None:
    events = happened("received", "routed", "answered", "told", "closed", "reopened")
    again = fold_request(events)
    assert again == State(state="routed", unit="U1", reopened=1, moved=events[-1])
    assert fold_request(events + happened("closed", since=6)).misfits
    anew = fold_request(events + happened("answered", "told", "closed", since=6))
    assert (anew.state, anew.answered_at, anew.reopened) == ("closed", T0 + timedelta(hours=6), 1)


def test_a_second_notice_keeps_the_time_of_the_first() -> None:
    assert fold_request(happened("received", "answered", "told", "told")).told_at == T0 + timedelta(hours=2)


def test_a_new_unit_and_a_new_due_time_count_from_the_transfer_on() -> None:
    events = [
        Event("received", T0, 1, 1, unit="A", due=T0 + timedelta(days=1)),
        Event("routed", T0, 2, 1, unit="B"),
        Event("routed", T0, 3, 1, due=T0 + timedelta(days=5)),
    ]
    assert (fold_request(events).unit, fold_request(events).due) == ("B", T0 + timedelta(days=5))


def test_the_acts_of_one_entry_happen_in_their_natural_order() -> None:
    kinds = ("told", "closed", "answered", "received")
    at_once = [Event(kind, T0, 7, 1, text="đã nói", data=SAID.get(kind, {})) for kind in kinds]
    assert fold_request(at_once).state == "closed"


def test_a_tie_of_clocks_goes_by_device() -> None:
    one, two = Event("routed", T0, 5, 1, unit="A"), Event("routed", T0, 5, 2, unit="B")
    assert fold_request([two, Event("received", T0, 1, 1), one]).unit == "B"


EVENT_LISTS = st.lists(
    st.builds(
        Event,
        kind=st.sampled_from(EVENTS),
        at=st.integers(0, 99).map(lambda h: T0 + timedelta(hours=h)),
        hlc=st.integers(1, 30),
        device=st.integers(1, 3),
        unit=st.sampled_from([None, "A", "B"]),
        text=st.sampled_from([None, " ", "đã nói", "đã nói", "đã nói"]),
        data=st.fixed_dictionaries(
            {},
            optional={
                "outcome": st.sampled_from(["solved", "explained", "forgotten", 7]),
                "how": st.sampled_from(["phone", "letter", "not at all", None]),
                "score": st.integers(-1, 7),
                "step": st.sampled_from([None, "survey", "estimate", 3]),
                "next": st.sampled_from([None, "survey", "estimate", []]),
                "step_due": st.sampled_from([0, 5, -1, True, "later"]),
                "alarms": st.sampled_from([{}, {"head": 4, "king": 5}, {"head": "soon"}, 9, None]),
                "incident": st.sampled_from(["ab" * 16, "no id", 1]),
            },
        ),
    ),
    max_size=14,
    unique_by=lambda event: (event.hlc, event.device, event.kind),
)


@given(EVENT_LISTS, st.randoms(use_true_random=False))
def test_the_state_does_not_depend_on_the_order_of_arrival(events: list[Event], random: Random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert fold_request(shuffled) == fold_request(events)


def _place(event: Event) -> tuple[int, int, int, datetime, str]:
    return event.hlc, event.device, EVENTS.index(event.kind), event.at, event.text or ""


@given(EVENT_LISTS)
def test_no_event_is_lost_and_nothing_closed_without_answer_and_notice(events: list[Event]) -> None:
    state = fold_request(events)
    assert state.state in STATES
    fitting = [event for event in events if event not in state.misfits]
    last = max(fitting, key=_place, default=None)
    assert fold_request(fitting) == State(**{**vars(state), "misfits": (), "moved": last})
    if state.state == "closed":
        assert state.answered_at
        assert state.told_at
        assert state.closed_at
        assert state.outcome in OUTCOMES
        said = {event.kind for event in fitting if event.text and event.text.strip()}
        assert said >= {"answered", "told"}
        assert any(event.kind == "told" and event.data["how"] in WAYS for event in fitting)
    assert (state.answered_at is None) == (state.state in ("lacking", "received", "routed"))


def test_may_says_what_the_fold_does() -> None:
    reached = {
        "lacking": ["lacking"],
        "received": ["received"],
        "routed": ["received", "routed"],
        "answered": ["received", "answered"],
        "told": ["received", "answered", "told"],
        "closed": ["received", "answered", "told", "closed"],
    }
    for state, kinds in reached.items():
        for kind in EVENTS:
            folded = fold_request([*happened(*kinds), *happened(kind, since=9)])
            assert may(state, kind) is not bool(folded.misfits), (state, kind)
        assert may(state, "received") is (state == "lacking")


def test_codes_are_distinct() -> None:
    assert len(set(CHANNELS)) == len(CHANNELS) == 11
    assert len(set(OUTCOMES)) == len(OUTCOMES)
