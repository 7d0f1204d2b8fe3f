"""What must be true on the disks: after each kill, and in the end."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from app.sync.verify import verify
from tests.kill.place import CLOCK, Done, Place, Program
from tests.simulation.check import SCOPED

Problems = list[str]
"""A sentence for each thing that is wrong."""


def acknowledged(place: Place) -> Problems:
    """The head office is dead: what desks were told that it holds must be on its disk."""
    with tempfile.TemporaryDirectory() as folder, closing(place.hub.tables(Path(folder))) as c:
        held = dict(c.execute('SELECT device, max("number") FROM entry GROUP BY device').fetchall())
    problems = []
    for name, told in place.told.items():
        told.read()  # after the disk: nothing is acknowledged while the head office is dead
        for device, acked in told.acked.items():
            if held.get(device, 0) < acked:
                problems.append(
                    f"{name}: entry {acked} of feed {device} was acknowledged, the head office has "
                    f"{held.get(device, 0)}"
                )
    return problems


def committed(place: Place, desk: Program) -> Problems:
    """A desk is dead: what it said was done must be on its disk."""
    new = place.told[desk.name].read()
    with tempfile.TemporaryDirectory() as folder, closing(desk.tables(Path(folder))) as c:
        return [
            f"{desk.name}: {done.kind} {done.code} was done and is not there"
            for done in new
            if not c.execute("SELECT 1 FROM entry WHERE id = ?", (done.act,)).fetchone()
        ]


def looked_at(place: Place) -> Problems:
    """Everything that is wrong when all is quiet."""
    problems: Problems = []
    wanted = {done.act: done for told in place.told.values() for done in told.done}
    with ExitStack() as closing_all:
        open_there = {
            p.name: closing_all.enter_context(closing(sqlite3.connect(p.database))) for p in place.programs
        }
        for name, c in open_there.items():
            problems += [f"{name}: {text}" for text in _acts(c, wanted, sum(d.kills for d in place.desks))]
            problems += [f"{name}: {text}" for text in _money(c)]
        at_hub = open_there[place.hub.name]
        for desk in place.desks:
            problems += [f"{desk.name}: {text}" for text in _differences(open_there[desk.name], at_hub)]
    for program in place.programs:
        if not (verdict := verify(program.database, CLOCK.now())).good:
            problems.append(f"{program.name}: is not the replay of its journal: {verdict}")
        if "Traceback" in (said := program.words.read_text("utf-8", errors="replace")):
            problems.append(f"{program.name} failed inside: {said[-1500:]}")
    return problems


def _acts(c: sqlite3.Connection, wanted: dict[bytes, Done], kills: int) -> Iterator[str]:
    """Each act once, with its amount; beside those told at most one for each kill, whose telling was cut."""
    times = Counter(id for (id,) in c.execute('SELECT id FROM entry WHERE "by" IS NOT NULL'))
    for act, done in wanted.items():
        if times[act] != 1:
            yield f"{done.kind} {done.code} is there {times[act]} times"
    if more := {act: n for act, n in times.items() if act not in wanted and n > 1}:
        yield f"{len(more)} acts are there more than once"
    if len(times.keys() - wanted.keys()) > kills:
        yield f"{len(times.keys() - wanted.keys())} acts that nobody has told, after {kills} kills of desks"
    for done in wanted.values():
        if done.kind == "receipt":
            found = c.execute("SELECT total FROM receipt WHERE code = ?", (done.code,)).fetchall()
            if found != [(done.amount,)]:
                yield f"receipt {done.code} over {done.amount} is {found}"
        if done.kind == "request":
            times_there = c.execute("SELECT count(*) FROM request WHERE code = ?", (done.code,)).fetchone()[0]
            if times_there != 1:
                yield f"request {done.code} is there {times_there} times"
    if ruled := c.execute("SELECT verdict, count(*) FROM ruling GROUP BY verdict").fetchall():
        yield f"honest acts were ruled on: {ruled}"
    if parked := c.execute("SELECT count(*) FROM parked").fetchone()[0]:
        yield f"{parked} acts are parked"


def _money(c: sqlite3.Connection) -> Iterator[str]:
    """What was taken less what was given back is what the sessions account for and what customers have."""
    sums = c.execute(
        "SELECT (SELECT coalesce(sum(total), 0) FROM receipt)"
        " - (SELECT coalesce(sum(amount), 0) FROM reversal), "
        "(SELECT coalesce(sum(received - returned), 0) FROM session_state), "
        "(SELECT coalesce(sum(credit - owed), 0) FROM customer_balance)"
    ).fetchone()
    if len(set(sums)) != 1:
        yield f"receipts less reversals, drawers and credits are {sums}"
    for table in ("receipt", "request"):
        codes = [code for (code,) in c.execute(f'SELECT code FROM "{table}"')]
        if len(codes) != len(set(codes)):
            yield f"{len(codes) - len(set(codes))} codes of {table} were given twice"


def _differences(here: sqlite3.Connection, there: sqlite3.Connection) -> Iterator[str]:
    for table, columns in SCOPED.items():
        sql = f'SELECT {", ".join(chr(34) + c + chr(34) for c in columns)} FROM "{table}"'
        ours, theirs = (set[Any](c.execute(sql)) for c in (here, there))
        if ours != theirs:
            shown = sorted(map(str, ours ^ theirs))[:3]
            yield f"{table} is not as at the head office: {len(ours ^ theirs)} rows: {'; '.join(shown)}"
