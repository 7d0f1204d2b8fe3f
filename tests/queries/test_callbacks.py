"""Whom to call: the same list all day and at every desk, nobody twice within a month, every unit in turn."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.queries.callbacks import Call, Sampling
from tests.headoffice.agreeing import assert_agreed
from tests.offices import Company, person
from tests.requests import at, past
from tests.services.test_requests import add_customer

NOW = at("11-20 09:00")
ALL = Sampling(share=1000, least=0, most=1000)


def closed(desktop: Desktop, n: int = 0, day: str = "11-18", **fields: object) -> UUID:
    values: dict[str, object] = {"phone": f"09120000{n:02d}", "contact_name": f"Khách {n}", **fields}
    return past(desktop, f"{day} 08:00", answered=f"{day} 10:00", **values)  # type: ignore[arg-type]


def sampled(desktop: Desktop, sampling: Sampling = ALL, now: object = NOW) -> list[Call]:
    return desktop.callback_queries.sample(now, sampling)  # type: ignore[arg-type]


def test_only_who_can_be_asked_is_called(desktop: Desktop) -> None:
    good = closed(desktop, 1)
    closed(desktop, 2, phone=None)
    closed(desktop, 3, contact_name="")  # wants no name
    closed(desktop, 4, type_code="denunciation")
    closed(desktop, 5, score=4)  # said what he thinks when told
    closed(desktop, 6, day="11-01")  # too long ago
    past(desktop, "11-18 08:00", answered="11-18 10:00", told="", phone="0912000007")  # not told yet
    past(desktop, "11-18 08:00", answered="11-18 10:00", reopened="11-19 08:00", phone="0912000008")
    closed(desktop, 9, day="11-20")  # today: tomorrow's turn
    assert [call.id for call in sampled(desktop)] == [good]
    tomorrow = sampled(desktop, now=NOW + timedelta(days=1))
    assert {call.phone for call in tomorrow} == {"0912000001", "0912000009"}


def test_the_number_of_the_customer_will_do(desktop: Desktop) -> None:
    customer = add_customer(desktop)
    closed(desktop, phone=None, customer_id=customer)
    assert [call.phone for call in sampled(desktop)] == ["0912345678"]


def test_one_person_is_on_the_list_once(desktop: Desktop) -> None:
    customer = add_customer(desktop)
    closed(desktop, 1, phone="0912000001")
    closed(desktop, 2, phone="0912000001")
    closed(desktop, 3, phone="0912000003", customer_id=customer)
    closed(desktop, 4, phone="0912000004", customer_id=customer)
    assert len(sampled(desktop)) == 2


def test_the_list_stays_the_same_all_day_and_is_another_on_another_day(
    company: Company, desktop: Desktop
) -> None:
    other = company.desk("BN04")
    for n in range(30):
        closed(desktop, n)
    company.sync()
    some = Sampling(share=200, least=1, most=50)
    first = sampled(desktop, some)
    assert len(first) == 6
    assert [c.id for c in sampled(other, some)] == [c.id for c in first]
    assert [c.id for c in sampled(desktop, some, NOW + timedelta(hours=8))] == [c.id for c in first]
    yen = person(desktop, "yen")
    desktop.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    desktop.requests.rate(yen, first[0].id, 5, "Rất nhanh")
    desktop.callbacks.not_reached(yen, first[1].id, "Máy bận")
    now = sampled(desktop, some)
    assert [c.id for c in now] == [c.id for c in first]
    assert [(c.score, c.tried, c.done) for c in now[:3]] == [
        (5, False, True), (None, True, True), (None, False, False),
    ]  # fmt: skip
    assert [c.id for c in sampled(desktop, some, NOW + timedelta(days=1))] != [c.id for c in first]
    assert_agreed(company)
    assert [c.id for c in sampled(other, some)] == [c.id for c in first]


def test_nobody_is_called_twice_within_a_month(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    customer = add_customer(desktop)
    reached = closed(desktop, 1, phone="0912000001")
    missed = closed(desktop, 2, phone="0912000002", customer_id=customer)
    desktop.requests.rate(yen, reached, 2)
    desktop.callbacks.not_reached(yen, missed)
    later = Sampling(days=60, share=1000, least=0, most=100)
    closed(desktop, 3, day="11-19", phone="0912000001")
    closed(desktop, 4, day="11-19", phone="0912000009", customer_id=customer)
    for days, count in ((1, 0), (29, 0), (31, 2)):
        found = sampled(desktop, later, NOW + timedelta(days=days))
        assert len(found) == count, days
        assert all(call.score is None for call in found)


def test_units_come_in_turn(desktop: Desktop) -> None:
    for n in range(12):
        closed(desktop, n, unit="REPAIR")
    closed(desktop, 20, unit="METERS")
    closed(desktop, 21, unit="BILLING")
    units = [call.unit_code for call in sampled(desktop, Sampling(share=1, least=3, most=3))]
    assert sorted(str(unit) for unit in units) == ["BILLING", "METERS", "REPAIR"]


@given(st.integers(0, 5000), st.integers(0, 1000), st.integers(0, 30), st.integers(0, 60))
def test_a_sample_is_no_larger_than_it_may_be(closed_: int, share: int, least: int, most: int) -> None:
    size = Sampling(share=share, least=least, most=most).size(closed_)
    assert 0 <= size <= min(closed_, most)
    assert size >= min(closed_, most, least)


def test_what_cannot_be_written_is_refused(desktop: Desktop) -> None:
    yen, open_ = person(desktop, "yen"), past(desktop, "11-18 08:00")
    with pytest.raises(AppError) as refused:
        desktop.callbacks.not_reached(yen, open_)
    assert refused.value.code == "request.not_told"
    with pytest.raises(AppError) as refused:
        desktop.callbacks.not_reached(person(desktop, "tung"), closed(desktop))
    assert refused.value.code == "not_allowed"
    with pytest.raises(Invalid):
        desktop.callbacks.not_reached(yen, closed(desktop), "x" * 4001)
