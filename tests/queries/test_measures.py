"""The figures of requests against figures worked out by hand and against a plain loop."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.errors import Cancelled
from app.domain.measures import Balance, Figures
from app.models import Connection, Customer
from app.queries.measures import Analysis, months_of
from app.queries.request_counts import SEVERAL
from app.queries.requests import Viewer
from tests.offices import person
from tests.requests import at, past

NOW = at("11-20 09:00")


def analysed(desktop: Desktop, first: date, last: date, login: str = "mai") -> Analysis:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    return desktop.measure_queries.analysis(first, last, viewer, NOW)


def customer(desktop: Desktop, code: str, *classes: tuple[str, bool], ward: str | None = None) -> object:
    by = person(desktop, "mai").id
    with desktop.writer.entry("customers.add", by) as draft:
        id = draft.add(Customer, code=code, name="Khách", phone=None, address="1 Ngô Gia Tự", ward=ward)
        for n, (each, used) in enumerate(classes):
            draft.add(
                Connection, customer_id=id, code=f"{code}-{n}", address="1 Ngô Gia Tự", customer_class=each,
                quotas=1, retired_at=None if used else NOW,
            )  # fmt: skip
    return id


@pytest.fixture
def known(desktop: Desktop) -> Desktop:
    """A small set whose figures are worked out by hand below. The office works from 07:30 to 11:30 and
    from 13:30 to 17:00, Monday to Friday."""
    home = customer(desktop, "BN-1", ("household", True), ("service", False), ward="Phường Vệ An")
    mixed = customer(desktop, "BN-2", ("household", True), ("service", True), ward="Võ Cường")
    left = customer(desktop, "BN-3", ("production", False))
    late = {"head": "11-03 08:00", "leader": "11-04 08:00", "company": "11-10 08:00"}
    # Monday the 2nd: 60 working minutes, in time.
    past(desktop, "11-02 08:00", due="11-03 08:00", answered="11-02 09:00", cause="valve", score=5,
         customer_id=home)  # fmt: skip
    # Over noon: 2.5 hours by the clock, 30 minutes of work; answered at the very moment it was due.
    past(desktop, "11-02 11:00", due="11-02 13:30", answered="11-02 13:30", cause="valve", score=2,
         customer_id=mixed, area="phuong ve an")  # fmt: skip
    # Two days: 930 minutes; late by a day, told to head and leader.
    past(desktop, "11-02 08:00", due="11-03 08:00", answered="11-04 08:30", alarms=late, cause="pipe_age",
         customer_id=left, told="", channel="letter")  # fmt: skip
    # Still open and late, up to the company.
    past(desktop, "11-02 08:00", due="11-03 08:00", alarms=late, type_code="no_supply")
    # Waits for the customer: not late, but was not closed either.
    past(desktop, "11-05 08:00", due="11-06 08:00", held="11-05 10:00", type_code="meter", unit="METERS")
    # Reopened, and open again.
    past(desktop, "11-05 08:00", due="11-25 08:00", answered="11-05 09:00", score=1, reopened="11-06 08:00")
    # Restricted: seen by the supervisor only.
    past(desktop, "11-06 08:00", due="11-30 08:00", type_code="denunciation", unit="LEAD", login="mai")
    # Of October and of an evening that is the next day in UTC's eyes, not in ours.
    past(desktop, "10-31 23:30", due="11-03 08:00", answered="11-02 08:30", area="Võ  Cường")
    past(desktop, "11-06 23:30", due="11-30 08:00", answered="11-07 08:00", area="võ cường")
    return desktop


def test_figures_worked_out_by_hand(known: Desktop) -> None:
    found = analysed(known, date(2026, 11, 1), date(2026, 11, 6))
    assert found.total == Figures(
        received=8, answered=4, on_time=3, late=2, open=5, reopened=1, escalated=2, to_leader=2, to_company=1,
        told=3, scored=2, score_sum=7, low_scores=1,
        # None on a Saturday; 30; 60; 420 and 450 and 60.
        median_minutes=30, most_minutes=930,
        # An hour, two and a half, eight and a half, two days and half an hour.
        median_days=104, most_days=2020,
    )  # fmt: skip
    assert found.total.on_time_share == 0.6
    assert found.total.score == 3500
    # The one of Friday evening ended on Saturday.
    assert found.balance == Balance(before=1, received=8, ended=3, after=6)


def test_groups(known: Desktop) -> None:
    found = analysed(known, date(2026, 10, 1), date(2026, 11, 30))
    counts = {name: [(g.key, g.figures.received) for g in groups] for name, groups in found.by.items()}
    assert counts == {
        "type": [("leak", 6), ("denunciation", 1), ("meter", 1), ("no_supply", 1)],
        # As first typed, whatever accents and blanks; of the customer's ward where nothing was said.
        "area": [("Phường Vệ An", 2), ("Võ Cường", 2), ("", 5)],
        "cause": [("valve", 2), ("pipe_age", 1), ("", 6)],
        "unit": [("REPAIR", 7), ("LEAD", 1), ("METERS", 1)],
        "channel": [("phone", 8), ("letter", 1)],
        # Of two classes: several. Of connections out of use only where there is no other.
        "class": [(SEVERAL, 1), ("household", 1), ("production", 1), ("", 6)],
    }
    assert [(m.first_day, m.figures.received) for m in found.months] == [
        (date(2026, 10, 1), 1),
        (date(2026, 11, 1), 8),
    ]
    valve = found.by["cause"][0].figures
    assert (valve.on_time, valve.median_minutes, valve.score) == (2, 30, 3500)


def test_restricted_kinds_are_counted_for_those_who_may_see_them(known: Desktop) -> None:
    for login, counted in (("mai", 8), ("tung", 7)):
        found = analysed(known, date(2026, 11, 1), date(2026, 11, 6), login)
        assert found.total.received == counted
        assert sum(g.figures.received for g in found.by["type"]) == counted
        assert found.balance.received == counted


def test_an_empty_span(desktop: Desktop) -> None:
    found = analysed(desktop, date(2026, 8, 15), date(2026, 10, 2))
    assert found.total == Figures()
    assert found.balance == Balance(0, 0, 0, 0)
    assert [m.first_day for m in found.months] == [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
    assert not any(found.by.values())


def test_it_can_be_stopped(known: Desktop) -> None:
    def stop(done: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        known.measure_queries.analysis(
            date(2026, 11, 1), date(2026, 11, 6), Viewer(uuid4(), None, True), NOW, stop
        )


def test_every_group_adds_up(desktop: Desktop) -> None:
    rng = Random(5)
    for _ in range(60):
        begun = at("09-01 08:00") + timedelta(hours=rng.randrange(24 * 75))
        told = f"{begun + timedelta(hours=7 + rng.randrange(300)):%m-%d %H:%M}"
        past(
            desktop, f"{begun + timedelta(hours=7):%m-%d %H:%M}",
            type_code=rng.choice(["leak", "info", "bill"]), unit=rng.choice(["REPAIR", "CARE"]),
            due=f"{begun + timedelta(hours=100):%m-%d %H:%M}", answered=told if rng.random() < 0.8 else None,
            cause=rng.choice([None, "valve", "meter"]), score=rng.choice([None, 1, 5]),
            channel=rng.choice(["phone", "web"]), area=rng.choice([None, "Vệ An", "Đại Phúc"]),
        )  # fmt: skip
    found = analysed(desktop, date(2026, 9, 1), date(2026, 11, 20))
    counted = ("received", "answered", "on_time", "late", "open", "told", "scored", "score_sum")
    for groups in (*found.by.values(), found.months):
        for name in counted:
            assert sum(getattr(g.figures, name) for g in groups) == getattr(found.total, name)
    assert found.balance.before + found.balance.received == found.balance.ended + found.balance.after
    assert found.total.received == 60


def test_months_of_a_span() -> None:
    assert list(months_of(date(2026, 11, 30), date(2027, 1, 1))) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    ]  # fmt: skip
    assert not list(months_of(date(2026, 11, 2), date(2026, 10, 31)))
