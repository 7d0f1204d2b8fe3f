"""Sticks and the line in any order, late and again and again: in the end each act is everywhere, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bootstrap import Desktop, HeadOffice
from app.domain.errors import AppError
from tests.offices import Company
from tests.sync.sticks import act, acts, trip, whole

DESKS = ("BN03", "BN04")

ROUNDS = 6
"""After so many everything must be quiet."""

EXPECTED = {
    "bundle.unasked",  # of a desk that was put back, or after sixteen others
    "bundle.other_desk",
    "bundle.for_headoffice",
    "sync.unknown_device",  # who carries is forgotten at a head office that was put back
}


class World:
    """Two desks and a head office, and all the files that ever lay on a stick."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.requests: list[Path] = []
        self.answers: list[Path] = []
        self.made: list[str] = []
        self.backups: dict[str, Path] = {}

    def desk(self, which: int) -> Desktop:
        """A desk."""
        return self.company.desks[which]

    def do(self, what: Callable[[], object]) -> bool:
        """Let something happen that may be refused in words; whether it was not."""
        try:
            what()
        except AppError as error:
            if error.code not in EXPECTED:
                raise
            return False
        return True

    def act(self, which: int, _: int) -> None:
        """Somebody does something."""
        code = f"C{len(self.made):03}"
        act(self.desk(which), code)
        self.made.append(code)

    def line(self, which: int, _: int) -> bool:
        """A pass over the line."""
        return self.do(self.desk(which).client.once)

    def export(self, which: int, _: int) -> None:
        """A file for the head office."""
        path = self.company.folder / f"{len(self.requests)}.daumoi-bundle"
        self.desk(which).export_bundle(path)
        self.requests.append(path)

    def deliver(self, _: int, number: int) -> None:
        """Any of the files comes to the head office, maybe again."""
        if self.requests:
            answer = self.company.folder / f"answer{len(self.answers)}.daumoi-bundle"
            path = self.requests[number % len(self.requests)]
            self.company.headoffice.import_bundle(path, answer)
            self.answers.append(answer)

    def carry(self, which: int, number: int) -> None:
        """Any of them comes to a desk that has a line."""
        if self.requests:
            answer = self.company.folder / f"answer{len(self.answers)}.daumoi-bundle"
            path = self.requests[number % len(self.requests)]
            self.do(lambda: self.desk(which).carry(path, answer))
            if answer.exists():
                self.answers.append(answer)

    def bring(self, which: int, number: int) -> None:
        """Any of the answers comes to a desk, maybe the wrong one, maybe again."""
        if self.answers:
            path = self.answers[number % len(self.answers)]
            self.do(lambda: self.desk(which).import_bundle(path))

    def reopen(self, which: int, _: int) -> None:
        """The program is closed and opened again."""
        self._swap(which, lambda home: None)

    def back_up(self, which: int, _: int) -> None:
        """A copy of the desk's data."""
        to = self.company.folder / f"backup{which}"

        def copy(home: Path) -> None:
            shutil.rmtree(to, ignore_errors=True)
            shutil.copytree(home, to)

        self._swap(which, copy)

    def put_back(self, which: int, _: int) -> None:
        """The desk's data is put back; what was nowhere else is gone with it."""
        kept = self.company.folder / f"backup{which}"
        if kept.exists() and self.line(which, 0):

            def put(home: Path) -> None:
                shutil.rmtree(home)
                shutil.copytree(kept, home)

            self._swap(which, put)

    def hub_back_up(self, _: int, __: int) -> None:
        """A copy of the head office's data."""
        kept = self.company.folder / "hub.backup"

        def copy() -> None:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(self.company.home, kept)

        self._swap_hub(copy)

    def hub_put_back(self, _: int, __: int) -> None:
        """The head office's data is put back, when the desks hold all that it had."""
        kept = self.company.folder / "hub.backup"
        if kept.exists() and all(self.line(which, 0) for which in (0, 1, 0, 1)):

            def put() -> None:
                shutil.rmtree(self.company.home)
                shutil.copytree(kept, self.company.home)

            self._swap_hub(put)

    def _swap(self, which: int, what: Callable[[Path], None]) -> None:
        desktop = self.desk(which)
        desktop.close()
        what(desktop.home)
        self.company.desks[which] = Desktop(desktop.home, self.company.clock, self.company.transport)

    def _swap_hub(self, what: Callable[[], None]) -> None:
        self.company.headoffice.close()
        what()
        self.company.headoffice = HeadOffice(self.company.home, self.company.clock)

    def end(self, by_line: bool) -> None:
        """Everybody has a line again, or goes with a stick until all is said."""
        for _ in range(ROUNDS):
            for desktop in self.company.desks:
                self.do(desktop.client.once if by_line else partial(trip, self.company, desktop))
        whole(self.company, *self.company.desks)
        assert acts(self.company.headoffice) == self.made


QUIET = (World.act, World.line, World.export, World.deliver, World.carry, World.bring, World.reopen)
ROUGH = (*QUIET, World.back_up, World.put_back, World.hub_back_up, World.hub_put_back)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, founded: Path) -> Path:
    """The homes of a head office and two desks, to copy."""
    folder = tmp_path_factory.mktemp("begun")
    with closing(Company(folder, founded)) as company:
        for name in DESKS:
            company.desk(name)
        company.sync()
    return folder


@contextmanager
def world_from(begun: Path, folder: Path) -> Iterator[World]:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(begun, folder)
    (folder / "headoffice").rename(folder / "founded")
    with closing(Company(folder, folder / "founded")) as company:
        for name in DESKS:
            company.opened(folder / name)
        yield World(company)


Script = list[tuple[str, int, int]]


def steps(acts: Sequence[Callable[[World, int, int], object]]) -> st.SearchStrategy[Script]:
    names = st.sampled_from([each.__name__ for each in acts])
    return st.lists(st.tuples(names, st.integers(0, 1), st.integers(0, 30)), min_size=4, max_size=25)


def play(begun: Path, folder: Path, script: Script, by_line: bool) -> None:
    with world_from(begun, folder) as world:
        for name, which, number in script:
            getattr(world, name)(which, number)
        world.end(by_line)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(steps(QUIET), st.booleans())
def test_any_order_of_sticks_and_passes_ends_alike(
    begun: Path, tmp_path: Path, script: Script, by_line: bool
) -> None:
    play(begun, tmp_path / "world", script, by_line)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5)
@given(steps(ROUGH), st.booleans())
def test_also_among_those_that_were_put_back(
    begun: Path, tmp_path: Path, script: Script, by_line: bool
) -> None:
    play(begun, tmp_path / "world", script, by_line)
