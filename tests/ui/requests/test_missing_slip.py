"""A request with papers missing: its list on paper, from the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.ui.kit.toast import Toast
from app.ui.requests.dialogs import ask_papers
from app.ui.requests.inspector import RequestInspector
from app.ui.requests.missing_slip import missing_paper_of, print_missing
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import joined
from app.ui.shell.texts import use_language
from tests.documents.reading import text_of
from tests.offices import person
from tests.services.test_requests import new
from tests.ui.conftest import Shown


def test_the_list_is_printed_and_follows_what_was_brought(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    yen = person(desktop, "yen")
    done = desktop.requests.register(
        yen, new(type_code="new_supply", documents=("application",), words="Lắp đồng hồ")
    )
    assert done.missing == ("identity", "house")
    window = QWidget()
    qtbot.addWidget(window)
    print_missing(room, window, done.id, done.code)
    qtbot.waitUntil(lambda: bool(shown.files))
    text = text_of(shown.files[0].read_bytes())
    assert "Giấy tờ còn thiếu Căn cước công dân Giấy tờ nhà đất hoặc hợp đồng thuê" in text
    assert "Giấy tờ đã nộp Đơn đề nghị" in text
    assert done.code in shown.files[0].name

    desktop.requests.bring(yen, done.id, ["identity"])
    paper = missing_paper_of(room, done.id)
    assert paper.missing == ("Giấy tờ nhà đất hoặc hợp đồng thuê",)
    assert paper.brought == ("Đơn đề nghị", "Căn cước công dân")
    desktop.requests.bring(yen, done.id, ["house"])
    with pytest.raises(AppError) as refused:
        missing_paper_of(room, done.id)
    assert refused.value.code == "request.complete"


def test_ctrl_p_on_a_request_that_is_not_received_prints_the_list(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    done = desktop.requests.register(person(desktop, "yen"), new(type_code="new_supply"))
    inspector = RequestInspector(room)
    qtbot.addWidget(inspector)
    inspector.show_request(done.id)
    inspector.print_slip()
    qtbot.waitUntil(lambda: bool(shown.files))
    assert "Giấy tờ còn thiếu Đơn đề nghị" in text_of(shown.files[0].read_bytes())


def test_the_last_paper_brought_says_that_it_is_received_and_prints_the_slip(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    done = desktop.requests.register(room.person, new(type_code="new_supply", documents=("application",)))
    desktop.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    told: list[bool] = []

    def bring(*papers: str) -> None:
        told.clear()
        story = room.queries.story(done.id, room.viewer)
        assert story is not None
        dialog = ask_papers(window, room, story, lambda: told.append(True))
        dialog.form.set_values({"documents": list(papers)})
        dialog.submit()
        qtbot.waitUntil(lambda: bool(told))

    def said() -> str:
        return window.findChildren(Toast)[-1].accessibleName()

    bring("identity")
    assert said() == f"{done.code}: còn thiếu: Giấy tờ nhà đất hoặc hợp đồng thuê"
    assert shown.files == []
    bring("house")
    assert said() == f"Đã tiếp nhận: {done.code} · hạn trả lời 26/11 10:00"
    qtbot.waitUntil(lambda: bool(shown.files))
    slip = text_of(shown.files[0].read_bytes())
    assert "Thời điểm nhận 20/11/2026 10:00" in slip
    assert "Giấy tờ kèm theo – Đơn đề nghị – Căn cước công dân – Giấy tờ nhà đất hoặc hợp đồng thuê" in slip


def test_the_paper_speaks_the_utilitys_language_and_its_window_the_screens(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, look: QApplication
) -> None:
    done = desktop.requests.register(person(desktop, "yen"), new(type_code="new_supply"))
    titles: list[str] = []
    room = replace(room, show_paper=lambda _parent, _file, title: titles.append(title))
    use_language(look, "en")
    window = QWidget()
    qtbot.addWidget(window)
    print_missing(room, window, done.id, done.code)
    qtbot.waitUntil(lambda: bool(titles))
    assert titles == [f"{done.code} List of missing papers"]
    assert missing_paper_of(room, done.id).title == "Phiếu yêu cầu bổ sung hồ sơ"


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("Papers", "Lacks the certificate.", "since today"), "Papers · Lacks the certificate · since today"),
        (("", "Done.", None), "Done."),
        (("a. ", "b"), "a · b"),
    ],
)
def test_a_full_stop_does_not_stand_before_a_dot(parts: tuple[str | None, ...], line: str) -> None:
    assert joined(*parts) == line


def test_without_anything_missing_a_sentence_says_so(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    done = desktop.requests.register(person(desktop, "yen"), new())
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    print_missing(room, window, done.id, done.code)
    qtbot.waitUntil(lambda: bool(window.findChildren(Toast)))
    assert shown.files == []
