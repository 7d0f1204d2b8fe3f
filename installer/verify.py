#!/usr/bin/env python3
"""Tries the setup package under Wine, as root on Linux after `build.py --prepare`: a line for each step, and
pictures to look at.

    python3 installer/verify.py             with dist/Daumoi-Setup-<version>.exe, and one of an older version
    python3 installer/verify.py --linux     the day played by the bundle for Linux

The older version's setup is dist/Daumoi-Setup-0.0.9.exe, as `build.py --version 0.0.9` makes it; where there
is none, the same program is packed under that number, with files that the new one does not have.
Exit code 0 when everything held, 1 when something did not, 77 where there is no Wine root.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from installer.build import DIST, build_setup_on_linux, version_of
from installer.setup import manifest, setup_sources
from installer.wine import ROOT, BuildError, Cache, Room, run, say, usual_cache

SETUP_MB, INSTALLED_MB, INSTALL_SECONDS, START_TIMES = 70.0, 190.0, 60.0, 2.0
"""The limits: size of the setup, of what it installs, how long that takes, and a cold start against that of
the source checkout."""

OLDER = "0.0.9"
NO_WINE = 77
LANGUAGES = {"vi": "1066", "en": "1033", "zh": "2052"}
FOLDER = r"C:\users\root\AppData\Local\Programs\DauMoi"
NOT_SHOWN = """What Wine cannot show, and has to be seen on a Windows PC before a release:
  - the question of the user account control and SmartScreen's warning (no certificate signs the setup);
  - what Defender and other scanners think of the files; a restart that Windows asks for;
  - that a file in use cannot be renamed as strictly as on NTFS, sharing by several signed-in users;
  - the credential store's own protection, printers, scaling of 125 % and more, input methods, readers."""

failures: list[str] = []


def check(so: object, words: str) -> None:
    """A line for what was looked at; what is not so fails the whole, and the rest is looked at too."""
    say(f"    {'ok   ' if so else 'WRONG'} {words}")
    if not so:
        failures.append(words)


