"""What can go wrong as a matter of course. The words for each code are found where it is shown."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says of a disk on which there is no room, or none for this user."""


class AppError(Exception):
    """An expected failure: shown as a sentence in the user's language, never as a traceback.

    `code` names the sentence (`app/failures/`), `params` fills its places.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params


class Invalid(AppError):
    """One or more fields are wrong; `fields` maps field names to error codes."""

    def __init__(self, /, **fields: str) -> None:
        super().__init__("invalid", **fields)
        self.fields: Mapping[str, str] = fields


class Cancelled(AppError):
    """The person asked a running job to stop."""

    def __init__(self) -> None:
        super().__init__("cancelled")


@contextmanager
def file_told(path: Path) -> Iterator[None]:
    """A file that cannot be read within comes out as AppError "file.not_found", "file.not_readable"."""
    try:
        yield
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error


@contextmanager
def disk_told(folder: Path) -> Iterator[None]:
    """What cannot be written in a folder within comes out as AppError "disk.full", "folder.not_writable"."""
    try:
        yield
    except OSError as error:
        raise disk_trouble(error, folder) from error


def disk_trouble(error: OSError, folder: Path) -> AppError:
    """What keeps from writing in a folder: "disk.full" or "folder.not_writable"."""
    return AppError("disk.full" if error.errno in FULL else "folder.not_writable", path=str(folder))
