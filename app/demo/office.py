"""The demo utility: a head office over HTTP on this machine, its people, and desks that enrol with it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from app.bootstrap import HeadOffice
from app.domain.clock import Clock
from app.headoffice.founding import NewOffice, NewStaff, NewUtility
from app.headoffice.server import asgi
from app.sync.enrolment import write_enrolment

PASSWORD = "dau-moi-2026"  # noqa: S105 everybody's in the demo, printed at its start
UTILITY = NewUtility(
    name="Công ty Cấp thoát nước Kinh Bắc",
    kind="water",
    currency="VND",
    zone="Asia/Ho_Chi_Minh",
    language="vi",
    country="vn",
    tariff_set="tra_vinh_water",
    tax_code="2300123456",
    bank_bin="970436",
    bank_account="1011017595600",
)
OFFICE = NewOffice(
    "Chi nhánh Bắc Ninh",
    "57 Ngô Gia Tự, phường Kinh Bắc, Bắc Ninh",
    "0222 3821 234",
    points=(
        ("VA", "Nhà văn hóa Vệ An", "Phường Kinh Bắc"),
        ("TS", "Trụ sở khu phố Thị Cầu", "Phường Kinh Bắc"),
    ),
)
STAFF = [
    NewStaff("yen", "Hoàng Thị Yến", "Giao dịch viên", "0912 300 101", ("clerk",), PASSWORD, "CARE"),
    NewStaff("tung", "Ngô Văn Tùng", "Thu ngân viên", "0912 300 102", ("cashier",), PASSWORD),
    NewStaff("duc", "Đặng Văn Đức", "Nhân viên ghi chỉ số", "0912 300 103", ("reader",), PASSWORD),
    NewStaff("son", "Trần Hồng Sơn", "Tổ trưởng sửa chữa", "0912 300 104", ("clerk",), PASSWORD, "REPAIR"),
    NewStaff(
        "demo",
        "Nguyễn Thị Đầu Mối",
        "Dùng thử",
        "0912 300 100",
        ("supervisor", "clerk", "cashier", "reader", "administrator"),
        PASSWORD,
        "CARE",
    ),
    NewStaff("mai", "Bùi Thị Mai", "Giám sát", "0912 300 105", ("supervisor", "administrator"), PASSWORD),
]


def found(headoffice: HeadOffice, staff: list[NewStaff] = STAFF) -> int:
    """Found the demo utility with one office and its people; returns the office's number."""
    headoffice.founding.utility(UTILITY)
    number = headoffice.founding.office(OFFICE)
    headoffice.founding.staff(headoffice.hub.office_feed(number), staff)
    return number


class HubThread:
    """A head office of a home, or over the PostgreSQL database at `database` with its key in the home, served
    over HTTP on a free port of this machine until it is stopped."""

    def __init__(self, home: Path, clock: Clock, database: str = "") -> None:
        import uvicorn

        self.headoffice = HeadOffice(home, clock, database)
        config = uvicorn.Config(
            asgi(self.headoffice.hub), host="127.0.0.1", port=0, log_level="error", access_log=False
        )
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="headoffice", daemon=True)
        self._thread.start()
        if not self._started.wait(20):
            raise TimeoutError("the head office did not start")

    @property
    def port(self) -> int:
        """Where it listens."""
        listening = self._server.servers[0].sockets[0]
        return int(listening.getsockname()[1])

    def invite(self, folder: Path, desk: str, name: str, url: str, office_no: int = 1) -> Path:
        """An enrolment file for a new desk."""
        path = folder / f"{desk}.daumoi-enrolment"
        write_enrolment(path, self.headoffice.enrolment(office_no, desk, name, url))
        return path

    def stop(self) -> None:
        """End serving and let go of the database."""
        self._server.should_exit = True
        self._thread.join(20)
        self.headoffice.close()

    def _run(self) -> None:
        async def run() -> None:
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started and not serving.done():
                await asyncio.sleep(0.01)
            self._started.set()
            await serving

        asyncio.run(run())
