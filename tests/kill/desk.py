"""A desk at work in a program of its own, to be killed at any moment.

Each act is written into its log after its commit, in whole lines that lie on the disk; so is what the head
office has acknowledged. It says "ready" when it begins. When its input ends it does no more, sends what is
left and ends by itself.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

from app.bootstrap import Desktop
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.services.cash import Collect
from app.services.customers import NewConnection, NewCustomer, NewMeter
from app.services.readings import EnterReading
from app.services.requests import NewRequest
from tests.offices import person

PATIENCE = 60.0
PAUSE = 0.04
"""Seconds between two acts, at most."""


class Log:
    """Lines that are on the disk when `write` returns; from any thread."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, **what: object) -> None:
        os.write(self._file, json.dumps(what).encode() + b"\n")
        os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)


class Work:
    """What a desk's people do, as the dice fall."""

    def __init__(self, desktop: Desktop, log: Log, dice: random.Random) -> None:
        self.desktop = desktop
        self._log = log
        self._dice = dice
        self._clerk = person(desktop, "yen")
        self._cashier = person(desktop, "tung")
        self._reader = person(desktop, "duc")
        self._receipts: list[tuple[UUID, int]] = []
        self._session = self._opened()

    def _opened(self) -> UUID:
        there = self.desktop.cash_queries.open_session(self._cashier.id, self.desktop.identity.device)
        if there:
            return there.id
        act = uuid4()
        session = self.desktop.cash.open_session(self._cashier, act, "VA", 100_000)
        self._done(act, "session")
        return session

    def _done(self, act: UUID, kind: str, code: str = "", amount: int = 0) -> None:
        self._log.write(act=act.hex, kind=kind, code=code, amount=amount)

    def one_act(self) -> None:
        """Something happens at the counter."""
        weights: dict[Callable[[UUID], None], int] = {
            self._receipt: 5,
            self._request: 3,
            self._reading: 3,
            self._reversal: 1,
            self._customer: 1,
        }
        self._dice.choices([*weights], [*weights.values()])[0](uuid4())

    def _pick(self, sql: str) -> list[UUID]:
        """A row of ids, taken at random; nothing while there is none."""
        with self.desktop.database.read.connect() as read:
            rows = read.exec_driver_sql(sql).fetchall()
        return [UUID(bytes=id) for id in self._dice.choice(rows)] if rows else []

    def _receipt(self, act: UUID) -> None:
        if found := self._pick("SELECT id FROM customer"):
            amount = 1000 * self._dice.randint(1, 900)
            taken = self.desktop.cash.collect(
                self._cashier,
                Collect(act, self._session, found[0], (), amount, "Nguyễn Thị Đào", keep_change=True),
            )
            self._receipts.append((taken.receipt_id, taken.total))
            self._done(act, "receipt", taken.code, taken.total)

    def _reversal(self, act: UUID) -> None:
        if self._receipts:
            receipt, amount = self._receipts.pop(self._dice.randrange(len(self._receipts)))
            self.desktop.cash.reverse(self._cashier, receipt, self._session, "Thu nhầm", act)
            self._done(act, "reversal", amount=-amount)

    def _request(self, act: UUID) -> None:
        if found := self._pick("SELECT id FROM customer"):
            asked = self.desktop.requests.register(
                self._clerk, NewRequest(act, "repair", "walk_in", "Nước yếu", customer_id=found[0])
            )
            self._done(act, "request", asked.code)

    def _reading(self, act: UUID) -> None:
        if found := self._pick("SELECT connection_id, id FROM meter"):
            period = f"{self._dice.randint(2000, 2025)}-{self._dice.randint(1, 12):02d}"
            index = 1000 * self._dice.randint(0, 9999)
            connection, meter = found
            new = EnterReading(act, connection, meter, period, self.desktop.today(), index)
            try:
                self.desktop.readings.enter(self._reader, new)
            except AppError as error:
                if error.code != "reading.there":
                    raise
                return
            self._done(act, "reading")

    def _customer(self, act: UUID) -> None:
        code = f"{self.desktop.identity.desk}-{self._dice.getrandbits(40):x}"
        card = NewCustomer(
            act, code, "Ông Tư", "12/5", NewConnection("household", meter=NewMeter(f"M{code}")), "0912345678"
        )
        self.desktop.customers.add(self._clerk, card)
        self._done(act, "customer", code)


def at_work(home: Path, path: Path, seed: int) -> None:
    """A desk until its input ends; `path` is its log's."""
    log, dice = Log(path), random.Random(seed)
    desktop = Desktop(home, SystemClock())
    over = threading.Event()

    def acknowledged(*_: object) -> None:
        log.write(device=desktop.identity.device, acked=desktop.acked())

    def until_the_input_ends() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=until_the_input_ends, daemon=True).start()
    work = Work(desktop, log, dice)
    desktop.start_sync(acknowledged, every=0.1)
    print("ready", flush=True)
    while not over.wait(dice.uniform(0, PAUSE)):
        work.one_act()
        acknowledged()
    sent = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if not desktop.client.unsent():
            break
        sent.wait(0.05)
    acknowledged()
    desktop.close()
