"""The page of the head office: over a real desk and a real head office, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.queries.sync import SyncQueries
from app.sync.client import Progress
from app.sync.loop import SyncState
from app.ui.kit.inspector import Notice
from app.ui.kit.jobs import JobRunner
from app.ui.kit.room import Room
from app.ui.sync.page import SyncPage
from app.ui.sync.words import (
    imported_words,
    progress_words,
    rest_words,
    size_words,
    what_to_do,
    why,
)
from tests.headoffice.forging import Forger, body, customer
from tests.money import add_home, bill
from tests.offices import Company, person
from tests.ui.conftest import Asked

REASONS = (
    "newer_release",
    "not_allowed",
    "cannot_apply",
    "unreadable",
    "unknown_table",
    "not_the_head_office",
)


class Desk:
    """A desk whose state of the line is set by the test where it says so."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        self.state: SyncState | None = None
        self.done: list[str] = []

    @property
    def contact(self) -> SyncState:
        return self.state or self.desktop.contact

    def acked(self) -> int:
        return self.desktop.acked()

    def wake_sync(self) -> None:
        self.done.append("wake")
        self.desktop.client.once()

    def pause_sync(self) -> None:
        self.done.append("pause")
        self.state = replace(self.contact, state="paused")

    def resume_sync(self) -> None:
        self.done.append("resume")
        self.state = None

    def note_renamed(self) -> None:
        self.done.append("note")
        self.state = None

    def export_bundle(self, path: Path) -> object:
        return self.desktop.export_bundle(path)

    def import_bundle(self, path: Path) -> object:
        return self.desktop.import_bundle(path)


@pytest.fixture
def desk(desktop: Desktop) -> Desk:
    return Desk(desktop)


@pytest.fixture
def page(
    qtbot: QtBot,
    desk: Desk,
    jobs: JobRunner,
    prompter: Asked,
    tmp_path: Path,
    active: Callable[[QWidget], QWidget],
) -> SyncPage:
    desktop = desk.desktop
    room = Room(
        rules=desktop.rules,
        person=person(desktop, "yen"),
        clock=desktop.clock,
        jobs=jobs,
        prompter=prompter,
        papers=tmp_path / "papers",
        show_paper=lambda parent, file, title: None,
        new_id=uuid7,
    )
    queries = SyncQueries(desktop.database.read, desktop.office_no, lambda: desktop.identity.device)
    made = SyncPage(room, queries, desk, lambda: desktop.identity.desk, "http://10.0.0.5:8765")  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1190, 740)
    active(made)
    settle(qtbot, made)
    return made


def settle(qtbot: QtBot, page: SyncPage) -> None:
    qtbot.waitUntil(lambda: not page.room.jobs.busy and not page._settling.isActive(), timeout=10_000)


def words_of(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def rows(page: SyncPage) -> list[list[str]]:
    model = page.unsent.model()
    return [[model.index(r, c).data() for c in range(3)] for r in range(model.rowCount())]


# -- how it stands ----------------------------------------------------------------------------------------


def test_what_is_not_sent_stands_there_by_kind_until_it_is(
    qtbot: QtBot, company: Company, page: SyncPage, desk: Desk
) -> None:
    assert "Mọi mục" not in words_of(page)
    for n in range(3):
        home = add_home(desk.desktop, f"BN-00000{n}")
    bill(desk.desktop, home, {"2026-09": 17})
    company.clock.set(company.clock.now() + timedelta(days=7))
    page.refresh(frozenset({"customer"}))
    settle(qtbot, page)
    assert rows(page) == [
        ["Thêm khách hàng", "3", "20/11 08:00"],
        ["Ghi chỉ số", "1", "20/11 08:00"],
        ["Lập hóa đơn", "1", "20/11 08:00"],
    ]
    assert "5 bút ghi · " in words_of(page)
    qtbot.keyClick(page, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: desk.done == ["wake"])
    settle(qtbot, page)
    page.reload()
    settle(qtbot, page)
    assert rows(page) == []


def test_the_state_of_the_line_in_words(page: SyncPage, desk: Desk) -> None:
    offline = SyncState(
        "offline", 140, page.room.now() - timedelta(days=7), AppError("sync.offline", url="x")
    )
    page.show_contact(offline)
    said = words_of(page)
    assert "Vẫn làm việc bình thường; 140 bút ghi sẽ tự gửi khi có kết nối." in said
    assert "Liên lạc lần cuối: 13/11 08:00." in said
    assert "Không liên lạc được với công ty tại x" in said
    page.show_contact(SyncState("refused", 3, None, AppError("sync.revoked")))
    assert "Chưa gửi được 3 bút ghi" in words_of(page)
    page.show_contact(SyncState("online", 0, page.room.now()))
    assert "Mọi dữ liệu đã gửi về công ty" in words_of(page)


def test_how_far_it_is(page: SyncPage) -> None:
    bar = page._state_of_line._bar
    assert not bar.isVisible()
    progress = Progress("sending", 1_340_000, 3_420_000, 95)
    page.show_contact(SyncState("syncing", 97, None, progress=progress))
    assert bar.isVisible()
    assert bar.value() == 391
    assert "Đang gửi: 1,3 MB / 3,4 MB · còn khoảng 2 phút" in words_of(page)
    page.show_contact(SyncState("syncing", 97, None, progress=Progress("receiving", 5 << 32, 6 << 32, None)))
    assert bar.value() == 833
    page.show_contact(SyncState("online", 0, None))
    assert not bar.isVisible()


def test_pause_and_go_on_by_one_key_and_the_keyboard_stays(qtbot: QtBot, page: SyncPage, desk: Desk) -> None:
    page.pause.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: page.go_on.isVisible() and page.go_on.hasFocus())
    assert not page.pause.isVisible()
    assert not page.send.isEnabled()
    assert "Không gửi, không nhận gì cho đến khi bấm Tiếp tục" in words_of(page)
    qtbot.keyClick(page, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: page.pause.isVisible() and page.send.hasFocus())
    assert desk.done == ["pause", "resume"]


