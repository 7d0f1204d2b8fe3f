"""PCs whose clocks are years wrong: what they write counts at the head office's time, everywhere alike, and
stands in nobody's way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.clock import SteppingClock
from app.models import Customer
from app.models.base import millis
from app.services.cash import Collect
from app.sync import client as clients
from app.sync.transport import DirectTransport
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub
from tests.money import Home, add_home
from tests.offices import ON_BOTH, Company, person

YEARS = timedelta(days=5 * 365)
SHIFT = 16


def reset(company: Company, desktop: Desktop, by: timedelta) -> tuple[Desktop, SteppingClock]:
    """The desk, opened again on a PC whose clock is wrong by so much."""
    clock = SteppingClock(company.clock.now() + by, company.clock.step)
    return company.opened(company.shut(desktop), clock), clock


def rename(desktop: Desktop, home: Home, name: str) -> None:
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        draft.change(Customer, home.customer, name=name)


def pay(desktop: Desktop, session: UUID, home: Home, amount: int) -> str:
    new = Collect(uuid4(), session, home.customer, (), amount, "A", keep_change=True)
    return desktop.cash.collect(person(desktop, "tung"), new).code


def stamps(desktop: Desktop, table: str) -> list[int]:
    """The milliseconds at which facts count."""
    return [hlc >> SHIFT for (hlc,) in at(desktop.database, f"SELECT hlc FROM {table} ORDER BY hlc")]


def a_day_offline(company: Company, desktop: Desktop, home: Home) -> tuple[Desktop, int]:
    """The clerk works for a day on a PC that is five years ahead; the desk and the moment it is back."""
    wrong, clock = reset(company, desktop, YEARS)
    session = wrong.cash.open_session(person(wrong, "tung"), uuid4(), "VA", 100_000)
    for amount in (10_000, 20_000):
        assert pay(wrong, session, home, amount).startswith("BL-BN03-31-")
    rename(wrong, home, "from the future")
    add_home(wrong, "BN-0002")
    for each in (company.clock, clock):
        each.advance(timedelta(days=1))
    return wrong, millis(company.clock.now())


@ON_BOTH
def test_what_a_pc_years_ahead_has_written_counts_when_it_comes(company: Company, desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    other = company.desk("BN04")
    wrong, back = a_day_offline(company, desktop, home)
    company.sync()
    assert at_the_hub(company, "SELECT DISTINCT verdict FROM ruling") == [("time",)]
    assert at_the_hub(company, "SELECT count(*) FROM ruling") == [(5,)]
    now = millis(company.clock.now())
    for desk in (wrong, other):
        assert all(back <= stamp <= now for stamp in stamps(desk, "receipt"))
        in_order = at(desk.database, "SELECT total FROM receipt ORDER BY hlc")
        assert in_order == [(10_000,), (20_000,)]
        made = at(desk.database, "SELECT made_hlc FROM customer WHERE code = 'BN-0002'")[0][0]
        assert back <= made >> SHIFT <= now
        assert at(desk.database, "SELECT name FROM customer WHERE code = 'BN-0001'") == [("from the future",)]
    assert at_the_hub(company, "SELECT expected FROM session_state") == [(130_000,)]
    # Whoever changes the field after that changes it.
    rename(wrong, home, "of today")
    company.clock.advance(timedelta(minutes=1))
    rename(other, home, "of today as well")
    assert_agreed(company)
    wanted = "SELECT name FROM customer WHERE code = 'BN-0001'"
    assert at_the_hub(company, wanted) == [("of today as well",)]
    assert len(at_the_hub(company, "SELECT * FROM \"exception\" WHERE kind = 'concurrent'")) == 1
    company.desk("BN05")
    assert_agreed(company)


def test_its_own_later_work_goes_on_in_right_time(company: Company, desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    wrong, back = a_day_offline(company, desktop, home)
    company.sync()
    session = at(wrong.database, "SELECT id FROM session_opened")[0][0]
    assert pay(wrong, UUID(bytes=session), home, 30_000) == "BL-BN03-26-000001"
    company.sync()
    assert at_the_hub(company, "SELECT count(*) FROM ruling") == [(5,)]
    assert [total for (total,) in at(wrong.database, "SELECT total FROM receipt ORDER BY hlc")] == [
        10_000, 20_000, 30_000,
    ]  # fmt: skip
    now = millis(company.clock.now()) + 1000  # each look at a clock moves it here, and there are two
    assert all(back <= stamp <= now for stamp in stamps(wrong, "receipt"))
    assert_agreed(company)


def test_who_hears_of_the_ruling_only_later_sets_it_right(
    company: Company, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow line every message brings one entry: the ruling comes after what it is about."""
    home = add_home(desktop, "BN-0001")
    other = company.desk("BN04")
    company.sync()
    wrong, back = a_day_offline(company, desktop, home)
    rename(other, home, "meanwhile")
    wrong.client.once()
    monkeypatch.setattr(clients, "OFFERED_BYTES", 1)
    other.client._chunk = 1
    other.client.once()
    assert all(stamp >= back for stamp in stamps(other, "receipt"))
    monkeypatch.undo()
    assert_agreed(company)


