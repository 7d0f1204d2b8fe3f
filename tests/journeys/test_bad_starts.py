"""A home that cannot be opened: the card says what and what to do, and "Try again" works once it is so."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.ui.kit.buttons import Button
from app.ui.settings.page import Preferences
from app.ui.start.card import Card
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow
from app.window.preferences import read_preferences
from app.window.program import application
from app.words import tr
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, go, good, main_of, said, settle
from tests.offices import Company, person
from tests.programs import ROOT, environment
from tests.services.test_requests import new, state_of
from tests.ui.conftest import Asked


def refusal(window: DeskWindow) -> Card:
    card = window.currentWidget()
    assert isinstance(card, Card)
    assert not isinstance(card, SignInPage)
    wanted = ("Đầu Mối không mở được dữ liệu của quầy này", "Cần khôi phục dữ liệu của quầy này")
    assert card.title.text() in wanted
    return card


def try_again(window: DeskWindow) -> None:
    wanted = "Thử lại"
    (button,) = [b for b in refusal(window).findChildren(Button) if wanted in b.text()]
    button.click()


def signs_in(qtbot: QtBot, window: DeskWindow) -> None:
    """The day begins: by the sign-in's own fields."""
    page = window.currentWidget()
    assert isinstance(page, SignInPage), said(window)
    page.login.setCurrentText("yen")
    page.password.setText("mat-khau-thu")
    qtbot.keyClick(page.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.main is not None, timeout=20_000)
    settle(qtbot, window)
    assert good(desk_of(window))


def newer(home: Path) -> Callable[[], None]:
    def set_(revision: str) -> None:
        with closing(sqlite3.connect(home / "office.db")) as c, c:
            c.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    with closing(sqlite3.connect(home / "office.db")) as c:
        (before,) = c.execute("SELECT version_num FROM alembic_version").fetchone()
    set_("9999")
    return lambda: set_(before)


def spoilt(name: str, spoil: Callable[[bytes], bytes]) -> Callable[[Path], Callable[[], None]]:
    def do(home: Path) -> Callable[[], None]:
        path, kept = home / name, (home / name).read_bytes()
        path.write_bytes(spoil(kept))

        def mend() -> None:
            path.write_bytes(kept)

        return mend

    do.__name__ = f"spoilt {name}"
    return do


def torn_out(home: Path) -> Callable[[], None]:
    """A page of the table of the staff is rubbish: the file opens, and fails at the first look."""
    path = home / "office.db"
    kept = path.read_bytes()
    with closing(sqlite3.connect(path)) as c:
        size = c.execute("PRAGMA page_size").fetchone()[0]
        tables = ("staff", "office", "device", "entry", "utility")
        marks = ", ".join("?" * len(tables))
        roots = c.execute(f"SELECT rootpage FROM sqlite_master WHERE name IN ({marks})", tables).fetchall()
    with path.open("r+b") as file:
        for (root,) in roots:
            file.seek((root - 1) * size)
            file.write(b"\xff" * size)

    def mend() -> None:
        path.write_bytes(kept)

    return mend


