"""Where things lie: the program's own resources and the home of the data, and how much room there is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_data_path

Disk = Callable[[Path], tuple[int, int]]
"""The bytes of a folder's disk: all of them, and those that are free."""


def resources() -> Path:
    """The folder of icons, fonts, translations and defaults, also inside the packaged program."""
    bundled = getattr(sys, "_MEIPASS", None)
    return (Path(bundled) if bundled else Path(__file__).resolve().parent.parent) / "resources"


def data_home() -> Path:
    """`DAUMOI_HOME`, or the platform's folder for a user's data."""
    chosen = os.environ.get("DAUMOI_HOME")
    return Path(chosen) if chosen else user_data_path("DauMoi", appauthor=False)


def make_home(home: Path) -> None:
    """Makes the folder of a desk's or a head office's data, if it is not there, for its owner's eyes alone.
    OSError where it cannot be made."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def disk_of(folder: Path) -> tuple[int, int]:
    """See `Disk`. OSError where the folder is not there."""
    usage = shutil.disk_usage(folder)
    return usage.total, usage.free
