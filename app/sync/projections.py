"""Projections: what is worked out from facts for speed. Each is a pure function of the rows it stands on, so
it is worked out anew for every key that an entry touches, whatever the order of arrival.

Each SQL text is written once and runs on SQLite and on PostgreSQL (`app/models/store.py`). Where rows are
looked up by what they belong to, it says `office_no + 0`: a planner that has not counted a table yet, or not
since the office came, takes the office for rare, and would walk through all of its rows by their key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from app.domain.fold import fold
from app.models.store import Cursor
from app.sync import exceptions, payouts, request_states, uses, work_orders
from app.sync.entries import Body
from app.sync.exceptions import Raised

CHUNK = 500

Keys = dict[str, set[Any]]
"""Projection or source of one -> its stale keys: ids, or codes."""

WorkOut = Callable[[Cursor, int, str, list[Any]], None]
Find = Callable[[Raised, str, list[Any]], None]


class Touched:
    """The keys whose projections entries have made stale, per office."""

    def __init__(self) -> None:
        self._keys: dict[int, Keys] = defaultdict(lambda: defaultdict(set))
        self._new: dict[int, dict[bytes, uses.Reading | None]] = defaultdict(dict)
        self.series: dict[tuple[int, str], int] = {}
        self.tables: set[str] = set()

    def moving(
        self, cur: Cursor, office: int, table: str, ids: list[bytes], fields: set[str] | None = None
    ) -> None:
        """Take note of what rows lead to before they are overwritten (all of them, or these fields): what
        they lead to no more is stale too."""
        for projection, column in _FOLLOWS.get(table, ()):
            if column == "id" or (fields is not None and column not in fields):
                continue
            keys = self._keys[office][projection]
            for marks, chunk in _chunks(ids):
                cur.execute(
                    f'SELECT "{column}" FROM "{table}" WHERE office_no = ? AND id IN ({marks})',
                    (office, *chunk),
                )
                keys.update(found for (found,) in cur.fetchall() if found is not None)
            if projection == "use":
                self._new[office].update(dict.fromkeys(keys))
            if column == "code":
                self._keys[office]["moved"] |= keys
            if projection in _MAY_END:
                cur.executemany(
                    f'DELETE FROM "{_MAY_END[projection]}" WHERE office_no = ? AND id = ?',
                    [(office, key) for key in keys],
                )

    def add(self, office: int, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Take note of rows that were not there before: one new reading of a connection is easily counted
        in."""
        if table == "reading":
            connection_of = itemgetter(columns.index("connection_id"))
            read_of = itemgetter(*map(columns.index, uses.READ))
            new = self._new[office]
            for row in rows:
                connection = connection_of(row)
                new[connection] = None if connection in new else read_of(row)

    def note(self, office: int, body: Body) -> None:
        """Take note of an applied body."""
        keys = self._keys[office]
        for rows in body.rows:
            self.tables.add(rows.table)
            place = {c: i for i, c in enumerate(rows.columns)}
            for projection, column in _FOLLOWS.get(rows.table, ()):
                if (at := place.get(column)) is not None:
                    keys[projection].update(map(itemgetter(at), rows.rows))
                keys[projection].discard(None)
            if "code" in place and rows.table in _NUMBERED:
                self._number(office, (r[place["code"]] for r in rows.rows))
        for edit in body.edits:
            self.tables.add(edit.table)
            if edit.table in _SEARCHED:
                keys[edit.table].add(edit.id)

    def _number(self, office: int, codes: Iterable[str]) -> None:
        for code in codes:
            series, _, number = code.rpartition("-")
            if int(number) > self.series.get((office, series), 0):
                self.series[office, series] = int(number)

    def number(self, office: int, body: Body) -> None:
        """Take note of the numbers alone: of an act that takes no effect they are used up all the same."""
        for rows in body.rows:
            if rows.table in _NUMBERED and "code" in rows.columns:
                at = rows.columns.index("code")
                self._number(office, (r[at] for r in rows.rows))

    def all_of(self, cur: Cursor, table: str) -> None:
        """Take note of all rows of a table."""
        for projection, column in _FOLLOWS.get(table, ()):
            cur.execute(f'SELECT DISTINCT office_no, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for office, key in cur.fetchall():
                self._keys[office][projection].add(key)

    def worked_out(self, cur: Cursor) -> dict[str, set[tuple[Any, ...]]]:
        """What the projections of the touched keys are now, by table, and all exceptions."""
        found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
        cur.execute('SELECT * FROM "exception"')
        found["exception"].update(map(tuple, cur.fetchall()))
        for office, keys in self._keys.items():
            for projection, table in _WORKED_OUT.items():
                for marks, chunk in _chunks(keys.get(projection, ())):
                    cur.execute(
                        f'SELECT * FROM "{table}" WHERE office_no = ? AND id IN ({marks})', (office, *chunk)
                    )
                    found[table].update(map(tuple, cur.fetchall()))
        return found

    def ended(self, cur: Cursor, office: int, table: str, ids: list[bytes]) -> None:
        """Rows are gone: what was worked out for them goes too."""
        if table in _OWN_STATE:
            cur.executemany(
                f'DELETE FROM "{_OWN_STATE[table]}" WHERE office_no = ? AND id = ?',
                [(office, id) for id in ids],
            )

    def refresh(self, cur: Cursor, *, search: bool = True) -> None:
        """Work out every touched projection. `search`: whether the store has the index by which customers
        are found (`Store.search`)."""
        for office, keys in self._keys.items():
            if not search:
                for source in _FOR_SEARCH:
                    keys.pop(source, None)
            for source, sql in _LEADS:
                if keys.get(source):
                    target = _LEADS_TO[source]
                    for marks, chunk in _chunks(keys[source]):
                        cur.execute(sql.format(marks=marks), (office, *chunk))
                        for found in cur.fetchall():
                            for projection, key in zip(target, found, strict=True):
                                if key is not None:
                                    keys[projection].add(key)
            self._count_in(cur, office, keys)
            for projection, work_out in _PROJECTIONS:
                for marks, chunk in _chunks(keys.get(projection, ())):
                    work_out(cur, office, marks, chunk)
            raised = Raised(cur, office, keys.get("moved", set()))
            for projection, find in _EXCEPTIONS:
                for marks, chunk in _chunks(keys.get(projection, ())):
                    find(raised, marks, chunk)
        self._keep_series(cur)

    def _count_in(self, cur: Cursor, office: int, keys: Keys) -> None:
        """Leave of the connections only those that have to be worked out anew."""
        new = {connection: read for connection, read in self._new[office].items() if read is not None}
        for _, chunk in _chunks(keys["use"] & new.keys()):
            if uses.go_on(cur, office, {c: new[c] for c in chunk}):
                keys["use"] -= set(chunk)

    def _keep_series(self, cur: Cursor) -> None:
        cur.executemany(
            'INSERT INTO series (office_no, series, "last") VALUES (?, ?, ?) ON CONFLICT (office_no, series) '
            'DO UPDATE SET "last" = excluded."last" WHERE excluded."last" > series."last"',
            [(*key, last) for key, last in self.series.items()],
        )


_FOLLOWS: dict[str, tuple[tuple[str, str], ...]] = {
    "customer": (("search", "id"),),
    "connection": (("search", "customer_id"),),
    "meter": (("connection", "connection_id"),),
    "reading": (("use", "connection_id"),),
    "bill": (("bill", "id"), ("balance", "customer_id"), ("bill_code", "code")),
    "allocation": (("bill", "bill_id"), ("balance", "customer_id"), ("money", "receipt_id")),
    "receipt": (("session", "session_id"), ("receipt_code", "code")),
    "reversal": (("receipt", "receipt_id"), ("session", "session_id")),
    "session_opened": (("session", "id"), ("session_opened_code", "code")),
    "session_closed": (("session", "session_id"),),
    "remittance": (("session", "session_id"), ("remittance_code", "code")),
    "payout": (
        ("session", "session_id"),
        ("refund", "request_id"),
        ("paid_out", "request_id"),
        ("payout_code", "code"),
    ),
    "request": (("request", "id"), ("request_code", "code")),
    "request_event": (("request", "request_id"), ("refund", "request_id")),
    "letter": (("letter_code", "code"),),
    "work_order": (("order", "id"), ("work_order_code", "code")),
    "work_order_event": (("order", "work_order_id"),),
    "contract": (("contract_code", "code"),),
    "ruling": (("ruled", "entry_id"),),
}
"""Table -> (projection or source of one, the column with its key)."""

_MAY_END = {
    "use": "connection_use",
    "request": "request_state",
    "balance": "customer_balance",
    "order": "work_order_state",
}
"""Projections without a row when no fact is left to stand on."""

FOLLOWED = tuple(_FOLLOWS)
"""The tables on which projections stand."""

_WORKED_OUT = {
    "use": "connection_use",
    "bill": "bill_state",
    "balance": "customer_balance",
    "session": "session_state",
    "request": "request_state",
    "order": "work_order_state",
}
"""Projection -> its table, with a row for each key."""

_OWN_STATE = {
    "bill": "bill_state",
    "session_opened": "session_state",
    "request": "request_state",
    "work_order": "work_order_state",
}
"""Facts with a projection under their own id."""

_SEARCHED = {"customer", "connection", "meter"}
_FOR_SEARCH = (*_SEARCHED, "search")
"""Keys that lead nowhere but to the search."""

_PAPERS = {
    "bill", "receipt", "request", "session_opened", "remittance", "payout", "letter", "work_order",
    "contract",
}  # fmt: skip
"""Facts with a number of their own, of which there may be no two."""
_NUMBERED = _PAPERS | {"incident"}

_LEADS: tuple[tuple[str, str], ...] = (
    ("meter", "SELECT connection_id FROM meter WHERE office_no = ? AND id IN ({marks})"),
    ("connection", "SELECT customer_id FROM connection WHERE office_no = ? AND id IN ({marks})"),
    ("customer", "SELECT id FROM customer WHERE office_no = ? AND id IN ({marks})"),
    (
        "receipt",
        "SELECT bill_id, customer_id, receipt_id FROM allocation WHERE office_no + 0 = ? "
        "AND receipt_id IN ({marks})",
    ),
    ("bill", "SELECT customer_id FROM bill WHERE office_no = ? AND id IN ({marks})"),
    # Which payout of a request was the first says of the others' receipts what was used twice.
    (
        "paid_out",
        "SELECT a.receipt_id FROM payout p JOIN allocation a ON a.office_no + 0 = p.office_no "
        "AND a.customer_id = p.customer_id AND a.payout_id IS NOT NULL WHERE p.office_no + 0 = ? "
        "AND p.request_id IN ({marks})",
    ),
)
_LEADS_TO = {
    "meter": ("connection",),
    "connection": ("search",),
    "customer": ("search",),
    "receipt": ("bill", "balance", "money"),
    "bill": ("balance",),
    "paid_out": ("money",),
}


def _chunks(keys: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    ordered = sorted(keys)
    for at in range(0, len(ordered), CHUNK):
        chunk = ordered[at : at + CHUNK]
        yield ", ".join("?" * len(chunk)), chunk


_COUNTS = (
    "(CASE WHEN a.payout_id IS NOT NULL THEN 1 ELSE 1 - (SELECT count(*) FROM reversal r "
    "WHERE r.receipt_id = a.receipt_id AND r.office_no + 0 = a.office_no) END)"
)
"""A receipt's money counts once, less once for each reversal: nothing is lost even if reversed twice. What
was paid out of it has gone out, whatever becomes of the receipt."""


def _bills(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> None:
    cur.execute(
        'INSERT INTO bill_state (office_no, id, customer_id, total, paid, "open", due_on) '
        "SELECT office_no, id, customer_id, total, paid, CASE WHEN paid < total THEN 1 ELSE 0 END, due_on "
        "FROM ("
        "SELECT b.office_no, b.id, b.customer_id, b.total, b.due_on, "
        f"coalesce((SELECT sum(a.amount * {_COUNTS}) FROM allocation a "
        "WHERE a.bill_id = b.id AND a.office_no + 0 = b.office_no), 0) AS paid "
        f"FROM bill b WHERE b.office_no = ? AND b.id IN ({marks})) AS worked_out WHERE true "
        "ON CONFLICT (office_no, id) DO UPDATE SET customer_id = excluded.customer_id, "
        'total = excluded.total, paid = excluded.paid, "open" = excluded."open", '
        "due_on = excluded.due_on",
        (office, *ids),
    )


def _balances(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> None:
    cur.execute(
        f"WITH c (id) AS (VALUES {marks.replace('?', '(?)')}) "
        "INSERT INTO customer_balance (office_no, id, owed, credit) "
        "SELECT ?, c.id, "
        "coalesce((SELECT sum(CASE WHEN s.total > s.paid THEN s.total - s.paid ELSE 0 END) "
        "FROM bill_state s WHERE s.customer_id = c.id AND s.office_no + 0 = ?), 0), "
        # What was paid for a bill that takes no effect is the customer's all the same.
        f"coalesce((SELECT sum(a.amount * {_COUNTS}) FROM allocation a "
        "WHERE a.customer_id = c.id AND a.office_no + 0 = ? AND (a.bill_id IS NULL OR (SELECT count(*) "
        "FROM bill_state s WHERE s.office_no = a.office_no AND s.id = a.bill_id) = 0)), 0) + "
        "coalesce((SELECT sum(CASE WHEN s.paid > s.total THEN s.paid - s.total ELSE 0 END) "
        "FROM bill_state s WHERE s.customer_id = c.id AND s.office_no + 0 = ?), 0) FROM c "
        # Not EXISTS: PostgreSQL may answer that of all rows at once, by a walk through the table.
        "WHERE (SELECT count(*) FROM bill_state s WHERE s.customer_id = c.id AND s.office_no + 0 = ?) > 0 "
        "OR (SELECT count(*) FROM allocation a WHERE a.customer_id = c.id AND a.office_no + 0 = ?) > 0 "
        "ON CONFLICT (office_no, id) DO UPDATE SET owed = excluded.owed, credit = excluded.credit",
        (*ids, *(office,) * 6),
    )


def _sessions(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> None:
    cur.execute(
        "WITH w AS MATERIALIZED ("  # each sum once, where it is used twice
        "SELECT o.office_no, o.id, o.float_amount, "
        "(SELECT count(*) FROM receipt p WHERE p.session_id = o.id AND p.office_no + 0 = o.office_no) "
        "AS receipts, "
        "coalesce((SELECT sum(p.total) FROM receipt p "
        "WHERE p.session_id = o.id AND p.office_no + 0 = o.office_no), 0) AS received, "
        "(SELECT count(*) FROM reversal v WHERE v.session_id = o.id AND v.office_no + 0 = o.office_no) "
        "AS reversals, "
        "coalesce((SELECT sum(v.amount) FROM reversal v "
        "WHERE v.session_id = o.id AND v.office_no + 0 = o.office_no), 0) AS returned, "
        "coalesce((SELECT sum(y.amount) FROM payout y "
        "WHERE y.session_id = o.id AND y.office_no + 0 = o.office_no), 0) AS paid_out, "
        "(SELECT x.counted FROM session_closed x WHERE x.session_id = o.id AND x.office_no + 0 = o.office_no "
        "ORDER BY x.hlc, x.device, x.id LIMIT 1) AS counted, "
        "coalesce((SELECT sum(m.amount) FROM remittance m "
        "WHERE m.session_id = o.id AND m.office_no + 0 = o.office_no), 0) AS remitted "
        f"FROM session_opened o WHERE o.office_no = ? AND o.id IN ({marks})) "
        'INSERT INTO session_state (office_no, id, "open", receipts, received, reversals, returned, '
        "paid_out, expected, counted, remitted) "
        "SELECT w.office_no, w.id, CASE WHEN w.counted IS NULL THEN 1 ELSE 0 END, w.receipts, w.received, "
        "w.reversals, w.returned, w.paid_out, "
        "w.float_amount + w.received - w.returned - w.paid_out, w.counted, w.remitted FROM w WHERE true "
        'ON CONFLICT (office_no, id) DO UPDATE SET "open" = excluded."open", '
        "receipts = excluded.receipts, "
        "received = excluded.received, reversals = excluded.reversals, returned = excluded.returned, "
        "paid_out = excluded.paid_out, expected = excluded.expected, counted = excluded.counted, "
        "remitted = excluded.remitted",
        (office, *ids),
    )


def _search(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> None:
    cur.execute(
        "SELECT c.id, c.name, c.code, c.phone, c.address, c.ward, k.code, k.address, m.serial "
        "FROM customer c LEFT JOIN connection k ON k.customer_id = c.id AND k.office_no = c.office_no "
        "LEFT JOIN meter m ON m.connection_id = k.id AND m.office_no = c.office_no "
        f"WHERE c.office_no = ? AND c.id IN ({marks}) ORDER BY c.id, k.id, m.id",
        (office, *ids),
    )
    words: dict[bytes, tuple[str, dict[str, None], dict[str, None]]] = {}
    for key, name, code, phone, address, ward, point, place, serial in cur.fetchall():
        doc = words.setdefault(key, (name, {}, {}))
        doc[1].update(dict.fromkeys(t for t in (code, phone, point, serial) if t))
        doc[2].update(dict.fromkeys(t for t in (address, ward, place) if t))
    docs = {k: (fold(n), fold(" ".join(c)), fold(" ".join(a))) for k, (n, c, a) in words.items()}
    cur.execute(f"SELECT id, rowid, name, codes, address FROM search_doc WHERE id IN ({marks})", ids)
    there = {row[0]: row[1:] for row in cur.fetchall()}
    new = [k for k in docs if k not in there]
    changed = [k for k in docs if k in there and there[k][1:] != docs[k]]
    gone = [k for k in there if k not in docs]
    if changed or gone:
        cur.executemany(
            "INSERT INTO customer_search (customer_search, rowid, name, codes, address) "
            "VALUES ('delete', ?, ?, ?, ?)",
            [there[k] for k in (*changed, *gone)],
        )
        cur.executemany("DELETE FROM search_doc WHERE id = ?", [(k,) for k in gone])
        cur.executemany(
            "UPDATE search_doc SET name = ?, codes = ?, address = ? WHERE id = ?",
            [(*docs[k], k) for k in changed],
        )
    if new:
        cur.executemany(
            "INSERT INTO search_doc (id, name, codes, address) VALUES (?, ?, ?, ?)",
            [(k, *docs[k]) for k in new],
        )
    for some in (new, changed):
        cur.executemany(
            "INSERT INTO customer_search (rowid, name, codes, address) "
            "SELECT rowid, name, codes, address FROM search_doc WHERE id = ?",
            [(k,) for k in some],
        )


_PROJECTIONS: tuple[tuple[str, WorkOut], ...] = (
    ("search", _search),
    ("use", uses.fold),
    ("bill", _bills),
    ("balance", _balances),
    ("session", _sessions),
    ("request", request_states.fold),
    ("order", work_orders.fold),
)
"""In this order: balances stand on bill states."""


def _codes(table: str) -> tuple[str, Find]:
    return f"{table}_code", lambda raised, marks, codes: exceptions.same_code(raised, table, marks, codes)


_EXCEPTIONS: tuple[tuple[str, Find], ...] = (
    ("use", exceptions.two_readings),
    ("bill", exceptions.overpaid),
    ("money", exceptions.credit_twice),
    ("receipt", exceptions.reversed_twice),
    ("session", exceptions.of_sessions),
    ("refund", payouts.raise_wrong),
    ("request", request_states.misfits),
    ("order", work_orders.misfits),
    ("ruled", exceptions.ruled),
    *(_codes(table) for table in sorted(_PAPERS)),
)
"""What a person must see of what was touched; they stand on the projections."""
