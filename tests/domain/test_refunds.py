"""What a payout must stand on, and where its money is taken from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError, Invalid
from app.domain.refunds import (
    Limits,
    approved,
    checks,
    decisions,
    draw,
    is_approval,
    require_amount,
    require_second,
    require_third,
)
from app.domain.requests import Event

AT = datetime(2026, 11, 20, tzinfo=UTC)
YES = {"approved": True, "amount": 500}
CHECK = {"checked": True, "amount": 500, "receipts": ["BL-1", 7]}


def step(by: str, hlc: int, result: object, kind: str = "stepped") -> Event:
    return Event(kind, AT, hlc, 1, by, text="x", data={"result": result})


@pytest.mark.parametrize(
    ("yes", "payer", "check_by", "stands"),
    [
        (step("mai", 2, YES), "tung", "yen", True),
        (step("mai", 2, YES), "yen", "yen", True),  # what he found, another has approved
        (step("mai", 2, YES), "mai", "yen", False),  # own approval
        (step("mai", 2, YES), "tung", "mai", False),  # own check
        (step("mai", 9, YES), "tung", "yen", False),  # after the money
        (step("mai", 0, YES), "tung", "yen", False),  # before the check
        (step("mai", 2, {**YES, "amount": 499}), "tung", "yen", False),
        (step("mai", 2, {**YES, "approved": False}), "tung", "yen", False),
        (step("mai", 2, {**YES, "approved": 1}), "tung", "yen", False),
        (step("mai", 2, {**YES, "amount": True}), "tung", "yen", False),
        (step("mai", 2, ["approved"]), "tung", "yen", False),
        (step("mai", 2, YES, "noted"), "tung", "yen", False),
    ],
)
def test_a_payout_stands_on_a_second_persons_yes(yes: Event, payer: str, check_by: str, stands: bool) -> None:
    assert approved([yes, step(check_by, 1, CHECK)], 500, payer, (5, 1)) is stands


def test_what_a_step_found() -> None:
    events = [step("mai", 2, YES), step("yen", 1, CHECK), step("mai", 3, {**YES, "approved": False})]
    (check,) = checks(events)
    assert (check.by, check.amount, check.receipts) == ("yen", 500, ("BL-1",))
    assert [d.stamp for d in decisions(events, True)] == [(2, 1)]
    assert [d.stamp for d in decisions(events, False)] == [(3, 1)]
    require_second("mai", check, "tung")
    with pytest.raises(AppError, match="own_check"):
        require_second("yen", check, "tung")
    with pytest.raises(AppError, match="own_request"):
        require_second("tung", check, "tung")
    with pytest.raises(AppError, match="own_approval"):
        require_third("mai", decisions(events, True)[0])


@pytest.mark.parametrize("data", [None, 7, [], {}, {"result": None}, {"result": {"approved": "true"}}])
def test_not_everything_is_a_yes(data: Any) -> None:
    assert not is_approval(data)
    assert is_approval({"result": {"approved": True}})


@dataclass
class Place:
    amount: int


@given(st.lists(st.integers(0, 1000)), st.integers(0, 5000))
def test_exactly_what_is_wanted_or_all_there_is(amounts: list[int], wanted: int) -> None:
    places = [Place(amount) for amount in amounts]
    taken = list(draw(places, wanted))
    assert sum(part for _, part in taken) == min(wanted, sum(amounts))
    assert sum(place.amount for place in places) == sum(amounts) - min(wanted, sum(amounts))
    assert all(part > 0 for _, part in taken)
    assert all(place.amount >= 0 for place in places)
    # One after another: only the last may keep something.
    assert all(place.amount == 0 for place, _ in taken[:-1])


@given(st.integers(-10, 200) | st.none(), st.integers(0, 200))
def test_an_amount_is_within_what_lies_and_the_limits(amount: int | None, lies: int) -> None:
    limits = Limits(10, 100)
    fits = amount is not None and 10 <= amount <= min(lies, 100)
    if fits:
        assert require_amount(amount, lies, limits) == amount
    else:
        with pytest.raises(Invalid):
            require_amount(amount, lies, limits)
