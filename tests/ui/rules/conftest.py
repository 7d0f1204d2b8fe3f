"""The page of rules over a real office."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.ui.kit.jobs import JobRunner
from app.ui.kit.paper import show_paper
from app.ui.rules.page import RulesPage
from app.ui.rules.room import RuleRoom
from tests.offices import person
from tests.ui.conftest import Asked

Settle = Callable[[], None]


@pytest.fixture
def settle(qtbot: QtBot, jobs: JobRunner) -> Settle:
    """Waits until no job is under way."""
    return lambda: qtbot.waitUntil(lambda: not jobs.busy)


@pytest.fixture
def room(desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path) -> RuleRoom:
    return RuleRoom(
        rules=desktop.rules,
        person=person(desktop, "mai"),
        clock=desktop.clock,
        jobs=jobs,
        prompter=prompter,
        papers=tmp_path / "papers",
        show_paper=show_paper,
        new_id=uuid7,
        book=desktop.rule_book,
        rule_service=desktop.rule_service,
        duty=desktop.duty,
        duty_queries=desktop.duty_queries,
    )


@pytest.fixture
def page(room: RuleRoom, qtbot: QtBot, active: Callable[[RulesPage], object], settle: Settle) -> RulesPage:
    """The page in a window with the keyboard."""
    made = RulesPage(room)
    qtbot.addWidget(made)
    made.resize(1190, 728)
    active(made)
    settle()
    return made
