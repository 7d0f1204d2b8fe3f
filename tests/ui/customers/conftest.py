"""The customers' page over a real office."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.ui.customers.page import CustomersPage
from app.ui.customers.room import CustomerRoom
from app.ui.kit.jobs import JobRunner
from app.ui.kit.paper import show_paper
from tests.offices import person
from tests.ui.conftest import Asked

Settle = Callable[[], None]


@pytest.fixture
def room(desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path) -> CustomerRoom:
    return room_of(desktop, jobs, prompter, tmp_path, "mai")


def room_of(desktop: Desktop, jobs: JobRunner, prompter: Asked, folder: Path, login: str) -> CustomerRoom:
    return CustomerRoom(
        customers=desktop.customers,
        queries=desktop.customer_queries,
        imports=desktop.imports,
        rules=desktop.rules,
        person=person(desktop, login),
        clock=desktop.clock,
        jobs=jobs,
        prompter=prompter,
        papers=folder / "papers",
        show_paper=show_paper,
        new_id=uuid7,
    )


@pytest.fixture
def page(
    room: CustomerRoom, qtbot: QtBot, active: Callable[[CustomersPage], object], settle: Settle
) -> CustomersPage:
    """The page in a window with the keyboard."""
    made = CustomersPage(room)
    qtbot.addWidget(made)
    made.resize(1190, 728)
    active(made)
    settle()
    return made
