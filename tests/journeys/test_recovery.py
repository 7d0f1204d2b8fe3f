"""The ways out of a damaged database, as people take them in the window; and backups that make themselves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QLabel

from app.bootstrap import HUB_KEY, OFFICE_DATABASE
from app.home.first_start import found_here
from app.home.hub_recovery import key_in
from app.home.recovery import Backups
from app.models.copies import before_upgrade, copy_database
from app.models.database import note_damage
from app.ui.backups.dialog import BackupsDialog
from app.ui.backups.ways import WaysPage
from app.ui.kit.later import later
from app.ui.start.signin import SignInPage
from app.window.backups import Keeper, open_backups
from app.window.frame import DeskWindow
from tests.home.test_recovery import ask, torn
from tests.home.test_recovery import asked as asked_in
from tests.offices import Company, person
from tests.ui.conftest import Asked

Open = Callable[[Path], DeskWindow]


@pytest.fixture
def kept(company: Company, home: Path) -> Path:
    """A home with one request in its backup, one that was sent after it, one that was not."""
    desktop = company.opened(home)
    ask(desktop, "A kept")
    Backups(home, company.clock).make()
    ask(desktop, "B sent later")
    desktop.client.once()
    ask(desktop, "C unsent")
    company.shut(desktop)
    return home


def until(condition: Callable[[], bool], window: DeskWindow | None = None) -> None:
    """Waits in an event loop, which lets other threads have Python: `qtbot.waitUntil` hands it over once in
    ten milliseconds, and a database is copied and played anew by thousands of calls."""
    loop = QEventLoop()
    look = QTimer(interval=5)
    look.timeout.connect(lambda: loop.quit() if condition() else None)
    look.start()
    later(loop, loop.quit, 12_000)
    loop.exec()
    look.stop()
    page = window.currentWidget() if window else None
    assert condition(), page.error.text() if isinstance(page, WaysPage) else ""


def ways(window: DeskWindow) -> WaysPage:
    page = window.currentWidget()
    assert isinstance(page, WaysPage)
    until(lambda: bool(page.buttons))
    return page


EVERYTHING = ["A kept", "B sent later", "C unsent"]


@pytest.mark.parametrize(
    ("way", "there"), [(0, EVERYTHING), (1, ["A kept", "B sent later"]), (2, EVERYTHING)]
)
def test_each_way_out_leads_back_to_work(
    kept: Path, open_window: Open, asked: Asked, way: int, there: list[str]
) -> None:
    database = kept / OFFICE_DATABASE
    torn(database, "request")
    note_damage(database)
    damaged = database.read_bytes()
    window = open_window(kept)
    ways(window).buttons[way].click()
    until(lambda: isinstance(window.currentWidget(), SignInPage), window)
    assert window.desktop is not None
    window.desktop.client.once()
    assert asked_in(database) == there
    assert "office-replaced-" in asked.told[0]
    assert ("daumoi restore --journal" in asked.told[0]) == (way == 1)  # the others have read it
    (aside,) = kept.glob("office-replaced-*.db")
    assert aside.read_bytes() == damaged


def test_a_way_that_does_not_lead_out_leaves_the_others(kept: Path, open_window: Open) -> None:
    (kept / OFFICE_DATABASE).unlink()
    window = open_window(kept)
    page = ways(window)
    assert len(page.buttons) == 3  # there is no journal to be read
    none = kept / "none.daumoi-backup"
    none.write_text("nothing")
    page.file_chosen.emit(none)
    until(lambda: str(none) in page.error.text())
    assert all(each.isEnabled() for each in page.buttons)
    page.buttons[0].click()
    until(lambda: isinstance(window.currentWidget(), SignInPage), window)


def test_a_supervisor_brings_a_backup_back_from_the_settings(
    company: Company, kept: Path, open_window: Open, asked: Asked
) -> None:
    window = open_window(kept)
    assert window.desktop is not None
    window.open_for(person(window.desktop, "mai"))
    dialog = open_backups(window)
    until(dialog.restore.isEnabled)
    company.clock.advance(timedelta(days=1))
    dialog.make_one()
    until(lambda: len(dialog.model.ids) == 2)
    dialog.list.selectRow(1)
    dialog.restore.click()
    until(lambda: isinstance(window.currentWidget(), SignInPage), window)
    assert "07:" in asked.questions[0][0] or "08:" in asked.questions[0][0]
    window.desktop.client.once()
    assert asked_in(kept / OFFICE_DATABASE) == EVERYTHING  # the window has sent the last one
    assert "office-replaced-" in asked.told[0]


def test_a_clerk_makes_backups_and_brings_none_back(kept: Path, open_window: Open) -> None:
    window = open_window(kept)
    assert window.desktop is not None
    window.open_for(person(window.desktop, "yen"))
    dialog: BackupsDialog = open_backups(window)
    assert not dialog.restore.isVisible()
    assert not dialog.file.isVisible()
    assert not dialog.key.isVisible()
    until(dialog.check.isEnabled)
    dialog.check_one()
    until(lambda: "DauMoi-BN03" in said(dialog))
    copy = before_upgrade(kept / OFFICE_DATABASE, "0002", datetime(2026, 1, 1, tzinfo=UTC))
    copy_database(window.desktop.database.write, copy)
    dialog.refresh()
    until(lambda: len(dialog.model.ids) == 2)
    assert dialog.model.index(1, 4).data() == "Trước khi nâng cấp"
    dialog.list.selectRow(1)
    dialog.check_one()
    until(lambda: copy.name in said(dialog))


def test_where_the_head_office_is_on_this_pc_its_key_is_copied_once(
    company: Company, open_window: Open, tmp_path: Path
) -> None:
    answers = {
        "utility": "Trạm cấp nước Lim", "kind": "water", "currency": "VND", "zone": "Asia/Ho_Chi_Minh",
        "language": "vi", "tariff_set": "tra_vinh_water", "office": "Lim", "address": "Lim", "phone": "1",
        "desk": "LM01", "admin_name": "Mai", "admin_login": "mai", "admin_password": "mat-khau-thu",
    }  # fmt: skip
    found_here(tmp_path / "lone", company.clock, answers)
    window = open_window(tmp_path / "lone")
    assert window.desktop is not None
    window.open_for(person(window.desktop, "mai"))
    dialog = open_backups(window)
    assert dialog.key.isVisible()
    dialog.copy_key(tmp_path / "key.txt")
    until(lambda: "key.txt" in said(dialog))
    key = (tmp_path / "lone" / HUB_KEY).read_bytes()
    assert key_in(tmp_path / "key.txt").private_bytes_raw() == key


def said(dialog: BackupsDialog) -> str:
    return " ".join(each.text() for each in dialog.findChildren(QLabel))


def test_backups_make_themselves_and_a_pulled_stick_stops_nothing(
    company: Company, home: Path, open_window: Open, asked: Asked, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    backups = Backups(home, company.clock)
    backups.choose_place(stick)
    window = open_window(home)
    keeper = Keeper(window)
    keeper.start()
    until(lambda: len(backups.there()) == 1 and keeper._job is None)
    shutil.rmtree(stick)
    assert window.desktop is not None
    clerk = person(window.desktop, "yen")
    window.open_for(clerk)
    ask(window.desktop, "written")
    company.clock.advance(timedelta(days=1))
    window.sign_out()
    until(lambda: len(backups.here()) == 2)
    ask(window.desktop, "at the end")
    window.shut()
    company.clock.advance(timedelta(minutes=5))
    keeper.last()
    assert [b.heading.last for b in backups.here() if b.heading] == [2, 0]
    assert asked.told == []
