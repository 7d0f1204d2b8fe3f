"""A room for the pages of money over a real desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QWidget
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.ui.cash.room import MoneyRoom
from app.ui.kit.jobs import JobRunner
from app.ui.kit.prompt import Prompter
from tests.offices import person


@dataclass
class Shown:
    """Papers that would have been shown."""

    papers: list[tuple[Path, str]] = field(default_factory=list)

    def __call__(self, parent: QWidget, file: Path, title: str) -> None:
        assert file.read_bytes().startswith(b"%PDF") or file.suffix == ".xlsx"
        self.papers.append((file, title))


def money_room(
    desktop: Desktop,
    login: str,
    jobs: JobRunner,
    prompter: Prompter,
    folder: Path,
    shown: Callable[[QWidget, Path, str], object],
    acked: Callable[[], int] = lambda: 0,
    new_id: Callable[[], UUID] = uuid7,
) -> MoneyRoom:
    """What the pages of money work with, for a member of the staff."""
    return MoneyRoom(
        cash=desktop.cash,
        cash_queries=desktop.cash_queries,
        billing=desktop.billing,
        bill_queries=desktop.bill_queries,
        report_queries=desktop.report_queries,
        rules=desktop.rules,
        person=person(desktop, login),
        device=lambda: desktop.writer.desk.device,
        acked=acked,
        clock=desktop.clock,
        jobs=jobs,
        prompter=prompter,
        papers=folder / "papers",
        show_paper=shown,
        new_id=new_id,
    )
