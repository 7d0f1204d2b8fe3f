"""`daumoi fits`: what the setup program asks of the version it is about to put in its place."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.commands.kit import Commands, command, home_option
from app.domain.errors import AppError
from app.words import tr

NEWER = 3
"""The exit code for data of a newer version: not 1, with which a program ends that does not start at all."""


def add(commands: Commands) -> None:
    """Describe the command."""
    fits = command(
        commands,
        "fits",
        tr("tell whether this version can open the data of this PC, without changing anything"),
        "  daumoi fits\n  daumoi fits --home D:\\DauMoi\n",
        _fits,
    )
    home_option(fits)


def _fits(args: argparse.Namespace) -> int:
    """0 when all of it can be opened, `NEWER` when something was written by a newer version. What cannot be
    looked into (another's folder, a file under a key, a damaged one) is left to the start of the program,
    which says what is wrong with it."""
    newer = [path for path in _databases(args.home) if _is_newer(path)]
    for path in newer:
        print(tr("{path} was written by a newer version of Đầu Mối.", path=path), file=sys.stderr)
    if not newer:
        print(tr("This version can open the data of this PC."))
    return NEWER if newer else 0


def _databases(home: Path) -> Iterator[Path]:
    """Those of the home, and where it is the usual one also those of the PC's other users."""
    from app.bootstrap import HUB_DATABASE, OFFICE_DATABASE
    from app.settings import data_home

    homes = [home]
    if os.name == "nt" and home == data_home() and "DAUMOI_HOME" not in os.environ:
        within = home.relative_to(Path.home()) if home.is_relative_to(Path.home()) else None
        try:
            people = list(Path.home().parent.iterdir()) if within else []
        except OSError:
            people = []
        homes += [each / within for each in people if within and each != Path.home()]
    for each in homes:
        for name in (OFFICE_DATABASE, HUB_DATABASE):
            if os.access(each / name, os.R_OK):
                yield each / name


def _is_newer(path: Path) -> bool:
    from app.models import sqlite
    from app.models.migrate import revisions

    unreadable: tuple[type[Exception], ...] = (AppError, OSError, *sqlite.errors())
    try:
        with closing(sqlite.reading(path)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except unreadable:
        return False
    return found is not None and found[0] not in revisions()
