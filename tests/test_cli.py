"""Bulk work on the command line, as people and scripts do it: a month of an office, and what is refused."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree

import openpyxl
import pypdfium2
import pytest
from filelock import FileLock

from tests.former_register import CLOSED, MAPPING, OPEN, csv_of
from tests.programs import ROOT, refused, run, run_apart, served, told

PASSWORD = "mat-khau-thu"
CUSTOMERS = 300


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded head office (hub), a desk with a workbook's customers (desk), and a password."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "password").write_text(PASSWORD + "\n", "utf-8")
    hub = folder / "hub"
    name = "Công ty Cấp nước Thử Nghiệm"
    bank = ("--bank-bin", "970436", "--bank-account", "1017595600")
    run_apart("headoffice", "found", "--home", hub, "--name", name, "--tariffs", "tra_vinh_water", *bank)
    office = ("--name", "Chi nhánh Bắc Ninh", "--address", "57 Ngô Gia Tự", "--phone", "02223821000")
    added = run("headoffice", "office", "add", "--home", hub, *office, "--point", "VA=Nhà văn hóa Vệ An")
    assert added.stdout == "Office 1: Chi nhánh Bắc Ninh.\n"
    for login, role in (("mai", "supervisor"), ("tung", "cashier")):
        person = ("--office", 1, "--login", login, "--name", "Bùi Thị Mai", "--role", role)
        run("headoffice", "staff", "add", "--home", hub, *person, "--password-file", folder / "password")
    with served(hub) as url:
        invitation = folder / "BN03.daumoi-enrolment"
        of_desk = ("--office", 1, "--desk", "BN03", "--name", "Quầy 3", "--url", url)
        said = run("headoffice", "invite", "--home", hub, *of_desk, "--out", invitation).stdout
        enrolled = run_apart("enrol", invitation, "--home", folder / "desk")
        assert enrolled.stdout == "This is desk BN03 of office 1 now.\n"
        assert "is desk BN03 already" in refused("enrol", invitation, "--home", folder / "desk")
        assert "Another PC has used this" in refused("enrol", invitation, "--home", folder / "other")
        again = (said.split()[-1].replace("-", " ").lower(), "--url", url, "--home", folder / "other")
        assert "Another PC has used this" in refused("enrol", *again)
    run("generate", CUSTOMERS, folder / "customers.xlsx", "--seed", 7)
    run("generate", CUSTOMERS, folder / "readings.xlsx", "--seed", 7, "--readings", "2026-11")
    taken = told("import", folder / "customers.xlsx", "--home", folder / "desk", *by_mai(folder))
    assert (taken["rows"], taken["new"], taken["wrong"]) == (CUSTOMERS, CUSTOMERS, 0)
    assert taken["written"] == {
        "customers": CUSTOMERS, "connections": CUSTOMERS, "meters": CUSTOMERS, "changed": 0,
    }  # fmt: skip
    return folder


def by_mai(folder: Path) -> Sequence[object]:
    return "--as", "mai", "--password-file", folder / "password"


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    """A copy of the desk's home, to do with as a test likes."""
    copytree(made / "desk", tmp_path / "desk")
    return tmp_path / "desk"


# -- a month of work --------------------------------------------------------------------------------------


