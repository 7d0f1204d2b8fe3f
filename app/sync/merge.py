"""How rows that two replicas wrote become one: the result depends on the set of entries, never on the order
in which they arrive.

Facts: union; the same id written twice keeps the earliest stamp's row, and another content is an exception.
Cards: per field, the newest stamp wins; a change whose author had not seen the value before it is concurrent,
and for an important field that is an exception. Of two values with one stamp, which only a copied disk can
make, the greater stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import msgspec

from app.models.base import canonical_json
from app.models.store import Cursor
from app.sync.entries import Edit, decode_body, lift
from app.sync.tables import TableInfo, writable

Stamp = tuple[int, int]
NEVER: Stamp = (0, 0)
EXCEPTIONS = UUID("6f2b7c1e-0a57-5c0e-9d0c-0b9a4f6f1a01")
"""The namespace of exception ids."""


class UnknownCard(LookupError):
    """A change of a card that has not come yet: its making was issued anew, and comes later."""


WAITS = "waits"
"""Why an entry is parked that changes a card which has not come yet."""


def exception_id(kind: str, table: str, row: bytes, part: str = "") -> bytes:
    """The id of an exception: the same wherever it is found."""
    return uuid5(EXCEPTIONS, f"{kind}/{table}/{row.hex()}/{part}").bytes


PUT_EXCEPTION = (
    'INSERT INTO "exception" (office_no, id, kind, table_name, row_id, details) VALUES (?, ?, ?, ?, ?, ?) '
    "ON CONFLICT (office_no, id) DO UPDATE SET kind = excluded.kind, row_id = excluded.row_id, "
    "details = excluded.details"
)
"""Raise an exception, or bring its details up to date."""

_DROP_EXCEPTION = 'DELETE FROM "exception" WHERE office_no = ? AND id = ?'


# -- facts ------------------------------------------------------------------------------------------------


def fact_again(
    cur: Cursor,
    info: TableInfo,
    columns: Sequence[str],
    row: Sequence[Any],
    office: int,
    stamp: Stamp,
    was: Stamp | None = None,
) -> None:
    """A fact whose id is there already, from another entry; `was`: the stamp under which this copy was known
    before a ruling."""
    names = ", ".join(f'"{c}"' for c in columns)
    cur.execute(
        f'SELECT hlc, device, {names} FROM "{info.name}" WHERE office_no = ? AND id = ?',
        (office, row[0]),
    )
    found = cur.fetchone()
    there: Stamp = (found[0], found[1])
    key = exception_id("same_id", info.name, row[0])
    cur.execute('SELECT details FROM "exception" WHERE office_no = ? AND id = ?', (office, key))
    noted = cur.fetchone()
    copies = {tuple(c) for c in json.loads(noted[0])["copies"]} if noted else {(*there, _digest(found[2:]))}
    copies.discard((*(was or NEVER), _digest(row)))
    copies.add((*stamp, _digest(row)))
    if (*stamp, _digest(row)) < (*there, _digest(found[2:])) or there == was:
        settings = ", ".join(f'"{c}" = ?' for c in columns)
        cur.execute(
            f'UPDATE "{info.name}" SET hlc = ?, device = ?, {settings} WHERE office_no = ? AND id = ?',
            (*stamp, *row, office, row[0]),
        )
    _note_copies(cur, info, row[0], office, copies)


def fact_undone(
    cur: Cursor, info: TableInfo, row: Sequence[Any], office: int, was: Stamp, rulings: Rulings
) -> None:
    """The copy of a fact that has this stamp takes no effect: the earliest of the others, if any, stands."""
    key = exception_id("same_id", info.name, row[0])
    cur.execute('SELECT details FROM "exception" WHERE office_no = ? AND id = ?', (office, key))
    noted = cur.fetchone()
    copies = {tuple(c) for c in json.loads(noted[0])["copies"]} if noted else set()
    copies.discard((*was, _digest(row)))
    cur.execute(f'SELECT hlc, device FROM "{info.name}" WHERE office_no = ? AND id = ?', (office, row[0]))
    if cur.fetchone() == was:
        if copies:
            first: Stamp = min(copies)[:2]
            values = made_by(cur, info.name, row[0], office, first, rulings)
            settings = ", ".join(f'"{c}" = ?' for c in values)
            cur.execute(
                f'UPDATE "{info.name}" SET hlc = ?, device = ?, {settings} WHERE office_no = ? AND id = ?',
                (*first, *values.values(), office, row[0]),
            )
        else:
            cur.execute(f'DELETE FROM "{info.name}" WHERE office_no = ? AND id = ?', (office, row[0]))
    if noted:
        _note_copies(cur, info, row[0], office, copies)


def _note_copies(cur: Cursor, info: TableInfo, row: bytes, office: int, copies: set[tuple[Any, ...]]) -> None:
    """Raise, or bring up to date, the exception that a fact came several times."""
    key = exception_id("same_id", info.name, row)
    if len(copies) < 2:
        cur.execute(_DROP_EXCEPTION, (office, key))
        return
    kind = "same_id" if len({c[2] for c in copies}) > 1 else "repeat"
    details = canonical_json({"copies": sorted(list(c) for c in copies)})
    cur.execute(PUT_EXCEPTION, (office, key, kind, info.name, row, details))


def _digest(values: Any) -> str:
    return blake2b(msgspec.msgpack.encode(list(values)), digest_size=8).hexdigest()


# -- cards ------------------------------------------------------------------------------------------------


class Rulings:
    """What the head office has ruled for an office: by it an author's stamp counts as another."""

    def __init__(self, counts: Mapping[Stamp, Stamp]) -> None:
        self._counts = counts

    def stamp(self, made: Stamp) -> Stamp:
        """The stamp that counts."""
        return self._counts.get(made, made)


