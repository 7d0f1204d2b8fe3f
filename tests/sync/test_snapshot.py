"""A snapshot: rows packed by columns come out as they went in; a file that is not whole, not ours or not
right leaves nothing; what it makes is a database like any other."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.msgpack import decode, encode
from msgspec.structs import replace

from app.bootstrap import Desktop
from app.domain.clock import SteppingClock
from app.domain.errors import AppError
from app.models import Customer
from app.models.database import HEAD, open_database
from app.models.keys import Key
from app.services.writer import Desk
from app.sync import columns, digest, entries, install, snapshot
from app.sync.columns import Group, Packer, Unpacker
from app.sync.digest import tables_of
from app.sync.entries import SCHEMA
from app.sync.snapshot import (
    BadSnapshot,
    Block,
    Changed,
    Entries,
    Filled,
    Gone,
    Heading,
    blocks_of,
    heading_of,
)
from app.sync.verify import verify
from app.sync.writer import JournalWriter
from benchmarks import office
from tests.headoffice.agreeing import assert_agreed, assert_begins_alike, snapshot_of
from tests.headoffice.forging import Forger, body, customer
from tests.money import add_home, bill
from tests.offices import Company, person
from tests.sync.test_journal import save_customers

NOW = datetime(2026, 11, 20, tzinfo=UTC)
NOBODY = 1 << 40
HEAD_OF_A_FACT = ("office_no", "hlc", "device")


# -- columns ----------------------------------------------------------------------------------------------

ID = st.binary(min_size=16, max_size=16)
FEW = st.sampled_from([bytes([n]) * 16 for n in range(5)])
COLUMN = st.sampled_from(
    [
        FEW, ID, st.none() | FEW, st.none() | st.binary(max_size=17), st.integers(0, 9), st.text(),
        st.integers(-(1 << 63), (1 << 64) - 1), st.none() | st.integers(0, 9), st.none(), FEW | st.text(),
    ]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[list[tuple[Any, ...]]]:
    """Rows of some tables, each with columns of some kinds."""
    made = []
    for kinds in draw(st.lists(st.lists(COLUMN, min_size=1, max_size=4), max_size=4)):
        made.append(draw(st.lists(st.tuples(*kinds), max_size=8)))
    return made


@settings(deadline=None, max_examples=100)
@given(tables(), st.integers(1, 8))
def test_rows_come_out_of_their_columns_as_they_went_in(
    several: list[list[tuple[Any, ...]]], most_ids: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "MOST_IDS", most_ids)
        packer, unpacker = Packer(), Unpacker()
        for rows in several:
            names = tuple("abcd"[: len(rows[0])]) if rows else ("a",)
            sent = decode(encode(packer.group("t", names, rows)), type=Group)
            back = list(zip(*unpacker.group(sent), strict=True))
            assert back == rows
            assert [list(map(type, row)) for row in back] == [list(map(type, row)) for row in rows]


def test_an_id_that_comes_again_costs_next_to_nothing() -> None:
    ids = [uuid4().bytes for _ in range(1000)]
    packer = Packer()
    first = len(encode(packer.column(ids)))
    again = len(encode(packer.column([id for id in ids for _ in range(3)])))
    assert first < 16 * 1000 + 1100
    assert again < 3 * 1100


@pytest.mark.parametrize(
    "column",
    [
        columns.Ids(b"x" * 16, [0, 1]),
        columns.Ids(b"x" * 16, [-1]),
        columns.Ids(b"", [0]),
        columns.Ids(b"x" * 15, [0]),
    ],
)
def test_an_id_that_was_never_told_is_refused(column: columns.Ids) -> None:
    with pytest.raises(ValueError, match="id"):
        Unpacker().column(column)


# -- an office with everything that can be in one -------------------------------------------------------


def everything(company: Company) -> tuple[Desktop, Desktop]:
    """Two desks at work; money, edits, edits that knew nothing of each other, what may not be, what cannot be
    read, doubled rows, what a newer release has written."""
    one, two = company.desk("BN03"), company.desk("BN04")
    home = add_home(one, "BN-0001")
    bill(one, home, {"2026-09": 12, "2026-10": 25})
    save_customers(one, "BN-0002", "BN-0003")
    company.sync()
    rename(one, home.customer, "Quỳnh, ở bàn một")
    rename(two, home.customer, "Quỳnh, ở bàn hai")
    cashier = person(two, "tung").id
    with two.writer.entry("customers.add", cashier) as draft:  # which a cashier may not
        draft.add(Customer, code="BN-0099", name="Không được", address="1")
    company.sync()
    forger = Forger(one, company.transport)
    company.shut(one)
    same = customer("BN-0004")
    with closing(sqlite3.connect(one.database.path)) as c:
        found = c.execute("SELECT * FROM bill LIMIT 1")
        billed = dict(zip([d[0] for d in found.description], found.fetchone(), strict=True))
    billed = {"id": billed["id"], **{k: v for k, v in billed.items() if k not in HEAD_OF_A_FACT}}
    forged = forger.entries(
        body([same]),
        body([("customer", {**same[1], "name": "Khác"})]),
        body([("bill", {**billed, "net": 1})]),
        body([customer("BN-0005"), customer("BN-0006", phone="1")]),
        b"no body",
        encode([[["customer", ["id", "code", "name", "address"], []]], []]),
        encode([[], [], "a body of another form"]),
        body([("no_table", {"id": uuid4().bytes})]),
        body(edits=[("customer", same[1]["id"], {"phone": "0900000000"})]),
    )
    later = replace(forger.entries(body([customer("BN-0007")]))[0], number=forged[-1].number + 1)
    forger.send([*forged, replace(later, schema=SCHEMA + 1, hlc=forged[-1].hlc + 1)])
    two.client.once()
    return two, company.desk("BN05")


def rename(desktop: Desktop, id: UUID, name: str) -> None:
    with desktop.writer.entry("customers.change", person(desktop, "mai").id) as draft:
        draft.change(Customer, id, name=name)


def test_everything_that_can_be_in_an_office_is_in_its_snapshot(company: Company) -> None:
    everything(company)
    reasons = company.headoffice.database.read
    with reasons.connect() as read:
        parked = {r for (r,) in read.exec_driver_sql("SELECT reason FROM parked")}
        kinds = {k for (k,) in read.exec_driver_sql('SELECT kind FROM "exception"')}
    assert {"not_allowed", "unreadable", "unknown_table", "newer_release"} <= parked
    assert {"concurrent", "same_id"} <= kinds
    assert_begins_alike(company)
    assert_agreed(company)


def test_a_clock_that_was_wrong_is_ruled_on_before_the_snapshot(company: Company) -> None:
    desktop = company.desk("BN03")
    company.clock.advance(timedelta(days=400))
    save_customers(desktop, "BN-0001")
    company.clock.advance(timedelta(days=-400))
    desktop.client.once()
    with company.headoffice.database.read.connect() as read:
        assert read.exec_driver_sql("SELECT count(*) FROM ruling").scalar() == 1
    assert_begins_alike(company)


@pytest.fixture(scope="module")
def kept(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The snapshot of an office with everything."""
    with closing(Company(tmp_path_factory.mktemp("office"), founded)) as company:
        everything(company)
        yield snapshot_of(company, company.folder / "s.snapshot")


