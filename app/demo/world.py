"""The office in which the day is played: four PCs, a head office, cables, a clock."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from app.bootstrap import Desktop, HeadOffice
from app.demo.cable import Cable
from app.demo.check import close_the_day
from app.demo.filling import demo_customers, office_clock
from app.demo.office import PASSWORD, HubThread
from app.demo.stage import Stage, StageError
from app.domain.deadlines import zone_named
from app.sync.bundle import SUFFIX
from app.ui.shell.window import MainWindow
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow

DAY = date(2026, 11, 20)
PERIOD = date(2026, 11, 1)
FOUNDED = date(2026, 8, 31)
CUSTOMERS = 240
CASHIER = "BN03"
SYNC_EVERY = 0.5
TRIPS = 3
"""So often a stick goes to and fro before it counts as not arriving."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways to play the day. `database`: the address of a new PostgreSQL database, over which the head office
    is founded beforehand. `bundle`: the cashier's cable stays cut, a stick carries bundles instead. `kill`:
    when the connection returns, the cashier's PC dies in mid-sync."""

    database: str = ""
    bundle: bool = False
    kill: bool = False


AS_USUAL = Ways()


class World:
    """The PCs of the office, the head office, the cables between them, and the clock on the wall."""

    supervisor: DeskWindow
    counter: DeskWindow
    cashier: DeskWindow
    repair: DeskWindow
    request_code: str

    def __init__(self, homes: Path, folder: Path, language: str, ways: Ways) -> None:
        self.homes, self.folder, self.language, self.ways = homes, folder, language, ways
        self.clock = office_clock(FOUNDED, 7, 0)
        self.stage = Stage(folder, self.clock, lambda line: print(line, flush=True))
        self.hub: HubThread | None = None
        self.cables: dict[str, Cable] = {}
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
        """Wait until every desk and the head office hold the same feeds. Where the cashier's cable stays cut,
        the stick goes to and fro."""
        on_line = [w for w in self.stage.windows if w is not self.cashier or not self._by_stick]
        self._same(on_line)
        if not self._by_stick:
            return
        for _ in range(TRIPS):
            self.carry_stick()
            self._same(on_line)
            if self.desk(self.cashier).writer.vector() == self.headoffice.writer.vector():
                return
        raise StageError("the stick does not bring everything")

    def carry_stick(self) -> None:
        """Carry a bundle from the cashier's PC to the head office, and its answer back."""
        desk = self.desk(self.cashier)
        desk.export_bundle(self.stick)
        desk.import_bundle(self.answer_stick())

    def answer_stick(self) -> Path:
        """The head office takes the bundle on the stick; the file with its answer."""
        report = self.headoffice.import_bundle(self.stick)
        assert report.answer is not None
        return report.answer

    @property
    def stick(self) -> Path:
        """The cashier's bundle, on the stick."""
        folder = self.homes / "stick"
        folder.mkdir(exist_ok=True)
        return folder / f"{CASHIER}{SUFFIX}"

    @property
    def _by_stick(self) -> bool:
        return self.ways.bundle and CASHIER in self.cables and not self.cables[CASHIER].whole

    def _same(self, windows: list[DeskWindow]) -> None:
        def same() -> bool:
            reference = self.headoffice.writer.vector()
            return all(self.desk(w).writer.vector() == reference for w in windows)

        self.stage.until(same, "all replicas hold the same feeds")

    @property
    def headoffice(self) -> HeadOffice:
        """The head office."""
        assert self.hub is not None
        return self.hub.headoffice

    def closing_check(self) -> bool:
        """The closing check, over all replicas."""
        self.all_agree()
        self.stage.say("closing check")
        desks = [self.desk(w) for w in self.stage.windows]
        good = close_the_day(desks, self.headoffice.database, self.clock.now(), self.stage.say)
        self.stage.say("all is well" if good else "NOT ALL IS WELL")
        return good

    def close(self) -> None:
        """Close the windows, the head office and the cables."""
        self.stage.close()
        if self.hub is not None:
            self.hub.stop()
        for cable in self.cables.values():
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