def test_the_news_of_a_new_name_stands_until_it_is_clicked_away(
    qtbot: QtBot, page: SyncPage, desk: Desk
) -> None:
    assert not page.renamed.isVisible()
    desk.state = SyncState("online", 0, None, renamed="BN03B")
    page.show_contact(desk.state)
    page.show_contact(desk.state)
    assert page.renamed.isVisible()
    assert "từ nay quầy này mang tên BN03B" in words_of(page)
    qtbot.mouseClick(page.renamed, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.renamed.isVisible())
    assert desk.done == ["note"]


# -- what is stuck ----------------------------------------------------------------------------------------


def test_what_is_stuck_is_named_with_why_and_what_to_do(
    qtbot: QtBot, company: Company, page: SyncPage, desk: Desk
) -> None:
    assert "Không có bút ghi nào bị vướng" in words_of(page)
    assert not page.inspector.isVisible()
    home = add_home(desk.desktop, "BN-000007", "Nguyễn Thị Như Quỳnh")
    sender = company.desk("BN04")
    company.sync()
    forger = Forger(sender, company.transport)
    edit = body(edits=[("customer", home.customer.bytes, {"shoe_size": 41})])
    later = body([customer("BN-000123", name="Trần Văn Đại")])
    forger.send([*forger.entries(edit)])
    forger = Forger(sender, company.transport)
    sender.client.once()
    forger.head, forger.vector = sender.writer.vector()[forger.device], sender.writer.vector()
    forger.send(forger.entries(later, schema=99))
    desk.desktop.client.once()
    page.refresh(frozenset())
    settle(qtbot, page)
    model = page.stuck.model()
    shown = sorted([model.index(r, c).data() for c in range(4)] for r in range(model.rowCount()))
    assert shown == [
        ["Bút ghi khác", "BN-000007", "Nguyễn Thị Như Quỳnh", "Phiên bản này chưa biết loại này"],
        ["Bút ghi khác", "BN-000123", "Trần Văn Đại", "Do phiên bản mới hơn lập"],
    ]
    assert page.inspector.isVisible()
    page.stuck.choose((forger.device, 1))
    qtbot.waitUntil(lambda: "BN-000007" in words_of(page.inspector))
    said = words_of(page.inspector)
    for part in ("BN-000007", "Bùi Thị Mai · Quầy BN04", f"Chuỗi {forger.device}, số 1", "cập nhật"):
        assert part in said
    page.stuck.setFocus()
    with qtbot.waitSignal(page.record_asked) as asked:
        qtbot.keyClick(page.stuck, Qt.Key.Key_Return)
    assert asked.args == ["customers", home.customer]


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_says_what_to_do(reason: str) -> None:
    others = {why(each) for each in REASONS if each != reason}
    assert why(reason) not in others
    assert what_to_do(reason, "BN04").endswith(".")
    assert len(what_to_do(reason, "")) > 40


