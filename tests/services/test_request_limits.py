"""What rules and people do to requests that are open: kinds that were retired, limits at both ends, units
without members, people who left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.deadlines import MOST
from app.domain.errors import Invalid
from app.models import Staff
from app.queries.request_lists import Narrowed
from app.services.requests import NewRequest
from app.services.rules import NewRule
from app.sync.verify import verify
from tests.former_register import OPEN, csv_of, taken, why
from tests.offices import START, Company, person


def lay_down(company: Company, desktop: Desktop, code: str, **changed: Any) -> None:
    """A new version of a kind, in force at every desk."""
    held = desktop.rule_book.in_force("request_type", START.date())[code,].row
    rule = NewRule("request_type", {**held, "valid_from": START.date().isoformat(), **changed})
    desktop.rule_service.lay_down(person(desktop, "mai"), uuid4(), [rule])
    company.sync()


def change_staff(company: Company, desktop: Desktop, login: str, **fields: Any) -> None:
    """As the head office does it."""
    feed = company.headoffice.hub.office_feed(company.office_no)
    with company.headoffice.writer.entry("staff.edit", None, desk=feed) as draft:
        draft.change(Staff, person(desktop, login).id, **fields)
    company.sync()


def new(**fields: Any) -> NewRequest:
    values = {"type_code": "leak", "channel": "phone", "words": "Vỡ ống", "contact_name": "Bình"}
    return NewRequest(uuid4(), **(values | {"phone": "0912345678"} | fields))


def nobodys(desktop: Desktop) -> list[UUID]:
    mai = person(desktop, "mai")
    queries = desktop.request_queries
    viewer = queries.viewer(mai.id, mai.roles)
    return list(queries.ids("all", viewer, desktop.clock.now(), narrowed=Narrowed(nobodys=True)))


def test_a_kind_that_is_retired_takes_nothing_in_and_its_open_requests_go_on(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    done = desktop.requests.register(yen, new())
    lay_down(company, desktop, "leak", retired_at=int(START.timestamp() * 1000))
    with pytest.raises(Invalid) as refused:
        desktop.requests.register(yen, new())
    assert refused.value.fields == {"type_code": "type.unknown"}
    plan, taken_in = taken(desktop, csv_of(tmp_path / "so.csv", OPEN))
    assert (why(plan), taken_in.new) == ([(2, [("Loại", "import.type_retired")])], 0)
    named = desktop.rules.request_types_ever(desktop.today())["leak"]
    assert named.name("vi") == "Rò rỉ, vỡ ống"
    desktop.request_work.route(yen, done.id, "NETWORK", "Nhờ xem")
    desktop.requests.answer(mai, done.id, "Đã sửa", "solved")
    desktop.requests.tell(yen, done.id, "phone", "Đã báo")
    story = desktop.request_queries.story(done.id, desktop.request_queries.viewer(mai.id, mai.roles))
    assert story is not None
    assert (story.row.state, story.row.type_code) == ("closed", "leak")


@pytest.mark.parametrize(
    ("amount", "unit"), [(0, "working_days"), (0, "hours"), *((most, unit) for unit, most in MOST.items())]
)
def test_limits_of_nothing_and_of_ten_years_through_a_whole_life(
    company: Company, desktop: Desktop, tmp_path: Path, amount: int, unit: str
) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    lay_down(company, desktop, "leak", limit_amount=amount, limit_unit=unit)
    _, done = taken(desktop, csv_of(tmp_path / "so.csv", OPEN))
    assert done.new == 1
    made = desktop.requests.register(yen, new())
    assert made.due is not None
    if amount:
        assert timedelta(days=3600) < made.due - desktop.clock.now() < timedelta(days=4400)
    else:
        assert made.due - desktop.clock.now() < timedelta(hours=1)
    work = desktop.request_work
    work.route(yen, made.id, "NETWORK", "Nhờ xem")
    work.hold(yen, made.id, "access", "Không có người ở nhà")
    company.clock.advance(timedelta(hours=2))
    work.resume(yen, made.id, "Đã vào được")
    desktop.requests.answer(mai, made.id, "Đã sửa", "solved")
    desktop.requests.tell(yen, made.id, "phone", "Đã báo")
    desktop.requests.reopen(yen, made.id, "Lại rò")
    desktop.requests.answer(mai, made.id, "Đã sửa lại", "solved")
    desktop.requests.tell(yen, made.id, "phone", "Đã báo")
    viewer = desktop.request_queries.viewer(mai.id, mai.roles)
    row = desktop.request_queries.rows([made.id], viewer)[made.id]
    assert row.state == "closed"
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_what_waits_with_nobody_is_found(company: Company, desktop: Desktop) -> None:
    """A unit in which nobody works, and the work of somebody who left."""
    yen = person(desktop, "yen")
    change_staff(company, desktop, "duc", unit_code="REPAIR")
    change_staff(company, desktop, "tung", unit_code="NETWORK")
    duc = person(desktop, "duc")
    of_duc = desktop.requests.register(yen, new()).id
    desktop.request_work.route(yen, of_duc, "REPAIR", "", duc.id)
    of_all = desktop.requests.register(yen, new()).id
    elsewhere = desktop.requests.register(yen, new()).id
    desktop.request_work.route(yen, elsewhere, "NETWORK", "Nhờ xem")
    unmanned = desktop.requests.register(yen, new(type_code="meter")).id
    assert nobodys(desktop) == [unmanned]

    change_staff(company, desktop, "duc", retired_at=START)
    # His own work, and that of the unit whose last member he was.
    assert set(nobodys(desktop)) == {unmanned, of_duc, of_all}
    change_staff(company, desktop, "mai", unit_code="REPAIR")
    assert set(nobodys(desktop)) == {unmanned, of_duc}
    desktop.request_work.route(yen, of_duc, "REPAIR", "Anh Đức đã nghỉ")
    assert nobodys(desktop) == [unmanned]
    desktop.requests.answer(person(desktop, "mai"), unmanned, "Đã kiểm định", "explained")
    assert nobodys(desktop) == []


def test_an_import_says_which_units_nobody_works_in(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    change_staff(company, desktop, "duc", unit_code="REPAIR")
    rows = OPEN, OPEN | {"Số": "2", "Tổ": "NETWORK"}, OPEN | {"Số": "3", "Loại": "Đồng hồ"}
    plan, _ = taken(desktop, csv_of(tmp_path / "so.csv", *rows))
    assert plan.unattended == {"METERS": 1, "NETWORK": 1}
    assert len(nobodys(desktop)) == 2


def test_a_request_is_not_transferred_to_where_it_is(desktop: Desktop) -> None:
    yen, duc = person(desktop, "yen"), person(desktop, "duc")
    work, done = desktop.request_work, desktop.requests.register(yen, new())
    for unit, member, wrong in (
        ("REPAIR", None, {"unit_code": "request.unit_has_it"}),
        ("", None, {"unit_code": "required"}),
        ("NOBODY", None, {"unit_code": "unit.unknown"}),
    ):
        with pytest.raises(Invalid) as refused:
            work.route(yen, done.id, unit, "Nhờ xem", member)
        assert refused.value.fields == wrong
    work.route(yen, done.id, "REPAIR", "Nhờ anh Đức", duc.id)
    with pytest.raises(Invalid) as refused:
        work.route(yen, done.id, "REPAIR", "", duc.id)
    assert refused.value.fields == {"person": "request.person_has_it"}
    work.route(yen, done.id, "REPAIR", "Anh Đức nghỉ")
