"""Lists of requests: what narrows them, what they are sorted by, what is unread, many ids at once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.domain.requests import CHANNELS, STATES
from app.queries.packed import Ids
from app.queries.request_lists import EVERYTHING, PERIODS, SORTS, Narrowed, days_of
from app.services.incidents import NewIncident
from tests.offices import person
from tests.queries.test_requests import register, viewer_of


def listed(desktop: Desktop, login: str = "mai", **narrowed: object) -> list[UUID]:
    """By code, in the order in which they were received."""
    return list(
        desktop.request_queries.ids(
            "all", viewer_of(desktop, login), desktop.clock.now(), sort="code",
            narrowed=Narrowed(**narrowed),  # type: ignore[arg-type]
        )
    )  # fmt: skip


def test_each_part_narrows_and_all_together(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    leak = register(desktop, yen, "leak", channel="phone", area="Ninh Xá")
    desktop.clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    meter = register(desktop, yen, "meter", channel="walk_in", area="Đại Phúc")
    outage = register(desktop, yen, "no_supply", channel="phone", area="Ninh Xá")
    incident, _ = desktop.incidents.begin(mai, NewIncident(uuid7(), "Vỡ ống", "Ninh Xá", desktop.clock.now()))
    desktop.incidents.put_under(mai, incident, [outage])
    desktop.request_work.route(mai, meter, "NETWORK", person=mai.id)
    desktop.request_work.hold(mai, meter, "access", "Không có ai ở nhà")
    days = desktop.clock.now().date()

    assert listed(desktop) == [leak, meter, outage]
    assert listed(desktop, types=("meter", "leak")) == [leak, meter]
    assert listed(desktop, channels=("phone",)) == [leak, outage]
    assert listed(desktop, areas=("Ninh Xá",)) == [leak, outage]
    assert listed(desktop, areas=("Ninh Xá",), types=("leak",)) == [leak]
    assert listed(desktop, states=("closed",)) == []
    assert listed(desktop, units=("NETWORK",)) == [meter]
    assert listed(desktop, person=mai.id) == [meter]
    assert listed(desktop, held=True) == [meter]
    assert listed(desktop, merged=True) == listed(desktop, incident=incident) == [outage]
    assert listed(desktop, incident=UUID(int=1)) == []
    assert listed(desktop, since=days, until=days) == [meter, outage]
    assert listed(desktop, until=days - timedelta(days=1)) == [leak]
    assert listed(desktop, overdue=True) == [leak]
    desktop.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    assert outage in listed(desktop, overdue=True)
    assert meter not in listed(desktop, overdue=True)  # its customer is waited for


def test_a_day_is_the_utility_s(desktop: Desktop) -> None:
    desktop.clock.advance(timedelta(hours=15, minutes=31))  # type: ignore[attr-defined]  # 23:31 here
    late = register(desktop, person(desktop, "yen"))
    desktop.clock.advance(timedelta(minutes=45))  # type: ignore[attr-defined]
    early = register(desktop, person(desktop, "yen"))
    zone = desktop.rules.calendar().zone
    first, second = (
        desktop.request_queries.rows([each])[each].received_at.astimezone(zone).date()
        for each in (late, early)
    )
    assert second == first + timedelta(days=1)
    assert listed(desktop, since=first, until=first) == [late]
    assert listed(desktop, since=second) == [early]


def test_sorted_by_each_key_and_then_by_another(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    made = [
        register(desktop, yen, kind, channel=channel, area=area)
        for kind, channel, area in (
            ("leak", "phone", "Ninh Xá"),
            ("meter", "walk_in", "Đại Phúc"),
            ("leak", "walk_in", "Đại Phúc"),
        )
    ]
    first, second, third = made
    viewer, now, queries = viewer_of(desktop, "yen"), desktop.clock.now(), desktop.request_queries
    for key in SORTS:
        up = queries.ids("open", viewer, now, sort=key)
        down = queries.ids("open", viewer, now, sort=key, descending=True)
        assert sorted(up) == sorted(down) == sorted(made)
        assert list(down) == list(reversed(up)) or key in ("due", "step_due")
    assert queries.ids("open", viewer, now, sort="channel") == [second, third, first]
    assert queries.ids("open", viewer, now, sort="channel", then=[("code", True)]) == [third, second, first]
    assert queries.ids("open", viewer, now, sort="area", then=[("type", False), ("code", False)]) == (
        [*(x for x in made if x == first), *_by_type(desktop, second, third)]
    )
    with pytest.raises(ValueError, match="not sorted by"):
        queries.ids("open", viewer, now, sort="words")


def _by_type(desktop: Desktop, meter: UUID, leak: UUID) -> list[UUID]:
    kinds = list(desktop.rules.request_types_ever())
    return [meter, leak] if kinds.index("meter") < kinds.index("leak") else [leak, meter]


def test_unread_is_what_another_moved_since_i_looked(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    mine = register(desktop, yen)
    register(desktop, mai)  # neither yen's nor with her
    viewer, queries = viewer_of(desktop, "yen"), desktop.request_queries

    def unread() -> list[UUID]:
        found = list(queries.ids("unread", viewer, desktop.clock.now()))
        assert queries.counts(viewer, desktop.clock.now()).unread == len(found)
        assert [id for id, row in queries.rows([mine], viewer).items() if row.unread] == found
        assert list(queries.ids("all", viewer, desktop.clock.now(), narrowed=Narrowed(unread=True))) == found
        return found

    assert unread() == []  # her own act
    desktop.requests.note(mai, mine, "Đã gọi đội trực")
    assert unread() == [mine]
    story = queries.story(mine, viewer)
    assert story is not None
    desktop.views.seen(yen.id, mine, story.row.moved_hlc)
    desktop.views.seen(yen.id, mine, 1)  # a mark never goes back
    assert unread() == []
    desktop.requests.note(mai, mine, "Đội trực đã đi")
    assert unread() == [mine]
    desktop.requests.note(yen, mine, "Đã báo khách chờ")
    assert unread() == []
    assert not queries.rows([mine])[mine].unread


codes = st.lists(st.sampled_from(["leak", "meter"]), unique=True).map(tuple)
days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(
    st.builds(
        Narrowed,
        states=st.lists(st.sampled_from(STATES), unique=True).map(tuple),
        types=codes,
        channels=st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple),
        areas=st.lists(st.text(max_size=9), max_size=2).map(tuple),
        person=st.none() | st.uuids(),
        incident=st.none() | st.uuids(),
        since=days,
        until=days,
        period=st.sampled_from(["", *PERIODS]),
        overdue=st.booleans(),
        merged=st.booleans(),
        unread=st.booleans(),
    )
)
def test_what_narrows_can_be_kept(narrowed: Narrowed) -> None:
    assert Narrowed.of(narrowed.kept()) == narrowed
    assert bool(narrowed) == bool(narrowed.kept())


def test_periods_go_with_the_day() -> None:
    today = date(2026, 3, 1)  # a Sunday
    assert [days_of(period, today) for period in PERIODS] == [
        (today, today),
        (date(2026, 2, 23), today),
        (today, today),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 1), today),
    ]
    assert days_of("", today) == (None, None)


@pytest.mark.parametrize(
    "kept", [None, 7, [], {"states": "closed", "since": "soon", "person": 3, "overdue": "yes", "new": 1}]
)
def test_what_cannot_be_read_lets_everything_through(kept: object) -> None:
    assert Narrowed.of(kept) == EVERYTHING


@given(st.lists(st.binary(min_size=16, max_size=16).map(lambda raw: UUID(bytes=raw)), max_size=30))
def test_packed_ids_are_a_sequence(ids: list[UUID]) -> None:
    packed = Ids.of(ids)
    assert packed == ids
    assert len(packed) == len(ids)
    assert packed[3:7] == ids[3:7]
    for each in ids:
        assert packed.index(each) == ids.index(each)
        assert each in packed


def test_an_id_that_stands_across_two_is_not_found() -> None:
    two = Ids.of([UUID(bytes=bytes(range(16))), UUID(bytes=bytes(range(16, 32)))])
    across = UUID(bytes=bytes(range(8, 24)))
    assert across not in two
    with pytest.raises(ValueError, match="not among them"):
        two.index(across)
    with pytest.raises(IndexError):
        two[2]
    assert two[-1] == UUID(bytes=bytes(range(16, 32)))
