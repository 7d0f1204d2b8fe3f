"""The ways out of bad days with a desk whose data is encrypted: its backups, what is rebuilt, fetched and
upgraded is encrypted as it was, and nothing is lost."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bootstrap import OFFICE_DATABASE
from app.domain.errors import AppError
from app.home.encryption import encrypt_desk
from app.home.hub_recovery import HubBackups
from app.home.recovery import Backups
from app.models import sqlite
from app.models.converting import convert
from app.models.copies import copies_before, sound
from app.models.database import note_damage, open_database
from app.models.keys import Key, key_store, new_key
from app.sync.at_rest import keep_key
from app.sync.backups import unpack
from app.sync.rescue import Damaged, rows_of
from app.sync.restore import kept_aside
from app.sync.upgrade import settle
from tests.headoffice.agreeing import assert_agreed
from tests.headoffice.test_encryption import enrolled, keys, readable, with_work
from tests.home.test_recovery import ask
from tests.offices import Company
from tests.releases.conftest import unpacked
from tests.scans import picture
from tests.sync.test_blobs import attach

__all__ = ["keys"]

EVERYTHING = ["A kept", "B sent later", "C unsent"]


def asked(database: Path) -> list[str]:
    with closing(sqlite.reading(database)) as c:
        return sorted(text for (text,) in c.execute("SELECT words FROM request"))


def torn(database: Path, table: str) -> None:
    """The page by which a table is found is lost."""
    with closing(sqlite.connect(database, sqlite.key_of(database))) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (page,) = c.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with database.open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)


@pytest.fixture
def home(company: Company) -> Path:
    """An encrypted desk: one request in its backup, one that was sent after it, one that was not."""
    home = enrolled(company, "BN03")
    desktop = company.opened(home)
    with_work(desktop)
    ask(desktop, "A kept")
    Backups(home, company.clock).make()
    ask(desktop, "B sent later")
    desktop.client.once()
    ask(desktop, "C unsent")
    return company.shut(desktop)


def key_here(home: Path) -> Key:
    key = sqlite.key_of(home / OFFICE_DATABASE)
    assert key is not None
    return key


@pytest.mark.parametrize("table", ["request", "entry"])
def test_rebuilt_from_the_journal_it_is_whole_and_encrypted(company: Company, home: Path, table: str) -> None:
    key = key_here(home)
    torn(home / OFFICE_DATABASE, table)
    note_damage(home / OFFICE_DATABASE)
    with pytest.raises(AppError) as caught:
        company.opened(home)
    assert caught.value.code == "database.damaged"
    rescued = Backups(home, company.clock).rebuild().rescued
    assert rescued is not None
    desktop = company.opened(home)
    assert key_here(home) == key
    assert readable(home) == []
    assert_agreed(company)
    wanted = EVERYTHING if table == "request" else EVERYTHING[:2]
    assert set(wanted) <= set(asked(home / OFFICE_DATABASE))
    assert (table == "entry") or rescued.missing == 0
    assert desktop.database.key == key


def test_what_lies_beyond_a_damaged_page_is_read_too(tmp_path: Path, keys: Path) -> None:
    """SQLCipher says nothing more over a connection that has come upon one."""
    key = new_key()
    keep_key(key)
    with closing(sqlite.connect(tmp_path / "acts.db", key)) as c:
        c.execute("CREATE TABLE act (number INTEGER PRIMARY KEY, body BLOB)")
        c.execute("BEGIN")
        c.executemany("INSERT INTO act (body) VALUES (?)", [(bytes(900),) for _ in range(400)])
        c.execute("COMMIT")
        (pages,) = c.execute("PRAGMA page_count").fetchone()
    with (tmp_path / "acts.db").open("rb+") as file:
        file.seek(pages // 2 * 4096)
        file.write(b"\xa5" * 4096)
    with closing(Damaged(tmp_path / "acts.db")) as there:
        read = [number for (number,) in rows_of(there, "act", ("number",))]
    lost = set(range(1, 401)) - set(read)
    assert 0 < len(lost) <= 5
    assert {1, 400} <= set(read)


def test_fetched_from_the_head_office_it_keeps_what_was_not_sent(company: Company, home: Path) -> None:
    key = key_here(home)
    torn(home / OFFICE_DATABASE, "request")
    Backups(home, company.clock).fetch(company.transport)
    company.opened(home)
    company.sync()
    assert asked(home / OFFICE_DATABASE) == EVERYTHING
    assert key_here(home) == key
    assert readable(home) == []
    assert_agreed(company)


def test_a_backup_needs_the_key_in_escrow_and_nothing_else(company: Company, home: Path, keys: Path) -> None:
    desktop = company.opened(home)
    attach(desktop, photo := picture("PNG", (60, 40)))
    taken = Backups(home, company.clock).make().backup
    assert taken.heading is not None
    assert taken.heading.contents == 1
    (held,) = company.headoffice.escrow(company.office_no, "BN03")
    inside = company.folder / "inside.db"
    unpack(taken, inside)
    assert sqlite.key_of(inside) == held.key  # also the scan in it
    inside.unlink()
    usb = Path(shutil.copy(taken.path, company.folder / "usb.daumoi-backup"))
    shutil.rmtree(company.shut(desktop))
    shutil.rmtree(keys)
    new = enrolled(company, "BN09")
    backups = Backups(new, company.clock)
    before = (new / OFFICE_DATABASE).read_bytes()
    with pytest.raises(AppError) as caught:
        backups.restore(usb)
    assert caught.value.code == "database.no_key"
    assert (new / OFFICE_DATABASE).read_bytes() == before
    own = key_here(new)
    keep_key(held.key)
    backups.restore(usb)
    assert key_here(new) == own  # whose key it lies under from now on is this desk's
    key_store().forget(held.key.mark)
    company.opened(new)
    company.sync()
    assert set(EVERYTHING) < set(asked(new / OFFICE_DATABASE))
    assert [path.read_bytes() for path in (new / "attachments").glob("??/*")] == [photo]
    assert_agreed(company)


def test_a_head_office_of_yesterday_is_handed_the_key_again(company: Company) -> None:
    backups = HubBackups(company.home, company.clock)
    path = backups.make().backup.path
    home = enrolled(company, "BN03")
    company.headoffice.close()
    backups.restore(path)
    company.headoffice = company._opened()
    assert not company.headoffice.escrow(company.office_no, "BN03")
    desktop = company.opened(home)
    company.sync()
    (held,) = company.headoffice.escrow(company.office_no, "BN03")
    assert held.key == desktop.database.key


def test_a_backup_from_before_the_encryption_completes_what_is_rebuilt(company: Company) -> None:
    home = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(home)
    with_work(desktop)
    ask(desktop, "A kept")
    plain = Backups(home, company.clock).make().backup.path
    kept = plain.read_bytes()
    company.shut(desktop)
    encrypt_desk(home, company.clock, company.transport)
    plain.write_bytes(kept)  # on a share that could not be reached then
    ask(desktop := company.opened(home), "B sent later")
    desktop.client.once()
    company.shut(desktop)
    key = key_here(home)
    torn(home / OFFICE_DATABASE, "entry")
    Backups(home, company.clock).rebuild()
    assert key_here(home) == key
    company.opened(home)
    assert_agreed(company)
    assert asked(home / OFFICE_DATABASE) == ["A kept", "B sent later"]


def test_damaged_data_are_not_converted_and_once_rebuilt_they_are(company: Company) -> None:
    home = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(home)
    with_work(desktop)
    ask(desktop, "A kept")
    company.shut(desktop)
    torn(home / OFFICE_DATABASE, "request")
    with pytest.raises(AppError) as caught:
        encrypt_desk(home, company.clock, company.transport)
    assert caught.value.code == "database.damaged"
    assert sqlite.key_of(home / OFFICE_DATABASE) is None
    backups = Backups(home, company.clock)
    backups.rebuild()
    (aside,) = kept_aside(home / OFFICE_DATABASE)
    assert encrypt_desk(home, company.clock, company.transport) == [aside]  # what cannot be read is named
    company.opened(home)
    assert asked(home / OFFICE_DATABASE) == ["A kept"]
    assert_agreed(company)
    aside.unlink()
    assert readable(home) == []


def test_an_upgrade_leaves_it_and_the_copy_made_before_it_encrypted(tmp_path: Path, keys: Path) -> None:
    path = Path(shutil.copy(unpacked("schema-2", tmp_path) / "counter" / "office.db", tmp_path / "office.db"))
    before = asked(path)
    assert before
    key = new_key()
    keep_key(key)
    convert(path, key)
    opened = open_database(path, datetime(2026, 11, 22, tzinfo=UTC), settle=settle)
    opened.close()
    (copy,) = copies_before(path)
    assert copy.revision == "0002"
    for each in (path, copy.path):
        assert sqlite.key_of(each) == key
        with closing(sqlite.reading(each)) as there:
            assert sound(there)
        assert asked(each) == before
