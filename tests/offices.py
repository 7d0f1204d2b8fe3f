"""A real head office and real desks for tests: real files, real sync, the messages handed over in process."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap import Desktop, HeadOffice, enrol_desk
from app.domain.clock import SteppingClock
from app.headoffice.founding import NewOffice, NewStaff, NewUtility
from app.services.writer import Person
from app.sync.transport import DirectTransport

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


class Company:
    """A founded utility with one office; desks are added by `desk`. All on one stepping clock."""

    def __init__(self, folder: Path, founded: Path | None = None) -> None:
        self.folder = folder
        self.clock = SteppingClock(START, step=timedelta(milliseconds=3))
        if founded:
            shutil.copytree(founded, folder / "headoffice")
        self.headoffice = HeadOffice(folder / "headoffice", self.clock)
        self.office_no = 1 if founded else self._found()
        self.transport = DirectTransport(self.headoffice.hub.answer)
        self.desks: list[Desktop] = []

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
        enrol_desk(home, invitation, self.clock, self.transport)
        desktop = Desktop(home, self.clock, self.transport)
        self.desks.append(desktop)
        return desktop

    def sync(self) -> None:
        """Every desk reconciles, twice, so that each hears of the others."""
        for _ in range(2):
            for desktop in self.desks:
                desktop.client.once()

    def close(self) -> None:
        for desktop in self.desks:
            desktop.close()
        self.headoffice.close()


def person(desktop: Desktop, login: str) -> Person:
    """A member of the staff, signed in without the cost of hashing a password."""
    from sqlalchemy import select

    from app.models import Staff

    with desktop.database.read.connect() as read:
        found = read.execute(select(Staff.id, Staff.name, Staff.roles).where(Staff.login == login)).one()
    return Person(found.id, found.name, tuple(found.roles))
