"""An upgrade of data is whole or did not happen: with steps that are at fault, on a full disk, killed at any
point of it. Tried on what the desks of former releases have left."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import AppError
from app.models import sqlite
from app.models.database import open_database
from app.models.postgres import open_postgres
from app.sync.upgrade import settle
from app.sync.verify import verify
from tests.releases.conftest import NextRelease, unpacked

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The database of a desk of each release, to copy."""
    return {
        release: unpacked(release, tmp_path_factory.mktemp("left")) / "counter" / "office.db"
        for release in ("schema-2", "0.1.0")
    }


@pytest.fixture
def older(left: dict[str, Path], tmp_path: Path) -> Path:
    """A database of an older schema."""
    (tmp_path / "home").mkdir()
    return Path(shutil.copy(left["schema-2"], tmp_path / "home" / "office.db"))


@pytest.fixture
def today(left: dict[str, Path], tmp_path: Path) -> Path:
    """A database of this release."""
    (tmp_path / "home").mkdir()
    path = Path(shutil.copy(left["0.1.0"], tmp_path / "home" / "office.db"))
    open_database(path, NOW, settle=settle).close()
    return path


def everything(path: Path) -> list[str]:
    """Schema and rows as text."""
    with closing(sqlite3.connect(path)) as c:
        return list(c.iterdump())


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as c, c:
        for statement in statements:
            c.execute(statement)


def ask(path: Path, sql: str) -> Any:
    with closing(sqlite3.connect(path)) as c:
        return c.execute(sql).fetchone()[0]


def failed(path: Path) -> AppError:
    with pytest.raises(AppError) as refused:
        open_database(path, NOW, settle=settle)
    return refused.value


def backups(path: Path) -> list[str]:
    return sorted(p.name for p in (path.parent / "backups").glob("*"))


# -- steps that are at fault ------------------------------------------------------------------------------

WRONG = {
    "loses a row": "op.execute('DELETE FROM request WHERE id IN (SELECT min(id) FROM request)')",
    "changes a value": "op.execute('UPDATE meter SET serial = 7 WHERE id IN (SELECT min(id) FROM meter)')",
    "adds a row": "op.execute('INSERT INTO feed SELECT 99, device, \"last\", hash FROM feed LIMIT 1')",
    "loses a table": "op.drop_table('allocation')",
    "cannot be done": "op.execute('UPDATE there_is_no_such_table SET x = 1')",
    "is a mistake": "raise KeyError('a mistake of ours')",
    "points nowhere": "[op.execute(text) for text in ('CREATE TABLE parent (id INTEGER PRIMARY KEY)', "
    "'CREATE TABLE child (id INTEGER PRIMARY KEY, of INTEGER REFERENCES parent (id))', "
    "'INSERT INTO child VALUES (1, 7)')]",
}


