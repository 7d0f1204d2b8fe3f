"""A desk at work in a program of its own, to be killed: it says what is done after it is done."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.domain.importing import ParsedRow
from app.home.first_start import found_here
from app.models.database import open_database
from app.services import imports
from app.services.cash import Collect
from app.services.requests import NewRequest
from app.sync.transport import DirectTransport
from tests.offices import person
from tests.services.test_supply import STEPS, apply, do_one, only_request

CLOCK = SystemClock()
GROUP = 25
"""Customers in one entry of the import."""


def say(*what: object) -> None:
    print(*what, flush=True)


def day(home: Path, customer: str) -> None:
    """Receipts and requests without end."""
    desktop = Desktop(home, CLOCK)
    tung, yen = person(desktop, "tung"), person(desktop, "yen")
    there = desktop.cash_queries.open_session(tung.id, desktop.identity.device)
    session = there.id if there else desktop.cash.open_session(tung, uuid4(), "VA", 100_000)
    for at in count(1):
        taken = desktop.cash.collect(
            tung,
            Collect(uuid4(), session, UUID(customer), (), 10_000 + at, "Nguyễn Thị Đào", keep_change=True),
        )
        say(taken.code, taken.total)
        asked = desktop.requests.register(
            yen, NewRequest(uuid4(), "repair", "walk_in", "Nước yếu", customer_id=UUID(customer))
        )
        say(asked.code)


def supply(home: Path) -> None:
    """A new supply, step by step; what is done is told again, and it goes on from there."""
    desktop = Desktop(home, CLOCK)
    yen = person(desktop, "yen")
    request, at = only_request(desktop)
    if request is None:
        request, at = apply(desktop), 0
    for step in ("application", *STEPS)[: at + 1]:
        say(step)
    for step in STEPS[at:]:
        do_one(desktop, yen, request, step)
        say(step)
    Event().wait()  # until it is killed


def take_in(home: Path, rows: int) -> None:
    """Customers of a workbook."""
    imports.CHUNK = GROUP
    desktop = Desktop(home, CLOCK)
    plan = desktop.imports.plan(
        ParsedRow(at, {"code": f"BN-{at:06d}", "name": f"Ông {at}", "connection_code": f"BN-{at:06d}",
                       "address": f"Số {at}", "meter_serial": f"M{at:06d}"}, ())
        for at in range(rows)
    )  # fmt: skip
    desktop.imports.apply(person(desktop, "admin"), plan, lambda done, total: say(done))


def receive(home: Path, hub: Path) -> None:
    """What other desks have written, in small messages."""
    with closing(HeadOffice(hub, CLOCK)) as headoffice:

        class Telling(DirectTransport):
            def post(self, path: str, data: bytes) -> bytes:
                answer = super().post(path, data)
                say(len(answer))
                return answer

        with closing(Desktop(home, CLOCK, Telling(headoffice.hub.answer))) as desktop:
            desktop.client._chunk = 3000
            desktop.client.once()


def open_new(home: Path) -> None:
    """A database that is made."""
    say("begun")
    open_database(home / "office.db", CLOCK.now()).close()


def found(home: Path, answers: Mapping[str, str]) -> None:
    """A utility, on this PC alone."""
    say("begun")
    found_here(home, CLOCK, answers)
