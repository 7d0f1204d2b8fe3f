"""The program's own diary: what went wrong and when, for those who help; never what is secret, and nothing
that people typed.

That is true of every line by its making (`docs/decisions/0021`): of an exception its type and place are
written and not its message, of our own lines the text with numbers and codes in it, of other people's
libraries only who spoke and where.
"""

from __future__ import annotations

import faulthandler
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from app.crashes import code_of, keep_fault, outline, place_of
from app.settings import make_home

KEPT_BYTES, KEPT_FILES = 1 << 20, 5
LOGS, LOG, FAULT = "logs", "daumoi.log", "fault.txt"

_OURS = {"app", "daumoi"}
_DIGEST = re.compile(r"[0-9a-f]{64}")


def logs_in(home: Path) -> list[Path]:
    """The log's files, the newest first."""
    files = [home / LOGS / LOG, *(home / LOGS / f"{LOG}.{n}" for n in range(1, KEPT_FILES + 1))]
    return [each for each in files if each.exists()]


class PlainFormatter(logging.Formatter):
    """Writes lines without anything that people typed."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`; the record itself is left as it is."""
        plain = logging.makeLogRecord(record.__dict__)
        plain.exc_text = plain.stack_info = None
        if record.name.partition(".")[0] in _OURS:
            plain.args = _safe_all(record.args)
        else:
            plain.msg = f"({place_of(record.pathname)}:{record.lineno})"
            plain.args = None
        return super().format(plain)

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """See `app.crashes.outline`."""
        return "" if ei[1] is None else "\n".join(outline(ei[1]))


def _safe_all(args: object) -> tuple[object, ...] | dict[str, object] | None:
    if isinstance(args, Mapping):
        return {str(name): _safe(each) for name, each in args.items()}
    return tuple(_safe(each) for each in args) if isinstance(args, tuple) else None


def _safe(value: object) -> object:
    """Numbers, codes and digests may be written."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return value
    return code_of(value)


def _handler_of(home: Path) -> RotatingFileHandler:
    """Of the log of a home, which is opened with the first line that is written."""
    handler = RotatingFileHandler(
        home / LOGS / LOG, maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(PlainFormatter())
    return handler


@contextmanager
def logged(home: Path) -> Iterator[None]:
    """What is said within goes into the log of a home: for what is done before it is known that no other
    program has the home open, whose `Diary` it would be, and for commands that stay."""
    with suppress(OSError):
        make_home(home)
        (home / LOGS).mkdir(exist_ok=True)
    handler = _handler_of(home)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


class Diary:
    """The log of a home, open from now until `close`.

    A home that cannot be written to is said by whoever opens its database; the log stays silent about it.
    """

    def __init__(self, home: Path) -> None:
        folder = home / LOGS
        self._handler: RotatingFileHandler | None = None
        self._dump: TextIO | None = None
        self.fallen: Path | None = None
        """The report of the last time's end, where Qt or Windows brought the program down."""
        try:
            make_home(home)
            folder.mkdir(exist_ok=True)
            self.fallen = keep_fault(folder / FAULT, folder)
            self._dump = (folder / FAULT).open("w", encoding="utf-8")
        except OSError:
            return
        faulthandler.enable(self._dump)
        self._handler = _handler_of(home)
        logging.getLogger().addHandler(self._handler)

    def close(self) -> None:
        """The program ends as it should. What Windows reported on the way and the program survived, as it
        does at times, was no crash."""
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
        if self._dump is not None:
            faulthandler.disable()
            self._dump.close()
            Path(self._dump.name).unlink(missing_ok=True)
