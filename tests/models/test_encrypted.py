"""Encrypted databases: what opens them, what does not, and what they leave on the disk."""

from __future__ import annotations

import sqlite3
import stat
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.errors import AppError
from app.models import sqlite
from app.models.copies import copy_database, sound
from app.models.database import Database, open_database
from app.models.keys import Key, KeyFiles, Keys, key_store, mark_in, new_key

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRET = "Nguyễn Thị Đoan Trang, căn cước 038190012345"


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """This PC's keys, in a folder of the test."""
    monkeypatch.setenv("DAUMOI_KEYS", str(tmp_path / "keys"))
    return key_store()


@pytest.fixture
def key(keys: Keys) -> Key:
    """A key of this PC."""
    made = new_key()
    keys.keep(made)
    return made


def with_secret(path: Path, key: Key | None) -> Database:
    opened = open_database(path, NOW, key)
    with opened.transaction() as cur:
        cur.execute("INSERT INTO local (key, value) VALUES ('who', ?)", (f'"{SECRET}"',))
    return opened


def secret_in(path: Path) -> bool:
    return SECRET.encode() in path.read_bytes()


def all_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nothing_of_an_encrypted_database_is_readable_on_the_disk(tmp_path: Path, key: Key) -> None:
    folder = tmp_path / "home"
    for made, found in ((key, []), (None, ["office.db-wal"])):
        with closing(with_secret(folder / "office.db", made)):
            assert [path.name for path in all_files(folder) if secret_in(path)] == found
        for path in all_files(folder):
            path.unlink()


def test_it_opens_again_by_its_own_mark_without_being_told(tmp_path: Path, key: Key) -> None:
    path = tmp_path / "office.db"
    with_secret(path, key).close()
    assert mark_in(path.read_bytes()[:32]) == key.mark
    with closing(open_database(path, NOW)) as again, again.read.connect() as read:
        assert read.execute(text("SELECT value FROM local")).scalar() == f'"{SECRET}"'
        assert again.key == key


def test_its_copies_are_encrypted_with_the_same_key(tmp_path: Path, key: Key) -> None:
    with closing(with_secret(tmp_path / "office.db", key)) as opened:
        copy_database(opened.write, tmp_path / "copy.db")
        assert not secret_in(tmp_path / "copy.db")
        with closing(sqlite.reading(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT value FROM local").fetchone() == (f'"{SECRET}"',)
        assert mark_in((tmp_path / "copy.db").read_bytes()[:32]) == key.mark


def test_without_its_key_it_is_said_so_and_nothing_is_touched(tmp_path: Path, keys: Keys, key: Key) -> None:
    path = tmp_path / "office.db"
    with_secret(path, key).close()
    before = path.read_bytes()
    keys.forget(key.mark)
    keys.keep(new_key())
    with pytest.raises(AppError) as refused:
        open_database(path, NOW, new_key())
    assert (refused.value.code, refused.value.params["mark"]) == ("database.no_key", key.mark)
    assert path.read_bytes() == before
    keys.keep(key)
    open_database(path, NOW).close()


def test_without_the_module_it_is_said_so(tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    with_secret(tmp_path / "office.db", key).close()
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(AppError) as refused:
        open_database(tmp_path / "office.db", NOW)
    assert refused.value.code == "database.no_cipher"
    open_database(tmp_path / "plain.db", NOW).close()


@pytest.mark.parametrize("damage", [b"\0" * 100, b"no database" * 10])
def test_a_damaged_one_is_damaged_not_without_its_key(tmp_path: Path, key: Key, damage: bytes) -> None:
    path = tmp_path / "office.db"
    with_secret(path, key).close()
    for at in (0, 16):
        with path.open("r+b") as file:
            file.seek(at)
            file.write(damage)
        with pytest.raises(AppError) as refused:
            open_database(path, NOW)
        assert refused.value.code == "database.damaged"
        path.unlink()
        with_secret(path, key).close()


def test_a_damaged_page_is_found(tmp_path: Path, key: Key) -> None:
    path = tmp_path / "office.db"
    with closing(with_secret(path, key)) as opened:
        assert sound(opened.write)
    with path.open("r+b") as file:
        file.seek(20 * 4096 + 100)
        file.write(b"x")
    with closing(sqlite.reading(path)) as damaged:
        assert not sound(damaged)


def test_a_database_that_is_open_is_not_looked_into(tmp_path: Path, key: Key) -> None:
    """To close a file lets go of the locks that the program has on it: another program could take them."""
    for made in (None, key):
        path = tmp_path / f"{made is None}.db"
        with closing(open_database(path, NOW, made)) as opened:
            with opened.transaction() as cur:
                cur.execute("INSERT INTO local (key, value) VALUES ('a', '1')")
            path.rename(tmp_path / "away")
            assert sqlite.key_of(path) == made
            (tmp_path / "away").rename(path)
        assert sqlite.key_of(path) == made


def test_errors_of_both_kinds_are_told_alike(tmp_path: Path, key: Key) -> None:
    for made in (None, key):
        with closing(open_database(tmp_path / f"{made is None}.db", NOW, made)) as opened:
            twice = "INSERT INTO local (key, value) VALUES ('a', '1'), ('a', '1')"
            with pytest.raises(sqlite.errors("IntegrityError")) as caught, opened.transaction() as cur:
                cur.execute(twice)
            assert opened.at_fault(caught.value)
            assert isinstance(caught.value, sqlite3.Error) == (made is None)
            with opened.transaction() as cur:
                cur.execute("INSERT INTO local (key, value) VALUES ('b', '1')")
            with sqlite.connect(opened.path, made, wait=0) as other:
                other.execute("BEGIN IMMEDIATE")
                opened.write.execute("PRAGMA busy_timeout = 0")
                with pytest.raises(AppError) as busy, opened.transaction():
                    pass
                assert busy.value.code == "database.busy"
                other.execute("ROLLBACK")
            other.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the keys lie in the credential store there")
def test_a_key_file_is_its_owners_alone_and_another_key_is_none(tmp_path: Path) -> None:
    store, key = KeyFiles(tmp_path / "keys"), new_key()
    store.keep(key)
    store.keep(key)
    (kept,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert store.find(key.mark) == key
    kept.write_bytes(new_key().value)
    assert store.find(key.mark) is None
    store.forget(key.mark)
    assert store.find(key.mark) is None


def test_a_key_does_not_show_itself() -> None:
    key = new_key()
    assert key.value.hex() not in repr(key)
    assert repr(key.value) not in repr(key)
