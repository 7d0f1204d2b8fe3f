"""Programs of several releases side by side: which schema each writes, lifts and understands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.headoffice import authority, hub, snapshots
from app.sync import apply, client, digest, entries, fetch, install, snapshot, writer
from app.sync.entries import Body, Rows
from app.sync.tables import TableInfo, writable
from app.sync.transport import DirectTransport
from tests.offices import Company

NOW = entries.SCHEMA
KNOWS = (entries, apply, writer, digest, client, fetch, install, snapshot, authority, hub, snapshots)
"""Who has the number of the schema."""

_ALL = dict(writable())


@dataclass(frozen=True)
class Release:
    """`without`: tables, or columns as "table.column", that it does not know yet."""

    schema: int
    lifts: Mapping[int, Callable[[Body], Body]] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """What is done within is done by this release."""
        before, tables = dict(writable()), writable()
        with pytest.MonkeyPatch.context() as patch:
            for module in KNOWS:
                patch.setattr(module, "SCHEMA", self.schema)
            patch.setattr(entries, "LIFTS", dict(self.lifts))
            patch.setattr(snapshot, "LIFTS", dict(self.lifts))
            tables.clear()
            tables.update(self._tables())
            try:
                yield
            finally:
                tables.clear()
                tables.update(before)

    def _tables(self) -> dict[str, TableInfo]:
        known = dict(_ALL)
        for name in self.without:
            table, _, column = name.partition(".")
            if column:
                info = known[table]
                known[table] = replace(info, columns=tuple(c for c in info.columns if c != column))
            else:
                del known[table]
        return known


class Across(DirectTransport):
    """To a head office of a release."""

    def __init__(self, company: Company, release: Release) -> None:
        super().__init__(lambda path, data: company.headoffice.hub.answer(path, data))
        self.release = release

    def post(self, path: str, data: bytes) -> bytes:
        with self.release.at_work():
            return super().post(path, data)


def tax_codes_in_full(body: Body) -> Body:
    """A lift: customers' tax codes name the country."""
    rows = []
    for each in body.rows:
        if each.table == "customer" and "tax_code" in each.columns:
            at = each.columns.index("tax_code")
            full = [[*r[:at], r[at] and f"VN{r[at]}", *r[at + 1 :]] for r in each.rows]
            each = Rows(each.table, each.columns, full)
        rows.append(each)
    return Body(rows, body.edits)


def migrate(home: Path) -> None:
    """What the migration of that release does to the rows of a desk."""
    with closing(sqlite3.connect(home / "office.db")) as c, c:
        c.execute("UPDATE customer SET tax_code = 'VN' || tax_code WHERE tax_code NOT LIKE 'VN%'")
