"""Opening a home: who else has it open, what is missing or damaged, what cannot be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.headoffice.founding import NewOffice
from app.home.first_start import enrol_desk
from app.models import database, migrate
from app.models.database import open_database
from app.sync.enrolment import identity_of, read_enrolment, write_enrolment
from tests.offices import STAFF, WATER, Company
from tests.sync.test_journal import names, save_customers

CLOCK = SystemClock()
ROOT = Path(__file__).parent.parent


def refusal(act: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as refused:
        act()
    return refused.value


@pytest.fixture
def home(company: Company, desktop: Desktop) -> Path:
    """A closed desk with one customer."""
    save_customers(desktop, "BN-0001")
    company.desks.remove(desktop)
    desktop.close()
    return desktop.home


def opens(home: Path) -> None:
    """The home can be opened, and nothing of it was lost."""
    with closing(Desktop(home, CLOCK)) as desktop:
        assert list(names(desktop)) == ["BN-0001"]


# -- a second copy ----------------------------------------------------------------------------------------


def test_a_second_copy_is_turned_away_at_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    with closing(Desktop(home, CLOCK)), monkeypatch.context() as patch:
        patch.setattr(time, "sleep", waits.append)
        error = refusal(lambda: Desktop(home, CLOCK))
        assert (error.code, error.params["path"]) == ("home.in_use", str(home))
        assert waits == []
    opens(home)


def test_a_second_copy_in_another_program_is_turned_away(home: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom app.bootstrap import Desktop\n"
        "from app.domain.clock import SystemClock\nfrom app.domain.errors import AppError\n"
        "try:\n    Desktop(Path(sys.argv[1]), SystemClock())\nexcept AppError as e:\n    print(e.code)\n"
    )
    with closing(Desktop(home, CLOCK)):
        done = subprocess.run(
            [sys.executable, "-c", script, str(home)], capture_output=True, text=True, cwd=ROOT, timeout=60
        )
    assert done.stdout.strip() == "home.in_use", done.stderr
    opens(home)


def test_a_home_opened_by_one_thread_is_let_go_by_another(home: Path) -> None:
    desktop = Desktop(home, CLOCK)
    closer = threading.Thread(target=desktop.close)
    closer.start()
    closer.join(30)
    opens(home)


# -- what is missing or damaged ---------------------------------------------------------------------------


def test_a_home_that_is_nobodys(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "not there"):
        assert refusal(lambda home=home: Desktop(home, CLOCK)).code == "home.not_enrolled"
        assert identity_of(home) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoiled", [
    b"", b"{", b"\x00" * 300, b"[]", b'{"device": "four"}', b"[" * 100_000, "half", "zone", "hub_key",
    "folder",
])  # fmt: skip
def test_an_identity_that_is_damaged_is_named_and_left_alone(home: Path, spoiled: bytes | str) -> None:
    path = home / "desk.json"
    kept = path.read_bytes()
    if spoiled == "folder":
        path.unlink()
        path.mkdir()
    elif spoiled == "half":
        path.write_bytes(kept[: len(kept) // 2])
    elif isinstance(spoiled, str):
        path.write_bytes(msgspec.json.encode(msgspec.json.decode(kept) | {spoiled: "Qm9n"}))
    else:
        path.write_bytes(spoiled)
    error = refusal(lambda: Desktop(home, CLOCK))
    assert (error.code, error.params["path"]) == ("home.damaged", str(path))
    if path.is_dir():
        path.rmdir()
    path.write_bytes(kept)
    opens(home)


@pytest.mark.parametrize("spoiled", [None, b"", b"short", b"x" * 33])
def test_a_key_that_is_missing_or_damaged_is_named_and_no_new_one_made(
    home: Path, spoiled: bytes | None
) -> None:
    path = home / "desk.key"
    kept = path.read_bytes()
    path.unlink()
    if spoiled is not None:
        path.write_bytes(spoiled)
    error = refusal(lambda: Desktop(home, CLOCK))
    assert (error.code, error.params["path"]) == ("home.damaged", str(path))
    assert (path.read_bytes() if path.exists() else None) == spoiled
    path.write_bytes(kept)
    opens(home)


def test_the_head_offices_key_is_not_made_anew_beside_its_database(company: Company) -> None:
    company.headoffice.close()
    home = company.headoffice.home
    kept = (home / "headoffice.key").read_bytes()
    (home / "headoffice.key").unlink()
    assert refusal(lambda: HeadOffice(home, CLOCK)).code == "headoffice.key_lost"
    assert not (home / "headoffice.key").exists()
    (home / "headoffice.key").write_bytes(kept)
    HeadOffice(home, CLOCK).close()


def test_data_and_keys_are_for_their_owner_alone(company: Company, home: Path) -> None:
    if os.name == "nt":
        pytest.skip("Windows keeps rights in another way: the home lies in the user's own folder")
    for path in (home / "desk.key", company.headoffice.home / "headoffice.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("where", ["office.db", "headoffice.db"])
def test_a_database_that_is_none_is_named_and_left_alone(company: Company, home: Path, where: str) -> None:
    company.headoffice.close()
    place = home if where == "office.db" else company.headoffice.home
    for name in (where, where + "-wal", where + "-shm"):
        (place / name).unlink(missing_ok=True)
    noise = b"no database, but long enough to be looked at, and looked at again" * 50
    (place / where).write_bytes(noise)

    def act() -> object:
        return Desktop(home, CLOCK) if where == "office.db" else HeadOffice(place, CLOCK)

    code = "database.damaged" if where == "office.db" else "headoffice.damaged"
    error = refusal(act)
    assert (error.code, error.params["path"]) == (code, str(place / where))
    assert (place / where).read_bytes() == noise
    assert refusal(act).code == code  # and nothing stays locked


def test_a_database_of_a_newer_release_is_left_alone(home: Path) -> None:
    def revision(value: str) -> None:
        with closing(sqlite3.connect(home / "office.db")) as c, c:
            c.execute("UPDATE alembic_version SET version_num = ?", (value,))

    with closing(sqlite3.connect(home / "office.db")) as c:
        ((own,),) = c.execute("SELECT version_num FROM alembic_version")
    revision("9999")
    assert refusal(lambda: Desktop(home, CLOCK)).code == "database.newer"
    revision(own)
    opens(home)


def test_a_migration_that_fails_half_way_leaves_the_old_schema(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def schema() -> set[tuple[str, str]]:
        with closing(sqlite3.connect(home / "office.db")) as c:
            return set(c.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))

    before = schema()
    following = f"{int(database.HEAD) + 1:04d}"
    next_release = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, next_release)
    step = next_release / "versions" / f"{following}_next.py"
    half = (
        f"from alembic import op\nrevision = '{following}'\ndown_revision = '{database.HEAD}'\n"
        "CHANGES = ('draft',)\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (x)')\n    op.execute('DROP TABLE draft')\n"
    )
    step.write_text(half + "    raise OSError(28, 'No space left on device')\n")
    with monkeypatch.context() as newer:
        newer.setattr(migrate, "MIGRATIONS", next_release)
        newer.setattr(database, "HEAD", following)
        assert refusal(lambda: Desktop(home, CLOCK)).code == "disk.full"
        assert schema() == before
    opens(home)


def test_a_page_that_went_bad_is_named_when_it_is_written(home: Path) -> None:
    with closing(Desktop(home, CLOCK)) as desktop:
        for at in range(300):
            save_customers(desktop, f"X-{at:04d}")
        root = desktop.database.write.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_customer_code'"
        ).fetchone()[0]
        size = desktop.database.write.execute("PRAGMA page_size").fetchone()[0]
    with (home / "office.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with closing(Desktop(home, CLOCK)) as desktop:

        def save() -> None:
            save_customers(desktop, "BN-0002")

        before = desktop.writer.vector()
        error = refusal(save)
        assert (error.code, error.params["path"]) == ("database.damaged", str(home / "office.db"))
        assert desktop.writer.vector() == before


def test_a_database_that_another_program_writes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT", 0.2)
    open_database(tmp_path / "office.db", CLOCK.now()).close()
    with closing(sqlite3.connect(tmp_path / "office.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert refusal(lambda: open_database(tmp_path / "office.db", CLOCK.now())).code == "database.busy"
        other.execute("ROLLBACK")
    open_database(tmp_path / "office.db", CLOCK.now()).close()


# -- what cannot be written -------------------------------------------------------------------------------

UNWRITABLE = Path("/proc/self")
"""Not even root makes a file here."""


def test_a_folder_in_which_nothing_can_be_made(company: Company) -> None:
    if not UNWRITABLE.exists():
        pytest.skip("no folder here refuses everybody")
    for act in (
        lambda: open_database(UNWRITABLE / "office.db", CLOCK.now()),
        lambda: open_database(UNWRITABLE / "sub" / "office.db", CLOCK.now()),
        lambda: HeadOffice(UNWRITABLE / "home", CLOCK),
        lambda: enrol_desk(
            UNWRITABLE / "home", company.headoffice.enrolment(1, "BN09", "", ""), CLOCK, company.transport
        ),
    ):
        error = refusal(act)
        assert error.code == "folder.not_writable"
        assert str(UNWRITABLE) in str(error.params["path"])
    with company.headoffice.database.read.connect() as read:  # no code was spent on it
        assert read.exec_driver_sql("SELECT count(*) FROM device WHERE desk = 'BN09'").scalar() == 0


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    places = [folder, *folder.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        yield
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)


def test_a_home_that_is_read_only(home: Path) -> None:
    """In a program without root's rights, when this one has them."""
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom app.bootstrap import Desktop\n"
        "from app.domain.clock import SystemClock\nfrom app.domain.errors import AppError\n"
        "if hasattr(os, 'geteuid') and os.geteuid() == 0:\n    os.setuid(65534)\n"
        "try:\n    Desktop(Path(sys.argv[1]), SystemClock())\nexcept AppError as e:\n"
        "    print(e.code, e.params['path'])\n"
    )
    if os.name == "nt":
        pytest.skip("a folder's read-only mark keeps nobody out on Windows")
    place = Path(tempfile.gettempdir()) / f"daumoi-read-only-{os.getpid()}"  # everybody may enter
    shutil.copytree(home, place)
    try:
        with read_only(place):
            done = subprocess.run(
                [sys.executable, "-c", script, str(place)],
                capture_output=True, text=True, cwd=ROOT, timeout=60,
            )  # fmt: skip
        assert done.stdout.strip() == f"folder.not_writable {place}", done.stderr
    finally:
        shutil.rmtree(place)


