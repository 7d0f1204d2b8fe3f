"""A desk whose data is encrypted: from its enrolment, later, and back; its key in the head office's hands."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.bootstrap import OFFICE_DATABASE, Desktop
from app.domain.errors import AppError
from app.home.encryption import decrypt_desk, encrypt_desk
from app.home.first_start import enrol_desk
from app.home.recovery import Backups
from app.models import converting, copies, sqlite
from app.models.copies import copy_database
from app.models.keys import KeyFiles, key_store, mark_in
from app.sync import escrow
from app.sync.at_rest import CHOICE, choice_of, in_words, shortened
from app.sync.backups import backup_at, unpack
from app.sync.verify import verify
from app.sync.wire import peek, sealed
from tests.offices import ON_BOTH, Company, person

SECRET = "Nguyễn Thị Đoan Trang"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This PC keeps its keys in a folder of the test."""
    monkeypatch.setenv("DAUMOI_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


def enrolled(company: Company, name: str, *, encrypted: bool = True) -> Path:
    home = company.folder / name
    invitation = company.headoffice.enrolment(company.office_no, name, name, "http://unused")
    enrol_desk(home, invitation, company.clock, company.transport, encrypted=encrypted)
    return home


def with_work(desktop: Desktop) -> None:
    """A draft holds a name; so do the pages of the database."""
    yen = person(desktop, "yen")
    for n in range(40):
        desktop.drafts.keep(f"customer.{n}", yen.id, yen.id, {"name": SECRET * 20})


def drafts(desktop: Desktop) -> int:
    with desktop.database.read.connect() as read:
        return int(read.exec_driver_sql("SELECT count(*) FROM draft").scalar_one())


def readable(folder: Path) -> list[str]:
    """Files below a folder in which the name stands."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in found if SECRET.encode() in path.read_bytes())


def refusal(work: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as refused:
        work()
    return refused.value


@ON_BOTH
def test_a_desk_is_encrypted_from_its_first_byte_and_the_head_office_holds_its_key(company: Company) -> None:
    home = enrolled(company, "BN03")
    desktop = company.opened(home)
    with_work(desktop)
    assert readable(home) == []
    (held,) = company.headoffice.escrow(company.office_no, "bn03")
    assert desktop.database.key == held.key
    desktop.client.once()
    assert verify(desktop.database.path, company.clock.now()).good
    company.shut(desktop)
    assert mark_in((home / OFFICE_DATABASE).read_bytes()[:32]) == held.key.mark
    assert not company.headoffice.escrow(company.office_no, "BN04")
    assert not company.headoffice.escrow(company.office_no + 1, "BN03")


def test_where_the_key_does_not_reach_the_head_office_nothing_is_made(
    company: Company, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    post = company.transport.post

    def without_escrow(path: str, data: bytes) -> bytes:
        asked.append(path)
        if path == "/v1/escrow":
            raise AppError("sync.offline")
        return post(path, data)

    monkeypatch.setattr(company.transport, "post", without_escrow)
    home = company.folder / "BN03"
    assert refusal(lambda: enrolled(company, "BN03")).code == "sync.offline"
    assert refusal(lambda: Desktop(home, company.clock, company.transport)).code == "sync.offline"
    assert not (home / OFFICE_DATABASE).exists()
    assert "/v1/snapshot" not in asked
    monkeypatch.setattr(company.transport, "post", post)
    for path in keys.iterdir():
        path.unlink()  # a key with which nothing was made: another does
    desktop = company.opened(home)
    assert desktop.database.key is not None


def test_a_restored_copy_opens_with_nothing_but_the_key_from_the_head_office(
    company: Company, keys: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = enrolled(company, "BN03")
    desktop = company.opened(home)
    with_work(desktop)
    copy_database(desktop.database.write, company.folder / "usb" / "office.db")
    company.shut(desktop)
    assert readable(company.folder / "usb") == []

    shutil.rmtree(keys)  # another PC: the identity and the copy came, the key did not
    (home / CHOICE).unlink()
    for path in home.glob("office.db*"):
        path.unlink()
    shutil.copy(company.folder / "usb" / "office.db", home / OFFICE_DATABASE)
    missing = refusal(lambda: Desktop(home, company.clock, company.transport))
    assert missing.code == "database.no_key"

    company.headoffice.close()
    escrow = ["headoffice", "escrow", "--home", str(company.home), "--office", str(company.office_no)]
    file = company.folder / "BN03.daumoi-key"
    mark = str(missing.params["mark"])
    assert cli.main([*escrow, "--desk", "BN03", "--mark", shortened(mark), "--out", str(file)]) == 0
    assert cli.main([*escrow, "--desk", "BN04"]) == 2
    company.headoffice = company._opened()
    assert cli.main(["key", str(file), "--home", str(home)]) == 0
    assert mark in capsys.readouterr().out
    again = company.opened(home)
    assert drafts(again) == 40
    assert choice_of(home) is not None  # what is made in its place is encrypted, too


def test_a_wrong_key_is_refused_in_words(
    company: Company, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, other = enrolled(company, "BN03"), enrolled(company, "BN04")
    (home_key, other_key) = (company.headoffice.escrow(company.office_no, n)[0].key for n in ("BN03", "BN04"))
    key_store().forget(home_key.mark)
    file = tmp_path / "key"
    other_mark = shortened(other_key.mark)
    for words, said in ((in_words(other_key), other_mark), ("abcd", "52"), ("1" * 52, "52")):
        file.write_text(words, "utf-8")
        assert cli.main(["key", str(file), "--home", str(home)]) == 2
        assert said in capsys.readouterr().err
    file.write_text(in_words(home_key).lower().replace("-", " "), "utf-8")
    assert cli.main(["key", str(file), "--home", str(home)]) == 0
    assert sqlite.key_of(home / OFFICE_DATABASE) == home_key
    assert other.exists()


def test_there_and_back_without_loss(company: Company, keys: Path) -> None:
    home = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(home)
    with_work(desktop)
    copy_database(desktop.database.write, home / "backups" / "office-0003-1.db")
    company.shut(desktop)
    kept = Backups(home, company.clock)
    before_it = kept.make().backup
    usb = company.folder / "usb.daumoi-backup"
    shutil.copy(before_it.path, usb)
    (home / "backups" / "office-0003-2.db").write_bytes(b"SQLite format 3\0" + bytes(9000))
    assert readable(home) == [f"backups{os.sep}office-0003-1.db", "office.db"]
    before = list(converting._digests(home / OFFICE_DATABASE, None, lambda done, total: None))

    left = encrypt_desk(home, company.clock, company.transport)
    assert [path.name for path in left] == ["office-0003-2.db"]
    assert readable(home) == []
    key = sqlite.key_of(home / OFFICE_DATABASE)
    assert list(converting._digests(home / OFFICE_DATABASE, key, lambda done, total: None)) == before
    assert company.headoffice.escrow(company.office_no, "BN03")[0].key == key
    desktop = company.opened(home)
    assert drafts(desktop) == 40
    desktop.client.once()
    company.shut(desktop)
    assert encrypt_desk(home, company.clock, company.transport) == left

    for backup in (before_it.path, usb):  # made when the data was plain: one was seen to, one is restored so
        unpacked = company.folder / "unpacked.db"
        unpack(backup_at(backup), unpacked)
        assert sqlite.key_of(unpacked) == (None if backup == usb else key)
        kept.restore(backup)
        assert sqlite.key_of(home / OFFICE_DATABASE) == key
    kept.fetch(company.transport)
    assert sqlite.key_of(home / OFFICE_DATABASE) == key
    company.shut(company.opened(home))
    kept.restore(before_it.path)

    decrypt_desk(home)
    assert (sqlite.key_of(home / OFFICE_DATABASE), choice_of(home)) == (None, None)
    desktop = company.opened(home)
    assert drafts(desktop) == 40
    assert desktop.database.key is None
    company.shut(desktop)
    assert sqlite.key_of(home / "backups" / "office-0003-1.db") == key


def test_what_was_plain_is_overwritten_before_it_is_let_go(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(home)
    with_work(desktop)
    company.shut(desktop)
    seen: dict[str, bytes] = {}
    unlink = Path.unlink

    def looked_at(path: Path, missing_ok: bool = False) -> None:
        if path.name.endswith(converting.OLD) and path.exists():
            seen[path.name] = path.read_bytes()
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", looked_at)
    encrypt_desk(home, company.clock, company.transport)
    assert set(seen) == {"office.db.old"}
    assert not any(seen["office.db.old"])
    assert len(seen["office.db.old"]) > 100_000


def test_where_the_head_office_is_in_the_same_folder_it_is_said_why_not(company: Company) -> None:
    invitation = company.headoffice.enrolment(company.office_no, "BN03", "BN03", "")
    home = company.folder / "BN03"
    refused = refusal(lambda: enrol_desk(home, invitation, company.clock, company.transport, encrypted=True))
    assert refused.code == "encryption.headoffice_here"
    enrol_desk(home, invitation, company.clock, company.transport)
    refused = refusal(lambda: encrypt_desk(home, company.clock, company.transport))
    assert refused.code == "encryption.headoffice_here"


def test_another_desks_escrow_is_none(company: Company) -> None:
    """A seal is bound to its desk: handed in again by another it opens for nobody."""
    asked: list[bytes] = []
    post = company.transport.post

    def listening(path: str, data: bytes) -> bytes:
        if path == "/v1/escrow":
            asked.append(data)
        return post(path, data)

    company.transport.post = listening  # type: ignore[method-assign]
    enrolled(company, "BN03")
    other = company.opened(enrolled(company, "BN04", encrypted=False))
    request = peek(sealed(asked[0]), escrow.EscrowRequest)
    refused = refusal(lambda: other.client.ask(escrow.PATH, request, escrow.EscrowReply))
    assert refused.code == "sync.nonsense"
    assert not company.headoffice.escrow(company.office_no, "BN04")


# -- killed ------------------------------------------------------------------------------------------------

STEPS: tuple[tuple[Any, str], ...] = (
    (os, "fsync"),
    (os, "link"),
    (os, "replace"),
    (os, "rename"),
    (os, "unlink"),
    (converting, "_settle"),
    (converting, "_export"),
    (KeyFiles, "keep"),
)


def _apart(work: Callable[[], object], kill_at: int) -> bool:
    """Do it in a process of its own that is dead after the step of this number. Whether it lived."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return not os.WIFSIGNALED(status)
    count = 0

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*values: Any, **named: Any) -> Any:
            nonlocal count
            result = step(*values, **named)
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return run

    try:
        for place, name in STEPS:
            setattr(place, name, dying(getattr(place, name)))
        work()
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made apart by fork")
def test_killed_at_any_step_the_old_or_the_new_is_there(company: Company, tmp_path: Path) -> None:
    plain = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(plain)
    with_work(desktop)
    company.shut(desktop)
    wanted = list(converting._digests(plain / OFFICE_DATABASE, None, lambda done, total: None))

    def kinds(home: Path, work: Callable[[], object], every: int) -> Iterator[str]:
        for kill_at in range(1, 200, every):
            there = tmp_path / "killed"
            shutil.rmtree(there, ignore_errors=True)
            shutil.copytree(home, there)
            lived = _apart(work, kill_at)
            path = there / OFFICE_DATABASE
            with sqlite.reading(path) as read:
                assert copies.sound(read)
            read.close()
            key = sqlite.key_of(path)
            assert list(converting._digests(path, key, lambda done, total: None)) == wanted
            converting.finish(path)
            assert not [p.name for p in there.iterdir() if p.suffix in (converting.OLD, converting.PART)]
            if key:
                assert readable(there) == []
                assert company.headoffice.escrow(company.office_no, "BN03")
            yield "encrypted" if key else "plain"
            if lived:
                return

    there = tmp_path / "killed"
    seen = list(kinds(plain, lambda: encrypt_desk(there, company.clock, company.transport), 1))
    assert set(seen) == {"plain", "encrypted"}
    assert seen == sorted(seen, reverse=True)
    assert len(seen) > 10
    encrypted = tmp_path / "encrypted"
    shutil.copytree(there, encrypted)
    back = list(kinds(encrypted, lambda: decrypt_desk(there), 5))
    assert set(back) == {"plain", "encrypted"}
    assert json.loads((encrypted / CHOICE).read_text("utf-8"))["held"]
