from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import Desktop
from app.domain.duty import Span, gaps
from app.domain.errors import AppError, Invalid
from app.models import Duty, Staff
from app.services.rules import NewRule
from tests.headoffice.agreeing import assert_agreed, at_the_hub
from tests.offices import START, Company, person

FRIDAY = START.date()
MONDAY = FRIDAY + timedelta(days=3)
MORNING, AFTERNOON = (450, 690), (810, 1020)

spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda each: (min(each), max(each))), max_size=6
)


@given(spans, spans)
def test_gaps_are_the_minutes_of_the_hours_in_which_nobody_is_there(
    hours: list[Span], duties: list[Span]
) -> None:
    apart: list[Span] = []
    for start, end in sorted(hours):  # as a calendar has them: apart, in order
        start = max(start, apart[-1][1]) if apart else start
        if start < end:
            apart.append((start, end))
    found = gaps(apart, duties)
    open_ = {minute for start, end in apart for minute in range(start, end)}
    there = {minute for start, end in duties for minute in range(start, end)}
    assert {m for start, end in found for m in range(start, end)} == open_ - there
    assert found == sorted(found)
    assert all(start < end for start, end in found)


def put(desktop: Desktop, login: str, days: Sequence[date], span: Span, by: str = "mai") -> tuple[UUID, ...]:
    officer = person(desktop, login).id
    return desktop.duty.put(person(desktop, by), uuid4(), officer, days, [span])


def test_who_is_on_duty_and_when_nobody_is(desktop: Desktop) -> None:
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    queries = desktop.duty_queries
    assert [o.name for o in queries.officers()] == ["Bùi Thị Mai", "Hoàng Thị Yến", "Ngô Văn Tùng"]
    put(desktop, "yen", week[:5], MORNING)
    put(desktop, "mai", week[:3], AFTERNOON)
    put(desktop, "tung", [week[3]], (800, 900))
    found = queries.gaps(week[0], week[6])
    # The Tuesday is a day off (24/11); the weekend has no hours.
    assert found == {week[3]: [(900, 1020)], week[4]: [AFTERNOON]}
    assert [d.officer.name for d in queries.on_duty(START + timedelta(days=3))] == ["Hoàng Thị Yến"]
    assert queries.on_duty(START + timedelta(days=3, hours=4)) == []
    assert queries.gaps_left(START) == []  # in the week of today no roster is kept
    put(desktop, "yen", [FRIDAY + timedelta(days=1)], MORNING)
    assert queries.gaps_left(START) == [(480, 690), AFTERNOON]  # it is 08:00 on a day without any
    assert queries.gaps_left(START + timedelta(hours=10)) == []


def test_the_roster_is_changed_taken_back_and_copied(company: Company, desktop: Desktop) -> None:
    mai, queries = person(desktop, "mai"), desktop.duty_queries
    put(desktop, "yen", [FRIDAY, MONDAY], MORNING)
    friday, monday = queries.between(FRIDAY, MONDAY)
    desktop.duty.change(mai, uuid4(), friday, person(desktop, "tung").id, 450, 600)
    desktop.duty.change(mai, uuid4(), monday, monday.officer.id, monday.start, monday.end)  # nothing new
    desktop.duty.take_off(mai, uuid4(), [monday])
    (left,) = queries.between(FRIDAY, MONDAY)
    assert (left.officer.name, left.start, left.end) == ("Ngô Văn Tùng", 450, 600)
    put(desktop, "tung", [FRIDAY + timedelta(days=7)], (590, 700))  # where the copy would overlap
    put(desktop, "yen", [FRIDAY], AFTERNOON)
    assert desktop.duty.copy_week(mai, uuid4(), MONDAY) == 1
    assert desktop.duty.copy_week(mai, uuid4(), MONDAY) == 0
    copied = [(d.officer.name, d.day, d.start) for d in queries.between(MONDAY, MONDAY + timedelta(days=6))]
    friday_after = FRIDAY + timedelta(days=7)
    assert copied == [("Ngô Văn Tùng", friday_after, 590), ("Hoàng Thị Yến", friday_after, 810)]
    assert_agreed(company)


@pytest.mark.parametrize(
    ("login", "day", "span", "wrong"),
    [
        ("duc", FRIDAY, MORNING, {"officer": "person.unknown"}),  # a reader takes nothing at the desk
        ("yen", FRIDAY - timedelta(days=1), MORNING, {"days": "duty.days"}),
        ("yen", FRIDAY, (690, 690), {"hours": "duty.hours"}),
        ("yen", FRIDAY, (600, 1441), {"hours": "duty.hours"}),
        ("yen", MONDAY, (689, 700), {"hours": "duty.twice"}),
    ],
)
def test_what_cannot_be_a_duty(
    desktop: Desktop, login: str, day: date, span: Span, wrong: dict[str, str]
) -> None:
    put(desktop, "yen", [MONDAY], MORNING)
    with pytest.raises(Invalid) as refused:
        put(desktop, login, [day], span)
    assert refused.value.fields == wrong


def test_only_a_supervisor_changes_the_roster(company: Company, desktop: Desktop) -> None:
    with pytest.raises(AppError, match="not_allowed"):
        put(desktop, "yen", [FRIDAY], MORNING, by="yen")
    yen = person(desktop, "yen").id
    with desktop.writer.entry("duty.change", yen) as draft:  # past the program's own check
        draft.add(Duty, staff_id=yen, day=FRIDAY, start=0, end=60)
    assert_agreed(company)
    assert at_the_hub(company, "SELECT count(*) FROM duty") == [(0,)]
    assert at_the_hub(company, "SELECT verdict FROM ruling") == [("not_allowed",)]


def test_who_has_left_fills_no_gap(company: Company, desktop: Desktop) -> None:
    put(desktop, "yen", [FRIDAY], MORNING)
    put(desktop, "yen", [FRIDAY], AFTERNOON)
    company.sync()
    assert desktop.duty_queries.gaps(FRIDAY, FRIDAY) == {}
    with company.headoffice.writer.entry("staff.add", None, desk=company.headoffice.hub.office_feed(1)) as d:
        d.change(Staff, person(desktop, "yen").id, retired_at=START)
    company.sync()
    assert desktop.duty_queries.gaps(FRIDAY, FRIDAY) == {FRIDAY: [MORNING, AFTERNOON]}


def test_the_gaps_follow_the_hours_that_are_laid_down(company: Company, desktop: Desktop) -> None:
    put(desktop, "yen", [FRIDAY], (450, 1020))
    new = NewRule("calendar_day", {"day": FRIDAY.isoformat(), "intervals": [[480, 1080]], "note": "Trực"})
    desktop.rule_service.lay_down(person(desktop, "mai"), uuid4(), [new])
    company.sync()
    assert desktop.duty_queries.gaps(FRIDAY, FRIDAY) == {FRIDAY: [(1020, 1080)]}