def test_a_month_of_bulk_work(made: Path, tmp_path: Path) -> None:
    home, mai = made / "desk", by_mai(made)
    again = told("import", made / "customers.xlsx", "--home", home, *mai)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, CUSTOMERS)
    assert again["written"] == {"customers": 0, "connections": 0, "meters": 0, "changed": 0}

    sheet = (made / "readings.xlsx", "--home", home, "--readings", "--period", "2026-11")
    day = ("--read-on", "2026-11-20")
    tried = told("import", *sheet, *day, "--dry-run")
    assert tried["written"] is None
    read = told("import", *sheet, *day, *mai)
    assert read["new"] == tried["new"]
    assert read["written"] == {"new": read["new"], "changed": 0, "flagged": pytest.approx(15, abs=15)}
    assert read["rows"] == CUSTOMERS == read["new"] + read["unread"] + read["wrong"]  # type: ignore[operator]

    bill = ("bill", "--home", home, "--period", "2026-11")
    none = tmp_path / "none.pdf"
    assert refused("bill", "--home", home, "--period", "2026-12", *mai, "--pdf", none) == (
        "No bill was made: there are no indexes of period 12/2026 here. Take them in first, on Readings or "
        "by daumoi import FILE.xlsx --readings --period 12/2026, then bill the period."
    )
    assert not none.exists()
    planned = told(*bill, "--dry-run")
    pdf = tmp_path / "bills.pdf"
    billed = told(*bill, *mai, "--issued-on", "2026-11-25", "--due-on", "10/12/2026", "--pdf", pdf)
    assert {k: billed[k] for k in ("bills", "total", "left_out")} == {
        k: planned[k] for k in ("bills", "total", "left_out")
    }
    assert billed["bills"] + sum(billed["left_out"].values()) == read["new"]  # type: ignore[operator, attr-defined]
    assert billed["printed"] == billed["bills"]
    with closing(pypdfium2.PdfDocument(pdf)) as printed:
        assert len(printed) == billed["bills"]
        first = printed[0].get_textpage().get_text_bounded()
    assert "HD-BN03-26-" in first
    assert "10/12/2026" in first
    assert told(*bill, *mai)["bills"] == 0

    report = tmp_path / "report.xlsx"
    figures = told("report", "--home", home, "--from", "2026-11-01", "--to", "2026-11-30", report, *mai)
    assert figures["owed"] == billed["total"]
    book = openpyxl.load_workbook(report)
    assert any(cell.value == billed["total"] for row in book.worksheets[0].rows for cell in row)
    book.close()

    with served(made / "hub") as url:
        assert "cannot be reached" in run("sync", "--home", home, "--once", expect=2).stderr
        sent = told("sync", "--home", home, "--once", "--url", url.removeprefix("http://"))
        assert sent["sent"] > 0  # type: ignore[operator]
        assert told("sync", "--home", home, "--once")["sent"] == 0
    assert told("verify", "--home", home)["good"] is True
    assert "All is well" in run("verify", "--home", made / "hub", "--headoffice").stdout


