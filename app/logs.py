"""The program's own diary: what went wrong and when, for those who help; never what is secret."""

from __future__ import annotations

import faulthandler
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

KEPT_BYTES, KEPT_FILES = 1 << 20, 5


def keep_log(home: Path) -> None:
    """Write warnings and errors into `logs/` of a home, crashes too; old files give way to new ones.

    A home that cannot be written to is said by whoever opens its database; the log stays silent about it.
    """
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "daumoi.log", maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )
        faulthandler.enable((folder / "crash.txt").open("w", encoding="utf-8"))
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    sys.excepthook = _log_crash


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("daumoi").critical("a fault of the program", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
