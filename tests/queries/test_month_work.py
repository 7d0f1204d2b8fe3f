"""What people did, counted from the day's work."""

from __future__ import annotations

from datetime import date

from app.bootstrap import Desktop
from app.queries.month_work import WORK, MonthWork
from tests.offices import person
from tests.requests import past

NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)
OCTOBER = date(2026, 10, 1), date(2026, 10, 31)


def work(desktop: Desktop, login: str = "mai") -> MonthWork:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    return desktop.month_work_queries.work(NOVEMBER, OCTOBER, viewer)


def done(found: MonthWork) -> dict[str, dict[str, int]]:
    return {each.name: {name: n for name, n in each.done.items() if n} for each in found.managers}


def test_each_person_by_what_was_done_within_the_days(desktop: Desktop) -> None:
    past(desktop, "11-02 08:00", answered="11-02 09:00")
    past(desktop, "11-03 08:00", type_code="complaint")
    past(desktop, "10-31 23:59", answered="11-01 00:00")
    past(desktop, "10-05 08:00", answered="10-06 08:00")
    past(desktop, "11-04 08:00", login="mai", type_code="complaint")
    found = work(desktop)
    assert done(found) == {
        "Hoàng Thị Yến": {"request": 1, "complaint": 1, "answer": 2, "call": 2},
        "Bùi Thị Mai": {"complaint": 1},
    }
    assert list(done(found)) == ["Hoàng Thị Yến", "Bùi Thị Mai"], "who did most stands first"
    assert found.total == dict.fromkeys(WORK, 0) | {"request": 1, "complaint": 2, "answer": 2, "call": 2}
    assert {name: n for name, n in found.before.items() if n} == {"request": 2, "answer": 1, "call": 1}


def test_what_few_may_see_counts_for_them_alone(desktop: Desktop) -> None:
    past(desktop, "11-02 08:00", type_code="denunciation", unit="LEAD", login="mai")
    assert done(work(desktop)) == {"Bùi Thị Mai": {"complaint": 1}}
    assert done(work(desktop, "yen")) == {}
