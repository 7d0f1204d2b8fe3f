"""`daumoi backup`, `restore`: the desk's data kept, and brought back; `daumoi headoffice backup`, `restore`,
`key`: those of the head office."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.kit import (
    Commands,
    Progress,
    command,
    headoffice_options,
    home_option,
    json_option,
    number,
    opened_headoffice,
    tell,
    wipe,
)
from app.domain.errors import AppError
from app.settings import data_home
from app.words import tr

if TYPE_CHECKING:
    from app.home.backups import HomeBackups, Recovered
    from app.home.hub_recovery import HubBackups


NO_FILE = Path()
"""Of `--journal` alone."""


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
    _backup_options(backup)
    restore = command(
        commands,
        "restore",
        tr("bring the desk's data back; what is there now is kept under another name"),
        "  daumoi restore --journal\n  daumoi restore --journal office-replaced-20261120-173000.db\n"
        "  daumoi restore --newest\n"
        "  daumoi restore E:\\SaoLuu\\DauMoi-BN03-20261120-173000.daumoi-backup\n"
        "  daumoi restore --headoffice\n",
        _restore,
    )
    restore.epilog = f"{restore.epilog}\n" + tr(
        "The first way is the best: as a rule nothing is lost. After any other, what was not sent lies in "
        "the\nfile that is put aside, which the second way reads."
    )
    home_option(restore)
    way = restore.add_mutually_exclusive_group(required=True)
    way.add_argument("file", type=Path, nargs="?", metavar="FILE", help=tr("the backup"))
    way.add_argument(
        "--journal",
        type=Path,
        nargs="?",
        const=NO_FILE,
        metavar="FILE",
        help=tr(
            "play the journal of the present database anew, as far as it can be read, completed from the "
            "newest backup; and from FILE, a database that was put aside or a backup: what was not sent "
            "comes back from there"
        ),
    )
    way.add_argument("--newest", action="store_true", help=tr("the newest backup that is whole"))
    way.add_argument("--headoffice", action="store_true", help=tr("all data anew from the head office"))
    json_option(restore)


def _backup_options(backup: argparse.ArgumentParser) -> None:
    which = backup.add_mutually_exclusive_group()
    which.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help=tr("into this folder instead, this once; nothing that lies there is deleted"),
    )
    which.add_argument(
        "--place",
        metavar="DIR",
        help=tr("put all backups into this folder too from now on; '' for no longer"),
    )
    which.add_argument("--list", action="store_true", help=tr("tell which backups there are"))
    json_option(backup)
    backup.epilog = f"{backup.epilog}\n" + tr(
        "On this PC and at the second place the newest backup of each of the last 7 days and 8 weeks is "
        "kept:\nof one day that is one. To keep more, make them with --to."
    )


def add_headoffice(within: Commands) -> None:
    """Describe those of the head office."""
    backup = command(
        within,
        "backup",
        tr("make a backup of the head office's data now, also while it serves; or list those there are"),
        "  daumoi headoffice backup\n  daumoi headoffice backup --place E:\\SaoLuu\n"
        "  daumoi headoffice backup --list\n",
        _hub_backup,
    )
    headoffice_options(backup)
    _backup_options(backup)
    restore = command(
        within,
        "restore",
        tr("bring the head office's data back while it does not serve; desks give again what it lacks"),
        "  daumoi headoffice restore --newest\n"
        "  daumoi headoffice restore E:\\SaoLuu\\DauMoi-HQ0-20261120-173000.daumoi-backup "
        "--key-file F:\\headoffice.txt\n",
        _hub_restore,
    )
    headoffice_options(restore)
    way = restore.add_mutually_exclusive_group(required=True)
    way.add_argument("file", type=Path, nargs="?", metavar="FILE", help=tr("the backup"))
    way.add_argument("--newest", action="store_true", help=tr("the newest backup that is whole"))
    restore.add_argument(
        "--key-file", type=Path, metavar="FILE", help=tr("the copy of its key, on a PC that does not have it")
    )
    json_option(restore)
    key = command(
        within,
        "key",
        tr("copy the head office's key, which is in no backup; it never changes, so one copy is enough"),
        "  daumoi headoffice key --out F:\\headoffice.txt\n  daumoi headoffice key\n"
        "  daumoi headoffice key --put F:\\headoffice.txt\n",
        _hub_key,
    )
    headoffice_options(key)
    what = key.add_mutually_exclusive_group()
    what.add_argument("--out", type=Path, metavar="FILE", help=tr("file to write instead of telling it"))
    what.add_argument(
        "--put",
        type=Path,
        metavar="FILE",
        help=tr("put the key back from its copy, where it is missing or damaged"),
    )
    key.add_argument(
        "--overwrite", action="store_true", help=tr("with --out: also where that file is there already")
    )


def _backup(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.home.recovery import Backups

    return _backed_up(args, Backups(args.home, SystemClock()))


def _hub_backups(args: argparse.Namespace) -> HubBackups:
    from app.domain.clock import SystemClock
    from app.home.hub_recovery import HubBackups

    if args.database:
        raise AppError("headoffice.on_server")
    return HubBackups(args.home, SystemClock())


def _hub_backup(args: argparse.Namespace) -> int:
    return _backed_up(args, _hub_backups(args))


def _hub_restore(args: argparse.Namespace) -> int:
    from app.home.hub_recovery import key_in

    backups = _hub_backups(args)
    key = key_in(args.key_file) if args.key_file else None
    file = _newest(backups) if args.newest else args.file
    words, data = _taken(file)
    recovered = backups.restore(file, key, Progress(tr("Bytes unpacked:")))
    wipe()
    lines = [words, tr("The head office's data is back. What desks have sent since then they give again.")]
    tell(args, "\n".join([*lines, *_aside(recovered)]), {**data, **_data(recovered)})
    return 0


def _hub_key(args: argparse.Namespace) -> int:
    from app.bootstrap import hub_there
    from app.domain.clock import SystemClock
    from app.home.hub_recovery import KEY_COPIED, key_words, put_key, write_key

    if args.put is not None:
        if not args.database and not hub_there(args.home):
            raise AppError("headoffice.not_founded", path=str(args.home))
        done = put_key(args.home, SystemClock(), args.put, args.database)
        print(
            tr("The head office's key is back; desks believe it again.")
            if done
            else tr("The head office's key is there, so there was nothing to do.")
        )
        return 0
    with opened_headoffice(args) as headoffice:
        if args.out is not None:
            write_key(headoffice, args.out, overwrite=args.overwrite)
        else:
            headoffice.writer.set_local(KEY_COPIED, True)
    print(key_words(args.home) if args.out is None else args.out)
    print(
        tr(
            "This is the head office's key. Whoever has it can read everything and write in its name: lock "
            "it away, apart from the backups."
        )
    )
    return 0


def _newest(backups: HomeBackups) -> Path:
    newest = backups.newest()
    if newest is None:
        raise AppError("backup.no_backup")
    return newest.path


def _backed_up(args: argparse.Namespace, backups: HomeBackups) -> int:
    from app.failures import sentence

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
    heading = done.backup.heading
    if heading is not None and heading.contents:
        contents = number(heading.contents)
        text += "\n" + tr(
            "{count} scans and photos that the head office does not have yet are in it.", count=contents
        )
    if done.second is not None:
        text += "\n" + tr("It lies at {path} too.", path=done.second)
    if done.trouble is not None:
        text += "\n" + sentence(done.trouble, tr)
    trouble = done.trouble.code if done.trouble else None
    data = {"path": done.backup.path, "bytes": done.backup.size, "second": done.second, "trouble": trouble}
    tell(args, text, data)
    return 0


def _list(args: argparse.Namespace, backups: HomeBackups) -> int:
    from app.sync.apply import HUB

    found = [*backups.here(), *backups.there()]
    lines, data = [], []
    for each in found:
        size = number(each.size // 1000)
        if each.heading is None:
            lines.append(tr("{path} ({size} kB): is not whole", path=each.path, size=size))
            made = None
        else:
            made = each.made
            when = f"{made:%d/%m/%Y %H:%M}"
            lines.append(
                tr("{when} · head office · {size} kB · {path}", when=when, size=size, path=each.path)
                if each.heading.device == HUB
                else tr(
                    "{when} · desk {desk} · {size} kB · {path}",
                    when=when,
                    desk=each.heading.desk,
                    size=size,
                    path=each.path,
                )
            )
        data.append({"path": each.path, "bytes": each.size, "made": made})
    before = []
    for copy in backups.before_upgrades():
        made = copy.made.astimezone()
        lines.append(
            tr(
                "{when} · before an upgrade of the data · {size} kB · {path}",
                when=f"{made:%d/%m/%Y %H:%M}",
                size=number(copy.size // 1000),
                path=copy.path,
            )
        )
        before.append({"path": copy.path, "bytes": copy.size, "made": made, "revision": copy.revision})
    words = "\n".join(lines) or tr("There is no backup yet.")
    tell(args, words, {"backups": data, "before_upgrades": before})
    return 0


def _restore(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.home.recovery import Backups

    backups = Backups(args.home, SystemClock())
    lines: list[str] = []
    data: dict[str, object] = {}
    if args.journal is not None:
        beside = None if args.journal == NO_FILE else args.journal
        recovered = backups.rebuild(Progress(tr("Entries played again:")), beside)
    elif args.headoffice:
        recovered = backups.fetch()
    else:
        file = args.file
        if args.newest:
            newest = backups.ways().backup
            if newest is None:
                raise AppError("backup.no_backup")
            file = newest.path
        words, data = _taken(file)
        recovered = backups.restore(file)
        lines = [words]
    lines += _said(recovered)
    if recovered.unread and recovered.aside is not None:
        home = "" if args.home == data_home() else f' --home "{args.home}"'
        lines.append(
            tr(
                "What was not sent before, if anything, lies in it. To bring that back: daumoi restore "
                '--journal "{path}"{home}',
                path=recovered.aside,
                home=home,
            )
        )
    tell(args, "\n".join(lines), {**data, **_data(recovered)})
    return 0


def _taken(file: Path) -> tuple[str, dict[str, object]]:
    """Which backup it is, of when. AppError as `backup_at`."""
    from app.sync.backups import backup_at

    backup = backup_at(file)
    if backup.heading is None:
        return tr("Taken: {path}.", path=file), {"source": file, "made": None}
    when, desk = f"{backup.made:%d/%m/%Y %H:%M}", backup.heading.desk
    return (
        tr("Taken: the backup of {when}, desk {desk}, {path}.", when=when, desk=desk, path=file),
        {"source": file, "made": backup.made},
    )


def _said(recovered: Recovered) -> list[str]:
    lines = [tr("The data is back. What it lacks and the head office has comes at the next contact.")]
    rescued = recovered.rescued
    if rescued is not None:
        lines.append(tr("{count} entries were read.", count=number(rescued.entries)))
    if rescued is not None and rescued.brought:
        lines.append(
            tr(
                "Of these not in the data that was here, or not to be read there: {count}.",
                count=number(rescued.brought),
            )
        )
    if rescued is not None and rescued.missing:
        lines.append(
            tr("{count} entries of the damaged database could not be read.", count=number(rescued.missing))
        )
    return [*lines, *_aside(recovered)]


def _aside(recovered: Recovered) -> list[str]:
    aside = recovered.aside
    return [tr("What was there before is kept as {path}.", path=aside)] if aside is not None else []


def _data(recovered: Recovered) -> dict[str, object]:
    rescued = recovered.rescued
    return {
        "aside": recovered.aside,
        "entries": rescued.entries if rescued else None,
        "missing": rescued.missing if rescued else None,
        "brought": rescued.brought if rescued else None,
    }
