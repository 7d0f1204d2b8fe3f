"""Rulings of the head office on entries: a stamp that counts as another, or an act that takes no effect. An
entry that was applied before its ruling came is set right here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.models.store import Cursor
from app.sync.digest import Digests, rows_of
from app.sync.entries import Body, Entry, decode_body, lift
from app.sync.journal import COLUMNS, PAGE, entry_of
from app.sync.merge import WAITS, Rulings, Stamp, card_undone, fact_again, fact_undone, refold
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


def forbidden(cur: Cursor, entries: Sequence[Entry]) -> set[tuple[bytes, int, int]]:
    """Those of some entries, by id and stamp, that the head office has ruled to take no effect."""
    cur.execute("SELECT 1 FROM ruling WHERE counts_hlc IS NULL LIMIT 1")
    if cur.fetchone() is None:
        return set()
    found = set()
    ids = list({e.id for e in entries})
    for at in range(0, len(ids), PAGE):
        some = ids[at : at + PAGE]
        cur.execute(
            "SELECT entry_id, entry_hlc, entry_origin FROM ruling WHERE counts_hlc IS NULL AND entry_id IN "
            f"({', '.join('?' * len(some))})",
            some,
        )
        found |= {(id, hlc, origin) for id, hlc, origin in cur.fetchall()}
    return found


def stamps_in(cur: Cursor, office: int) -> Rulings:
    """Which stamps count as others in an office; of two rulings on one, the first in the head office's
    order."""
    cur.execute(
        "SELECT entry_hlc, entry_origin, counts_hlc FROM ruling WHERE office_no = ? AND counts_hlc IS NOT "
        "NULL ORDER BY hlc DESC, device DESC, id DESC",
        (office,),
    )
    return Rulings({(hlc, origin): (counts, origin) for hlc, origin, counts in cur.fetchall()})


def take_back(
    cur: Cursor,
    ruled: Iterable[Ruled],
    done: Container[tuple[bytes, int, int]],
    before: Mapping[int, Rulings],
    now: Mapping[int, Rulings],
    touched: Touched,
    digests: Digests,
) -> None:
    """Set right what entries have done that were applied as they came; `done` are those that were applied
    with the rulings or come after them, by id and stamp: they know of them. `before` and `now`: by office the
    rulings without and with these."""
    # Once for each stamp: a head office that was put back may have ruled on it twice.
    dated = {(r.office_no, r.hlc, r.origin): r for r in ruled if r.counts_hlc is not None}
    for (office, *_), each in dated.items():
        was = before[office].stamp((each.hlc, each.origin))
        if now[office].stamp((each.hlc, each.origin)) == was:
            continue
        for entry in _meant(cur, each):
            if (entry.id, entry.hlc, entry.origin) not in done and not _parked(cur, entry):
                with _changing(cur, entry, touched, digests) as body:
                    _stamp_anew(cur, entry, body, was, now[office])
    for each in ruled:  # what is undone has its stamp by now
        if each.counts_hlc is None:
            rulings = now[each.office_no]
            for entry in _meant(cur, each):
                if (entry.id, entry.hlc, entry.origin) not in done:
                    was = rulings.stamp((entry.hlc, entry.origin))
                    _withdraw(cur, entry, was, rulings, touched, digests)


@contextmanager
def _changing(cur: Cursor, entry: Entry, touched: Touched, digests: Digests) -> Iterator[Body]:
    """The body of an act that was applied and whose rows change within; what stands on them is worked out
    anew."""
    office, body = entry.office_no, lift(decode_body(entry.body), entry.schema)
    for rows in body.rows:
        touched.moving(cur, office, rows.table, [r[0] for r in rows.rows])
    for edit in body.edits:
        touched.moving(cur, office, edit.table, [edit.id], {f[0] for f in edit.fields})
    ids = _rows_by_table(body)
    for table, of_table in ids.items():
        digests.add(office, table, rows_of(cur, table, office, of_table), -1)
    yield body
    for table, of_table in ids.items():
        digests.add(office, table, rows_of(cur, table, office, of_table))
    for rows in body.rows:  # another copy may stand there now
        touched.moving(cur, office, rows.table, [r[0] for r in rows.rows])
    touched.note(office, body)


def _withdraw(
    cur: Cursor, entry: Entry, was: Stamp, rulings: Rulings, touched: Touched, digests: Digests
) -> None:
    """Take back what an act has done that is not allowed. Changes of a card that is gone with it wait, as
    they do where they come before their card."""
    acts = [(entry, was, "not_allowed")]
    for act, stamp, reason in acts:  # grows as it goes
        if _parked(cur, act):
            if reason == "not_allowed":  # as where the ruling came first
                cur.execute(
                    "UPDATE parked SET reason = 'not_allowed' WHERE reason IN ('waits', 'cannot_apply') AND "
                    "EXISTS (SELECT 1 FROM entry e WHERE e.office_no = parked.office_no AND e.device = "
                    'parked.device AND e."number" = parked."number" AND e.id = ? AND e.hlc = ? '
                    "AND e.origin = ?)",
                    (act.id, act.hlc, act.origin),
                )
            continue
        with _changing(cur, act, touched, digests) as body:
            _undo(cur, act, body, stamp, rulings, touched, reason)
        for table, row in _gone(cur, act.office_no, body):
            acts += [(*changed, WAITS) for changed in _changes_of(cur, act.office_no, table, row, rulings)]


def _gone(cur: Cursor, office: int, body: Body) -> Iterator[tuple[str, bytes]]:
    """The cards made by a body that are not there any more."""
    for rows in body.rows:
        if writable()[rows.table].kind == "card":
            for row in rows.rows:
                if not _is_there(cur, rows.table, office, row[0]):
                    cur.execute(
                        'DELETE FROM "exception" WHERE office_no = ? AND table_name = ? AND row_id = ? '
                        "AND kind = 'concurrent'",
                        (office, rows.table, row[0]),
                    )
                    yield rows.table, row[0]


def _is_there(cur: Cursor, table: str, office: int, row: bytes) -> bool:
    cur.execute(f'SELECT 1 FROM "{table}" WHERE office_no = ? AND id = ?', (office, row))
    return cur.fetchone() is not None


def _changes_of(
    cur: Cursor, office: int, table: str, row: bytes, rulings: Rulings
) -> list[tuple[Entry, Stamp]]:
    """The acts that have changed a card, each with the stamp that counts."""
    cur.execute(
        "SELECT DISTINCT hlc, device FROM field_change WHERE office_no = ? AND table_name = ? AND row_id = ? "
        "ORDER BY hlc, device",
        (office, table, row),
    )
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    found: list[tuple[Entry, Stamp]] = []
    for stamp in cur.fetchall():
        cur.execute(
            "SELECT entry_hlc FROM ruling WHERE office_no = ? AND entry_origin = ? AND counts_hlc = ?",
            (office, stamp[1], stamp[0]),
        )
        for hlc in {stamp[0], *(made for (made,) in cur.fetchall())}:
            if rulings.stamp((hlc, stamp[1])) == tuple(stamp):
                for source in ("entry", "orphan"):
                    cur.execute(
                        f"SELECT {names} FROM {source} WHERE hlc = ? AND origin = ? AND office_no = ?",
                        (hlc, stamp[1], office),
                    )
                    found += [(entry_of(each), tuple(stamp)) for each in cur.fetchall()]
    return found


def _meant(cur: Cursor, ruled: Ruled) -> list[Entry]:
    """The acts that a ruling is about and that are here."""
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    found: dict[tuple[bytes, bytes], Entry] = {}
    for source in ("entry", "orphan"):
        cur.execute(
            f"SELECT {names} FROM {source} WHERE hlc = ? AND origin = ? AND office_no = ?",
            (ruled.hlc, ruled.origin, ruled.office_no),
        )
        for row in cur.fetchall():
            entry = entry_of(row)
            found.setdefault((entry.id, entry.body), entry)
    return [e for e in found.values() if ruled.counts_hlc or e.id == ruled.entry_id]


def _parked(cur: Cursor, entry: Entry) -> bool:
    cur.execute(
        "SELECT 1 FROM entry e JOIN parked p ON p.office_no = e.office_no AND p.device = e.device "
        'AND p."number" = e."number" WHERE e.id = ? AND e.hlc = ? AND e.origin = ?',
        (entry.id, entry.hlc, entry.origin),
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


def _undo(
    cur: Cursor, entry: Entry, body: Body, was: Stamp, rulings: Rulings, touched: Touched, reason: str
) -> None:
    office, made = entry.office_no, (entry.hlc, entry.origin)
    for rows in body.rows:
        info = writable()[rows.table]
        touched.ended(cur, office, rows.table, [row[0] for row in rows.rows])
        for row in rows.rows:
            if info.kind == "card":
                card_undone(cur, info, row[0], office, was, rulings)
            else:
                fact_undone(cur, info, row, office, was, rulings)
    for edit in body.edits:
        cur.execute(
            "DELETE FROM field_change WHERE office_no = ? AND table_name = ? AND row_id = ? AND hlc = ? "
            "AND device = ?",
            (office, edit.table, edit.id, *was),
        )
        if _is_there(cur, edit.table, office, edit.id):
            refold(cur, writable()[edit.table], edit.id, office, [f[0] for f in edit.fields], rulings)
    cur.execute(
        'INSERT INTO parked (office_no, device, "number", reason) SELECT office_no, device, "number", '
        "CAST(? AS text) FROM entry WHERE id = ? AND hlc = ? AND origin = ? ON CONFLICT DO NOTHING",
        (reason, entry.id, *made),
    )
    cur.execute(
        "UPDATE orphan SET reason = ? WHERE id = ? AND hlc = ? AND origin = ?", (reason, entry.id, *made)
    )
