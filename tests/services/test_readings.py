from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.demo.viet_tri import viet_tri_rows
from app.domain.errors import AppError, Invalid
from app.models import Connection, Meter
from app.queries.readings import SheetLine
from app.services.readings import EnterReading, Judged, judged_index
from app.sync.verify import verify
from tests.money import DUE, ISSUED, Home, add_home
from tests.offices import Company, person

REAL = Path(__file__).parents[3] / "shared" / "data" / "viet-tri-readings.csv"
ON = date(2026, 11, 18)


def reading(home: Home, index: int, period: str = "2026-11", **more: object) -> EnterReading:
    """Whole m³."""
    new = EnterReading(uuid7(), home.connection, home.meter, period, ON, index * 1000)
    return replace(new, **more)  # type: ignore[arg-type]


def enter(desktop: Desktop, home: Home, index: int, period: str = "2026-11", **more: object) -> Judged:
    e = desktop.readings.enter(person(desktop, "duc"), reading(home, index, period, **more))
    return Judged(e.previous, e.present, e.usage, e.flags)


def line(desktop: Desktop, period: str = "2026-11") -> SheetLine:
    (only,) = desktop.reading_queries.sheet("L001", period)
    return only


def test_an_index_goes_on_from_the_one_before(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    assert enter(desktop, home, 10, "2026-09") == Judged(0, 10_000, 10_000, ())
    assert enter(desktop, home, 22, "2026-10") == Judged(10_000, 22_000, 12_000, ())
    assert enter(desktop, home, 60, "2026-11") == Judged(22_000, 60_000, 38_000, ("far_above",))
    assert (line(desktop).previous, line(desktop).usual) == (22_000, 11_000)
    assert (line(desktop, "2026-12").previous, line(desktop, "2026-12").usual) == (60_000, 20_000)
    # A month that was forgotten goes in between, and the months after it stay as they were read.
    home2 = add_home(desktop, "BN-2")
    enter(desktop, home2, 40, "2026-11")
    assert enter(desktop, home2, 30, "2026-10").previous == 0
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_a_lower_index_is_kept_flagged_and_comes_to_nothing(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    enter(desktop, home, 100, "2026-10")
    assert enter(desktop, home, 90) == Judged(100_000, 90_000, 0, ("lower",))
    result = desktop.billing.run(person(desktop, "mai"), "2026-11", ISSUED, DUE)
    assert (result.bills, [s.reason for s in result.skipped]) == (0, ["lower"])


def test_a_dial_past_its_end_counts_only_when_somebody_says_so(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")  # five figures
    enter(desktop, home, 99_990, "2026-10")
    judged = enter(desktop, home, 7, rolled_over=True)
    assert judged == Judged(99_990_000, 7_000, 17_000, ("rolled_over", "far_below"))
    assert desktop.billing.run(person(desktop, "mai"), "2026-11", ISSUED, DUE).bills == 1
    with pytest.raises(AppError) as wrong:
        judged_index(5_000, 1_000, None, None, True)
    assert wrong.value.code == "reading.no_digits"
    # Said of an index that is not lower, it means nothing.
    assert judged_index(5_000, 9_000, None, 5, True) == Judged(5_000, 9_000, 4_000, ())


def test_a_correction_replaces_and_starts_from_the_same_index(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    enter(desktop, home, 10, "2026-10")
    enter(desktop, home, 90)
    there = line(desktop).entered
    assert there is not None
    with pytest.raises(AppError) as unsaid:
        enter(desktop, home, 19)
    assert unsaid.value.code == "reading.there"
    assert enter(desktop, home, 19, replaces=there.id) == Judged(10_000, 19_000, 9_000, ())
    assert line(desktop).entered.present == 19_000  # type: ignore[union-attr]
    with pytest.raises(AppError) as old:
        enter(desktop, home, 20, replaces=there.id)
    assert old.value.code == "reading.there"
    assert desktop.exception_queries.count() == 0
    desktop.billing.run(person(desktop, "mai"), "2026-11", ISSUED, DUE)
    newest = line(desktop).entered
    assert newest is not None
    with pytest.raises(AppError) as billed:
        enter(desktop, home, 20, replaces=newest.id)
    assert billed.value.code == "reading.billed"
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_a_new_meter_starts_from_its_own_first_index(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    enter(desktop, home, 500, "2026-10")
    with desktop.writer.entry("meters.change", None) as draft:
        draft.change(Meter, home.meter, removed_on=date(2026, 11, 2))
        new = draft.add(Meter, connection_id=home.connection, serial="NEW", digits=5, first_index=3_000)
    assert (line(desktop).serial, line(desktop).previous, line(desktop).meter_id) == ("NEW", 3_000, new)
    assert enter(desktop, replace(home, meter=new), 9).usage == 6_000


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"read_on": date(2026, 11, 21)}, "invalid"),
        ({"present": -1}, "invalid"),
        ({"present": 100_000_000}, "reading.too_long"),
        ({"meter_id": uuid7()}, "meter.unknown"),
        ({"connection_id": uuid7()}, "meter.unknown"),
        ({"replaces": uuid7()}, "reading.there"),
    ],
)
def test_what_cannot_be_is_refused(desktop: Desktop, spoil: dict[str, Any], code: str) -> None:
    home = add_home(desktop, "BN-1")
    with pytest.raises(AppError) as refused:
        enter(desktop, home, 5, **spoil)
    assert refused.value.code == code
    assert line(desktop).entered is None


def test_only_readers_and_leaders_enter(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    for login in ("yen", "tung"):
        with pytest.raises(AppError) as refused:
            desktop.readings.enter(person(desktop, login), reading(home, 5))
        assert refused.value.code == "not_allowed"
    with pytest.raises(Invalid):
        desktop.readings.enter(person(desktop, "mai"), reading(home, 5, read_on=date(2027, 1, 1)))


def test_the_sheet_goes_as_one_walks(desktop: Desktop) -> None:
    homes = {code: add_home(desktop, code) for code in ("A", "B", "C", "D", "E")}
    with desktop.writer.entry("test", None) as draft:
        for code, seq in (("A", 3), ("B", None), ("C", 1), ("D", 2)):
            draft.change(Connection, homes[code].connection, route_seq=seq)
        draft.change(Connection, homes["E"].connection, route="L002")
    assert [x.code for x in desktop.reading_queries.sheet("L001", "2026-11")] == ["C", "D", "A", "B"]
    enter(desktop, homes["D"], 4)
    enter(desktop, homes["E"], 4)
    enter(desktop, homes["A"], 4, "2026-10")
    assert [(r.code, r.done, r.total) for r in desktop.reading_queries.routes("2026-11")] == [
        ("L001", 1, 4),
        ("L002", 1, 1),
    ]


def test_readings_reach_the_other_desk_and_two_indexes_are_an_exception(company: Company) -> None:
    here, there = company.desk("BN03"), company.desk("BN04")
    home = add_home(here, "BN-1")
    company.sync()
    enter(here, home, 10)
    company.sync()
    assert line(there).entered == line(here).entered
    other = add_home(here, "BN-2")
    company.sync()
    enter(here, other, 30)
    enter(there, other, 31)
    company.sync()
    assert [d.exception_queries.count() for d in (here, there)] == [1, 1]
    newest = [
        next(x.entered for x in d.reading_queries.sheet("L001", "2026-11") if x.code == "BN-2")
        for d in (here, there)
    ]
    assert newest[0] == newest[1]
    assert newest[0] is not None
    enter(there, other, 31, replaces=newest[0].id)
    company.sync()
    assert all(verify(d.home / "office.db", d.clock.now()).good for d in (here, there))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(7, 11), st.integers(0, 300)), min_size=1, max_size=8))
