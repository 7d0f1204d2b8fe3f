"""A founded utility for simulations: made once in a program, on disks that do not fail, and copied."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from app.headoffice.founding import Founding, NewOffice
from app.models import Staff
from app.models.base import millis
from tests.offices import STAFF, WATER
from tests.simulation.clocks import PcClock, WorldClock
from tests.simulation.disk import Disk, Image
from tests.simulation.hub import HUB_KEY, HubMachine
from tests.simulation.model import Model
from tests.simulation.network import Network
from tests.simulation.pc import Pc
from tests.simulation.people import People, Worker
from tests.simulation.switches import Switches

START = millis(datetime(2026, 11, 20, 1, tzinfo=UTC))
"""A Friday, 08:00 in Vietnam."""

OFFICES = 2
DESKS = 2
"""In each office."""


@dataclass(frozen=True, slots=True)
class Founded:
    """A head office, desks that are enrolled and have everything, a customer or two in each office."""

    at_ms: int
    hub: Image
    desks: dict[str, Image]
    people: dict[int, People]
    """Office -> its staff."""
    model: Model
    """What was done so far; to be copied."""


@cache
def founded() -> Founded:
    """Made by the program itself, with a fixed seed."""
    rng = random.Random("founding")  # no world has this seed: ids would meet again
    clock = WorldClock(START)
    model = Model()
    hub = HubMachine("hub", Disk(rng), PcClock(clock), rng, model, 1000)
    hub.disk.write(HUB_KEY, hub.new_key().private_bytes_raw())
    hub.start()
    hub_key: bytes = hub.program.hub.public_key
    founding = Founding(hub.program.writer, hub_key)
    founding.utility(WATER)
    network = Network(rng, Switches(), clock, hub.answer)
    people: dict[int, People] = {}
    pcs: list[Pc] = []
    for office in range(1, OFFICES + 1):
        assert founding.office(NewOffice(f"Chi nhánh {office}", "1", "2")) == office
        people[office] = _staff(hub, office)
        for desk in range(1, DESKS + 1):
            pc = Pc(f"BN{office}{desk}", Disk(rng), PcClock(clock), rng, model, 1000)
            pc.line = network.line(pc.name)
            pc.worker = Worker(rng, people[office])
            pc.office_no, pc.hub_key = office, hub_key
            told, pc.code = hub.invite(office, pc.name)
            assert (told, pc.enrol()) == ("", "")
            assert pc.start() == ""
            assert pc.sync() == ""
            pcs.append(pc)
    for pc in pcs:
        for kind in ("customers.add", "cash.open_session"):
            assert pc.act(kind) == ""
    for pc in pcs * 2:
        assert pc.sync() == ""
    for machine in (hub, *pcs):
        machine.program.database.close()
    made = Founded(clock.ms, hub.disk.image(), {pc.name: pc.disk.image() for pc in pcs}, people, model)
    for machine in (hub, *pcs):
        machine.disk.stop()
    return made


def _staff(hub: HubMachine, office: int) -> People:
    """As `Founding.staff`, without the time it takes to hash passwords."""
    with hub.program.writer.entry("staff.add", None, desk=hub.program.hub.office_feed(office)) as draft:
        return {
            new.login: draft.add(
                Staff, login=new.login, name=new.name, title=new.title, phone=new.phone,
                roles=list(new.roles), password_hash="",
            )
            for new in STAFF
        }  # fmt: skip