@pytest.fixture
def packed(kept: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(kept, tmp_path / "s.snapshot"))


def shape(path: Path) -> tuple[set[Any], ...]:
    """A database's schema, and what its planner knows."""
    with closing(sqlite3.connect(path)) as c:
        return (
            set(c.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")),
            set(c.execute("SELECT * FROM sqlite_stat1")),
            set(c.execute("SELECT * FROM alembic_version")),
        )


def test_what_is_made_of_it_is_a_database_like_any_other(packed: Path, tmp_path: Path) -> None:
    made, other = tmp_path / "made.db", tmp_path / "other.db"
    install.install(packed, made, NOBODY, NOW)
    open_database(other, NOW).close()
    assert shape(made) == shape(other)
    with closing(sqlite3.connect(made)) as c:
        assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert c.execute('SELECT "key" FROM local').fetchall() == [("digest.schema",)]
    database = open_database(made, NOW)
    try:
        assert database.write.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        found = database.write.execute(
            "SELECT d.id FROM customer_search s JOIN search_doc d ON d.rowid = s.rowid "
            "WHERE customer_search MATCH 'quynh'"
        ).fetchall()
        assert len(found) == 1
    finally:
        database.close()


def test_nothing_is_worked_out_anew_when_it_is_opened(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made.db"
    install.install(packed, made, NOBODY, NOW)
    monkeypatch.setattr(digest, "work_out", None)
    monkeypatch.setattr(digest, "tables_now", None)
    database = open_database(made, NOW)
    with closing(database):
        JournalWriter(database, Desk(1, NOBODY, "BN09"), SteppingClock(NOW), UTC)
        with database.reading() as cur:
            assert tables_of(cur, [0, 1])


def test_bodies_are_told_by_their_rows(packed: Path) -> None:
    """Else a snapshot would be several times as large."""
    bodies = [b for block in blocks_of(packed) if isinstance(block, Entries) for b in block.bodies]
    raw = [b for b in bodies if isinstance(b, bytes)]
    parked = {"not_allowed", "unreadable", "unknown_table", "newer_release"}
    assert len(raw) <= len(parked) + 3
    assert len(bodies) > 3 * len(raw)


def test_old_bodies_that_are_lifted_come_whole(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = company.desk("BN03")
    bill(desktop, add_home(desktop, "BN-0001"), {"2026-09": 12})
    desktop.client.once()
    monkeypatch.setitem(entries.LIFTS, SCHEMA - 1, lambda body: body)
    with company.headoffice.database.transaction(1) as cur:  # as if the release before had written them
        cur.execute("UPDATE entry SET schema = ? WHERE schema = ?", (SCHEMA - 1, SCHEMA))
    again = snapshot_of(company, tmp_path / "again")
    bodies = [b for block in blocks_of(again) if isinstance(block, Entries) for b in block.bodies]
    assert all(isinstance(b, bytes) for b in bodies)
    changed = {block.group.table for block in blocks_of(again) if isinstance(block, Changed)}
    assert {"customer", "bill", "device", "staff"} <= changed


def test_a_snapshot_is_smaller_than_the_entries_it_stands_for(tmp_path: Path) -> None:
    """The history of 30,000 customers over a line of 2 Mbit/s within a minute: 14 MB, so 470 bytes each."""
    customers = 300
    home = office.new_office(tmp_path / "home")
    with office.opened(home) as desktop:
        office.Builder(desktop, customers).everything()
        packed = tmp_path / "s.snapshot"
        with desktop.database.reading() as cur:
            snapshot.make(cur, desktop.office_no, lambda device, number, hash_: b"", packed)
            cur.execute("SELECT body FROM entry ORDER BY hlc")
            bodies = b"".join(row[0] for row in cur.fetchall())
    assert packed.stat().st_size < 0.8 * len(zstd.compress(bodies, 3))
    assert packed.stat().st_size < 470 * customers


# -- files that are no good -------------------------------------------------------------------------------


def repacked(packed: Path, change: Callable[[list[Block]], Iterable[Block]]) -> Path:
    """The same file with other blocks in it."""
    made = packed.with_name("changed")
    with zstd.open(made, "wb") as file:
        for block in change(list(blocks_of(packed))):
            data = encode(block)
            file.write(len(data).to_bytes(4) + data)
    return made


def refused(packed: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSnapshot):
        install.install(packed, tmp_path / "no.db", NOBODY, NOW)


def test_a_file_that_is_cut_off_anywhere_makes_no_database(packed: Path, tmp_path: Path) -> None:
    data = packed.read_bytes()
    for cut in (0, 1, 4, 9, len(data) // 3, len(data) // 2, len(data) - 4, len(data) - 1):
        part = tmp_path / "part"
        part.write_bytes(data[:cut])
        refused(part, tmp_path)
        (tmp_path / "no.db").unlink()


def test_a_file_that_is_cut_off_between_blocks_makes_no_database(packed: Path, tmp_path: Path) -> None:
    number = sum(isinstance(b, (Heading, Entries)) for b in blocks_of(packed))
    for cut in range(number):
        refused(repacked(packed, lambda blocks, cut=cut: blocks[:cut]), tmp_path)  # type: ignore[misc]
        (tmp_path / "no.db").unlink()


def test_a_byte_that_fell_over_makes_no_other_database(packed: Path, tmp_path: Path) -> None:
    """The digest tells it before; without the digest, what it says of the journal would still be right."""
    data = bytearray(packed.read_bytes())
    for at in range(7, len(data), len(data) // 40):
        data[at] ^= 0x10
        (tmp_path / "part").write_bytes(data)
        made = tmp_path / "no.db"
        try:
            install.install(tmp_path / "part", made, NOBODY, NOW)
        except BadSnapshot:
            made.unlink()
        else:
            assert not verify(made, NOW).broken_feeds
            made.unlink()
        data[at] ^= 0x10


def _of(blocks: list[Block], kind: type[Any]) -> int:
    return next(i for i, block in enumerate(blocks) if isinstance(block, kind))


def _put(blocks: list[Block], at: int, **changed: Any) -> list[Block]:
    blocks[at] = replace(blocks[at], **changed)
    return blocks


def other_release(blocks: list[Block]) -> list[Block]:
    return _put(blocks, 0, revision="0001")


def other_schema(blocks: list[Block]) -> list[Block]:
    return _put(blocks, 0, schema=SCHEMA + 1)


def no_heading(blocks: list[Block]) -> list[Block]:
    return blocks[1:]


def two_headings(blocks: list[Block]) -> list[Block]:
    return [*blocks, blocks[0]]


def other_head(blocks: list[Block]) -> list[Block]:
    heading = blocks[0]
    assert isinstance(heading, Heading)
    feeds = [replace(heading.feeds[0], hash=b"?" * 32), *heading.feeds[1:]]
    return _put(blocks, 0, feeds=feeds)


def feed_less(blocks: list[Block]) -> list[Block]:
    heading = blocks[0]
    assert isinstance(heading, Heading)
    return _put(blocks, 0, feeds=heading.feeds[1:])


def entries_twice(blocks: list[Block]) -> list[Block]:
    at = _of(blocks, Entries)
    return [*blocks[: at + 1], *blocks[at:]]


def entries_in_disorder(blocks: list[Block]) -> list[Block]:
    at = _of(blocks, Entries)
    return [blocks[0], *blocks[at + 1 :], blocks[at]]


def rows_twice(blocks: list[Block]) -> list[Block]:
    at = _of(blocks, Filled)
    return [*blocks, blocks[at]]


def unknown_table(blocks: list[Block]) -> list[Block]:
    return [*blocks, Filled(Group("local", ("key", "value"), [columns.Plain(["a"]), columns.Plain(["b"])]))]


def journal_rows(blocks: list[Block]) -> list[Block]:
    return [*blocks, Filled(Group("feed", ("office_no", "device"), [columns.Plain([1]), columns.Plain([2])]))]


def gone_from_the_journal(blocks: list[Block]) -> list[Block]:
    return [*blocks, Gone('entry" WHERE 1 OR "', 1, [b"x" * 16])]


def column_that_is_sql(blocks: list[Block]) -> list[Block]:
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Entries) and b.groups)
    block = blocks[at]
    assert isinstance(block, Entries)
    group = block.groups[0]
    names = ('id") SELECT 1 --', *group.names[1:])
    return _put(blocks, at, groups=[replace(group, names=names), *block.groups[1:]])


def rows_of_nobody(blocks: list[Block]) -> list[Block]:
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Entries) and b.groups)
    block = blocks[at]
    assert isinstance(block, Entries)
    return _put(blocks, at, bodies=[[0] if isinstance(b, list) else b for b in block.bodies])


def more_rows_than_there_are(blocks: list[Block]) -> list[Block]:
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Entries) and b.groups)
    block = blocks[at]
    assert isinstance(block, Entries)
    return _put(
        blocks, at, bodies=[[*b[:-1], 1 << 20] if isinstance(b, list) and b[1:] else b for b in block.bodies]
    )


