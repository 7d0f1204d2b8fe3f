"""The office in which the day is played: four PCs, a head office, cables, a clock."""

from __future__ import annotations

import shutil
from datetime import date, datetime, time
from pathlib import Path

from app.bootstrap import Desktop
from app.demo.cable import Cable
from app.demo.check import close_the_day
from app.demo.filling import demo_customers, office_clock
from app.demo.office import PASSWORD, HubThread
from app.demo.stage import Stage
from app.domain.deadlines import zone_named
from app.ui.shell.window import MainWindow
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow

DAY = date(2026, 11, 20)
PERIOD = date(2026, 11, 1)
FOUNDED = date(2026, 8, 31)
CUSTOMERS = 240
CASHIER = 1
"""The cashier's cable, in the order in which the desks enrolled."""
SYNC_EVERY = 0.5


class World:
    """The PCs of the office, the head office, the cables between them, and the clock on the wall."""

    supervisor: DeskWindow
    counter: DeskWindow
    cashier: DeskWindow
    repair: DeskWindow
    request_code: str

    def __init__(self, homes: Path, folder: Path, language: str) -> None:
        self.homes, self.folder, self.language = homes, folder, language
        self.clock = office_clock(FOUNDED, 7, 0)
        self.stage = Stage(folder, self.clock, lambda line: print(line, flush=True))
        self.hub: HubThread | None = None
        self.cables: list[Cable] = []
        self.customers = demo_customers(CUSTOMERS)

    def at(self, hour: int, minute: int = 0) -> None:
        """The office's clock shows this hour now."""
        zone = zone_named("Asia/Ho_Chi_Minh")
        self.clock.set(datetime.combine(DAY, time(hour, minute), zone))

    def sign_in(self, window: DeskWindow, login: str) -> None:
        """A person signs in, by keyboard."""
        stage = self.stage
        stage.front(window)
        if not isinstance(window.currentWidget(), SignInPage):
            window.sign_in()
            stage.settle()
        stage.write(login)
        stage.key("Return")
        stage.write(PASSWORD)
        stage.key("Return")
        stage.until(lambda: window.main is not None, f"{login} signed in")
        stage.settle()

    def all_agree(self) -> None:
        """Wait until every desk and the head office hold the same feeds."""
        assert self.hub is not None
        headoffice = self.hub.headoffice
        desks = [self.desk(w) for w in self.stage.windows]

        def same() -> bool:
            reference = headoffice.writer.vector()
            return all(desk.writer.vector() == reference for desk in desks)

        self.stage.until(same, "all replicas hold the same feeds")

    def closing_check(self) -> bool:
        """The closing check, over all replicas."""
        self.all_agree()
        self.stage.say("closing check")
        desks = [self.desk(w) for w in self.stage.windows]
        path = self.homes / "supervisor" / "headoffice.db"
        good = close_the_day(desks, path, self.clock.now(), self.stage.say)
        self.stage.say("all is well" if good else "NOT ALL IS WELL")
        return good

    def close(self) -> None:
        """Close the windows, the head office and the cables."""
        self.stage.close()
        if self.hub is not None:
            self.hub.stop()
        for cable in self.cables:
            cable.close()

    def keep(self, paper: Path, name: str) -> None:
        """Keep a paper or a workbook that was made."""
        shutil.copy(paper, self.folder / name)

    @staticmethod
    def desk(window: DeskWindow) -> Desktop:
        """A PC's desk."""
        assert window.desktop is not None
        return window.desktop

    @staticmethod
    def main(window: DeskWindow) -> MainWindow:
        """A PC's main window; somebody is signed in."""
        assert window.main is not None
        return window.main
