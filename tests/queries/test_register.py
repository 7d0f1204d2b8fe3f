"""The register, the lists of what has to be looked at, and what people did."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from app.bootstrap import Desktop
from app.domain.errors import Cancelled
from app.models import Incident, Letter, WorkOrder, WorkOrderEvent
from app.queries.requests import Viewer
from tests.offices import person
from tests.requests import at, past
from tests.services.test_requests import add_customer

NOW = at("11-20 09:00")
NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


def seen_by(desktop: Desktop, login: str) -> Viewer:
    who = person(desktop, login)
    return desktop.request_queries.viewer(who.id, who.roles)


def test_a_line_of_the_register(desktop: Desktop) -> None:
    customer = add_customer(desktop)
    past(
        desktop, "11-02 08:00", due="11-03 08:00", answered="11-02 10:00", told="11-02 11:00", how="sms",
        customer_id=customer, contact_name="Nguyễn Thị Lụa", phone="0912345678", address="12 Vệ An",
        words="Vỡ ống", channel="letter", score=4,
    )  # fmt: skip
    (entry,) = desktop.register_queries.register(*NOVEMBER, seen_by(desktop, "mai"))
    assert (entry.code, entry.received_at, entry.channel) == (
        "YC-BN03-26-000001",
        at("11-02 08:00"),
        "letter",
    )
    assert (entry.name, entry.phone, entry.address, entry.words) == (
        "Nguyễn Thị Lụa", "0912345678", "12 Vệ An", "Vỡ ống",
    )  # fmt: skip
    assert (entry.unit_code, entry.due, entry.outcome, entry.answer) == (
        "REPAIR", at("11-03 08:00"), "solved", "Đã sửa xong",
    )  # fmt: skip
    assert (entry.told_at, entry.told_how, entry.told_by, entry.closed_at, entry.score) == (
        at("11-02 11:00"), "sms", "Hoàng Thị Yến", at("11-02 11:00"), 4,
    )  # fmt: skip


def test_only_of_these_days_in_their_order(desktop: Desktop) -> None:
    last = past(desktop, "11-30 23:59")
    first = past(desktop, "11-01 00:00")
    past(desktop, "10-31 23:59")
    past(desktop, "12-01 00:00")
    found = desktop.register_queries.register(*NOVEMBER, seen_by(desktop, "mai"))
    assert [entry.id for entry in found] == [first, last]


def test_the_answer_before_it_was_reopened_is_not_the_answer(desktop: Desktop) -> None:
    past(desktop, "11-02 08:00", answered="11-02 10:00", reopened="11-03 08:00")
    (entry,) = desktop.register_queries.register(*NOVEMBER, seen_by(desktop, "mai"))
    assert (entry.answer, entry.told_how, entry.reopened) == ("", None, 1)


def test_restricted_lines_say_nothing_and_are_not_for_all(desktop: Desktop) -> None:
    past(
        desktop, "11-02 08:00", due="11-03 08:00", type_code="denunciation", login="mai", words="Thu tiền",
        contact_name="Người tố cáo", phone="0912345678", address="12 Vệ An",
        customer_id=add_customer(desktop),
    )  # fmt: skip
    for entries in (
        desktop.register_queries.register(*NOVEMBER, seen_by(desktop, "mai")),
        desktop.register_queries.overdue(seen_by(desktop, "mai"), NOW),
    ):
        (entry,) = entries
        assert entry.restricted
        said = entry.name, entry.phone, entry.address, entry.words, entry.customer_code, entry.person
        assert not any(said)
    assert desktop.register_queries.register(*NOVEMBER, seen_by(desktop, "tung")) == []
    assert desktop.register_queries.overdue(seen_by(desktop, "tung"), NOW) == []


def test_it_can_be_stopped(desktop: Desktop) -> None:
    past(desktop, "11-02 08:00")

    def stop(done: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        desktop.register_queries.register(*NOVEMBER, seen_by(desktop, "mai"), stop)


def test_what_a_meeting_talks_about(desktop: Desktop) -> None:
    def made(received: str, **more: object) -> UUID:
        return past(desktop, received, **more)  # type: ignore[arg-type]

    late = made("11-02 08:00", due="11-05 08:00", unit="REPAIR")
    high = made("11-02 08:00", due="11-04 08:00", unit="METERS", alarms={"leader": "11-06 08:00"})
    # The leader's from the beginning, and not late.
    made("11-19 08:00", due="11-25 08:00", alarms={"leader": "11-19 08:00"})
    made("11-02 08:00", due="11-03 08:00", held="11-02 09:00")
    again = made("11-02 08:00", due="11-30 08:00", answered="11-03 08:00", reopened="11-06 08:00")
    made("09-02 08:00", due="11-30 08:00", answered="09-03 08:00", reopened="09-06 08:00")
    low = made("11-02 08:00", answered="11-03 08:00", score=2)
    made("11-02 08:00", answered="11-03 08:00", score=3)
    viewer = seen_by(desktop, "mai")
    issues = desktop.register_queries.issues(*NOVEMBER, viewer, NOW)
    assert [e.id for e in issues.overdue] == [high, late]
    assert [e.id for e in issues.escalated] == [high]
    assert [e.id for e in issues.reopened] == [again]
    assert [e.id for e in issues.low] == [low]
    assert [(e.unit_code, e.id) for e in desktop.register_queries.overdue(viewer, NOW)] == [
        ("METERS", high),
        ("REPAIR", late),
    ]


def test_what_people_did(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen").id, person(desktop, "mai").id
    past(desktop, "11-02 08:00", type_code="info", answered="11-02 08:10", how="phone")
    past(desktop, "11-03 08:00", type_code="info", answered="11-03 08:10", how="in_person")
    past(desktop, "11-04 08:00", asked=("NETWORK", "REPAIR"))
    past(desktop, "11-05 08:00", type_code="bill", login="mai")
    past(desktop, "11-05 08:00", type_code="denunciation", login="mai")
    past(desktop, "10-05 08:00", type_code="info")
    with desktop.writer.entry("field.plan", yen) as draft:
        order = draft.add(
            WorkOrder, code="PT-BN03-26-000001", kind="repair", request_id=None, connection_id=None,
            unit_code="REPAIR", address="12 Lý Thái Tổ", words="Thăm", route=None, planned_on=None, crew=[],
            made_at=at("11-02 08:05"), made_by=yen, unannounced=False, labour_free=False,
        )  # fmt: skip
        draft.add(
            WorkOrderEvent,
            work_order_id=order,
            kind="on_site",
            at=at("11-02 09:30"),
            by=yen,
            text=None,
            data={},
        )
    with desktop.writer.entry("letters.write", mai) as draft:
        draft.add(
            Letter, code="CV-BN03-26-000001", request_id=None, template=None, language="vi",
            subject="Trả lời", addressee="Khách", address="", text="Kính gửi", signed_by="Mai",
            signed_title="", by=mai, written_at=at("11-09 09:00"),
        )  # fmt: skip
    with desktop.writer.entry("incidents.begin", mai) as draft:
        draft.add(
            Incident, code="SC-BN03-26-000001", title="Súc xả", area="Vệ An", ward=None, line=None,
            cause="planned", planned=True, started_at=at("11-08 22:00"), expected_at=None,
            ended_at=at("11-09 04:00"), note=None,
        )  # fmt: skip
    october = date(2026, 10, 1), date(2026, 10, 31)
    work = desktop.month_work_queries.work(NOVEMBER, october, seen_by(desktop, "mai"))
    done = {m.name: m.done for m in work.managers}
    assert done == {
        "Hoàng Thị Yến": {
            "query": 2, "request": 1, "answer": 2, "call": 1, "told": 1, "coordination": 2, "visit": 1,
        },
        "Bùi Thị Mai": {"complaint": 2, "letter": 1},
    }  # fmt: skip
    assert work.before == {"query": 1}
    assert work.queries == (("info", 2),)
    assert [(o.code, o.planned, o.requests) for o in work.outages] == [("SC-BN03-26-000001", True, 0)]
    # Who may not see denunciations sees one complaint.
    work = desktop.month_work_queries.work(NOVEMBER, october, seen_by(desktop, "tung"))
    assert work.total["complaint"] == 1
