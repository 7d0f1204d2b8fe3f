"""An office with data, made by the source checkout: at a desk, and at a head office that serves desks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from installer.trial import Trial, until
from installer.wine import ROOT, Cache, run

LOGIN, PASSWORD = "mai", "dau-moi-2026"
ADDRESS = "127.0.0.1"
URL = "http://127.0.0.1:8765"
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")


def give_data(trial: Trial) -> None:
    """An office of so many customers, at the desk where they were entered."""
    shutil.rmtree(trial.home, ignore_errors=True)
    waste = shutil.ignore_patterns("done", "password", "*.xlsx", "*.lock")
    shutil.copytree(_made(trial), trial.home, ignore=waste)


class HeadOffice:
    """The head office of that office, for other desks: invites them, and serves them within the root."""

    def __init__(self, trial: Trial, sources: Path = ROOT) -> None:
        """`sources`: of the program that it runs."""
        self._trial, self._sources = trial, sources
        self.home = trial.work / "headoffice"
        if not self.home.exists():
            waste = shutil.ignore_patterns("done", "password", "*.xlsx", "*.lock")
            shutil.copytree(_made(trial), self.home, ignore=waste)
            _daumoi(trial.cache, self.home, "sync", "--once")

    def daumoi(self, *arguments: str) -> str:
        """A command of the head office."""
        return _daumoi(self._trial.cache, self.home, *arguments, sources=self._sources)

    def invite(self, desk: str, start_file: Path | None = None) -> str:
        """Invite a desk; the code to be told by phone. With `start_file` all that it needs goes in there."""
        whole = ("--whole", "--out", str(start_file)) if start_file else ()
        told = ("--office", "1", "--desk", desk, "--url", URL, *whole)
        said = self.daumoi("headoffice", "invite", *told)
        return str(CODE.findall(said)[-1])

    def serve(self) -> None:
        """Serve the desks, as long as the PC is on."""
        says = self._trial.work / "headoffice.txt"
        served = ("-P", "-m", "app", "--language", "en", "headoffice")
        places = {"PYTHONPATH": str(self._sources), "DAUMOI_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}
        self._trial.room.start_outside(str(self._trial.cache.tool), *served, says=says, **places)
        until(lambda: "serves at" in says.read_text("utf-8"), "the head office does not serve")


def _made(trial: Trial) -> Path:
    """A home with an office and its head office, made by the older program; once."""
    home = trial.cache.work / f"home-{trial.customers}-{trial.older}"
    if (home / "done").exists():
        return home
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "password").write_text(PASSWORD, "utf-8")

    def daumoi(*arguments: str) -> None:
        _daumoi(trial.cache, home, *arguments, sources=trial.sources)

    name = "Công ty Cấp nước Bắc Ninh"
    daumoi("headoffice", "found", "--name", name, "--tariffs", "tra_vinh_water")
    where = ("--address", "Lim", "--phone", "02223821000")
    daumoi("headoffice", "office", "add", "--name", "Chi nhánh Tiên Du", *where)
    person = ("--login", LOGIN, "--name", "Bùi Thị Mai", "--role", "supervisor", "--role", "administrator")
    daumoi("headoffice", "staff", "add", "--office", "1", *person)
    enrolment = str(home / "BN01.daumoi-enrolment")
    desk = ("--desk", "BN01", "--url", "", "--out", enrolment)
    daumoi("headoffice", "invite", "--office", "1", *desk)
    daumoi("enrol", enrolment)
    sheet = str(home / "customers.xlsx")
    daumoi("generate", str(trial.customers), sheet)
    daumoi("import", sheet, "--as", LOGIN)
    (home / "done").touch()
    return home


def _daumoi(cache: Cache, home: Path, *arguments: str, sources: Path = ROOT) -> str:
    """A command of the source checkout."""
    places = {"PYTHONPATH": str(sources), "DAUMOI_HOME": str(home), "PYTHONUTF8": "1"}
    password = str(home / "password")
    return run(str(cache.tool), "-P", "-m", "app", *arguments, DAUMOI_PASSWORD_FILE=password, **places)