def test_the_commands_of_the_readme_in_their_order(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From made-up customers to printed bills, at a desk of a new office."""
    readme = (ROOT / "README.md").read_text("utf-8")
    lines = re.findall(r"^daumoi ((?:generate|import|bill) .+?)(?: +#.*)?$", readme, re.MULTILINE)
    lines = [line.replace("30000", "40").split() for line in lines if "--requests" not in line]
    assert [line[0] for line in lines] == ["generate", "generate", "import", "import", "bill"]
    hub, secret = tmp_path / "hub", ("--password-file", made / "password")
    copytree(made / "hub", hub)
    office = ("--name", "Chi nhánh Lim", "--address", "Lim", "--phone", "02223821001")
    run("headoffice", "office", "add", "--home", hub, *office)
    person = ("--office", 2, "--login", "mai", "--name", "Bùi Thị Mai", "--role", "supervisor")
    run("headoffice", "staff", "add", "--home", hub, *person, *secret)
    with served(hub) as url:
        invited = ("--office", 2, "--desk", "BN09", "--url", url, "--out", tmp_path / "invitation")
        run("headoffice", "invite", "--home", hub, *invited)
        run("enrol", tmp_path / "invitation", "--home", tmp_path / "desk")
    monkeypatch.chdir(tmp_path)
    for line in lines:
        home = () if line[0] == "generate" else ("--home", tmp_path / "desk", *secret)
        said = run(*line, *home).stdout
    assert re.search(r"^[1-9]\d* bills are in bills\.pdf\.$", said, re.MULTILINE)


def test_a_changed_row_is_found_and_named(desk: Path) -> None:
    database = desk / "office.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        code = connection.execute("SELECT code FROM customer ORDER BY code LIMIT 1").fetchone()[0]
        connection.execute("UPDATE customer SET name = 'Kẻ Gian' WHERE code = ?", (code,))
    done = run("verify", "--home", desk, expect=1)
    assert f"{database} differs from its journal" in done.stdout
    lines = [line for line in done.stdout.splitlines() if code in line]
    assert [line.strip()[0] for line in lines] == ["+", "−"]
    assert "Kẻ Gian" in lines[0]
    found = told("verify", "--home", desk, expect=1)
    assert found["good"] is False
    assert [each["table"] for each in found["differences"]] == ["customer"]  # type: ignore[attr-defined]


def test_a_changed_entry_breaks_its_chain(desk: Path) -> None:
    with closing(sqlite3.connect(desk / "office.db")) as connection, connection:
        connection.execute("UPDATE entry SET hlc = hlc + 1 WHERE kind = 'customers.import'")
    assert told("verify", "--home", desk, expect=1)["broken_feeds"] != []


def test_rows_that_are_wrong_come_back_as_a_workbook(desk: Path, made: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(made / "customers.xlsx")
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if "Customer code" in [cell.value for cell in row])
    columns = {cell.value: cell.column for cell in header}
    first = header[0].row + 1
    sheet.cell(first, columns["Customer name"]).value = None
    sheet.cell(first + 1, columns["Last index"]).value = "abc"
    sheet.cell(first + 2, columns["Customer name"]).value = "Nguyễn Văn Mới"
    book.save(tmp_path / "spoilt.xlsx")
    book.close()
    out = tmp_path / "wrong.xlsx"
    done = run("import", tmp_path / "spoilt.xlsx", "--home", desk, *by_mai(made), "--wrong-rows", out)
    assert f"{CUSTOMERS} rows: 0 new, 1 changed, {CUSTOMERS - 3} as they were, 2 wrong." in done.stdout
    assert (
        f"  Row {first}, column Customer name: this cell is empty. Fill it in and import again."
        in done.stdout
    )
    assert f"  Row {first + 1}, column Last index: “abc” is not a number." in done.stdout
    wrong = openpyxl.load_workbook(out)
    rows = list(wrong.worksheets[0].iter_rows(values_only=True))
    wrong.close()
    assert [row[-2:] for row in rows[1:]] == [
        (first, "Customer name: this cell is empty. Fill it in and import again."),
        (first + 1, "Last index: “abc” is not a number. Correct this cell and import again."),
    ]


def test_reports_of_requests(desk: Path, made: Path, tmp_path: Path) -> None:
    from app.commands.reports import KINDS
    from app.documents import request_reports

    assert KINDS == request_reports.KINDS
    days = ("--from", "2026-11-01", "--to", "2026-11-30", "--home", desk, *by_mai(made))
    paper = told("report", tmp_path / "so.pdf", "--kind", "register", *days)
    assert paper["rows"] == {"Sổ theo dõi": 0}
    assert pypdfium2.PdfDocument(tmp_path / "so.pdf")[0].get_textpage().get_text_range().count("Sổ theo dõi")
    whole = told("report", tmp_path / "phan-tich.xlsx", "--kind", "analysis", *days)
    assert list(whole["rows"]) == openpyxl.load_workbook(tmp_path / "phan-tich.xlsx").sheetnames
    assert "Sổ theo dõi" in whole["rows"]


def test_requests_of_a_former_register(made: Path, desk: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "so.mapping.json"
    mapping.write_text(json.dumps(MAPPING), "utf-8")
    silent = {**CLOSED, "Số": "19", "Trả lời": "=cmd|' /C calc'!A0", "Báo": ""}
    former = csv_of(tmp_path / "so.csv", OPEN, CLOSED, silent)
    out = tmp_path / "can-sua.xlsx"
    given = ("import", former, "--home", desk, "--requests", mapping)
    assert told(*given, "--dry-run")["written"] is None
    done = told(*given, *by_mai(made), "--wrong-rows", out)
    assert (done["rows"], done["new"], done["wrong"], done["unattended"]) == (3, 2, 1, {"REPAIR": 1})
    assert done["written"] == {"new": 2, "open": 1, "answered": 0, "closed": 1}
    book = openpyxl.load_workbook(out)
    sheet = book.worksheets[0]
    answer = next(c for row in sheet.rows for c in row if str(c.value).startswith("=cmd"))
    assert answer.data_type == "s"  # words still, no formula
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "Báo":
                sheet.cell(cell.row + 1, cell.column).value = "ĐT"
    book.save(out)
    corrected = told("import", out, "--home", desk, "--requests", mapping, *by_mai(made))
    assert (corrected["rows"], corrected["new"], corrected["wrong"]) == (1, 1, 0)
    again = run(*given, *by_mai(made))
    assert again.stdout == (
        "3 rows: 0 new, 0 changed, 2 as they were, 1 wrong.\n"
        "  Row 4, column Báo: it is said to be closed, but not how the customer was told. Fill it in, or "
        "name it in the mapping.\n"
        "Nothing had to be changed.\n"
    )
    mapping.write_text(json.dumps({**MAPPING, "constants": {"type": "leek"}}), "utf-8")
    tried = (*given, "--dry-run")
    assert refused(*tried).startswith("In the mapping, “constants.type” says “leek”, which does not")
    mapping.write_text("{", "utf-8")
    assert refused(*tried) == (
        "The mapping is not valid JSON: look at line 1, character 2. Correct it and try again."
    )
    assert refused("import", former, "--home", desk, "--requests", tmp_path / "gone").startswith(
        "There is no file "
    )


# -- what is refused --------------------------------------------------------------------------------------


def test_refusals_of_bulk_work(desk: Path, made: Path, tmp_path: Path) -> None:
    mai, home = by_mai(made), ("--home", desk)
    good = made / "customers.xlsx"
    text = tmp_path / "notes.xlsx"
    text.write_text("no workbook at all", "utf-8")
    assert (
        refused("import", text, *home, *mai)
        == f"{text} is not an Excel workbook. Choose an .xlsx or .xls file."
    )
    assert refused("import", text, *home, *mai, language="vi") == (
        f"{text} không phải bảng tính Excel. Chọn tệp .xlsx hoặc .xls."
    )
    assert refused("import", tmp_path / "gone.xlsx", *home, *mai).startswith("There is no file ")
    assert "Its sheets: Customers." in refused("import", good, *home, *mai, "--sheet", "KH")
    assert refused("import", good, *home).startswith("This writes to the office's data")
    assert "with --password-file" in refused("import", good, *home, "--as", "mai")
    (tmp_path / "wrong").write_text("mat-khau-sai", "utf-8")
    assert refused("import", good, *home, "--as", "mai", "--password-file", tmp_path / "wrong").startswith(
        "The login name or the password is not right."
    )
    tung = ("--as", "tung", "--password-file", made / "password")
    assert refused("bill", *home, "--period", "2026-11", *tung) == (
        "You have no right to do this. Ask your supervisor."
    )
    dates = ("--issued-on", "2026-11-25", "--due-on", "2026-11-01")
    assert "due before they are issued" in refused("bill", *home, "--period", "2026-11", *mai, *dates)
    days = ("--from", "2026-11-30", "--to", "2026-11-01")
    assert "before the first day 30/11/2026" in refused("report", *home, *days, tmp_path / "r.xlsx", *mai)
    nowhere = tmp_path / "no" / "r.xlsx"
    days = ("--from", "2026-11-01", "--to", "2026-11-30")
    assert refused("report", *home, *days, nowhere, *mai).startswith(f"The folder of {nowhere}")
    assert not (tmp_path / "r.xlsx").exists()


def test_a_home_that_is_open_elsewhere_or_nobodys(desk: Path, tmp_path: Path) -> None:
    with FileLock(desk / "desk.lock"):
        assert refused("sync", "--home", desk, "--once").startswith(f"The data in {desk} is open in another")
    assert refused("sync", "--home", tmp_path / "empty", "--once").startswith("There is no desk in ")
    assert refused("verify", "--home", tmp_path / "empty").startswith("There is no database ")
    (desk / "office.db").write_bytes(b"SQLite format 3\0" + b"rubbish" * 1000)
    assert refused("verify", "--home", desk).startswith(f"The database {desk / 'office.db'} is damaged.")


class _SignInPage(BaseHTTPRequestHandler):
    """What a hotel's network answers to everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        page = b"<html><body>Please sign in to the network</body></html>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


def test_a_head_office_that_is_none(desk: Path, made: Path, tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SignInPage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    knows = (desk / "desk.json").read_bytes()
    to_url = ("sync", "--home", desk, "--once", "--url", url)
    try:
        assert refused(*to_url).startswith(f"What answers at {url} is no head office.")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    # The port is free again: nobody answers.
    assert refused(*to_url).startswith(f"The head office cannot be reached at {url}.")
    assert refused("sync", "--home", desk, "--url", url).endswith(
        "--url goes with --once. See: daumoi sync --help"
    )
    assert (desk / "desk.json").read_bytes() == knows
    assert refused("enrol", made / "password", "--home", tmp_path / "new").startswith(
        f"{made / 'password'} is not an enrolment file."
    )


def test_refusals_of_the_head_office(made: Path, tmp_path: Path) -> None:
    hub = ("--home", made / "hub")
    name = ("--name", "Công ty khác", "--tariffs", "tra_vinh_water")
    assert "is founded already, as Công ty Cấp nước Thử Nghiệm." in refused(
        "headoffice", "found", *hub, *name
    )
    nowhere = tmp_path / "none"
    assert refused("headoffice", "--home", nowhere).startswith("There is no head office in ")
    assert not nowhere.exists()
    prices = ("--name", "X", "--tariffs", "free")
    assert "Choose one of: tra_vinh_water" in refused("headoffice", "found", "--home", nowhere, *prices)
    bank = ("--bank-bin", "12", "--bank-account", "1")
    assert "is not a bank number" in refused("headoffice", "found", "--home", nowhere, *name, *bank)
    assert not nowhere.exists()
    out = ("--out", tmp_path / "x.daumoi-enrolment")
    invite = ("headoffice", "invite", *hub)
    assert "no office number 7" in refused(*invite, "--office", 7, "--desk", "BN04", *out)
    assert "Another desk is called BN03" in refused(*invite, "--office", 1, "--desk", "BN03", *out)
    assert "cannot be a desk's name" in refused(*invite, "--office", 1, "--desk", "quầy", *out)
    assert not (tmp_path / "x.daumoi-enrolment").exists()
    mai = (
        "headoffice",
        "staff",
        "add",
        *hub,
        "--office",
        1,
        "--login",
        "Mai",
        "--name",
        "M",
        "--role",
        "clerk",
    )
    assert "The login name mai is in use" in refused(*mai, "--password-file", made / "password")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} cannot be opened" in refused("headoffice", *hub, "--port", port)
    with served(made / "hub"):
        assert "is serving, or a command works on it" in refused("headoffice", *hub, "--port", 0)


def test_a_utility_out_of_a_file(tmp_path: Path) -> None:
    described = tmp_path / "utility.toml"
    described.write_text(
        '[utility]\nname = "Công ty Cấp nước Bắc Ninh"\ntariffs = "hai_phong_water"\n'
        '[[office]]\nname = "Tiên Du"\naddress = "Lim"\nphone = "02223821000"\n'
        'points = [["DT", "Nhà văn hóa Đại Thượng", "Đại Đồng"]]\n'
        '[[office]]\nname = "Quế Võ"\naddress = "Phố Mới"\nphone = "02223821001"\n',
        "utf-8",
    )
    done = run("headoffice", "found", "--home", tmp_path / "hub", "--file", described)
    assert done.stdout.splitlines()[1:] == ["Office 1: Tiên Du.", "Office 2: Quế Võ."]
    described.write_text('[utility]\nname = "X"\ntarifs = "hai_phong_water"\n', "utf-8")
    assert "does not describe a utility: tarifs." in refused(
        "headoffice", "found", "--home", tmp_path / "other", "--file", described
    )
    described.write_text("utility", "utf-8")
    assert "does not describe a utility" in refused(
        "headoffice", "found", "--home", tmp_path / "other", "--file", described
    )
