"""The support file tells what is wrong, nothing of anybody: a desk full of marks, faults that quote them."""

from __future__ import annotations

import ast
import json
import logging
import shutil
import sqlite3
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from app.bootstrap import OFFICE_DATABASE, Desktop
from app.crashes import CrashReports, keep_fault, place_of
from app.domain.clock import SteppingClock
from app.domain.errors import AppError
from app.logs import FAULT, LOGS, Diary
from app.models import Base, Customer
from app.models.database import read_engine
from app.support import REPORTS, gather
from app.sync.enrolment import IDENTITY_FILE
from tests.offices import START, Company, person
from tests.programs import run
from tests.services.test_requests import new

MARK = "Dấu-vết-0912345678"
"""Stands wherever a person's words could; `MARKS` are its traces."""
MARKS = (MARK, "Dấu-vết", "0912345678", "dau-vet", json.dumps(MARK)[1:-1], "D\\u1ea5u")
APP = Path(__file__).parent.parent / "app"
NUMBERS = ("BigInteger", "Integer", "Instant", "Day")
TEXTS = {"String": MARK, "Text": MARK, "Json": json.dumps(MARK)}


def contents(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Path]:
    """The log of a home whose very folder is a person's name."""
    home = tmp_path / MARK
    diary = Diary(home)
    yield home
    diary.close()


def mark_rows(path: Path) -> int:
    """Puts the mark into every text and every blob of a row in each table; so many columns were marked."""
    marked = 0
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA ignore_check_constraints = ON")
        for table in Base.metadata.tables.values():
            values: list[object] = []
            for column in table.columns:
                kind = column.type.__class__.__name__
                number = kind in NUMBERS
                values.append(7 if number else TEXTS.get(kind, MARK.encode()))
                marked += not number
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            marks = ", ".join("?" * len(values))
            base.execute(f'INSERT OR REPLACE INTO "{table.name}" ({names}) VALUES ({marks})', values)
            for column in table.columns:
                text = TEXTS.get(column.type.__class__.__name__)
                if text and not column.primary_key:
                    base.execute(f'UPDATE OR IGNORE "{table.name}" SET "{column.name}" = ?', (text,))
        base.execute("UPDATE alembic_version SET version_num = ?", (MARK,))
        base.execute("INSERT OR REPLACE INTO local VALUES ('last_contact', ?)", (json.dumps(MARK),))
        base.execute("INSERT OR REPLACE INTO local VALUES ('renamed', ?)", (json.dumps(MARK),))
        base.execute(f'CREATE TABLE "{MARK}" (x)')
        base.commit()
    return marked


def fail_in_every_way(home: Path) -> None:
    """What the program stumbles over holds the mark; it is logged and reported as in the real program."""
    reports = CrashReports(home / LOGS, SteppingClock(START))
    log, foreign = logging.getLogger("app.window"), logging.getLogger("httpx2")
    engine = read_engine(home / OFFICE_DATABASE)

    def number() -> None:
        int(MARK)

    def missing() -> None:
        {}[MARK]  # type: ignore[index]

    def no_file() -> None:
        (home / MARK).read_text("utf-8")

    def wrong_sql() -> None:
        with engine.connect() as read:
            read.exec_driver_sql(f"SELECT {'x' * 3}('{MARK}')")

    def wrong_type() -> None:
        with engine.connect() as read:
            read.execute(select(Customer.id).where(Customer.name == MARK, Customer.id == MARK)).all()

    def refused() -> None:
        raise AppError(MARK, name=MARK)

    def led_to_another() -> None:
        try:
            number()
        except ValueError as error:
            raise RuntimeError(MARK) from error

    def group() -> None:
        raise ExceptionGroup(MARK, [ValueError(MARK)])

    def named() -> None:
        raise type("Fault", (Exception,), {})(MARK)

    for stumble in (number, missing, no_file, wrong_sql, wrong_type, refused, led_to_another, group, named):
        try:
            stumble()
        except Exception as error:
            reports.write(error, MARK)
            log.error("it failed: %s %d", MARK, 3, exc_info=error)
            foreign.warning("%s of %s", MARK, error)
            foreign.error(f"{MARK}", exc_info=error)
        else:
            raise AssertionError(f"{stumble.__name__} did not fail")
    engine.dispose()


