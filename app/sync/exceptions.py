"""Exceptions that the rows themselves raise. Each is a pure function of the rows it stands on, worked out
anew for every key that an entry touches: raised while they say so, dropped when they no longer do.

(`app/sync/merge.py` raises "concurrent", "same_id" and "repeat", where it sees two writings of one row.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from app.domain.exceptions import Read, disputed
from app.models.base import canonical_json
from app.models.store import Cursor
from app.sync.entries import decode_body
from app.sync.merge import PUT_EXCEPTION, exception_id

Standing = dict[Any, Any]
"""Key -> what the exception says of it."""


class Raised:
    """The exceptions of one office while a transaction works out what it touched. `moved`: the codes of
    numbered rows that were overwritten or are gone."""

    def __init__(self, cur: Cursor, office: int, moved: Collection[str] = ()) -> None:
        self.cur = cur
        self.office = office
        self.moved = moved

    def derive(self, kind: str, table: str, rows: Sequence[bytes], standing: Mapping[bytes, Any]) -> None:
        """Of these rows raise what stands, drop what does not."""
        self.cur.execute(
            f'SELECT row_id FROM "exception" WHERE office_no + 0 = ? AND row_id IN ({_marks(rows)}) '
            "AND kind = ?",
            (self.office, *rows, kind),
        )
        gone = [row for (row,) in self.cur.fetchall() if row not in standing]
        self.drop(exception_id(kind, table, row) for row in gone)
        self.put(kind, table, [(exception_id(kind, table, row), row, said) for row, said in standing.items()])

    def put(self, kind: str, table: str, found: Sequence[tuple[bytes, bytes, Any]]) -> None:
        """Raise exceptions, or bring them up to date: id, row, what it says."""
        self.cur.executemany(
            PUT_EXCEPTION,
            [(self.office, id, kind, table, row, canonical_json(said)) for id, row, said in found],
        )

    def drop(self, ids: Iterable[bytes]) -> None:
        """Take exceptions back."""
        self.cur.executemany(
            'DELETE FROM "exception" WHERE office_no = ? AND id = ?', [(self.office, id) for id in ids]
        )


# -- money ------------------------------------------------------------------------------------------------

AGAIN = (
    "EXISTS (SELECT 1 FROM payout p JOIN payout q ON q.office_no + 0 = p.office_no "
    "AND q.request_id = p.request_id AND (q.hlc < p.hlc OR (q.hlc = p.hlc AND (q.device < p.device "
    "OR (q.device = p.device AND q.id < p.id)))) WHERE p.office_no = a.office_no AND p.id = a.payout_id)"
)
"""Of an allocation `a`: it is of a payout that was not the first of its request."""


def overpaid(raised: Raised, marks: str, bills: Sequence[bytes]) -> None:
    """A bill that got more than it is. It says which receipts brought the money and stand: using the surplus
    for another bill changes nothing of it."""
    cur, office = raised.cur, raised.office
    cur.execute(
        f"SELECT id FROM bill_state WHERE paid > total AND office_no = ? AND id IN ({marks})",
        (office, *bills),
    )
    found = [bill for (bill,) in cur.fetchall()]
    payers: dict[bytes, set[str]] = {bill: set() for bill in found}
    if found:
        cur.execute(
            "SELECT DISTINCT a.bill_id, a.receipt_id FROM allocation a WHERE a.office_no + 0 = ? "
            f"AND a.bill_id IN ({_marks(found)}) AND a.amount > 0 AND NOT EXISTS (SELECT 1 FROM reversal v "
            "WHERE v.office_no + 0 = a.office_no AND v.receipt_id = a.receipt_id)",
            (office, *found),
        )
        for bill, receipt in cur.fetchall():
            payers[bill].add(receipt.hex())
    raised.derive("overpaid", "bill", bills, {bill: {"receipts": sorted(payers[bill])} for bill in found})


def credit_twice(raised: Raised, marks: str, receipts: Sequence[bytes]) -> None:
    """A receipt whose money was taken from one place (the credit, or a bill paid too much) more often than it
    was there, by desks that knew nothing of each other. Once it is taken back, its money counts nowhere: then
    lacks what was paid out of it. A refund that was paid out once more is told as that ("paid_out_twice")."""
    cur, office = raised.cur, raised.office
    counts = f"(a.payout_id IS NULL OR NOT {AGAIN})"
    cur.execute(
        "SELECT a.receipt_id, a.bill_id, sum(a.amount) FROM allocation a WHERE a.office_no + 0 = ? "
        f"AND a.receipt_id IN ({marks}) AND {counts} "
        "GROUP BY a.receipt_id, a.bill_id HAVING sum(a.amount) < 0",
        (office, *receipts),
    )
    lacking = cur.fetchall()
    cur.execute(
        "SELECT a.receipt_id, a.bill_id, sum(CASE WHEN a.payout_id IS NULL THEN 0 ELSE a.amount END) "
        "FROM reversal v JOIN allocation a ON a.office_no + 0 = v.office_no AND a.receipt_id = v.receipt_id "
        f"WHERE v.office_no + 0 = ? AND v.receipt_id IN ({marks}) AND {counts} "
        "GROUP BY v.id, a.receipt_id, a.bill_id",
        (office, *receipts),
    )
    back: dict[bytes, dict[bytes | None, int]] = defaultdict(dict)
    for receipt, bill, paid_out in cur.fetchall():
        back[receipt][bill] = int(paid_out)
    places: dict[bytes, list[list[Any]]] = defaultdict(list)
    for receipt, bill, sum_ in lacking:
        if receipt not in back:
            places[receipt].append([bill.hex() if bill else "", int(sum_)])
    for receipt, gone in back.items():
        for bill, paid_out in gone.items():
            if paid_out < 0:
                places[receipt].append([bill.hex() if bill else "", paid_out])
    raised.derive(
        "credit_twice", "receipt", receipts, {key: {"places": sorted(each)} for key, each in places.items()}
    )


def reversed_twice(raised: Raised, marks: str, receipts: Sequence[bytes]) -> None:
    """A receipt that two desks took back: the money went out twice."""
    cur, office = raised.cur, raised.office
    cur.execute(
        f"SELECT receipt_id, id FROM reversal WHERE office_no + 0 = ? AND receipt_id IN ({marks})",
        (office, *receipts),
    )
    back: dict[bytes, list[str]] = defaultdict(list)
    for receipt, id in cur.fetchall():
        back[receipt].append(id.hex())
    standing = {key: {"reversals": sorted(ids)} for key, ids in back.items() if len(ids) > 1}
    raised.derive("reversed_twice", "receipt", receipts, standing)


def of_sessions(raised: Raised, marks: str, sessions: Sequence[bytes]) -> None:
    """ "late": what happened in a session after it was first closed. "remitted": handed in is not what was
    counted less the money that stays in the drawer."""
    cur, office = raised.cur, raised.office
    cur.execute(
        "SELECT session_id, id FROM session_closed WHERE office_no + 0 = ? "
        f"AND session_id IN ({marks}) ORDER BY hlc, device, id",
        (office, *sessions),
    )
    closings: dict[bytes, list[bytes]] = defaultdict(list)
    for session, id in cur.fetchall():
        closings[session].append(id)
    late: dict[bytes, dict[str, list[str]]] = defaultdict(dict)
    differing: Standing = {}
    if closings:
        closed = list(closings)
        for name, table in (("receipts", "receipt"), ("reversals", "reversal"), ("payouts", "payout")):
            cur.execute(
                f"SELECT DISTINCT x.session_id, p.id FROM session_closed x JOIN {table} p "
                "ON p.office_no + 0 = x.office_no AND p.session_id = x.session_id "
                f"WHERE x.office_no + 0 = ? AND x.session_id IN ({_marks(closed)}) "
                "AND (p.hlc > x.hlc OR (p.hlc = x.hlc AND p.device > x.device)) ORDER BY p.id",
                (office, *closed),
            )
            for session, id in cur.fetchall():
                late[session].setdefault(name, []).append(id.hex())
        for session, (_, *again) in closings.items():
            if again:
                late[session]["closings"] = sorted(id.hex() for id in again)
        cur.execute(
            "SELECT s.id, s.counted - o.float_amount, s.remitted FROM session_state s JOIN session_opened o "
            "ON o.office_no = s.office_no AND o.id = s.id "
            f"WHERE s.office_no = ? AND s.id IN ({_marks(closed)}) "
            "AND s.remitted <> 0 AND s.remitted <> s.counted - o.float_amount",
            (office, *closed),
        )
        differing = {key: {"due": due, "remitted": remitted} for key, due, remitted in cur.fetchall()}
    raised.derive("late", "session_opened", sessions, late)
    raised.derive("remitted", "session_opened", sessions, differing)


# -- readings, codes, rulings ------------------------------------------------------------------------------


def two_readings(raised: Raised, marks: str, connections: Sequence[bytes]) -> None:
    """Indexes of one period of which none sets the other right."""
    cur, office = raised.cur, raised.office
    # Which periods have several is told by the index alone; only those are looked into.
    cur.execute(
        "SELECT connection_id, period, id, hlc, device, replaces, meter_id, present FROM reading "
        "WHERE office_no + 0 = ? AND (connection_id, period) IN (SELECT connection_id, period FROM reading "
        f"WHERE connection_id IN ({marks}) GROUP BY connection_id, period HAVING count(*) > 1)",
        (office, *connections),
    )
    several: dict[tuple[bytes, str], list[Read]] = defaultdict(list)
    for connection, period, *read in cur.fetchall():
        several[connection, period].append(Read(*read))
    standing: Standing = {}
    for connection, period in sorted(several):
        rivals = disputed(several[connection, period])
        if rivals and connection not in standing:
            standing[connection] = {"period": period, "readings": sorted(r.id.hex() for r in rivals)}
    raised.derive("two_readings", "connection", connections, standing)


def same_code(raised: Raised, table: str, marks: str, codes: Sequence[str]) -> None:
    """Rows of a numbered table with one code: two papers with one number are out. It is known by the code;
    of the rows the earliest is shown with it."""
    cur, office = raised.cur, raised.office
    cur.execute(
        f"SELECT code FROM {table} WHERE office_no + 0 = ? AND code IN ({marks}) "
        "GROUP BY code HAVING count(*) > 1",
        (office, *codes),
    )
    doubled = {code: exception_id("same_code", table, b"", code) for (code,) in cur.fetchall()}
    rows: dict[str, list[bytes]] = defaultdict(list)
    if doubled:
        cur.execute(
            f"SELECT code, id FROM {table} WHERE office_no + 0 = ? AND code IN ({_marks(doubled)}) "
            "ORDER BY hlc, device, id",
            (office, *doubled),
        )
        for code, id in cur.fetchall():
            rows[code].append(id)
    raised.put(
        "same_code",
        table,
        [
            (doubled[code], ids[0], {"code": code, "rows": [id.hex() for id in ids]})
            for code, ids in rows.items()
        ],
    )
    # It ends only when one of the rows is overwritten or gone.
    raised.drop(
        exception_id("same_code", table, b"", code)
        for code in codes
        if code in raised.moved and code not in doubled
    )


def ruled(raised: Raised, marks: str, entries: Sequence[bytes]) -> None:
    """An entry that the head office has ruled to be without effect, since its author may not do such a
    thing."""
    raised.cur.execute(
        "SELECT entry_id, entry_hlc, entry_origin FROM ruling "
        f"WHERE office_no + 0 = ? AND entry_id IN ({marks}) AND verdict = 'not_allowed'",
        (raised.office, *entries),
    )
    standing = {entry: {"hlc": hlc, "origin": origin} for entry, hlc, origin in raised.cur.fetchall()}
    raised.derive("ruled", "entry", entries, standing)


def _marks(keys: Iterable[Any]) -> str:
    return ", ".join("?" for _ in keys)


# -- what a copy said --------------------------------------------------------------------------------------


def written(body: bytes, table: str, row: bytes) -> dict[str, Any] | None:
    """What an entry's body says of a row, raw; None when it writes no such row."""
    for rows in decode_body(body).rows:
        if rows.table == table:
            for values in rows.rows:
                if values[0] == row:
                    return dict(zip(rows.columns, values, strict=True))
    return None