# -- enrolment files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [
    b"", b"{}", b"x" * 20_000, b"[" * 9_000, b'{"hub_url": "", "hub_key": "c2hvcnQ=", "code": "x"}',
    b"\xff\xfe",
])  # fmt: skip
def test_what_is_no_enrolment_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "BN03.daumoi-enrolment"
    path.write_bytes(data)
    error = refusal(lambda: read_enrolment(path))
    assert (error.code, error.params["path"]) == ("enrol.not_a_file", str(path))
    assert refusal(lambda: read_enrolment(tmp_path / "none")).code == "file.not_found"
    assert refusal(lambda: read_enrolment(tmp_path)).code == "enrol.not_a_file"


def test_an_enrolment_goes_through_a_file(company: Company, tmp_path: Path) -> None:
    enrolment = company.headoffice.enrolment(1, "BN07", "Quầy 7", "http://127.0.0.1:1")
    write_enrolment(tmp_path / "file", enrolment)
    assert read_enrolment(tmp_path / "file") == enrolment


def test_a_home_is_not_made_another_head_offices(company: Company, home: Path, tmp_path: Path) -> None:
    with closing(HeadOffice(tmp_path / "other", CLOCK)) as other:
        other.founding.utility(WATER)
        office = other.founding.office(NewOffice("other", "", ""))
        enrolment = other.enrolment(office, "BN01", "", "")
        error = refusal(lambda: enrol_desk(home, enrolment, CLOCK, company.transport))
    assert (error.code, error.params["desk"]) == ("home.enrolled", "BN03")
    opens(home)


# -- a small utility's own PC -----------------------------------------------------------------------------


def test_a_head_office_in_the_same_home(tmp_path: Path) -> None:
    home = tmp_path / "Đầu Mối 100% #1?"
    with closing(HeadOffice(home, CLOCK)) as headoffice:
        headoffice.founding.utility(WATER)
        office = headoffice.founding.office(NewOffice("Chi nhánh", "", ""))
        headoffice.founding.staff(headoffice.hub.office_feed(office), [p for p in STAFF if p.login == "mai"])
        invitation = headoffice.enrolment(office, "BN01", "", "")
    identity = enrol_desk(home, invitation, CLOCK)
    assert (identity.hub_url, identity.desk) == ("", "BN01")
    for at in range(2):
        with closing(Desktop(home, CLOCK)) as desktop:
            save_customers(desktop, f"BN-000{at}")
            assert desktop.client.unsent() == 1
            desktop.client.once()
            assert desktop.client.unsent() == 0
    with closing(HeadOffice(home, CLOCK)) as headoffice, headoffice.database.read.connect() as read:
        assert read.exec_driver_sql("SELECT count(*) FROM customer").scalar() == 2
