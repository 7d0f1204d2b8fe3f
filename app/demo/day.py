"""The played day: one office's day through real windows, a real head office over HTTP, real paper and a real
workbook. Four PCs: the supervisor's, which also keeps the head office; the counter; the cashier's, which goes
out to a collection point; the repair team's."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from PySide6.QtWidgets import QDialog

from app.bootstrap import Desktop
from app.demo.cable import Cable
from app.demo.check import close_the_day
from app.demo.filling import demo_customers, fill_bills, fill_payments, fill_readings, office_clock, person
from app.demo.office import OFFICE, PASSWORD, STAFF, UTILITY, HubThread
from app.demo.sheets import customer_sheet
from app.demo.stage import Stage, StageError
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from app.domain.deadlines import zone_named
from app.domain.money import format_money
from app.sync.enrolment import write_enrolment
from app.ui.settings.page import Preferences
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow, application
from app.words import tr

DAY = date(2026, 11, 20)
PERIOD = date(2026, 11, 1)
FOUNDED = date(2026, 8, 31)
CUSTOMERS = 240
SYNC_EVERY = 0.5


def play_day(folder: Path, language: str = "vi", theme: str = "light") -> int:
    """Play the day into `folder`: pictures, papers, workbooks, a line a step. 0 only when the closing check
    finds all well; 1 when not, or when something did not happen."""
    homes = Path(tempfile.mkdtemp(prefix="daumoi-day-"))
    application(Preferences(language, theme))
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), *folder.glob("*.pdf"), *folder.glob("*.xlsx")):
        old.unlink()
    day = Day(homes, folder, language)
    try:
        return 0 if day.play() else 1
    except StageError as error:
        day.stage.say(str(error))
        return 1
    finally:
        day.close()
        shutil.rmtree(homes, ignore_errors=True)


class Day:
    """The day, step by step."""

    def __init__(self, homes: Path, folder: Path, language: str) -> None:
        self.homes, self.folder, self.language = homes, folder, language
        self.clock = office_clock(FOUNDED, 7, 0)
        self.stage = Stage(folder, self.clock, lambda line: print(line, flush=True))
        self.hub: HubThread | None = None
        self.cables: list[Cable] = []
        self.customers = demo_customers(CUSTOMERS)

    def play(self) -> bool:
        """All steps and the closing check."""
        for number, (name, step) in enumerate(
            (
                ("set-up", self.set_up),
                ("customers from Excel", self.import_customers),
                ("indexes", self.indexes),
                ("bills", self.bills),
                ("a walk-in complaint", self.complaint),
                ("a collection point, offline", self.collection),
                ("the connection returns", self.connection_returns),
                ("the supervisor's workbook", self.report),
            ),
            1,
        ):
            with self.stage.step(f"{number}. {name}"):
                step()
        return self.closing_check()

    def at(self, hour: int, minute: int = 0) -> None:
        """The office's clock shows this hour now."""
        zone = zone_named("Asia/Ho_Chi_Minh")
        self.clock.set(datetime.combine(DAY, time(hour, minute), zone))

    # -- 1 ----------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """The supervisor's PC founds the office by keyboard; three more PCs enrol by file."""
        stage = self.stage
        window = stage.window(self.homes / "supervisor", sync_every=SYNC_EVERY)
        page = window.currentWidget()
        assert isinstance(page, SetUpPage)
        stage.picture("set-up")
        stage.key("Ctrl+Return")
        stage.write(UTILITY.name)
        stage.picture("set-up-utility")
        stage.key("Ctrl+Return")
        for answer in (OFFICE.name, OFFICE.address, OFFICE.phone):
            stage.write(answer)
            stage.key("Return")
        stage.write("BN01")
        stage.key("Ctrl+Return")
        for answer in ("Bùi Thị Mai", "mai", PASSWORD):
            stage.write(answer)
            stage.key("Return")
        stage.write(PASSWORD)
        stage.key("Ctrl+Return")
        stage.until(lambda: isinstance(window.currentWidget(), SignInPage), "the office founded")
        self._let_the_staff_in()
        self.sign_in(window, "mai")
        stage.picture("first-day")
        self.supervisor = window
        self.counter = self._enrolled("counter", "BN02", "Quầy giao dịch")
        self.cashier = self._enrolled("cashier", "BN03", "Thu lưu động")
        self.repair = self._enrolled("repair", "BN04", "Đội trực sửa chữa")
        stage.count("4 PCs, 1 head office")

    def _let_the_staff_in(self) -> None:
        """The head office enters the others and its bank account, and begins to serve other desks."""
        self.hub = HubThread(self.homes / "supervisor", self.clock)
        headoffice = self.hub.headoffice
        feed = headoffice.hub.office_feed(1)
        headoffice.founding.staff(feed, [s for s in STAFF if s.login not in ("mai", "demo")])
        headoffice.founding.points(feed, OFFICE.points)
        headoffice.founding.bank(UTILITY.bank_bin or "", UTILITY.bank_account or "")

    def _enrolled(self, home: str, desk: str, name: str) -> DeskWindow:
        assert self.hub is not None
        cable = Cable(self.hub.port)
        self.cables.append(cable)
        path = self.homes / f"{desk}.daumoi-enrolment"
        write_enrolment(path, self.hub.headoffice.enrolment(1, desk, name, cable.url))
        window = self.stage.window(self.homes / home, sync_every=SYNC_EVERY)
        page = window.currentWidget()
        assert isinstance(page, SetUpPage)
        page.take_file(str(path))
        self.stage.until(lambda: isinstance(window.currentWidget(), SignInPage), f"{desk} enrolled")
        return window

    def sign_in(self, window: DeskWindow, login: str) -> None:
        """A person signs in, by keyboard."""
        stage = self.stage
        stage.front(window)
        if not isinstance(window.currentWidget(), SignInPage):
            window.sign_in()
            stage.settle()
        stage.write(login)
        stage.key("Return")
        stage.write(PASSWORD)
        stage.key("Return")
        stage.until(lambda: window.main is not None, f"{login} signed in")
        stage.settle()

    # -- 2 ----------------------------------------------------------------------------------------------

    def import_customers(self) -> None:
        """A workbook with a few wrong rows; then two months of the past, billed and mostly paid."""
        from app.ui.imports.wizard import ImportDialog

        path = self._customer_workbook()
        stage = self.stage
        stage.front(self.supervisor)
        page = self._main(self.supervisor).open_section("customers")
        stage.settle()
        stage.key("F7")
        dialog = stage.dialog(ImportDialog)
        dialog.take_file(path)
        stage.settle()
        stage.picture("import-columns")
        stage.key("F9")
        stage.settle()
        stage.picture("import-check")
        dialog.write_wrong()
        stage.settle()
        stage.key("F9")
        stage.until(lambda: self._desk(self.supervisor).customer_queries.count() >= CUSTOMERS, "the import")
        stage.settle()
        stage.picture("import-done")
        stage.close_dialogs()
        page.show_record(self._desk(self.supervisor).customer_queries.id_of(self.customers[6].code))  # type: ignore[attr-defined]
        stage.picture("customers")
        desk = self._desk(self.supervisor)
        stage.count(f"{desk.customer_queries.count()} customers from a workbook, 3 wrong rows put aside")
        self._past(desk)

    def _customer_workbook(self) -> Path:
        sheet = customer_sheet(self.customers, self.language)
        rows = list(sheet.rows)
        spoilt = [list(rows[3]), list(rows[9]), list(rows[20])]
        for row in spoilt:
            row[1] = f"{row[1]}X"
        spoilt[0][2] = None
        spoilt[1][11] = "abc"
        spoilt[2][1] = rows[5][1]
        path = self.folder / "khach-hang.xlsx"
        columns = tuple(OutColumn(title, "any") for title in sheet.headings)
        write_workbook(path, [SheetOut("Khách hàng", columns, [*rows, *spoilt])])
        return path

    def _past(self, desk: Desktop) -> None:
        """September and October, so that there is usual use and there are arrears."""
        mai = person(desk, "mai")
        for month, share in ((date(2026, 9, 1), 0.9), (date(2026, 10, 1), 0.55)):
            self.clock.set(office_clock(month.replace(day=21), 9).now())
            fill_readings(desk, mai, self.customers, month)
            bills = fill_bills(desk, mai, month)
            self.clock.set(office_clock(month.replace(day=27), 8).now())
            paid = fill_payments(desk, mai, share, month.month)
            self.stage.count(f"{month:%m/%Y}: {bills} bills, {paid} receipts")

    # -- the end ----------------------------------------------------------------------------------------

    def all_agree(self) -> None:
        """Wait until every desk and the head office hold the same feeds."""
        assert self.hub is not None
        headoffice = self.hub.headoffice
        desks = [self._desk(w) for w in self.stage.windows]

        def same() -> bool:
            reference = headoffice.writer.vector()
            return all(desk.writer.vector() == reference for desk in desks)

        self.stage.until(same, "all replicas hold the same feeds")

    def closing_check(self) -> bool:
        """The closing check, over all replicas."""
        self.all_agree()
        self.stage.say("closing check")
        desks = [self._desk(w) for w in self.stage.windows]
        path = self.homes / "supervisor" / "headoffice.db"
        good = close_the_day(desks, path, self.clock.now(), self.stage.say)
        self.stage.say("all is well" if good else "NOT ALL IS WELL")
        return good

    def close(self) -> None:
        """Close the windows, the head office and the cables."""
        self.stage.close()
        if self.hub is not None:
            self.hub.stop()
        for cable in self.cables:
            cable.close()

    # -- helpers ----------------------------------------------------------------------------------------

    @staticmethod
    def _desk(window: DeskWindow) -> Desktop:
        assert window.desktop is not None
        return window.desktop

    @staticmethod
    def _main(window: DeskWindow):  # type: ignore[no-untyped-def]
        assert window.main is not None
        return window.main
