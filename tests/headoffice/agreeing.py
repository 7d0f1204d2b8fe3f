"""Whether the head office and its desks hold the same, and each what its journal says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.bootstrap import Desktop
from app.models.database import open_database
from app.models.store import Store
from app.sync.install import install
from app.sync.journal import offices_in_scope, orphaned
from app.sync.snapshot import make
from app.sync.verify import verify, verify_store
from tests.offices import Company
from tests.sync.replicas import TABLES

Rows = Counter[tuple[Any, ...]]


def at(store: Store, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a replica of either kind."""
    with store.reading() as cur:
        cur.execute(sql, values)
        return [tuple(row) for row in cur.fetchall()]


def at_the_hub(company: Company, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of the head office."""
    return at(company.headoffice.database, sql, *values)


def codes(store: Store) -> list[str]:
    """The customers of a replica, by their codes."""
    return [code for (code,) in at(store, "SELECT code FROM customer ORDER BY code")]


def held(store: Store, table: str, offices: list[int]) -> Rows:
    """The rows of a table that belong to some offices."""
    names = ", ".join(f'"{c}"' for c in TABLES[table])
    marks = ", ".join("?" * len(offices))
    return Counter(at(store, f'SELECT {names} FROM "{table}" WHERE office_no IN ({marks})', *offices))


def assert_agreed(company: Company) -> None:
    """When every desk has reconciled: nothing waits, all hold the same entries and the same rows, and rows
    are what the journals say; and so would a new desk."""
    company.sync()
    for desktop in company.desks:
        desktop.client.once()
        assert desktop.client.unsent() == 0
        assert_same(company, desktop)
        assert verify(desktop.database.path, company.clock.now()).good
    assert_begins_alike(company)
    assert verify_store(company.headoffice.database, company.clock.now()).good


def assert_same(company: Company, desktop: Desktop) -> None:
    """A desk holds what the head office holds for it."""
    with desktop.database.reading() as cur:
        assert orphaned(cur) == 0
    assert_holds(company, desktop.database, desktop.office_no, desktop.identity.desk)


def assert_holds(company: Company, store: Store, office: int, name: str) -> None:
    """A replica of an office holds what the head office holds for it."""
    hub = company.headoffice.database
    with hub.reading() as cur:
        offices = offices_in_scope(cur, office)
    for table in TABLES.keys() - {"search_doc"}:
        here, there = held(store, table, offices), held(hub, table, offices)
        assert here == there, (name, table, here - there, there - here)


def snapshot_of(company: Company, to: Path, office: int = 1) -> Path:
    """The head office's snapshot of an office."""
    with company.headoffice.database.reading() as cur:
        make(cur, office, lambda device, number, hash_: b"s" * 64, to)
    return to


def assert_begins_alike(company: Company, office: int = 1) -> None:
    """What a new desk makes of a snapshot is what the head office holds for it, and what its journal says."""
    now = company.clock.now()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        install(snapshot_of(company, Path(folder) / "1.snapshot", office), path, 1 << 40, now)
        assert verify(path, now).good
        database = open_database(path, now)
        assert_holds(company, database, office, "a new desk")
        database.close()
