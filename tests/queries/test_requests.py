from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from app.bootstrap import Desktop
from app.queries.request_lists import FILTERS
from app.queries.requests import Counts, RequestQueries, Viewer
from app.services.writer import Person
from tests.offices import person
from tests.services.test_requests import add_customer, new


def register(desktop: Desktop, by: Person, type_code: str = "leak", **fields: object) -> UUID:
    return desktop.requests.register(by, new(type_code, **fields)).id


def viewer_of(desktop: Desktop, login: str) -> Viewer:
    who = person(desktop, login)
    return desktop.request_queries.viewer(who.id, who.roles)


def lists(desktop: Desktop, login: str) -> dict[str, Sequence[UUID]]:
    viewer, now = viewer_of(desktop, login), desktop.clock.now()
    return {each: desktop.request_queries.ids(each, viewer, now) for each in FILTERS}


def test_lists_and_counts_by_filter(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    late = register(desktop, yen, "no_supply")  # 2 hours
    desktop.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    today = register(desktop, mai, "repair")  # 8 working hours: Monday
    desktop.clock.advance(timedelta(hours=-3))  # type: ignore[attr-defined]
    soon = register(desktop, yen, "info")  # 30 working minutes
    told = register(desktop, yen, "leak")
    closed = register(desktop, mai, "leak")
    for request in (told, closed):
        desktop.requests.answer(mai, request, "Đã vá", "solved")
    desktop.requests.tell(mai, closed, "phone", "Đã gọi")
    viewer, queries = viewer_of(desktop, "yen"), desktop.request_queries

    assert lists(desktop, "yen") == {
        "mine": [soon, late, told],
        "inbox": [],
        "unread": [told],
        "overdue": [],
        "today": [soon, late],
        "escalated": [],
        "tell": [told],
        "held": [],
        "lacking": [],
        "open": [soon, late, told, today],
        "all": [soon, late, told, today, closed],
    }
    assert queries.counts(viewer, desktop.clock.now()) == Counts(
        mine=3, inbox=0, unread=1, overdue=0, today=2, escalated=0, tell=1, held=0, lacking=0, open=4
    )
    desktop.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    assert lists(desktop, "yen")["overdue"] == [soon, late]
    assert queries.counts(viewer, desktop.clock.now()) == Counts(
        mine=3, inbox=0, unread=1, overdue=2, today=0, escalated=0, tell=1, held=0, lacking=0, open=4
    )
    assert queries.ids("all", viewer, desktop.clock.now(), sort="code", descending=True) == [
        closed, told, soon, today, late,
    ]  # fmt: skip


def test_what_my_unit_handles_is_mine(desktop: Desktop) -> None:
    mai = person(desktop, "mai")
    request = register(desktop, mai)
    crew = Viewer(person(desktop, "duc").id, "REPAIR", restricted=False)
    now = desktop.clock.now()
    assert desktop.request_queries.ids("mine", crew, now) == [request]
    desktop.request_work.route(mai, request, "NETWORK")
    assert desktop.request_queries.ids("mine", crew, now) == []
    assert desktop.request_queries.counts(crew, now).mine == 0


def test_a_denunciation_is_seen_by_its_author_and_the_leader_only(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    customer = add_customer(desktop)
    secret = register(desktop, yen, "denunciation", customer_id=customer, words="Tố cáo nhân viên thu tiền")
    plain = register(desktop, yen, "leak", customer_id=customer)
    queries, now = desktop.request_queries, desktop.clock.now()
    for login, sees in (("yen", True), ("mai", True), ("tung", False)):
        viewer = viewer_of(desktop, login)
        for found in (
            queries.ids("all", viewer, now),
            queries.ids("open", viewer, now),
            [*queries.ids("all", viewer, now, "tố cáo"), plain],
            [*queries.ids("all", viewer, now, "000001"), plain],
        ):
            assert set(found) == ({secret, plain} if sees else {plain})
        # Whose it is stands sealed in it alone: it is not in the customer's story, whoever looks.
        for rows in (queries.of_customer(customer, viewer), queries.duplicates(customer, "", viewer, now)):
            assert [row.id for row in rows] == [plain]
        assert (queries.story(secret, viewer) is not None) is sees
        assert queries.counts(viewer, now).open == 1 + sees
        caller = queries.caller(customer, viewer)
        assert caller is not None
        assert len(caller.open) == 1
    shown = queries.rows([secret])[secret]
    assert (shown.contact_name, shown.customer_code) == ("Nguyễn Thị Như Quỳnh", "BN-007415")


@pytest.mark.parametrize(
    "typed",
    ["000001", "1", " yc-bn03 –26-000001", "YC-BN03-26-000001", "ro ri via he", "SỤT", "0912345", "nhu quynh",
     "BN-007415", "gia thieu ro ri"],
)  # fmt: skip
def test_found_by_code_customer_and_words(desktop: Desktop, typed: str) -> None:
    yen, customer = person(desktop, "yen"), add_customer(desktop)
    wanted = register(desktop, yen, customer_id=customer)
    register(desktop, yen, words="Đổi tên chủ hợp đồng", contact_name="Phạm Quốc Bảo", phone="0988777666",
             address="3 Lý Thái Tổ")  # fmt: skip
    viewer, now = viewer_of(desktop, "yen"), desktop.clock.now()
    for filter in ("open", "all"):
        assert desktop.request_queries.ids(filter, viewer, now, typed) == [wanted]
    assert desktop.request_queries.ids("tell", viewer, now, typed) == []
    assert desktop.request_queries.ids("all", viewer, now, 'không có " AND ( *') == []


def test_likely_doubles(desktop: Desktop) -> None:
    yen, customer = person(desktop, "yen"), add_customer(desktop)
    old = register(desktop, yen, customer_id=customer, address="1 Nguyễn Trãi")
    desktop.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    near = register(desktop, yen, address="12/5, Nguyễn Gia Thiều")
    done = register(desktop, yen, address="12/5 Nguyễn Gia Thiều")
    desktop.requests.answer(yen, done, "Đã vá", "solved")
    desktop.requests.tell(yen, done, "phone", "Đã gọi")
    queries, viewer, now = desktop.request_queries, viewer_of(desktop, "yen"), desktop.clock.now()

    def doubles(customer_id: UUID | None, address: str) -> list[UUID]:
        return [row.id for row in queries.duplicates(customer_id, address, viewer, now)]

    assert doubles(None, "12/5 nguyen gia thieu") == [near]
    assert doubles(customer, "12/5 Nguyễn Gia Thiều") == [near, old]
    assert doubles(None, "1 Nguyễn Trãi") == []  # not of today
    assert doubles(None, "") == []


def test_the_story_names_an_act_that_came_too_late(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = register(desktop, yen)
    desktop.requests.answer(yen, request, "Đã vá", "solved")
    # What another desk, apart, had done: the entry is kept, the state does not follow it.
    from app.models import RequestEvent

    with desktop.writer.entry("requests.answered", yen.id) as draft:
        draft.add(RequestEvent, request_id=request, kind="answered", at=draft.now, by=yen.id,
                  text="Đã thay ống", data={"outcome": "adjusted"})  # fmt: skip
    story = desktop.request_queries.story(request, viewer_of(desktop, "yen"))
    assert story is not None
    assert [each.fitted for each in story.events] == [True, True, True, False]
    assert (story.answer, story.outcome) == ("Đã vá", "solved")


def plans(read: Engine) -> list[str]:
    """Collects how each question of the engine is answered from now on."""
    seen: list[str] = []

    @event.listens_for(read, "before_cursor_execute")
    def _explain(_c: object, cursor, sql: str, values, _x: object, _m: bool) -> None:  # type: ignore[no-untyped-def]
        if sql.startswith("SELECT"):
            explained = cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            seen.extend(row[3] for row in explained)

    return seen


def test_open_requests_are_found_by_index(desktop: Desktop) -> None:
    register(desktop, person(desktop, "yen"))
    queries: RequestQueries = desktop.request_queries
    viewer, now = viewer_of(desktop, "yen"), desktop.clock.now()
    queries.end_of_day(now)
    seen = plans(desktop.database.read)
    for filter in FILTERS[:-1]:
        queries.ids(filter, viewer, now)
        queries.ids(filter, viewer, now, "rò rỉ")
    queries.counts(viewer, now)
    queries.duplicates(None, "12/5", viewer, now)
    walked = [each for each in seen if "request_state" in each or each.startswith("SEARCH s ")]
    assert walked
    assert all("ix_request_state_state_due" in each or "id=?" in each for each in walked)
    whole = ("SCAN request", "SCAN r ", "(office_no=?)")
    assert not [each for each in seen if "request_type" not in each and any(w in each for w in whole)]


def test_the_name_of_who_asks_counts_before_what_is_asked(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    viewer = desktop.request_queries.viewer(yen.id, yen.roles)

    def asked(name: str, words: str) -> UUID:
        return desktop.requests.register(yen, new("leak", contact_name=name, words=words)).id

    named = asked("Trần Văn Thu", "Rò rỉ trước nhà")
    begun = asked("Trần Văn Thuận", "Rò rỉ sau nhà")
    text = asked("Trần Văn Hùng", "Nhà cho thuê bị rò rỉ")
    best = desktop.request_queries.best
    assert best("tran van thu", viewer, 8) == [named, begun, text]
    assert best("tran van thu", viewer, 1) == [named]
    assert best("thuê", viewer, 8) == [text]
    assert best("tran van thuy", viewer, 8) == []


def test_what_is_closed_takes_no_place_of_what_is_open(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    wanted = register(desktop, yen, contact_name="Nguyễn Thị Như Quỳnh")
    customer = add_customer(desktop)
    for _ in range(2):
        closed = register(desktop, yen, customer_id=customer)
        desktop.requests.answer(mai, closed, "Đã vá", "solved")
        desktop.requests.tell(mai, closed, "phone", "Đã gọi")
    monkeypatch.setattr("app.queries.request_search.MOST_HITS", 2)
    viewer, now = viewer_of(desktop, "yen"), desktop.clock.now()
    assert desktop.request_queries.ids("open", viewer, now, "như quỳnh") == [wanted]