def shorter_column(blocks: list[Block]) -> list[Block]:
    at = _of(blocks, Entries)
    block = blocks[at]
    assert isinstance(block, Entries)
    group = replace(block.envelope, columns=[*block.envelope.columns[:-1], columns.Plain([])])
    return _put(blocks, at, envelope=group)


def number_too_large(blocks: list[Block]) -> list[Block]:
    names = ("office_no", "table_name", "rows", "sum")
    values = [columns.Plain([v]) for v in (1, "customer", 1 << 63, 0)]
    return [*blocks, Filled(Group("digest", names, values))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        other_release, other_schema, no_heading, two_headings, other_head, feed_less, entries_twice,
        entries_in_disorder, rows_twice, unknown_table, journal_rows, gone_from_the_journal,
        column_that_is_sql, rows_of_nobody, more_rows_than_there_are, shorter_column, number_too_large,
    ],
)  # fmt: skip
def test_a_file_that_says_something_else_makes_no_database(
    packed: Path, tmp_path: Path, change: Callable[[list[Block]], list[Block]]
) -> None:
    refused(repacked(packed, change), tmp_path)


def test_a_file_that_swells_is_left_alone(tmp_path: Path) -> None:
    """Each of its blocks is good, and the whole would be a database, if there were no limit."""
    bomb = tmp_path / "bomb"
    blocks = [Heading(HEAD, SCHEMA, []), *[Gone("meter", 1, [bytes(16)] * 20_000)] * 200]
    with zstd.open(bomb, "wb") as file:
        for data in map(encode, blocks):
            file.write(len(data).to_bytes(4) + data)
    assert bomb.stat().st_size < 100_000
    assert heading_of(bomb).revision == HEAD
    refused(bomb, tmp_path)
    with zstd.open(bomb, "wb") as file:
        file.write((1 << 31).to_bytes(4))
    refused(bomb, tmp_path)


