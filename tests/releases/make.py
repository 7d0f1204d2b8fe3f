"""Keeps what a release leaves on the PCs of an office: plays its day and packs the homes.

`python -m tests.releases.make NAME` does so with the program as it is here, `--of COMMIT` with that of a
commit, by its own code. At each release one is made and committed: `test_releases.py` opens them all.

`schema-1` and `schema-2` are the programs of d22cc13 and a20b729, the last before the schema changed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

KEPT = ("supervisor", "counter")
"""The PC that keeps the head office too, and another; the others hold the same."""

_PLAY = (
    "import sys; from pathlib import Path; from app.demo.day import play_day; "
    "sys.exit(play_day(Path('papers'), homes=Path('homes')))"
)


def main() -> None:
    """Play and pack."""
    asked = argparse.ArgumentParser(prog="python -m tests.releases.make", description=__doc__)
    asked.add_argument("name")
    asked.add_argument("--of", metavar="COMMIT", default="")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        program = _tree(work / "program", options.of) if options.of else ROOT
        subprocess.run(
            [sys.executable, "-c", _PLAY],
            cwd=work,
            env={**os.environ, "PYTHONPATH": str(program), "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
            check=True,
        )
        to = HERE / f"{options.name}.tar.xz"
        with tarfile.open(to, "w:xz", preset=9) as tar:
            for home in KEPT:
                for file in sorted((work / "homes" / home).iterdir()):
                    if file.is_file() and file.suffix in (".db", ".key", ".json"):
                        tar.add(file, f"{home}/{file.name}", filter=_nobodys)
    print(f"{to}: {to.stat().st_size / 1000:.0f} kB")


def _tree(to: Path, commit: str) -> Path:
    """The files of a commit."""
    to.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-x", "-C", str(to)], input=archive.stdout, check=True)
    return to


def _nobodys(file: tarfile.TarInfo) -> tarfile.TarInfo:
    file.uid = file.gid = 0
    file.uname = file.gname = ""
    return file


if __name__ == "__main__":
    main()
