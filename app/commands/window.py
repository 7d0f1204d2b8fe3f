"""`daumoi desktop` and `daumoi demo`: what has a window."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.kit import Commands, command, home_option
from app.words import tr


def add(commands: Commands) -> None:
    """Describe the commands."""
    desktop = command(
        commands,
        "desktop",
        tr("open the office program"),
        "  daumoi desktop\n  daumoi desktop --home D:\\DauMoi\n",
        _desktop,
    )
    home_option(desktop)
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
    from app.window.frame import run

    return run(args.home, SystemClock())


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
