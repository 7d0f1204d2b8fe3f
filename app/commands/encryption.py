"""`daumoi encrypt`, `decrypt`, `key`: whether a desk's data can be read without its key."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass
from pathlib import Path

from app.commands.kit import Commands, Progress, command, home_option, json_option, read_text, tell, wipe
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


def _encrypt(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.encryption import encrypt_desk

    left = encrypt_desk(args.home, SystemClock(), step=Progress(tr("Tables compared:")))
    lines = [tr("The data of this desk is encrypted. The head office holds its key, too.")]
    lines += [tr("{path} is damaged and stays as it was, in plain: delete it.", path=path) for path in left]
    tell(args, "\n".join(lines), {"encrypted": True, "left": [str(path) for path in left]})
    return 0


def _decrypt(args: argparse.Namespace) -> int:
    from app.encryption import decrypt_desk

    decrypt_desk(args.home, Progress(tr("Tables compared:")))
    wipe()
    print(tr("The data of this desk is plain: whoever has this PC's disk can read it."))
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
