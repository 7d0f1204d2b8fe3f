"""A new supply from its survey to the first index, through the use cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.domain.supply import Estimate, Line, Survey, born_id
from app.models import Connection, Contract, Customer, Exception_, Meter, Request, WorkOrder
from app.queries.requests import RequestStory
from app.queries.ways import DONE, DROPPED, Way, way_of
from app.services.supply import Installed, NewContract
from app.services.writer import Person
from app.sync.verify import verify
from tests.offices import Company, person
from tests.services.test_requests import add_customer, new

PAPERS = ("application", "identity", "house")
FOUND = Survey(True, 12, "HDPE DN25", "DN15")
COST = Estimate(
    (
        Line("Ống dịch vụ", "m", 12_500, 35_000),
        Line("Đồng hồ DN15", "cái", 1_000, 650_000),
        Line("Nhân công", "công", 1_500, 333_333),
    ),
    80,
    date(2026, 12, 20),
)
CONTRACT = NewContract(
    name="Nguyễn Thị Như Quỳnh",
    address="12/5 Nguyễn Gia Thiều, phường Kinh Bắc",
    customer_class="household",
    signed_on=date(2026, 11, 20),
    phone="0912 345 678",
    quotas=2,
    route="KB01",
)
FITTED = Installed("SV-2611-0042", 5, date(2026, 11, 20))


def apply(desktop: Desktop, type_code: str = "new_supply", **fields: object) -> UUID:
    values = {"documents": PAPERS, "words": "Xin lắp đồng hồ nước"} | fields
    return desktop.requests.register(person(desktop, "yen"), new(type_code, **values)).id


def story(desktop: Desktop, request: UUID) -> RequestStory:
    mai = person(desktop, "mai")
    found = desktop.request_queries.story(request, desktop.request_queries.viewer(mai.id, mai.roles))
    assert found is not None
    return found


def way(desktop: Desktop, request: UUID) -> Way:
    told = story(desktop, request)
    kind = desktop.rules.type_version(told.row.type_id, told.row.type_code)
    assert kind is not None
    return way_of(kind.steps, told, desktop.rules.calendar(), desktop.clock.now())


def count(desktop: Desktop, model: type) -> int:
    with desktop.database.read.connect() as read:
        return int(read.execute(select(func.count()).select_from(model)).scalar_one())


def exceptions(desktop: Desktop) -> set[tuple[str, str]]:
    with desktop.database.read.connect() as read:
        found = read.execute(select(Exception_.kind, Exception_.table_name))
        return {(kind, table) for kind, table in found}


STEPS = ("survey", "estimate", "contract", "installation", "first_index")


def do_one(desktop: Desktop, by: Person, request: UUID, step: str) -> None:
    """A step of a new supply, as it usually goes."""
    service, today = desktop.supply, desktop.today()
    match step:
        case "survey":
            service.survey(by, request, step, FOUND)
        case "estimate":
            service.estimate(by, request, step, replace(COST, valid_until=today + timedelta(days=30)))
        case "contract":
            service.sign(by, request, step, replace(CONTRACT, signed_on=today))
        case "installation":
            service.install(by, request, step, replace(FITTED, installed_on=today))
        case _:
            service.supply(by, request, step, 1_000, today)


def do(desktop: Desktop, by: Person, request: UUID, upto: str) -> None:
    """The steps in their order, up to and with one."""
    for step in STEPS[: STEPS.index(upto) + 1]:
        do_one(desktop, by, request, step)


def only_request(desktop: Desktop) -> tuple[UUID | None, int]:
    """The request that is there, and how many of its steps are done."""
    with desktop.database.read.connect() as read:
        request = read.execute(select(Request.id)).scalar()
    return request, 0 if request is None else sum(s.state == DONE for s in way(desktop, request).steps)


def test_a_customer_is_born_of_the_request(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = apply(desktop)
    do(desktop, yen, request, "installation")
    assert (count(desktop, Customer), count(desktop, Meter)) == (0, 0)
    before = desktop.client.unsent()
    customer = desktop.supply.supply(yen, request, "first_index", 1_000, date(2026, 11, 20), "Đã cấp nước")
    assert desktop.client.unsent() == before + 1, "all of it is one entry"
    assert customer == born_id(request, "customer")
    card = desktop.customer_queries.card(customer)
    assert card is not None
    assert (card.code, card.name, card.phone) == (
        "KH-BN03-26-000001", "Nguyễn Thị Như Quỳnh", "0912345678"
    )  # fmt: skip
    (point,) = card.connections
    assert (point.code, point.customer_class, point.quotas, point.route) == (
        "KH-BN03-26-000001", "household", 2, "KB01"
    )  # fmt: skip
    assert point.meter is not None
    assert (point.meter.serial, point.meter.digits, point.meter.first_index) == ("SV-2611-0042", 5, 1_000)
    told = story(desktop, request)
    assert (told.row.customer_id, told.row.customer_code) == (customer, "KH-BN03-26-000001")
    assert told.row.step is None
    assert [s.state for s in way(desktop, request).steps] == [DONE] * 5
    contract = desktop.supply_queries.contract(request)
    assert contract is not None
    assert (contract.code, contract.signed_on) == ("HC-BN03-26-000001", date(2026, 11, 20))
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_the_sums_of_an_estimate() -> None:
    assert [line.amount for line in COST.lines] == [437_500, 650_000, 500_000]
    assert (COST.net, COST.vat, COST.total) == (1_587_500, 127_000, 1_714_500)


def test_each_step_proposes_to_the_next_what_was_entered(desktop: Desktop) -> None:
    request = apply(desktop)
    do(desktop, person(desktop, "yen"), request, "installation")
    on = way(desktop, request)
    assert on.result("survey") == {
        "feasible": True, "distance": 12, "line": "HDPE DN25", "meter": "DN15"
    }  # fmt: skip
    assert on.result("estimate")["total"] == 1_714_500
    assert on.result("contract")["code"] == "HC-BN03-26-000001"
    assert on.result("installation")["serial"] == "SV-2611-0042"


def test_what_cannot_be_supplied_ends_the_way_and_is_answered_sooner(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = apply(desktop, "new_supply_works")  # 7 working days
    whole = story(desktop, request).row.due
    assert whole is not None
    desktop.supply.survey(yen, request, "survey", Survey(False, reason="Tuyến ống phố này chưa có."))
    told, on = story(desktop, request), way(desktop, request)
    assert (told.row.step, told.row.due) != (None, whole)
    # Friday 08:00 and 3 working days, of which Tuesday is the new holiday: Thursday 08:00 in Vietnam.
    assert told.row.due is not None
    assert told.row.due.isoformat(timespec="minutes") == "2026-11-26T01:00+00:00"
    assert [s.state for s in on.steps] == [DONE, DROPPED, DROPPED, DROPPED, DROPPED]
    assert on.result("survey")["answer"] == "Tuyến ống phố này chưa có."
    with pytest.raises(AppError, match=r"request\.other_step"):
        desktop.supply.estimate(yen, request, "estimate", COST)
    # The customer complains, and it is surveyed anew.
    desktop.requests.answer(yen, request, "Tuyến ống phố này chưa có.", "explained")
    desktop.requests.tell(yen, request, "phone", "Đã gọi")
    desktop.requests.reopen(yen, request, "Khách báo đã có tuyến ống mới")
    assert story(desktop, request).row.step == "survey"
    do(desktop, yen, request, "first_index")
    assert count(desktop, Customer) == 1
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_a_town_supply_that_cannot_be_keeps_its_own_limit(desktop: Desktop) -> None:
    request = apply(desktop)
    whole = story(desktop, request).row.due
    desktop.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    desktop.supply.survey(person(desktop, "yen"), request, "survey", Survey(False, reason="Chưa có ống."))
    assert story(desktop, request).row.due == whole


def test_each_step_has_its_own_due_time_over_a_weekend_and_a_holiday(desktop: Desktop) -> None:
    """Office hours 07:30 to 11:30 and 13:30 to 17:00; it is Friday 08:00, and Tuesday 24/11 is a holiday."""
    yen, request = person(desktop, "yen"), apply(desktop)

    def due() -> str:
        at = story(desktop, request).row.step_due
        assert at is not None
        return f"{at + timedelta(hours=7):%d/%m %H:%M}"

    def wait(hours: int) -> None:
        desktop.clock.advance(timedelta(hours=hours))  # type: ignore[attr-defined]

    assert due() == "20/11 14:00"  # 4 working hours
    wait(8)
    desktop.supply.survey(yen, request, "survey", FOUND)
    assert due() == "23/11 10:30"  # 1 hour of Friday, 3 of Monday
    wait(64)
    desktop.supply.estimate(yen, request, "estimate", COST)
    assert due() == "23/11 11:00"  # Monday 08:00 and 3 working hours
    wait(8)
    desktop.supply.sign(yen, request, "contract", CONTRACT)
    assert due() == "25/11 16:00"  # a working day later: not the holiday
    told = story(desktop, request)
    assert told.row.due is not None
    assert told.row.step_due is not None
    assert told.row.step_due < told.row.due
    on = way(desktop, request)
    assert [step.late(desktop.clock.now()) for step in on.steps] == [True, False, True, False, False]
    assert on.steps[4].due is not None
    assert f"{on.steps[4].due + timedelta(hours=7):%d/%m %H:%M}" == "26/11 09:30"  # expected: 3 hours more


def test_a_hold_is_added_to_the_step_and_to_the_whole(desktop: Desktop) -> None:
    yen, request = person(desktop, "yen"), apply(desktop)
    before = story(desktop, request).row
    desktop.request_work.hold(yen, request, "access", "Khách đi vắng")
    desktop.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    desktop.request_work.resume(yen, request)
    after = story(desktop, request).row
    assert before.step_due is not None
    assert after.step_due is not None
    assert before.due is not None
    assert after.due is not None
    assert round((after.step_due - before.step_due) / timedelta(hours=1)) == 2
    assert after.due > before.due
    assert way(desktop, request).steps[0].due == after.step_due


def test_reopened_it_goes_on_where_it_was_left_off(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = apply(desktop)
    do(desktop, yen, request, "estimate")
    desktop.requests.answer(yen, request, "Khách rút đơn", "withdrawn")
    desktop.requests.reopen(yen, request, "Khách muốn làm tiếp")
    told = story(desktop, request)
    assert (told.row.step, told.row.unit_code) == ("contract", "CONTRACT")
    assert told.row.step_due is not None
    on = way(desktop, request)
    assert [s.state for s in on.steps[:2]] == [DONE, DONE]
    desktop.supply.sign(yen, request, "contract", CONTRACT)


def test_reopened_after_the_last_step_it_has_no_step(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = apply(desktop)
    do(desktop, yen, request, "first_index")
    desktop.requests.answer(yen, request, "Đã cấp nước", "solved")
    desktop.requests.reopen(yen, request, "Nước yếu")
    assert story(desktop, request).row.step is None
    assert [s.state for s in way(desktop, request).steps] == [DONE] * 5
    with pytest.raises(AppError, match=r"request\.other_step"):
        desktop.supply.supply(yen, request, "first_index", 1_000, date(2026, 11, 20))


def test_a_file_with_papers_missing_has_no_step(desktop: Desktop) -> None:
    request = apply(desktop, documents=("application",))
    assert story(desktop, request).row.step is None
    with pytest.raises(AppError, match=r"request\.lacking"):
        desktop.supply.survey(person(desktop, "yen"), request, "survey", FOUND)


def test_for_a_customer_who_is_there_only_a_connection_is_born(desktop: Desktop) -> None:
    yen, known = person(desktop, "yen"), add_customer(desktop)
    request = apply(desktop, customer_id=known)
    do(desktop, yen, request, "first_index")
    assert count(desktop, Customer) == 1
    card = desktop.customer_queries.card(known)
    assert card is not None
    assert card.code == "BN-007415"
    assert [each.code for each in card.connections] == ["BN-007415"]
    second = apply(desktop, customer_id=known)
    do(desktop, yen, second, "contract")
    desktop.supply.install(yen, second, "installation", replace(FITTED, meter_serial="SV-2"))
    desktop.supply.supply(yen, second, "first_index", 0, date(2026, 11, 20))
    card = desktop.customer_queries.card(known)
    assert card is not None
    assert sorted(each.code for each in card.connections) == ["BN-007415", "BN-007415-2"]


def test_codes_and_meters_are_checked_against_those_that_are_there(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    add_customer(desktop)
    first, second = apply(desktop), apply(desktop)
    for each in (first, second):
        do(desktop, yen, each, "estimate")
    with pytest.raises(Invalid) as taken:
        desktop.supply.sign(yen, first, "contract", replace(CONTRACT, customer_code="BN-007415"))
    assert taken.value.fields == {"code": "taken"}
    desktop.supply.sign(yen, first, "contract", replace(CONTRACT, customer_code="KB-1"))
    with pytest.raises(Invalid) as promised:
        desktop.supply.sign(yen, second, "contract", replace(CONTRACT, customer_code="KB-1"))
    assert promised.value.fields == {"code": "taken"}
    assert desktop.supply.sign(yen, second, "contract", CONTRACT) == "HC-BN03-26-000002", "no number is lost"
    desktop.supply.install(yen, first, "installation", FITTED)
    desktop.supply.supply(yen, first, "first_index", 0, date(2026, 11, 20))
    with pytest.raises(Invalid) as fitted:
        desktop.supply.install(yen, second, "installation", FITTED)
    assert fitted.value.fields == {"meter_serial": "meter.in_use"}


def test_a_code_that_was_taken_meanwhile_can_be_given_anew(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = apply(desktop)
    do(desktop, yen, request, "installation")
    add_customer(desktop, "KH-BN03-26-000001")
    with pytest.raises(Invalid) as taken:
        desktop.supply.supply(yen, request, "first_index", 0, date(2026, 11, 20))
    assert taken.value.fields == {"code": "taken"}
    born = desktop.supply.supply(
        yen, request, "first_index", 0, date(2026, 11, 20), customer_code="KH-BN03-26-000001B"
    )
    card = desktop.customer_queries.card(born)
    assert card is not None
    assert card.code == "KH-BN03-26-000001B"


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (Survey(False), {"reason": "required"}),
        (Survey(True, 200_000), {"distance": "distance.wrong"}),
        (Survey(True, 1, "ống " * 60), {"line": "too_long"}),
        (replace(COST, lines=()), {"lines": "lines.none"}),
        (replace(COST, lines=(Line("Ống", "m", 0, 1),)), {"lines": "lines.incomplete"}),
        (replace(COST, lines=(Line(" ", "m", 1, 1),)), {"lines": "lines.incomplete"}),
        (replace(COST, lines=COST.lines * 21), {"lines": "lines.many"}),
        (replace(COST, vat_permille=99), {"vat_permille": "vat.unknown"}),
        (replace(COST, valid_until=date(2026, 11, 19)), {"valid_until": "date.past"}),
        (replace(CONTRACT, name=" "), {"name": "required"}),
        (replace(CONTRACT, signed_on=date(2026, 11, 21)), {"signed_on": "date.future"}),
        (replace(CONTRACT, customer_class="king"), {"customer_class": "class.unknown"}),
        (replace(CONTRACT, quotas=None), {"quotas": "quotas.wrong"}),
        (replace(FITTED, meter_serial=" "), {"meter_serial": "required"}),
        (replace(FITTED, meter_digits=2), {"meter_digits": "digits.wrong"}),
        (replace(FITTED, installed_on=date(2027, 1, 1)), {"installed_on": "date.future"}),
        (replace(FITTED, work_order=uuid4()), {"work_order": "order.of_another"}),
        (None, {"first_index": "required"}),
        (10**9, {"first_index": "index.wrong"}),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_written(
    desktop: Desktop, wrong: object, fields: dict[str, str]
) -> None:
    yen, request = person(desktop, "yen"), apply(desktop)
    before = {Survey: "", Estimate: "survey", NewContract: "estimate", Installed: "contract"}
    upto = before.get(type(wrong), "installation")
    if upto:
        do(desktop, yen, request, upto)
    unsent = desktop.client.unsent()
    with pytest.raises(Invalid) as refused:
        attempt(desktop, yen, request, wrong)
    assert refused.value.fields == fields
    assert desktop.client.unsent() == unsent


def attempt(desktop: Desktop, by: Person, request: UUID, given: object) -> None:
    service = desktop.supply
    match given:
        case Survey():
            service.survey(by, request, "survey", given)
        case Estimate():
            service.estimate(by, request, "estimate", given)
        case NewContract():
            service.sign(by, request, "contract", given)
        case Installed():
            service.install(by, request, "installation", given)
        case int() | None:
            service.supply(by, request, "first_index", given, date(2026, 11, 20))


def test_who_keeps_no_customers_does_not_bear_one(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    worker = replace(yen, roles=("worker",))
    request = apply(desktop)
    do(desktop, worker, request, "installation")
    with pytest.raises(AppError, match="not_allowed"):
        desktop.supply.supply(worker, request, "first_index", 0, date(2026, 11, 20))
    with pytest.raises(AppError, match="not_allowed"):
        desktop.supply.survey(person(desktop, "tung"), request, "first_index", FOUND)


def test_the_work_order_of_the_request_is_linked(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = apply(desktop)
    do(desktop, yen, request, "contract")
    with desktop.writer.entry("field.issued", yen.id) as draft:
        order = draft.add(
            WorkOrder,
            code=draft.number("LC"),
            kind="installation",
            request_id=request,
            address="12/5 Nguyễn Gia Thiều",
            words="Lắp đồng hồ",
            crew=[],
            made_at=draft.now,
            made_by=yen.id,
            unannounced=False,
            labour_free=False,
        )
    assert desktop.supply_queries.orders(request) == {order: "LC-BN03-26-000001"}
    desktop.supply.install(yen, request, "installation", replace(FITTED, work_order=order))
    assert way(desktop, request).result("installation")["order_code"] == "LC-BN03-26-000001"


def test_two_desks_that_do_one_step_apart(company: Company) -> None:
    """The first counts, the second is for a person to look at, and no second customer is born."""
    one, two = company.desk("BN03"), company.desk("BN04")
    yen, mai = person(one, "yen"), person(two, "mai")
    request = apply(one)
    do(one, yen, request, "installation")
    company.sync()
    one.supply.supply(yen, request, "first_index", 1_000, date(2026, 11, 20))
    two.supply.supply(mai, request, "first_index", 2_000, date(2026, 11, 20))
    company.sync()
    for desk in (one, two):
        assert (count(desk, Customer), count(desk, Connection), count(desk, Meter)) == (1, 1, 1)
        assert ("misfit", "request") in exceptions(desk)
        told = story(desk, request)
        assert told.row.customer_id == born_id(request, "customer")
        assert [s.result.get("index") for s in way(desk, request).steps][-1] == 1_000
        assert [each.fitted for each in told.events if each.kind == "stepped"][-2:] == [True, False]
        assert verify(desk.home / "office.db", desk.clock.now()).good


def test_two_desks_that_sign_one_contract_apart(company: Company) -> None:
    """Two papers are out: both numbers are used up, the contract signed first counts."""
    one, two = company.desk("BN03"), company.desk("BN04")
    yen, mai = person(one, "yen"), person(two, "mai")
    request = apply(one)
    do(one, yen, request, "estimate")
    company.sync()
    one.supply.sign(yen, request, "contract", CONTRACT)
    two.supply.sign(mai, request, "contract", replace(CONTRACT, quotas=3))
    company.sync()
    for desk in (one, two):
        assert count(desk, Contract) == 1
        assert {("misfit", "request"), ("same_id", "contract")} <= exceptions(desk)
        contract = desk.supply_queries.contract(request)
        assert contract is not None
        assert (contract.code, contract.quotas) == ("HC-BN03-26-000001", 2)
    one.supply.install(yen, request, "installation", FITTED)
    one.supply.supply(yen, request, "first_index", 0, date(2026, 11, 20))
    company.sync()
    card = two.customer_queries.card(born_id(request, "customer"))
    assert card is not None
    assert (card.code, card.connections[0].quotas) == ("KH-BN03-26-000001", 2)


def test_a_desk_that_ends_the_way_while_another_goes_on(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    yen, mai = person(one, "yen"), person(two, "mai")
    request = apply(one)
    company.sync()
    one.supply.survey(yen, request, "survey", Survey(False, reason="Chưa có ống"))
    two.supply.survey(mai, request, "survey", FOUND)
    two.supply.estimate(mai, request, "estimate", COST)
    company.sync()
    for desk in (one, two):
        assert story(desk, request).row.step is None
        assert [s.state for s in way(desk, request).steps] == [DONE, *[DROPPED] * 4]
    one.requests.answer(yen, request, "Chưa có ống", "explained")
    one.requests.reopen(yen, request, "Quầy kia khảo sát được")
    assert story(one, request).row.step == "survey"
