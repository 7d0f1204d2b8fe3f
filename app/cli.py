"""The command line: `daumoi COMMAND …`. Each command is a room in `app/commands`; this is the hall.

Exit codes: 0 done; 1 `verify` found a difference; 2 refused, with a sentence on stderr; 3 `fits` found data
of a newer version; 4 the window stays open after `quit`; 130 stopped by Ctrl+C. A command imports what it
needs when it runs, so that `daumoi --help` is there at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path

from app.domain.errors import AppError
from app.words import LANGUAGES, tr

REFUSED, STOPPED, CUT_OFF = 2, 130, 141

OPENED = (".daumoi-bundle", ".daumoi-enrolment", ".daumoi-key", ".daumoi-start", ".daumoi-update")
"""Files that the window opens, see `app/window/visits.py`."""


SERVERS = ("app.headoffice.server", "app.models.postgres", "uvicorn", "starlette", "psycopg")
"""What is missing where somebody asks a desk's package for what only a server does: the installed program has
neither these packages nor its own modules that are made of them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    language, rest = _language(sys.argv[1:] if arguments is None else arguments)
    tr.use(language)
    try:
        code = _run(rest)
        sys.stdout.flush()
        return code
    except AppError as error:
        from app.commands.kit import wipe
        from app.failures import last_sentence

        wipe()
        print(last_sentence(error, tr), file=sys.stderr)
        return REFUSED
    except ModuleNotFoundError as error:
        if error.name not in SERVERS:
            raise
        from app.failures import sentence

        print(sentence(AppError("program.no_server"), tr), file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("\n" + tr("Stopped. What was finished before is kept."), file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read has gone (`| head`): nothing more is written, also not at the end of the interpreter.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF


def _run(arguments: Sequence[str]) -> int:
    parser = _parser()
    if arguments and Path(arguments[0]).suffix in OPENED:  # by a double click
        arguments = ["desktop", *arguments]
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] | None = getattr(chosen, "run", None)
    if run is None:
        parser.print_help()
        return 0
    return run(chosen)


def _language(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The language, and the other arguments: --language may stand anywhere, for it decides the words of
    --help too."""
    rest = list(arguments)
    chosen = os.environ.get("DAUMOI_LANGUAGE", "")
    for at, argument in enumerate(rest):
        name, equals, value = argument.partition("=")
        if name != "--language":
            continue
        if not equals:
            value = rest[at + 1] if at + 1 < len(rest) else ""
        if value in LANGUAGES:
            chosen = value
            del rest[at : at + (1 if equals else 2)]
        break
    return chosen if chosen in LANGUAGES else LANGUAGES[0], rest


def _parser() -> argparse.ArgumentParser:
    from app.commands import (
        backup,
        bills,
        bundle,
        desk,
        encryption,
        generate,
        headoffice,
        imports,
        package,
        reports,
        updates,
        window,
    )
    from app.commands.kit import Parser

    parser = Parser(
        prog="daumoi",
        description=tr(
            "Đầu Mối: the one focal point of a utility's district office, with or without a connection."
        ),
        epilog=tr(
            "Passwords are asked for, or read from a file; they never stand on the command line.\n"
            "The data lies in the folder given by --home, or by the variable DAUMOI_HOME.\n"
            "Exit codes: 0 done, 1 verify found a difference, 2 refused, 130 stopped."
        )
        + "\n\n"
        + tr("Examples:")
        + "\n  daumoi demo\n  daumoi desktop --home D:\\DauMoi\n"
        "  daumoi import khach-hang.xlsx --dry-run\n  daumoi import khach-hang.xlsx --as mai\n"
        "  daumoi bill --period 2026-11 --as mai --pdf hoa-don-11.pdf\n  daumoi verify\n",
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, help=tr("language of all messages; the variable DAUMOI_LANGUAGE too")
    )
    commands = parser.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"))
    for room in (
        window,
        headoffice,
        desk,
        encryption,
        backup,
        bundle,
        imports,
        bills,
        reports,
        generate,
        updates,
        package,
    ):
        room.add(commands)
    return parser
