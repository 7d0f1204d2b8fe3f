"""A desk with its window's parts, for the page of work in the field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.ui.field.room import FieldRoom
from app.ui.kit.jobs import JobRunner
from app.ui.requests.scans import Scans
from tests.offices import person
from tests.ui.conftest import Asked
from tests.ui.requests.conftest import Shown


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def room_of(
    desktop: Desktop, jobs: JobRunner, prompter: Asked, shown: Shown, tmp_path: Path
) -> Callable[[str], FieldRoom]:
    """What the page works with, for a member of the staff."""

    def make(login: str) -> FieldRoom:
        return FieldRoom(
            field=desktop.field,
            queries=desktop.field_queries,
            customers=desktop.customer_queries,
            requests=desktop.request_queries,
            scans=Scans(desktop.attachments, desktop.attachment_queries, desktop.blobs.fetch),
            rules=desktop.rules,
            person=person(desktop, login),
            desk="BN03",
            clock=desktop.clock,
            jobs=jobs,
            prompter=prompter,
            papers=tmp_path / "papers",
            show_paper=shown,
            new_id=uuid7,
        )

    return make


@pytest.fixture
def room(room_of: Callable[[str], FieldRoom]) -> FieldRoom:
    return room_of("yen")
