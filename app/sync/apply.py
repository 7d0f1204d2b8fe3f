"""Apply: the only way a row of the database comes to be. Own entries and received ones pass through here."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec

from app.domain.errors import AppError
from app.models.store import Cursor, Store
from app.sync.digest import Digests, digested, rows_of
from app.sync.entries import SCHEMA, Body, Entry, decode_body, lift
from app.sync.journal import read_entry
from app.sync.merge import WAITS, Rulings, Stamp, UnknownCard, card_again, edit_card, fact_again
from app.sync.projections import Touched
from app.sync.rulings import Ruled, forbidden, stamps_in, take_back
from app.sync.tables import TableInfo, writable

log = logging.getLogger(__name__)

HUB = 1
"""The feed of the head office for the whole company."""

_AT_FAULT = (LookupError, ValueError, TypeError, ArithmeticError, AttributeError, AppError)
"""What an entry may raise, besides the database's own, that no desk of ours has written."""


@dataclass(slots=True)
class _Work:
    """An entry that is to be applied."""

    entry: Entry
    body: Body
    stamp: Stamp


@dataclass(slots=True)
class _Batch:
    """What is known of entries that are applied together."""

    works: list[_Work] = field(default_factory=list)
    rulings: dict[int, Rulings] = field(default_factory=dict)
    touched: Touched = field(default_factory=Touched)
    digests: Digests = field(default_factory=Digests)
    parked: list[tuple[Entry, str]] = field(default_factory=list)


def apply(store: Store, cur: Cursor, entries: Iterable[Entry], later: Iterable[Entry] = ()) -> set[str]:
    """Apply entries, whose journal rows are there already; then work out what they touch. Returns the tables
    that were written. `later`: entries that are in the journal and will be applied after these.

    New rows first, many at a time, then edits in this order: what comes of it does not depend on that. An
    entry that this release does not understand, or that its author may not write, is parked: it stays in the
    journal and blocks no other.
    """
    batch = _Batch()
    hubs = _Hubs(cur)
    read = [(entry, *_understood(hubs, entry)) for entry in entries]
    stamps_before = {office: stamps_in(cur, office) for office in _ruled_offices(read)}
    # Rulings take effect with the very entries they came with.
    ruled = _write_rulings(store, cur, batch, [(e, b) for e, b, _ in read if b is not None])
    refused = forbidden(cur, [e for e, _, _ in read])
    for office in {e.office_no for e, _, _ in read}:
        batch.rulings[office] = stamps_in(cur, office)
    for entry, body, reason in read:
        if body is None:
            batch.parked.append((entry, reason))
        elif (entry.id, entry.hlc, entry.origin) in refused:
            batch.parked.append((entry, "not_allowed"))
            batch.touched.number(entry.office_no, body)
        else:
            stamp = batch.rulings[entry.office_no].stamp((entry.hlc, entry.origin))
            batch.works.append(_Work(entry, body, stamp))
    _add_rows(store, cur, batch)
    for work in batch.works:
        for edit in work.body.edits:
            office = work.entry.office_no
            batch.touched.moving(cur, office, edit.table, [edit.id], {f[0] for f in edit.fields})
            before = rows_of(cur, edit.table, office, [edit.id])
            edit_card(cur, edit, office, work.stamp, batch.rulings[office])
            batch.digests.add(office, edit.table, before, -1)
            batch.digests.add(office, edit.table, rows_of(cur, edit.table, office, [edit.id]))
        batch.touched.note(work.entry.office_no, work.body)
    for entry, reason in batch.parked:
        park(cur, entry, reason)
    done = {(e.id, e.hlc, e.origin) for e in (*(w.entry for w in batch.works), *later)}
    take_back(cur, ruled, done, stamps_before, batch.rulings, batch.touched, batch.digests)
    batch.touched.refresh(cur, search=store.search)
    batch.digests.keep(cur)
    return batch.touched.tables


def apply_received(store: Store, cur: Cursor, entries: Sequence[Entry]) -> set[str]:
    """`apply` for others' entries: one that cannot be applied is parked alone, whatever is wrong with it."""
    if not entries:
        return set()
    try:
        with store.part(cur):
            return apply(store, cur, entries)
    except Exception as error:
        if not (isinstance(error, _AT_FAULT) or store.at_fault(error)):
            raise
    tables: set[str] = set()
    for number, entry in enumerate(entries, 1):
        try:
            with store.part(cur):
                tables |= apply(store, cur, [entry], later=entries[number:])
        except Exception as error:
            if not (isinstance(error, _AT_FAULT) or store.at_fault(error)):
                raise
            if isinstance(error, UnknownCard):
                park(cur, entry, WAITS)
                continue
            log.warning("entry %d of feed %d cannot be applied", entry.number, entry.device, exc_info=True)
            park(cur, entry, "cannot_apply")
    return tables


