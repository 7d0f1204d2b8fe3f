"""A real head office and real desks for tests: real files, real sync, the messages handed over in process."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import Clock, SteppingClock
from app.headoffice.founding import NewOffice, NewStaff, NewUtility
from app.home.first_start import join
from app.services.writer import Person
from app.sync.transport import DirectTransport
from tests.postgres import MIGRATED, Server

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # a Friday, 08:00 in Vietnam
PASSWORD = "mat-khau-thu"
WATER = NewUtility(
    name="Công ty Cấp nước Thử Nghiệm",
    kind="water",
    currency="VND",
    zone="Asia/Ho_Chi_Minh",
    language="vi",
    country="vn",
    tariff_set="tra_vinh_water",
    bank_bin="970436",
    bank_account="1011017595600",
)
STAFF = [
    NewStaff("yen", "Hoàng Thị Yến", "Giao dịch viên", "0912000001", ("clerk",), PASSWORD),
    NewStaff("tung", "Ngô Văn Tùng", "Thu ngân", "0912000002", ("cashier",), PASSWORD),
    NewStaff("duc", "Đặng Văn Đức", "Nhân viên ghi chỉ số", "0912000003", ("reader",), PASSWORD),
    NewStaff("mai", "Bùi Thị Mai", "Giám sát", "0912000004", ("supervisor",), PASSWORD),
    NewStaff("admin", "Lê Hoàng Quân", "Quản trị", "0912000005", ("administrator",), PASSWORD),
]

ON_BOTH = pytest.mark.parametrize("company", ["sqlite", "postgresql"], indirect=True)
"""For tests whose head office is to be tried over either kind of database."""


class Company:
    """A founded utility with one office; desks are added by `desk`. All on one stepping clock.

    With `server` its head office is over a PostgreSQL database, a copy of `template`; else over SQLite, in
    its home."""

    def __init__(
        self,
        folder: Path,
        founded: Path | None = None,
        server: Server | None = None,
        template: str = MIGRATED,
    ) -> None:
        self.folder = folder
        self.clock = SteppingClock(START, step=timedelta(milliseconds=3))
        self.server = server
        self._kept = ExitStack()
        self.url = self._kept.enter_context(server.database(template)) if server else ""
        self.home = folder / "headoffice"
        if founded:
            shutil.copytree(founded, self.home)
        self.headoffice = self._opened()
        self.office_no = 1 if founded else self._found()
        self.transport = DirectTransport(lambda path, data: self.headoffice.hub.answer(path, data))
        self.desks: list[Desktop] = []

    def _opened(self) -> HeadOffice:
        return HeadOffice(self.home, self.clock, self.url)

    def _found(self) -> int:
        self.headoffice.founding.utility(WATER)
        number = self.headoffice.founding.office(
            NewOffice(
                "Chi nhánh Bắc Ninh",
                "57 Ngô Gia Tự, Bắc Ninh",
                "0222 3821 000",
                points=(("VA", "Nhà văn hóa Vệ An", "Phường Kinh Bắc"),),
            )
        )
        self.headoffice.founding.staff(self.headoffice.hub.office_feed(number), STAFF)
        return number

    def desk(self, name: str) -> Desktop:
        """A new desk, enrolled and up to date."""
        home = self.folder / name
        invitation = self.headoffice.enrolment(self.office_no, name, f"Quầy {name}", "http://unused")
        join(home, invitation, self.clock, self.transport)
        return self.opened(home)

    def opened(self, home: Path, clock: Clock | None = None) -> Desktop:
        """The desk of a home that is not open; its PC may have a clock of its own."""
        desktop = Desktop(home, clock or self.clock, self.transport)
        self.desks.append(desktop)
        return desktop

    def shut(self, desktop: Desktop) -> Path:
        """Close a desk; its home."""
        self.desks.remove(desktop)
        desktop.close()
        return desktop.home

    def sync(self) -> None:
        """Every desk reconciles, twice, so that each hears of the others."""
        for _ in range(2):
            for desktop in self.desks:
                desktop.client.once()

    # -- the head office's own backup ---------------------------------------------------------------------

    def backup(self) -> str:
        """Keep what the head office's database holds now; what `put_back` takes."""
        self.headoffice.close()
        if self.server:
            kept = database_of(self._kept.enter_context(self.server.database(database_of(self.url))))
        else:
            kept = tempfile.mkdtemp(prefix="backup", dir=self.folder)
            shutil.copytree(self.home, kept, dirs_exist_ok=True)
        self.headoffice = self._opened()
        return kept

    def put_back(self, kept: str) -> None:
        """The head office's disk is gone; its database is what it was when it was kept."""
        self.headoffice.close()
        if self.server:
            self.url = self._kept.enter_context(self.server.database(kept))
        else:
            shutil.rmtree(self.home)
            shutil.copytree(kept, self.home)
        self.headoffice = self._opened()

    def close(self) -> None:
        for desktop in self.desks:
            desktop.close()
        self.headoffice.close()
        self._kept.close()


def database_of(url: str) -> str:
    """The name of the database in an address."""
    return url.rpartition("/")[2]


def person(desktop: Desktop, login: str) -> Person:
    """A member of the staff, signed in without the cost of hashing a password."""
    from sqlalchemy import select

    from app.models import Staff

    with desktop.database.read.connect() as read:
        found = read.execute(
            select(Staff.id, Staff.name, Staff.roles).where(
                Staff.office_no == desktop.office_no, Staff.login == login
            )
        ).one()
    return Person(found.id, found.name, tuple(found.roles))