def test_the_sheet_says_what_a_plain_model_says(desktop: Desktop, typed: list[tuple[int, int]]) -> None:
    home = add_home(desktop, uuid7().hex)
    model: dict[str, int] = {}
    uses: dict[str, int] = {}
    for month, present in typed:
        period = f"2026-{month:02d}"
        (now,) = (x for x in desktop.reading_queries.sheet("L001", period) if x.code == home.code)
        earlier = [p for p in model if p < period]
        previous = model[max(earlier)] if earlier else 0
        if period in model:
            assert now.entered is not None
            assert now.entered.present == model[period]
        else:
            assert (now.entered, now.previous) == (None, previous)
        last = [uses[p] for p in sorted(earlier)[-3:]]
        assert now.usual == (sum(last) // len(last) if last else None)
        judged = enter(desktop, home, present, period, replaces=now.entered.id if now.entered else None)
        model[period] = present * 1000
        uses[period] = judged.usage
        if now.entered is None:
            assert judged.usage == max(0, present * 1000 - previous)


@pytest.mark.skipif(not REAL.exists(), reason="the public readings of Việt Trì are not beside the project")
def test_the_meters_of_viet_tri(desktop: Desktop) -> None:
    """A real network: 105 meters, their two indexes, typed as a collector's sheet is."""
    with REAL.open() as file:
        expected = {r["meter_id"]: int(r["read_new"]) - int(r["read_old"]) for r in csv.DictReader(file)}
    homes: dict[str, tuple[Home, int]] = {}
    for row in viet_tri_rows(REAL, 1):
        c = row.customer
        home = add_home(desktop, c.code, c.name)
        homes[c.meter_serial] = (home, row.reading.present or 0)
        with desktop.writer.entry("test", None) as draft:
            draft.change(
                Meter, home.meter, serial=c.meter_serial, first_index=row.reading.previous, digits=None
            )
    flags: dict[str, tuple[str, ...]] = {}
    for serial, (home, present) in homes.items():
        flags[serial] = enter(desktop, home, present // 1000).flags
    sheet = desktop.reading_queries.sheet("L001", "2026-11")
    assert {x.serial: x.entered.usage // 1000 for x in sheet if x.entered} == {
        serial: max(0, used) for serial, used in expected.items()
    }
    for serial, used in expected.items():
        assert flags[serial] == (("zero",) if used == 0 else ("lower",) if used < 0 else ())
