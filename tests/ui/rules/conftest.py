"""The page of rules over a real office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.rules.page import RulesPage
from app.ui.rules.room import RuleRoom

Settle = Callable[[], None]


@pytest.fixture
def room(desktop: Desktop, parts: Callable[[str], dict[str, Any]]) -> RuleRoom:
    return RuleRoom(
        book=desktop.rule_book,
        rule_service=desktop.rule_service,
        duty=desktop.duty,
        duty_queries=desktop.duty_queries,
        **parts("mai"),
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
