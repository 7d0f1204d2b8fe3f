"""A route typed from top to bottom, as a clerk types a collector's book."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.demo.generator import MadeUpReading, made_up_customers, usual_reading
from app.demo.sheets import reading_sheet
from app.queries.readings import SheetLine
from app.services.readings import EnterReading
from app.sync.verify import verify
from app.ui.imports.wizard import ImportDialog
from app.ui.kit.buttons import Button
from app.ui.kit.jobs import JobRunner
from app.ui.kit.labels import Label
from app.ui.kit.paper import show_paper
from app.ui.readings.page import ReadingsPage
from app.ui.readings.room import ReadingRoom, periods
from tests.offices import Company, person
from tests.sheets import entries, import_, parsed, save
from tests.ui.conftest import Asked

ENTER, UP, DOWN, ESCAPE, F8 = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Escape,
    Qt.Key.Key_F8,
)
PEOPLE = [c for c in made_up_customers(400, 3) if c.route == "L001"][:12]
Typist = Callable[..., None]


@pytest.fixture
def office(desktop: Desktop) -> Desktop:
    """Twelve meters of a route, read in September and October."""
    import_(desktop, parsed(PEOPLE))
    duc = person(desktop, "duc")
    for period, use in (("2026-09", 10), ("2026-10", 12)):
        for line in desktop.reading_queries.sheet("L001", period):
            new = EnterReading(
                uuid7(), line.connection_id, line.meter_id, period, date.fromisoformat(f"{period}-10"),
                line.previous + use * 1000,
            )  # fmt: skip
            desktop.readings.enter(duc, new)
    return desktop


def room_of(desktop: Desktop, jobs: JobRunner, prompter: Asked, folder: Path, login: str) -> ReadingRoom:
    return ReadingRoom(
        readings=desktop.readings,
        queries=desktop.reading_queries,
        imports=desktop.reading_imports,
        rules=desktop.rules,
        person=person(desktop, login),
        clock=desktop.clock,
        jobs=jobs,
        prompter=prompter,
        papers=folder / "papers",
        show_paper=show_paper,
        new_id=uuid7,
    )


@pytest.fixture
def page(
    office: Desktop,
    jobs: JobRunner,
    prompter: Asked,
    tmp_path: Path,
    qtbot: QtBot,
    active: Callable[[QWidget], QWidget],
) -> ReadingsPage:
    made = ReadingsPage(room_of(office, jobs, prompter, tmp_path, "mai"))
    qtbot.addWidget(made)
    made.resize(1190, 728)
    active(made)
    qtbot.waitUntil(lambda: not jobs.busy and bool(made.sheet.order))
    qtbot.keyClick(made.route_list, ENTER)
    assert made.view.field.hasFocus()
    return made


@pytest.fixture
def type_(page: ReadingsPage, qtbot: QtBot) -> Typist:
    """Types an index and Enter, into whatever field has the keyboard."""

    def type_(*indexes: object) -> None:
        for index in indexes:
            assert page.view.field.hasFocus()
            page.view.field.selectAll()
            qtbot.keyClicks(page.view.field, str(index))
            qtbot.keyClick(page.view.field, ENTER)

    return type_


def sheet(desktop: Desktop, period: str = "2026-11") -> list[SheetLine]:
    return desktop.reading_queries.sheet("L001", period)


def before(desktop: Desktop) -> list[int]:
    """The previous indexes in whole m³."""
    return [line.previous // 1000 for line in sheet(desktop)]


def shown(page: ReadingsPage, row: int) -> list[str]:
    return [page.view.rows.cell(row, c).text for c in range(len(page.view.rows.columns))]


def stands(page: ReadingsPage) -> int:
    return page.view.rows.place_of(page.view.current_id())


def test_a_route_from_top_to_bottom_with_enter_alone(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None], qtbot: QtBot
) -> None:
    old = before(office)
    made = entries(office, "readings.enter")
    for row, index in enumerate(old):
        assert stands(page) == row
        type_(index + 11)
        assert page.view.field.hasFocus()
    settle()
    assert [line.entered.usage for line in sheet(office) if line.entered] == [11_000] * 12
    assert entries(office, "readings.enter") == made + 12  # each line is an entry of its own
    assert "Đã ghi đủ 12 đồng hồ" in page.left.text()
    assert page.route_list._source.cell(0, 1).text == "12/12"
    assert page._count.text() == "đã ghi 12 / 12 đồng hồ"
    assert verify(office.home / "office.db", office.clock.now()).good


def test_the_next_line_has_the_keyboard_before_the_last_is_saved(
    page: ReadingsPage, office: Desktop, type_: Typist, jobs: JobRunner, settle: Callable[[], None]
) -> None:
    old, typed = before(office), threading.Event()
    jobs.run(page, lambda _job: typed.wait(20), done=lambda _: None)  # what is saved waits behind it
    type_(old[0] + 9, old[1] + 9, old[2] + 9)
    assert (stands(page), page.view.field.hasFocus(), jobs.busy) == (3, True, 4)
    assert [shown(page, row)[9] for row in range(3)] == ["Đang lưu"] * 3
    typed.set()
    settle()
    assert [shown(page, row)[9] for row in range(3)] == ["Đã lưu"] * 3
    assert "còn 9 / 12 chưa ghi" in page.left.text()


@pytest.mark.parametrize(
    ("more", "sign", "said"),
    [
        (90, "Cao bất thường", "90 m³, thường dùng 11"),
        (1, "Thấp bất thường", "Chỉ 1 m³, thường dùng 11"),
        (0, "Không tiêu thụ", "Không dùng từ lần ghi trước"),
        (11, "", ""),
    ],
)
def test_what_is_out_of_the_usual_is_marked_as_it_is_typed(
    page: ReadingsPage, office: Desktop, qtbot: QtBot, more: int, sign: str, said: str
) -> None:
    qtbot.keyClicks(page.view.field, str(before(office)[0] + more))
    assert shown(page, 0)[9] == sign
    assert said in page.said.text()
    assert sheet(office)[0].entered is None


def test_a_lower_index_wants_a_second_enter(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None], qtbot: QtBot
) -> None:
    old = before(office)
    type_(old[0] - 3)
    settle()
    assert (stands(page), sheet(office)[0].entered) == (0, None)
    assert shown(page, 0)[9] == "Nhỏ hơn kỳ trước"
    assert "Enter lần nữa" in page.said.text()
    qtbot.keyClick(page.view.field, ENTER)
    settle()
    entered = sheet(office)[0].entered
    assert entered is not None
    assert (entered.flags, entered.usage, stands(page)) == (("lower",), 0, 1)
    assert "1 bất thường" in page.left.text()


def test_a_dial_past_its_end(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None], qtbot: QtBot
) -> None:
    line = sheet(office)[0]
    assert line.digits is not None
    assert not page.roll.isVisible()
    qtbot.keyClicks(page.view.field, "4")
    assert page.roll.isVisible()
    qtbot.keyClick(page.view.field, F8)
    assert shown(page, 0)[9] == "Đồng hồ quay vòng"
    assert page.view.field.hasFocus()
    qtbot.keyClick(page.view.field, ENTER)
    settle()
    entered = sheet(office)[0].entered
    assert entered is not None
    assert entered.usage == 10**line.digits * 1000 - line.previous + 4000
    assert entered.flags[0] == "rolled_over"


def test_one_goes_back_up_and_sets_right(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None], qtbot: QtBot
) -> None:
    old = before(office)
    type_(old[0] + 9, old[1] + 91)
    settle()
    qtbot.keyClick(page.view.field, UP)
    assert page.view.field.value() == (old[1] + 91) * 1000
    type_(old[1] + 19)
    settle()
    assert stands(page) == 2  # and on with what is still to be read
    first, second = (line.entered for line in sheet(office)[:2])
    assert first is not None
    assert second is not None
    assert (first.usage, second.usage, second.flags) == (9000, 19_000, ())
    assert office.exception_queries.count() == 0  # it replaces, it does not contradict


def test_enter_goes_past_what_is_read_already(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None], qtbot: QtBot
) -> None:
    old = before(office)
    qtbot.keyClick(page.view.field, DOWN)
    qtbot.keyClick(page.view.field, DOWN)
    type_(old[2] + 9)
    settle()
    page.view.choose(page.sheet.order[1])
    page.view.take_focus()
    type_(old[1] + 9)
    assert stands(page) == 3
    qtbot.keyClick(page.view.field, UP)
    qtbot.keyClick(page.view.field, ENTER)  # one that is read and not touched: simply on
    assert stands(page) == 3
    settle()


def test_enter_without_an_index_leaves_the_meter_unread(
    page: ReadingsPage, office: Desktop, settle: Callable[[], None], qtbot: QtBot, type_: Typist
) -> None:
    qtbot.keyClick(page.view.field, ENTER)
    type_(before(office)[1] + 5)
    settle()
    assert (sheet(office)[0].entered, stands(page)) == (None, 2)
    assert sheet(office)[1].entered is not None


def test_escape_puts_back_what_is_saved(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None], qtbot: QtBot
) -> None:
    old = before(office)
    type_(old[0] + 9)
    settle()
    qtbot.keyClick(page.view.field, UP)
    qtbot.keyClicks(page.view.field, "77")
    assert not page.may_leave()
    qtbot.keyClick(page.view.field, DOWN)
    assert "1 đã gõ nhưng chưa nhập" in page.left.text()
    qtbot.keyClick(page.view.field, UP)
    qtbot.keyClick(page.view.field, ESCAPE)
    assert (page.view.field.value(), page.may_leave()) == ((old[0] + 9) * 1000, True)


def test_what_is_refused_stays_with_its_reason(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None]
) -> None:
    line = sheet(office)[0]
    # Another person at this desk was first.
    office.readings.enter(
        person(office, "duc"),
        EnterReading(
            uuid7(), line.connection_id, line.meter_id, "2026-11", office.today(), line.previous + 7000
        ),
    )
    type_(line.previous // 1000 + 8)
    settle()
    assert (stands(page), shown(page, 0)[9]) == (1, "Chưa lưu")
    page.view.choose(line.connection_id)
    assert "Đồng hồ này đã có chỉ số" in page.said.text()
    entered = sheet(office)[0].entered
    assert entered is not None
    assert entered.usage == 7000
    page.refresh(frozenset({"reading"}))
    settle()
    page.view.take_focus()
    type_(line.previous // 1000 + 8)
    settle()
    entered = sheet(office)[0].entered
    assert entered is not None
    assert entered.usage == 8000


def test_too_many_figures_are_refused_at_once(
    page: ReadingsPage, office: Desktop, type_: Typist, settle: Callable[[], None]
) -> None:
    type_(99_999_999)
    settle()
    assert (stands(page), sheet(office)[0].entered) == (0, None)
    assert "chữ số không thể chỉ" in page.said.text()


def test_what_another_desk_read_comes_in_while_one_types(
    page: ReadingsPage, office: Desktop, company: Company, settle: Callable[[], None], qtbot: QtBot
) -> None:
    other = company.desk("BN04")
    company.sync()
    line = sheet(office)[5]
    other.readings.enter(
        person(other, "duc"),
        EnterReading(
            uuid7(), line.connection_id, line.meter_id, "2026-11", office.today(), line.previous + 7000
        ),
    )
    qtbot.keyClicks(page.view.field, "123")
    company.sync()
    page.refresh(frozenset({"reading"}))
    settle()
    assert shown(page, 5)[7] == "7"
    assert (stands(page), page.view.field.value(), page.view.field.hasFocus()) == (0, 123_000, True)


def test_who_may_not_enter_only_looks(
    office: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path, qtbot: QtBot
) -> None:
    made = ReadingsPage(room_of(office, jobs, prompter, tmp_path, "yen"))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not jobs.busy and bool(made.sheet.order))
    assert not made.view.field.isVisible()
    assert not any("Nhập từ Excel" in b.text() for b in made.findChildren(Button) if b.isVisible())


def test_the_month_and_those_before() -> None:
    assert periods(date(2026, 2, 3), 3) == ["2026-02", "2026-01", "2025-12", "2025-11"]


def test_another_period_has_its_own_sheet(page: ReadingsPage, settle: Callable[[], None]) -> None:
    page.period.setCurrentIndex(page.period.findData("2026-10"))
    settle()
    assert shown(page, 0)[9] == "Đã lưu"
    assert page.show_record(("L001", "2026-11"))
    settle()
    assert shown(page, 0)[9] == ""


def test_a_workbook_of_the_route(
    page: ReadingsPage, office: Desktop, tmp_path: Path, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    lines = {line.serial: line for line in sheet(office)}
    read: list[tuple[object, MadeUpReading]] = []
    for n, each in enumerate(PEOPLE):
        previous = lines[each.meter_serial].previous
        reading = usual_reading(each, date(2026, 11, 1), 1, previous)
        present = None if n == 3 else previous - 2000 if n == 4 else previous + 11_000
        read.append((each, reading._replace(present=present, read_on=date(2026, 11, 5))))
    path = save(tmp_path / "lộ trình.xlsx", reading_sheet(read, "L001").all_rows())  # type: ignore[arg-type]
    qtbot.keyClick(page, Qt.Key.Key_F7)
    dialog = page.window().findChild(ImportDialog)
    assert dialog is not None
    dialog.take_file(path)
    settle()
    qtbot.keyClick(dialog, Qt.Key.Key_F9)
    settle()
    assert {key: len(part.rows) for key, part in dialog.check._parts.items()} == {
        "new": 11, "changed": 0, "odd": 1, "wrong": 0, "told": 0,
    }  # fmt: skip
    assert "1 dòng không có chỉ số" in dialog.check.beside.text()
    assert {(row.code, row.name) for row in dialog.check._parts["new"].rows} == {
        (line.code, line.name) for n, line in enumerate(sheet(office)) if n != 3
    }
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, Qt.Key.Key_F9)
    assert "11 chỉ số được nhập" in "\n".join(x.text() for x in dialog.findChildren(Label))
    qtbot.keyClick(dialog, ESCAPE)
    settle()
    assert [line.entered.usage // 1000 if line.entered else None for line in sheet(office)] == [
        11, 11, 11, None, 0, *[11] * 7,
    ]  # fmt: skip
    assert "còn 1 / 12 chưa ghi · 1 bất thường" in page.left.text()

    again = page.import_()
    again.take_file(path)
    settle()
    qtbot.keyClick(again, Qt.Key.Key_F9)
    settle()
    assert again.check.said.text() == "Không có gì thay đổi."
    assert not again.next.isEnabled()
    assert again.leave.text() == "Esc  Quay lại"
    qtbot.keyClick(again, ESCAPE)
