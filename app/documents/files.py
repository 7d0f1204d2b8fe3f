"""Files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.domain.errors import FULL, AppError, disk_told

_SHARING_VIOLATION = 32


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a path beside `path` to write to; when the block ends well, that file takes the name `path`.

    Whatever goes wrong, `path` stays as it was and nothing is left behind. Raises AppError(code, path=…) with
    "file.no_space", "file.in_use", "file.no_folder", "file.not_allowed" or "file.not_written".
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise AppError(_code(error, path), path=str(path)) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def folder_for(path: Path) -> Path:
    """`path`, once its folder is there. AppError "folder.not_writable" or "disk.full" when it cannot be."""
    with disk_told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _code(error: OSError, path: Path) -> str:
    if error.errno in FULL:
        return "file.no_space"
    if not path.parent.is_dir():
        return "file.no_folder"
    if isinstance(error, PermissionError):
        # Windows refuses to replace a workbook that is open in Excel; elsewhere it is the folder's rights.
        shared = getattr(error, "winerror", None) in (5, _SHARING_VIOLATION)
        return "file.in_use" if shared and path.exists() else "file.not_allowed"
    return "file.not_written"
