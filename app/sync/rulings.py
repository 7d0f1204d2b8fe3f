"""Rulings of the head office on entries: a stamp that counts as another, or an act that takes no effect. An
entry that was applied before its ruling came is set right here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.models.store import Cursor
from app.sync.digest import Digests, rows_of
from app.sync.entries import Body, Entry, decode_body, lift
from app.sync.journal import COLUMNS, PAGE, entry_of
from app.sync.merge import Rulings, Stamp, fact_again, refold
from app.sync.projections import Touched
from app.sync.tables import writable


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling on the entry with this id and stamp."""

    office_no: int
    id: bytes
    entry_id: bytes
    hlc: int
    origin: int
    verdict: str
    counts_hlc: int | None

    @classmethod
    def of(cls, office_no: int, row: dict[str, Any]) -> Ruled:
        """From the columns of an entry's row."""
        return cls(
            office_no, row["id"], row["entry_id"], row["entry_hlc"], row["entry_origin"], row["verdict"],
            row.get("counts_hlc"),
        )  # fmt: skip


def rulings_on(cur: Cursor, entries: Sequence[Entry]) -> dict[tuple[bytes, int, int], Ruled]:
    """What the head office has ruled on these entries, by id and stamp. Of two rulings on one entry the first
    in its order counts."""
    cur.execute("SELECT 1 FROM ruling LIMIT 1")
    if cur.fetchone() is None:
        return {}
    found: dict[tuple[bytes, int, int], Ruled] = {}
    for ruled in _on(cur, list({e.id for e in entries})):
        found.setdefault((ruled.entry_id, ruled.hlc, ruled.origin), ruled)
    return found


def _on(cur: Cursor, ids: list[bytes]) -> Iterator[Ruled]:
    for at in range(0, len(ids), PAGE):
        some = ids[at : at + PAGE]
        cur.execute(
            "SELECT office_no, id, entry_id, entry_hlc, entry_origin, verdict, counts_hlc FROM ruling "
            f"WHERE entry_id IN ({', '.join('?' * len(some))}) ORDER BY hlc, device, id",
            some,
        )
        for row in cur.fetchall():
            yield Ruled(*row)


def take_back(cur: Cursor, ruled: Ruled, rulings: Rulings, touched: Touched, digests: Digests) -> None:
    """Set right what an entry has done that was applied as it came."""
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    for source in ("entry", "orphan"):
        cur.execute(
            f"SELECT {names} FROM {source} WHERE id = ? AND hlc = ? AND origin = ? LIMIT 1",
            (ruled.entry_id, ruled.hlc, ruled.origin),
        )
        row = cur.fetchone()
        if row is not None:
            break
    else:
        return
    entry = entry_of(row)
    same = [r for r in _on(cur, [entry.id]) if (r.hlc, r.origin) == (ruled.hlc, ruled.origin)]
    others = [r for r in same if r.id != ruled.id]
    if same[0].id != ruled.id or _parked(cur, ruled):
        return
    was = (entry.hlc if not others else others[0].counts_hlc or entry.hlc, entry.origin)
    body = lift(decode_body(entry.body), entry.schema)
    for rows in body.rows:
        touched.moving(cur, entry.office_no, rows.table, [r[0] for r in rows.rows])
    ids = _rows_by_table(body)
    for table, of_table in ids.items():
        digests.add(entry.office_no, table, rows_of(cur, table, entry.office_no, of_table), -1)
    if ruled.verdict == "not_allowed":
        _undo(cur, entry, body, was, rulings, touched)
    elif rulings.stamp((entry.hlc, entry.origin)) != was:
        _stamp_anew(cur, entry, body, was, rulings)
    for table, of_table in ids.items():
        digests.add(entry.office_no, table, rows_of(cur, table, entry.office_no, of_table))
    touched.note(entry.office_no, body)


def _parked(cur: Cursor, ruled: Ruled) -> bool:
    cur.execute(
        "SELECT 1 FROM entry e JOIN parked p ON p.office_no = e.office_no AND p.device = e.device "
        'AND p."number" = e."number" WHERE e.id = ? AND e.hlc = ? AND e.origin = ?',
        (ruled.entry_id, ruled.hlc, ruled.origin),
    )
    return cur.fetchone() is not None