def test_causes_come_first_whatever_the_clocks_say(
    company: Company, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow line: never is there a change of a card that is not there yet."""
    late, other = company.desk("BN04"), company.desk("BN05")
    company.sync()
    wrong, _ = reset(company, desktop, YEARS)
    theirs, ours = add_home(wrong, "BN-0001"), add_home(other, "BN-0002")
    for desk in (wrong, other, wrong):
        desk.client.once()
    rename(wrong, ours, "of today")
    rename(other, theirs, "of today")
    for desk in (wrong, other):
        desk.client.once()
    waited: list[tuple[str]] = []

    class Looking(DirectTransport):
        def post(self, path: str, data: bytes) -> bytes:
            waited.extend(at(late.database, "SELECT reason FROM parked"))
            return super().post(path, data)

    late.client._transport = Looking(company.headoffice.hub.answer)
    monkeypatch.setattr(clients, "CHUNK_BYTES", 1)
    late.client._chunk = 1
    late.client.once()
    assert waited == []
    assert at(late.database, "SELECT DISTINCT name FROM customer") == [("of today",)]


@ON_BOTH
def test_rulings_come_back_with_what_they_are_about(company: Company, desktop: Desktop) -> None:
    """The head office's backup is put back, and it has gone on in its own feed since."""
    home = add_home(desktop, "BN-0001")
    other = company.desk("BN04")
    company.sync()
    kept = company.backup()
    wrong, _ = a_day_offline(company, desktop, home)
    company.sync()
    before = at_the_hub(company, "SELECT id, hlc FROM receipt ORDER BY id")
    company.put_back(kept)
    founding, hub = company.headoffice.founding, company.headoffice.hub
    founding.points(hub.office_feed(1), [("DT", "Nhà văn hóa Đại Thượng", "Đại Đồng")])
    assert_agreed(company)
    assert at_the_hub(company, "SELECT id, hlc FROM receipt ORDER BY id") == before
    assert other.writer.vector() == wrong.writer.vector()


def test_a_pc_years_behind_stamps_what_it_writes_after_what_it_has_seen(
    company: Company, desktop: Desktop
) -> None:
    home = add_home(desktop, "BN-0001")
    other = company.desk("BN04")
    company.sync()
    rename(other, home, "first")
    company.sync()
    slow, _ = reset(company, desktop, -YEARS)
    rename(slow, home, "second")
    assert slow.writer.hlc.now().year == 2021
    company.sync()
    assert at_the_hub(company, "SELECT * FROM ruling") == []
    for place in (company.headoffice, slow, other):
        assert at(place.database, "SELECT name FROM customer") == [("second",)]
        assert at(place.database, 'SELECT * FROM "exception"') == []
    assert abs(slow.writer.hlc.now() - company.clock.now()) < timedelta(seconds=5)
    assert_agreed(company)


@pytest.mark.parametrize("by", [YEARS, -YEARS, timedelta(hours=2)])
def test_what_a_desk_has_learned_of_its_clock_outlasts_the_night(
    company: Company, desktop: Desktop, by: timedelta
) -> None:
    wrong, clock = reset(company, desktop, by)
    wrong.client.once()
    home = company.shut(wrong)
    for each in (company.clock, clock):
        each.advance(timedelta(hours=14))
    wrong = company.opened(home, clock)  # no contact yet
    assert abs(wrong.writer.hlc.now() - company.clock.now()) < timedelta(seconds=5)
    add_home(wrong, "BN-0001")
    company.sync()
    assert at_the_hub(company, "SELECT * FROM ruling") == []
    assert_agreed(company)


@pytest.mark.parametrize("by", [YEARS, -YEARS, timedelta(hours=2), timedelta(hours=-2)])
def test_what_it_has_learned_is_dropped_when_the_clock_was_set_right(
    company: Company, desktop: Desktop, by: timedelta
) -> None:
    wrong, _ = reset(company, desktop, by)
    wrong.client.once()
    add_home(wrong, "BN-0001")
    right = company.opened(company.shut(wrong))  # no contact yet
    assert abs(right.writer.hlc.now() - company.clock.now()) < timedelta(seconds=5)
    add_home(right, "BN-0002")
    company.sync()
    assert at_the_hub(company, "SELECT * FROM ruling") == []
    assert_agreed(company)


def test_a_pc_that_does_not_know_the_century_writes_nothing(company: Company, desktop: Desktop) -> None:
    from app.domain.errors import AppError

    for year in (1980, 2108):
        clock = SteppingClock(datetime(year, 1, 1, tzinfo=UTC), company.clock.step)
        desktop = company.opened(company.shut(desktop), clock)
        with pytest.raises(AppError, match=r"clock\.wrong"):
            add_home(desktop, "BN-0001")
    desktop.client.once()  # with the head office's time it can
    add_home(desktop, "BN-0001")
    assert_agreed(company)
