"""Updates of the installed program: over the line and by stick, signed by a publisher of the trial's own; and
the way back from a version that does not start."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from installer.releases import PUBLISHERS
from installer.steps.first_start import check_closes, sign_in
from installer.steps.office import URL, HeadOffice
from installer.steps.packing import Texts, packed, source
from installer.trial import FOLDER, Trial, check, until, whole
from installer.wine import ROOT, run, write

BEFORE, BROKEN = "0.1.99", "0.2.99"
"""Numbers of the trial's versions: one to come from, and one that does not start."""

DATABASE = "app.models.database"
START = "app.window.health"
"""What a window makes once its data are open; here the broken version breaks."""

BREAKS = """

def _break(*_arguments: object, **_named: object) -> None:
    raise RuntimeError("made not to start")


HealthWatch.__init__ = _break
"""

MIGRATION = '''"""A table of the version that does not start"""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None

CHANGES = ()


def upgrade() -> None:
    op.create_table("of_tomorrow", sa.Column("id", sa.Integer(), primary_key=True))
'''

NOTES = {
    "vi": "Tìm khách hàng nhanh hơn; in lại biên lai từ sổ quỹ.",
    "en": "Customers are found sooner; receipts are printed again from the cash book.",
    "zh": "查找客户更快；可从现金账重印收据。",
}

STICK = "C:\\stick"


