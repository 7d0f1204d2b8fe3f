"""`daumoi encrypt`, `decrypt`, `key`: whether a desk's data can be read without its key, which
`daumoi headoffice escrow` hands out."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass
from pathlib import Path

from app.commands.kit import (
    Commands,
    Progress,
    check_office,
    command,
    desk_options,
    home_option,
    json_option,
    opened_headoffice,
    read_text,
    tell,
    wipe,
)
from app.domain.errors import AppError
from app.words import tr


def add(commands: Commands) -> None:
    """Describe the commands."""
    encrypt = command(
        commands,
        "encrypt",
        tr("encrypt this desk's data and its copies; the head office holds the key, too"),
        "  daumoi encrypt\n  daumoi encrypt --home D:\\DauMoi\n",
        _encrypt,
    )
    home_option(encrypt)
    json_option(encrypt)
    decrypt = command(
        commands,
        "decrypt",
        tr("have this desk's data be plain again"),
        "  daumoi decrypt\n",
        _decrypt,
    )
    home_option(decrypt)
    key = command(
        commands,
        "key",
        tr("keep the key of encrypted data on this PC, as the head office has handed it out"),
        "  daumoi key\n  daumoi key BN03.daumoi-key\n",
        _key,
    )
    key.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help=tr("the file with the key; otherwise it is asked for"),
    )
    home_option(key)


def add_escrow(within: Commands) -> None:
    """Describe `daumoi headoffice escrow`."""
    escrow = command(
        within,
        "escrow",
        tr("hand out the key of a desk's encrypted data, for a PC that has lost it"),
        "  daumoi headoffice escrow --office 1 --desk BN03 --out BN03.daumoi-key\n",
        _escrow,
    )
    desk_options(escrow, "BN03")
    escrow.add_argument(
        "--mark",
        type=lambda typed: "".join(typed.lower().split()),
        default="",
        help=tr("the mark that the desk names, or how it begins; the newest key unless given"),
    )
    escrow.add_argument("--out", type=Path, metavar="FILE", help=tr("file to write instead of telling it"))


def _encrypt(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.home.encryption import encrypt_desk
    from app.ui.shell.protection import covered

    left = encrypt_desk(args.home, SystemClock(), step=Progress(tr("Tables compared:")))
    lines = [tr("The data of this desk is encrypted. The head office holds its key, too."), covered()]
    lines += [_left_words(path) for path in left]
    tell(args, "\n".join(lines), {"encrypted": True, "left": [str(path) for path in left]})
    return 0


def _left_words(path: Path) -> str:
    """What a copy is that could not be encrypted, and what becomes of it."""
    from app.sync.backups import SUFFIX

    if path.suffix == SUFFIX:
        return tr(
            "The backup {path} could not be encrypted and stays as it was: others can still read what is "
            "left in it. Keep it until a newer backup was checked, and delete it only then.",
            path=path,
        )
    return tr(
        "{path}, a copy of this desk's data that was put aside, could not be encrypted and stays as it was: "
        "others can still read what is left in it. It may hold the only copy of work that was not sent: keep "
        'it until everything is accounted for (daumoi restore --journal "{path}" brings back what can be '
        "read), and delete it only then.",
        path=path,
    )


def _decrypt(args: argparse.Namespace) -> int:
    from app.home.encryption import decrypt_desk

    changed = decrypt_desk(args.home, Progress(tr("Tables compared:")))
    wipe()
    if not changed:
        print(tr("The data of this desk is not encrypted, so there was nothing to do."))
        return 0
    print(tr("The data of this desk is plain: whoever has this PC's disk can read it."))
    print(
        tr(
            "Backups and copies that were put aside while it was encrypted stay encrypted; this PC keeps the "
            "key that opens them."
        )
    )
    return 0


def _key(args: argparse.Namespace) -> int:
    from app.bootstrap import OFFICE_DATABASE
    from app.models import sqlite
    from app.sync.at_rest import from_words, keep_key

    if args.file is not None:
        words = read_text(args.file)
    elif sys.stdin.isatty():
        words = getpass(tr("Key: "))
    else:
        words = sys.stdin.read()
    path = args.home / OFFICE_DATABASE
    try:
        sqlite.key_of(path)
        wanted = ""
    except AppError as error:
        if error.code != "database.no_key":
            raise
        wanted = str(error.params["mark"])
    key = from_words(words, wanted)
    keep_key(key)
    print(
        tr("This PC keeps the key now; the data in {path} opens with it.", path=path)
        if wanted
        else tr("This PC keeps the key {mark} now.", mark=key.mark)
    )
    return 0


def _escrow(args: argparse.Namespace) -> int:
    from app.sync.at_rest import in_words, shortened
    from app.sync.enrolment import keep_file

    with opened_headoffice(args) as headoffice:
        check_office(headoffice, args.office)
        held = headoffice.escrow(args.office, args.desk)
    found = next((each for each in held if each.key.mark.startswith(args.mark)), None)
    if found is None and held:
        there = ", ".join(shortened(each.key.mark) for each in held)
        raise AppError("encryption.other_held", desk=args.desk, mark=shortened(args.mark), held=there)
    if found is None:
        raise AppError("encryption.none_held", desk=args.desk)
    words = in_words(found.key)
    if args.out is not None:
        keep_file(args.out, f"{words}\n".encode())
        words = str(args.out)
    print(tr("Desk {desk}, key {mark}:", desk=args.desk, mark=found.key.mark))
    print(words)
    print(
        tr("Whoever has it reads the desk's data. At the desk: daumoi key. Then destroy what it stands on.")
    )
    return 0
