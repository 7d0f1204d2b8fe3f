"""The disk that fails is itself put to the test: with SQLite at its safest nothing committed is ever lost,
and with a safeguard taken away the disk shows it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from app.domain.errors import AppError
from app.models.database import Database
from tests.simulation.connection import Session, connect, open_on
from tests.simulation.disk import Disk, File, Killed

PATH = "/pc/numbers.db"
SEEDS = range(90)


class Appender:
    """A program that appends numbered rows, several a transaction, and changes some again; beside it, what it
    was told is committed."""

    def __init__(self, seed: int, synchronous: str = "FULL") -> None:
        self.rng = random.Random(seed)
        self.disk = Disk(random.Random(seed + 1_000_000))
        self.synchronous = synchronous
        self.committed: dict[int, bytes] = {}
        self.perhaps: dict[int, bytes] = {}
        """As it would be if the transaction under way had been committed."""
        self.session = self.opened()
        self.session.execute("CREATE TABLE number (n INTEGER PRIMARY KEY, what BLOB)")

    def live(self, what: str, calls: int) -> bool:
        """Work until something happens at that call. Whether everything committed is there afterwards."""
        self.disk.plan(what, calls)
        end = self.disk.calls + calls + 20
        try:
            while self.disk.calls < end:
                try:
                    self.transact()
                except sqlite3.OperationalError:  # the I/O error, or the disk is full
                    if self.session.in_transaction:
                        self.session.execute("ROLLBACK")
                    assert self.rows() == self.committed
        except Killed:
            pass
        self.disk.calm()
        self.session = self.opened()
        return self.is_whole()

    def transact(self) -> None:
        self.perhaps = dict(self.committed)
        self.session.execute("BEGIN IMMEDIATE")
        for _ in range(self.rng.randint(1, 4)):
            new = not self.committed or self.rng.random() < 0.7
            n = len(self.perhaps) if new else self.rng.choice(list(self.committed))
            self.perhaps[n] = self.rng.randbytes(self.rng.choice((20, 300, 9000)))
            self.session.execute("REPLACE INTO number VALUES (?, ?)", (n, self.perhaps[n]))
        self.session.execute("COMMIT")
        self.committed = self.perhaps

    def is_whole(self) -> bool:
        """A transaction that was cut off may be there or not, but whole; it is as good as committed only with
        the next sync, so what is found of it is not counted on yet."""
        try:
            sound = self.session.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            found = self.rows()
        except sqlite3.DatabaseError:
            return False
        if not sound or found not in (self.committed, self.perhaps):
            return False
        self.committed = found
        self.session.execute("PRAGMA user_version = 1")  # a commit, and with it a sync
        return True

    def rows(self) -> dict[int, bytes]:
        return dict(self.session.execute("SELECT n, what FROM number").fetchall())

    def opened(self) -> Session:
        self.disk.start()
        # Few pages between two checkpoints: they are the moments that are hard to get right.
        return connect(self.disk, PATH, synchronous=self.synchronous, checkpoint=8)


def survives(seed: int, kinds: tuple[str, ...], synchronous: str = "FULL", lives: int = 6) -> bool:
    program = Appender(seed, synchronous)
    try:
        return all(program.live(program.rng.choice(kinds), program.rng.randint(1, 150)) for _ in range(lives))
    except sqlite3.DatabaseError:  # not even opened
        return False
    finally:
        program.disk.stop()


@pytest.mark.parametrize("kind", ["power", "kill", "error"])
def test_what_is_committed_survives(kind: str) -> None:
    assert [seed for seed in SEEDS if not survives(seed, (kind,))] == []


def test_it_survives_one_after_the_other() -> None:
    assert [seed for seed in SEEDS if not survives(seed, ("power", "kill", "error"))] == []


def test_without_syncs_a_power_cut_loses_what_was_committed() -> None:
    """Else the disk could not show that a program forgot to sync."""
    lost = [seed for seed in SEEDS if not survives(seed, ("power",), "OFF")]
    assert len(lost) > len(SEEDS) // 2


def test_with_fewer_syncs_a_power_cut_takes_the_last_and_breaks_nothing() -> None:
    """SQLite promises so much of `synchronous = NORMAL`: the disk does not break what is in order either."""
    behind = 0
    for seed in SEEDS:
        program = Appender(seed, "NORMAL")
        states: list[dict[int, bytes]] = [{}]
        for _ in range(program.rng.randint(1, 40)):
            program.transact()
            states.append(dict(program.committed))
        program.disk.cut_power()
        program.session = program.opened()
        found = program.rows() if program.session.execute("PRAGMA table_info (number)").fetchall() else {}
        assert found in states
        behind += found != states[-1]
        assert program.session.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        program.disk.stop()
    assert behind > len(SEEDS) // 4


def test_without_syncs_a_kill_loses_nothing() -> None:
    """The operating system has it."""
    assert [seed for seed in SEEDS if not survives(seed, ("kill",), "OFF")] == []


def test_a_full_disk_leaves_nothing_half() -> None:
    full = 0
    for seed in SEEDS:
        program = Appender(seed)
        program.disk.room = program.rng.randrange(200_000)
        for _ in range(60):
            try:
                program.transact()
            except sqlite3.OperationalError as error:
                full += error.sqlite_errorname == "SQLITE_FULL"
                if program.session.in_transaction:
                    program.session.execute("ROLLBACK")
                assert program.rows() == program.committed
        program.disk.room = None
        program.transact()
        program.disk.cut_power()
        program.session = program.opened()
        assert program.is_whole()
        program.disk.stop()
    assert full > len(SEEDS)


def test_an_image_is_a_pc_of_its_own() -> None:
    program = Appender(1)
    for _ in range(30):
        program.transact()
    image, then = program.disk.image(), dict(program.committed)
    twin = Disk(random.Random(2))
    twin.put(image)
    for _ in range(30):
        program.transact()
    twin.start()
    assert dict(connect(twin, PATH).execute("SELECT n, what FROM number").fetchall()) == then
    program.disk.put(image)
    with pytest.raises(Killed):
        program.rows()
    program.session = program.opened()
    assert program.rows() == then
    twin.stop()
    program.disk.stop()


def test_a_power_cut_goes_back_to_what_was_synced_at_most() -> None:
    for seed in SEEDS:
        rng = random.Random(seed)
        file = File(rng.randbytes(rng.randrange(3000)))
        synced = bytes(file.data)
        for _ in range(rng.randint(1, 12)):
            if rng.random() < 0.7:
                file.write(rng.randrange(4000), rng.randbytes(rng.randint(1, 1500)))
            else:
                file.truncate(rng.randrange(4000))
        written = bytes(file.data)
        keeps = rng.random() < 0.5
        file.lose_power(rng, 1.0 if keeps else 0.0, 512)
        assert bytes(file.data) == (written if keeps else synced)


def test_one_seed_is_one_life() -> None:
    def images() -> list[dict[str, int]]:
        program = Appender(7)
        found = []
        for _ in range(6):
            program.live(program.rng.choice(("power", "kill", "error")), program.rng.randint(1, 150))
            found.append({name: len(data) for name, data in program.disk.image().items()})
        found.append({"calls": program.disk.calls, "syncs": program.disk.syncs})
        program.disk.stop()
        return found

    assert images() == images()


def test_nothing_of_a_killed_program_runs_on() -> None:
    program = Appender(3)
    program.session.execute("BEGIN IMMEDIATE")
    program.session.execute("REPLACE INTO number VALUES (1, x'00')")
    program.disk.kill()
    assert not program.session.in_transaction
    before = program.disk.image()
    with pytest.raises(Killed):
        program.session.execute("COMMIT")
    program.disk.stop()
    assert program.disk.image() == before


def test_a_file_has_one_connection_at_a_time() -> None:
    program = Appender(4)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connect(program.disk, PATH)
    assert caught.value.sqlite_errorname == "SQLITE_BUSY"
    program.session.close()
    connect(program.disk, PATH)
    program.disk.stop()


# -- the database of the program on it --------------------------------------------------------------------


@pytest.fixture
def database() -> Iterator[Database]:
    disk = Disk(random.Random(5))
    database = open_on(disk, "/pc/office.db")
    yield database
    disk.stop()


def keep(database: Database, key: str) -> None:
    with database.transaction() as cur:
        cur.execute("INSERT INTO local (key, value) VALUES (?, ?)", (key, "1" * 3000))


def disk_of(database: Database) -> Disk:
    disk: Disk = database.write.disk
    return disk


def test_the_programs_database_opens_on_it(database: Database) -> None:
    keep(database, "a")
    with database.read.connect() as read, database.reading() as cur:
        assert read.exec_driver_sql("SELECT key FROM local").scalars().all() == ["a"]
        cur.execute("SELECT count(*) FROM customer_search")
        assert cur.fetchone() == (0,)


def test_its_troubles_have_the_programs_names(database: Database) -> None:
    disk = disk_of(database)
    disk.room = 0
    with pytest.raises(AppError) as caught:
        keep(database, "full")
    assert caught.value.code == "disk.full"
    disk.calm()
    disk.plan("error", 1)
    with pytest.raises(AppError) as caught:
        keep(database, "error")
    assert caught.value.code == "folder.not_writable"
    keep(database, "well again")
    with pytest.raises(AppError) as caught:
        open_on(disk, "/pc/office.db")
    assert caught.value.code == "database.busy"
    disk.write("/pc/damaged.db", b"this is no database" * 1000)
    with pytest.raises(AppError) as caught:
        open_on(disk, "/pc/damaged.db")
    assert caught.value.code == "database.damaged"


def test_who_reads_cannot_write_nor_end_what_is_written(database: Database) -> None:
    with database.transaction() as cur:
        cur.execute("INSERT INTO local (key, value) VALUES ('a', '1')")
        with (
            database.read.connect() as read,
            pytest.raises(DBAPIError, match="attempt to write a readonly database"),
        ):
            read.exec_driver_sql("DELETE FROM local")
        with database.reading():
            pass
        assert database.write.in_transaction
    with database.reading() as found:
        found.execute("SELECT key FROM local")
        assert found.fetchall() == [("a",)]


def test_rows_are_counted_as_by_sqlite3(database: Database) -> None:
    real = sqlite3.connect(":memory:", isolation_level=None)
    counts = []
    for connection in (database.write, real):
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER)")
        cur = connection.cursor()
        upsert = (
            "INSERT INTO t VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE b <> excluded.b"
        )
        told = []
        for rows in ([(1, 1), (2, 2)], [(1, 1), (2, 3), (3, 3)], []):
            cur.executemany(upsert, rows)
            told.append(cur.rowcount)
        for sql in (
            "UPDATE t SET b = 0",
            "SELECT * FROM t",
            "DELETE FROM t WHERE a = 9",
            "SELECT * FROM t WHERE 0",
        ):
            cur.execute(sql)
            told.append(cur.rowcount)
            told.append(cur.description and [column[0] for column in cur.description])
        counts.append(told)
    real.close()
    assert counts[0] == counts[1]


def test_errors_are_those_of_sqlite3(database: Database) -> None:
    real = sqlite3.connect(":memory:", isolation_level=None)
    raised: list[list[tuple[type, object]]] = [[], []]
    for connection, found in zip((database.write, real), raised, strict=True):
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER NOT NULL CHECK (b > 0))")
        connection.execute("INSERT INTO t VALUES (1, 1)")
        for sql, values in (
            ("INSERT INTO t VALUES (1, 1)", ()),
            ("INSERT INTO t VALUES (2, NULL)", ()),
            ("INSERT INTO t VALUES (2, 0)", ()),
            ("INSERT INTO nowhere VALUES (2, 0)", ()),
            ("SELECT sum(9223372036854775807) + abs(-9223372036854775808)", ()),
            ("SELECT ?", ()),
            ("SELECT ?", (object(),)),
            ("SELECT ?", (1 << 70,)),
            ("COMMIT", ()),
        ):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - which, is the question
                connection.execute(sql, values).fetchall()
            found.append((caught.type, getattr(caught.value, "sqlite_errorname", None)))
    real.close()
    assert raised[0] == raised[1]
