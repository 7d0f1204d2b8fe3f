"""One version in the place of another: forward, never back onto newer data, and cut off in the midst."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from installer.setup import manifest
from installer.steps.office import give_data
from installer.steps.packing import packed
from installer.trial import Trial, check, contents_of, differing, last_line, size_of, whole
from installer.wine import Cache

OLDER = "0.0.9"


def older(cache: Cache, version: str) -> Path:
    """A setup of a lower number, of the program of `version`."""
    return packed(cache, version, OLDER)


def upgrade(trial: Trial) -> None:
    """Over the older version, with data in place and its window open."""
    give_data(trial)
    with trial.opened():
        trial.start()
        trial.window()
        time.sleep(5)
        trial.picture("upgrade-1-older-version-open")
        _had(trial.program, "_internal/of the layout before/old.dll", "old.dll")
        stray = trial.program / "somebody-else's.txt"
        stray.write_text("not the setup's", "utf-8")
        code, seconds = trial.setup(trial.new, "/S", "/CurrentUser")
        words = f"upgrade while the window is open: exit code {code} in {seconds:.0f} s {trial.note()}"
        check(code == 0, words)
        check(whole(trial.program), "nothing of the older version is left in the program")
        kept = trial.program.with_name("program.old")
        others = [each.name for each in kept.iterdir()]
        check(others == [stray.name], "a file of somebody else's was not removed")
        shutil.rmtree(kept)
        check(trial.listed() == trial.version, f"listed as {trial.version}")
        before = contents_of(trial.home)
        code, _ = trial.setup(trial.new, "/S", "/CurrentUser")
        unchanged = code == 0 and not differing(before, trial.home)
        check(unchanged, "the setup again: not a byte of the data changes")
        code, said = trial.cli("verify")
        check(code == 0, f"the data of {trial.customers} customers equals its journal: {last_line(said)}")
        trial.start()
        trial.window()
        time.sleep(6)
        trial.picture("upgrade-2-new-version-open")
        code, said = trial.cli("quit", "--wait", "60")
        check(code == 0, "closes when it is asked to")


def _had(program: Path, *names: str) -> None:
    """Have a program have had files that the next version does not have."""
    for name in names:
        (program / name).parent.mkdir(exist_ok=True)
        (program / name).write_text("what the start must not find", "utf-8")
    list_of = program / "installed.txt"
    list_of.unlink()
    list_of.write_text(manifest(program), "ascii", newline="\r\n")


def downgrade(trial: Trial) -> None:
    """The older version's setup: over data that it can open, and over data that only a newer one can."""
    database = trial.home / "office.db"
    with closing(sqlite3.connect(database)) as data:
        (revision,) = data.execute("SELECT version_num FROM alembic_version").fetchone()
    if list(trial.sources.glob(f"app/models/migrations/versions/{revision}_*.py")):
        with trial.opened():
            code, _ = trial.setup(trial.old, "/S", "/CurrentUser")
            there = code == 0 and trial.listed() == trial.older
            check(there, f"{trial.older} over data of its own revision: exit code {code}")
            code, said = trial.cli("verify")
            check(code == 0, f"it opens them {said if code else ''}")
            trial.setup(trial.new, "/S", "/CurrentUser")
    _set_revision(database, "9999")
    before = contents_of(trial.home)
    with trial.opened():
        code, _ = trial.setup(trial.old, "/S", "/CurrentUser")
        check(code == 3, f"refused onto newer data: exit code {code}")
        check(trial.older in trial.note(), f"and said so: {trial.note()}")
        check(not differing(before, trial.home), "the data is as it was")
        kept = whole(trial.program) and not trial.program.with_name("program.new").exists()
        check(kept, "so is the program")
    _set_revision(database, revision)


def _set_revision(database: Path, revision: str) -> None:
    with closing(sqlite3.connect(database)) as data, data:
        data.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def killed(trial: Trial) -> None:
    """The plug is pulled while the setup copies."""
    new = trial.program.with_name("program.new")
    with trial.opened() as room:
        room.start("wine", f"Z:/work/verify/{trial.new.name}", "/S", "/CurrentUser")
        until = time.monotonic() + 60
        while len(list(new.rglob("*.dll"))) <= 5 and time.monotonic() < until:
            time.sleep(0.05)
    check(new.exists(), f"cut off with {size_of(new):.0f} MB copied")
    with trial.opened():
        code, said = trial.cli("--help")
        check(code == 0 and "usage" in said, "the version in use still starts")
        code, seconds = trial.setup(trial.new, "/S", "/CurrentUser")
        mended = code == 0 and not new.exists() and whole(trial.program)
        check(mended, f"the setup again: whole, {seconds:.0f} s")
    new.mkdir()
    trial.program.rename(trial.program.with_name("program.old"))  # cut off between the two renames
    with trial.opened():
        code, _ = trial.setup(trial.new, "/S", "/CurrentUser")
        check(code == 0 and whole(trial.program), "cut off between the two renames: whole again")
