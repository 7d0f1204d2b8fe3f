"""`daumoi backup`, `restore`: the desk's data kept, and brought back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.kit import Commands, Progress, command, home_option, json_option, number, tell
from app.domain.errors import AppError
from app.words import tr

if TYPE_CHECKING:
    from app.recovery import Backups, Recovered


def add(commands: Commands) -> None:
    """Describe the commands."""
    backup = command(
        commands,
        "backup",
        tr("make a backup of the desk's data now, also while people work; or list those there are"),
        "  daumoi backup\n  daumoi backup --to E:\\SaoLuu\n"
        "  daumoi backup --place E:\\SaoLuu\n  daumoi backup --list\n",
        _backup,
    )
    home_option(backup)
    which = backup.add_mutually_exclusive_group()
    which.add_argument("--to", type=Path, metavar="DIR", help=tr("into this folder instead, this once"))
    which.add_argument(
        "--place",
        metavar="DIR",
        help=tr("put all backups into this folder too from now on; '' for no longer"),
    )
    which.add_argument("--list", action="store_true", help=tr("tell which backups there are"))
    json_option(backup)
    restore = command(
        commands,
        "restore",
        tr("bring the desk's data back; what is there now is kept under another name"),
        "  daumoi restore E:\\SaoLuu\\DauMoi-BN03-20261120-173000.daumoi-backup\n"
        "  daumoi restore --newest\n  daumoi restore --journal\n  daumoi restore --headoffice\n",
        _restore,
    )
    home_option(restore)
    way = restore.add_mutually_exclusive_group(required=True)
    way.add_argument("file", type=Path, nargs="?", metavar="FILE", help=tr("the backup"))
    way.add_argument("--newest", action="store_true", help=tr("the newest backup that is whole"))
    way.add_argument(
        "--journal",
        action="store_true",
        help=tr("play the journal of the damaged database anew, as far as it can be read"),
    )
    way.add_argument("--headoffice", action="store_true", help=tr("all data anew from the head office"))
    json_option(restore)


def _backups(args: argparse.Namespace) -> Backups:
    from app.domain.clock import SystemClock
    from app.recovery import Backups

    return Backups(args.home, SystemClock())


def _backup(args: argparse.Namespace) -> int:
    from app.failures import sentence

    backups = _backups(args)
    if args.list:
        return _list(args, backups)
    if args.place is not None:
        backups.choose_place(Path(args.place) if args.place else None)
        place = backups.place
        if place is None:
            tell(args, tr("Backups are made on this PC alone."), {"place": None})
        else:
            tell(args, tr("Backups are put into {path} too.", path=place), {"place": place})
        return 0
    done = backups.make(Progress(tr("Pages copied:")), args.to)
    size = number(done.backup.size // 1000)
    text = tr("The backup is made: {path} ({size} kB).", path=done.backup.path, size=size)
    if done.second is not None:
        text += "\n" + tr("It lies at {path} too.", path=done.second)
    if done.trouble is not None:
        text += "\n" + sentence(done.trouble, tr)
    trouble = done.trouble.code if done.trouble else None
    data = {"path": done.backup.path, "bytes": done.backup.size, "second": done.second, "trouble": trouble}
    tell(args, text, data)
    return 0


def _list(args: argparse.Namespace, backups: Backups) -> int:
    found = [*backups.here(), *backups.there()]
    lines, data = [], []
    for each in found:
        size = number(each.size // 1000)
        if each.heading is None:
            lines.append(tr("{path} ({size} kB): is not whole", path=each.path, size=size))
            made = None
        else:
            made = each.made
            lines.append(
                tr(
                    "{when} · desk {desk} · {size} kB · {path}",
                    when=f"{made:%d/%m/%Y %H:%M}",
                    desk=each.heading.desk,
                    size=size,
                    path=each.path,
                )
            )
        data.append({"path": each.path, "bytes": each.size, "made": made})
    tell(args, "\n".join(lines) or tr("There is no backup yet."), {"backups": data})
    return 0


def _restore(args: argparse.Namespace) -> int:
    backups = _backups(args)
    if args.journal:
        recovered = backups.rebuild(Progress(tr("Entries played again:")))
    elif args.headoffice:
        recovered = backups.fetch()
    else:
        file = args.file
        if args.newest:
            newest = backups.ways().backup
            if newest is None:
                raise AppError("backup.no_backup")
            file = newest.path
        recovered = backups.restore(file)
    tell(args, "\n".join(_said(recovered)), _data(recovered))
    return 0


def _said(recovered: Recovered) -> list[str]:
    lines = [tr("The data is back. What it lacks and the head office has comes at the next contact.")]
    rescued = recovered.rescued
    if rescued is not None:
        lines.append(tr("{count} entries were read.", count=number(rescued.entries)))
    if rescued is not None and rescued.missing:
        lines.append(
            tr("{count} entries of the damaged database could not be read.", count=number(rescued.missing))
        )
    if recovered.aside is not None:
        lines.append(tr("What was there before is kept as {path}.", path=recovered.aside))
    return lines


def _data(recovered: Recovered) -> dict[str, object]:
    rescued = recovered.rescued
    return {
        "aside": recovered.aside,
        "entries": rescued.entries if rescued else None,
        "missing": rescued.missing if rescued else None,
    }
