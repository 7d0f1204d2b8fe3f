"""What guards a desk: its data encrypted on the disk, one window alone, and the file for those who help."""

from __future__ import annotations

import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

from installer.steps.first_start import check_closes, sign_in
from installer.steps.office import HeadOffice
from installer.trial import TITLE, Trial, check, last_line, until

PLAIN, ENCRYPTED = b"SQLite format 3\0", b"DMk1"
"""How a database begins."""


def encryption(trial: Trial) -> None:
    """The desk's data encrypted under a key in the credential store, at work so, and plain again."""
    office = HeadOffice(trial)
    database = trial.home / "office.db"
    before = _rows(database)
    with trial.opened() as room:
        office.serve()
        code, said = trial.cli("encrypt")
        check(code == 0 and _head(database).startswith(ENCRYPTED), f"encrypted: {last_line(said)}")
        plain = [each.name for each in trial.home.glob("office-*.db") if _head(each) == PLAIN]
        untold = [name for name in plain if name not in said]  # what was damaged and put aside is named
        check(not untold, f"and no copy of it is left in plain without a word {untold or ''}")
        held = room.run("wine", "reg", "query", r"HKCU\Software\Wine\Credential Manager", check=False)
        check("DauMoi:" in held, "its key is in the credential store")
        room.run("wineserver", "-w", timeout=120)
    with trial.opened():
        office.serve()
        trial.start()
        trial.window()
        sign_in(trial)
        trial.picture("encryption-1-at-work")
        check_closes(trial)
        code, said = trial.cli("verify")
        check(code == 0, f"at work after a restart of the PC: {last_line(said)}")
        code, said = trial.cli("decrypt")
        check(code == 0 and _head(database) == PLAIN, f"plain again: {last_line(said)}")
        others = {name for name, rows in _rows(database).items() if before[name] - rows}
        rows = sum(map(len, before.values()))
        check(not others, f"{rows} rows of {len(before)} tables are as before {others or ''}")


def _head(database: Path) -> bytes:
    with database.open("rb") as file:
        return file.read(16)


def _rows(database: Path) -> dict[str, set[tuple[object, ...]]]:
    """The rows of each table that the journal says; not what is this PC's alone."""
    with closing(sqlite3.connect(database)) as data:
        sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        names = [name for (name,) in data.execute(sql) if name != "local"]
        return {name: set(data.execute(f'SELECT * FROM "{name}"')) for name in names}  # noqa: S608


def one_window(trial: Trial) -> None:
    """Started a second time: the window that is open comes forward; and the file for those who help."""
    with trial.opened() as room:
        trial.start()
        trial.window()
        trial.asks()
        room.start("wine", "notepad")
        trial.window("Notepad")
        trial.asks()
        trial.picture("one-window-1-behind-another")
        second = trial.start()
        until(lambda: second.poll() is not None, "the second start does not end")
        time.sleep(1)
        trial.picture("one-window-2-in-front")
        ours = trial.windows()
        check(len(ours) == 1 and trial.windows(f"{TITLE}|Notepad")[-1:] == ours, "one window, and in front")
        check_closes(trial)
        code, said = trial.cli("support", "--out", r"C:\ho-tro.zip")
        check(code == 0, f"the file for those who help: {last_line(said)}")
    with zipfile.ZipFile(trial.at(r"C:\ho-tro.zip")) as packed:
        texts = [packed.read(name) for name in packed.namelist()]
        told = ", ".join(packed.namelist())
    with closing(sqlite3.connect(HeadOffice(trial).home / "headoffice.db")) as data:
        people = [name.encode() for (name,) in data.execute("SELECT name FROM customer")]
    check(not [name for name in people if any(name in text for text in texts)], f"names nobody: {told}")
