"""What makensis needs beside setup.nsi: the list of the program's files, and the values of this version."""

from __future__ import annotations

import shutil
from pathlib import Path

from installer.releases import PUBLISHERS, keys_of

HERE = Path(__file__).resolve().parent

COMMENTS = {True: "Takes updates of its publisher", False: "No publisher's key: updates by hand only"}
"""What the setup's properties say of its updates."""


def setup_sources(program: Path, work: Path, version: str) -> Path:
    """Write the script and what it includes into `work`; returns the script. Its paths are relative to it,
    for on Linux makensis sees the folder elsewhere, and as Windows writes them, which it reads on both."""
    files = sorted(each for each in program.rglob("*") if each.is_file())
    (work / "installed.txt").write_text(manifest(program), "ascii", newline="\r\n")
    values = {
        "VERSION": version,
        "PROGRAM": _windows(program.relative_to(work)),
        "MANIFEST": "installed.txt",
        "ICON": r"build\daumoi\daumoi.ico",
        "SIDE": r"build\daumoi\side.bmp",
        "OUT": f"Daumoi-Setup-{version}.exe",
        "COMMENTS": COMMENTS[bool(keys_of(program / "_internal" / PUBLISHERS))],
        "KILOBYTES": str(sum(each.stat().st_size for each in files) // 1024),
    }
    defines = "".join(f'!define {name} "{value}"\n' for name, value in values.items())
    script = work / "setup.nsi"
    script.write_text(defines + (HERE / "setup.nsi").read_text("utf-8"), "utf-8")
    shutil.copy(HERE / "words.nsh", work)
    return script


def manifest(program: Path) -> str:
    """Every file of the program, then every folder with a backslash behind it, the inner ones first: the
    order in which they are removed. UnicodeEncodeError when it is written: NSIS reads plain names alone."""
    files = [each.relative_to(program) for each in program.rglob("*") if each.is_file()]
    folders = [each.relative_to(program) for each in program.rglob("*") if each.is_dir()]
    inner_first = sorted(folders, key=lambda each: (-len(each.parts), each.as_posix()))
    lines = [_windows(each) for each in sorted(files)] + [_windows(each) + "\\" for each in inner_first]
    return "".join(f"{line}\n" for line in lines)


def _windows(path: Path) -> str:
    return "\\".join(path.parts)
