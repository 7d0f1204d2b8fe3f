"""Rules that supervisors lay down: the head office, which owns the tables, checks what desks ask for and
writes it, under the id of the asking, so that it is written once whatever is repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from app.domain.errors import AppError
from app.domain.rule_checks import Known, check
from app.models import Base
from app.models.base import Id, Json, canonical_json
from app.models.store import Cursor
from app.queries.rules import RuleQueries
from app.sync.entries import Body, Entry, Rows
from app.sync.hlc import COUNTER_BITS, Hlc
from app.sync.tables import writable

LONGEST_ROW = 200_000
"""Characters of a rule as it is asked for; the longest letter takes a tenth of it."""

Asked = tuple[str, bytes, Mapping[str, Any]]
"""Table, id, and columns in plain values."""


class RuleChanges:
    """What the changes among new acts come to. `rules_of`: what holds in an office before them."""

    def __init__(self, cur: Cursor, hlc: Hlc, rules_of: Callable[[int], RuleQueries]) -> None:
        self._cur = cur
        self._hlc = hlc
        self._rules_of = rules_of
        self._known: dict[int, Known] = {}
        self._rows: dict[str, dict[bytes, list[Any]]] = {}

    def take(self, entry: Entry, body: Body) -> bool:
        """Take the changes that an act asks for; False, and none of them, when one may not be."""
        asked = [
            dict(zip(rows.columns, row, strict=True))
            for rows in body.rows
            if rows.table == "rule_change"
            for row in rows.rows
        ]
        if not asked:
            return True
        known = self._known.get(entry.office_no) or self._rules_of(entry.office_no).known()
        after = known.copy()
        found: list[Asked] = []
        try:
            on = self._day(entry, known)
            for change in asked:
                if change["by"] != entry.by or len(change["row"]) > LONGEST_ROW:
                    return False
                table, row = change["table_name"], msgspec.json.decode(change["row"])
                check(table, row, on, after)
                after.note(table, row)
                found.append((table, change["id"], row))
        except (AppError, msgspec.DecodeError, RecursionError):
            return False
        self._known[entry.office_no] = after
        for table, id, row in found:
            if not self._written(table, entry.office_no, id):
                self._rows.setdefault(table, {}).setdefault(id, self._raw(table, id, row, known))
        return True

    def rows(self) -> list[Rows]:
        """What the head office writes of it."""
        return [
            Rows(table, writable()[table].columns, list(rows.values())) for table, rows in self._rows.items()
        ]

    def _day(self, entry: Entry, known: Known) -> date:
        """The day on which it was laid down: the author's, or today's for one whose clock is ahead."""
        at = min(entry.hlc >> COUNTER_BITS, self._hlc.now_ms())
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(known.zone).date()

    def _written(self, table: str, office: int, id: bytes) -> bool:
        self._cur.execute(f'SELECT 1 FROM "{table}" WHERE office_no = ? AND id = ?', (office, id))
        return self._cur.fetchone() is not None

    def _raw(self, table: str, id: bytes, row: Mapping[str, Any], known: Known) -> list[Any]:
        """The row as an entry carries it. It holds from today on at the earliest: nobody could have kept it
        before it was known."""
        today = self._hlc.now().astimezone(known.zone).date().isoformat()
        values = {**row, "valid_from": max(row["valid_from"], today)} if "valid_from" in row else row
        columns = Base.metadata.tables[table].c
        return [id, *(_raw(columns[name].type, values[name]) for name in writable()[table].columns[1:])]


def _raw(type_: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(type_, Json):
        return canonical_json(value)
    if isinstance(type_, Id):
        return bytes.fromhex(value)
    return value
