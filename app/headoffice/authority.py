"""What the head office checks again of every act: whether its author may do such a thing, and whether the
clock it was stamped by can be believed. What is wrong is ruled on by an entry of the head office's own, so
that every replica knows it alike; money that changed hands is never dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from app.domain.people import may
from app.domain.refunds import is_approval
from app.headoffice.rule_changes import RuleChanges
from app.models.store import Cursor
from app.queries.rules import RuleQueries
from app.sync.apply import is_hub, wrong_with
from app.sync.entries import SCHEMA, Body, Entry, Rows, decode_body, lift
from app.sync.hlc import COUNTER_BITS, LATEST, Hlc
from app.sync.merge import Rulings, made_by

GRACE_MS = 7 * 86_400_000
"""A desk may be offline for a week before it hears that somebody may do no more what he could."""

ACTS: Mapping[str, tuple[str, ...]] = {
    "reversal": ("cash.reverse",),
    "bill": ("billing.run",),
    "settlement": ("exceptions.settle",),
    "reading": ("readings.enter", "readings.import", "exceptions.settle"),
    "customer": ("customers.edit", "customers.import"),
    "connection": ("customers.edit", "customers.import"),
    "meter": ("customers.edit", "customers.import"),
    "contract": ("requests.handle",),
    "collection_point": ("cash.see_all",),
    "work_order": ("field.plan",),
    "work_order_event": ("field.plan", "field.report"),
    "rule_change": ("rules.change",),
    "duty": ("duty.edit",),
    "letter": ("letters.write",),
    "attachment": ("requests.note", "field.report", "field.plan"),
}
"""Table -> the acts of which one is needed to write it. Receipts and what belongs to a cash session are not
among them: the money is in the drawer, whoever took it. To take back what his own session has taken is a
cashier's act too (`_of_own_drawer`). Nor are payouts: the money is out of the drawer, whoever paid it. It is
the yes to them that needs its right (`_approvers`), and a payout without a yes that counts is an exception
(`app/sync/payouts.py`)."""

COLUMNS = ("id", "entry_id", "entry_hlc", "entry_origin", "verdict", "counts_hlc")


def rule(
    cur: Cursor,
    entries: Sequence[Entry],
    hlc: Hlc,
    new_id: Callable[[], UUID],
    rules_of: Callable[[int], RuleQueries],
    says_nothing: Callable[[Entry], bool],
) -> Body | None:
    """The rulings on new acts and the rules that they lay down, as the body of an entry of the head office;
    None when there is neither. `rules_of`: what holds in an office so far; `says_nothing`: of an act that
    seals what it says."""
    changes = RuleChanges(cur, hlc, rules_of)
    rows: list[list[Any]] = []
    ruled = _ruled(cur, [e for e in entries if hlc.wild(e.hlc)])
    beside = _Beside(entries)
    hubs = {origin for origin in {e.origin for e in entries} if is_hub(cur, origin)}
    histories: dict[tuple[int, bytes], _History] = {}
    for entry in entries:
        if entry.origin in hubs:
            continue
        allowed = _allowed(cur, entry, beside, histories) and not says_nothing(entry)
        if not (allowed and _can_be_written(entry, changes)):
            rows.append([new_id().bytes, entry.id, entry.hlc, entry.origin, "not_allowed", None])
        elif hlc.wild(entry.hlc) and (entry.hlc, entry.origin) not in ruled:
            # Each later than the one before it, so that an author's acts keep their order.
            ruled.add((entry.hlc, entry.origin))
            rows.append([new_id().bytes, entry.id, entry.hlc, entry.origin, "time", hlc.tick()])
    written = changes.rows()
    if rows:
        written.insert(0, Rows("ruling", COLUMNS, rows))
    return Body(written, []) if written else None


def _can_be_written(entry: Entry, changes: RuleChanges) -> bool:
    """Whether the rules that an act lays down, if any, are what they have to be."""
    body = body_of(entry) if entry.schema <= SCHEMA else None
    return body is None or bool(wrong_with(body)[0]) or changes.take(entry, body)


def _ruled(cur: Cursor, entries: Sequence[Entry]) -> set[tuple[int, int]]:
    """Those stamps of some entries on which the head office has ruled already."""
    found = set()
    for entry in entries:
        cur.execute(
            "SELECT 1 FROM ruling WHERE office_no = ? AND entry_hlc = ? AND entry_origin = ? "
            "AND counts_hlc IS NOT NULL",
            (entry.office_no, entry.hlc, entry.origin),
        )
        if cur.fetchone():
            found.add((entry.hlc, entry.origin))
    return found


class _Beside:
    """Facts that come in the same message as an act that stands on them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    @cached_property
    def _facts(self) -> dict[tuple[str, bytes], dict[str, Any]]:
        bodies = [body for entry in self._entries if (body := body_of(entry)) is not None]
        return {
            (rows.table, row[0]): dict(zip(rows.columns, row, strict=True))
            for body in bodies
            if not wrong_with(body)[0]
            for rows in body.rows
            if rows.table in ("receipt", "session_opened")
            for row in rows.rows
        }

    def value(self, cur: Cursor, office: int, table: str, id: bytes, column: str) -> Any:
        """A column of a fact that is here or comes just now; None when there is none."""
        cur.execute(f'SELECT "{column}" FROM "{table}" WHERE office_no = ? AND id = ?', (office, id))
        found = cur.fetchone()
        return found[0] if found else self._facts.get((table, id), {}).get(column)


