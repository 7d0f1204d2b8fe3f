"""Whether the head office and its desks hold the same, and each what its journal says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.bootstrap import Desktop
from app.models.database import Database, open_database
from app.models.store import Cursor, Store
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


def held(cur: Cursor, table: str, offices: list[int]) -> Rows:
    """The rows of a table that belong to some offices."""
    marks = ", ".join("?" * len(offices))
    return _rows(cur, table, f"WHERE office_no IN ({marks})", *offices)


def _rows(cur: Cursor, table: str, where: str = "", *values: Any) -> Rows:
    names = ", ".join(f'"{c}"' for c in TABLES[table])
    cur.execute(f'SELECT {names} FROM "{table}" {where}', values)
    return Counter(tuple(row) for row in cur.fetchall())


def _all_of(store: Store) -> dict[str, Rows]:
    """All that a store holds but what is local and its seals, and the search, which only desks need; how much
    it has lost."""
    with store.reading() as cur:
        found = {table: _rows(cur, table) for table in TABLES if table != "search_doc"}
        found["orphan"] = Counter(lost=orphaned(cur))
    return found


def _search_of(desk: Database) -> Rows:
    with desk.reading() as cur:
        return _rows(cur, "search_doc")


def assert_agreed(company: Company) -> None:
    """When every desk has reconciled: nothing waits, all hold the same entries and the same rows, and rows
    are what the journals say; and so would a new desk.

    Whether they are is tried of the new desk: who holds the very same holds the same journal, too, and need
    not replay it once more. Who does not, for there are other offices or a lost branch, is tried apart."""
    company.sync()
    for desktop in company.desks:
        desktop.client.once()
        assert desktop.client.unsent() == 0
    now = company.clock.now()
    hub = company.headoffice.database
    with begun(company) as new:
        there, search = _all_of(new), _search_of(new)
        if _all_of(hub) != there:
            assert_holds(company, new, 1, "a new desk")
            assert verify_store(hub, now).good
    for desktop in company.desks:
        if _all_of(desktop.database) != there or _search_of(desktop.database) != search:
            assert_same(company, desktop)
            assert verify(desktop.database.path, now).good


def assert_same(company: Company, desktop: Desktop) -> None:
    """A desk holds what the head office holds for it."""
    with desktop.database.reading() as cur:
        assert orphaned(cur) == 0
    assert_holds(company, desktop.database, desktop.office_no, desktop.identity.desk)


def assert_holds(company: Company, store: Store, office: int, name: str) -> None:
    """A replica of an office holds what the head office holds for it."""
    with company.headoffice.database.reading() as hub, store.reading() as cur:
        offices = offices_in_scope(hub, office)
        for table in TABLES.keys() - {"search_doc"}:
            here, there = held(cur, table, offices), held(hub, table, offices)
            assert here == there, (name, table, here - there, there - here)


def snapshot_of(company: Company, to: Path, office: int = 1) -> Path:
    """The head office's snapshot of an office."""
    with company.headoffice.database.reading() as cur:
        make(cur, office, lambda device, number, hash_: b"s" * 64, to)
    return to


@contextmanager
def begun(company: Company, office: int = 1) -> Iterator[Database]:
    """What a new desk makes of a snapshot, which is what its journal says."""
    now = company.clock.now()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        install(snapshot_of(company, Path(folder) / "1.snapshot", office), path, 1 << 40, now)
        assert verify(path, now).good
        with closing(open_database(path, now)) as database:
            yield database


def assert_begins_alike(company: Company, office: int = 1) -> None:
    """What a new desk makes of a snapshot is what the head office holds for it, and what its journal says."""
    with begun(company, office) as database:
        assert_holds(company, database, office, "a new desk")
