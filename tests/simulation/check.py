"""What must be true of a world that has become quiet, asked of its databases and of the model beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from random import Random
from typing import Any

from app.models import Base
from app.sync.hlc import AHEAD_MS, COUNTER_BITS
from app.sync.verify import verify
from tests.blank import new_databases_from
from tests.simulation.clocks import DAY, WorldClock
from tests.simulation.connection import empty_database
from tests.simulation.hub import HubMachine
from tests.simulation.machines import DATABASE, Machine
from tests.simulation.model import Act, Model, Violation
from tests.simulation.pc import Pc
from tests.simulation.people import FORBIDDEN

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
        _nobody_does_what_he_may_not(machine, model)
        _every_act_counts_once(machine, model)
        _no_act_stands_twice_in_a_feed(machine)
        _money_is_conserved(machine, model)
        _only_what_is_its_own(machine, scope)
        _nothing_is_of_the_far_future(machine, clock)
    for pc in pcs:
        _nothing_is_unsent(pc)
        _is_let_in(hub, pc)
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


def _nobody_does_what_he_may_not(machine: Machine, model: Model) -> None:
    """What somebody did who may not takes no effect, and all else does: an act is only parked where nobody
    but the head office says so, or where a card that it changes was never rightly made."""
    found = machine.ask(
        "SELECT e.id, e.hlc, p.reason FROM entry e LEFT JOIN parked p ON p.office_no = e.office_no "
        'AND p.device = e.device AND p."number" = e."number"'
    )
    for id, hlc, reason in found:
        act = model.acts.get(id)
        if act is None:
            if reason:
                raise Violation(f"{machine.name}: an act of the head office's is parked: {reason}")
            continue
        may, must_not = _rights(act, hlc, model)
        if reason == "not_allowed":
            if may:
                raise Violation(f"{machine.name}: {act.kind} by {act.login} takes no effect")
        elif must_not:
            raise Violation(f"{machine.name}: {act.kind} by {act.login} takes effect ({reason})")
        elif reason and (reason, act.kind) != ("waits", "customers.edit"):
            raise Violation(f"{machine.name}: {act.kind} by {act.login} is parked: {reason}")


def _rights(act: Act, hlc: int, model: Model) -> tuple[bool, bool]:
    """Whether somebody may do this for sure, or may not for sure."""
    if act.kind not in FORBIDDEN:
        return True, False
    if act.login == FORBIDDEN[act.kind]:
        return False, True
    taken = model.taken.get((act.office, act.login))
    if taken is None or hlc <= taken.hlc:
        return True, False
    grace = 7 * DAY << COUNTER_BITS
    return False, taken.known and act.at_ms > taken.at_ms and hlc > taken.hlc + grace


def _every_act_counts_once(machine: Machine, model: Model) -> None:
    acts = _in_effect(machine, model)
    for table in sorted(FACTS):
        should = {row for act in acts for name, row in act.rows if name == table}
        found = {id for (id,) in machine.ask(f'SELECT id FROM "{table}"')}
        if found != should:
            many, few = len(found - should), len(should - found)
            raise Violation(f"{machine.name}: {table} has {many} rows too many, {few} too few")


def _no_act_stands_twice_in_a_feed(machine: Machine) -> None:
    sql = "SELECT device, kind FROM entry GROUP BY device, id, hlc, origin, body HAVING count(*) > 1"
    if twice := machine.ask(sql):
        raise Violation(f"{machine.name}: feed {twice[0][0]} holds one {twice[0][1]} twice")


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

    counts = (
        "CASE WHEN a.payout_id IS NULL "
        "THEN 1 - (SELECT count(*) FROM reversal r WHERE r.receipt_id = a.receipt_id) ELSE 1 END"
    )
    taken = one("SELECT sum(total) FROM receipt") - one("SELECT sum(amount) FROM reversal")
    taken -= one("SELECT sum(amount) FROM payout")
    sums = {
        "what people took": sum(act.money for act in _in_effect(machine, model)),
        "the drawers": one("SELECT sum(received - returned - paid_out) FROM session_state"),
        "the allocations": one(f"SELECT sum(a.amount * ({counts})) FROM allocation a"),
        "the customers' balances": one("SELECT sum(credit - owed) FROM customer_balance")
        + one("SELECT sum(total) FROM bill"),
    }
    for name, sum_ in sums.items():
        if sum_ != taken:
            raise Violation(f"{machine.name}: receipts less reversals and payouts are {taken}, {name} {sum_}")


def _only_what_is_its_own(machine: Machine, offices: Set[int]) -> None:
    for table in ("entry", *SCOPED):
        found = {office for (office,) in machine.ask(f'SELECT DISTINCT office_no FROM "{table}"')}
        if not found <= {0, *offices}:
            raise Violation(f"{machine.name}: {table} has rows of offices {sorted(found)}")


def _nothing_is_of_the_far_future(machine: Machine, clock: WorldClock) -> None:
    """What a wrong clock has stamped counts as of the time at which the head office heard of it: else nobody
    could change it for decades."""
    latest = clock.ms + AHEAD_MS + 1 << COUNTER_BITS
    for table in SCOPED:
        for column in {"hlc", "made_hlc"} & set(SCOPED[table]):
            found = machine.ask(f'SELECT max("{column}") FROM "{table}"')[0][0]
            if found is not None and found >= latest:
                raise Violation(f"{machine.name}: {table} has a row of the far future")


def _is_let_in(hub: HubMachine, pc: Pc) -> None:
    sql = 'SELECT revoked_at FROM device WHERE "number" = ?'
    if hub.ask(sql, (pc.program.writer.desk.device,)) != [(None,)]:
        raise Violation(f"{pc.name}: is let in, though it is revoked")


def _nothing_is_unsent(pc: Pc) -> None:
    if unsent := pc.program.client.unsent():
        raise Violation(f"{pc.name}: {unsent} acts are not acknowledged")
    pc.is_acked()


def _same_rows(hub: HubMachine, pc: Pc) -> None:
    for table, columns in SCOPED.items():
        names = ", ".join(f'"{c}"' for c in columns)
        sql = f'SELECT {names} FROM "{table}" WHERE office_no IN (0, ?)'
        if table == "digest":
            sql += ' AND "rows" > 0'  # of a table that had rows once there may be one that says none
        here, there = (set(m.ask(sql, (pc.office_no,))) for m in (pc, hub))
        if here != there:
            raise Violation(f"{pc.name}: {table} is not as at the head office: {_shown(here ^ there)}")
    sql = 'SELECT device, "number", reason FROM parked WHERE office_no IN (0, ?)'
    here, there = (set(m.ask(sql, (pc.office_no,))) for m in (pc, hub))
    if here != there:
        raise Violation(f"{pc.name}: others are parked than at the head office: {_shown(here ^ there)}")


def _equals_the_replay(machine: Machine, clock: WorldClock) -> None:
    if (told := machine.ask("PRAGMA integrity_check")) != [("ok",)]:
        raise Violation(f"{machine.name}: damaged: {told}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        for end in ("", "-wal"):
            if DATABASE + end in machine.disk.files:
                path.with_name(path.name + end).write_bytes(machine.disk.read(DATABASE + end))
        blank = path.with_name("blank.db")
        blank.write_bytes(empty_database())
        with new_databases_from(blank):
            verdict = verify(path, clock.now())
    if not verdict.good:
        raise Violation(f"{machine.name}: is not the replay of its journal: {verdict}")


def _kinds(acts: Iterable[Act]) -> str:
    return ", ".join(sorted(act.kind for act in acts))


def _shown(rows: set[Any]) -> str:
    return "; ".join(str(row) for row in sorted(rows, key=str)[:4])