def locked_elsewhere(home: Path) -> Callable[[], None]:
    """A program of another kind holds the database: a copy program, a look with a tool."""
    other = sqlite3.connect(home / "office.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other.close


def no_lock(home: Path) -> Callable[[], None]:
    """Where the lock belongs nothing can be written, also for one who may do everything."""
    (home / "desk.lock").unlink(missing_ok=True)
    (home / "desk.lock").mkdir()
    return (home / "desk.lock").rmdir


def no_journal(home: Path) -> Callable[[], None]:
    (home / "office.db-wal").mkdir()
    return (home / "office.db-wal").rmdir


def no_key(home: Path) -> Callable[[], None]:
    (home / "desk.key").rename(home / "away")

    def mend() -> None:
        (home / "away").rename(home / "desk.key")

    return mend


IDENTITY = " cho biết máy này là quầy nào, nay bị thiếu hoặc hỏng. Lấy lại từ bản sao"
TROUBLES: dict[Callable[[Path], Callable[[], None]], str] = {
    newer: "Cơ sở dữ liệu {home}/office.db thuộc phiên bản mới hơn của chương trình. Cài phiên bản mới nhất.",
    spoilt("office.db", lambda data: b"no database".ljust(len(data))): (
        "Cơ sở dữ liệu {home}/office.db bị hỏng."
    ),
    spoilt("office.db", lambda data: data[:5000]): "Cơ sở dữ liệu {home}/office.db bị hỏng.",
    torn_out: "Cơ sở dữ liệu {home}/office.db bị hỏng.",
    no_lock: "Không ghi được vào thư mục {home}. Kiểm tra quyền, hoặc chọn thư mục khác.",
    no_journal: "Không ghi được vào thư mục {home}.",
    spoilt("desk.json", lambda data: data[: len(data) // 2]): "{home}/desk.json" + IDENTITY,
    spoilt("desk.json", lambda data: b"[]"): "{home}/desk.json" + IDENTITY,
    spoilt("desk.json", lambda data: b'{"zone": "' + b"[" * 9000): "{home}/desk.json" + IDENTITY,
    spoilt("desk.json", lambda data: data.replace(b"Asia", b"Mars")): "{home}/desk.json" + IDENTITY,
    spoilt("desk.key", lambda data: data[:10]): "{home}/desk.key" + IDENTITY,
    no_key: "{home}/desk.key" + IDENTITY,
}


@pytest.mark.parametrize("break_", TROUBLES, ids=lambda b: b.__name__)
def test_what_keeps_a_home_shut_is_said_and_it_opens_once_that_is_gone(
    open_window: Open, home: Path, qtbot: QtBot, break_: Callable[[Path], Callable[[], None]]
) -> None:
    mend = break_(home)
    window = open_window(home)
    sentence = TROUBLES[break_].format(home=home)
    assert sentence in refusal(window).sentence.text()
    try_again(window)  # nothing has changed yet
    assert sentence in refusal(window).sentence.text()
    mend()
    try_again(window)
    signs_in(qtbot, window)


def test_the_card_speaks_english_too(open_window: Open, home: Path) -> None:
    (home / "preferences.json").write_text('{"language": "en"}')
    newer(home)
    before = tr.language
    try:
        tr.use("en")
        card = open_window(home).currentWidget()
        assert isinstance(card, Card)
        assert card.title.text() == "This desk's data has to be brought back"
        path = home / "office.db"
        assert card.sentence.text().startswith(
            f"The database {path} is of a newer release of this program. Install the newest release."
        )
    finally:
        tr.use(before)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written into a folder, nor over its files, by one who is not the administrator."""
    everything = [folder, *folder.rglob("*")]
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in everything}
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path, mode in before.items():
            if path.exists():
                path.chmod(mode)


BEGIN = """
import ctypes, os, sys
if os.getuid() == 0:  # the administrator of the machine gives up what sets him above the rights of files
    version = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(version, (ctypes.c_uint32 * 6)()) == 0
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.domain.clock import SystemClock
from app.ui.kit.labels import Label
from app.window import program
def look(window):
    print("\\n".join(l.text() for l in window.findChildren(Label) if l.isVisible()), flush=True)
    QApplication.instance().exit(0)
sys.exit(program.run(Path(sys.argv[1]), SystemClock(), lambda w: QTimer.singleShot(0, lambda: look(w))))
"""


def whole_program(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What a program of its own has said and how it ended."""
    return subprocess.run(
        [sys.executable, "-c", code, str(home)],
        cwd=ROOT,
        env=environment(QT_QPA_PLATFORM="offscreen"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(os.name == "nt", reason="rights of a folder are other ones there")
def test_a_home_without_the_right_to_write_is_said_by_the_whole_program(home: Path) -> None:
    """By a program of its own, from its log to its window."""
    with read_only(home):
        done = whole_program(BEGIN, home)
    sentence = f"Không ghi được vào thư mục {home}. Kiểm tra quyền, hoặc chọn thư mục khác."
    assert sentence in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    Desktop(home, SystemClock()).close()


HOLD = """
import sys
from pathlib import Path
from app.bootstrap import Desktop
from app.domain.clock import SystemClock
desktop = Desktop(Path(sys.argv[1]), SystemClock())
print("open", flush=True)
sys.stdin.read()
desktop.close()
"""


@contextmanager
def opened_by_another_program(home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            yield other
        finally:
            if other.poll() is None:
                other.kill()


@pytest.mark.parametrize("end", ["leaves", "is killed"])
def test_a_second_copy_of_the_program_waits_for_the_first(
    open_window: Open, home: Path, qtbot: QtBot, end: str
) -> None:
    with opened_by_another_program(home) as other:
        window = open_window(home)
        assert refusal(window).sentence.text() == (
            f"Một lệnh của chương trình đang làm việc với dữ liệu trong {home}. "
            "Hãy chờ lệnh đó xong rồi thử lại."
        )
        if end == "leaves":
            assert other.stdin is not None
            other.stdin.close()
        else:
            other.kill()
        assert other.wait(20) == (0 if end == "leaves" else -9)
        try_again(window)
        signs_in(qtbot, window)


def test_the_first_copy_is_not_disturbed_by_the_second(open_window: Open, home: Path, qtbot: QtBot) -> None:
    first = open_window(home)
    second = open_window(home)
    refusal(second)
    second.shut()
    signs_in(qtbot, first)
    taken = desk_of(first).requests.register(person(desk_of(first), "yen"), new())
    assert state_of(desk_of(first), taken.id) == "routed"


# -- the folder of a new desk -----------------------------------------------------------------------------


def test_a_folder_that_cannot_be_is_said_at_the_set_up_and_another_try_works(
    open_window: Open, company: Company, qtbot: QtBot, tmp_path: Path
) -> None:
    from app.sync.enrolment import write_enrolment

    in_the_way = tmp_path / "Dữ liệu"
    in_the_way.write_text("a file where the folder should be")
    home = in_the_way / "BN09"
    window = open_window(home)
    page = window.currentWidget()
    assert isinstance(page, SetUpPage), said(window)
    file = tmp_path / "BN09.daumoi-enrolment"
    write_enrolment(file, company.headoffice.enrolment(1, "BN09", "Quầy 9", "http://unused"))
    page.take_file(str(file))
    settle(qtbot, window)
    assert page.step.error.text() == (
        f"Không ghi được vào thư mục {home}. Kiểm tra quyền, hoặc chọn thư mục khác."
    )
    assert "Đang cài đặt" not in said(window)
    in_the_way.unlink()
    page.take_file(str(file))
    settle(qtbot, window)
    signs_in(qtbot, window)


# -- what nobody had words for ----------------------------------------------------------------------------


def test_an_expected_failure_without_a_place_of_its_own_is_said(
    open_window: Open, home: Path, qtbot: QtBot, asked: Asked
) -> None:
    window = open_window(home)

    def damaged(_job: object) -> None:
        raise AppError("database.damaged", path="x.db")

    for _ in range(3):  # a page that looks again and again does not say it again and again
        window.jobs.run(window, damaged, done=lambda _: None)
    settle(qtbot, window)
    (told,) = asked.told
    assert told.startswith("Cơ sở dữ liệu x.db bị hỏng.")


FAULT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from app.domain.clock import SystemClock
from app.ui.kit.labels import Label
from app.window import program
def look(window):
    for dialog in window.findChildren(QDialog):
        print("\\n".join(l.text() for l in dialog.findChildren(Label) if l.isVisible()), flush=True)
        QApplication.instance().exit(0)
def ready(window):
    QTimer.singleShot(0, lambda: 1 / 0)
    window.timer = QTimer(window, interval=20)
    window.timer.timeout.connect(lambda: look(window))
    window.timer.start()
sys.exit(program.run(Path(sys.argv[1]), SystemClock(), ready))
"""


def test_a_fault_of_the_window_is_said_and_kept_in_the_log(home: Path) -> None:
    done = whole_program(FAULT, home)
    assert f"{home}/logs" in done.stdout, done.stdout + done.stderr
    assert "ZeroDivisionError" in (home / "logs" / "daumoi.log").read_text("utf-8")
    assert done.returncode == 0


# -- preferences ------------------------------------------------------------------------------------------

NONSENSE = [
    "",
    "{",
    "[]",
    "null",
    '"vi"',
    "[" * 9000,
    '{"colour": "mauve"}',
    '{"language": "tlh"}',
    '{"language": 3}',
    '{"theme": "mauve"}',
    '{"theme": null}',
    '{"text_scale": "big"}',
    '{"text_scale": 1e9}',
    '{"text_scale": -5}',
    '{"receipts": {}}',
    '{"language": ["vi"], "theme": "dark"}',
]


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_in_the_preferences_is_the_usual_look(
    open_window: Open, home: Path, qtbot: QtBot, text: str
) -> None:
    (home / "preferences.json").write_text(text)
    preferences = read_preferences(home)
    application(preferences)
    assert (preferences.language, preferences.text_scale, preferences.receipts) == ("vi", 100, "a5")
    window = open_window(home)
    page = go(qtbot, window, "yen", "settings")
    assert page.isVisible()
    application(Preferences())


def test_sense_in_the_preferences_is_kept(home: Path) -> None:
    written = {"language": "en", "theme": "dark", "text_scale": 150, "receipts": "roll"}
    (home / "preferences.json").write_text(json.dumps(written))
    assert read_preferences(home) == Preferences("en", "dark", 150, "roll")


def test_a_look_that_cannot_be_kept_is_put_on_all_the_same(
    open_window: Open, home: Path, qtbot: QtBot, asked: Asked
) -> None:
    (home / "preferences.json").mkdir()
    window = open_window(home)
    page = go(qtbot, window, "yen", "settings")
    page.preferences_chosen.emit(Preferences(text_scale=125))  # type: ignore[attr-defined]
    settle(qtbot, window)
    assert window.preferences.text_scale == 125
    path = home / "preferences.json"
    assert asked.told == [f"Chưa ghi được {path}. Kiểm tra ổ đĩa, hoặc chọn thư mục khác."]
    assert main_of(window).isVisible()
    application(Preferences())


def test_papers_that_have_no_folder_do_not_keep_anybody_from_the_day(
    open_window: Open, home: Path, qtbot: QtBot
) -> None:
    (home / "papers").write_text("a file where the folder should be")
    window = open_window(home)
    window.open_for(person(desk_of(window), "mai"))
    for section in ("requests", "customers", "readings", "bills", "reports", "settings"):
        assert go(qtbot, window, "mai", section).isVisible()
