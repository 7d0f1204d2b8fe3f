"""Clock, disk and database watched by the window: said in one calm line in each of its three places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.clock import SteppingClock
from app.queries.health import HealthQueries
from app.sync.restore import trusted
from app.ui.settings.page import SettingsPage
from app.ui.today.page import TodayPage
from app.window.frame import DeskWindow
from app.window.health import HealthWatch
from tests.journeys.conftest import Open
from tests.journeys.windows import main_of, said, settle
from tests.offices import Company, person
from tests.ui.conftest import Asked

GIGA = 1 << 30


@dataclass
class Pc:
    """What the PC shows to the program."""

    free: int = 40 * GIGA
    steady: float = 0.0
    asked: list[Path] = field(default_factory=list)

    def disk(self, folder: Path) -> tuple[int, int]:
        self.asked.append(folder)
        return 100 * GIGA, self.free


@pytest.fixture
def pc() -> Pc:
    return Pc()


@pytest.fixture
def window(open_window: Open, home: Path, qtbot: QtBot, pc: Pc) -> DeskWindow:
    window = open_window(home)
    desk = window.desktop
    assert desk is not None
    assert window.health is not None
    window.health.stop()
    window.health = HealthWatch(desk, window.jobs, window, disk=pc.disk, steady=lambda: pc.steady)
    window.health.changed.connect(window._show_health)
    window.jobs.refused.connect(window.health.hear)
    window.open_for(person(desk, "mai"))
    settle(qtbot, window)
    return window


@pytest.fixture
def glance(window: DeskWindow, qtbot: QtBot) -> Callable[[], str]:
    """Looks now; what the bar at the foot says of the PC."""

    def looked() -> str:
        assert window.health is not None
        window.health.look()
        settle(qtbot, window)
        chip = main_of(window).status._health
        return chip.parts[0] if chip.isVisible() else ""

    return looked


def test_a_disk_that_fills_up(
    window: DeskWindow, glance: Callable[[], str], pc: Pc, asked: Asked, qtbot: QtBot
) -> None:
    assert glance() == ""
    assert pc.asked == [window.home]
    page = main_of(window).page("today")
    assert isinstance(page, TodayPage)
    pc.free = 900_000_000
    assert glance() == "Ổ đĩa còn 900 MB"
    sentence = "Ổ đĩa chứa dữ liệu chỉ còn 900 MB. Hãy dọn bớt trong tuần này, hoặc báo người quản trị."
    assert sentence in said(page)
    settings = main_of(window).open_section("settings")
    assert isinstance(settings, SettingsPage)
    qtbot.waitUntil(lambda: sentence in said(settings))
    assert asked.told == []
    pc.free = 120_000_000
    assert glance() == "Ổ đĩa sắp hết chỗ: còn 120 MB"
    pc.free = 100_000_000
    glance()
    (told,) = asked.told  # once
    assert "Hãy dọn chỗ ngay" in told
    main_of(window).status._health.click()
    assert main_of(window).key == "today"
    pc.free = 40 * GIGA
    assert glance() == ""
    assert not page._health.isVisible()


def test_a_clock_that_is_put_back(
    window: DeskWindow, glance: Callable[[], str], pc: Pc, company: Company, qtbot: QtBot
) -> None:
    desk = window.desktop
    assert desk is not None
    assert isinstance(company.clock, SteppingClock)
    settle(qtbot, window)
    desk.pause_sync()
    assert glance() == ""
    company.clock.advance(timedelta(minutes=-45))
    assert glance() == "Kiểm tra đồng hồ máy"
    assert "bị vặn lùi 45 phút" in main_of(window).status._health.toolTip()
    company.clock.advance(timedelta(minutes=45))
    assert glance() == ""


def test_a_clock_far_from_the_head_offices(window: DeskWindow, glance: Callable[[], str]) -> None:
    desk = window.desktop
    assert desk is not None
    desk.pause_sync()
    desk.writer.hlc.learn(12 * 60_000)
    assert glance() == "Đồng hồ máy chậm 12 phút"
    desk.writer.hlc.learn(-12 * 60_000 - 3 * 3600_000)
    assert glance() == "Đồng hồ máy nhanh 3 giờ"


def test_the_file_is_looked_through_once_a_day(
    window: DeskWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, company: Company
) -> None:
    looked, sound = [], HealthQueries.sound
    monkeypatch.setattr(HealthQueries, "sound", lambda self: looked.append(1) or sound(self))
    assert window.health is not None

    def through() -> int:
        assert window.health is not None
        window.health.look_through()
        settle(qtbot, window)
        return len(looked)

    assert through() == 1
    assert through() == 1
    company.clock.advance(timedelta(hours=25))
    assert through() == 2
    assert window.worries == ()


def damage(window: DeskWindow, table: str) -> None:
    """The page of the database where that table begins is not readable any more."""
    desk = window.desktop
    assert desk is not None
    with desk.database.transaction() as cur:
        cur.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
        (root,) = cur.fetchone()
    desk.database.write.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    desk.database.read.dispose()
    size = desk.database.write.execute("PRAGMA page_size").fetchone()[0]
    with desk.database.path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)


DAMAGED = (
    "Dữ liệu trên máy này có chỗ hỏng. Hãy làm nốt việc đang gõ, sau đó đóng chương trình rồi mở lại: chương "
    "trình sẽ kiểm tra và đưa ra các cách khắc phục. Những gì đã gửi công ty vẫn an toàn."
)


def test_a_page_that_cannot_be_read(home: Path, window: DeskWindow, qtbot: QtBot, asked: Asked) -> None:
    """Found by whatever reads it; said once to whoever is at work, noted for the next start, and the ways out
    are offered there."""
    desk = window.desktop
    assert desk is not None
    damage(window, "staff")
    window.jobs.run(window, lambda _job: desk.sign_in.people(), done=lambda _: None, failed=lambda _: None)
    settle(qtbot, window)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: main_of(window).status._health.parts[0] == "Dữ liệu có chỗ hỏng")
    assert (home / "office.damaged").exists()
    assert asked.told == [DAMAGED]
    assert window.health is not None
    window.health.worries = ()
    window.health.look()
    settle(qtbot, window)
    assert asked.told == [DAMAGED]
    window.shut()
    with pytest.raises(Exception, match=r"database\.damaged"):
        trusted(home / "office.db")


def test_damage_found_while_nobody_is_at_work(window: DeskWindow, qtbot: QtBot, asked: Asked) -> None:
    """It waits for the next who signs in."""
    assert window.desktop is not None
    assert window.health is not None
    mai = person(window.desktop, "mai")
    window.sign_in()
    damage(window, "letter")
    window.health.look_through()
    settle(qtbot, window)
    settle(qtbot, window)
    assert window.worries[0].code == "database.damaged"
    assert asked.told == []
    window.open_for(mai)
    assert asked.told == [DAMAGED]
    window.open_for(mai)
    assert asked.told == [DAMAGED]