class Trial:
    """A Windows user's PC: a fresh copy of the prefix, and the setups."""

    def __init__(self, cache: Cache, new: Path, old: Path, out: Path) -> None:
        self.cache, self.new, self.old, self.out = cache, new, old, out
        self.version = re.findall(r"\d+\.\d+\.\d+", new.name)[0]
        self.work = cache.work / "verify"
        shutil.rmtree(self.work, ignore_errors=True)
        self.prefix = self.work / "prefix"
        self.work.mkdir(parents=True)
        run("cp", "-a", str(cache.prefix), str(self.prefix))
        for setup in (new, old):
            shutil.copy(setup, self.work / setup.name)
        self.room = Room(cache, {"/prefix": self.prefix})

    def at(self, windows: str) -> Path:
        """A place on the PC's disk C:, as this machine sees it."""
        return self.prefix / "drive_c" / windows.removeprefix("C:\\").replace("\\", "/")

    @property
    def program(self) -> Path:
        """Where one user's program is installed."""
        return self.at(FOLDER) / "program"

    @property
    def home(self) -> Path:
        """The user's data."""
        return self.at(r"C:\users\root\AppData\Local\DauMoi")

    @contextmanager
    def opened(self) -> Iterator[Room]:
        """The PC, switched on."""
        with self.room.opened() as room:
            yield room

    def setup(self, setup: Path, *options: str, timeout: float = 300) -> tuple[int, float]:
        """Run a setup; its exit code and seconds."""
        begun = time.monotonic()
        line = " ".join([f"Z:\\work\\verify\\{setup.name}", *options])  # unquoted, as /D= wants to be
        code, _ = self.room.outcome("wine", "cmd", "/c", line, timeout=timeout)
        return code, time.monotonic() - begun

    def cli(self, *arguments: str, timeout: float = 300) -> tuple[int, str]:
        """The installed command line."""
        exe = rf"{FOLDER}\program\daumoi-cli.exe"
        return self.room.outcome("wine", exe, "--language", "en", *arguments, timeout=timeout)

    def note(self) -> str:
        """What a silent setup said."""
        path = self.at(r"C:\users\root\AppData\Local\Temp\Daumoi-Setup.txt")
        return path.read_text("utf-16") if path.exists() else ""

    def picture(self, name: str) -> None:
        """The screen as it is."""
        self.room.run("maim", "/work/verify/screen.png")
        self.out.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.work / "screen.png", self.out / f"{name}.png")

    def registry(self, key: str, name: str) -> str:
        """A value of the registry; nothing when there is none."""
        code, said = self.room.outcome("wine", "reg", "query", key, "/v", name, "/reg:64")
        found = re.search(rf"{name}\s+REG_\w+\s+(.*)", said)
        return found[1].strip() if code == 0 and found else ""

    def window(self, name: str, seconds: float = 90) -> float:
        """Wait for a window of that name; the seconds it took. BuildError when it does not come."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            code, _ = self.room.outcome("xdotool", "search", "--onlyvisible", "--name", name)
            if code == 0:
                return time.monotonic() - begun
            time.sleep(0.1)
        raise BuildError(f"no window {name} in {seconds:.0f} s")


def whole(folder: Path) -> bool:
    """Whether a program folder holds exactly what its list names."""
    listed = (folder / "installed.txt").read_text("ascii").splitlines()
    there = [line for line in manifest(folder).splitlines() if line != "installed.txt"]
    return sorted(listed) == sorted(there)


def size_of(folder: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6


def contents_of(folder: Path) -> dict[str, str]:
    """The digest of every file in a folder, by name; without what is made where somebody only reads or looks
    whether a window is open: locks, and beside a database an empty log and its index."""
    found = {}
    for each in sorted(folder.rglob("*")):
        passing = each.name.endswith(("-shm", ".lock"))
        passing = passing or (each.name.endswith("-wal") and not each.stat().st_size)
        if each.is_file() and not passing:
            found[each.relative_to(folder).as_posix()] = hashlib.sha256(each.read_bytes()).hexdigest()
    return found


def differing(before: dict[str, str], folder: Path) -> str:
    """The names of the files that are others than before; nothing when all is as it was."""
    now = contents_of(folder)
    return ", ".join(name for name in sorted({*before, *now}) if before.get(name) != now.get(name))


def older(cache: Cache, version: str) -> Path:
    """A setup of a lower number: the program of `version`, with files that it no longer has."""
    work = cache.work / "older"
    shutil.rmtree(work, ignore_errors=True)
    made = cache.work / f"windows-{version}"
    shutil.copytree(made / "out", work / "out")
    shutil.copytree(made / "build", work / "build")
    left_over = work / "out" / "daumoi" / "_internal" / "of the layout before"
    left_over.mkdir()
    (left_over / "old.dll").write_text("what the start must not find", "utf-8")
    (work / "out" / "daumoi" / "old.dll").write_text("nor this", "utf-8")
    script = setup_sources(work / "out" / "daumoi", work, OLDER)
    with Room(cache).opened() as room:
        quick = "-XSetCompressor /FINAL zlib"
        room.run("makensis", "-V1", quick, "-INPUTCHARSET", "UTF8", f"/work/older/{script.name}", timeout=300)
    return work / f"Daumoi-Setup-{OLDER}.exe"


# ---- the steps ----


def pages(trial: Trial) -> None:
    """The pages of the setup, in each language."""
    for language, number in LANGUAGES.items():
        with trial.opened() as room:
            room.start("wine", f"Z:/work/verify/{trial.new.name}", f"/LANG={number}")
            trial.window("Đầu Mối|NSIS", 60)
            time.sleep(3)
            trial.picture(f"setup-{language}-1-welcome")
            room.run("xdotool", "key", "Return")
            time.sleep(2)
            trial.picture(f"setup-{language}-2-for-whom")
            room.run("xdotool", "key", "Return")
            time.sleep(3)
            trial.picture(f"setup-{language}-3-copying")
            for _ in range(120):
                time.sleep(1)
                if trial.at(r"C:\Program Files\DauMoi\uninstall.exe").exists():
                    break
            time.sleep(5)
            trial.picture(f"setup-{language}-4-ready")
            room.start("wine", r"C:\Program Files\DauMoi\uninstall.exe", f"/LANG={number}", "/AllUsers")
            time.sleep(8)
            trial.picture(f"setup-{language}-5-uninstall")
        shutil.rmtree(trial.prefix)
        run("cp", "-a", str(trial.cache.prefix), str(trial.prefix))


def for_one(trial: Trial) -> None:
    """Silent, for one user, of the older version."""
    with trial.opened() as room:
        code, seconds = trial.setup(trial.old, "/S", "/CurrentUser")
        check(code == 0, f"silent set-up for one user: exit code {code}")
        check(seconds <= INSTALL_SECONDS, f"in {seconds:.0f} s (limit {INSTALL_SECONDS:.0f} s)")
        check(whole(trial.program), "installed is what its list names, and nothing else")
        megabytes = size_of(trial.at(FOLDER))
        check(megabytes <= INSTALLED_MB, f"{megabytes:.0f} MB installed (limit {INSTALLED_MB:.0f} MB)")
        setup_mb = trial.new.stat().st_size / 1e6
        check(setup_mb <= SETUP_MB, f"{setup_mb:.1f} MB to send (limit {SETUP_MB:.0f} MB)")
        uninstall = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DauMoi"
        check(
            trial.registry(uninstall, "DisplayVersion") == OLDER, "listed among the programs, for this user"
        )
        command = r"HKCU\Software\Classes\DauMoi.Bundle\shell\open\command"
        opens = room.run("wine", "reg", "query", command, "/ve", check=False)
        check("daumoi.exe" in opens, "opens .daumoi-bundle by a double click")
        links = [*trial.prefix.glob("drive_c/users/root/**/*.lnk")]
        check(len(links) == 2, f"in the start menu and on the desktop: {len(links)} links")
        check(not trial.home.exists(), "no data was made")
        code, said = trial.cli("--help")
        check(code == 0 and "usage: daumoi" in said, "the command line answers")


def give_data(trial: Trial, customers: int) -> None:
    """An office of so many customers, made by the source checkout."""
    made = trial.cache.work / f"home-{customers}"
    if not (made / "done").exists():
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        password = made / "password"
        password.write_text("dau-moi-2026", "utf-8")

        def daumoi(*arguments: str) -> None:
            run(str(trial.cache.tool), "-P", "-m", "app", *arguments, PYTHONPATH=str(ROOT), PYTHONUTF8="1",
                DAUMOI_HOME=str(made), DAUMOI_PASSWORD_FILE=str(password))  # fmt: skip

        daumoi("headoffice", "found", "--name", "Công ty Cấp nước Bắc Ninh", "--tariffs", "tra_vinh_water")
        daumoi(
            "headoffice",
            "office",
            "add",
            "--name",
            "Chi nhánh Tiên Du",
            "--address",
            "Lim",
            "--phone",
            "02223821000",
        )
        daumoi("headoffice", "staff", "add", "--office", "1", "--login", "mai", "--name", "Bùi Thị Mai",
               "--role", "supervisor", "--role", "administrator")  # fmt: skip
        enrolment = made / "BN01.daumoi-enrolment"
        daumoi(
            "headoffice", "invite", "--office", "1", "--desk", "BN01", "--url", "", "--out", str(enrolment)
        )
        daumoi("enrol", str(enrolment))
        sheet = made / "customers.xlsx"
        daumoi("generate", str(customers), str(sheet))
        daumoi("import", str(sheet), "--as", "mai")
        (made / "done").touch()
    shutil.rmtree(trial.home, ignore_errors=True)
    waste = shutil.ignore_patterns("done", "password", "*.xlsx", "*.lock")
    shutil.copytree(made, trial.home, ignore=waste)


def upgrade(trial: Trial, customers: int) -> None:
    """Over the older version, with data in place and its window open."""
    give_data(trial, customers)
    with trial.opened() as room:
        room.start("wine", rf"{FOLDER}\program\daumoi.exe")
        trial.window("Đầu Mối")
        time.sleep(5)
        trial.picture("upgrade-1-older-version-open")
        stray = trial.program / "somebody-else's.txt"
        stray.write_text("not the setup's", "utf-8")
        code, seconds = trial.setup(trial.new, "/S", "/CurrentUser")
        check(
            code == 0, f"upgrade while the window is open: exit code {code} in {seconds:.0f} s {trial.note()}"
        )
        check(whole(trial.program), "nothing of the older version is left in the program")
        kept = trial.program.with_name("program.old")
        check(
            [each.name for each in kept.iterdir()] == [stray.name],
            "a file of somebody else's was not removed",
        )
        shutil.rmtree(kept)
        uninstall = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DauMoi"
        check(trial.registry(uninstall, "DisplayVersion") == trial.version, f"listed as {trial.version}")
        before = contents_of(trial.home)
        code, _ = trial.setup(trial.new, "/S", "/CurrentUser")
        check(
            code == 0 and not differing(before, trial.home), "the setup again: not a byte of the data changes"
        )
        code, said = trial.cli("verify")
        last = (said.strip().splitlines() or [""])[-1]
        check(code == 0, f"the data of {customers} customers equals its journal: {last}")
        room.start("wine", rf"{FOLDER}\program\daumoi.exe")
        trial.window("Đầu Mối")
        time.sleep(6)
        trial.picture("upgrade-2-new-version-open")
        code, said = trial.cli("quit", "--wait", "60")
        check(code == 0, "closes when it is asked to")


def downgrade(trial: Trial) -> None:
    """The older version's setup over data that a newer one has written."""
    database = trial.home / "office.db"
    with closing(sqlite3.connect(database)) as data, data:
        (revision,) = data.execute("SELECT version_num FROM alembic_version").fetchone()
        data.execute("UPDATE alembic_version SET version_num = '9999'")
    before = contents_of(trial.home)
    with trial.opened():
        code, _ = trial.setup(trial.old, "/S", "/CurrentUser")
        check(code == 3, f"refused onto newer data: exit code {code}")
        check(OLDER in trial.note(), f"and said so: {trial.note()}")
        check(not differing(before, trial.home), "the data is as it was")
        check(
            whole(trial.program) and not trial.program.with_name("program.new").exists(), "so is the program"
        )
    with closing(sqlite3.connect(database)) as data, data:
        data.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def killed(trial: Trial) -> None:
    """The plug is pulled while the setup copies."""
    new = trial.program.with_name("program.new")
    with trial.opened() as room:
        room.start("wine", f"Z:/work/verify/{trial.new.name}", "/S", "/CurrentUser")
        for _ in range(1200):
            if len(list(new.rglob("*.dll"))) > 5:
                break
            time.sleep(0.05)
    check(new.exists(), f"cut off with {size_of(new):.0f} MB copied")
    with trial.opened():
        code, said = trial.cli("--help")
        check(code == 0 and "usage" in said, "the version in use still starts")
        code, seconds = trial.setup(trial.new, "/S", "/CurrentUser")
        check(
            code == 0 and not new.exists() and whole(trial.program),
            f"the setup again: whole, {seconds:.0f} s",
        )
    new.mkdir()
    trial.program.rename(trial.program.with_name("program.old"))  # cut off between the two renames
    with trial.opened():
        code, _ = trial.setup(trial.new, "/S", "/CurrentUser")
        check(code == 0 and whole(trial.program), "cut off between the two renames: whole again")


