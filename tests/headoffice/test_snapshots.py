"""New desks begin with the head office's snapshot: whatever breaks off, changes or fills up on the way, they
end with what the head office holds, or have nothing and go on from there."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from backports import zstd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.bootstrap import OFFICE_DATABASE, Desktop, HeadOffice
from app.domain.errors import AppError
from app.headoffice import snapshots
from app.headoffice.founding import NewOffice
from app.headoffice.hub import Hub
from app.headoffice.snapshots import Snapshots
from app.home.first_start import enrol_desk
from app.models.database import HEAD, open_database
from app.models.keys import Key
from app.sync import fetch, install
from app.sync.client import Progress, open_answer
from app.sync.enrolment import replica_key
from app.sync.entries import SCHEMA
from app.sync.snapshot import Filled, heading_of, make
from app.sync.transport import DirectTransport
from app.sync.verify import verify
from app.sync.wire import SnapshotReply, SnapshotRequest, SyncReply, seal, unseal
from tests.headoffice.agreeing import assert_agreed, assert_holds, assert_same, at, codes
from tests.money import add_home, bill
from tests.offices import ON_BOTH, Company
from tests.sync.test_journal import save_customers
from tests.sync.test_snapshot import repacked

ROOT = Path(__file__).parent.parent.parent
SNAPSHOT = "/v1/snapshot"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small offices have snapshots too, and who asks waits until there is one."""
    monkeypatch.setattr(snapshots, "LEAST", 0)
    monkeypatch.setattr(snapshots, "PATIENCE", 60.0)


def refusal(call: Callable[..., object], *values: Any) -> str:
    with pytest.raises(AppError) as raised:
        call(*values)
    return raised.value.code


class Line(DirectTransport):
    """To the head office of a company; notes what goes over it, and may break."""

    def __init__(self, company: Company) -> None:
        super().__init__(lambda path, data: company.headoffice.hub.answer(path, data))
        self.asked: list[str] = []
        self.ranges: list[tuple[int, int]] = []
        """Where each range began that came, and its length."""
        self.left = 1 << 30
        """So many more ranges come through."""
        self.entries = 0

    def post(self, path: str, data: bytes) -> bytes:
        if path == SNAPSHOT and not self.left:
            raise AppError("sync.offline", url="")
        self.asked.append(path)
        answer = super().post(path, data)
        message = zstd.decompress(msgspec.msgpack.decode(answer)[1])
        if path == SNAPSHOT:
            with suppress(msgspec.ValidationError):  # a refusal
                reply = msgspec.msgpack.decode(message, type=SnapshotReply)
                if reply.size:
                    self.ranges.append((reply.offset, len(reply.data)))
                    self.left -= 1
        elif path == "/v1/sync":
            self.entries += len(msgspec.msgpack.decode(message, type=SyncReply).entries)
        return answer


@pytest.fixture
def line(company: Company) -> Line:
    """The company's."""
    made = Line(company)
    company.transport = made
    return made


def at_work(company: Company, name: str = "BN03") -> Desktop:
    """A desk with customers and bills, all of it sent, and no snapshot made yet."""
    least, snapshots.LEAST = snapshots.LEAST, 1 << 30
    desktop = company.desk(name)
    snapshots.LEAST = least
    home = add_home(desktop, "BN-0001")
    bill(desktop, home, {"2026-09": 12, "2026-10": 25})
    save_customers(desktop, *(f"BN-1{n:03}" for n in range(40)))
    desktop.client.once()
    return desktop


def invited(company: Company, name: str) -> Path:
    """The home of a desk that is let in and has no data yet."""
    home = company.folder / name
    invitation = company.headoffice.enrolment(1, name, name, "http://unused")
    cut = Line(company)
    cut.left = 0
    assert refusal(enrol_desk, home, invitation, company.clock, cut) == "sync.offline"
    return home


def left_over(desktop: Desktop) -> set[str]:
    return {p.name for p in desktop.home.iterdir() if "snapshot" in p.name or p.name.endswith(".part")}


def kept(company: Company) -> list[Path]:
    """The snapshots that the head office keeps."""
    return sorted((company.home / "snapshots").glob("*.snapshot"))


# -- beginning --------------------------------------------------------------------------------------------


