"""The one writer of a replica. Nothing else writes what entries write."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text
from uuid_utils.compat import uuid7

from app.domain.clock import Clock
from app.domain.errors import AppError
from app.models.base import canonical_json
from app.models.store import Cursor, Store
from app.services.writer import Desk, Draft
from app.sync import digest, journal
from app.sync.apply import apply, apply_parked, apply_received, apply_waiting, park, wrong_with
from app.sync.entries import SCHEMA, Body, Edit, Entry, Rows, chain, encode_body, sealed_text
from app.sync.feeds import Head, fit, head_of, same_branch
from app.sync.hlc import LATEST, Hlc
from app.sync.merge import stamps_of
from app.sync.wire import Part, Range

log = logging.getLogger(__name__)

Rule = Callable[[Cursor, Sequence[Entry]], Body | None]
"""What the head office rules on new acts: the body of an entry of its own, or nothing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a transaction wrote: tables, and whether it came from another replica."""

    tables: frozenset[str]
    received: bool


@dataclass(frozen=True, slots=True)
class Received:
    """What became of entries that another replica sent."""

    taken: int
    known: int
    waiting: int
    """Those that come after a hole: they will come again."""


class JournalWriter:
    """Appends entries to the journal and applies them, one transaction each; safe to call from any thread."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        clock: Clock,
        zone: tzinfo,
        new_id: Callable[[], UUID] = uuid7,
        *,
        sure: bool = False,
    ) -> None:
        """`sure`: the clock is the head office's own, by which all others go."""
        self.desk = desk
        self.store = store
        self._zone = zone
        self.new_id = new_id
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Changes], None]] = []
        self._declared: dict[tuple[int, int], int] = {}
        """(own feed, feed) -> number declared as seen since the start: the first entry declares all anew."""
        with store.transaction(desk.office_no) as cur:
            self.hlc = Hlc(clock, _newest(cur), self._offset(cur), sure=sure)
            if not sure:  # the head office rules first, see `take_up`
                _take_up(store, cur)

    @staticmethod
    def _offset(cur: Cursor) -> int:
        cur.execute("SELECT value FROM local WHERE \"key\" = 'clock.offset'")
        found = cur.fetchone()
        return int(found[0]) if found else 0

    def listen(self, listener: Callable[[Changes], None]) -> None:
        """Have `listener` called after each transaction, on the thread that made it, which holds no lock."""
        self._listeners.append(listener)

    # -- own entries ------------------------------------------------------------------------------------

    @contextmanager
    def entry(
        self, kind: str, by: UUID | None, *, id: UUID | None = None, desk: Desk | None = None
    ) -> Iterator[Draft]:
        """See `app.services.writer.Writer.entry`. `desk` names another feed of this replica: the head office
        has one for the company and one for each office. AppError "clock.wrong" for a PC that has lost its
        time: such stamps would stand in the way for decades."""
        seen: list[tuple[int, int]] = []
        tables: set[str] = set()
        with self._lock:
            desk = desk or self.desk
            # The transaction spans the draft: what it reads is what it builds on, beside other processes too.
            with self.store.transaction(desk.office_no) as cur, self.store.read.connect() as read:
                now = self.hlc.now()
                year = now.astimezone(self._zone).year
                if not 2000 <= year <= 2099:
                    raise AppError("clock.wrong", year=year)
                office = desk.office_no
                draft = Draft(
                    read,
                    desk,
                    now,
                    year,
                    self.new_id,
                    lambda table, row, fields: _stamps(read, office, table, row, fields),
                )
                yield draft
                if not draft.empty:
                    tables, seen = self._write(cur, kind, by, id or self.new_id(), draft, desk)
            self._declared.update({(desk.device, device): number for device, number in seen})
        self._tell(tables, received=False)

    def _write(
        self, cur: Cursor, kind: str, by: UUID | None, id: UUID, draft: Draft, desk: Desk
    ) -> tuple[set[str], list[tuple[int, int]]]:
        body = Body(
            rows=[
                Rows(table, columns, [list(r) for r in rows]) for (table, columns), rows in draft.rows.items()
            ],
            edits=[Edit(table, row.bytes, fields) for table, row, fields in draft.edits],
        )
        for table in ("entry", "orphan"):
            cur.execute(f"SELECT 1 FROM {table} WHERE id = ?", (id.bytes,))
            if cur.fetchone():
                raise AppError("already_saved")
        wrong, _ = wrong_with(body)
        if wrong:  # the program's own mistake: nobody is told that this was saved
            raise ValueError(f"{kind} cannot be written: {wrong}")
        entry, hash_ = self._next(cur, kind, by, id, body, desk)
        journal.append(self.store, cur, [(entry, hash_)])
        return apply(self.store, cur, [entry]), entry.seen

    def _next(
        self, cur: Cursor, kind: str, by: UUID | None, id: UUID, body: Body, desk: Desk
    ) -> tuple[Entry, bytes]:
        """The next entry of a feed of this replica, and its hash."""
        self.hlc.see(_newest(cur, self.hlc.latest()))
        # Only what every reader of this entry holds too: else it would wait there for ever.
        heads = journal.heads_in_scope(cur, desk.office_no)
        number, before = head_of(heads, desk.device)
        entry = Entry(
            device=desk.device,
            number=number + 1,
            id=id.bytes,
            origin=desk.device,
            hlc=self.hlc.tick(),
            office_no=desk.office_no,
            kind=kind,
            by=None if by is None else by.bytes,
            schema=SCHEMA,
            seen=[
                (device, head[0])
                for device, head in sorted(heads.items())
                if device != desk.device and self._declared.get((desk.device, device)) != head[0]
            ],
            body=encode_body(body),
        )
        return entry, chain(before, entry)

    # -- received entries -------------------------------------------------------------------------------

    def receive(self, entries: Sequence[Entry], ranges: Sequence[Range]) -> Received:
        """Take entries of other feeds, in one transaction; `ranges` says of each feed what goes before and
        holds the seal of its last. Nothing of a feed that went another way here, nor of the one that is being
        written here."""
        with self._lock, self.store.transaction(self.desk.office_no) as cur:
            heads = journal.all_heads(cur)
            good = {
                r.device: r
                for r in ranges
                if r.device != self.desk.device
                and journal.hash_at(cur, r.office_no, r.device, r.after[0]) == r.after[1]
                and same_branch(
                    r.after, [e for e in entries if e.device == r.device], head_of(heads, r.device)
                )
            }
            found = fit(heads, [e for e in entries if e.device in good])
            tables = self._take(cur, found.taken)
            journal.drop_orphans(cur)
            for entry, _ in found.taken:
                if entry.number == good[entry.device].last:
                    sealed = good[entry.device]
                    journal.keep_seal(cur, entry.office_no, entry.device, entry.number, sealed.seal)
        self._tell(tables, received=True)
        return Received(len(found.taken), found.known, found.waiting)

    def _take(self, cur: Cursor, taken: Sequence[tuple[Entry, bytes]]) -> set[str]:
        """Append entries that fit, and apply the acts that are new."""
        if not taken:
            return set()
        known = journal.acts_there(cur, [e for e, _ in taken])
        journal.append(self.store, cur, taken)
        new = []
        for (entry, _), reason in zip(taken, known, strict=True):
            if reason is None:
                new.append(entry)
            elif reason:
                park(cur, entry, reason)
            self.hlc.see(entry.hlc)
        return self._apply(cur, new)

    def _apply(self, cur: Cursor, entries: Sequence[Entry]) -> set[str]:
        return apply_received(self.store, cur, entries) | apply_waiting(self.store, cur)

    def give_up(self, device: int, after: Head) -> int:
        """Move the branch of a feed beyond `after` aside: the head office went another way. Returns how many
        entries wait to be issued again."""
        with self._lock, self.store.transaction(self.desk.office_no) as cur:
            office = journal.office_of(cur, device)
            if device == self.desk.device or office is None:
                return 0
            return journal.give_up(self.store, cur, office, device, after)

    def become(self, desk: Desk, old_key: Ed25519PrivateKey, keep: Callable[[], None]) -> None:
        """Go on as another desk: the feed so far ends with a seal of its own key, what comes is written to a
        new one. `keep` keeps the new identity before anybody writes under it."""
        with self._lock:
            old = self.desk
            with self.store.transaction(old.office_no) as cur:
                number, hash_ = head_of(journal.all_heads(cur), old.device)
                if number:
                    signature = old_key.sign(sealed_text(old.device, number, hash_))
                    journal.keep_seal(cur, old.office_no, old.device, number, signature)
            keep()
            self.desk = desk

    # -- the head office --------------------------------------------------------------------------------

    def take_up(self, feed_of: Callable[[int], Desk], rule: Rule) -> None:
        """Apply what an older release here could not read and this one can, once `rule` has ruled on it;
        `feed_of`: the head office's own feed for an office."""
        with self._lock:
            with self.store.reading() as cur:
                offices = journal.parked_offices(cur, "newer_release", SCHEMA)
            for office in offices:
                with self.store.transaction(office) as cur:
                    new = journal.parked_entries(cur, office, "newer_release", SCHEMA)
                    ruling = rule(cur, new)
                    if ruling is not None:
                        feed = feed_of(office)
                        own = self._next(cur, "headoffice.rule", None, self.new_id(), ruling, feed)
                        journal.append(self.store, cur, [own])
                        apply(self.store, cur, [own[0]])
                    _take_up(self.store, cur, office)
            with self.store.transaction(self.desk.office_no) as cur:
                _take_up(self.store, cur)

    def take_part(self, cur: Cursor, part: Part, hashes: Sequence[bytes], feed: Desk, rule: Rule) -> set[str]:
        """Within a transaction: take a range of a feed whose seal was found good; where the feed went another
        way here, issue its acts again in `feed`, the head office's own for the office. `rule` says what the
        head office rules on new acts; returns the tables that were written."""
        entries = part.entries
        office, device = entries[0].office_no, entries[0].device
        here = journal.hash_at(cur, office, device, part.after[0])
        if here is None and not part.orphaned:
            return set()  # what goes before is not here: it will be offered from there
        linked = here == part.after[1]
        branch = 0
        while linked and branch < len(entries):
            there = journal.hash_at(cur, office, device, entries[branch].number)
            if there is not None and there != hashes[branch]:
                break
            branch += 1
            if there is None:
                branch = len(entries)
        heads = journal.heads_in_scope(cur, office)
        found = fit(heads, entries[:branch])
        tables = self._rule_and_take(cur, found.taken, feed, rule)
        if linked and branch == len(entries) and not found.waiting:
            journal.keep_seal(cur, office, device, entries[-1].number, part.seal)
        if branch < len(entries):
            tables |= self._reissue(cur, part, entries[branch:], linked, feed, rule)
        return tables

    def _rule_and_take(
        self,
        cur: Cursor,
        taken: Sequence[tuple[Entry, bytes]],
        feed: Desk,
        rule: Rule,
    ) -> set[str]:
        if not taken:
            return set()
        known = journal.acts_there(cur, [e for e, _ in taken])
        ruling = rule(cur, [e for (e, _), reason in zip(taken, known, strict=True) if reason is None])
        if ruling is None:
            return self._take(cur, taken)
        journal.append(self.store, cur, taken)
        entry, hash_ = self._next(cur, "headoffice.rule", None, self.new_id(), ruling, feed)
        journal.append(self.store, cur, [(entry, hash_)])
        new = [e for (e, _), reason in zip(taken, known, strict=True) if reason is None]
        for (e, _), reason in zip(taken, known, strict=True):
            if reason:
                park(cur, e, reason)
            self.hlc.see(e.hlc)
        return self._apply(cur, [*new, entry])

    def _reissue(
        self,
        cur: Cursor,
        part: Part,
        entries: Sequence[Entry],
        linked: bool,
        feed: Desk,
        rule: Rule,
    ) -> set[str]:
        """Issue acts again in a feed of this replica: with their id, author and time."""
        known = journal.acts_there(cur, entries)
        heads = journal.heads_in_scope(cur, feed.office_no)
        number, before = head_of(heads, feed.device)
        made: list[tuple[Entry, bytes]] = []
        # Readers need what the branch grew from; what goes before within the branch was issued before.
        root = entries[0].number - 1
        cause = {(part.device, root)} if linked and root else set()
        for entry, reason in zip(entries, known, strict=True):
            if reason is not None:
                continue
            number += 1
            seen = sorted(s for s in {*entry.seen, *cause} if s[0] != feed.device)
            again = Entry(
                feed.device, number, entry.id, entry.origin, entry.hlc, feed.office_no, entry.kind, entry.by,
                entry.schema, seen, entry.body,
            )  # fmt: skip
            before = chain(before, again)
            made.append((again, before))
            cause = set()
        return self._rule_and_take(cur, made, feed, rule)

    # -- what this replica knows about itself -----------------------------------------------------------

    def vector(self) -> dict[int, Head]:
        """The head of each feed that this replica holds."""
        with self.store.reading() as cur:
            return journal.all_heads(cur)

    def local(self, key: str) -> Any:
        """What this desktop knows about itself under a key; None if nothing. A pass asks many times."""
        with self.store.reading() as cur:
            cur.execute('SELECT value FROM local WHERE "key" = ?', (key,))
            found = cur.fetchone()
        return json.loads(found[0]) if found else None

    def set_local(self, key: str, value: Any) -> None:
        """Keep what this desktop knows about itself; None forgets it."""
        with self._lock, self.store.transaction(self.desk.office_no) as cur:
            if value is None:
                cur.execute('DELETE FROM local WHERE "key" = ?', (key,))
                return
            cur.execute(
                'INSERT INTO local ("key", value) VALUES (?, ?) ON CONFLICT ("key") DO UPDATE SET '
                "value = excluded.value",
                (key, canonical_json(value)),
            )

    def execute_local(self, sql: str, values: Sequence[Any]) -> None:
        """Write a local table (drafts): nothing that is sent."""
        with self._lock, self.store.transaction(self.desk.office_no) as cur:
            cur.execute(sql, values)

    def close(self) -> None:
        """Let go of the database; what was committed is kept."""
        with self._lock:
            self.store.close()

    def tell(self, tables: set[str]) -> None:
        """Let listeners know of what came from another replica."""
        self._tell(tables, received=True)

    def _tell(self, tables: set[str], *, received: bool) -> None:
        if tables:
            for listener in self._listeners:
                try:
                    listener(Changes(frozenset(tables), received))
                except Exception:  # what was kept is kept, whoever fails to hear of it
                    log.exception("a listener failed")