def apply_parked(store: Store, cur: Cursor, reason: str, office: int | None = None) -> set[str]:
    """Try entries again that were parked for this reason, of an office or of all, save those of a release
    newer than this."""
    cur.execute(
        'SELECT p.office_no, p.device, p."number" FROM parked p JOIN entry e ON e.office_no = p.office_no '
        'AND e.device = p.device AND e."number" = p."number" WHERE p.reason = ? AND e.schema <= ? '
        "ORDER BY e.hlc, e.origin",
        (reason, SCHEMA),
    )
    keys = [key for key in cur.fetchall() if office is None or key[0] == office]
    cur.executemany('DELETE FROM parked WHERE office_no = ? AND device = ? AND "number" = ?', keys)
    acts: dict[tuple[bytes, int, int, bytes], list[Entry]] = defaultdict(list)
    for key in keys:
        entry = read_entry(cur, *key)
        acts[entry.id, entry.hlc, entry.origin, entry.body].append(entry)
    tables = apply_received(store, cur, [same[0] for same in acts.values()])
    for first, *again in acts.values():  # an act that stands in several feeds is parked in all of them
        for entry in again:
            cur.execute(
                'INSERT INTO parked (office_no, device, "number", reason) SELECT ?, ?, ?, reason FROM parked '
                'WHERE office_no = ? AND device = ? AND "number" = ?',
                (entry.office_no, entry.device, entry.number, first.office_no, first.device, first.number),
            )
    return tables


def apply_waiting(store: Store, cur: Cursor) -> set[str]:
    """Apply what waited for cards that are there by now."""
    tables: set[str] = set()
    left = _waiting(cur)
    while left:
        tables |= apply_parked(store, cur, WAITS)
        before, left = left, _waiting(cur)
        if left == before:
            break
    return tables


def _waiting(cur: Cursor) -> int:
    cur.execute("SELECT count(*) FROM parked WHERE reason = ?", (WAITS,))
    return int(cur.fetchone()[0])


def park(cur: Cursor, entry: Entry, reason: str) -> None:
    """Keep an entry aside, with the reason."""
    cur.execute(
        'INSERT INTO parked (office_no, device, "number", reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        (entry.office_no, entry.device, entry.number, reason),
    )


# -- what an entry says -----------------------------------------------------------------------------------


class _Hubs:
    """Which feeds are the head office's, also by entries that are only being applied."""

    def __init__(self, cur: Cursor) -> None:
        self._cur = cur
        self._known: dict[int, bool] = {}

    def has(self, device: int) -> bool:
        if device not in self._known:
            self._known[device] = is_hub(self._cur, device)
        return self._known[device]

    def note(self, body: Body) -> None:
        """What the head office says of devices."""
        for rows in body.rows:
            if rows.table == "device" and {"number", "kind"} <= set(rows.columns):
                number, kind = rows.columns.index("number"), rows.columns.index("kind")
                self._known.update((row[number], True) for row in rows.rows if row[kind] == "hub")


def _understood(hubs: _Hubs, entry: Entry) -> tuple[Body | None, str]:
    """The body, or why it is not applied."""
    if entry.schema > SCHEMA:
        return None, "newer_release"
    try:
        body = lift(decode_body(entry.body), entry.schema)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None, "unreadable"
    reason, owned = wrong_with(body)
    if reason:
        return None, reason
    if owned and not hubs.has(entry.origin):
        return None, "not_the_head_office"
    if owned:
        hubs.note(body)
    return body, ""