def body_of(entry: Entry) -> Body | None:
    """What an entry says; None for what cannot be read."""
    try:
        return lift(decode_body(entry.body), entry.schema)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None


def _allowed(
    cur: Cursor, entry: Entry, beside: _Beside, histories: dict[tuple[int, bytes], _History]
) -> bool:
    if entry.schema > SCHEMA:
        return True  # this release cannot tell; nor does it apply it
    body = body_of(entry)
    if body is None:
        return True
    tables = ({r.table for r in body.rows} | {e.table for e in body.edits}) & ACTS.keys()
    approvers = _approvers(body)
    if not tables and not approvers:
        return True
    held = _roles(cur, entry, histories)
    own = approvers <= {entry.by} and any(may(roles, "refunds.approve") for roles in held)
    if approvers and not own:
        return bool(wrong_with(body)[0])
    lacking = {t for t in tables if not any(may(roles, act) for act in ACTS[t] for roles in held)}
    if not lacking or wrong_with(body)[0]:
        return True
    if lacking == {"reversal"} and any(may(roles, "cash.collect") for roles in held):
        return _of_own_drawer(cur, entry, body, beside)
    return False


def _approvers(body: Body) -> set[Any]:
    """In whose names it says yes to paying money back. None where money is paid in the same breath: that yes
    comes too late to count, and the money has gone out."""
    if any(rows.table == "payout" for rows in body.rows):
        return set()
    found: set[Any] = set()
    for rows in body.rows:
        if rows.table != "request_event" or not {"kind", "data", "by"} <= set(rows.columns):
            continue
        kind, data, by = map(rows.columns.index, ("kind", "data", "by"))
        for row in rows.rows:
            if len(row) == len(rows.columns) and row[kind] == "stepped" and _says_yes(row[data]):
                found.add(row[by] if isinstance(row[by], bytes) else None)
    return found


def _says_yes(data: object) -> bool:
    try:
        return isinstance(data, str) and is_approval(json.loads(data))
    except (ValueError, RecursionError):
        return False


def _of_own_drawer(cur: Cursor, entry: Entry, body: Body, beside: _Beside) -> bool:
    """Whether a cashier takes back only what the same session, his own, has taken. What has not come yet,
    since it is being issued again, is believed: money may have changed hands."""
    for rows in body.rows:
        if rows.table != "reversal":
            continue
        for row in rows.rows:
            back = dict(zip(rows.columns, row, strict=True))
            session = back["session_id"]
            taken_in = beside.value(cur, entry.office_no, "receipt", back["receipt_id"], "session_id")
            cashier = beside.value(cur, entry.office_no, "session_opened", session, "cashier")
            if taken_in not in (None, session) or cashier not in (None, entry.by):
                return False
    return True


_History = list[tuple[list[str], int]]
"""The roles of a person one after another, each with the stamp from which they were held; none to begin with
of one whom nobody knows."""


def _roles(cur: Cursor, entry: Entry, histories: dict[tuple[int, bytes], _History]) -> list[list[str]]:
    """The roles that the author had at the time of the act or in the week before it; none of one who had left
    by then. `histories` keeps what was looked up."""
    if entry.by is None:
        return []
    key = (entry.office_no, entry.by)
    if key not in histories:
        histories[key] = _history(cur, *key)
    held = histories[key]
    since = entry.hlc - (GRACE_MS << COUNTER_BITS)
    return [
        roles
        for (roles, begun), (_, ended) in zip(held, [*held[1:], ([], LATEST)], strict=True)
        if begun <= entry.hlc and ended >= since
    ]


def _history(cur: Cursor, office: int, by: bytes) -> _History:
    for of in (office, 0):
        cur.execute(
            "SELECT made_hlc, made_device, roles, retired_at FROM staff WHERE office_no = ? AND id = ?",
            (of, by),
        )
        found = cur.fetchone()
        if found is not None:
            break
    else:
        return [([], 0)]
    cur.execute(
        "SELECT field, value, hlc FROM field_change WHERE office_no = ? AND table_name = 'staff' AND "
        "row_id = ? AND field IN ('roles', 'retired_at') ORDER BY hlc, device",
        (of, by),
    )
    changes = cur.fetchall()
    if not changes:
        return [([] if found[3] else json.loads(found[2]), 0)]
    now = made_by(cur, "staff", by, of, (found[0], found[1]), Rulings({}))
    held = [(_held(now), 0)]
    for field, value, hlc in changes:
        now[field] = json.loads(value)
        held.append((_held(now), hlc))
    return held


def _held(staff: Mapping[str, Any]) -> list[str]:
    roles: list[str] = [] if staff.get("retired_at") else json.loads(staff["roles"])
    return roles
