"""Work orders of two desks that were apart: one outcome everywhere, the other shown to a person."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

import pytest

from app.bootstrap import Desktop
from app.models import WorkOrder, WorkOrderEvent
from app.services.exceptions import Settle
from app.services.field import Outcome
from app.sync.projections import _NUMBERED
from tests.headoffice.agreeing import at, at_the_hub
from tests.offices import ON_BOTH, Company, person
from tests.services.test_field import order
from tests.services.test_requests import good, new


@pytest.fixture
def other(company: Company, desktop: Desktop) -> Desktop:
    return company.desk("BN04")


STATES = "SELECT id, state, result, misfits, crew FROM work_order_state ORDER BY id"


def states(company: Company) -> list[tuple[object, ...]]:
    """Where work orders stand, at every place alike."""
    here = at_the_hub(company, STATES)
    for desktop in company.desks:
        assert at(desktop.database, STATES) == here
    return here


@ON_BOTH
def test_done_at_one_desk_and_cancelled_at_another(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    asked = desktop.requests.register(yen, new("repair"))
    made = desktop.field.issue(yen, order(request_id=asked.id))
    company.sync()
    desktop.field.finish(yen, made.id, Outcome("completed", "Đã thay vòi"))
    other.field.cancel(mai, made.id, "Khách gọi lại: không cần")
    company.sync()
    ((_, state, result, misfits, _),) = states(company)
    assert (state, result, misfits) == ("done", "completed", 1)
    for each in (desktop, other):
        (waiting,) = each.exception_queries.waiting()
        row = each.exception_queries.rows([waiting[0]])[waiting[0]]
        assert (row.kind, row.table_name, row.code, row.name) == (
            "misfit", "work_order", made.code, "Nguyễn Thị Như Quỳnh",
        )  # fmt: skip
        assert [(s.what, s.value, s.who, s.desk, s.stands) for s in row.sides] == [
            ("order_event", "done", yen.name, "BN03", True),
            ("order_event", "cancelled", mai.name, "BN04", False),
        ]
        assert [act.name for act in row.acts] == ["leave"]
        assert good(each)
    # Both desks told the request what they knew; nothing of it is lost.
    story = desktop.request_queries.story(asked.id, desktop.request_queries.viewer(yen.id, yen.roles))
    assert story is not None
    assert sum(e.kind == "noted" for e in story.events) == 2
    desktop.exceptions.settle(mai, Settle(UUID(int=7), row.id, row.about, "leave"))
    company.sync()
    assert other.exception_queries.waiting() == []


def test_whoever_does_not_hear_of_it_in_time_agrees_in_the_end(company: Company, desktop: Desktop) -> None:
    """Three desks, each with an act of its own: whatever the order in which they reconcile."""
    yen, duc = person(desktop, "yen"), person(desktop, "duc")
    others = [company.desk("BN04"), company.desk("BN05")]
    desks = [desktop, *others]
    for turn in permutations(range(3)):
        made = desktop.field.issue(yen, order(kind="inspection", address="Phố Vệ An"))
        company.sync()
        desks[0].field.plan(yen, made.id, None, ["Nam"])
        desks[1].field.arrive(duc, made.id)
        desks[2].field.finish(duc, made.id, Outcome("irregular", "Đấu nối trái phép"))
        for number in turn:
            desks[number].client.once()
        company.sync()
    assert {(row[1], row[2]) for row in states(company)} == {("done", "irregular")}
    assert all(good(each) for each in desks)


@ON_BOTH
def test_what_a_cashier_writes_of_a_work_order_takes_no_effect_anywhere(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    """Whatever his program let him do."""
    yen, tung = person(desktop, "yen"), person(desktop, "tung")
    made = desktop.field.issue(yen, order(kind="inspection", address="Phố Vệ An"))
    company.sync()
    before = states(company)
    with desktop.writer.entry("forged", tung.id) as draft:
        draft.add(
            WorkOrderEvent,
            work_order_id=made.id,
            kind="done",
            at=draft.now,
            by=tung.id,
            text="x",
            data={"result": "in_order"},
        )
    with desktop.writer.entry("forged", tung.id) as draft:
        draft.add(
            WorkOrder, code=draft.number("LC"), kind="inspection", address="x", words="x", crew=[],
            made_at=draft.now, made_by=tung.id, unannounced=False, labour_free=False,
        )  # fmt: skip
    company.sync()
    assert states(company) == before
    wanted = "SELECT reason FROM parked ORDER BY device, number"
    assert at(desktop.database, wanted) == at(other.database, wanted) == [("not_allowed",), ("not_allowed",)]


def test_work_orders_of_doubled_numbers_are_told_apart() -> None:
    assert "work_order" in _NUMBERED
