from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.bootstrap import Desktop
from app.models import database, sqlite
from app.models.database import open_database
from app.models.keys import Key
from app.models.postgres import open_postgres
from app.models.store import Store
from app.services import signin
from app.window.waste import sweep
from tests.blank import make_blank, new_databases_from
from tests.compiled import compiled_once
from tests.faults import (  # noqa: F401 - hooks of pytest
    pytest_runtest_setup,
    pytest_terminal_summary,
    pytest_testnodedown,
    pytest_unconfigure,
)
from tests.offices import Company, database_of
from tests.postgres import Server, postgres_server

LONGEST = ("journeys/test_day.py", "journeys/test_power_cut.py", "kill/test_kills.py", "tests/test_run.py")

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""

ROOM = 2 << 30
"""Bytes that the files of all tests under way take at most, by far."""


def pytest_configure() -> None:
    """Tests have their files in memory where it can be had, with room and programs allowed in it: to make
    and to copy databases took a third of their time on a disk."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    if shutil.disk_usage(MEMORY).free >= ROOM and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that nothing long is left for one process at the end."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of this release, made by the migrations, to copy."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    make_blank(path)
    return path


@pytest.fixture(scope="module", autouse=True)
def new_databases(blank: Path) -> Iterator[None]:
    """A new database is a copy: the migrations take longer than most tests. Overridden where they are
    tried."""
    with new_databases_from(blank):
        yield


@pytest.fixture(autouse=True)
def waste() -> Iterator[None]:
    """As in the program, no job's thread destroys what a window has left, were it that of an earlier test."""
    gc.disable()
    yield
    sweep()


@pytest.fixture(autouse=True)
def power() -> Iterator[None]:
    """The power stays on, so that nothing of this process need be forced onto the disk. Overridden where it
    is cut."""
    connect = database._connect

    def lightly(path: Path, key: Key | None) -> sqlite.Connection:
        connection = connect(path, key)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_connect", lightly)
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords() -> Iterator[None]:
    """A password is hashed as always, at a cost that tests can pay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signin, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[None]:
    """A statement is compiled once, not anew for each database that a test opens."""
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Path:
    """The home of a founded head office, to copy."""
    with new_databases_from(blank), closing(Company(tmp_path_factory.mktemp("founded"))) as company:
        pass
    return company.folder / "headoffice"


@pytest.fixture(scope="session")
def founded_on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[Company]:
    """A founded head office over PostgreSQL, closed: its home and its database, to copy."""
    with closing(Company(tmp_path_factory.mktemp("founded"), server=postgres)) as company:
        company.headoffice.close()
        yield company


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory, founded: Path, blank: Path) -> Path:
    """The homes of a founded head office and of its first desk, BN03, to copy."""
    with (
        new_databases_from(blank),
        closing(Company(tmp_path_factory.mktemp("enrolled"), founded)) as company,
    ):
        company.desk("BN03")
    return company.folder


@pytest.fixture
def company(request: pytest.FixtureRequest, tmp_path: Path, founded: Path) -> Iterator[Company]:
    """A head office with one district office and no desk yet, save for tests that ask for `desktop`;
    over PostgreSQL where the test says so (`tests.offices.ON_BOTH`)."""
    if getattr(request, "param", "sqlite") == "sqlite":
        if "desktop" in request.fixturenames:
            enrolled: Path = request.getfixturevalue("enrolled")
            shutil.copytree(enrolled / "BN03", tmp_path / "BN03")
            founded = enrolled / "headoffice"
        company = Company(tmp_path, founded)
    else:
        template: Company = request.getfixturevalue("founded_on_postgres")
        company = Company(tmp_path, template.home, template.server, database_of(template.url))
    yield company
    company.close()


@pytest.fixture
def desktop(company: Company) -> Desktop:
    """The first desk, BN03."""
    home = company.folder / "BN03"
    return company.opened(home) if home.exists() else company.desk("BN03")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server, the same for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with postgres_server(shared) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """The address of an empty database of this release on PostgreSQL."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database of this release, of either kind."""
    now = datetime(2026, 11, 20, tzinfo=UTC)
    opened: Store
    if request.param == "sqlite":
        opened = open_database(tmp_path / "store.db", now)
    else:
        opened = open_postgres(request.getfixturevalue("postgres_url"), now)
    yield opened
    opened.close()
