"""Sending crews out and what comes of it, over real databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.domain.field import Material
from app.models import Entry, RequestEvent, Unit
from app.queries.field import OrderStory
from app.services.field import NewOrder, Outcome
from app.services.writer import Person
from tests.money import add_home
from tests.offices import person
from tests.services.test_requests import good, new

TODO = "Vá ống trước nhà, lấp lại vỉa hè"


def order(**fields: Any) -> NewOrder:
    values: dict[str, Any] = {"entry_id": uuid4(), "kind": "repair", "words": TODO}
    return NewOrder(**(values | fields))


def story(desktop: Desktop, by: Person, order_id: UUID) -> OrderStory:
    found = desktop.field_queries.story(order_id, desktop.request_queries.viewer(by.id, by.roles))
    assert found is not None
    return found


def minutes(desktop: Desktop, count: int) -> datetime:
    """So many minutes pass."""
    desktop.clock.advance(timedelta(minutes=count))  # type: ignore[attr-defined]
    return desktop.clock.now()


def notes(desktop: Desktop, request_id: UUID) -> list[tuple[str | None, dict[str, Any]]]:
    with desktop.database.read.connect() as read:
        wanted = select(RequestEvent.text, RequestEvent.data).where(
            RequestEvent.request_id == request_id, RequestEvent.kind == "noted"
        )
        return [(x.text, x.data) for x in read.execute(wanted)]


def test_an_emergency_from_the_call_to_the_note_for_the_desk(desktop: Desktop) -> None:
    yen, duc = person(desktop, "yen"), person(desktop, "duc")
    asked = desktop.requests.register(yen, new("no_supply", words="Mất nước cả ngõ"))
    called = desktop.clock.now()
    minutes(desktop, 5)
    made = desktop.field.issue(
        yen, order(request_id=asked.id, reach="on_site_town", crew=(duc.id.hex, "Anh Ba"))
    )
    assert made.code == "LC-BN03-26-000001"
    assert made.on_site_by is not None
    assert made.restore_by is not None
    assert abs(made.on_site_by - called - timedelta(minutes=45)) < timedelta(seconds=1)
    assert abs(made.restore_by - called - timedelta(hours=2)) < timedelta(seconds=1)
    seen = story(desktop, yen, made.id).row
    assert seen.address == "12/5 Nguyễn Gia Thiều, phường Kinh Bắc"
    assert (seen.unit_code, seen.crew, seen.request_words) == (
        "REPAIR",
        (duc.name, "Anh Ba"),
        "Mất nước cả ngõ",
    )
    minutes(desktop, 20)
    desktop.field.arrive(duc, made.id)
    back = minutes(desktop, 40)
    desktop.field.restore(duc, made.id, back)
    minutes(desktop, 15)
    used = Material("Măng sông 27", 2000, "cái")
    desktop.field.finish(duc, made.id, Outcome("completed", "Đã thay măng sông", (used,)))
    told = story(desktop, yen, made.id)
    assert [e.kind for e in told.events] == ["issued", "on_site", "restored", "done"]
    assert (told.row.state, told.row.result, told.materials) == ("done", "completed", (used,))
    assert told.row.clock.kept() == {"on_site": True, "restored": True}
    ((text, data),) = notes(desktop, asked.id)
    assert text == "LC-BN03-26-000001: Đã thay măng sông\nMăng sông 27: 2 cái"
    assert data == {"work_order": made.id.hex, "result": "completed"}
    with desktop.database.read.connect() as read:
        kinds = list(read.execute(select(Entry.kind).order_by(Entry.hlc.desc()).limit(1)).scalars())
    assert kinds == ["field.done"]  # the note came in the same entry
    assert good(desktop)


def test_the_clock_runs_from_when_the_office_had_it_and_only_for_repairs(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    arrived = desktop.clock.now() - timedelta(hours=1)
    asked = desktop.requests.register(yen, new("leak", channel="letter", arrived_at=arrived))
    made = desktop.field.issue(yen, order(request_id=asked.id))
    assert (made.on_site_by, made.restore_by) == (None, arrived + timedelta(hours=24))
    survey = desktop.field.issue(yen, order(request_id=asked.id, kind="survey", reach="on_site_town"))
    assert (survey.on_site_by, survey.restore_by) == (None, None)


def test_an_inspection_goes_out_without_a_request_and_says_what_it_found(desktop: Desktop) -> None:
    mai = person(desktop, "mai")
    home = add_home(desktop, "BN-0001")
    made = desktop.field.issue(
        mai,
        order(kind="inspection", unannounced=True, connection_id=home.connection, words="Kiểm tra niêm chì"),
    )
    row = story(desktop, mai, made.id).row
    assert (row.unannounced, row.customer_code, row.meter is not None) == (True, "BN-0001", True)
    desktop.field.finish(mai, made.id, Outcome("irregular", "Mất niêm chì"))
    assert story(desktop, mai, made.id).row.result == "irregular"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "repair"}, {"kind": "order.needs_request"}),
        ({"kind": "party"}, {"kind": "order.kind_unknown"}),
        ({"words": "  "}, {"words": "required"}),
        ({"words": "x" * 4001}, {"words": "text.long"}),
        ({"address": ""}, {"address": "required"}),
        ({"connection_id": uuid4()}, {"connection_id": "connection.unknown"}),
        ({"unit_code": "NOWHERE"}, {"unit_code": "unit.unknown"}),
        ({"reach": "restore"}, {"reach": "order.reach_unknown"}),
        ({"crew": tuple(f"Người {n}" for n in range(13))}, {"crew": "order.crew_large"}),
        ({"crew": (uuid4().hex,)}, {"crew": "person.unknown"}),
        ({"crew": ("  ",)}, {"crew": "required"}),
        ({"crew": ("x" * 121,)}, {"crew": "too_long"}),
    ],
)
def test_what_cannot_be_sent_out(desktop: Desktop, fields: dict[str, Any], wrong: dict[str, str]) -> None:
    values: dict[str, Any] = {"kind": "inspection", "address": "Phố Vệ An"}
    with pytest.raises(Invalid) as caught:
        desktop.field.issue(person(desktop, "yen"), order(**(values | fields)))
    assert caught.value.fields == wrong


def test_nothing_is_planned_for_a_day_that_is_over(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    today = desktop.today()
    new_order = order(kind="inspection", address="Phố Vệ An", planned_on=today - timedelta(days=1))
    with pytest.raises(Invalid) as caught:
        desktop.field.issue(yen, new_order)
    assert caught.value.fields == {"planned_on": "day.over"}
    made = desktop.field.issue(yen, order(kind="inspection", address="Phố Vệ An", planned_on=today))
    minutes(desktop, 24 * 60)
    desktop.field.plan(yen, made.id, today, ["Nam"])  # its day stays what it was: only the crew is another
    assert story(desktop, yen, made.id).row.planned_on == today


def test_planned_anew_only_what_is_another_is_written(desktop: Desktop) -> None:
    yen, duc = person(desktop, "yen"), person(desktop, "duc")
    made = desktop.field.issue(yen, order(kind="inspection", address="Phố Vệ An"))
    day = desktop.today() + timedelta(days=3)
    desktop.field.plan(yen, made.id, day, [duc.id.hex], "Khách hẹn thứ hai")
    desktop.field.plan(yen, made.id, day, [duc.id.hex])
    told = story(desktop, yen, made.id)
    assert [(e.kind, e.planned_on, e.crew) for e in told.events] == [
        ("issued", None, ()), ("rescheduled", day, ()), ("assigned", None, (duc.name,)),
    ]  # fmt: skip
    assert (told.row.planned_on, told.row.crew, told.row.members) == (day, (duc.name,), (duc.id.hex,))


def test_times_that_cannot_be(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("no_supply"))
    called = desktop.clock.now()
    minutes(desktop, 60)
    made = desktop.field.issue(yen, order(request_id=asked.id))
    field, now = desktop.field, desktop.clock.now()
    for act in (field.arrive, field.restore):
        with pytest.raises(Invalid) as caught:
            act(yen, made.id, now + timedelta(minutes=6))
        assert caught.value.fields == {"at": "time.future"}
        with pytest.raises(Invalid) as caught:
            act(yen, made.id, called - timedelta(minutes=6))
        assert caught.value.fields == {"at": "time.before_start"}
    field.arrive(yen, made.id, called + timedelta(minutes=30))  # before the paper was written: by phone
    with pytest.raises(Invalid) as caught:
        field.finish(yen, made.id, Outcome("completed", "Xong", at=called + timedelta(minutes=10)))
    assert caught.value.fields == {"restored_at": "required", "at": "time.before_start"}
    with pytest.raises(Invalid) as caught:
        field.finish(yen, made.id, Outcome("in_order", " ", (Material("Van", 0, "cái"),)))
    assert caught.value.fields == {
        "result": "order.result_unknown", "words": "required", "materials": "order.material_wrong",
    }  # fmt: skip
    field.finish(yen, made.id, Outcome("completed", "Xong", restored_at=called + timedelta(minutes=50)))
    assert story(desktop, yen, made.id).row.clock.kept() == {"restored": True}


def test_where_nothing_was_restored_nobody_has_to_say_when(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("no_supply"))
    made = desktop.field.issue(yen, order(request_id=asked.id))
    desktop.field.finish(yen, made.id, Outcome("no_fault", "Nhà khách tự khóa van"))
    assert story(desktop, yen, made.id).row.state == "done"


def test_what_is_over_stays_over(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("repair"))
    gone = desktop.field.issue(yen, order(request_id=asked.id))
    with pytest.raises(Invalid):
        desktop.field.cancel(yen, gone.id, " ")
    desktop.field.cancel(yen, gone.id, "Khách tự sửa")
    assert notes(desktop, asked.id)[0][0] == f"{gone.code}: Khách tự sửa"
    mended = desktop.field.issue(yen, order(request_id=asked.id))
    desktop.field.restore(yen, mended.id)
    acts: list[Any] = [
        lambda: desktop.field.arrive(yen, gone.id),
        lambda: desktop.field.restore(yen, gone.id),
        lambda: desktop.field.finish(yen, gone.id, Outcome("completed", "x")),
        lambda: desktop.field.cancel(yen, gone.id, "x"),
        lambda: desktop.field.plan(yen, gone.id, None, []),
    ]
    for act in acts:
        with pytest.raises(AppError) as caught:
            act()
        assert (caught.value.code, caught.value.params) == ("order.over", {"order": gone.code})
    with pytest.raises(AppError) as caught:
        desktop.field.cancel(yen, mended.id, "x")
    assert caught.value.code == "order.restored"
    with pytest.raises(AppError) as caught:
        desktop.field.arrive(yen, uuid4())
    assert caught.value.code == "order.unknown"


def test_who_may_what(desktop: Desktop) -> None:
    yen, tung, duc = (person(desktop, login) for login in ("yen", "tung", "duc"))
    made = desktop.field.issue(yen, order(kind="inspection", address="Phố Vệ An"))
    for act in (
        lambda: desktop.field.issue(duc, order(kind="inspection", address="x")),
        lambda: desktop.field.plan(duc, made.id, None, ["x"]),
        lambda: desktop.field.cancel(duc, made.id, "x"),
        lambda: desktop.field.arrive(tung, made.id),
        lambda: desktop.field.restore(tung, made.id),
        lambda: desktop.field.finish(tung, made.id, Outcome("in_order", "x")),
    ):
        with pytest.raises(AppError) as caught:
            act()
        assert caught.value.code == "not_allowed"
    desktop.field.arrive(duc, made.id)


def test_no_crew_for_a_request_that_is_answered(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("repair"))
    desktop.requests.answer(yen, asked.id, "Đã sửa", "solved")
    with pytest.raises(AppError) as caught:
        desktop.field.issue(yen, order(request_id=asked.id))
    assert caught.value.code == "request.answered_already"


def test_the_same_form_sends_one_crew(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    form = order(kind="inspection", address="Phố Vệ An")
    desktop.field.issue(yen, form)
    with pytest.raises(AppError) as caught:
        desktop.field.issue(yen, form)
    assert caught.value.code == "already_saved"


def test_a_denunciation_tells_the_crew_only_what_its_leader_wrote(desktop: Desktop) -> None:
    yen, mai, duc = (person(desktop, login) for login in ("yen", "mai", "duc"))
    home = add_home(desktop, "BN-0001")
    secret = "Nhân viên ghi khống chỉ số nhà tôi"
    asked = desktop.requests.register(
        mai,
        new(
            "denunciation",
            words=secret,
            customer_id=home.customer,
            contact_name="Bà Tố Cáo",
            phone="0987654321",
        ),
    )
    with pytest.raises(AppError) as caught:
        desktop.field.issue(yen, order(kind="inspection", request_id=asked.id, address="Phố Vệ An"))
    assert caught.value.code == "not_allowed"
    with pytest.raises(Invalid) as refused:  # its address is not taken over
        desktop.field.issue(mai, order(kind="inspection", request_id=asked.id))
    assert refused.value.fields == {"address": "required"}
    made = desktop.field.issue(mai, order(kind="inspection", request_id=asked.id, address="Phố Vệ An"))
    queries = desktop.field_queries
    shown = story(desktop, duc, made.id)
    for hidden in (secret, "Bà Tố Cáo", "0987654321", asked.code, asked.id, "BN-0001", home.connection):
        assert str(hidden) not in str(shown)
    assert queries.of_request(asked.id, desktop.request_queries.viewer(duc.id, duc.roles)) == []
    viewer = desktop.request_queries.viewer(duc.id, duc.roles)
    for words in (asked.code, "Bà Tố Cáo", "ghi khống"):
        assert queries.ids("all", viewer, desktop.clock.now(), words=words) == []
    # The one it is for sees where it comes from.
    assert story(desktop, mai, made.id).row.request_code == asked.code
    assert "Bà Tố Cáo" in str(story(desktop, mai, made.id))
    desktop.field.finish(
        duc, made.id, Outcome("in_order", "Chỉ số đúng")
    )  # though he may not see the request
    told = desktop.request_queries.story(asked.id, desktop.request_queries.viewer(mai.id, mai.roles))
    assert told is not None
    assert told.events[-1].text == f"{made.code}: Chỉ số đúng"
    assert notes(desktop, asked.id)[0][0] is None  # sealed, as all that is said of it


def test_a_unit_is_chosen_or_that_of_the_request(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("repair"))
    made = desktop.field.issue(yen, order(request_id=asked.id, unit_code="NETWORK"))
    assert story(desktop, yen, made.id).row.unit_code == "NETWORK"
    with desktop.database.read.connect() as read:
        assert "NETWORK" in set(read.execute(select(Unit.code)).scalars())