def test_there_is_nothing_of_anybody_in_it(
    company: Company, desktop: Desktop, diary: Path, tmp_path: Path
) -> None:
    home = diary
    shutil.copytree(company.shut(desktop), home, dirs_exist_ok=True)
    assert mark_rows(home / OFFICE_DATABASE) > 300
    (home / "preferences.json").write_text(
        json.dumps({"language": MARK, "theme": "dark", "text_scale": 150, MARK: MARK}), "utf-8"
    )
    identity = home / IDENTITY_FILE
    identity.write_bytes(identity.read_bytes().replace(b"BN03", b"0912345678"))
    (home / "attachments").mkdir(exist_ok=True)
    (home / "attachments" / f"{MARK}.pdf").write_text(MARK, "utf-8")
    (home / LOGS / f"crash-{MARK}.txt").write_text(MARK, "utf-8")
    (home / LOGS / f"daumoi.log.{MARK}").write_text(MARK, "utf-8")
    fail_in_every_way(home)
    dump = tmp_path / FAULT
    dump.write_text(
        "Fatal Python error: Aborted\n\nThread 0x00000a1c (most recent call first):\n"
        f'  File "C:\\Users\\{MARK}\\x.py", line 3 in sync\n{MARK}\n\n'
        "Current thread 0x00000b (most recent call first):\n  <no Python frame>\n",
        "utf-8",
    )
    assert keep_fault(dump, home / LOGS) is not None
    made = gather(home, SteppingClock(START), line={"state": "offline", "unsent": 3})
    made.write(tmp_path / "support.zip")
    files = contents(tmp_path / "support.zip")
    for name, text in files.items():
        for mark in MARKS:
            assert mark not in text, (name, text[max(0, text.find(mark) - 200) :][:300])
            assert mark not in name
    log = files["logs/daumoi.log"]
    assert "it failed: … 3" in log
    assert "ValueError" in log
    assert "tests/test_support.py" in log
    assert "httpx2 (tests/test_support.py:" in log
    reports = [text for name, text in files.items() if name.startswith("reports/")]
    assert len(reports) == 10
    assert sum("Fatal Python error: Aborted" in text for text in reports) == 1
    facts = json.loads(files["facts.json"])
    assert facts["settings"] == {"language": "…", "theme": "dark", "text_scale": 150}
    assert facts["database"]["schema"]["revision"] == "other"
    assert facts["database"]["schema"]["further_tables"] > 0  # counted, not named
    assert facts["database"]["rows"]["customer"] >= 1
    assert facts["files"]["attachments"]["files"] >= 1


def test_it_tells_what_helps(desktop: Desktop) -> None:
    desktop.requests.register(person(desktop, "yen"), new("leak"))
    made = gather(
        desktop.home, desktop.clock, read=desktop.database.read, disk=lambda folder: (500 << 30, 90 << 20)
    )
    facts = json.loads(next(part.data for part in made.parts if part.name == "facts.json"))
    assert facts["files"]["disk_free_bytes"] == 90 << 20
    assert facts["files"]["office.db"] > 0
    assert facts["database"]["schema"]["missing_tables"] == []
    assert facts["database"]["journal"]["own_newest"] == 1
    assert facts["database"]["waiting_by_kind"] == {"requests.register": 1}
    assert facts["desk"]["enrolled"]
    assert facts["versions"]["sqlite"] == sqlite3.sqlite_version


@pytest.mark.parametrize("how", ["none", "torn", "empty"])
def test_a_home_in_whatever_state_has_one(tmp_path: Path, how: str) -> None:
    home = tmp_path / "home"
    if how != "none":
        home.mkdir()
        (home / OFFICE_DATABASE).write_bytes(b"not a database" * 500 if how == "torn" else b"")
    facts = json.loads(gather(home, SteppingClock(START)).parts[1].data)
    failed = facts["database"].get("rows", {}).get("customer", {}).get("failed")
    assert failed == {"none": None, "torn": "database.damaged", "empty": "SQLITE_ERROR"}[how]


