"""Whole districts, one seed each: whatever happened, in the end nothing is lost, nothing counts twice, and
all hold the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.simulation.model import Act, Model, Violation
from tests.simulation.mutations import MUTATIONS
from tests.simulation.runs import Played, Run, play
from tests.simulation.switches import Switches
from tests.simulation.world import World

NOTICING = sorted({mutation.seed for mutation in MUTATIONS if not mutation.test})
"""Seeds that are known to notice a safeguard that is gone."""

FRESH = range(12)
"""`python3 run.py simulate --seeds 1000` plays as many as one has time for."""

STEPS = 60


def played(seed: int, steps: int = STEPS, switches: Switches | None = None) -> Played:
    """A run to its end; what it broke is told with its seed, its switches and how it came to it."""
    done = play(Run(seed, steps, switches))
    assert done.failure is None, str(done.failure)
    return done


@pytest.mark.parametrize("seed", NOTICING)
def test_nothing_is_lost(seed: int) -> None:
    played(seed)


@pytest.mark.parametrize("number", FRESH)
def test_nothing_is_lost_in_a_district_that_nobody_has_seen(number: int) -> None:
    """Another seed each time; the one that fails is told, and plays the same way again."""
    played(random.SystemRandom().randrange(10**6, 10**9))


def test_everything_happens() -> None:
    """Else a fault that is never drawn would seem to do no harm."""
    happened: Counter[str] = Counter()
    for seed in range(1000, 1010):
        happened += played(seed, switches=ALL).happened
    missing = [name for name in Switches.__dataclass_fields__ if not happened[name]]
    assert missing == []
    assert any("killed" in what for what in happened)


ALL = Switches(
    **{name: min(3 * field.metadata["most"], 0.08) for name, field in Switches.__dataclass_fields__.items()}
)


def test_one_seed_is_one_course_of_events() -> None:
    first, again, other = (played(seed, 40) for seed in (7, 7, 8))
    assert first.trace == again.trace
    assert first.trace != other.trace


@pytest.fixture(scope="module")
def day() -> Iterator[World]:
    """A district where nothing went wrong, at the end of a day's work."""
    world = World(1, Switches())
    world.play(60)
    world.settle()
    world.check()
    yield world
    world.stop()


@pytest.fixture
def quiet(day: World) -> World:
    """The same with the same dice; who changes it takes it back."""
    day.rng.seed(1)
    return day


BROKEN = {
    "a receipt that nobody wrote": "INSERT INTO receipt SELECT hlc, device, code, session_id, customer_id, "
    "payer, total, tendered, taken_at, cashier, office_no, randomblob(16) FROM receipt LIMIT 1",
    "a receipt too few": "DELETE FROM receipt WHERE id = (SELECT max(id) FROM receipt)",
    "another amount": "UPDATE receipt SET total = total + 1 WHERE id = (SELECT max(id) FROM receipt)",
    "another name": "UPDATE customer SET name = name || 'x' WHERE id = (SELECT max(id) FROM customer)",
    "another office's row": "UPDATE customer SET office_no = 9 WHERE id = (SELECT max(id) FROM customer)",
    "a drawer that does not tally": "UPDATE session_state SET received = received + 1",
    "an entry too few": "DELETE FROM entry WHERE hlc = (SELECT max(hlc) FROM entry WHERE device > 9)",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_is_seen(quiet: World, what: str) -> None:
    """Of one PC, when the same row is wrong there alone; of all, when it is wrong everywhere alike."""
    machine = quiet.rng.choice([quiet.hub, *quiet.pcs])
    database = machine.program.database.write
    database.execute("BEGIN IMMEDIATE")
    assert database.execute(BROKEN[what]).rowcount > 0
    with pytest.raises(Violation):
        quiet.check()
    database.execute("ROLLBACK")
    quiet.check()


def test_what_no_replay_gives_is_seen_also_where_it_is_so_everywhere(quiet: World) -> None:
    databases = [machine.program.database.write for machine in (quiet.hub, *quiet.pcs)]
    for database in databases:
        database.execute("CREATE TEMP TABLE was AS SELECT id, phone FROM customer")
        database.execute("UPDATE customer SET phone = 'x'")
    with pytest.raises(Violation, match="replay"):
        quiet.check()
    for database in databases:
        database.execute("UPDATE customer SET phone = (SELECT phone FROM was WHERE was.id = customer.id)")
        database.execute("DROP TABLE was")
    quiet.check()


def test_the_model_excuses_only_what_went_with_its_last_disk() -> None:
    model = Model()
    acts = [Act(bytes([n]) * 16, 1, "cash.collect", "tung", 0, frozenset(), 1000) for n in range(3)]
    for act in acts:
        model.begins(act)
        model.commits(act, "a")
    model.found("hub", {acts[0].id})
    model.goes_back("a", {acts[1].id})
    assert model.due({1}) == {acts[0].id, acts[1].id}
    with pytest.raises(Violation, match="lost 1 acts"):
        model.found("hub", set())
    model.found("a", {acts[1].id})
    model.goes_back("hub")
    assert model.due({1}) == {acts[1].id}
    assert model.due({2}) == set()