@ON_BOTH
def test_a_new_desk_begins_with_a_snapshot_and_takes_what_came_since(company: Company, line: Line) -> None:
    at_work(company)
    line.entries = 0
    second = company.desk("BN04")
    assert line.ranges
    assert line.entries == 0
    third = company.desk("BN05")
    assert line.entries == 1  # its own card is newer than the snapshot
    assert len(kept(company)) == 1
    for desktop in (second, third):
        assert not left_over(desktop)
        desktop.client.once()
        assert_same(company, desktop)
    save_customers(second, "BN-0009")
    assert_agreed(company)


def test_one_is_made_for_many_and_a_new_one_when_much_has_come(company: Company, line: Line) -> None:
    desktop = at_work(company)
    company.desk("BN04")
    (first,) = kept(company)
    company.desk("BN05")
    assert kept(company) == [first]
    while len(kept(company)) < 2:
        save_customers(desktop, *(f"BN-{uuid4().hex[:6]}" for _ in range(40)))
        desktop.client.once()
        company.desk(f"BN1{len(company.desks)}")
        assert len(company.desks) < 20
    assert first in kept(company)  # somebody may be fetching it
    os.utime(first, (0, 0))
    while first in kept(company):
        save_customers(desktop, *(f"BN-{uuid4().hex[:6]}" for _ in range(40)))
        desktop.client.once()
        company.desk(f"BN1{len(company.desks)}")
        assert len(company.desks) < 40
    assert_same(company, company.desks[-1])


def test_the_data_of_a_small_office_comes_as_entries(
    company: Company, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "LEAST", 512 << 10)
    at_work(company)
    company.desk("BN04")
    assert not line.ranges
    assert not kept(company)
    assert_same(company, company.desks[-1])


@pytest.mark.usefixtures("small_ranges")
def test_progress_is_told(company: Company) -> None:
    at_work(company)
    told: list[Progress | None] = []
    home = invited(company, "BN04")
    Desktop(home, company.clock, company.transport, told.append).close()
    steps = [p for p in told if p and p.phase == "snapshot"]
    size = steps[0].total_bytes
    assert {p.total_bytes for p in steps} == {size}
    assert [p.done_bytes for p in steps] == [*range(512, size, 512), size]
    assert all(p.seconds_left is not None for p in steps)
    assert told[-1] is None


# -- whose it is ------------------------------------------------------------------------------------------


def ask(company: Company, home: Path, request: SnapshotRequest, key: Ed25519PrivateKey | None = None) -> Any:
    """What the head office answers to a desk's question."""
    identity = msgspec.json.decode((home / "desk.json").read_bytes())
    data = seal(request, key or replica_key(home), sender=identity["device"])
    hub = company.headoffice.hub
    answer = hub.answer(SNAPSHOT, data)
    return open_answer(answer, SnapshotReply, hub._key.public_key(), data)


@ON_BOTH
def test_a_desk_gets_its_own_offices_snapshot_and_no_other(company: Company) -> None:
    at_work(company)
    second = company.headoffice.founding.office(NewOffice("Chi nhánh Tiên Du", "Lim", "0222"))
    invitation = company.headoffice.enrolment(second, "TD01", "Quầy TD01", "http://unused")
    enrol_desk(company.folder / "TD01", invitation, company.clock, company.transport)
    there = company.opened(company.folder / "TD01")
    assert codes(there.database) == []
    assert_holds(company, there.database, second, "TD01")
    company.desk("BN04")
    of_first = heads_of(company, 1)
    request = SnapshotRequest(HEAD, SCHEMA, bytes.fromhex(of_first.stem.rpartition("-")[2]), 0, 1 << 20)
    reply = ask(company, there.home, request)
    assert reply.digest != request.digest
    assert not at(there.database, "SELECT 1 FROM entry WHERE office_no = 1")
    assert {f.office_no for f in heading_of(heads_of(company, second)).feeds} == {0, second}


def heads_of(company: Company, office: int) -> Path:
    """The newest snapshot of an office."""
    return [p for p in kept(company) if p.name.startswith(f"{office}-")][-1]


def test_a_file_that_was_changed_at_the_head_office_is_found(company: Company, line: Line) -> None:
    """It is a good one, but it says that nobody owes anything."""
    at_work(company)
    company.desk("BN04")
    (path,) = kept(company)
    bills = "bill_state"
    changed = repacked(
        path, lambda blocks: [b for b in blocks if not (isinstance(b, Filled) and b.group.table == bills)]
    )
    changed.replace(path)
    line.entries = 0
    desktop = company.desk("BN05")
    assert line.entries > 5
    assert at(desktop.database, "SELECT count(*) FROM bill_state") == [(2,)]
    assert_same(company, desktop)


