"""Exceptions: what the data says of itself that a person must see, and the acts that settle it.

Each kind is raised by the rows alone, on every replica alike. A settlement names the act, what it was done
to, and what the exception said at that moment; when it says something else later, it waits again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

GROUPS: Mapping[str, tuple[str, ...]] = {
    "money": (
        "overpaid",
        "credit_twice",
        "reversed_twice",
        "paid_out_twice",
        "unapproved",
        "late",
        "remitted",
    ),
    "readings": ("two_readings",),
    "cards": ("concurrent",),
    "requests": ("misfit",),
    "others": ("same_id", "same_code", "ruled"),
}
"""The kinds by what they are about, in the order in which a list shows them.

overpaid: a bill got more than it is. credit_twice: a receipt's money was used twice while apart.
reversed_twice: a receipt was paid back twice. paid_out_twice: two desks paid one refund. unapproved: money
was paid out without a second person's yes. late: money after a session was closed, or closed again.
remitted: handed in is not what was counted. two_readings: two indexes of a period of which neither corrects
the other. concurrent: an important field set twice, neither author having seen the other's. misfit: what
happened to a request no longer fits. same_id: one row written twice, differently ("repeat", the same twice,
is none). same_code: two papers with one number. ruled: an entry whose author may not do such a thing.
"""

KINDS: tuple[str, ...] = tuple(kind for kinds in GROUPS.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Act:
    """What a supervisor can do about an exception. `on_side`: to one of its sides. `note`: only with words
    that explain it."""

    name: str
    on_side: bool = False
    note: bool = False


SEEN = Act("seen", note=True)

ACTS: Mapping[str, tuple[Act, ...]] = {
    "overpaid": (Act("credit"), Act("refund", on_side=True, note=True)),
    "two_readings": (Act("keep", on_side=True), SEEN),
    "concurrent": (Act("keep", on_side=True), Act("take", on_side=True)),
    "misfit": (Act("leave"), Act("reopen", note=True)),
    **dict.fromkeys(
        (
            "credit_twice",
            "reversed_twice",
            "paid_out_twice",
            "unapproved",
            "late",
            "remitted",
            "same_id",
            "same_code",
            "ruled",
        ),
        (SEEN,),
    ),
}
"""Kind -> the acts offered, the most usual first. `credit`: the surplus stays the customer's. `refund`: a
receipt is taken back. `keep`, `take`: one side's index or value counts. `leave`: the request stays as it is.
`reopen`: it is opened anew. `seen`: looked into; nothing is written but the note."""


def offered(kind: str, *, billed: bool = False, reopens: bool = False) -> tuple[Act, ...]:
    """The acts that the state of things allows: `billed`, the period's bill is out, so no index can be
    changed; `reopens`, the request is in a state from which it can be reopened."""
    without = set()
    if kind == "two_readings":
        without.add("keep" if billed else "seen")
    if kind == "misfit" and not reopens:
        without.add("reopen")
    return tuple(act for act in ACTS[kind] if act.name not in without)


def act_of(kind: str, name: str) -> Act:
    """The act of a kind by its name; KeyError when it has none of that name."""
    return {act.name: act for act in ACTS[kind]}[name]


def about(details: str) -> str:
    """What an exception says, in short: the digest of its details as they are kept (canonical JSON). It is
    in settlements for ever."""
    return blake2b(details.encode(), digest_size=8).hexdigest()


# -- what was done, as a settlement keeps it ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """An act and what it was done to: a row, and of a card's field the value by its stamp. It says what a
    settlement was about even when the exception is gone."""

    act: str
    table: str
    row: str
    """The row's id as 32 hexadecimal digits."""
    stamp: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.act, self.table, self.row, self.stamp) if part)


def done_of(text: str) -> Done:
    """What a settlement's `act` says; of a text of another release at least the act."""
    act, table, row, stamp = (*text.split("/", 3), "", "", "")[:4]
    return Done(act, table, row, stamp)


# -- which readings disagree -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Read:
    """A reading of a period; (`hlc`, `device`) is its place in the order all replicas agree on."""

    id: bytes
    hlc: int
    device: int
    replaces: bytes | None
    meter: bytes
    present: int


def disputed(readings: Iterable[Read]) -> Sequence[Read]:
    """Of the readings of one connection and period those that stand against each other, in order; nothing
    when all is clear.

    Several that set right the same one, or none, knew nothing of each other. A later correction settles all
    before it, and so does their saying the same.
    """
    ordered = sorted(readings, key=lambda r: (r.hlc, r.device, r.id))
    replaced = {r.replaces for r in ordered}
    standing = [r for r in ordered if r.id not in replaced]
    if len({(r.meter, r.present) for r in standing}) < 2:
        return ()
    for base in replaced:
        rivals = [r for r in ordered if r.replaces == base]
        last = rivals[-1]
        settled = any(
            r.replaces not in (None, base) and (r.hlc, r.device) > (last.hlc, last.device) for r in ordered
        )
        if len(rivals) > 1 and not settled:
            return standing
    return ()
