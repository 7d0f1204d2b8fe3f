"""Exceptions that the rows themselves raise. Each is a pure function of the rows it stands on, worked out
anew for every key that an entry touches: raised while they say so, dropped when they no longer do.

(`app/sync/merge.py` raises "concurrent", "same_id" and "repeat", where it sees two writings of one row.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.domain.exceptions import Read, disputed
from app.models.base import canonical_json
from app.models.store import Cursor
from app.sync.entries import decode_body
from app.sync.merge import PUT_EXCEPTION, exception_id

FEW = 16
"""So many keys are looked up one by one; for more it is asked first whether there is anything to drop."""

Standing = dict[Any, Any]
"""Key -> what the exception says of it."""


class Raised:
    """The exceptions of one office while a transaction works out what it touched."""

    def __init__(self, cur: Cursor, office: int) -> None:
        self.cur = cur
        self.office = office
        self._kinds: set[str] | None = None

    def derive(
        self,
        kind: str,
        table: str,
        keys: Sequence[Any],
        standing: Mapping[Any, Any],
        rows: Mapping[Any, bytes] | None = None,
    ) -> None:
        """Raise what stands of these keys, drop what does not. A key is the id of a row of `table`; one that
        is not (a code) has the row it is shown with in `rows`."""
        if self._may_stand(kind, len(keys)):
            gone = [exception_id(kind, table, *_named(key)) for key in keys if key not in standing]
            self._drop(gone)
        self.cur.executemany(
            PUT_EXCEPTION,
            [
                (
                    self.office,
                    exception_id(kind, table, *_named(key)),
                    kind,
                    table,
                    rows[key] if rows else key,
                    canonical_json(said),
                )
                for key, said in standing.items()
            ],
        )
        if standing and self._kinds is not None:
            self._kinds.add(kind)

    def _may_stand(self, kind: str, keys: int) -> bool:
        """Whether an exception of this kind may be there. Among thousands of new rows none is, as a rule, and
        the ids of all of them need not be worked out."""
        if keys <= FEW:
            return True
        if self._kinds is None:
            self.cur.execute('SELECT DISTINCT kind FROM "exception" WHERE office_no = ?', (self.office,))
            self._kinds = {found for (found,) in self.cur.fetchall()}
        return kind in self._kinds

    def _drop(self, ids: Sequence[bytes]) -> None:
        if not ids:
            return
        marks = ", ".join("?" * len(ids))
        self.cur.execute(
            f'DELETE FROM "exception" WHERE office_no = ? AND id IN ({marks})', (self.office, *ids)
        )


def _named(key: Any) -> tuple[bytes, str]:
    """What an exception's id is made of, besides its kind and table."""
    return (b"", key) if isinstance(key, str) else (key, "")


# -- money ------------------------------------------------------------------------------------------------


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
    was there, by desks that knew nothing of each other. Once it is taken back, its money counts nowhere."""
    cur, office = raised.cur, raised.office
    cur.execute(
        "SELECT receipt_id, bill_id, sum(amount) FROM allocation WHERE office_no + 0 = ? "
        f"AND receipt_id IN ({marks}) GROUP BY receipt_id, bill_id HAVING sum(amount) < 0",
        (office, *receipts),
    )
    places: dict[bytes, list[list[Any]]] = defaultdict(list)
    for receipt, bill, lacking in cur.fetchall():
        places[receipt].append([bill.hex() if bill else "", int(lacking)])
    if places:
        cur.execute(
            f"SELECT receipt_id FROM reversal WHERE office_no + 0 = ? AND receipt_id IN ({_marks(places)})",
            (office, *places),
        )
        for (receipt,) in cur.fetchall():
            places.pop(receipt, None)
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
        for name, table in (("receipts", "receipt"), ("reversals", "reversal")):
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
    """Rows of a numbered table with one code: two papers with one number are out."""
    cur, office = raised.cur, raised.office
    # Sessions and slips have no index by their code: an office has few of them.
    here = "office_no + 0 = ?" if table in ("bill", "receipt", "request") else "office_no = ?"
    cur.execute(
        f"SELECT code FROM {table} WHERE {here} AND code IN ({marks}) GROUP BY code HAVING count(*) > 1",
        (office, *codes),
    )
    doubled = [code for (code,) in cur.fetchall()]
    rows: dict[str, list[bytes]] = defaultdict(list)
    if doubled:
        cur.execute(
            f"SELECT code, id FROM {table} WHERE {here} AND code IN ({_marks(doubled)}) "
            "ORDER BY hlc, device, id",
            (office, *doubled),
        )
        for code, id in cur.fetchall():
            rows[code].append(id)
    standing = {code: {"code": code, "rows": [i.hex() for i in ids]} for code, ids in rows.items() if ids[1:]}
    raised.derive("same_code", table, codes, standing, {code: ids[0] for code, ids in rows.items()})


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
