"""One window for a home: a second start, a file opened by double click, and the set-up program that asks."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import shiboken6
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.kit.inspector import Notice
from app.ui.requests.intake import IntakeDialog
from app.ui.settings.updates import UpdatePanel
from app.ui.today.page import TodayPage
from app.window.frame import DeskWindow
from app.window.instance import (
    MOST_BYTES,
    Act,
    Answer,
    Busy,
    Instance,
    Message,
    Said,
    ask,
    channel,
    is_open,
)
from app.window.leaving import close_window
from app.window.visits import Visits
from tests.idle import until_idle
from tests.journeys.conftest import Open
from tests.journeys.windows import said, settle
from tests.offices import Company, person
from tests.programs import command, environment, run
from tests.ui.conftest import Asked

Said_ = Callable[[bytes], bytes]


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[Instance]:
    instance = Instance(tmp_path)
    assert instance.claim()
    yield instance
    instance.release()


@pytest.fixture
def say(qtbot: QtBot, first: Instance, tmp_path: Path) -> Said_:
    """Says whatever bytes to the first; what comes back until it hangs up, or its line ends."""

    def said(data: bytes) -> bytes:
        socket = QLocalSocket()
        socket.connectToServer(channel(tmp_path))
        assert socket.waitForConnected(1000)
        socket.write(data)
        socket.flush()
        heard = bytearray()

        def over() -> bool:
            heard.extend(socket.readAll().data())
            gone = socket.state() is QLocalSocket.LocalSocketState.UnconnectedState
            return gone or heard.endswith(b"\n")

        qtbot.waitUntil(over)
        socket.abort()
        return bytes(heard)

    return said


def test_there_is_one_first(first: Instance, tmp_path: Path) -> None:
    second = Instance(tmp_path)
    assert not second.claim()
    assert is_open(tmp_path)
    first.release()
    assert not is_open(tmp_path)
    assert second.claim()
    second.release()


def test_hostile_words_are_not_heard(first: Instance, say: Said_) -> None:
    heard: list[Message] = []

    def hear(message: Message) -> Answer:
        heard.append(message)
        return Answer(Said.SHOWN)

    first.listen(hear)
    for data in (
        b"\n",
        b"{}\n",
        b'{"act":"format"}\n',
        b'{"act":"show","files":[""]}\n',
        b'{"act":"show","files":' + msgspec.json.encode(["x"] * 17) + b"}\n",
        b'{"act":"show","files":["' + b"x" * 5000 + b'"]}\n',
        b'{"act":"quit","also":1}\n',
        b"[" * 60000 + b"\n",
        b"\xff\xfe\n",
        b"x" * (MOST_BYTES + 1),
    ):
        assert say(data) == b"", data[:40]
    assert heard == []
    assert msgspec.json.decode(say(b'{"act":"show"}\n'), type=Answer) == Answer(Said.SHOWN)
    assert heard == [Message(Act.SHOW)]


def test_who_says_nothing_is_not_waited_for(
    first: Instance, say: Said_, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.window.instance.PATIENCE_MS", 20)
    assert say(b'{"act":') == b""


def test_who_still_holds_the_line_goes_before_the_first_does(qtbot: QtBot, tmp_path: Path) -> None:
    """The one who asked hangs up while the window is closing: nothing is heard of him afterwards."""
    instance = Instance(tmp_path)
    assert instance.claim()
    instance.listen(lambda message: Answer(Said.CLOSING))
    socket = QLocalSocket()
    socket.connectToServer(channel(tmp_path))
    assert socket.waitForConnected(1000)
    socket.write(b'{"act":"quit"}\n')
    qtbot.waitUntil(lambda: socket.bytesAvailable() > 0)
    socket.abort()
    instance.release()
    with qtbot.captureExceptions() as failures:
        shiboken6.delete(instance)
    assert failures == []


def test_real_programs(tmp_path: Path, qtbot: QtBot) -> None:
    """The second start goes to the first and ends well; a killed one keeps nobody out; `quit` closes."""
    home = tmp_path / "Quầy 1"

    def opened() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command("desktop", "--home", home), env=environment())

    def until_it_answers() -> None:
        assert ask(home, Message(Act.SHOW), 20) == Answer(Said.SHOWN)

    window = opened()
    try:
        until_it_answers()
        run("desktop", "--home", home)
        window.kill()
        window.wait(10)
        window = opened()
        until_it_answers()
        assert run("quit", "--home", home, "--wait", 20).stdout == "The open window has been closed.\n"
        assert window.wait(10) == 0
        assert run("quit", "--home", home).stdout == "No window is open.\n"
    finally:
        window.kill()
        window.wait(10)


def test_a_command_at_work_is_said(desktop: Desktop, qtbot: QtBot) -> None:
    assert "Một lệnh của Đầu Mối đang làm việc với dữ liệu" in close_window(desktop.home, 1).why


# -- what the window does about it ------------------------------------------------------------------------


@pytest.fixture
def window(company: Company, desktop: Desktop, open_window: Open) -> DeskWindow:
    window = open_window(company.shut(desktop))
    assert window.desktop is not None
    return window


def signed_in(window: DeskWindow) -> None:
    assert window.desktop is not None
    window.open_for(person(window.desktop, "yen"))


def test_it_closes_when_nothing_is_open(window: DeskWindow, qtbot: QtBot) -> None:
    visits = Visits(window)
    until_idle(qtbot, window.jobs)
    answer = visits.hear(Message(Act.QUIT))
    assert answer.said is Said.CLOSING
    qtbot.waitUntil(lambda: not window.isVisible())


def test_work_is_not_cut_off(window: DeskWindow, qtbot: QtBot) -> None:
    visits, goes_on = Visits(window), threading.Event()
    window.jobs.run(window, lambda _job: goes_on.wait(10), done=lambda _: None)
    assert visits.hear(Message(Act.QUIT)) == Answer(Said.BUSY, Busy.WORK)
    goes_on.set()
    until_idle(qtbot, window.jobs)
    assert window.isVisible()


def test_a_draft_is_kept_before_it_closes(window: DeskWindow, qtbot: QtBot) -> None:
    signed_in(window)
    visits = Visits(window)
    assert window.main is not None
    page = window.main.page("today")
    assert isinstance(page, TodayPage)
    dialog: IntakeDialog = page.receive()
    until_idle(qtbot, window.jobs)
    dialog.form.set_values({"contact_name": "Trần Thị Lan", "phone": "0912345678"})
    dialog.form.editor("words").setPlainText("Mất nước từ sáng")  # type: ignore[attr-defined]
    answers = [visits.hear(Message(Act.QUIT))]

    def closing() -> bool:
        answers.append(visits.hear(Message(Act.QUIT, again=True)))
        return answers[-1].said is Said.CLOSING

    qtbot.waitUntil(closing)
    assert answers[0].reason is Busy.WORK  # the draft is being written
    assert window.desktop is not None
    with window.desktop.database.read.connect() as read:
        assert read.exec_driver_sql("SELECT count(*) FROM draft").scalar() == 1


def test_each_file_goes_where_it_belongs(
    window: DeskWindow, tmp_path: Path, qtbot: QtBot, asked: Asked
) -> None:
    signed_in(window)
    visits, main = Visits(window), window.main
    assert main is not None

    def told(name: str) -> str:
        file = tmp_path / name
        file.write_bytes(b"nothing of ours")
        visits.hear(Message(Act.SHOW, [str(file)]))
        settle(qtbot, window)
        return main.key

    assert told("BN03-answer.daumoi-bundle") == "sync"
    qtbot.waitUntil(lambda: "BN03-answer.daumoi-bundle" in said(main.page("sync")))
    assert told("1.2.daumoi-update") == "settings"
    panel = main.page("settings").findChild(UpdatePanel)
    assert isinstance(panel, UpdatePanel)
    qtbot.waitUntil(lambda: panel.findChild(Notice) is not None)  # what is wrong with the file
    assert asked.told == []
    for name in ("BN04.daumoi-enrolment", "BN04.daumoi-start"):
        told(name)
        assert asked.told[-1].startswith(f"Máy này đã là quầy BN03, nên tệp {name} không được dùng")
    told("bang-ke.xlsx")
    assert "không phải là tệp mà chương trình này mở" in asked.told[-1]


def test_an_enrolment_is_taken_by_the_set_up(
    company: Company, open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(tmp_path / "new")
    file = tmp_path / "BN04.daumoi-enrolment"
    file.write_bytes(b"nothing of ours")
    Visits(window).hear(Message(Act.SHOW, [str(file)]))
    settle(qtbot, window)
    qtbot.waitUntil(lambda: f"{file} không phải tệp đăng ký quầy" in said(window))


def test_a_file_waits_for_the_sign_in(window: DeskWindow, tmp_path: Path, qtbot: QtBot) -> None:
    visits = Visits(window)
    file = tmp_path / "BN03.daumoi-bundle"
    file.write_bytes(b"nothing of ours")
    assert visits.hear(Message(Act.SHOW, [str(file)])).said is Said.SHOWN
    assert window.main is None
    signed_in(window)
    main = window.main
    assert main is not None
    assert main.key == "sync"
    until_idle(qtbot, window.jobs)
