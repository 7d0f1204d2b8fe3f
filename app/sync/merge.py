"""How rows that two replicas wrote become one: the result depends on the set of entries, never on the order
in which they arrive.

Facts: union; the same id written twice keeps the earliest stamp's row, and another content is an exception.
Cards: per field, the newest stamp wins; a change whose author had not seen the value before it is concurrent,
and for an important field that is an exception.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import msgspec

from app.models.base import canonical_json
from app.sync.entries import Body, Edit, decode_body
from app.sync.tables import TableInfo, writable

Cursor = Any
"""A DB-API cursor inside the writer's transaction."""

Stamp = tuple[int, int]
NEVER: Stamp = (0, 0)
EXCEPTIONS = UUID("6f2b7c1e-0a57-5c0e-9d0c-0b9a4f6f1a01")
"""The namespace of exception ids."""


def exception_id(kind: str, table: str, row: bytes, part: str = "") -> bytes:
    """The id of an exception: the same wherever it is found."""
    return uuid5(EXCEPTIONS, f"{kind}/{table}/{row.hex()}/{part}").bytes


PUT_EXCEPTION = (
    'INSERT INTO "exception" (office_no, id, kind, table_name, row_id, details) VALUES (?, ?, ?, ?, ?, ?) '
    "ON CONFLICT (office_no, id) DO UPDATE SET kind = excluded.kind, details = excluded.details"
)
"""Raise an exception, or bring its details up to date."""


def fact_again(
    cur: Cursor, info: TableInfo, columns: tuple[str, ...], row: list[Any], office: int, stamp: Stamp
) -> None:
    """A fact whose id is there already, from another entry."""
    names = ", ".join(f'"{c}"' for c in columns)
    cur.execute(
        f'SELECT hlc, device, {names} FROM "{info.name}" WHERE office_no = ? AND id = ?',
        (office, row[0]),
    )
    found = cur.fetchone()
    there: Stamp = (found[0], found[1])
    if there == stamp:
        return
    key = exception_id("same_id", info.name, row[0])
    cur.execute('SELECT details FROM "exception" WHERE office_no = ? AND id = ?', (office, key))
    noted = cur.fetchone()
    copies = {tuple(c) for c in json.loads(noted[0])["copies"]} if noted else {(*there, _digest(found[2:]))}
    copies.add((*stamp, _digest(row)))
    if stamp < there:
        settings = ", ".join(f'"{c}" = ?' for c in columns)
        cur.execute(
            f'UPDATE "{info.name}" SET hlc = ?, device = ?, {settings} WHERE office_no = ? AND id = ?',
            (*stamp, *row, office, row[0]),
        )
    differ = len({c[2] for c in copies}) > 1
    kind = "same_id" if differ else "repeat"
    details = canonical_json({"copies": sorted(list(c) for c in copies)})
    cur.execute(PUT_EXCEPTION, (office, key, kind, info.name, row[0], details))


def _digest(values: Any) -> str:
    return blake2b(msgspec.msgpack.encode(list(values)), digest_size=8).hexdigest()


def card_again(
    cur: Cursor, info: TableInfo, columns: tuple[str, ...], row: list[Any], office: int, stamp: Stamp
) -> None:
    """A card that two replicas made: the earlier making stands, the later one counts as an edit of all fields
    by somebody who had seen none of them."""
    cur.execute(
        f'SELECT made_hlc, made_device, edited FROM "{info.name}" WHERE office_no = ? AND id = ?',
        (office, row[0]),
    )
    made_hlc, made_device, edited = cur.fetchone()
    made: Stamp = (made_hlc, made_device)
    if made == stamp:
        return
    if stamp > made:
        fields = [(c, v, *NEVER) for c, v in zip(columns[1:], row[1:], strict=True)]
        edit_card(cur, Edit(info.name, row[0], fields), office, stamp)
        return
    later_columns, later = _made_by(cur, info.name, row[0], made)
    stamps = _decode(edited)
    for field in info.columns[1:]:
        stamps.setdefault(field, list(made))
    cur.execute(
        f'UPDATE "{info.name}" SET made_hlc = ?, made_device = ?, edited = ? WHERE office_no = ? AND id = ?',
        (*stamp, _encode(stamps), office, row[0]),
    )
    fields = [(c, v, *NEVER) for c, v in zip(later_columns[1:], later[1:], strict=True)]
    edit_card(cur, Edit(info.name, row[0], fields), office, made)
    for field in info.important:
        _find_concurrent(cur, info.name, row[0], field, office, stamp)


