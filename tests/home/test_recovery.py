"""Backups of a desk, and the ways out when its database is damaged: with the real head office."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from backports import zstd

from app.bootstrap import OFFICE_DATABASE, Desktop
from app.domain.errors import AppError
from app.home.recovery import Backups
from app.models import sqlite
from app.models.copies import SIDECARS, before_upgrade, copy_database
from app.models.database import note_damage
from app.services.requests import NewRequest
from app.sync import backups
from app.sync.backups import MAGIC, SUFFIX, backup_at, unpack
from app.sync.restore import kept_aside
from tests.headoffice.agreeing import assert_agreed
from tests.offices import Company, person
from tests.scans import picture
from tests.sync.test_blobs import attach


def ask(desktop: Desktop, text: str) -> None:
    new = NewRequest(uuid4(), "repair", "walk_in", text, contact_name="Bà Đào", phone="0912345678")
    desktop.requests.register(person(desktop, "yen"), new)


def asked(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as c:
        return sorted(text for (text,) in c.execute("SELECT words FROM request"))


@dataclass
class Place:
    """A desk with one request in its backup, one that was sent after it, one that was not."""

    company: Company
    desktop: Desktop
    backups: Backups

    @property
    def database(self) -> Path:
        return self.desktop.home / OFFICE_DATABASE

    def shut(self) -> None:
        self.company.shut(self.desktop)

    def open(self) -> None:
        self.desktop = self.company.opened(self.desktop.home)


@pytest.fixture
def place(company: Company, desktop: Desktop) -> Place:
    place = Place(company, desktop, Backups(desktop.home, company.clock))
    ask(desktop, "A sent")
    desktop.client.once()
    ask(desktop, "B unsent when kept")
    place.backups.make()
    ask(desktop, "C sent later")
    desktop.client.once()
    ask(desktop, "D unsent")
    return place


# -- making one -------------------------------------------------------------------------------------------


def test_a_backup_says_whose_it_is_and_holds_no_key(place: Place) -> None:
    (backup,) = place.backups.here()
    heading = backup.heading
    assert heading is not None
    identity = place.desktop.identity
    assert (heading.device, heading.desk, heading.office_no) == (identity.device, "BN03", 1)
    assert heading.entries > heading.last == 2
    assert not place.backups.due()
    key = (place.desktop.home / identity.key_file).read_bytes()
    unpacked = place.desktop.home / "unpacked.db"
    place.shut()
    place.backups.restore(backup.path)
    shutil.copy(place.database, unpacked)
    assert key not in unpacked.read_bytes()
    assert key not in backup.path.read_bytes()
    assert [p.name for p in backup.path.parent.iterdir()] == [backup.path.name]


def test_a_backup_lies_at_the_second_place_too_and_a_missing_stick_is_only_told(
    place: Place, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    place.backups.choose_place(stick)
    done = place.backups.make()
    assert done.second is not None
    assert done.second.read_bytes() == done.backup.path.read_bytes()
    assert [b.path for b in place.backups.there()] == [done.second]
    shutil.rmtree(stick)
    done = place.backups.make()
    assert (done.second, done.trouble and done.trouble.code) == (None, "backup.place_missing")
    assert done.backup.path.exists()
    place.backups.choose_place(None)
    assert place.backups.make().trouble is None


@pytest.mark.parametrize("when", ["copied", "packed", "copied to the stick"])
def test_a_disk_that_is_full_in_the_middle_leaves_the_older_backups_and_nothing_else(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    place.backups.choose_place(stick)
    place.backups.make()
    older = {p: p.read_bytes() for folder in (stick, place.backups.folder) for p in folder.iterdir()}
    place.company.clock.advance(timedelta(days=1))
    connect, piece = sqlite.connect, []

    def small(path: Path, *given: Any, **named: Any) -> Any:
        made = connect(path, *given, **named)
        if path.name.endswith(".db.part"):
            made.execute("PRAGMA max_page_count = 40")
        return made

    def full(file: Any, *given: Any, **named: Any) -> Any:
        def write(data: bytes) -> int:
            piece.append(data)
            raise OSError(errno.ENOSPC, "full")

        packed = zstd_open(file, *given, **named)
        packed.write = write
        return packed

    def end(path: Path) -> None:
        if path.parent == stick:
            raise OSError(errno.ENOSPC, "full")

    zstd_open = zstd.open
    if when == "copied":
        monkeypatch.setattr(sqlite, "connect", small)
    elif when == "packed":
        monkeypatch.setattr(backups.zstd, "open", full)
    else:
        monkeypatch.setattr(backups, "put_on_disk", end)
        done = place.backups.make()
        assert done.trouble is not None
        assert done.trouble.code == "disk.full"
        older[done.backup.path] = done.backup.path.read_bytes()
    if when != "copied to the stick":
        with pytest.raises(AppError) as caught:
            place.backups.make()
        assert caught.value.code == "disk.full"
    assert {p: p.read_bytes() for folder in (stick, place.backups.folder) for p in folder.iterdir()} == older


def test_no_backup_has_its_name_before_it_is_on_the_disk(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    place.backups.choose_place(stick)
    on_disk: set[tuple[int, int]] = set()
    named: list[str] = []
    replace = Path.replace

    def fsync(descriptor: int) -> None:
        there = os.fstat(descriptor)
        on_disk.add((there.st_ino, there.st_size))

    def rename(path: Path, to: Path) -> Path:
        there = path.stat()
        if (there.st_ino, there.st_size) in on_disk:
            named.append(to.name)
        return replace(path, to)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    done = place.backups.make()
    name = done.backup.path.name
    assert named == [name.replace(SUFFIX, ".db"), name, name]


def test_copies_made_before_upgrades_are_listed_checked_and_the_newest_two_stay(place: Place) -> None:
    made = [datetime(2026, 1, month, 7, tzinfo=UTC) for month in (1, 2, 3)]
    for at in made:
        copy_database(place.desktop.database.write, before_upgrade(place.database, "0002", at))
    other = place.backups.folder / "office-not-upgraded.db"
    other.write_bytes(b"for those who look into it")
    listed = place.backups.before_upgrades()
    assert [(each.made, each.revision) for each in listed] == [(at, "0002") for at in reversed(made)]
    place.backups.make()
    assert place.backups.before_upgrades() == listed[:2]
    assert other.exists()
    newest, older = (each.path for each in listed[:2])
    place.backups.check(newest)
    data = bytearray(older.read_bytes())
    data[4096 * 5 : 4096 * 6] = bytes(4096)
    older.write_bytes(data)
    with pytest.raises(AppError) as caught:
        place.backups.check(older)
    assert caught.value.code == "backup.damaged"
    place.shut()
    place.database.unlink()
    for backup in place.backups.here():
        backup.path.unlink()
    with pytest.raises(AppError) as caught:
        place.open()  # not the first start of a new desk
    assert caught.value.code == "database.lost"
    place.backups.restore(newest)
    assert asked(place.database) == ["A sent", "B unsent when kept", "C sent later", "D unsent"]


def test_the_second_place_is_not_within_the_first(place: Place) -> None:
    for folder, code in (
        (place.desktop.home / "backups", "backup.same_place"),
        (Path("/none"), "backup.folder_missing"),
    ):
        with pytest.raises(AppError) as caught:
            place.backups.choose_place(folder)
        assert caught.value.code == code
    assert place.backups.place is None


# -- putting one back -------------------------------------------------------------------------------------


def test_what_a_backup_lacks_comes_from_the_head_office_and_nothing_is_lost(place: Place) -> None:
    other = place.company.desk("BN04")
    ask(other, "E of another desk")
    other.client.once()
    place.shut()
    recovered = place.backups.restore(place.backups.here()[0].path)
    assert asked(place.database) == ["A sent", "B unsent when kept"]
    assert recovered.aside is not None
    assert asked(recovered.aside) == ["A sent", "B unsent when kept", "C sent later", "D unsent"]
    place.open()
    ask(place.desktop, "F after")
    assert_agreed(place.company)
    place.company.sync()
    everything = ["A sent", "B unsent when kept", "C sent later", "E of another desk", "F after"]
    assert asked(place.database) == everything
    assert place.desktop.client.unsent() == 0
    assert place.desktop.identity.desk == "BN03B"


def test_on_another_pc_a_backup_brings_what_was_never_sent(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    ask(desktop, "A unsent")
    taken = Backups(desktop.home, company.clock).make().backup.path
    shutil.move(taken, tmp_path / taken.name)
    shutil.rmtree(company.shut(desktop))
    new = company.desk("BN09")
    backups = Backups(company.shut(new), company.clock)
    backups.restore(tmp_path / taken.name)
    new = company.opened(new.home)
    ask(new, "B on the new PC")
    assert_agreed(company)
    assert asked(new.home / OFFICE_DATABASE) == ["A unsent", "B on the new PC"]
    with company.headoffice.database.reading() as cur:
        cur.execute("SELECT words FROM request ORDER BY words")
        assert [w for (w,) in cur.fetchall()] == ["A unsent", "B on the new PC"]


def test_scans_that_were_never_sent_are_in_it_and_come_back_on_another_pc(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    kept = Backups(desktop.home, company.clock)
    sent, photo, held = (picture("PNG", size) for size in ((60, 40), (90, 70), (20, 10)))
    attach(desktop, sent)
    desktop.client.once()
    attach(desktop, photo)
    form = desktop.attachments.hold(held, "x")
    desktop.attachments.keep("request", person(desktop, "yen").id, uuid4(), [form])
    made = kept.make().backup
    assert made.heading is not None
    assert (made.heading.contents, made.heading.left_out) == (2, 0)
    taken = Path(shutil.copy(made.path, tmp_path))
    shutil.rmtree(company.shut(desktop))
    new = company.desk("BN09")
    backups = Backups(company.shut(new), company.clock)
    backups.restore(taken)
    files = [path.read_bytes() for path in (new.home / "attachments").glob("??/*")]
    assert sorted(files, key=len) == [held, photo]
    with closing(sqlite3.connect(new.home / OFFICE_DATABASE)) as c:
        assert c.execute("SELECT count(*) FROM blob_part").fetchone() == (0,)
    new = company.opened(new.home)
    company.sync()
    with company.headoffice.database.reading() as cur:
        cur.execute("SELECT content FROM blob_part ORDER BY length(content)")
        assert [bytes(content) for (content,) in cur.fetchall()] == [sent, photo]
    done = backups.make().backup.heading
    assert done is not None
    assert done.contents == 1  # the form is not saved yet


def test_scans_without_room_in_it_are_told(
    company: Company, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(desktop, picture("PNG", (30, 20)))
    attach(desktop, large := picture("PNG", (900, 700)))
    monkeypatch.setattr(backups, "MOST_CONTENTS", 1_000_000)
    done = Backups(desktop.home, company.clock).make()
    assert done.trouble is not None
    assert (done.trouble.code, done.trouble.params["count"]) == ("backup.left_out", 1)
    heading = done.backup.heading
    assert heading is not None
    assert (heading.contents, heading.left_out, heading.left_bytes) == (1, 1, len(large))


def test_a_plain_copy_with_its_journal_beside_it_is_a_backup_too(place: Place, tmp_path: Path) -> None:
    for ending in ("", "-wal"):
        shutil.copy(f"{place.database}{ending}", tmp_path / f"copy.db{ending}")
    place.shut()
    place.backups.restore(tmp_path / "copy.db")
    assert asked(place.database) == ["A sent", "B unsent when kept", "C sent later", "D unsent"]
    assert sorted(p.name for p in tmp_path.glob("copy.db*")) == ["copy.db", "copy.db-wal"]


def test_a_restore_leaves_nothing_of_the_old_one_beside_the_new(place: Place) -> None:
    kept = place.desktop.home / "kept"
    kept.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{place.database}{ending}", kept)
    place.shut()
    for path in kept.iterdir():
        shutil.copy(path, place.desktop.home)
    recovered = place.backups.restore(place.backups.here()[0].path)
    assert not any(Path(f"{place.database}{ending}").exists() for ending in SIDECARS)
    assert asked(place.database) == ["A sent", "B unsent when kept"]
    assert recovered.aside is not None
    assert asked(recovered.aside) == ["A sent", "B unsent when kept", "C sent later", "D unsent"]


def test_not_while_the_program_is_open(place: Place) -> None:
    with pytest.raises(AppError) as caught:
        place.backups.restore(place.backups.here()[0].path)
    assert caught.value.code == "home.in_use"


def spoilt(path: Path, _: Place) -> str:
    path.write_bytes(path.read_bytes()[:-300] + bytes(300))
    return "backup.damaged"


def cut(path: Path, _: Place) -> str:
    path.write_bytes(path.read_bytes()[:-5000])
    return "backup.damaged"


def no_heading(path: Path, _: Place) -> str:
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    return "backup.none"


def another_file(path: Path, _: Place) -> str:
    path.write_text("not a backup")
    return "backup.none"


def newer(path: Path, place: Place) -> str:
    shutil.copy(place.database, path)
    with closing(sqlite3.connect(path)) as c, c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")
    return "backup.newer"


def of_another_company(path: Path, place: Place) -> str:
    shutil.copy(place.database, path)
    with closing(sqlite3.connect(path)) as c, c:
        c.execute("UPDATE device SET public_key = ? WHERE kind = 'hub'", (bytes(32),))
    return "backup.other_office"


def another_content(path: Path, place: Place) -> str:
    """Packed as it should be, of the right size, sound in every page: only its SHA-256 tells."""
    unpacked = place.desktop.home.with_name("unpacked.db")
    unpack(backup_at(path), unpacked)
    other = unpacked.read_bytes().replace(b"A sent", b"Z sent")
    data = path.read_bytes()
    start = len(MAGIC) + 8 + int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4])
    path.write_bytes(data[:start] + zstd.compress(other))
    return "backup.damaged"


def empty(path: Path, _: Place) -> str:
    path.unlink()
    with closing(sqlite3.connect(path)) as c, c:
        c.execute("CREATE TABLE t (a)")
    return "backup.damaged"


@pytest.mark.parametrize(
    "wrong",
    [spoilt, cut, no_heading, another_file, newer, of_another_company, another_content, empty],
)
def test_a_file_that_will_not_do_leaves_all_as_it_was(
    place: Place, wrong: Callable[[Path, Place], str]
) -> None:
    place.shut()
    path = place.backups.here()[0].path
    code = wrong(path, place)
    before = {p: p.read_bytes() for p in place.desktop.home.rglob("*") if p.is_file()}
    with pytest.raises(AppError) as caught:
        place.backups.restore(path)
    assert caught.value.code == code
    assert {p: p.read_bytes() for p in place.desktop.home.rglob("*") if p.is_file()} == before


# -- a damaged database -----------------------------------------------------------------------------------


def torn(database: Path, table: str) -> None:
    """A page in the middle of a table is lost."""
    with closing(sqlite3.connect(database)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = c.execute("PRAGMA page_size").fetchone()[0]
        pages = [
            p
            for (p,) in c.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,))
        ]
    with database.open("rb+") as file:
        file.seek((pages[len(pages) // 2] - 1) * size)
        file.write(b"\xa5" * size)


def test_the_journal_is_played_anew_and_nothing_is_lost(place: Place) -> None:
    place.shut()
    torn(place.database, "request")
    note_damage(place.database)
    with pytest.raises(AppError) as caught:
        place.open()
    assert caught.value.code == "database.damaged"
    recovered = place.backups.rebuild()
    assert recovered.rescued is not None
    assert recovered.rescued.missing == 0
    assert recovered.aside in kept_aside(place.database)
    place.open()
    assert_agreed(place.company)
    assert asked(place.database) == ["A sent", "B unsent when kept", "C sent later", "D unsent"]
    assert place.desktop.identity.desk == "BN03"


def test_where_the_journal_itself_is_torn_the_backup_completes_it(place: Place) -> None:
    place.shut()
    torn(place.database, "entry")
    place.backups.rebuild()
    place.open()
    assert_agreed(place.company)
    assert {"A sent", "B unsent when kept", "C sent later"} <= set(asked(place.database))


@pytest.mark.parametrize("snapshots", [True, False])
def test_the_head_office_gives_anew_and_what_was_not_sent_is_kept(place: Place, snapshots: bool) -> None:
    if not snapshots:
        place.company.headoffice.hub._snapshots = None
    place.shut()
    torn(place.database, "request")
    place.backups.fetch(place.company.transport)
    place.open()
    assert_agreed(place.company)
    place.company.sync()
    assert asked(place.database) == ["A sent", "B unsent when kept", "C sent later", "D unsent"]
    assert place.desktop.client.unsent() == 0


def test_what_a_fetching_that_was_stopped_has_left_is_not_left_again(place: Place) -> None:
    place.shut()
    left = place.database.with_name("office-fetched.db")
    shutil.copyfile(place.database, left)
    torn(place.database, "request")
    place.backups.fetch(place.company.transport)
    assert not left.exists()
    place.open()
    assert_agreed(place.company)


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_database_that_is_gone_is_said_before_anything_is_done(place: Place, how: str) -> None:
    place.shut()
    place.database.unlink()
    if how == "empty":
        place.database.touch()
    with pytest.raises(AppError) as caught:
        place.open()
    assert caught.value.code == "database.lost"
    ways = place.backups.ways()
    assert ways.backup is not None
    assert not ways.journal
    with pytest.raises(AppError) as caught:
        place.backups.rebuild()
    assert caught.value.code == "database.unreadable"
    place.backups.restore(ways.backup.path)
    place.open()
    assert_agreed(place.company)
    assert asked(place.database) == ["A sent", "B unsent when kept", "C sent later"]


def test_the_newest_backup_that_is_whole_is_offered(place: Place) -> None:
    first = place.backups.here()[0]
    place.company.clock.set(place.company.clock.now().replace(day=22))
    second = place.backups.make().backup
    assert place.backups.ways().backup == second
    second.path.write_bytes(second.path.read_bytes()[:-100])
    assert place.backups.ways().backup == first


def test_a_doubt_that_was_wrong_is_forgotten(place: Place) -> None:
    place.shut()
    note_damage(place.database)
    place.open()
    assert not list(place.desktop.home.glob("*.damaged"))
