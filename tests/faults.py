"""What brought a process of the tests down is printed at the end of the run, where it is looked for."""

from __future__ import annotations

import faulthandler
import os
import tempfile
from pathlib import Path
from typing import TextIO

import pytest

_told: list[str] = []
_file: TextIO | None = None


def _place(run: str, worker: str) -> Path:
    return Path(tempfile.gettempdir()) / f"daumoi-fault-{run}-{worker}.txt"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before every test: the log of a home takes the handler of faults for itself, and lets it go."""
    global _file
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return
    if _file is None:
        _file = _place(os.environ["PYTEST_XDIST_TESTRUNUID"], worker).open("w", encoding="utf-8")
    faulthandler.enable(_file)


def pytest_unconfigure() -> None:
    global _file
    if _file is not None:
        _file.close()
        Path(_file.name).unlink()
        _file = None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """In the process that sums up: what a worker left that did not end as it should."""
    given: dict[str, str] = getattr(node, "workerinput", {})
    left = _place(given.get("testrunuid", ""), given.get("workerid", ""))
    if error is not None and left.exists():
        _told.append(f"{given['workerid']}\n{left.read_text('utf-8', errors='replace')}")
        left.unlink()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for each in _told:
        terminalreporter.section("a process of the tests was brought down")
        terminalreporter.write_line(each)