def test_the_command_says_what_is_in_it_before_it_is_written(desktop: Desktop, tmp_path: Path) -> None:
    """Also while the window has the desk open."""
    out = tmp_path / "support.zip"
    done = run("support", "--home", desktop.home, "--out", out)
    assert done.stdout.index("facts.json") < done.stdout.index(f"Saved: {out}")
    files = contents(out)
    assert files["contents.txt"].splitlines()[0].split("\t") == ["facts.json", str(len(files["facts.json"]))]
    assert json.loads(files["facts.json"])["database"]["rows"]["staff"] == 5


def test_the_same_fault_has_one_report(tmp_path: Path) -> None:
    reports = CrashReports(tmp_path, SteppingClock(START))

    def written(text: str) -> tuple[Path | None, int]:
        try:
            raise ValueError(text)
        except ValueError as error:
            report = reports.write(error)
            return report.path, report.times

    first, again = written("một"), written("hai")
    assert first[0] == again[0]
    assert (first[1], again[1]) == (1, 2)
    assert len(list(tmp_path.iterdir())) == 1


def test_old_reports_give_way(tmp_path: Path) -> None:
    for day in range(10, 31):
        (tmp_path / f"crash-202610{day}-000000-fault.txt").write_text("", "utf-8")
    with suppress(ZeroDivisionError):
        1 / 0  # noqa: B018
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        CrashReports(tmp_path, SteppingClock(START)).write(error)
    names = sorted(each.name for each in tmp_path.iterdir())
    assert len(names) == 20
    assert names[0].startswith("crash-20261012")
    assert names[-1].startswith("crash-20261120")
    assert REPORTS <= 20


FALL = """
import sys, ctypes
from pathlib import Path
from app.logs import Diary
diary = Diary(Path(sys.argv[1]))
print(diary.fallen)
if sys.argv[2] == "fall":
    ctypes.string_at(0)
diary.close()
"""


def test_a_fall_from_below_is_reported_at_the_next_start(tmp_path: Path) -> None:
    def start(how: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", FALL, str(tmp_path), how], capture_output=True, text=True, cwd=APP.parent
        )
        return done.stdout.strip()

    assert start("well") == "None"
    start("fall")
    report = Path(start("well"))
    text = report.read_text("utf-8")
    assert "Segmentation fault" in text or "access violation" in text
    assert "ctypes/__init__.py" in text
    assert str(APP.parent) not in text
    assert start("well") == "None"


@pytest.mark.parametrize(
    ("file", "place"),
    [
        (str(APP / "window" / "frame.py"), "app/window/frame.py"),
        (threading.__file__, "threading.py"),
        (pytest.__file__, "pytest/__init__.py"),
        ("app/window/frame.py", "app/window/frame.py"),
        ("/home/lan/x.py", "x.py"),
        ("../lan/x.py", "x.py"),
        ("C:\\Users\\lan\\x.py", "x.py"),
        ("sqlalchemy\\engine\\base.py", "sqlalchemy/engine/base.py"),
    ],
)
def test_places_name_no_user(file: str, place: str) -> None:
    assert place_of(file) == place


def test_our_log_lines_are_plain_texts() -> None:
    """What is logged is a text with places: a text that is put together could hold whatever."""
    wrong = []
    for file in APP.rglob("*.py"):
        text = file.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "import logging" in text else ():
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logging", "logger")
                and node.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
                and not (node.args and isinstance(node.args[0], ast.Constant))
            ):
                wrong.append(f"{file}:{node.lineno}")
    assert wrong == []


def test_a_warning_of_python_is_not_quoted(diary: Path) -> None:
    logging.captureWarnings(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(MARK, stacklevel=1)
    finally:
        logging.captureWarnings(False)
    text = (diary / LOGS / "daumoi.log").read_text("utf-8")
    assert "py.warnings" in text
    assert MARK not in text