class Publisher:
    """Has a key of its own, which is kept in the cache. `sources`: of the program that takes its updates."""

    def __init__(self, trial: Trial) -> None:
        self._cache, self._trial = trial.cache, trial
        self.folder = trial.cache.work / "publisher"
        self.sources = self.folder / "source"
        self._key, self._password = self.folder / "publisher.key", self.folder / "password"
        if not (self.folder / "publishers.json").exists():
            self._make_key()
        self.publishers = (self.folder / "publishers.json").read_text("utf-8")
        shutil.rmtree(self.sources, ignore_errors=True)
        shutil.copytree(trial.cache.work / f"windows-{trial.version}" / "source", self.sources)
        (self.sources / PUBLISHERS).write_text(self.publishers, "utf-8")

    def _daumoi(self, *arguments: str) -> str:
        places = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "DAUMOI_PASSWORD_FILE": str(self._password)}
        return run(str(self._cache.tool), "-P", "-m", "app", "--language", "en", *arguments, **places)

    def _make_key(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        write(self._password, b"a password of the trial")
        said = self._daumoi("update", "key", "--out", str(self._key))
        public = re.findall(r"[0-9a-f]{64}", said)[-1]
        named = [{"name": "trial", "key": public}]
        (self.folder / "publishers.json").write_text(json.dumps(named), "utf-8")

    def setup(self, number: str, modules: Texts | None = None, files: Texts | None = None) -> Path:
        """The setup as one of `number`, signed: its manifest lies beside it. The rest as in `packed`."""
        named = {PUBLISHERS.as_posix(): self.publishers, **(files or {})}
        setup = packed(self._cache, self._trial.version, number, modules, named)
        if not setup.with_suffix(".daumoi-update").exists():
            told = ["--version", number, "--least", BEFORE]
            for language, words in NOTES.items():
                notes = setup.with_name(f"{language}.txt")
                notes.write_text(words, "utf-8")
                told += ["--notes", f"{language}={notes}"]
            self._daumoi("update", "sign", str(setup), "--key", str(self._key), *told)
        return setup


class Desk:
    """The desk at which updates are tried, and how its updates stand."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self.updates = trial.home / "updates"
        self.database = trial.home / "office.db"

    @property
    def state(self) -> dict[str, object]:
        """The note of its updates."""
        try:
            return dict(json.loads((self.updates / "state.json").read_text("utf-8")))
        except (OSError, ValueError):  # it is put in its place just now
            return {}

    def happened(self) -> str:
        """What came of the last update, until it is told."""
        told = self.state.get("happened")
        return str(told["what"]) if isinstance(told, dict) else ""

    def here(self, setup: Path) -> bool:
        """Whether a setup has come, as it was published."""
        there = self.updates / setup.name
        return there.exists() and there.stat().st_size == setup.stat().st_size

    def coming(self) -> int:
        """How many bytes of a setup that is not whole yet are here."""
        return sum(each.stat().st_size for each in self.updates.glob("*.part"))

    def runs(self, version: str) -> bool:
        """Whether that version is installed, and a window of it has stood."""
        state = self.state
        return self._trial.listed() == version and bool(state) and state["trial"] is None

    def revision(self) -> str:
        """The revision of its database."""
        with closing(sqlite3.connect(self.database)) as data:
            (found,) = data.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found)


def updates(trial: Trial) -> None:
    """An update over the line: fetched in parts, offered, installed; the publisher is the trial's own."""
    publisher, desk = Publisher(trial), Desk(trial)
    before, now = publisher.setup(BEFORE), publisher.setup(trial.version)
    shutil.rmtree(trial.home, ignore_errors=True)
    office = HeadOffice(trial, publisher.sources)
    for setup in (before, now):
        office.daumoi("headoffice", "update", "publish", str(setup))
    code = office.invite("BN07")
    with trial.opened():
        trial.setup(trial.bring(before), "/S", "/CurrentUser")
        office.serve()
        said = trial.cli("enrol", code, "--url", URL)[1]
        check((trial.home / "desk.json").exists(), f"a desk with version {trial.listed()}: {said.strip()}")
        trial.start()
        trial.window()
        until(desk.database.exists, "the office's data does not come", 120)
        trial.still()
        sign_in(trial)
        check(not desk.here(now), "nothing is fetched that was published for nobody")
    office.daumoi("headoffice", "update", "roll-out", "--version", trial.version, "--all")
    with trial.opened():
        office.serve()
        trial.start()
        trial.window()
        until(lambda: desk.coming() > 4 << 20, "the setup does not come", 120)
    broken_off = desk.coming()
    check(broken_off > 0, f"the plug is pulled with {broken_off / 1e6:.0f} MB of it here")
    with trial.opened():
        office.serve()
        trial.start()
        trial.window()
        trial.still()
        sign_in(trial)
        until(lambda: desk.here(now) and desk.here(before), "the setup does not come whole", 180)
        trial.still()
        trial.picture("update-1-offered-at-the-foot")
        trial.press("ctrl+Prior")
        trial.still()
        trial.picture("update-2-in-the-settings")
        trial.press("F2")
        until(lambda: trial.listed() == trial.version, "the update is not installed", 180)
        trial.window()
        trial.still()
        check(whole(trial.program), f"version {trial.version} is in its place, and nothing else")
        sign_in(trial)
        until(lambda: desk.runs(trial.version), "the new version does not stand")
        trial.picture("update-3-new-version")
        check_closes(trial)


def going_back(trial: Trial) -> None:
    """An update by stick to a version that does not start: after two starts the one before is back."""
    publisher, desk = Publisher(trial), Desk(trial)
    head = desk.revision()
    migration = MIGRATION.format(head=head)
    database, opens = (source(trial.cache, trial.version, each) for each in (DATABASE, START))
    modules = {
        DATABASE: database.replace(f'HEAD = "{head}"', 'HEAD = "9999"'),
        START: opens + BREAKS,
    }
    broken = publisher.setup(BROKEN, modules, {"app/models/migrations/versions/9999_tomorrow.py": migration})
    stick = trial.at(STICK)
    stick.mkdir(exist_ok=True)
    for each in (broken, broken.with_suffix(".daumoi-update")):
        shutil.copy(each, stick)
    with trial.opened():
        code, said = trial.cli("verify")
        rows = said.strip().splitlines()[-1:]
        code, said = trial.cli("update", "take", STICK)
        check(code == 0 and desk.here(broken), f"taken from a stick: {said.strip()}")
        trial.room.start(
            "wine", rf"{FOLDER}\program\daumoi-cli.exe", "update", "install"
        )  # leaves the setup behind
        until(lambda: trial.listed() == BROKEN, "the update is not installed by command", 180)
        for start in (1, 2):
            if start > 1:
                trial.start()
            trial.window()
            trial.still()
            trial.picture(f"going-back-{start}-does-not-start")
            check(desk.revision() == "9999", f"start {start} of {BROKEN} has changed the data and failed")
            if start == 1:  # closed in order, which does not make up for it
                trial.press("Escape")
                trial.press("alt+F4")
                until(lambda: not trial.windows(), "its window stays")
            else:
                trial.room.run("wineserver", "-k", check=False)
            trial.room.run("wineserver", "-w", check=False)
        trial.start()
        until(lambda: desk.happened() == "went back", "the version before does not come back", 180)
        trial.window()
        trial.still()
        back = trial.listed() == trial.version and desk.revision() == head
        check(back, f"version {trial.version} is back, its data too")
        sign_in(trial)
        until(lambda: not desk.happened(), "nobody is told of it")
        trial.still()
        trial.picture("going-back-3-back")
        check(desk.state.get("failed") == [BROKEN], f"{BROKEN} is not taken again")
        check_closes(trial)
        code, said = trial.cli("verify")
        check(code == 0 and said.strip().splitlines()[-1:] == rows, f"not a row is missing: {rows}")