def test_a_file_that_wants_much_memory_is_left_alone(packed: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    with zstd.open(packed, "rb") as plain:
        data = plain.read()
    for log, good in ((snapshot.WINDOW, True), (27, False)):
        packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: log})
        wide.write_bytes(packer.compress(data) + packer.flush())
        if good:
            install.install(wide, tmp_path / "good.db", NOBODY, NOW)
        else:
            refused(wide, tmp_path)


@pytest.mark.parametrize("other", [b"", b"\x28\xb5\x2f\xfd", b"<html>", bytes(1000)])
def test_another_file_is_none(tmp_path: Path, other: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(other)
    refused(path, tmp_path)
    with pytest.raises(BadSnapshot):
        heading_of(path)


def test_a_full_disk_is_said_so(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_database

    def small(path: Path, now: datetime, key: Key | None) -> Any:
        database = opened(path, now, key)
        pages = database.write.execute("PRAGMA page_count").fetchone()[0]
        database.write.execute(f"PRAGMA max_page_count = {pages + 3}")
        return database

    monkeypatch.setattr(install, "open_database", small)
    with pytest.raises(AppError, match=r"disk\.full"):
        install.install(packed, tmp_path / "no.db", NOBODY, NOW)


def test_making_it_can_be_given_up(company: Company, tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    with pytest.raises(Enough), company.headoffice.database.reading() as cur:
        snapshot.make(cur, 1, lambda device, number, hash_: b"", tmp_path / "s", stop)
