"""Putting the program on a PC, for one user and for all, and taking it away again."""

from __future__ import annotations

import shutil
import time

from installer.trial import FOLDER, Trial, check, contents_of, differing, size_of, whole
from installer.wine import Room

SETUP_MB, INSTALLED_MB, INSTALL_SECONDS = 70.0, 190.0, 60.0
"""The limits: size of the setup, of what it installs, how long that takes."""

LANGUAGES = {"vi": "1066", "en": "1033", "zh": "2052"}
FOR_ALL = r"C:\Program Files\DauMoi"


def pages(trial: Trial) -> None:
    """The pages of the setup, in each language."""
    for language in LANGUAGES:
        with trial.opened() as room:
            _pages_in(trial, room, language)
        trial.renew()


def _pages_in(trial: Trial, room: Room, language: str) -> None:
    told = f"/LANG={LANGUAGES[language]}"
    uninstaller = trial.at(FOR_ALL) / "uninstall.exe"
    room.start("wine", f"Z:/work/verify/{trial.new.name}", told)
    trial.window("Đầu Mối|NSIS", 60)
    time.sleep(3)
    trial.picture(f"setup-{language}-1-welcome")
    room.run("xdotool", "key", "Return")
    time.sleep(2)
    trial.picture(f"setup-{language}-2-for-whom")
    room.run("xdotool", "key", "Return")
    time.sleep(3)
    trial.picture(f"setup-{language}-3-copying")
    until = time.monotonic() + 120
    while not uninstaller.exists() and time.monotonic() < until:
        time.sleep(1)
    time.sleep(5)
    trial.picture(f"setup-{language}-4-ready")
    room.start("wine", rf"{FOR_ALL}\uninstall.exe", told, "/AllUsers")
    time.sleep(8)
    trial.picture(f"setup-{language}-5-uninstall")


def for_one(trial: Trial) -> None:
    """Silent, for one user, of the older version."""
    with trial.opened():
        code, seconds = trial.setup(trial.old, "/S", "/CurrentUser")
        check(code == 0, f"silent set-up for one user: exit code {code}")
        check(seconds <= INSTALL_SECONDS, f"in {seconds:.0f} s (limit {INSTALL_SECONDS:.0f} s)")
        check(whole(trial.program), "installed is what its list names, and nothing else")
        megabytes = size_of(trial.at(FOLDER))
        check(megabytes <= INSTALLED_MB, f"{megabytes:.0f} MB installed (limit {INSTALLED_MB:.0f} MB)")
        megabytes = trial.new.stat().st_size / 1e6
        check(megabytes <= SETUP_MB, f"{megabytes:.1f} MB to send (limit {SETUP_MB:.0f} MB)")
        check(trial.listed() == trial.older, "listed among the programs, for this user")
        opens = trial.registry(r"HKCU\Software\Classes\DauMoi.Bundle\shell\open\command", "")
        check("daumoi.exe" in opens, "opens .daumoi-bundle by a double click")
        links = trial.links(r"C:\users\root")
        check(links == 2, f"in the start menu and on the desktop: {links} links")
        check(not trial.home.exists(), "no data was made")
        code, said = trial.cli("--help")
        check(code == 0 and "usage: daumoi" in said, "the command line answers")


def removed(trial: Trial) -> None:
    """The program goes, the data stays."""
    before = contents_of(trial.home)
    with trial.opened() as room:
        _uninstall(room, FOLDER, "/CurrentUser")
        check(not trial.program.exists(), "the program is gone")
        check(not trial.links(r"C:\users\root"), "so are its links")
        others = differing(before, trial.home)
        check(not others, f"the data stays {others}")
        check("DauMoi" in trial.note(), f"and it is said where: {trial.note()}")
        check(not trial.listed(), "no longer listed")
        shutil.rmtree(trial.at(FOLDER), ignore_errors=True)


def for_all(trial: Trial) -> None:
    """Silent, for all users, in a folder that was chosen; then everything away."""
    folder = r"C:\Chuong trinh\DauMoi"
    with trial.opened() as room:
        code, seconds = trial.setup(trial.new, "/S", "/AllUsers", f"/D={folder}")
        installed = code == 0 and whole(trial.at(folder) / "program")
        check(installed, f"for all users: exit code {code}, {seconds:.0f} s")
        check(trial.listed("HKLM") == trial.version, "listed for all users")
        links = trial.links(r"C:\users\Public", r"C:\ProgramData")
        check(links == 2, f"in everybody's start menu and desktop: {links} links")
        code, _ = trial.setup(trial.new, "/S", "/AllUsers")
        check(code == 0 and not trial.at(FOR_ALL).exists(), "an upgrade finds its folder by itself")
        code, _ = room.outcome("wine", rf"{folder}\program\daumoi-cli.exe", "verify", timeout=300)
        check(code == 0, "and its user finds the data that was left")
        _uninstall(room, folder, "/AllUsers", "/DELETEDATA")
        check(not trial.home.exists(), "told to, the uninstaller deletes the data")


def _uninstall(room: Room, folder: str, *options: str) -> None:
    """Silently, to its end: where the folder's name has a space it goes on as a copy of itself."""
    room.outcome("wine", rf"{folder}\uninstall.exe", "/S", *options, f"_?={folder}", timeout=120)
    room.run("wineserver", "-w", timeout=120, check=False)