def starts(trial: Trial) -> None:
    """A cold start of the installed program against that of the source checkout, both under Wine."""
    source = trial.work / "source"
    source.mkdir(exist_ok=True)
    for name in ("app", "resources"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
        )
    paths = trial.work / "start.py"
    lines = (
        "import sys",
        r"sys.path.insert(0, r'Z:\work\verify\source')",
        "sys.argv = ['daumoi', 'desktop']",
        "from app.cli import main",
        "sys.exit(main())",
    )
    paths.write_text("\n".join(lines), "utf-8")
    ways: dict[str, tuple[str, ...]] = {
        "installed": (rf"{FOLDER}\program\daumoi.exe",),
        "source": ("/python/python.exe", r"Z:\work\verify\start.py"),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(3):
        for name, command in ways.items():
            with trial.opened() as room:
                room.run("wine", "cmd", "/c", "exit")  # Wine's own start is not counted
                begun = time.monotonic()
                room.start("wine", *command)
                trial.window("Đầu Mối")
                took[name].append(time.monotonic() - begun)
    ours, its = (sorted(took[name])[1] for name in ("installed", "source"))
    check(ours <= START_TIMES * its, f"cold start {ours:.1f} s, source {its:.1f} s: {ours / its:.2f} ×")


def day(trial: Trial) -> None:
    """The installed program plays its day, without a screen."""
    with trial.opened() as room:
        begun = time.monotonic()
        exe = rf"{FOLDER}\program\daumoi-cli.exe"
        code, said = room.outcome("wine", exe, "demo", "--play", r"C:\played", timeout=900)
        check(code == 0 and "all is well" in said, f"the day played: {time.monotonic() - begun:.0f} s")
        if code:
            say(said[-3000:])
        code, said = room.outcome("wine", exe, "headoffice", timeout=60)
        check(code == 2, f"serves nobody: {said.strip()[-120:]}")
    played = self_pictures(trial.at(r"C:\played"), trial.out / "day")
    check(played > 20, f"{played} pictures of it")


def self_pictures(played: Path, to: Path) -> int:
    """Copies the pictures that the program took of itself; how many."""
    shutil.rmtree(to, ignore_errors=True)
    if not played.exists():
        return 0
    shutil.copytree(played, to)
    return len(list(to.glob("*.png")))


def removed(trial: Trial) -> None:
    """The program goes, the data stays."""
    before = contents_of(trial.home)
    with trial.opened() as room:
        room.outcome("wine", rf"{FOLDER}\uninstall.exe", "/S", "/CurrentUser", f"_?={FOLDER}", timeout=120)
        check(not trial.program.exists(), "the program is gone")
        check(not [*trial.prefix.glob("drive_c/users/root/**/*.lnk")], "so are its links")
        others = differing(before, trial.home)
        check(not others, f"the data stays {others}")
        check("DauMoi" in trial.note(), f"and it is said where: {trial.note()}")
        uninstall = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DauMoi"
        check(not trial.registry(uninstall, "DisplayVersion"), "no longer listed")
        shutil.rmtree(trial.at(FOLDER), ignore_errors=True)
        room.run("wineserver", "-w", check=False)


def for_all(trial: Trial) -> None:
    """Silent, for all users, in a folder that was chosen; then everything away."""
    folder = r"C:\Chuong trinh\DauMoi"
    with trial.opened() as room:
        code, seconds = trial.setup(trial.new, "/S", "/AllUsers", f"/D={folder}")
        check(
            code == 0 and whole(trial.at(folder) / "program"),
            f"for all users: exit code {code}, {seconds:.0f} s",
        )
        uninstall = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\DauMoi"
        check(trial.registry(uninstall, "DisplayVersion") == trial.version, "listed for all users")
        links = [
            *trial.prefix.glob("drive_c/users/Public/**/*.lnk"),
            *trial.prefix.glob("drive_c/ProgramData/**/*.lnk"),
        ]
        check(len(links) == 2, f"in everybody's start menu and desktop: {len(links)} links")
        code, _ = trial.setup(trial.new, "/S", "/AllUsers")
        check(
            code == 0 and not trial.at(r"C:\Program Files\DauMoi").exists(),
            "an upgrade finds its folder by itself",
        )
        code, _ = room.outcome(
            "wine", rf"{folder}\program\daumoi-cli.exe", "--language", "en", "verify", timeout=300
        )
        check(code == 0, "and its user finds the data that was left")
        room.outcome(
            "wine", rf"{folder}\uninstall.exe", "/S", "/AllUsers", "/DELETEDATA", f"_?={folder}", timeout=120
        )
        check(not trial.home.exists(), "told to, the uninstaller deletes the data")


def linux_day(cache: Cache, archive: Path, out: Path) -> None:
    """The bundle for Linux plays the same day."""
    folder = cache.work / "verify-linux"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603
        [folder / "daumoi" / "daumoi-cli", "demo", "--play", folder / "played"],
        env={"HOME": str(folder), "LANG": "C.UTF-8", "PATH": "/nowhere"},
        capture_output=True,
        text=True,
    )
    check(done.returncode == 0, f"the day played by the bundle for Linux: {time.monotonic() - begun:.0f} s")
    if done.returncode:
        say(done.stdout[-2000:] + done.stderr[-2000:])
    check(self_pictures(folder / "played", out / "day-linux") > 20, "its pictures")