def card_again(
    cur: Cursor,
    info: TableInfo,
    columns: Sequence[str],
    row: Sequence[Any],
    office: int,
    stamp: Stamp,
    rulings: Rulings,
) -> None:
    """A card that two replicas made: the earlier making stands, the later one counts as an edit of all fields
    by somebody who had seen none of them."""
    made, _ = _card(cur, info.name, row[0], office)
    if made == stamp:
        return
    if stamp > made:
        fields = [(c, v, *NEVER) for c, v in zip(columns[1:], row[1:], strict=True)]
        edit_card(cur, Edit(info.name, row[0], fields), office, stamp, rulings)
        return
    later = made_by(cur, info.name, row[0], office, made, rulings)
    cur.execute(
        f'UPDATE "{info.name}" SET made_hlc = ?, made_device = ? WHERE office_no = ? AND id = ?',
        (*stamp, office, row[0]),
    )
    fields = [(c, v, *NEVER) for c, v in later.items() if c != "id"]
    edit_card(cur, Edit(info.name, row[0], fields), office, made, rulings)
    refold(cur, info, row[0], office, info.columns[1:], rulings)


def _card(cur: Cursor, table: str, row: bytes, office: int) -> tuple[Stamp, dict[str, list[int]]]:
    """When a card was made, and the stamps of the fields changed since."""
    cur.execute(
        f'SELECT made_hlc, made_device, edited FROM "{table}" WHERE office_no = ? AND id = ?', (office, row)
    )
    found = cur.fetchone()
    if found is None:
        raise UnknownCard(table)
    return (found[0], found[1]), _decode(found[2])


def made_by(
    cur: Cursor, table: str, row: bytes, office: int, made: Stamp, rulings: Rulings
) -> dict[str, Any]:
    """The values with which the entry of stamp `made` made a card."""
    cur.execute("SELECT entry_hlc FROM ruling WHERE office_no = ? AND counts_hlc = ?", (office, made[0]))
    hlcs = [made[0], *(hlc for (hlc,) in cur.fetchall())]
    marks = ", ".join("?" * len(hlcs))
    sources = " UNION ALL ".join(
        f"SELECT body, hlc, schema FROM {source} WHERE origin = ? AND hlc IN ({marks})"
        for source in ("entry", "orphan")
    )
    cur.execute(sources, [made[1], *hlcs] * 2)
    for data, hlc, schema in cur.fetchall():
        if rulings.stamp((hlc, made[1])) != made:
            continue
        body = lift(decode_body(data), schema)
        for rows in body.rows:
            if rows.table == table:
                for values in rows.rows:
                    if values[0] == row:
                        return dict(zip(rows.columns, values, strict=True))
    raise LookupError(f"no entry made {table} {row.hex()}")


def edit_card(cur: Cursor, edit: Edit, office: int, stamp: Stamp, rulings: Rulings) -> None:
    """Take the changed fields of a card that are newer than what it holds."""
    info = writable()[edit.table]
    made, stamps = _card(cur, edit.table, edit.id, office)
    newer: dict[str, Any] = {}
    level: list[str] = []
    for field, value, *base in edit.fields:
        cur.execute(
            "INSERT INTO field_change (office_no, table_name, row_id, field, hlc, device, value, base_hlc, "
            "base_device) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (office_no, table_name, row_id, "
            "field, hlc, device) DO UPDATE SET value = excluded.value, base_hlc = excluded.base_hlc, "
            "base_device = excluded.base_device WHERE excluded.value > field_change.value",
            (office, edit.table, edit.id, field, *stamp, shown(value), *rulings.stamp((base[0], base[1]))),
        )
        there = tuple(stamps.get(field, made))
        if stamp > there:
            newer[field] = value
            stamps[field] = list(stamp)
        elif stamp == there:
            level.append(field)
    if newer:
        settings = "".join(f', "{field}" = ?' for field in newer)
        cur.execute(
            f'UPDATE "{info.name}" SET edited = ?{settings} WHERE office_no = ? AND id = ?',
            (_encode(stamps), *newer.values(), office, edit.id),
        )
    if level:
        refold(cur, info, edit.id, office, level, rulings)
    for field, *_ in edit.fields:
        if field in info.important:
            _find_concurrent(cur, edit.table, edit.id, field, office, made, rulings)