def test_strangers_and_the_revoked_get_none(company: Company) -> None:
    desktop = at_work(company)
    request = SnapshotRequest(HEAD, SCHEMA, b"", 0, 100)
    assert ask(company, desktop.home, request).size
    assert refusal(ask, company, desktop.home, request, Ed25519PrivateKey.generate()) == "sync.not_authentic"
    with company.headoffice.database.transaction(1) as cur:
        cur.execute("UPDATE device SET revoked_at = 1 WHERE desk = 'BN03'")
    assert refusal(ask, company, desktop.home, request) == "sync.revoked"
    with company.headoffice.database.transaction(1) as cur:
        cur.execute("DELETE FROM device WHERE desk = 'BN03'")
    assert refusal(ask, company, desktop.home, request) == "sync.unknown_device"


def test_what_is_asked_for_beyond_all_bounds(company: Company) -> None:
    desktop = at_work(company)
    whole = ask(company, desktop.home, SnapshotRequest(HEAD, SCHEMA, b"", 0, 1 << 40))
    assert len(whole.data) == min(whole.size, snapshots.MOST_RANGE)
    beyond = ask(company, desktop.home, SnapshotRequest(HEAD, SCHEMA, whole.digest, whole.size, 9))
    assert (beyond.offset, beyond.data) == (whole.size, b"")
    nothing = ask(company, desktop.home, SnapshotRequest(HEAD, SCHEMA, b"../../headoffice.key", 0, 9))
    assert nothing.digest == whole.digest


@pytest.mark.parametrize("release", [("0001", SCHEMA), (HEAD, SCHEMA + 1)])
def test_another_release_gets_none(company: Company, release: tuple[str, int]) -> None:
    desktop = at_work(company)
    assert ask(company, desktop.home, SnapshotRequest(*release)) == SnapshotReply()


