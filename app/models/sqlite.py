"""The one place where a SQLite file is opened, plain or encrypted (decision 0020).

A plain file is opened with Python's own sqlite3, an encrypted one with sqlcipher3, which is loaded only then.
The two have errors of their own kinds: `errors` gives both.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Engine, create_engine

from app.domain.errors import AppError
from app.models.keys import Key, key_store, mark_in

Connection = sqlite3.Connection
Cursor = sqlite3.Cursor
"""Of either kind: they have the same methods."""

PLAIN = b"SQLite format 3\0"
"""How a plain database begins; an encrypted one begins with `keys.MAGIC`."""

_open: dict[Path, tuple[int, Key | None]] = {}
_opening = threading.Lock()


def errors(*kinds: str) -> tuple[type[Exception], ...]:
    """What SQLite raises, of these kinds ("IntegrityError"); of all without any."""
    loaded = [sqlite3, *filter(None, [sys.modules.get("sqlcipher3.dbapi2")])]
    return tuple(getattr(module, kind) for module in loaded for kind in kinds or ("Error",))


def module(key: Key | None) -> Any:
    """The DB-API module that opens files under a key. AppError "database.no_cipher" where it is missing."""
    return sqlite3 if key is None else _cipher()


def _cipher() -> Any:
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise AppError("database.no_cipher") from error
    return dbapi2


def key_of(path: Path) -> Key | None:
    """What a file is encrypted with; None for a plain one and where there is none. AppError
    "database.no_key" when this PC does not have its key; OSError when the file cannot be read."""
    at = path.resolve()
    with _opening:
        if at in _open:
            return _open[at][1]
        # POSIX: to close a file lets go of all locks that this program has on it. So nobody looks into one
        # that is open.
        try:
            with at.open("rb") as file:
                mark = mark_in(file.read(32))
        except (FileNotFoundError, NotADirectoryError):
            return None
    return key_of_mark(mark, path)


def key_of_mark(mark: str | None, path: Path) -> Key | None:
    """The key of that mark, which the file needs; None without a mark. AppError as `key_of`."""
    if mark is None:
        return None
    try:
        key = key_store().find(mark)
    except OSError as error:
        raise AppError("encryption.no_store", why=str(error)) from error
    if key is None:
        raise AppError("database.no_key", path=str(path), mark=mark)
    return key


def note_open(path: Path, key: Key | None) -> None:
    """The file is open from now on, under this key."""
    at = path.resolve()
    with _opening:
        _open[at] = (_open.get(at, (0, key))[0] + 1, key)


def note_closed(path: Path) -> None:
    """One less has it open."""
    at = path.resolve()
    with _opening:
        count, key = _open.pop(at)
        if count > 1:
            _open[at] = (count - 1, key)


def connect(path: Path, key: Key | None, *, only_read: bool = False, wait: float = 5.0) -> Connection:
    """A connection in autocommit mode, for whatever thread; `only_read` opens no file that is not there,
    and `wait` says how many seconds to wait for a lock. What SQLite raises; AppError as `module`."""
    where = f"{path.resolve().as_uri()}?mode=ro" if only_read else str(path)
    made = module(key).connect(
        where,
        uri=only_read,
        isolation_level=None,
        check_same_thread=False,
        timeout=wait,
        factory=_with_key(key),
    )
    if key is not None:
        made.execute(f'PRAGMA key = "{key.spelled}"')
    return cast(Connection, made)


def exporting(path: Path, key: Key | None) -> Connection:
    """A connection by sqlcipher3 to a file of either kind, which can write its rows into one of the other
    (`sqlcipher_export`). AppError "database.no_cipher"."""
    made = _cipher().connect(str(path), isolation_level=None)
    if key is not None:
        made.execute(f'PRAGMA key = "{key.spelled}"')
    return cast(Connection, made)


@cache
def _with_key(key: Key | None) -> Any:
    """A kind of connection that knows its key."""
    return type("Connection", (module(key).Connection,), {"key": key})


def key_with(connection: Connection) -> Key | None:
    """The key with which a connection was opened."""
    return getattr(connection, "key", None)


def reading(path: Path) -> Connection:
    """A connection that can only read what is there. AppError as `key_of`."""
    return connect(path, key_of(path), only_read=True)


def engine(path: Path, key: Key | None, **options: Any) -> Engine:
    """An engine over such connections."""
    return create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: connect(path, key),
        module=module(key),
        **options,
    )


def attach(connection: Connection, path: Path, name: str, key: Key | None) -> None:
    """Have a connection see another file, too, as the schema `name`; of the same kind, or plain beside an
    encrypted one."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"ATTACH DATABASE ? AS {name}", (str(path),))
    else:
        connection.execute(f"ATTACH DATABASE ? AS {name} KEY ?", (str(path), key.spelled if key else ""))