STEPS: dict[str, Callable[..., None]] = {
    "one": for_one,
    "upgrade": upgrade,
    "downgrade": downgrade,
    "killed": killed,
    "starts": starts,
    "day": day,
    "removed": removed,
    "all": for_all,
    "pages": pages,
}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--linux", action="store_true", help="the day played by the bundle for Linux")
    parser.add_argument("--customers", type=int, default=30_000, help="of the office that is upgraded")
    parser.add_argument(
        "--steps", default=",".join(STEPS), help="some of the steps; they build on one another"
    )
    parser.add_argument("--out", type=Path, default=DIST / "verified", help="where the pictures go")
    parser.add_argument("--cache", type=Path, default=usual_cache(), help="where the cache lies")
    options = parser.parse_args()
    cache = Cache(options.cache)
    version = version_of((ROOT / "app" / "__init__.py").read_text("utf-8"))
    if options.linux:
        archive = DIST / f"Daumoi-{version}-linux-x86_64.tar.gz"
        if not archive.exists():
            parser.error(f"{archive} is not there: build.py --linux")
        linux_day(cache, archive, options.out)
        return int(bool(failures))
    if os.name == "nt" or os.geteuid() != 0 or not cache.prepared:
        say("There is no Wine root here: sudo python3 installer/build.py --prepare")
        return NO_WINE
    try:
        new, old = (DIST / f"Daumoi-Setup-{each}.exe" for each in (version, OLDER))
        if not new.exists():
            say(f"{new.name} …")
            build_setup_on_linux(cache, version)
        trial = Trial(cache, new, old if old.exists() else older(cache, version), options.out)
        for name in options.steps.split(","):
            step = STEPS[name]
            say((step.__doc__ or "").splitlines()[0])
            begun = time.monotonic()
            step(trial, *((options.customers,) if step is upgrade else ()))
            say(f"    {time.monotonic() - begun:.0f} s in all")
    except BuildError as error:
        check(False, str(error))
    say(NOT_SHOWN)
    say(f"{len(failures)} wrong" if failures else "everything held")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