def wrong_with(body: Body) -> tuple[str, bool]:
    """Why a body cannot be applied, or ""; and whether it writes what the head office owns."""
    tables = writable()
    owned = False
    for rows in body.rows:
        info = tables.get(rows.table)
        if info is None or rows.columns[:1] != ("id",) or len(set(rows.columns)) != len(rows.columns):
            return "unknown_table", owned
        if not set(rows.columns) <= set(info.columns):
            return "unknown_table", owned
        if not info.needed <= set(rows.columns) or set(map(len, rows.rows)) - {len(rows.columns)}:
            return "unreadable", owned
        for column, values in zip(rows.columns, zip(*rows.rows, strict=True), strict=bool(rows.rows)):
            if not info.holds(column, values):
                return "unreadable", owned
        owned = owned or info.owned
    for edit in body.edits:
        info = tables.get(edit.table)
        if info is None or info.kind != "card" or not {f[0] for f in edit.fields} <= set(info.columns[1:]):
            return "unknown_table", owned
        if not all(info.holds(f[0], (f[1],)) for f in edit.fields):
            return "unreadable", owned
        owned = owned or info.owned
    return "", owned


def is_hub(cur: Cursor, device: int) -> bool:
    """Whether a feed is the head office's."""
    if device == HUB:
        return True
    cur.execute("SELECT 1 FROM device WHERE \"number\" = ? AND kind = 'hub'", (device,))
    return cur.fetchone() is not None


# -- new rows ---------------------------------------------------------------------------------------------

Group = tuple[int, str, tuple[str, ...]]
"""Office, table, columns: rows of one kind are written together."""


def _ruled_offices(read: Sequence[tuple[Entry, Body | None, str]]) -> set[int]:
    """The offices for which some of the entries hold rulings."""
    return {e.office_no for e, body, _ in read if body and any(r.table == "ruling" for r in body.rows)}


def _write_rulings(
    store: Store, cur: Cursor, batch: _Batch, read: Sequence[tuple[Entry, Body]]
) -> list[Ruled]:
    """Write the rulings among the entries first; returns them."""
    found = []
    for entry, body in read:
        for rows in body.rows:
            if rows.table == "ruling":
                found += [
                    Ruled.of(entry.office_no, dict(zip(rows.columns, row, strict=True))) for row in rows.rows
                ]
                _insert(
                    store, cur, batch, (entry.office_no, "ruling", rows.columns),
                    {row[0]: ((entry.hlc, entry.origin), row) for row in rows.rows},
                )  # fmt: skip
    return found


def _add_rows(store: Store, cur: Cursor, batch: _Batch) -> None:
    groups: dict[Group, dict[bytes, tuple[Stamp, list[Any]]]] = defaultdict(dict)
    again: list[tuple[Group, Stamp, list[Any]]] = []
    for work in batch.works:
        for rows in work.body.rows:
            if rows.table == "ruling":
                continue
            group = (work.entry.office_no, rows.table, rows.columns)
            there = groups[group]
            for row in rows.rows:
                if row[0] in there:
                    again.append((group, work.stamp, row))
                else:
                    there[row[0]] = (work.stamp, row)
    for group, found in groups.items():
        again += [(group, *found[id]) for id in _insert(store, cur, batch, group, found)]
    for (office, table, columns), stamp, row in again:
        info = writable()[table]
        batch.touched.moving(cur, office, table, [row[0]])
        before = rows_of(cur, table, office, [row[0]])
        if info.kind == "fact":
            fact_again(cur, info, columns, row, office, stamp)
        else:
            card_again(cur, info, columns, row, office, stamp, batch.rulings[office])
        batch.digests.add(office, table, before, -1)
        batch.digests.add(office, table, rows_of(cur, table, office, [row[0]]))


def _insert(
    store: Store, cur: Cursor, batch: _Batch, group: Group, found: dict[bytes, tuple[Stamp, list[Any]]]
) -> list[bytes]:
    """Insert the rows of a group that are new; returns the ids of the others."""
    office, table, columns = group
    info = writable()[table]
    rows = [(office, *stamp, *row) for stamp, row in found.values()]
    names = (*info.head, *columns)
    there = store.add_new(cur, table, names, rows)
    if there:
        gone = set(there)
        rows = [row for row in rows if row[3] not in gone]
    batch.touched.add(office, table, names, rows)
    batch.digests.add(office, table, _as_digested(info, columns, rows))
    return there


def _as_digested(
    info: TableInfo, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> Iterable[tuple[Any, ...]]:
    """New rows as they are in the table, where a column that is not named is empty."""
    names = (*info.head, *columns)
    wanted = digested(info)
    if names == wanted:
        return rows
    if set(names) >= set(wanted):
        return map(itemgetter(*map(names.index, wanted)), rows)
    at = [names.index(name) if name in names else -1 for name in wanted]
    return map(itemgetter(*at), [(*row, None) for row in rows])
