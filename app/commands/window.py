"""`daumoi desktop`, `daumoi quit` and `daumoi demo`: what has a window."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.commands.kit import Commands, command, home_option
from app.words import tr

STAYS_OPEN = 4
"""The exit code of `quit`: not 1, with which a program ends that does not start at all."""


def add(commands: Commands) -> None:
    """Describe the commands."""
    desktop = command(
        commands,
        "desktop",
        tr("open the office program"),
        "  daumoi desktop\n  daumoi desktop --home D:\\DauMoi\n  daumoi E:\\BN03-answer.daumoi-bundle\n",
        _desktop,
    )
    desktop.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help=tr("a file from the head office, to be taken in")
    )
    home_option(desktop)
    leave = command(
        commands,
        "quit",
        tr("ask the window that is open to close, as a person would close it"),
        "  daumoi quit --wait 30\n",
        _quit,
    )
    home_option(leave)
    leave.add_argument(
        "--wait",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help=tr("how long it may take; 10 unless given"),
    )
    demo = command(
        commands,
        "demo",
        tr("try the program on a made-up office, without any set-up"),
        "  daumoi demo\n  daumoi demo --play ngay-mau\n  daumoi demo --play ngay-mau --bundle\n"
        "  daumoi demo --play ngay-mau --database postgresql://daumoi@localhost/ngay-mau --kill\n",
        _demo,
    )
    demo.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help=tr("the folder of the demo's data; it is kept for the next time"),
    )
    demo.add_argument(
        "--play",
        type=Path,
        metavar="DIR",
        help=tr("play a whole day by itself and leave its papers in this folder"),
    )
    demo.add_argument(
        "--database",
        default="",
        metavar="URL",
        help=tr("with --play: the head office is over this new PostgreSQL database"),
    )
    demo.add_argument(
        "--bundle",
        action="store_true",
        help=tr("with --play: what the cashier has taken reaches the head office on a USB stick"),
    )
    demo.add_argument(
        "--kill",
        action="store_true",
        help=tr("with --play: the cashier's program is killed while it sends"),
    )
    demo.set_defaults(refuse=demo.error)


def _desktop(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.logs import logged
    from app.sync.update_folder import update_folder

    clock, updates = SystemClock(), update_folder(args.home)
    with logged(args.home):
        gives_way = updates.begin(clock.now())
    if gives_way:
        return 0  # a version that does not start gives way to the one before
    from app.window.program import run

    return run(args.home, clock, files=args.files, updates=updates)


def _quit(args: argparse.Namespace) -> int:
    """0 when no window is open (any more), `STAYS_OPEN` with the reason when it stays."""
    from app.settings import data_home
    from app.window.leaving import close_window

    # Without --home also the demo's: an update of the program needs both to end.
    homes = [args.home, args.home / "demo" / "desk"] if args.home == data_home() else [args.home]
    closed = False
    for home in homes:
        left = close_window(home, args.wait)
        closed |= left.closed
        if left.why:
            print(left.why, file=sys.stderr)
            return STAYS_OPEN
    print(tr("The open window has been closed.") if closed else tr("No window is open."))
    return 0


def _demo(args: argparse.Namespace) -> int:
    from app.demo.main import run

    if args.play is None and (args.database or args.bundle or args.kill):
        args.refuse(tr("--database, --bundle and --kill go with --play"))
    return run(
        args.play,
        args.home,
        language=tr.language,
        database=args.database,
        bundle=args.bundle,
        kill=args.kill,
    )