def card_undone(cur: Cursor, info: TableInfo, row: bytes, office: int, was: Stamp, rulings: Rulings) -> None:
    """The making of a card that has this stamp takes no effect: the earliest of the others stands."""
    cur.execute(
        f'SELECT made_hlc, made_device FROM "{info.name}" WHERE office_no = ? AND id = ?', (office, row)
    )
    made = cur.fetchone()
    if made is None:
        return
    if made == was:
        cur.execute(
            "SELECT hlc, device FROM field_change WHERE office_no = ? AND table_name = ? AND row_id = ? "
            "AND base_hlc = 0 ORDER BY hlc, device LIMIT 1",
            (office, info.name, row),
        )
        was = cur.fetchone()
        if was is None:
            cur.execute(f'DELETE FROM "{info.name}" WHERE office_no = ? AND id = ?', (office, row))
            return
        cur.execute(
            f'UPDATE "{info.name}" SET made_hlc = ?, made_device = ? WHERE office_no = ? AND id = ?',
            (*was, office, row),
        )
    cur.execute(
        "DELETE FROM field_change WHERE office_no = ? AND table_name = ? AND row_id = ? AND hlc = ? "
        "AND device = ?",
        (office, info.name, row, *was),
    )
    refold(cur, info, row, office, info.columns[1:], rulings)


def refold(
    cur: Cursor, info: TableInfo, row: bytes, office: int, fields: Sequence[str], rulings: Rulings
) -> None:
    """Work fields of a card out anew from how it was made and all that was set since."""
    made, stamps = _card(cur, info.name, row, office)
    first = made_by(cur, info.name, row, office, made, rulings)
    values: dict[str, Any] = {}
    for field in fields:
        cur.execute(
            "SELECT hlc, device, value FROM field_change WHERE office_no = ? AND table_name = ? AND "
            "row_id = ? AND field = ? AND (hlc > ? OR (hlc = ? AND device > ?)) "
            "ORDER BY hlc DESC, device DESC LIMIT 1",
            (office, info.name, row, field, made[0], *made),
        )
        newest = cur.fetchone()
        stamps.pop(field, None)
        if newest is None:
            values[field] = first.get(field)
        else:
            values[field] = _meant(info, field, newest[2])
            stamps[field] = [newest[0], newest[1]]
    settings = "".join(f', "{field}" = ?' for field in values)
    cur.execute(
        f'UPDATE "{info.name}" SET edited = ?{settings} WHERE office_no = ? AND id = ?',
        (_encode(stamps) if stamps else None, *values.values(), office, row),
    )
    for field in fields:
        if field in info.important:
            _find_concurrent(cur, info.name, row, field, office, made, rulings)


def _find_concurrent(
    cur: Cursor, table: str, row: bytes, field: str, office: int, made: Stamp, rulings: Rulings
) -> None:
    """Fold the history of an important field: a change that was not built on the one before it is concurrent,
    unless it says the same."""
    cur.execute(
        "SELECT hlc, device, value, base_hlc, base_device FROM field_change WHERE office_no = ? AND "
        "table_name = ? AND row_id = ? AND field = ? ORDER BY hlc, device",
        (office, table, row, field),
    )
    before: Stamp = made
    value_before: Any = None
    concurrent: list[list[Any]] = []
    for hlc, device, value, base_hlc, base_device in cur.fetchall():
        if (base_hlc, base_device) != before:
            if before == made:
                value_before = shown(made_by(cur, table, row, office, made, rulings).get(field))
            if value != value_before:
                concurrent.append([hlc, device, *before])
        before, value_before = (hlc, device), value
    key = exception_id("concurrent", table, row, field)
    if concurrent:
        details = canonical_json({"field": field, "changes": concurrent})
        cur.execute(PUT_EXCEPTION, (office, key, "concurrent", table, row, details))
    else:  # what came in between may explain what looked like a disagreement
        cur.execute(_DROP_EXCEPTION, (office, key))


def stamps_of(made: Stamp, edited: bytes | None, fields: list[str]) -> list[Stamp]:
    """The stamp of each field of a card, as an author saw it."""
    stamps = _decode(edited)
    return [tuple(stamps.get(f, made)) for f in fields]  # type: ignore[misc]


def _decode(edited: bytes | None) -> dict[str, list[int]]:
    return msgspec.msgpack.decode(edited, type=dict[str, list[int]]) if edited else {}


def _encode(stamps: dict[str, list[int]]) -> bytes:
    return msgspec.msgpack.encode(dict(sorted(stamps.items())))


def shown(value: Any) -> str:
    """A field's value in the history."""
    return canonical_json(value.hex() if isinstance(value, bytes) else value)


def _meant(info: TableInfo, field: str, text: str) -> Any:
    """The field's value that the history shows as `text`."""
    value = json.loads(text)
    return bytes.fromhex(value) if value is not None and info.types[field].raw is bytes else value
