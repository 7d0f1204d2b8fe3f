"""One incident, many who ask: put under it, answered at once, each told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.services.incidents import NewIncident
from tests.offices import person
from tests.services.test_requests import add_customer, good, kinds_of, new, state_of


def burst(desktop: Desktop, **more: object) -> UUID:
    values: dict[str, object] = {
        "title": "Vỡ ống D200",
        "area": "Nguyễn Gia Thiều, Đường Ngô Gia Tự",
        "started_at": desktop.clock.now() - timedelta(minutes=20),
    }
    incident = NewIncident(uuid4(), **(values | more))  # type: ignore[arg-type]
    return desktop.incidents.begin(person(desktop, "yen"), incident)[0]


def test_an_incident_has_its_code_and_concerns_its_streets(desktop: Desktop) -> None:
    id = burst(desktop, expected_at=desktop.clock.now() + timedelta(hours=2))
    queries, now = desktop.incident_queries, desktop.clock.now()
    (row,) = queries.near("12/5 nguyen gia thieu, phường Kinh Bắc", None, now)
    assert (row.id, row.code, row.running) == (id, "SC-BN03-26-000001", True)
    assert queries.near("3 Ngô Gia", None, now) == []  # a part of a name is not the street
    assert queries.near("Nguyễn Gia Thiều A", None, now) == [row]
    desktop.incidents.end(person(desktop, "yen"), id, now, cause="pipe_age")
    assert queries.ids(running=True) == []
    assert [each.cause for each in queries.near("Nguyễn Gia Thiều", None, now)] == ["pipe_age"]
    assert queries.near("Nguyễn Gia Thiều", None, now + timedelta(days=4)) == []
    assert good(desktop)


def test_all_under_it_are_answered_at_once_and_each_is_told(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    id = burst(desktop)
    asked = [desktop.requests.register(yen, new("no_supply", incident_id=id)).id for _ in range(2)]
    later = desktop.requests.register(yen, new("no_supply")).id
    other = desktop.requests.register(yen, new("bill")).id
    desktop.incidents.put_under(yen, id, [later])
    assert desktop.incident_queries.requests_under(id) == [*asked, later]
    assert desktop.incidents.answer_all(yen, id, "Đã vá ống, có nước lúc 10 giờ", "solved", "pipe_age") == 3
    assert {state_of(desktop, each) for each in (*asked, later)} == {"answered"}
    assert state_of(desktop, other) == "routed"
    row = desktop.incident_queries.rows([id])[id]
    assert (row.requests, row.unanswered, row.untold) == (3, 0, 3)
    # Of all that are named only those that have an answer are told and closed.
    assert desktop.incidents.tell_all(yen, [*asked, later, other], "sms", "Đã có nước") == 3
    for each in (*asked, later):
        assert state_of(desktop, each) == "closed"
        assert kinds_of(desktop, each) >= {"answered", "told", "closed"}
    assert state_of(desktop, other) == "routed"
    assert desktop.incidents.answer_all(yen, id, "Đã xong", "solved") == 0
    assert good(desktop)


def test_one_that_was_taken_out_is_not_answered_with_the_rest(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    id = burst(desktop)
    kept, out = (desktop.requests.register(yen, new("no_supply", incident_id=id)).id for _ in range(2))
    desktop.incidents.put_under(yen, None, [out])
    assert desktop.incidents.answer_all(yen, id, "Đã vá ống", "solved") == 1
    assert (state_of(desktop, kept), state_of(desktop, out)) == ("answered", "routed")


def test_what_cannot_be_is_refused(desktop: Desktop) -> None:
    yen, now = person(desktop, "yen"), desktop.clock.now()
    with pytest.raises(Invalid) as wrong:
        burst(desktop, title=" ", area="", cause="gremlins", expected_at=now - timedelta(days=1))
    assert wrong.value.fields == {
        "title": "required",
        "area": "required",
        "cause": "cause.unknown",
        "expected_at": "time.before_start",
    }
    id = burst(desktop)
    hour, day = timedelta(hours=1), timedelta(days=1)
    for at, why in ((now + hour, "time.future"), (now - day, "time.before_start")):
        with pytest.raises(Invalid) as wrong:
            desktop.incidents.end(yen, id, at)
        assert wrong.value.fields == {"ended_at": why}
    with pytest.raises(AppError, match=r"incident\.unknown"):
        desktop.incidents.answer_all(yen, uuid4(), "Đã xong", "solved")
    with pytest.raises(Invalid) as wrong:
        desktop.incidents.tell_all(yen, [], "not at all", "")
    assert wrong.value.fields == {"words": "required", "how": "way.unknown"}
    with pytest.raises(AppError, match=r"not_allowed"):
        desktop.incidents.put_under(person(desktop, "tung"), id, [])


def test_the_leaders_requests_are_not_answered_by_others_through_an_incident(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    customer = add_customer(desktop)
    id = burst(desktop)
    secret = desktop.requests.register(mai, new("denunciation", customer_id=customer)).id
    desktop.incidents.put_under(mai, id, [secret])
    with pytest.raises(AppError, match=r"not_allowed"):
        desktop.incidents.answer_all(yen, id, "Đã xong", "solved")
    assert state_of(desktop, secret) == "routed"
