"""Lists of work orders: which, in what order, on which sheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.bootstrap import Desktop
from app.models import Connection
from app.queries.field import FILTERS, OrderCounts
from app.queries.requests import Viewer
from app.services.field import Outcome
from tests.money import add_home
from tests.offices import person
from tests.services.test_field import minutes, order
from tests.services.test_requests import new


def viewer(desktop: Desktop, login: str = "yen") -> Viewer:
    who = person(desktop, login)
    return desktop.request_queries.viewer(who.id, who.roles)


def send(desktop: Desktop, day: date | None = None, **fields: Any) -> UUID:
    values: dict[str, Any] = {"kind": "inspection", "address": "Phố Vệ An", "planned_on": day}
    return desktop.field.issue(person(desktop, "yen"), order(**(values | fields))).id


def found(desktop: Desktop, filter: str, **more: Any) -> list[UUID]:
    return desktop.field_queries.ids(filter, viewer(desktop), desktop.clock.now(), **more)


def test_filters_and_their_counts(desktop: Desktop) -> None:
    yen, duc = person(desktop, "yen"), person(desktop, "duc")
    today = desktop.today()
    asked = desktop.requests.register(yen, new("no_supply"))
    burst = send(desktop, kind="repair", request_id=asked.id, reach="on_site_town", address="")
    now_ = send(desktop, today, crew=(duc.id.hex,))
    later = send(desktop, today + timedelta(days=2), crew=("Nam",))
    loose = send(desktop, today + timedelta(days=1))
    over = send(desktop, today, crew=("Nam",))
    desktop.field.finish(yen, over, Outcome("in_order", "Đạt"))
    gone = send(desktop, today, crew=("Nam",))
    desktop.field.cancel(yen, gone, "Trùng")
    assert found(desktop, "today") == [burst, now_]
    assert found(desktop, "open") == [burst, now_, loose, later]
    assert found(desktop, "unplanned") == [burst, loose]
    assert found(desktop, "late") == []
    assert set(found(desktop, "day", day=today)) == {now_, over}
    assert found(desktop, "all")[:4] == [burst, now_, loose, later]
    assert set(found(desktop, "all")) == {burst, now_, later, loose, over, gone}
    assert desktop.field_queries.ids("mine", viewer(desktop, "duc"), desktop.clock.now()) == [now_]
    counts = desktop.field_queries.counts(viewer(desktop), desktop.clock.now())
    assert counts == OrderCounts(today=2, mine=0, late=0, unplanned=2, open=4)
    minutes(desktop, 46)
    assert found(desktop, "late") == [burst]
    desktop.field.arrive(yen, burst)
    assert found(desktop, "late") == []
    minutes(desktop, 75)
    assert found(desktop, "late") == [burst]
    desktop.field.restore(yen, burst)
    assert found(desktop, "late") == []
    assert found(desktop, "today") == [now_]
    minutes(desktop, 24 * 60)
    assert found(desktop, "late") == [now_]
    for each in FILTERS[:5]:
        mine = desktop.field_queries.counts(viewer(desktop), desktop.clock.now())
        assert getattr(mine, each) == len(found(desktop, each))


def test_by_unit_and_by_words(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    repair = send(desktop, unit_code="REPAIR", words="Thay van khu vực")
    network = send(desktop, unit_code="NETWORK", connection_id=home.connection, address="")
    assert found(desktop, "open", unit="REPAIR") == [repair]
    assert desktop.field_queries.counts(viewer(desktop), desktop.clock.now(), "NETWORK").open == 1
    assert found(desktop, "open", words="van khu vuc") == [repair]
    assert found(desktop, "open", words="bn-0001") == [network]
    assert found(desktop, "open", words="lc bn03 26 000002") == [network]
    assert found(desktop, "open", words="LC-BN03-26-000002") == [network]
    asked = desktop.requests.register(person(desktop, "yen"), new("repair", contact_name="Lò Văn Phúc"))
    other = send(desktop, kind="repair", request_id=asked.id)
    assert found(desktop, "open", words="lo van phuc") == [other]
    assert desktop.field_queries.of_request(asked.id, viewer(desktop))[0].id == other


def test_the_sheet_of_a_day_goes_by_route_and_place(desktop: Desktop) -> None:
    today = desktop.today()
    homes = [add_home(desktop, f"BN-000{n}") for n in range(1, 4)]
    for home, (route, seq) in zip(homes, [("LT02", 1), ("LT01", 20), ("LT01", 3)], strict=True):
        with desktop.writer.entry("customers.edit", None) as draft:
            draft.change(Connection, home.connection, route=route, route_seq=seq)
    off = send(desktop, today, address="Ngõ 7")
    places = [send(desktop, today, connection_id=home.connection, address="") for home in homes]
    send(desktop, today + timedelta(days=1))
    done = send(desktop, today)
    desktop.field.finish(person(desktop, "yen"), done, Outcome("in_order", "Đạt"))
    rows = desktop.field_queries.of_day(today, viewer(desktop))
    assert [row.id for row in rows] == [places[2], places[1], places[0], off]
    assert [row.route for row in rows] == ["LT01", "LT01", "LT02", None]
    assert desktop.field_queries.of_day(today, viewer(desktop), "REPAIR") == []


def test_whom_one_can_send_out(desktop: Desktop) -> None:
    names = [each.name for each in desktop.field_queries.members()]
    assert person(desktop, "duc").name in names
    assert person(desktop, "tung").name not in names
    clerk = person(desktop, "yen")  # the head of a crew may be entered as a clerk
    assert [each.outdoors for each in desktop.field_queries.members() if each.name == clerk.name] == [False]


def test_orders_of_every_kind_are_sorted_by_code_and_route(desktop: Desktop) -> None:
    first, second = send(desktop, route="B"), send(desktop, route="A")
    assert found(desktop, "open", sort="code", descending=True) == [second, first]
    assert found(desktop, "open", sort="route") == [second, first]


def test_a_story_of_nothing(desktop: Desktop) -> None:
    assert desktop.field_queries.story(UUID(int=1), viewer(desktop)) is None