def _made_by(cur: Cursor, table: str, row: bytes, made: Stamp) -> tuple[tuple[str, ...], list[Any]]:
    """The columns and values with which the entry of stamp `made` made a card."""
    cur.execute("SELECT body FROM entry WHERE hlc = ? AND origin = ?", made)
    for (data,) in cur.fetchall():
        body: Body = decode_body(data)
        for rows in body.rows:
            if rows.table == table:
                for values in rows.rows:
                    if values[0] == row:
                        return rows.columns, values
    raise LookupError(f"no entry made {table} {row.hex()}")


def edit_card(cur: Cursor, edit: Edit, office: int, stamp: Stamp) -> None:
    """Take the changed fields of a card that are newer than what it holds."""
    info = writable()[edit.table]
    cur.execute(
        f'SELECT made_hlc, made_device, edited FROM "{info.name}" WHERE office_no = ? AND id = ?',
        (office, edit.id),
    )
    found = cur.fetchone()
    if found is None:
        raise LookupError(f"edit of an unknown {edit.table}")
    made: Stamp = (found[0], found[1])
    stamps = _decode(found[2])
    newer: dict[str, Any] = {}
    for field, value, base_hlc, base_device in edit.fields:
        cur.execute(
            "INSERT INTO field_change (office_no, table_name, row_id, field, hlc, device, value, base_hlc, "
            "base_device) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (office, edit.table, edit.id, field, *stamp, _shown(value), base_hlc, base_device),
        )
        if stamp > tuple(stamps.get(field, made)):
            newer[field] = value
            stamps[field] = list(stamp)
    if newer:
        settings = "".join(f', "{field}" = ?' for field in newer)
        cur.execute(
            f'UPDATE "{info.name}" SET edited = ?{settings} WHERE office_no = ? AND id = ?',
            (_encode(stamps), *newer.values(), office, edit.id),
        )
    for field, *_ in edit.fields:
        if field in info.important:
            _find_concurrent(cur, edit.table, edit.id, field, office, made)


def _find_concurrent(cur: Cursor, table: str, row: bytes, field: str, office: int, made: Stamp) -> None:
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
                columns, values = _made_by(cur, table, row, made)
                value_before = _shown(dict(zip(columns, values, strict=True)).get(field))
            if value != value_before:
                concurrent.append([hlc, device, *before])
        before, value_before = (hlc, device), value
    key = exception_id("concurrent", table, row, field)
    if concurrent:
        details = canonical_json({"field": field, "changes": concurrent})
        cur.execute(PUT_EXCEPTION, (office, key, "concurrent", table, row, details))
    else:  # what came in between may explain what looked like a disagreement
        cur.execute(
            'DELETE FROM "exception" WHERE office_no = ? AND id = ?',
            (office, key),
        )


def stamps_of(made: Stamp, edited: bytes | None, fields: list[str]) -> list[Stamp]:
    """The stamp of each field of a card, as an author saw it."""
    stamps = _decode(edited)
    return [tuple(stamps.get(f, made)) for f in fields]  # type: ignore[misc]


def _decode(edited: bytes | None) -> dict[str, list[int]]:
    return msgspec.msgpack.decode(edited, type=dict[str, list[int]]) if edited else {}


def _encode(stamps: dict[str, list[int]]) -> bytes:
    return msgspec.msgpack.encode(dict(sorted(stamps.items())))


def _shown(value: Any) -> str:
    return canonical_json(value.hex() if isinstance(value, bytes) else value)
