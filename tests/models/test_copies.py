"""A copy of a database in use."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.models.copies import copy_database, sound


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "office.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as c:
        c.execute("PRAGMA journal_mode = WAL")
        c.execute("CREATE TABLE act (number INTEGER PRIMARY KEY, body BLOB)")
        c.execute("CREATE INDEX ix_act ON act (body)")
        c.executemany("INSERT INTO act (body) VALUES (?)", [(bytes([n % 256]) * 900,) for n in range(3000)])
    return path


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as c:
        return int(c.execute("SELECT count(*) FROM act").fetchone()[0])


def test_a_copy_is_of_one_moment_whatever_is_written_meanwhile(source: Path, tmp_path: Path) -> None:
    steps = []
    with closing(sqlite3.connect(source)) as c, closing(sqlite3.connect(source, isolation_level=None)) as w:

        def step(done: int, total: int) -> None:
            steps.append((done, total))
            w.execute("INSERT INTO act (body) VALUES ('later')")

        copy_database(c, tmp_path / "to" / "copy.db", step=step)
        assert not c.in_transaction
    assert count(tmp_path / "to" / "copy.db") == 3000
    assert count(source) == 3000 + len(steps)
    assert len(steps) > 3  # it does not begin anew with each write, and it comes in pieces
    assert steps[-1][0] == steps[-1][1]
    assert [p.name for p in (tmp_path / "to").iterdir()] == ["copy.db"]


def test_what_is_added_is_in_the_copy_alone(source: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(source)) as c:
        copy_database(c, tmp_path / "copy.db", add=lambda cur: cur.execute("DELETE FROM act") and None)
    assert (count(tmp_path / "copy.db"), count(source)) == (0, 3000)


def test_within_a_transaction_it_is_left_open(source: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as c:
        c.execute("BEGIN")
        c.execute("SELECT 1 FROM act").fetchone()
        copy_database(c, tmp_path / "copy.db")
        assert c.in_transaction
    assert count(tmp_path / "copy.db") == 3000


def test_what_is_stopped_leaves_the_older_copy_and_nothing_else(source: Path, tmp_path: Path) -> None:
    to = tmp_path / "to" / "copy.db"
    to.parent.mkdir()
    to.write_bytes(b"the older one")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with closing(sqlite3.connect(source)) as c, pytest.raises(KeyboardInterrupt):
        copy_database(c, to, step=stop)
    assert [(p.name, p.read_bytes()) for p in to.parent.iterdir()] == [("copy.db", b"the older one")]


def test_a_copy_of_a_damaged_database_is_none(source: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(source)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        at = c.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_act'").fetchone()[0]
        with source.open("rb+") as file:
            file.seek((at - 1) * 4096)
            file.write(b"\0" * 4096)
    with closing(sqlite3.connect(source)) as c:
        assert not sound(c)
        with pytest.raises(AppError) as caught:
            copy_database(c, tmp_path / "to" / "copy.db")
    assert (caught.value.code, dict(caught.value.params)) == ("database.damaged", {"path": str(source)})
    assert list((tmp_path / "to").iterdir()) == []


def test_a_name_that_is_no_text_any_more_is_damage(source: Path) -> None:
    with closing(sqlite3.connect(source)) as c, c:
        c.execute("CREATE TABLE said (word)")
        c.execute("INSERT INTO said VALUES (NULL)")
        c.execute("PRAGMA writable_schema = ON")
        made = b"CREATE TABLE said (w\xff NOT NULL)"
        c.execute("UPDATE sqlite_master SET sql = CAST(? AS TEXT) WHERE name = 'said'", (made,))
    with closing(sqlite3.connect(source)) as c:
        assert not sound(c)


def test_a_copy_goes_on_while_another_thread_writes_and_waits_for_nobody(
    source: Path, tmp_path: Path
) -> None:
    over = threading.Event()
    written = []

    def write() -> None:
        with closing(sqlite3.connect(source, isolation_level=None, timeout=0)) as c:
            while not over.is_set():
                c.execute("INSERT INTO act (body) VALUES ('later')")
                written.append(1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        with closing(sqlite3.connect(source)) as c:
            copy_database(c, tmp_path / "copy.db")
    finally:
        over.set()
        thread.join()
    assert 3000 <= count(tmp_path / "copy.db") <= count(source) == 3000 + len(written)
