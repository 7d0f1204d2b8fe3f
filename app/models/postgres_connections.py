"""Connecting to PostgreSQL: how long to wait, what every connection is set to, and what may befall one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.conninfo import make_conninfo
from psycopg.pq import Format, PGconn, Ping
from psycopg.types.numeric import Int8Dumper, NumericBinaryLoader
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from app.domain.errors import AppError

log = logging.getLogger(__name__)

WAIT = 30
"""Seconds to wait for others who write for the same office, and for a connection that is free."""

CONNECT = 10
"""Seconds within which a server must answer."""

POOL: dict[str, Any] = {"pool_size": 4, "max_overflow": 8, "pool_timeout": WAIT, "pool_pre_ping": True}
"""A server has 100 connections as a rule; several programs share them."""


def reach(url: str, where: str) -> None:
    """Find out whether the database can be reached at all, and if not, why: a failed connection has no
    SQLSTATE, and its text is in whatever language the server speaks. AppErrors as of `open_postgres`."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT) as connection:
            if connection.info.parameter_status("server_encoding") != "UTF8":
                raise AppError("database.encoding", where=where)
            return
    except psycopg.OperationalError as error:
        log.warning("no connection to %s: %s", where, error)
        if PGconn.ping(make_conninfo(url, connect_timeout=CONNECT).encode()) != Ping.OK:
            raise AppError("database.unreachable", where=where) from error
    try:
        psycopg.connect(url, dbname="postgres", connect_timeout=CONNECT).close()
    except psycopg.OperationalError as error:
        raise AppError("database.refused", where=where) from error
    raise AppError("database.missing", where=where)


def connecting(
    url: str, settings: str = "", *, autocommit: bool = False, wait: int | None = None, **pool: Any
) -> Engine:
    """An engine for the database; `wait`: how many seconds for locks."""

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            url, autocommit=True, context=_ADAPTERS, connect_timeout=CONNECT, **_ALIVE
        )
        connection.execute(f"{_SETTINGS} SET lock_timeout TO '{wait or WAIT}s'; {settings}".encode())
        connection.autocommit = autocommit
        return connection

    return create_engine("postgresql+psycopg://", creator=connect, **pool)


_SETTINGS = (
    "SET default_transaction_isolation TO 'read committed'; "  # who has waited for a lock sees what is new
    "SET jit TO off; SET client_min_messages TO warning; SET idle_in_transaction_session_timeout TO '120s'; "
    "SET tcp_keepalives_idle TO 30; SET tcp_keepalives_interval TO 10; SET tcp_keepalives_count TO 3;"
)

_ALIVE: dict[str, Any] = {
    "application_name": "daumoi",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""As the settings, for this end: who is gone without a word is found out within a minute,
so that no office's lock is held by nobody for hours."""


class _Whole(Loader):
    """PostgreSQL's sum of integers is a numeric; as in SQLite it is to be an integer."""

    def load(self, data: Buffer) -> int | Decimal:
        value = Decimal(bytes(data).decode())
        whole = int(value)
        return whole if whole == value else value


class _WholeBinary(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> int | Decimal:
        value: Decimal = NumericBinaryLoader(self.oid).load(data)
        whole = int(value)
        return whole if whole == value else value


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    # As in SQLite every integer has 64 bits; by itself psycopg sends a small one as a smallint.
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_loader("numeric", _Whole)
    adapters.register_loader("numeric", _WholeBinary)
    return adapters


_ADAPTERS = _adapters()


def tell_trouble(engine: Engine, where: str) -> None:
    """As for a file: what is wrong with the database comes out as an AppError, also where nobody thinks of
    it."""

    @event.listens_for(engine, "handle_error")
    def _tell(context: Any) -> None:
        error = context.original_exception
        named = trouble(error, where)
        # A write through a reading connection is the program's own fault, and stays one; a connection that
        # was lost at rest is made anew, and nobody hears of it.
        if named is not None and error.sqlstate != "25006" and not context.is_pre_ping:
            raise named from error


@contextmanager
def trouble_told(where: str) -> Iterator[None]:
    """What befalls the database within comes out as an AppError."""
    try:
        yield
    except (psycopg.Error, DBAPIError, NoneFree) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        named = None if cause is None else trouble(cause, where)
        if named is None:
            raise
        raise named from error


def trouble(error: BaseException, where: str) -> AppError | None:
    """What has befallen a database, where it is not the program's own fault."""
    if isinstance(error, NoneFree):
        return AppError("database.busy", where=where)
    if not isinstance(error, psycopg.Error):
        return None
    for start, code in _TROUBLE:
        if (error.sqlstate or "").startswith(start):
            return AppError(code, where=where)
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:  # the client's own: no answer
        return AppError("database.unreachable", where=where)
    return None


_TROUBLE = (
    ("08", "database.unreachable"),
    ("57P", "database.unreachable"),  # the server is being stopped or started
    ("25P03", "database.unreachable"),  # it took us for dead, in the middle of a transaction
    ("53100", "disk.full"),
    ("53200", "database.busy"),  # no memory left
    ("53300", "database.busy"),  # no connection left
    ("55P03", "database.busy"),
    ("57014", "database.busy"),
    ("40", "database.busy"),  # a deadlock: the whole was taken back, and may be tried again
    ("42501", "database.not_writable"),
    ("25006", "database.not_writable"),
    ("58", "database.not_writable"),
    ("XX001", "database.damaged"),
    ("XX002", "database.damaged"),
)
"""The beginning of an SQLSTATE -> what it is called."""