def test_a_desk_of_another_release_takes_entries(
    company: Company, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(company)
    monkeypatch.setattr(fetch, "SCHEMA", SCHEMA + 1)
    company.desk("BN04")
    assert not line.ranges
    assert_same(company, company.desks[-1])


def test_an_older_head_office_has_none(company: Company, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work(company)
    answer = Hub.answer
    monkeypatch.setattr(
        Hub, "answer", lambda hub, path, data: answer(hub, "/v1/what" if path == SNAPSHOT else path, data)
    )
    with closing(Desktop(invited(company, "BN04"), company.clock, company.transport)) as desktop:
        assert_same(company, desktop)


# -- what breaks off --------------------------------------------------------------------------------------


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some twenty for an office."""
    for name in ("FIRST_RANGE", "LEAST_RANGE", "MOST_RANGE"):
        monkeypatch.setattr(fetch, name, 512)


@ON_BOTH
@pytest.mark.usefixtures("small_ranges")
def test_it_goes_on_after_each_range_where_it_was_cut_off(company: Company, line: Line) -> None:
    at_work(company)
    home = invited(company, "BN04")
    breaks = 0
    while not (home / OFFICE_DATABASE).exists():
        line.left = 1
        with suppress(AppError):
            company.opened(home)
            break
        breaks += 1
        assert breaks < 100
        company.headoffice.close()  # and the head office is restarted meanwhile
        company.headoffice = company._opened()
    assert breaks > 8
    assert [offset for offset, _ in line.ranges] == [n * 512 for n in range(len(line.ranges))]
    assert_same(company, company.desks[-1])
    assert_agreed(company)


@pytest.mark.usefixtures("small_ranges")
def test_a_line_that_breaks_now_and_then_is_asked_again(company: Company, line: Line) -> None:
    at_work(company)
    home = invited(company, "BN04")
    posts = 0
    post = line.post

    def shaky(path: str, data: bytes) -> bytes:
        nonlocal posts
        posts += 1
        if path == SNAPSHOT and posts % 3 == 0:
            raise AppError("sync.offline", url="")
        return post(path, data)

    line.post = shaky  # type: ignore[method-assign]
    company.opened(home)
    assert [offset for offset, _ in line.ranges] == [n * 512 for n in range(len(line.ranges))]
    assert_same(company, company.desks[-1])


@pytest.mark.usefixtures("small_ranges")
def test_when_the_one_begun_is_gone_it_begins_anew(company: Company, line: Line) -> None:
    desktop = at_work(company)
    home = invited(company, "BN04")
    line.left = 3
    assert refusal(company.opened, home) == "sync.offline"
    for path in kept(company):
        path.unlink()
    save_customers(desktop, "BN-0009")
    desktop.client.once()
    line.left = 1 << 30
    line.ranges.clear()
    company.opened(home)
    assert [offset for offset, _ in line.ranges] == [n * 512 for n in range(len(line.ranges))]
    assert codes(company.desks[-1].database).count("BN-0009") == 1
    assert_same(company, company.desks[-1])


def lying(
    monkeypatch: pytest.MonkeyPatch, lie: Callable[[SnapshotRequest, SnapshotReply], SnapshotReply]
) -> None:
    """A head office whose snapshots are wrong, whatever it signs."""
    part = Snapshots.part
    monkeypatch.setattr(
        Snapshots, "part", lambda self, office, request: lie(request, part(self, office, request))
    )


def another_digest(_: SnapshotRequest, reply: SnapshotReply) -> SnapshotReply:
    return msgspec.structs.replace(reply, digest=b"?" * 32)


def a_bit(_: SnapshotRequest, reply: SnapshotReply) -> SnapshotReply:
    if reply.offset != 1024:
        return reply
    return msgspec.structs.replace(reply, data=bytes([reply.data[0] ^ 1]) + reply.data[1:])


def another_range(request: SnapshotRequest, reply: SnapshotReply) -> SnapshotReply:
    return msgspec.structs.replace(reply, offset=0) if request.offset else reply


def nothing(request: SnapshotRequest, reply: SnapshotReply) -> SnapshotReply:
    return msgspec.structs.replace(reply, data=b"") if request.offset else reply


def more(_: SnapshotRequest, reply: SnapshotReply) -> SnapshotReply:
    return msgspec.structs.replace(reply, size=reply.size + 512)


def another_size(request: SnapshotRequest, reply: SnapshotReply) -> SnapshotReply:
    return msgspec.structs.replace(reply, size=reply.size + request.offset)


@pytest.mark.usefixtures("small_ranges")
@pytest.mark.parametrize("lie", [another_digest, a_bit, another_range, nothing, more, another_size])
def test_what_is_wrong_is_found_and_entries_are_taken(
    company: Company, line: Line, monkeypatch: pytest.MonkeyPatch, lie: Any
) -> None:
    at_work(company)
    home = invited(company, "BN04")
    lying(monkeypatch, lie)
    line.entries = 0
    desktop = company.opened(home)
    assert line.entries > 5
    assert not left_over(desktop)
    assert_same(company, desktop)


@pytest.mark.usefixtures("small_ranges")
def test_ranges_that_change_places_on_the_way_are_found(company: Company, line: Line) -> None:
    at_work(company)
    home = invited(company, "BN04")
    post = line.post
    before: list[bytes] = []

    def swapping(path: str, data: bytes) -> bytes:
        answer = post(path, data)
        if path == SNAPSHOT:
            before.append(answer)
            return before[max(len(before) - 3, 0)]
        return answer

    line.post = swapping  # type: ignore[method-assign]
    line.entries = 0
    desktop = company.opened(home)  # by entries
    assert len(before) == 2
    assert line.entries > 5
    assert_same(company, desktop)


# -- the desk's disk --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_ranges")
def test_a_full_disk_is_said_so_and_it_goes_on_when_there_is_room(
    company: Company, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(company)
    home = invited(company, "BN04")
    sync = os.fsync
    room = 5

    def full(file: int) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, "no space")
        sync(file)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        assert refusal(company.opened, home) == "disk.full"
    came = len(line.ranges)
    assert came > 3
    opened = open_database

    def small(path: Path, now: datetime, key: Key | None) -> Any:
        database = opened(path, now, key)
        pages = database.write.execute("PRAGMA page_count").fetchone()[0]
        database.write.execute(f"PRAGMA max_page_count = {pages + 3}")
        return database

    with monkeypatch.context() as disk:
        disk.setattr(install, "open_database", small)
        assert refusal(company.opened, home) == "disk.full"
    assert not (home / OFFICE_DATABASE).exists()
    asked = len(line.asked)
    desktop = company.opened(home)
    assert SNAPSHOT not in line.asked[asked:]  # all of it was there
    assert [offset for offset, _ in line.ranges] == [n * 512 for n in range(len(line.ranges))]
    assert not left_over(desktop)
    assert_same(company, desktop)


def test_a_database_with_entries_is_never_replaced(company: Company, line: Line) -> None:
    desktop = at_work(company)
    save_customers(desktop, "BN-0009")  # not sent
    home = company.shut(desktop)
    line.asked.clear()
    again = company.opened(home)
    assert SNAPSHOT not in line.asked
    assert again.client.unsent() == 1
    assert codes(again.database).count("BN-0009") == 1


def test_an_empty_database_is_replaced_with_all_that_lies_beside_it(company: Company, line: Line) -> None:
    at_work(company)
    home = invited(company, "BN04")
    path = home / OFFICE_DATABASE
    database = open_database(path, company.clock.now())
    database.write.execute("PRAGMA wal_autocheckpoint = 0")
    database.write.execute("INSERT INTO local VALUES ('from another', '1')")
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{path}{ending}.kept")
    database.close()
    for ending in ("", "-wal"):
        Path(f"{path}{ending}.kept").replace(f"{path}{ending}")
    path.unlink()
    with closing(company.opened(home)) as desktop:
        company.desks.remove(desktop)
        assert line.ranges
        assert at(desktop.database, "SELECT 1 FROM local WHERE \"key\" = 'from another'") == []
        assert_same(company, desktop)


def test_a_database_that_cannot_be_read_is_left_where_it_is(company: Company) -> None:
    at_work(company)
    home = invited(company, "BN04")
    (home / OFFICE_DATABASE).write_bytes(b"what was this? " * 500)
    assert refusal(company.opened, home) == "database.damaged"
    assert (home / OFFICE_DATABASE).read_bytes() == b"what was this? " * 500


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_power_cut_at_any_step_leaves_no_database_or_the_whole(company: Company) -> None:
    at_work(company)
    home = invited(company, "BN04")
    company.close()
    company.desks.clear()
    told = subprocess.run(
        [sys.executable, "-m", "tests.headoffice.cut_off", str(company.home), str(home)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=200, check=False,
    )  # fmt: skip
    lines = [line.split(maxsplit=3) for line in told.stdout.splitlines()]
    assert told.returncode == 0, lines[-3:]
    steps = [line for line in lines if line[0] != "left"]
    assert len(steps) > 30
    whole = [line[1] == "True" for line in steps]
    assert whole == sorted(whole)  # none, until it is there
    assert False in whole
    made = sorted(home.parent.glob("BN04-*"))
    assert len(made) == len(steps)
    company.headoffice = company._opened()
    for again in made:
        assert not [p for p in again.iterdir() if "snapshot" in p.name or p.name.endswith(".part")]
        with closing(sqlite3.connect(again / OFFICE_DATABASE)) as c:
            assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert c.execute("SELECT count(*) FROM customer").fetchone() == (41,)
    now = company.clock.now()
    assert verify(made[0] / OFFICE_DATABASE, now).good
    assert verify(made[-1] / OFFICE_DATABASE, now).good


# -- a desk that has lost its data ------------------------------------------------------------------------


@ON_BOTH
@pytest.mark.parametrize("cut", [False, True])
def test_a_desk_whose_data_is_gone_goes_on_as_its_own_successor(
    company: Company, line: Line, cut: bool
) -> None:
    """Its last entries may be gone with the data, and their numbers stand on paper."""
    desktop = at_work(company)
    number = desktop.identity.device
    save_customers(desktop, "BN-0009")  # lost
    home = company.shut(desktop)
    for path in home.glob(OFFICE_DATABASE + "*"):
        path.unlink()
    if cut:  # right after the data has come
        post = line.post
        line.post = lambda path, data: post(path, data) if path == SNAPSHOT else broken(path, data)  # type: ignore[method-assign]
        assert refusal(company.opened, home) == "sync.offline"
        assert (home / OFFICE_DATABASE).exists()
        line.post = post  # type: ignore[method-assign]
    again = company.opened(home)
    assert line.ranges
    assert again.identity.device != number
    assert again.writer.desk.name == "BN03B"
    assert again.client.renamed == "BN03B"
    bill(again, add_home(again, "BN-0002"), {"2026-11": 5})
    bills = [code for (code,) in at(again.database, "SELECT code FROM bill ORDER BY code")]
    assert bills == ["HD-BN03-26-000001", "HD-BN03-26-000002", "HD-BN03B-26-000001"]
    assert_agreed(company)
    company.shut(again)
    assert company.opened(home).identity.desk == "BN03B"  # and only once


def broken(path: str, data: bytes) -> bytes:
    raise AppError("sync.offline", url="")


# -- the head office --------------------------------------------------------------------------------------


@ON_BOTH
def test_of_a_head_office_that_was_put_back_nobody_gets_the_future(company: Company, line: Line) -> None:
    desktop = at_work(company)
    yesterday = company.backup()
    save_customers(desktop, "BN-0009")
    desktop.client.once()
    home = company.shut(desktop)
    company.desk("BN04")
    company.shut(company.desks[-1])
    (future,) = kept(company)
    shutil.copy(future, company.folder)
    company.put_back(yesterday)
    future.parent.mkdir(exist_ok=True)
    shutil.copy(company.folder / future.name, future)
    third = company.desk("BN05")
    assert len(kept(company)) == 2
    assert "BN-0009" not in codes(third.database)
    company.opened(home)
    assert_agreed(company)
    assert "BN-0009" in codes(third.database)


@ON_BOTH
def test_a_desk_that_began_with_one_can_give_it_all_back(company: Company, line: Line) -> None:
    """To a head office that was put back: what others have written comes with seals that prove it."""
    yesterday = company.backup()
    first = at_work(company)
    assert len(codes(first.database)) == 41
    second = company.desk("BN04")
    assert line.ranges
    company.shut(first)  # its PC is switched off
    company.put_back(yesterday)
    second.client.once()
    assert codes(company.headoffice.database) == codes(second.database)
    assert_agreed(company)


@pytest.mark.parametrize("company", ["postgresql"], indirect=True)
def test_several_head_offices_over_one_database_share_them(company: Company, line: Line) -> None:
    at_work(company)
    with closing(HeadOffice(company.home, company.clock, company.url)) as other:
        company.desk("BN04")
        first = company.headoffice
        company.headoffice = other
        company.desk("BN05")
        company.headoffice = first
    assert len(kept(company)) == 1
    assert_agreed(company)


@ON_BOTH
def test_it_is_of_one_moment_whatever_is_written_meanwhile(company: Company, tmp_path: Path) -> None:
    one, two = at_work(company), company.desk("BN04")
    done = threading.Event()
    failed: list[BaseException] = []

    def write(desktop: Desktop) -> None:
        try:
            while not done.is_set():
                save_customers(desktop, f"BN-{uuid4().hex[:6]}")
                desktop.client.once()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=write, args=(desktop,)) for desktop in (one, two)]
    for thread in threads:
        thread.start()
    counts = []
    try:
        for n in range(6):
            packed, made = tmp_path / f"{n}.snapshot", tmp_path / f"{n}.db"
            with company.headoffice.database.reading() as cur:
                before = at(company.headoffice.database, "SELECT count(*) FROM entry")
                make(cur, 1, lambda device, number, hash_: b"s" * 64, packed)
                assert at(company.headoffice.database, "SELECT count(*) FROM entry") >= before
            install.install(packed, made, 1 << 40, company.clock.now())
            assert verify(made, company.clock.now()).good
            with closing(sqlite3.connect(made)) as c:
                counts.append(c.execute("SELECT count(*) FROM customer").fetchone()[0])
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failed
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    assert_agreed(company)


def test_while_it_is_made_the_desk_waits_and_is_told(
    company: Company, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(company)
    home = invited(company, "BN04")
    for path in kept(company):
        path.unlink()
    monkeypatch.setattr(snapshots, "PATIENCE", 0.0)
    go, waits = threading.Event(), []
    write = Snapshots._write

    def slow(self: Snapshots, office: int, part: Path) -> None:
        go.wait(60)
        write(self, office, part)

    monkeypatch.setattr(Snapshots, "_write", slow)
    told: list[Progress | None] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            go.set()
            monkeypatch.setattr(snapshots, "PATIENCE", 60.0)

    def question(request: SnapshotRequest) -> SnapshotReply:
        return ask(company, home, request)

    made = fetch.fetch(home / OFFICE_DATABASE, question, 1, company.clock.now(), told.append, sleep)
    assert made
    assert waits == [0.2, 0.5, 1.0]
    assert told[0] == Progress("preparing", 0, 0, None)


def test_who_waits_too_long_takes_entries(company: Company, line: Line) -> None:
    at_work(company)
    waits: list[float] = []
    home = invited(company, "BN04")
    made = fetch.fetch(
        home / OFFICE_DATABASE,
        lambda request: SnapshotReply(making=True),
        1,
        company.clock.now(),
        sleep=waits.append,
    )
    assert not made
    assert 200 < sum(waits) < 600


def test_the_range_is_what_the_line_brings_in_ten_seconds(company: Company) -> None:
    """Over a line of 8 kB a second, then of 30."""
    now = 0.0
    speed = 8_000
    lengths: list[int] = []
    size = 3 << 20

    def slow(request: SnapshotRequest) -> SnapshotReply:
        nonlocal now, speed
        lengths.append(request.length)
        speed = 30_000 if request.offset > size // 2 else speed
        data = bytes(min(request.length, size - request.offset))
        now += len(data) / speed
        return SnapshotReply(b"?" * 32, size, request.offset, data)

    home = company.folder / "slow"
    home.mkdir()
    seconds: list[int] = []

    def told(progress: Progress | None) -> None:
        if progress and progress.seconds_left:
            seconds.append(progress.seconds_left)

    made = fetch.fetch(home / OFFICE_DATABASE, slow, 1, company.clock.now(), told, timer=lambda: now)
    assert not made  # it is no snapshot
    half = lengths[: len(lengths) // 2]
    assert half[0] == fetch.FIRST_RANGE
    assert set(half[1:]) == {80_000}
    assert 300_000 in lengths
    assert abs(seconds[0] - (size - half[0]) / 8_000) < 10


def test_a_head_office_that_cannot_make_one_says_so_and_lets_entries_go(
    company: Company, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    at_work(company)
    shutil.rmtree(company.home / "snapshots", ignore_errors=True)
    (company.home / "snapshots").write_text("a file where the folder should be")
    desktop = company.desk("BN04")
    assert not line.ranges
    assert "no snapshot of office 1 could be made" in caplog.text
    caplog.clear()
    company.desk("BN05")
    assert not caplog.text  # it is not tried again at once
    desktop.client.once()
    assert_same(company, desktop)


def test_a_head_office_that_ends_gives_up_what_it_makes(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = at_work(company)
    for path in kept(company):
        path.unlink()
    monkeypatch.setattr(snapshots, "PATIENCE", 0.0)
    begun, go = threading.Event(), threading.Event()
    go_on = Snapshots._go_on

    def slow(self: Snapshots) -> None:
        begun.set()
        go.wait(60)
        go_on(self)

    monkeypatch.setattr(Snapshots, "_go_on", slow)
    assert ask(company, desktop.home, SnapshotRequest(HEAD, SCHEMA)) == SnapshotReply(making=True)
    assert begun.wait(60)
    closing_ = threading.Thread(target=company.headoffice.close)
    closing_.start()
    while not company.headoffice._snapshots._closing.is_set():
        closing_.join(0.01)
    go.set()
    closing_.join()
    assert {p.name for p in (company.home / "snapshots").iterdir()} <= {"making.lock"}
    company.headoffice = company._opened()


def test_a_kept_one_that_is_spoilt_is_made_anew(company: Company, line: Line) -> None:
    at_work(company)
    company.desk("BN04")
    (path,) = kept(company)
    path.write_bytes(b"")
    assert_same(company, company.desk("BN05"))
    assert len(kept(company)) == 2


def test_the_answer_is_signed_for_this_question(company: Company) -> None:
    desktop = at_work(company)
    question = SnapshotRequest(HEAD, SCHEMA, b"", 0, 10)
    request = seal(question, replica_key(desktop.home), sender=desktop.identity.device)
    answer = company.headoffice.hub.answer(SNAPSHOT, request)
    key = company.headoffice.hub._key.public_key()
    assert unseal(answer, SnapshotReply, key, about=request).data
    assert refusal(lambda: unseal(answer, SnapshotReply, key, about=request + b"x")) == "sync.not_authentic"