# -- files for a stick ------------------------------------------------------------------------------------


def notice(page: SyncPage) -> str:
    (found,) = [each for each in page.files.findChildren(Notice) if each.isVisible()]
    return words_of(found)


def test_a_stick_goes_there_and_its_answer_comes_back(
    qtbot: QtBot, company: Company, page: SyncPage, desk: Desk, tmp_path: Path
) -> None:
    other = company.desk("BN04")
    add_home(other, "BN-000002")
    other.client.once()
    add_home(desk.desktop, "BN-000001")
    stick = tmp_path / "BN03.daumoi-bundle"
    page.files.write_to(stick)
    settle(qtbot, page)
    assert notice(page).startswith("BN03.daumoi-bundle mang 1 bút ghi. Hãy mang về công ty")
    assert desk.desktop.client.unsent() == 1
    company.headoffice.import_bundle(stick, tmp_path / "back.daumoi-bundle")
    page.files.read_from(tmp_path / "back.daumoi-bundle")
    settle(qtbot, page)
    assert "back.daumoi-bundle: đã nhận" in notice(page)
    assert desk.desktop.client.unsent() == 0
    assert rows(page) == []
    page.files.read_from(tmp_path / "back.daumoi-bundle")
    settle(qtbot, page)
    assert "không có gì mới" in notice(page)


def test_a_file_that_is_none_is_told_with_its_name(qtbot: QtBot, page: SyncPage, tmp_path: Path) -> None:
    wrong = tmp_path / "holiday.daumoi-bundle"
    wrong.write_bytes(b"JFIF")
    page.files.read_from(wrong)
    settle(qtbot, page)
    assert "holiday.daumoi-bundle" in notice(page)
    assert page.files.read.isEnabled()
    page.files.read_from(tmp_path / "gone.daumoi-bundle")
    settle(qtbot, page)
    assert "gone.daumoi-bundle" in notice(page)


def test_another_desks_file_is_handed_on(
    qtbot: QtBot, company: Company, page: SyncPage, tmp_path: Path
) -> None:
    other = company.desk("BN04")
    add_home(other, "BN-000002")
    stick = tmp_path / "BN04.daumoi-bundle"
    other.export_bundle(stick)
    page.files.read_from(stick)
    settle(qtbot, page)
    assert "đã chuyển 1 bút ghi mới của quầy BN04 đến công ty" in notice(page)
    assert "Hãy mang tệp trả lời BN04-answer.daumoi-bundle về quầy BN04" in notice(page)
    other.import_bundle(tmp_path / "BN04-answer.daumoi-bundle")
    assert other.client.unsent() == 0


def test_the_keys_ask_for_a_file(qtbot: QtBot, page: SyncPage) -> None:
    for key, save in ((Qt.Key.Key_F8, True), (Qt.Key.Key_F7, False)):
        qtbot.keyClick(page, key)
        qtbot.waitUntil(lambda: bool(page.files.findChildren(QFileDialog)))
        (ask,) = page.files.findChildren(QFileDialog)
        assert (ask.acceptMode() is QFileDialog.AcceptMode.AcceptSave) is save
        if save:
            assert [Path(name).name for name in ask.selectedFiles()] == ["BN03 2026-11-20.daumoi-bundle"]
        qtbot.keyClick(ask, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not page.files.findChildren(QFileDialog))
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)


# -- words ------------------------------------------------------------------------------------------------


def test_sizes_and_times_as_people_say_them() -> None:
    assert [size_words(n) for n in (0, 1, 640_000, 999_999, 1_000_000, 1_250_000)] == [
        "0 kB", "1 kB", "640 kB", "1.000 kB", "1,0 MB", "1,2 MB",
    ]  # fmt: skip
    assert [rest_words(n) for n in (None, 3, 42, 95, 7200)] == [
        "", "còn vài giây", "còn khoảng 50 giây", "còn khoảng 2 phút", "còn khoảng 2 giờ",
    ]  # fmt: skip
    assert progress_words(Progress("snapshot", 0, 0, None)).startswith("Đang nhận dữ liệu của chi nhánh")


def test_a_file_in_the_wrong_order_says_that_some_wait(desktop: Desktop, tmp_path: Path) -> None:
    report = replace(
        desktop.export_bundle(tmp_path / "x"), kind="answer", entries=5, new=2, known=1, more=True
    )
    said = imported_words("x", report)
    assert "2 bút ghi trong đó còn chờ một tệp trước" in said
    assert "hãy ghi thêm một tệp nữa" in said