@pytest.mark.parametrize("does", WRONG.values(), ids=WRONG)
def test_a_step_at_fault_is_taken_back_and_the_copy_named(
    today: Path, next_release: NextRelease, does: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = everything(today)
    next_release(does)
    error = failed(today)
    assert (error.code, error.params["path"]) == ("upgrade.failed", str(today))
    assert everything(today) == everything(Path(str(error.params["copy"]))) == before
    assert failed(today).params == error.params  # and not one copy more with each start
    assert backups(today) == ["office-not-upgraded.db"]
    assert "it is as it was" in caplog.text


def test_what_a_step_means_to_change_it_may(today: Path, next_release: NextRelease) -> None:
    next_release("op.execute('UPDATE \"local\" SET value = 7')", changes=("local",))
    open_database(today, NOW, settle=settle).close()
    assert ask(today, 'SELECT DISTINCT value FROM "local"') == "7"


# -- tables made anew -------------------------------------------------------------------------------------

ANEW = """for table in ('customer', 'request', 'allocation', 'entry', 'device'):
        with op.batch_alter_table(table, recreate='always') as batch_op:
            batch_op.add_column(sa.Column('another', sa.Text()))"""


def test_tables_made_anew_keep_their_rows_and_take_along_none_of_others(
    today: Path, next_release: NextRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where foreign keys are enforced, as some builds of SQLite do from the start."""
    run(
        today,
        "CREATE TABLE note (id INTEGER PRIMARY KEY, office_no INTEGER, customer BLOB, FOREIGN KEY "
        "(office_no, customer) REFERENCES customer (office_no, id) ON DELETE CASCADE)",
        "INSERT INTO note SELECT rowid, office_no, id FROM customer",
    )
    notes = ask(today, "SELECT count(*) FROM note")
    connect = sqlite.connect

    def enforcing(*args: Any, **options: Any) -> sqlite.Connection:
        connection = connect(*args, **options)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    monkeypatch.setattr(sqlite, "connect", enforcing)
    before = {t: ask(today, f"SELECT count(*) FROM {t}") for t in ("customer", "request", "entry")}
    next_release(ANEW)
    opened = open_database(today, NOW, settle=settle)
    assert opened.write.execute("PRAGMA foreign_keys").fetchone() == (1,)
    opened.close()
    assert ask(today, "SELECT count(*) FROM note") == notes > 200
    assert {t: ask(today, f"SELECT count(another IS NULL) FROM {t}") for t in before} == before
    assert ask(today, "SELECT count(*) FROM sqlite_master WHERE name = 'ix_entry_hlc'") == 1


# -- rows and their journal -------------------------------------------------------------------------------


def test_a_row_that_is_not_what_its_entry_says_is_no_base_to_build_on(
    today: Path, next_release: NextRelease, caplog: pytest.LogCaptureFixture
) -> None:
    run(today, "UPDATE receipt SET total = total + 1 WHERE id IN (SELECT max(id) FROM receipt)")
    next_release("pass")
    assert failed(today).code == "upgrade.failed"
    assert "has another total" in caplog.text


def test_what_this_release_works_out_in_another_way_is_worked_out_anew(
    today: Path, next_release: NextRelease, caplog: pytest.LogCaptureFixture
) -> None:
    run(today, "UPDATE customer_balance SET owed = owed + 1", "DELETE FROM connection_use")
    next_release("pass")
    open_database(today, NOW, settle=settle).close()
    assert "worked out anew" in caplog.text
    verdict = verify(today, NOW)
    assert verdict.good, verdict.differences


# -- killed, and without room -----------------------------------------------------------------------------


@contextmanager
def each_connection(does: Callable[[sqlite.Connection], object]) -> Iterator[None]:
    connect = sqlite.connect

    def connected(*args: Any, **options: Any) -> sqlite.Connection:
        connection = connect(*args, **options)
        does(connection)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "connect", connected)
        yield


def upgraded_until(path: Path, statement: int) -> int:
    """Upgrade in a process of its own that is killed at its so manieth statement; how many it ran, or 0."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        ran = 0

        def count(_: str) -> None:
            nonlocal ran
            ran += 1
            if ran == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        with each_connection(lambda connection: connection.set_trace_callback(count)):
            try:
                open_database(path, NOW, settle=settle).close()
                os.write(tell, str(ran).encode())
                os._exit(0)
            finally:
                os._exit(1)
    os.close(tell)
    with os.fdopen(told) as words:
        said = words.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0
    return int(said or 0)


def test_killed_at_any_point_the_next_start_has_all_of_it(
    older: Path, left: dict[str, Path], tmp_path: Path
) -> None:
    statements = upgraded_until(older, 0)
    whole = everything(older)
    assert statements > 300
    before = everything(left["schema-2"])
    halves = set()
    for at in (5, 40, *range(60, statements, statements // 3), statements):
        path = tmp_path / str(at) / "office.db"
        path.parent.mkdir()
        shutil.copy(left["schema-2"], path)
        cut_short = path.parent / "backups" / "office-0002-20261101-080000.db.part"
        cut_short.parent.mkdir()
        cut_short.touch()
        assert upgraded_until(path, at) == 0
        now = everything(path)
        halves.add(now == before)
        assert now in (before, whole)
        open_database(path, NOW + timedelta(minutes=1), settle=settle).close()
        assert everything(path) == whole
        assert not [name for name in backups(path) if ".part" in name]
    assert halves == {True, False}


@pytest.mark.parametrize("room", [-400, 0, 5, 40])
def test_without_room_nothing_is_changed_and_once_there_is_it_goes_on(older: Path, room: int) -> None:
    before = everything(older)
    pages = ask(older, "PRAGMA page_count")
    with each_connection(lambda c: c.execute(f"PRAGMA max_page_count = {pages + room}")):
        assert failed(older).code == "disk.full"
    assert everything(older) == before
    assert backups(older) == []
    open_database(older, NOW, settle=settle).close()
    # Of another schema these are made anew by whoever writes next.
    assert {d.table for d in verify(older, NOW).differences} == {"digest"}


# -- PostgreSQL -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "does",
    [
        "op.execute('DELETE FROM feed WHERE device = 2')",
        "op.execute('UPDATE feed SET \"last\" = 4 WHERE device = 2')",
        "op.drop_table('feed')",
        WRONG["is a mistake"],
    ],
    ids=["loses a row", "changes a value", "loses a table", "is a mistake"],
)
def test_a_step_at_fault_is_taken_back_on_postgres_too(
    postgres_url: str, next_release: NextRelease, does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = 'INSERT INTO feed (office_no, device, "last", hash) VALUES (1, 2, 3, ?)'
    with closing(open_postgres(postgres_url, NOW)) as kept, kept.transaction(1) as cur:
        cur.execute(insert, (b"x" * 32,))
    with monkeypatch.context() as newer:
        next_release(does, using=newer)
        with pytest.raises(AppError) as refused:
            open_postgres(postgres_url, NOW, settle)
    assert refused.value.code == "upgrade.failed"
    with closing(open_postgres(postgres_url, NOW)) as kept, kept.reading() as cur:
        assert cur.execute('SELECT device, "last" FROM feed').fetchall() == [(2, 3)]


def test_rows_stay_as_they_are_on_postgres(postgres_url: str, next_release: NextRelease) -> None:
    insert = 'INSERT INTO feed (office_no, device, "last", hash) VALUES (1, 2, 3, ?)'
    with closing(open_postgres(postgres_url, NOW)) as kept, kept.transaction(1) as cur:
        cur.execute(insert, (b"x" * 32,))
    next_release("op.add_column('feed', sa.Column('another', sa.Text()))")
    with closing(open_postgres(postgres_url, NOW, settle)) as kept, kept.reading() as cur:
        assert cur.execute("SELECT device, another FROM feed").fetchall() == [(2, None)]
