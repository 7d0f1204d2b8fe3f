"""The demo utility: a head office over HTTP on this machine, its people, and desks that enrol with it."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.bootstrap import HeadOffice
from app.domain.clock import Clock
from app.headoffice.founding import NewOffice, NewStaff, NewUtility
from app.sync.enrolment import write_enrolment
from app.sync.transport import TYPE
from app.sync.wire import work_types_out

log = logging.getLogger(__name__)

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
    over HTTP on a free port of this machine until it is stopped. It answers this machine alone, so it needs
    none of what `app.headoffice.server` sets against strangers, and none of its packages."""

    def __init__(self, home: Path, clock: Clock, database: str = "") -> None:
        work_types_out()
        self.headoffice = HeadOffice(home, clock, database)
        self._server = _Server(self.headoffice.hub.answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="headoffice")
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def invite(self, folder: Path, desk: str, name: str, url: str, office_no: int = 1) -> Path:
        """An enrolment file for a new desk."""
        path = folder / f"{desk}.daumoi-enrolment"
        write_enrolment(path, self.headoffice.enrolment(office_no, desk, name, url))
        return path

    def stop(self) -> None:
        """End serving and let go of the database."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.headoffice.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a desk's connection rests open

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.answer = answer

    def handle_error(self, request: object, client_address: object) -> None:
        """A cable that was pulled is part of the day; anything else is a fault, and is said."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            log.exception("the demo's head office could not answer")


class _Talk(BaseHTTPRequestHandler):
    """What one desk says over one connection."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        body = self.rfile.read(size)
        if len(body) < size:  # cut off in mid-sentence
            self.close_connection = True
            return
        answer = self.server.answer(self.path, body)
        self.send_response(200)
        self.send_header("content-type", TYPE)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the day tells its own story."""
