"""What those who help from afar ask of a database: how much there is of what. No word of it is anybody's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy import Connection, Engine, func, inspect, select
from sqlalchemy.exc import DBAPIError

from app.domain.errors import AppError
from app.domain.names import entry_kinds
from app.models import Base, Device, Entry, Local, Orphan, Parked

OTHER = "other"
"""Stands for whatever is none of the program's own words."""

Facts = Mapping[str, object]

_REVISION = re.compile(r"[0-9]{4}")
_REASONS = (
    "newer_release", "not_allowed", "cannot_apply", "unreadable", "unknown_table", "not_the_head_office",
    "waits",
)  # fmt: skip
_PRAGMAS = ("journal_mode", "page_size", "page_count", "freelist_count", "user_version")
_MODES = ("wal", "delete", "truncate", "persist", "memory", "off")
_MARKS = ("renamed", "restored", "sync.paused", "bundle.open")
"""Of what a desk knows about itself: it matters whether it is there, not what it says."""
_NUMBERS = ("clock.offset", "last_contact", "health.checked")


class SupportQueries:
    """Counts of a desk's database; `device` is its feed. What cannot be read is told as such, with its code:
    a support file is wanted most where something is damaged."""

    def __init__(self, read: Engine, device: int) -> None:
        self._read = read
        self._device = device

    def facts(self) -> Facts:
        """Everything there is to tell."""
        return {
            "schema": self._asked(_schema),
            "file": self._asked(_pragmas),
            "rows": {name: self._asked(_count(name)) for name in sorted(Base.metadata.tables)},
            "journal": self._asked(lambda read: _journal(read, self._device)),
            "waiting_by_kind": self._asked(_by_kind(self._device)),
            "parked_by_reason": self._asked(_by_reason),
            "known": self._asked(_known),
        }

    def _asked(self, ask: Callable[[Connection], object]) -> object:
        try:
            with self._read.connect() as read:
                return ask(read)
        except AppError as error:
            return {"failed": error.code}
        except ValueError:  # it is no JSON, where there should be some
            return {"failed": "unreadable"}
        except DBAPIError as error:
            return {"failed": getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)}


def _schema(read: Connection) -> Facts:
    found = read.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    wanted = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    texts = read.exec_driver_sql(wanted).scalars()
    tables = set(inspect(read).get_table_names())
    return {
        "revision": found if isinstance(found, str) and _REVISION.fullmatch(found) else OTHER,
        "digest": hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16],
        "missing_tables": sorted(set(Base.metadata.tables) - tables),
        "further_tables": len(tables - set(Base.metadata.tables)),
    }


def _pragmas(read: Connection) -> Facts:
    values = {name: read.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _PRAGMAS}
    return {n: value if isinstance(value, int) or value in _MODES else OTHER for n, value in values.items()}


def _count(table: str) -> Callable[[Connection], int]:
    return lambda read: int(
        read.execute(select(func.count()).select_from(Base.metadata.tables[table])).scalar_one()
    )


def _journal(read: Connection, device: int) -> Facts:
    newest = func.max(Entry.number)
    own = read.execute(select(newest).where(Entry.device == device)).scalar()
    acked = read.execute(select(Local.value).where(Local.key == "acked")).scalar()
    return {
        "feeds": read.execute(select(func.count(Entry.device.distinct()))).scalar_one(),
        "own_newest": own or 0,
        "own_acknowledged": _acked(acked, device),
        "to_issue_again": read.execute(select(func.count()).select_from(Orphan)).scalar_one(),
        "newest_stamp_ms": (read.execute(select(func.max(Entry.hlc))).scalar() or 0) >> 16,
        "devices": read.execute(select(func.count()).select_from(Device)).scalar_one(),
    }


def _acked(value: object, device: int) -> int:
    match value:
        case [of, int(number)] if of == device:
            return number
    return 0


def _by_kind(device: int) -> Callable[[Connection], Facts]:
    def ask(read: Connection) -> Facts:
        acked = read.execute(select(Local.value).where(Local.key == "acked")).scalar()
        wanted = (
            select(Entry.kind, func.count())
            .where(Entry.device == device, Entry.number > _acked(acked, device))
            .group_by(Entry.kind)
        )
        return _named(read.execute(wanted).all(), entry_kinds(_untranslated))

    return ask


def _by_reason(read: Connection) -> Facts:
    wanted = select(Parked.reason, func.count()).group_by(Parked.reason)
    return _named(read.execute(wanted).all(), _REASONS)


def _untranslated(text: str, /, **places: object) -> str:
    return text


def _named(rows: Iterable[tuple[str, int]], known: Collection[str]) -> Facts:
    counts: dict[str, int] = {}
    for name, count in rows:
        shown = name if name in known else OTHER
        counts[shown] = counts.get(shown, 0) + count
    return counts


def _known(read: Connection) -> Facts:
    found = dict(read.execute(select(Local.key, Local.value)).all())
    numbers = {key: value for key in _NUMBERS if isinstance(value := found.get(key), int)}
    return {**numbers, **{key: bool(found.get(key)) for key in _MARKS}}
