"""Sticks: requests and answers in files that people carry about, lose, damage, mix up and use again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.sync.bundle import parse
from tests.simulation.hub import HubMachine
from tests.simulation.model import Violation
from tests.simulation.pc import Pc

MOST = 20
"""So many bundles lie about; then the oldest is thrown away."""

TRIPS = 8
"""So many trips, one after another, may it take until nothing is left to say."""


@dataclass(frozen=True, slots=True)
class Stick:
    """A bundle, and the PC that wrote the request."""

    data: bytes
    owner: str
    answer: bool = False


class Sticks:
    """All bundles of a world. `strikes` says whether a fault happens, to whom; `note` writes down."""

    def __init__(
        self, rng: random.Random, strikes: Callable[[str, str], bool], note: Callable[[str], None]
    ) -> None:
        self._rng = rng
        self._strikes = strikes
        self._note = note
        self._there: list[Stick] = []
        self.revoked: set[int] = set()
        """Devices of which the head office has ever said that it lets them in no more."""

    def export(self, pc: Pc) -> None:
        """A PC writes a request."""
        told, data = pc.export()
        self._note(f"{pc.name}: export {told}".rstrip())
        self._keep(Stick(data, pc.name))

    def travel(self, hub: HubMachine, pcs: Sequence[Pc]) -> None:
        """Somebody takes one of them where it belongs, as far as he knows."""
        if not self._there or self._rng.random() < 0.3:
            return
        at = self._rng.randrange(len(self._there)) if self._strikes("bundle_disorder", "stick") else 0
        stick = self._there[at] if self._strikes("bundle_twice", "stick") else self._there.pop(at)
        if self._strikes("bundle_lost", "stick"):
            return
        data = stick.data
        if self._strikes("bundle_torn", "stick"):
            data = data[: self._rng.randrange(len(data))]
        on = [pc for pc in pcs if pc.program is not None]
        astray = self._strikes("bundle_astray", "stick")
        readers = [pc for pc in on if astray or (stick.answer and pc.name == stick.owner)]
        if stick.answer or astray:
            if readers:
                reader = self._rng.choice(readers)
                self._told(f"{reader.name}: takes", reader.take(data)[0], data, stick)
            return
        carriers = [pc for pc in on if not pc.line.dead and pc.name != stick.owner]
        if carriers and self._strikes("bundle_carried", "stick"):
            carrier = self._rng.choice(carriers)
            told, answer = carrier.carry(data)
            self._told(f"{carrier.name}: carries", told, data, stick)
        elif hub.program is not None:
            told, answer = hub.take(data)
            self._told("hub: takes", told, data, stick)
        else:
            self._there.append(stick)
            return
        self._keep(Stick(answer, stick.owner, answer=True))

    def trip(self, pc: Pc, hub: HubMachine) -> str:
        """There and back, nothing wrong, until no other trip is needed. Returns what came of it, as `do`."""
        for _ in range(TRIPS):
            told, data = pc.export()
            if not told:
                told, data = hub.take(data)
            more = False
            if not told:
                told, more = pc.take(data)
            if told or not more:
                return told
        return "no end of it"

    def _keep(self, stick: Stick) -> None:
        if stick.data:
            self._there = [*self._there, stick][-MOST:]

    def _told(self, what: str, told: str, data: bytes, stick: Stick) -> None:
        """Note what came of it. Violation when it is not what it should be."""
        kind = "answer" if stick.answer else "request"
        self._note(f"{what} the {kind} of {stick.owner} {told}".rstrip())
        torn = len(data) < len(stick.data)
        if torn and not told:
            raise Violation(f"{what} half a bundle of {stick.owner}")
        if told == "bundle.cut" and not torn:
            raise Violation(f"{what}, told that a whole bundle is cut")
        if told == "bundle.revoked" and parse(data, "").header.device not in self.revoked:
            raise Violation(f"{what}, told that {stick.owner} is revoked")
