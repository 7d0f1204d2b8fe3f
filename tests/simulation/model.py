"""The plain model that is kept beside a simulated world: what people did, where it was committed, and what a
disk has taken with it. It knows nothing of feeds, clocks or merging."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from app.models.base import Raw
from app.services.writer import Draft


class Violation(AssertionError):
    """Something happened that must never happen."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one person, whole: what becomes an entry."""

    id: bytes
    office: int
    kind: str
    login: str
    """Who does it, of the office's staff."""
    at_ms: int
    """When, in truth."""
    rows: frozenset[tuple[str, Raw]]
    """(table, id) of each row that it adds."""
    money: int
    """What came into the drawer by it, in minor units."""

    @classmethod
    def of(cls, id: UUID, draft: Draft, kind: str, login: str, at_ms: int) -> Act:
        """What a draft that was filled will write."""
        rows = frozenset((table, row[0]) for (table, _), found in draft.rows.items() for row in found)
        money = _sum(draft, "receipt", "total") - _sum(draft, "reversal", "amount")
        money -= _sum(draft, "payout", "amount")
        return cls(id.bytes, draft.desk.office_no, kind, login, at_ms, rows, money)


@dataclass(slots=True)
class Taken:
    """That somebody may do no more what he could: since when, in truth and by the head office's stamp; and
    whether the head office has known it ever since."""

    at_ms: int
    hlc: int
    known: bool = True


class Model:
    """All acts, and the disks on which they are. A place is a PC's name, or the head office's."""

    def __init__(self) -> None:
        self.acts: dict[bytes, Act] = {}
        """All that were ever begun: those cut off in the middle may be there, whole, or not."""
        self.committed: set[bytes] = set()
        """Those of which a person was told that they are saved."""
        self.held: defaultdict[str, set[bytes]] = defaultdict(set)
        """What is on each disk, and synced."""
        self.excused: set[bytes] = set()
        """Those that lived on one disk alone, which was destroyed or put back, or whose desk is let in no
        more."""
        self.taken: dict[tuple[int, str], Taken] = {}
        """(office, login) of those who may do no more what they could."""

    def begins(self, act: Act) -> None:
        """From now on it may be there."""
        self.acts[act.id] = act

    def commits(self, act: Act, place: str) -> None:
        """The person was told that it is saved: it stays, as long as the disk does."""
        self.committed.add(act.id)
        self.held[place].add(act.id)

    def found(self, place: str, ids: Set[bytes]) -> None:
        """The acts that are on a disk, all synced. Violation when one was there before and is gone."""
        gone = self.held[place] - ids
        if gone:
            kinds = sorted(self.acts[i].kind for i in gone)
            raise Violation(f"{place} has lost {len(gone)} acts: {', '.join(kinds)}")
        self.held[place] |= ids & self.acts.keys()

    def copies(self, place: str, ids: Set[bytes]) -> None:
        """A disk's image begins a life of its own."""
        self.held[place] = set(ids & self.acts.keys())

    def goes_back(self, place: str, ids: Set[bytes] = frozenset()) -> None:
        """A disk holds no more than these: it was put back, or destroyed."""
        lost = self.held[place] - ids
        self.held[place] = set(ids & self.acts.keys())
        for act in lost:
            if not any(act in held for held in self.held.values()):
                self.excused.add(act)

    def due(self, offices: Set[int]) -> set[bytes]:
        """The acts that every replica of these offices must have in the end."""
        return {i for i in self.committed - self.excused if self.acts[i].office in offices}


def _sum(draft: Draft, table: str, column: str) -> int:
    return sum(
        int(row[columns.index(column)] or 0)
        for (name, columns), rows in draft.rows.items()
        if name == table
        for row in rows
    )
