"""What commands share: how they describe themselves, whom they act for, how they tell what they did."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from app.domain.errors import AppError, disk_told
from app.settings import data_home, make_home
from app.words import tr

if TYPE_CHECKING:
    from app.bootstrap import Desktop, HeadOffice
    from app.services.writer import Person

argparse._ = tr  # type: ignore[attr-defined]  # its own words, of resources/translations/*/argparse.json

Commands = Any
"""What `ArgumentParser.add_subparsers` gives; its type has no public name."""


class Parser(argparse.ArgumentParser):
    """Keeps the lines of descriptions and examples as they are written, and takes no shortened options."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=100),
            allow_abbrev=False,
            **kwargs,
        )

    def error(self, message: str) -> NoReturn:
        """What was typed is not understood: said in one line, with the way to the help."""
        what = tr("{message}. See: {program} --help", message=message.rstrip("."), program=self.prog)
        self.exit(2, what + "\n")


def command(
    commands: Commands, name: str, help: str, examples: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A new command that runs `run`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=help, epilog=f"{tr('Examples:')}\n{examples}"
    )
    parser.set_defaults(run=run)
    return parser


def home_option(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    """`--home`; `again` for a command within one that has it already."""
    default: Any = argparse.SUPPRESS if again else data_home()
    parser.add_argument(
        "--home", type=Path, default=default, metavar="DIR", help=tr("the folder of the data")
    )


def database_option(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    """`--database`, or DAUMOI_DATABASE: where a password need not be typed."""
    default: Any = argparse.SUPPRESS if again else os.environ.get("DAUMOI_DATABASE", "")
    parser.add_argument(
        "--database",
        default=default,
        metavar="URL",
        help=tr("the head office's PostgreSQL database; its key lies in the folder of the data"),
    )


def headoffice_options(parser: argparse.ArgumentParser) -> None:
    """Of a command at the head office: where its data lies, as said before the command or after it."""
    home_option(parser, again=True)
    database_option(parser, again=True)


def desk_options(parser: argparse.ArgumentParser, example: str) -> None:
    """Of a command at the head office about one desk: where the head office is, and which desk it is."""
    headoffice_options(parser)
    parser.add_argument("--office", type=int, required=True, metavar="N", help=tr("number of the office"))
    parser.add_argument("--desk", required=True, metavar=example, help=tr("short name, for codes"))


def person_options(parser: argparse.ArgumentParser) -> None:
    """Who acts."""
    parser.add_argument(
        "--as", dest="login", metavar="LOGIN", help=tr("who does this: a login name of the office")
    )
    password_option(parser)


def password_option(parser: argparse.ArgumentParser) -> None:
    """`--password-file`."""
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=tr("file with the password; otherwise DAUMOI_PASSWORD_FILE, otherwise it is asked for"),
    )


def json_option(parser: argparse.ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help=tr("tell the result as one JSON object"))


def day(text: str) -> date:
    """The type of an option that is a date: 2026-11-30 or 30/11/2026."""
    try:
        return date.fromisoformat("-".join(reversed(text.split("/"))))
    except ValueError:
        raise argparse.ArgumentTypeError(
            tr("“{text}” is not a date; write it as 2026-11-30", text=text)
        ) from None


def month(text: str) -> str:
    """The type of an option that is a period: 2026-11 or 11/2026."""
    try:
        return f"{date.fromisoformat('-'.join(reversed(text.split('/'))) + '-01'):%Y-%m}"
    except ValueError:
        raise argparse.ArgumentTypeError(
            tr("“{text}” is not a period; write it as 2026-11", text=text)
        ) from None


def tell(args: argparse.Namespace, text: str, data: Mapping[str, Any]) -> None:
    """The result, for people or with --json for programs."""
    wipe()
    print(json.dumps(data, ensure_ascii=False, default=str) if args.json else text)


def number(n: int) -> str:
    """A whole number as the language groups it."""
    from app.domain.money import format_number

    return format_number(n, tr.language)


class Progress:
    """Tells on a terminal how far it is, on one line that `wipe` takes away."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int, total: int = 0) -> None:
        if self._shown and done:
            far = f"{number(done)} / {number(total)}" if total else number(done)
            print(f"\r{self._what} {far} ", end="", file=sys.stderr, flush=True)


def wipe() -> None:
    """Take the line of progress from the terminal, before something else is said."""
    if sys.stderr.isatty():
        print("\r" + " " * 79 + "\r", end="", file=sys.stderr, flush=True)


@contextmanager
def opened(home: Path, url: str = "") -> Iterator[Desktop]:
    """The desk of a home, closed again whatever happens; `url`: its head office is at this address."""
    from app.bootstrap import Desktop
    from app.domain.clock import SystemClock
    from app.sync.transport import HttpTransport

    desktop = Desktop(home, SystemClock(), HttpTransport(url) if url else None)
    try:
        yield desktop
    finally:
        desktop.close()


@contextmanager
def opened_headoffice(args: argparse.Namespace, *, founded: bool = True) -> Iterator[HeadOffice]:
    """The head office of a home. AppError "headoffice.not_founded", "headoffice.founded",
    "disk.full", "folder.not_writable"."""
    from app.bootstrap import HeadOffice, hub_there
    from app.domain.clock import SystemClock

    home: Path = args.home
    if founded and not args.database and not hub_there(home):
        raise AppError("headoffice.not_founded", path=str(home))
    with disk_told(home):
        make_home(home)
    headoffice = HeadOffice(home, SystemClock(), args.database)
    try:
        there = rows_of(headoffice, "SELECT name FROM utility")
        if founded and not there:
            raise AppError("headoffice.not_founded", path=str(home))
        if not founded and there:
            raise AppError("headoffice.founded", path=str(home), name=there[0][0])
        yield headoffice
    finally:
        headoffice.close()


def rows_of(headoffice: HeadOffice, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a head office's database answers."""
    with headoffice.database.reading() as cur:
        cur.execute(sql, values)
        return [tuple(row) for row in cur.fetchall()]


def check_office(headoffice: HeadOffice, number: int) -> None:
    """AppError "office.unknown" for a number that is no office's."""
    if not rows_of(headoffice, 'SELECT 1 FROM office WHERE "number" = ?', number):
        raise AppError("office.unknown", number=number)


def signed_in(desktop: Desktop, args: argparse.Namespace) -> Person:
    """The person given by --as. AppError "person.needed" without it, and what sign-in raises."""
    if not args.login:
        raise AppError("person.needed")
    return desktop.sign_in.sign_in(args.login, password(args, args.login))


def password(args: argparse.Namespace, login: str) -> str:
    """A password from --password-file, DAUMOI_PASSWORD_FILE or the terminal. AppError "password.needed" when
    there is none of them, "file.not_found", "file.not_readable"."""
    from getpass import getpass

    named = os.environ.get("DAUMOI_PASSWORD_FILE")
    file = args.password_file or (Path(named) if named else None)
    if file is not None:
        return read_text(file).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AppError("password.needed")
    return getpass(tr("Password of {login}: ", login=login))


def read_text(path: Path) -> str:
    """A small text file. AppError "file.not_found", "file.not_readable"."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AppError("file.not_readable", path=str(path)) from error
