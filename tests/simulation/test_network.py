"""The network and the clocks that fail: every switch does what it says, and one seed is one course."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from app.domain.errors import AppError
from app.models.base import millis
from tests.simulation.clocks import DAY, DEAD_BATTERY, MINUTE, YEAR, PcClock, WorldClock
from tests.simulation.network import HubDown, Line, Network
from tests.simulation.switches import Switches

START = millis(datetime(2026, 11, 20, 1, tzinfo=UTC))


class Hub:
    """Keeps what it is told and answers with it."""

    def __init__(self) -> None:
        self.handled: list[bytes] = []
        self.up = True

    def answer(self, path: str, data: bytes) -> bytes:
        if not self.up:
            raise HubDown
        self.handled.append(data)
        return b"answer to " + data


def network_of(hub: Hub, **switches: float) -> tuple[Network, Line]:
    network = Network(random.Random(1), Switches(**switches), WorldClock(START), hub.answer)
    return network, network.line("a")


def post(line: Line, number: int) -> str:
    """What came of a message: "answer", "other answer", or the error's code."""
    message = f"message {number}".encode()
    try:
        return "answer" if line.post("/v1/sync", message) == b"answer to " + message else "other answer"
    except AppError as error:
        return error.code


@pytest.mark.parametrize(
    ("fault", "told", "handled"),
    [
        ("request_lost", "sync.offline", 0),
        ("reply_lost", "sync.offline", 1),
        ("doubled", "answer", 2),
        ("late", "sync.offline", 0),
        ("request_torn", "other answer", 1),
        ("reply_torn", "other answer", 1),
        ("portal", "sync.nonsense", 0),
        ("hub_out", "sync.offline", 0),
        ("desk_out", "sync.offline", 0),
    ],
)
def test_each_fault_is_what_it_is_called(fault: str, told: str, handled: int) -> None:
    hub = Hub()
    network, line = network_of(hub, **{fault: 1.0})
    assert post(line, 1) == told
    assert len(hub.handled) == handled
    network.calm()
    assert post(line, 2) == "answer"


def test_what_is_late_comes_before_a_later_message() -> None:
    hub = Hub()
    network, line = network_of(hub, late=1.0)
    for number in range(20):
        post(line, number)
    assert hub.handled == []
    network.switches = Switches()
    for number in range(20, 60):
        assert post(line, number) == "answer"
    assert len(hub.handled) == 60
    assert hub.handled != sorted(hub.handled)


def test_old_messages_and_old_answers_come_again() -> None:
    hub = Hub()
    network, line = network_of(hub, old_again=1.0)
    for number in range(30):
        assert post(line, number) == "answer"
    assert len(hub.handled) == 59
    numbers = [int(handled.split()[1]) for handled in hub.handled]
    assert max(max(numbers[:at]) - n for at, n in enumerate(numbers) if at) > 10
    network.switches = Switches(old_reply=1.0)
    assert post(line, 30) == "other answer"


def test_a_head_office_that_is_down_is_an_offline_desk() -> None:
    hub = Hub()
    _, line = network_of(hub)
    hub.up = False
    assert post(line, 1) == "sync.offline"


def test_one_desks_dead_line_is_no_others() -> None:
    hub = Hub()
    network, line = network_of(hub, desk_out=1.0)
    assert post(line, 1) == "sync.offline"
    network.switches = Switches()
    assert post(line, 2) == "sync.offline"
    assert post(network.line("b"), 3) == "answer"


def test_one_seed_is_one_course() -> None:
    def course(seed: int) -> list[str]:
        hub = Hub()
        rng = random.Random(seed)
        network = Network(rng, Switches.draw(rng), WorldClock(START), hub.answer)
        lines = [network.line(name) for name in "abc"]
        told = [post(lines[n % 3], n) for n in range(200)]
        return [*told, *(str(h) for h in hub.handled)]

    courses = [course(seed) for seed in range(20)]
    assert courses == [course(seed) for seed in range(20)]
    assert len({tuple(c) for c in courses}) > 15


def test_every_switch_is_drawn_and_shown() -> None:
    drawn = [Switches.draw(random.Random(seed)) for seed in range(200)]
    for f in fields(Switches):
        chances = [getattr(s, f.name) for s in drawn]
        assert 0 < sum(c > 0 for c in chances) < 200
        assert max(chances) <= f.metadata["most"]
    assert str(Switches()) == "nothing"
    assert str(replace(Switches(), kill=0.25, doubled=0.5)) == "doubled=0.500 kill=0.250"


def test_clocks_are_wrong_in_their_ways() -> None:
    world = WorldClock(START)
    clock = PcClock(world)
    rng = random.Random(1)
    assert clock.now() == world.now()
    clock.be_off(rng)
    assert 0 < abs(clock.ms - world.ms) <= 30 * MINUTE
    clock.stand_still()
    shown = clock.now()
    world.advance(3 * DAY)
    assert clock.now() == shown
    clock.set_right()
    assert clock.now() == world.now()
    clock.battery_dead = True
    world.advance(MINUTE)
    assert clock.now() == world.now()
    clock.start()
    assert clock.ms == DEAD_BATTERY
    clock.set_right()
    jumps = set()
    for _ in range(50):
        clock.jump(rng)
        jumps.add(clock.ms > world.ms)
        assert 1970 <= clock.now().year <= 2100
    assert jumps == {True, False}
    assert abs(clock.ms - world.ms) > YEAR
