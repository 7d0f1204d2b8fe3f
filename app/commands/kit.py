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

from app.settings import data_home
from app.words import tr

if TYPE_CHECKING:
    from app.bootstrap import Desktop
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
def opened(home: Path) -> Iterator[Desktop]:
    """The desk of a home, closed again whatever happens."""
    from app.bootstrap import Desktop
    from app.domain.clock import SystemClock

    desktop = Desktop(home, SystemClock())
    try:
        yield desktop
    finally:
        desktop.close()


def signed_in(desktop: Desktop, args: argparse.Namespace) -> Person:
    """The person given by --as. AppError "person.needed" without it, and what sign-in raises."""
    from app.domain.errors import AppError

    if not args.login:
        raise AppError("person.needed")
    return desktop.sign_in.sign_in(args.login, password(args, args.login))


def password(args: argparse.Namespace, login: str) -> str:
    """A password from --password-file, DAUMOI_PASSWORD_FILE or the terminal. AppError "password.needed" when
    there is none of them, "file.not_found", "file.not_readable"."""
    from getpass import getpass

    from app.domain.errors import AppError

    named = os.environ.get("DAUMOI_PASSWORD_FILE")
    file = args.password_file or (Path(named) if named else None)
    if file is not None:
        return read_text(file).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AppError("password.needed")
    return getpass(tr("Password of {login}: ", login=login))


def read_text(path: Path) -> str:
    """A small text file. AppError "file.not_found", "file.not_readable"."""
    from app.domain.errors import AppError

    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AppError("file.not_readable", path=str(path)) from error
