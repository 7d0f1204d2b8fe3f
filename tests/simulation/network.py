"""A network that fails, between desks and one head office; the seed decides how."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from app.domain.errors import AppError
from tests.simulation.clocks import DAY, HOUR, MINUTE, WorldClock
from tests.simulation.switches import Switches

T = TypeVar("T")

KEPT = 100
"""So many old messages may still come again."""

Handler = Callable[[str, bytes], bytes]
"""The head office's `Hub.answer`. HubDown when it does not run, or ends while it is at it."""


class HubDown(Exception):
    """The head office does not answer."""


class Network:
    """All lines of a world. `note` hears of each fault, for a trace."""

    def __init__(
        self,
        rng: random.Random,
        switches: Switches,
        clock: WorldClock,
        hub: Handler,
        note: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.switches = switches
        self.messages = 0
        self._rng = rng
        self._clock = clock
        self._hub = hub
        self._note = note
        self._lines: list[Line] = []
        self._out_until = 0
        self._late: list[tuple[str, bytes]] = []
        self._requests: list[tuple[str, bytes]] = []
        self._replies: list[bytes] = []

    def line(self, name: str) -> Line:
        """The line of a PC."""
        line = Line(self, name)
        self._lines.append(line)
        return line

    def calm(self) -> None:
        """From now on all goes well; what was under way is gone."""
        self.switches = Switches()
        self._out_until = 0
        self._late.clear()
        for line in self._lines:
            line.out_until = 0

    def carry(self, line: Line, path: str, data: bytes) -> bytes:
        """A message there and its answer back. AppError "sync.offline", "sync.nonsense"."""
        self.messages += 1
        self._clock.advance(self._rng.randint(5, 400))
        if self._is_out(line) or self.strikes(line, "request_lost"):
            raise AppError("sync.offline")
        if self.strikes(line, "portal"):
            raise AppError("sync.nonsense")
        if self.strikes(line, "late"):
            self._late.append((path, data))
            raise AppError("sync.offline")
        self._deliver_what_is_late()
        if self._requests and self.strikes(line, "old_again"):
            self._handle_unheard(*self._rng.choice(self._requests))
        if self.strikes(line, "request_torn"):
            data = data[: self._rng.randrange(len(data))]
        else:
            self._keep(self._requests, (path, data))
        answer = self._handle(path, data)
        if self.strikes(line, "doubled"):
            answer = self._rng.choice((answer, self._handle(path, data)))
        if self.strikes(line, "reply_lost"):
            raise AppError("sync.offline")
        if self._replies and self.strikes(line, "old_reply"):
            return self._rng.choice(self._replies)
        self._keep(self._replies, answer)
        if self.strikes(line, "reply_torn"):
            return answer[: self._rng.randrange(len(answer))]
        return answer

    def strikes(self, line: Line, fault: str) -> bool:
        """Whether a fault happens now."""
        if self._rng.random() >= getattr(self.switches, fault):
            return False
        self._note(f"{line.name}: {fault}")
        return True

    def _is_out(self, line: Line) -> bool:
        if self.strikes(line, "hub_out"):
            self._out_until = self._clock.ms + self._rng.randint(MINUTE, 3 * HOUR)
        if self.strikes(line, "desk_out"):
            line.out_until = self._clock.ms + self._rng.randint(MINUTE, 3 * DAY)
        return line.dead or self._clock.ms < max(self._out_until, line.out_until)

    def _deliver_what_is_late(self) -> None:
        while self._late and self._rng.random() < 0.5:
            self._handle_unheard(*self._late.pop(self._rng.randrange(len(self._late))))

    def _handle(self, path: str, data: bytes) -> bytes:
        try:
            return self._hub(path, data)
        except HubDown as error:
            raise AppError("sync.offline") from error

    def _handle_unheard(self, path: str, data: bytes) -> None:
        """Nobody waits for this answer any more; it may still come instead of another."""
        try:
            self._keep(self._replies, self._hub(path, data))
        except HubDown:
            return

    def _keep(self, kept: list[T], one: T) -> None:
        if len(kept) < KEPT:
            kept.append(one)
        else:
            kept[self._rng.randrange(KEPT)] = one


class Line:
    """A PC's line to the head office: a `Transport`."""

    def __init__(self, network: Network, name: str) -> None:
        self.name = name
        self.dead = False
        """There is none, for good."""
        self.out_until = 0
        self.sent_bytes = 0
        self.received_bytes = 0
        self._network = network

    def post(self, path: str, data: bytes) -> bytes:
        self.sent_bytes += len(data)
        answer = self._network.carry(self, path, data)
        self.received_bytes += len(answer)
        return answer

    def close(self) -> None:
        """Nothing is held open."""