def _rows_by_table(body: Body) -> dict[str, list[bytes]]:
    ids: dict[str, dict[bytes, None]] = {}
    for rows in body.rows:
        ids.setdefault(rows.table, {}).update(dict.fromkeys(r[0] for r in rows.rows))
    for edit in body.edits:
        ids.setdefault(edit.table, {})[edit.id] = None
    return {table: list(found) for table, found in ids.items()}


def _stamp_anew(cur: Cursor, entry: Entry, body: Body, was: Stamp, rulings: Rulings) -> None:
    office, stamp = entry.office_no, rulings.stamp((entry.hlc, entry.origin))
    for rows in body.rows:
        info = writable()[rows.table]
        for row in rows.rows:
            if info.kind == "card":
                cur.execute(
                    f'UPDATE "{info.name}" SET made_hlc = ? WHERE office_no = ? AND id = ? AND made_hlc = ? '
                    "AND made_device = ?",
                    (stamp[0], office, row[0], *was),
                )
                _rebase(cur, office, info.name, row[0], was, stamp)
                refold(cur, info, row[0], office, info.columns[1:], rulings)
                continue
            cur.execute(
                f'UPDATE "{info.name}" SET hlc = ? WHERE office_no = ? AND id = ? AND hlc = ? AND device = ? '
                'AND NOT EXISTS (SELECT 1 FROM "exception" x WHERE x.office_no = ? AND x.row_id = ? '
                "AND x.kind IN ('same_id', 'repeat'))",
                (stamp[0], office, row[0], *was, office, row[0]),
            )
            if cur.rowcount == 0:
                fact_again(cur, info, rows.columns, row, office, stamp, was)
    for edit in body.edits:
        info = writable()[edit.table]
        cur.execute(
            "UPDATE field_change SET hlc = ? WHERE office_no = ? AND table_name = ? AND row_id = ? "
            "AND hlc = ? AND device = ?",
            (stamp[0], office, edit.table, edit.id, *was),
        )
        _rebase(cur, office, edit.table, edit.id, was, stamp)
        refold(cur, info, edit.id, office, [f[0] for f in edit.fields], rulings)


def _rebase(cur: Cursor, office: int, table: str, row: bytes, was: Stamp, stamp: Stamp) -> None:
    """Changes that were built on what has another stamp now."""
    cur.execute(
        "UPDATE field_change SET base_hlc = ? WHERE office_no = ? AND table_name = ? AND row_id = ? "
        "AND base_hlc = ? AND base_device = ?",
        (stamp[0], office, table, row, *was),
    )


def _undo(cur: Cursor, entry: Entry, body: Body, was: Stamp, rulings: Rulings, touched: Touched) -> None:
    office, made = entry.office_no, (entry.hlc, entry.origin)
    for rows in body.rows:
        info = writable()[rows.table]
        stamp = ("made_hlc", "made_device") if info.kind == "card" else ("hlc", "device")
        ids = [row[0] for row in rows.rows]
        cur.executemany(
            f'DELETE FROM "{info.name}" WHERE office_no = ? AND id = ? AND {stamp[0]} = ? AND {stamp[1]} = ?',
            [(office, id, *was) for id in ids],
        )
        touched.ended(cur, office, rows.table, ids)
    for edit in body.edits:
        cur.execute(
            "DELETE FROM field_change WHERE office_no = ? AND table_name = ? AND row_id = ? AND hlc = ? "
            "AND device = ?",
            (office, edit.table, edit.id, *was),
        )
        refold(cur, writable()[edit.table], edit.id, office, [f[0] for f in edit.fields], rulings)
    cur.execute(
        'INSERT INTO parked (office_no, device, "number", reason) SELECT office_no, device, "number", '
        "'not_allowed' FROM entry WHERE id = ? AND hlc = ? AND origin = ? ON CONFLICT DO NOTHING",
        (entry.id, *made),
    )
    cur.execute(
        "UPDATE orphan SET reason = 'not_allowed' WHERE id = ? AND hlc = ? AND origin = ?", (entry.id, *made)
    )
