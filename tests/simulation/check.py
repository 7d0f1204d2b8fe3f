"""What must be true of a world that has become quiet, asked of its databases and of the model beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from random import Random
from typing import Any

from app.models import Base
from app.sync.verify import verify
from tests.simulation.clocks import WorldClock
from tests.simulation.machines import DATABASE, HubMachine, Machine, Pc
from tests.simulation.model import Act, Model, Violation

SCOPED = {
    m.local_table.name: [c.name for c in m.local_table.columns]  # type: ignore[attr-defined]
    for m in Base.registry.mappers
    if getattr(m.class_, "__kind__", "local") in ("card", "fact", "projection")
    and "office_no" in m.local_table.columns
}
FACTS = {
    m.local_table.name  # type: ignore[attr-defined]
    for m in Base.registry.mappers
    if getattr(m.class_, "__kind__", "") == "fact" and not getattr(m.class_, "__owned__", False)
}
"""Those that people write."""


def check(hub: HubMachine, pcs: Sequence[Pc], model: Model, clock: WorldClock, rng: Random) -> None:
    """Violation where one of the invariants does not hold. All must be on, and quiet."""
    offices = {office for (office,) in hub.ask('SELECT "number" FROM office')}
    for machine, scope in [(hub, offices), *((pc, {pc.office_no}) for pc in pcs)]:
        _nothing_is_lost_nor_invented(machine, model, scope)
        _every_act_counts_once(machine, model)
        _money_is_conserved(machine, model)
        _only_what_is_its_own(machine, scope)
    for pc in pcs:
        _same_rows(hub, pc)
    # All hold the same rows: one is enough, and a replay takes longer than all the rest.
    _equals_the_replay(rng.choice([hub, *pcs]), clock)


def _nothing_is_lost_nor_invented(machine: Machine, model: Model, offices: Set[int]) -> None:
    there = {id for (id,) in machine.ask("SELECT id FROM entry")}
    if missing := model.due(offices) - there:
        raise Violation(f"{machine.name}: lost {_kinds(model.acts[i] for i in missing)}")
    by_people = {id for (id,) in machine.ask('SELECT id FROM entry WHERE "by" IS NOT NULL')}
    if invented := by_people - model.acts.keys():
        raise Violation(f"{machine.name}: {len(invented)} acts that nobody did")
    if waiting := machine.ask("SELECT count(*) FROM orphan")[0][0]:
        raise Violation(f"{machine.name}: {waiting} acts still wait to be issued again")


def _every_act_counts_once(machine: Machine, model: Model) -> None:
    acts = _in_effect(machine, model)
    for table in sorted(FACTS):
        should = {row for act in acts for name, row in act.rows if name == table}
        found = {id for (id,) in machine.ask(f'SELECT id FROM "{table}"')}
        if found != should:
            many, few = len(found - should), len(should - found)
            raise Violation(f"{machine.name}: {table} has {many} rows too many, {few} too few")


def _in_effect(machine: Machine, model: Model) -> list[Act]:
    """The acts that the journal holds, save those that are parked."""
    found = machine.ask(
        "SELECT DISTINCT e.id FROM entry e WHERE NOT EXISTS (SELECT 1 FROM parked p WHERE "
        'p.office_no = e.office_no AND p.device = e.device AND p."number" = e."number")'
    )
    return [model.acts[id] for (id,) in found if id in model.acts]


def _money_is_conserved(machine: Machine, model: Model) -> None:
    def one(sql: str) -> int:
        return int(machine.ask(f"SELECT coalesce(({sql}), 0)")[0][0])

    counts = "(1 - (SELECT count(*) FROM reversal r WHERE r.receipt_id = a.receipt_id))"
    taken = one("SELECT sum(total) FROM receipt") - one("SELECT sum(amount) FROM reversal")
    sums = {
        "what people took": sum(act.money for act in _in_effect(machine, model)),
        "the drawers": one("SELECT sum(received - returned) FROM session_state"),
        "the allocations": one(f"SELECT sum(a.amount * {counts}) FROM allocation a"),
        "the customers' balances": one("SELECT sum(credit - owed) FROM customer_balance")
        + one("SELECT sum(total) FROM bill"),
    }
    for name, sum_ in sums.items():
        if sum_ != taken:
            raise Violation(f"{machine.name}: receipts less reversals are {taken}, {name} {sum_}")


def _only_what_is_its_own(machine: Machine, offices: Set[int]) -> None:
    for table in ("entry", *SCOPED):
        found = {office for (office,) in machine.ask(f'SELECT DISTINCT office_no FROM "{table}"')}
        if not found <= {0, *offices}:
            raise Violation(f"{machine.name}: {table} has rows of offices {sorted(found)}")


def _same_rows(hub: HubMachine, pc: Pc) -> None:
    for table, columns in SCOPED.items():
        names = ", ".join(f'"{c}"' for c in columns)
        sql = f'SELECT {names} FROM "{table}" WHERE office_no IN (0, ?)'
        here, there = (set(m.ask(sql, (pc.office_no,))) for m in (pc, hub))
        if here != there:
            raise Violation(f"{pc.name}: {table} is not as at the head office: {_shown(here ^ there)}")


def _equals_the_replay(machine: Machine, clock: WorldClock) -> None:
    if (told := machine.ask("PRAGMA integrity_check")) != [("ok",)]:
        raise Violation(f"{machine.name}: damaged: {told}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        for end in ("", "-wal"):
            if DATABASE + end in machine.disk.files:
                path.with_name(path.name + end).write_bytes(machine.disk.read(DATABASE + end))
        verdict = verify(path, clock.now())
    if not verdict.good:
        raise Violation(f"{machine.name}: is not the replay of its journal: {verdict}")


def _kinds(acts: Iterable[Act]) -> str:
    return ", ".join(sorted(act.kind for act in acts))


def _shown(rows: set[Any]) -> str:
    return "; ".join(str(row) for row in sorted(rows, key=str)[:4])
