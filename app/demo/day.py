"""The played day: one office's day through real windows, a real head office over HTTP, real paper and a real
workbook. Four PCs: the supervisor's, which also keeps the head office; the counter; the cashier's, which goes
out to a collection point; the repair team's."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from app.bootstrap import Desktop
from app.demo.cable import Cable
from app.demo.check import close_the_day
from app.demo.filling import (
    demo_customers,
    fill_bills,
    fill_payments,
    fill_readings,
    fill_requests,
    last_indexes,
    office_clock,
    person,
)
from app.demo.generator import usual_reading
from app.demo.office import OFFICE, PASSWORD, STAFF, UTILITY, HubThread
from app.demo.sheets import customer_sheet, reading_sheet
from app.demo.stage import Stage, StageError
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from app.domain.cash import make_change
from app.domain.deadlines import zone_named
from app.domain.fold import fold
from app.domain.money import format_money
from app.models import Request, RequestState
from app.queries.bills import BillFilter
from app.queries.cash import denominations
from app.queries.requests import RequestRow
from app.sync.enrolment import write_enrolment
from app.ui.settings.page import Preferences
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow, application
from app.window.preferences import papers_folder
from app.words import tr

if TYPE_CHECKING:
    from app.ui.cash.page import CashPage

DAY = date(2026, 11, 20)
PERIOD = date(2026, 11, 1)
FOUNDED = date(2026, 8, 31)
CUSTOMERS = 240
TYPED, TAKEN, REQUESTS = 12, 8, 36
CASHIER = 1
"""The cashier's cable, in the order in which the desks enrolled."""
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
        day.stage.last_picture()
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
        path = self._customer_workbook()
        stage = self.stage
        stage.front(self.supervisor)
        page = self._main(self.supervisor).open_section("customers")
        stage.settle()
        self._import(path, "import")
        page.show_record(self._desk(self.supervisor).customer_queries.id_of(self.customers[6].code))
        stage.picture("customers")
        desk = self._desk(self.supervisor)
        stage.count(f"{desk.customer_queries.count()} customers from a workbook, 3 wrong rows put aside")
        self._past(desk)

    def _import(self, path: Path, name: str) -> None:
        """Through the steps of the import: columns, check, the wrong rows put aside, work."""
        from app.ui.imports.wizard import CHECK, COLUMNS, DONE, ImportDialog

        stage = self.stage
        stage.key("F7")
        dialog = stage.dialog(ImportDialog)
        dialog.take_file(path)
        stage.until(lambda: dialog.steps.currentIndex() == COLUMNS, "the columns")
        stage.picture(f"{name}-columns")
        stage.key("F9")
        stage.until(lambda: dialog.steps.currentIndex() == CHECK, "the check")
        stage.picture(f"{name}-check")
        dialog.write_wrong()
        stage.settle()
        stage.key("F9")
        stage.until(lambda: dialog.steps.currentIndex() == DONE, "the import")
        stage.picture(f"{name}-done")
        stage.close_dialogs()

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
        for day in (5, 10, 13, 18):
            self.clock.set(office_clock(DAY.replace(day=day), 8).now())
            fill_payments(desk, mai, 0.06, day)
        self.all_agree()
        self.clock.set(office_clock(DAY - timedelta(days=3), 8).now())
        counter = self._desk(self.counter)
        fill_requests(counter, person(counter, "yen"), self.customers, REQUESTS, self.clock)
        self.stage.count(f"{REQUESTS} requests of the days before")

    # -- 3 ----------------------------------------------------------------------------------------------

    def indexes(self) -> None:
        """A route typed with Enter alone, the others from a workbook."""
        from app.ui.readings.page import ReadingsPage

        self.at(7, 40)
        stage = self.stage
        self.sign_in(self.counter, "duc")
        page = self._main(self.counter).open_section("readings")
        assert isinstance(page, ReadingsPage)
        stage.settle()
        desk = self._desk(self.counter)
        route = desk.reading_queries.routes(f"{PERIOD:%Y-%m}")[0]
        lines = desk.reading_queries.sheet(route.code, f"{PERIOD:%Y-%m}")
        stage.until(lambda: page.view.line is not None, "the route's sheet")
        stage.key("F3", "Return")
        for number, line in enumerate(lines[:TYPED]):
            usual = (line.usual or 12_000) // 1000
            use = {4: usual * 6 + 20, 7: 0}.get(number, usual + number % 3)
            stage.write(str(line.previous // 1000 + use))
            if number == 4:
                stage.picture("indexes-abnormal")
            stage.key("Return")
        stage.settle()
        stage.picture("indexes")
        typed = {line.code for line in lines[:TYPED]}
        stage.count(f"{len(typed)} indexes typed in route {route.code}")
        self._indexes_from_workbook(typed)

    def _indexes_from_workbook(self, typed: set[str]) -> None:
        stage, desk = self.stage, self._desk(self.supervisor)
        last = last_indexes(desk)
        pairs = [
            (customer, usual_reading(customer, PERIOD, seed=7, previous=last.get(customer.code)))
            for customer in self.customers
            if customer.code not in typed
        ]
        kept = [(c, r) for c, r in pairs if r.kind not in ("lower", "rolled_over")]
        sheet = reading_sheet(kept, "L002", self.language)
        path = self.folder / "chi-so.xlsx"
        columns = tuple(OutColumn(title, "any") for title in sheet.headings)
        write_workbook(path, [SheetOut("Chỉ số", columns, sheet.rows)])
        stage.front(self.supervisor)
        self._main(self.supervisor).open_section("readings")
        stage.settle()
        self._import(path, "indexes-import")
        stage.count(f"{len(kept)} from a workbook")

    # -- 4 ----------------------------------------------------------------------------------------------

    def bills(self) -> None:
        """The billing run of the period; one bill and all of them on paper."""
        from app.ui.bills.billing import BillingDialog
        from app.ui.bills.page import BillsPage
        from app.ui.kit.paper import PaperDialog

        self.at(8, 20)
        stage, desk = self.stage, self._desk(self.supervisor)
        self.all_agree()
        stage.front(self.supervisor)
        page = self._main(self.supervisor).open_section("bills")
        assert isinstance(page, BillsPage)
        stage.settle()
        before = len(desk.bill_queries.ids(BillFilter(DAY)))
        stage.key("F2")
        dialog = stage.dialog(BillingDialog)
        stage.until(dialog.verb.isEnabled, "the plan of the bills")
        stage.picture("billing-plan")
        stage.key("F9")
        stage.until(lambda: len(desk.bill_queries.ids(BillFilter(DAY))) > before, "the bills")
        stage.settle()
        stage.close_dialogs()
        page.table.setFocus()
        stage.key("Home")
        stage.settle()
        stage.picture("bills")
        stage.key("Ctrl+P")
        paper = stage.dialog(PaperDialog)
        stage.picture("bill")
        self._keep(paper.path, "hoa-don.pdf")
        stage.close_dialogs()
        page.print_all()
        stage.settle()
        stage.close_dialogs()
        papers = papers_folder(desk.home)
        largest = max(papers.glob("*.pdf"), key=lambda path: path.stat().st_size)
        self._keep(largest, "hoa-don-ca-ky.pdf")
        made = len(desk.bill_queries.ids(BillFilter(DAY))) - before
        stage.count(f"{made} bills, {largest.stat().st_size // 1024} kB of paper")

    # -- 5 ----------------------------------------------------------------------------------------------

    def complaint(self) -> None:
        """A customer comes to the counter; by keyboard alone."""
        from app.ui.kit.paper import PaperDialog
        from app.ui.requests.intake import IntakeDialog

        self.at(13, 35)
        stage = self.stage
        self.sign_in(self.counter, "yen")
        self._main(self.counter).open_section("requests")
        stage.settle()
        customer = self.customers[11]
        stage.key("F2")
        dialog = stage.dialog(IntakeDialog)
        stage.write(" ".join(fold(customer.name).split()[:3]))
        stage.until(lambda: dialog.form.customer.list().isVisible(), "customers found")
        stage.settle()
        stage.picture("complaint-search")
        stage.close_dialogs()
        stage.key("F2")
        dialog = stage.dialog(IntakeDialog)
        stage.write(customer.code)
        stage.until(lambda: dialog.form.customer.list().isVisible(), "the customer found")
        stage.settle()
        stage.key("Return")
        stage.until(lambda: dialog.form.customer.customer_id is not None, "the customer chosen")
        stage.settle()
        kind = self._desk(self.counter).rules.request_types()["no_supply"].name(tr.language)
        stage.write(kind[:5])
        stage.key("Return", "Return", "Return")
        stage.write("Mất nước từ 5 giờ sáng, cả ngõ không có. Nhà có người già, mong sửa sớm.")
        stage.settle()
        stage.picture("complaint")
        stage.key("F9")
        paper = stage.dialog(PaperDialog)
        stage.picture("complaint-slip")
        self._keep(paper.path, "phieu-tiep-nhan.pdf")
        stage.close_dialogs()
        row = self._newest_request(self.counter)
        self.request_code = row.code
        stage.picture("requests")
        stage.count(f"{row.code}, {row.unit_code}, due {row.due:%H:%M} UTC")

    def _newest_request(self, window: DeskWindow) -> RequestRow:
        desk = self._desk(window)
        assert window.person is not None
        queries = desk.request_queries
        viewer = queries.viewer(window.person.id, window.person.roles)
        ids = queries.ids("all", viewer, self.clock.now(), sort="received", descending=True)
        return queries.rows(ids[:1])[ids[0]]

    # -- 6 ----------------------------------------------------------------------------------------------

    def collection(self) -> None:
        """The cashier goes out with no connection, takes money, gives one back, counts."""
        from app.ui.cash.closing import CloseDialog
        from app.ui.cash.dialogs import OpenDialog, ReceiptDialog
        from app.ui.cash.page import CashPage
        from app.ui.kit.paper import PaperDialog

        stage = self.stage
        self.all_agree()
        self.cables[CASHIER].cut()
        self.at(13, 40)
        self.sign_in(self.cashier, "tung")
        desk = self._desk(self.cashier)
        page = self._main(self.cashier).open_section("cash")
        assert isinstance(page, CashPage)
        stage.settle()
        stage.key("F2")
        stage.dialog(OpenDialog)
        stage.key("Down", "Return")
        stage.write("500000")
        stage.picture("cash-open")
        stage.key("F9")
        stage.until(lambda: page.session is not None, "the session open")
        stage.settle()
        assert page.session is not None
        session, taken = page.session.id, 0
        for number, code in enumerate(self._open_bill_codes(desk)):
            self.clock.advance(timedelta(minutes=7))
            page.scan.setFocus()
            stage.write(code)
            stage.key("Return")
            stage.until(lambda: page.basket.due is not None, f"{code} found")
            stage.settle()
            due = page.basket.amount()
            note = 50_000 if number % 2 else 100_000
            page.till.tender.setFocus()
            stage.write(str(-(-due // note) * note))
            stage.settle()
            if number == 2:
                stage.picture("cash")
            stage.key("F9")
            paper = stage.dialog(PaperDialog)
            if number == 2:
                stage.picture("cash-receipt")
                self._keep(paper.path, "bien-lai.pdf")
                self._keep_roll(page, desk)
            stage.close_dialogs()
            taken += due
        stage.count(f"{TAKEN} receipts, {format_money(taken, desk.rules.utility.currency, 'vi')}")
        page.recent.setFocus()
        stage.key("Home", "Return")
        receipt = stage.dialog(ReceiptDialog)
        stage.picture("cash-take-back")
        stage.press(receipt, danger=True)
        stage.write("Thu nhầm hóa đơn của nhà bên cạnh")
        stage.picture("cash-take-back-reason")
        stage.key("Ctrl+Return")
        stage.until(lambda: desk.cash_queries.session(session).reversals == 1, "taken back")
        stage.close_dialogs()
        stage.count("1 taken back")
        stage.picture("cash-offline")
        stage.key("F10")
        stage.dialog(CloseDialog)
        expected = desk.cash_queries.session(session).expected
        counted = dict(make_change(expected - expected % 1000, denominations("VND")))
        for note in denominations("VND"):
            stage.write(str(counted.get(note, "")))
            stage.key("Return")
        stage.settle()
        stage.picture("cash-count")
        stage.key("F9")
        paper = stage.dialog(PaperDialog)
        stage.picture("cash-remittance")
        for slip in paper.path.parent.glob("NT-*.pdf"):
            self._keep(slip, "giay-nop-tien.pdf")
        self._keep(paper.path, "bang-ke-ca-thu.pdf")
        stage.close_dialogs()
        unsent = desk.client.unsent()
        stage.count(f"{unsent} entries not sent")
        if unsent == 0:
            raise StageError("the cashier's desk was not offline")

    def _keep_roll(self, page: CashPage, desk: Desktop) -> None:
        """The same receipt as it comes from a roll of 80 mm."""
        from app.ui.cash.prints import write_receipt

        room = replace(page.room, roll=True, papers=self.homes)
        assert page.session is not None
        newest = desk.cash_queries.receipts(page.session.id, room.device, room.acked())[0]
        self._keep(write_receipt(room, newest.id, copy=False), "bien-lai-80mm.pdf")

    def _open_bill_codes(self, desk: Desktop) -> list[str]:
        today = self.clock.now().date()
        ids = desk.bill_queries.ids(BillFilter(today, state="overdue"))
        rows = desk.bill_queries.rows(ids[:: max(len(ids) // TAKEN, 1)][:TAKEN])
        return [row.code for row in rows.values()]

    # -- 7 ----------------------------------------------------------------------------------------------

    def connection_returns(self) -> None:
        """All desks agree by themselves; the unit answers, the clerk tells the customer; it closes."""
        from app.ui.requests.dialogs import ActDialog
        from app.ui.requests.page import RequestsPage

        stage = self.stage
        self.at(15, 10)
        self.cables[CASHIER].mend()
        self.all_agree()
        stage.until(lambda: self._desk(self.cashier).contact.unsent == 0, "everything sent")
        stage.front(self.cashier)
        stage.picture("connected")
        self.sign_in(self.repair, "son")
        self._open_request(self.repair)
        stage.key("F8")
        stage.dialog(ActDialog)
        stage.write("Đã thay van khu vực ở đầu ngõ, nước có lại từ 15 giờ 20.")
        stage.picture("answer")
        stage.key("F8")
        stage.settle()
        self.all_agree()
        self.sign_in(self.counter, "yen")
        page = self._open_request(self.counter)
        assert isinstance(page, RequestsPage)
        stage.picture("answered")
        stage.key("F9")
        stage.dialog(ActDialog)
        stage.picture("tell")
        before = self._state(self.counter)
        stage.key("F9")
        stage.settle()
        self.all_agree()
        after = [self._state(w) for w in self.stage.windows[1:]]
        stage.picture("closed")
        stage.count(f"{self.request_code}: {before} before the customer was told, then {', '.join(after)}")
        if before != "answered" or set(after) != {"closed"}:
            raise StageError(f"the request went from {before} to {after}")

    def _open_request(self, window: DeskWindow) -> object:
        self.stage.front(window)
        page = self._main(window).open_section("requests")
        self.stage.settle()
        page.show_record(self._request_id(window))
        self.stage.settle()
        return page

    def _request_id(self, window: DeskWindow) -> UUID:
        with self._desk(window).database.read.connect() as read:
            return read.execute(select(Request.id).where(Request.code == self.request_code)).scalar_one()

    def _state(self, window: DeskWindow) -> str:
        wanted = select(RequestState.state).where(RequestState.id == self._request_id(window))
        with self._desk(window).database.read.connect() as read:
            return str(read.execute(wanted).scalar_one())

    # -- 8 ----------------------------------------------------------------------------------------------

    def report(self) -> None:
        """The supervisor looks at the figures and exports the workbook."""
        from app.ui.reports.page import ReportsPage

        self.at(16, 40)
        stage, desk = self.stage, self._desk(self.supervisor)
        stage.front(self.supervisor)
        page = self._main(self.supervisor).open_section("reports")
        assert isinstance(page, ReportsPage)
        stage.until(lambda: page.span is not None, "the figures")
        stage.picture("reports")
        papers = papers_folder(desk.home)
        there = {*papers.glob("*.xlsx")}
        stage.key("F9")
        stage.until(lambda: {*papers.glob("*.xlsx")} - there, "the workbook")
        stage.settle()
        stage.picture("reports-exported")
        (book,) = {*papers.glob("*.xlsx")} - there
        self._keep(book, "bao-cao.xlsx")
        stage.count(f"{book.stat().st_size // 1024} kB")
        self._main(self.supervisor).open_section("today")
        stage.picture("today-evening")

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

    def _keep(self, paper: Path, name: str) -> None:
        shutil.copy(paper, self.folder / name)

    @staticmethod
    def _desk(window: DeskWindow) -> Desktop:
        assert window.desktop is not None
        return window.desktop

    @staticmethod
    def _main(window: DeskWindow):  # type: ignore[no-untyped-def]
        assert window.main is not None
        return window.main