def _newest(cur: Cursor, most: int = LATEST) -> int:
    """The newest stamp of the journal, as the head office has ruled; of those up to `most`."""
    cur.execute(
        "SELECT hlc FROM entry WHERE hlc <= ? AND NOT EXISTS (SELECT 1 FROM ruling r "
        "WHERE r.entry_hlc = entry.hlc AND r.entry_origin = entry.origin AND r.counts_hlc IS NOT NULL) "
        "ORDER BY hlc DESC LIMIT 1",
        (most,),
    )
    found = cur.fetchone()
    cur.execute("SELECT counts_hlc FROM ruling WHERE counts_hlc IS NOT NULL ORDER BY counts_hlc DESC LIMIT 1")
    ruled = cur.fetchone()
    return max(found[0] if found else 0, ruled[0] if ruled else 0)


def _take_up(store: Store, cur: Cursor, office: int | None = None) -> None:
    """Apply what an older release did not understand and this one does, of an office or of all, and what had
    to wait for it; make the digests anew where another release has kept them up, by other columns."""
    if apply_parked(store, cur, "newer_release", office):
        for reason in ("unknown_table", "cannot_apply"):
            apply_parked(store, cur, reason, office)
        apply_waiting(store, cur)
    cur.execute("SELECT value FROM local WHERE \"key\" = 'digest.schema'")
    kept = cur.fetchone()
    if kept is None or int(kept[0]) != SCHEMA:
        digest.work_out(cur)
        cur.execute(
            'INSERT INTO local ("key", value) VALUES (\'digest.schema\', ?) ON CONFLICT ("key") DO UPDATE '
            "SET value = excluded.value",
            (canonical_json(SCHEMA),),
        )


def _stamps(
    read: Connection, office_no: int, table: str, row: UUID, fields: list[str]
) -> list[tuple[int, int]]:
    found = read.execute(
        text(f'SELECT made_hlc, made_device, edited FROM "{table}" WHERE office_no = :office AND id = :id'),
        {"office": office_no, "id": row.bytes},
    ).one()
    return stamps_of((found[0], found[1]), found[2], fields)
