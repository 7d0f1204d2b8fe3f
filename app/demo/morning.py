"""The morning of the played day: customers from Excel, indexes, bills."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from app.bootstrap import Desktop
from app.demo.filling import (
    fill_bills,
    fill_payments,
    fill_readings,
    fill_requests,
    last_indexes,
    office_clock,
    person,
)
from app.demo.generator import usual_reading
from app.demo.sheets import customer_sheet, reading_sheet
from app.demo.world import DAY, PERIOD, World
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from app.queries.bills import BillFilter
from app.window.preferences import papers_folder

TYPED, REQUESTS = 12, 36


def import_customers(day: World) -> None:
    """A workbook with a few wrong rows; then two months of the past, billed and mostly paid."""
    path = _customer_workbook(day)
    stage = day.stage
    stage.front(day.supervisor)
    day.main(day.supervisor).open_section("customers")
    stage.settle()
    _import(day, path, "import")
    desk = day.desk(day.supervisor)
    day.main(day.supervisor).show_record("customers", desk.customer_queries.id_of(day.customers[6].code))
    stage.picture("customers")
    stage.count(f"{desk.customer_queries.count()} customers from a workbook, 3 wrong rows put aside")
    _past(day, desk)


def _import(day: World, path: Path, name: str) -> None:
    """Through the steps of the import: columns, check, the wrong rows put aside, work."""
    from app.ui.imports.wizard import CHECK, COLUMNS, DONE, ImportDialog

    stage = day.stage
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


def _customer_workbook(day: World) -> Path:
    sheet = customer_sheet(day.customers, day.language)
    rows = list(sheet.rows)
    spoilt = [list(rows[3]), list(rows[9]), list(rows[20])]
    for row in spoilt:
        row[1] = f"{row[1]}X"
    spoilt[0][2] = None
    spoilt[1][11] = "abc"
    spoilt[2][1] = rows[5][1]
    path = day.folder / "khach-hang.xlsx"
    columns = tuple(OutColumn(title, "any") for title in sheet.headings)
    write_workbook(path, [SheetOut("Khách hàng", columns, [*rows, *spoilt])])
    return path


def _past(day: World, desk: Desktop) -> None:
    """September and October, so that there is usual use and there are arrears."""
    mai = person(desk, "mai")
    for month, share in ((date(2026, 9, 1), 0.9), (date(2026, 10, 1), 0.55)):
        day.clock.set(office_clock(month.replace(day=21), 9).now())
        fill_readings(desk, mai, day.customers, month)
        bills = fill_bills(desk, mai, month)
        day.clock.set(office_clock(month.replace(day=27), 8).now())
        paid = fill_payments(desk, mai, share, month.month)
        day.stage.count(f"{month:%m/%Y}: {bills} bills, {paid} receipts")
    for number in (5, 10, 13, 18):
        day.clock.set(office_clock(DAY.replace(day=number), 8).now())
        fill_payments(desk, mai, 0.06, number)
    day.all_agree()
    day.clock.set(office_clock(DAY - timedelta(days=3), 8).now())
    counter = day.desk(day.counter)
    fill_requests(counter, person(counter, "yen"), day.customers, REQUESTS, day.clock)
    day.stage.count(f"{REQUESTS} requests of the days before")


def indexes(day: World) -> None:
    """A route typed with Enter alone, the others from a workbook."""
    from app.ui.readings.page import ReadingsPage

    day.at(7, 40)
    stage = day.stage
    day.sign_in(day.counter, "duc")
    page = day.main(day.counter).open_section("readings")
    assert isinstance(page, ReadingsPage)
    stage.settle()
    desk = day.desk(day.counter)
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
    _indexes_from_workbook(day, typed)


def _indexes_from_workbook(day: World, typed: set[str]) -> None:
    stage, desk = day.stage, day.desk(day.supervisor)
    last = last_indexes(desk)
    pairs = [
        (customer, usual_reading(customer, PERIOD, seed=7, previous=last.get(customer.code)))
        for customer in day.customers
        if customer.code not in typed
    ]
    kept = [(c, r) for c, r in pairs if r.kind not in ("lower", "rolled_over")]
    sheet = reading_sheet(kept, "L002", day.language)
    path = day.folder / "chi-so.xlsx"
    columns = tuple(OutColumn(title, "any") for title in sheet.headings)
    write_workbook(path, [SheetOut("Chỉ số", columns, sheet.rows)])
    stage.front(day.supervisor)
    day.main(day.supervisor).open_section("readings")
    stage.settle()
    _import(day, path, "indexes-import")
    stage.count(f"{len(kept)} from a workbook")


def bills(day: World) -> None:
    """The billing run of the period; one bill and all of them on paper."""
    from app.ui.bills.billing import BillingDialog
    from app.ui.bills.page import BillsPage
    from app.ui.kit.paper import PaperDialog

    day.at(8, 20)
    stage, desk = day.stage, day.desk(day.supervisor)
    day.all_agree()
    stage.front(day.supervisor)
    page = day.main(day.supervisor).open_section("bills")
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
    day.keep(paper.path, "hoa-don.pdf")
    stage.close_dialogs()
    page.print_all()
    stage.settle()
    stage.close_dialogs()
    papers = papers_folder(desk.home)
    largest = max(papers.glob("*.pdf"), key=lambda path: path.stat().st_size)
    day.keep(largest, "hoa-don-ca-ky.pdf")
    made = len(desk.bill_queries.ids(BillFilter(DAY))) - before
    stage.count(f"{made} bills, {largest.stat().st_size // 1024} kB of paper")
