"""The tests at another tempo: what a slow PC, a quick one, and a person who takes time make of the order
of things.

    python3 run.py test -p tests.tempo --tempo late tests/ui tests/journeys

What holds at one tempo only, holds by luck. `late`: jobs begin late. `soon`: jobs have ended before anybody
can wait for them, and who waits sees more than was waited for. `pauses`: a person stops between keys, now and
then for longer than a search waits. The dice of a test are thrown by its name and `--tempo-seed`.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.kit.jobs import JobRunner

TEMPOS = ("late", "soon", "pauses")

_dice = random.Random()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tempo", choices=TEMPOS, required=True)
    parser.addoption("--tempo-seed", type=int, default=1)


def pytest_configure(config: pytest.Config) -> None:
    {"late": _late, "soon": _soon, "pauses": _pauses}[config.getoption("--tempo")]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _dice.seed(f"{item.nodeid} {item.config.getoption('--tempo-seed')}")


def _late() -> None:
    work = JobRunner._work

    def late(self: JobRunner, job: Any) -> None:
        time.sleep(_dice.choice((0, 0.02, 0.1, 0.5)))
        work(self, job)

    JobRunner._work = late  # type: ignore[method-assign]


def _soon() -> None:
    work, run, until = JobRunner._work, JobRunner.run, QtBot.waitUntil
    ended: WeakKeyDictionary[Any, threading.Event] = WeakKeyDictionary()

    def noted(self: JobRunner, job: Any) -> None:
        work(self, job)
        ended.setdefault(job, threading.Event()).set()

    def soon(self: JobRunner, *values: Any, **named: Any) -> Any:
        job = run(self, *values, **named)
        ended.setdefault(job, threading.Event()).wait(0.2)  # what waits for the window itself is left
        return job

    def longer(self: QtBot, so: Callable[[], Any], *, timeout: int = 5000) -> None:
        until(self, so, timeout=timeout * 3)
        self.wait(_dice.choice((0, 30, 120)))

    JobRunner._work = noted  # type: ignore[method-assign]
    JobRunner.run = soon  # type: ignore[method-assign, assignment]
    QtBot.waitUntil = longer  # type: ignore[method-assign]


def _pauses() -> None:
    key, keys, mouse = QTest.keyClick, QTest.keyClicks, QTest.mouseClick

    def rested(click: Callable[..., Any]) -> Any:
        def call(*values: Any, **named: Any) -> None:
            QTest.qWait(_dice.choice((0, 20, 60, 320)))
            click(*values, **named)

        return staticmethod(call)

    def letters(widget: Any, text: str, *values: Any, **named: Any) -> None:
        for letter in text:
            if _dice.random() < 0.3:
                QTest.qWait(_dice.choice((20, 320)))
            keys(widget, letter, *values, **named)

    for kind in (QTest, QtBot):
        for name, call in (
            ("keyClick", rested(key)),
            ("keyClicks", staticmethod(letters)),
            ("mouseClick", rested(mouse)),
        ):
            setattr(kind, name, call)
