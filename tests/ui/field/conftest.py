"""A desk with its window's parts, for the page of work in the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.bootstrap import Desktop
from app.ui.field.room import FieldRoom
from app.ui.requests.scans import Scans


@pytest.fixture
def room_of(desktop: Desktop, parts: Callable[[str], dict[str, Any]]) -> Callable[[str], FieldRoom]:
    """What the page works with, for a member of the staff."""

    def make(login: str) -> FieldRoom:
        return FieldRoom(
            field=desktop.field,
            queries=desktop.field_queries,
            customers=desktop.customer_queries,
            requests=desktop.request_queries,
            scans=Scans(desktop.attachments, desktop.attachment_queries, desktop.blobs.fetch),
            desk="BN03",
            **parts(login),
        )

    return make


@pytest.fixture
def room(room_of: Callable[[str], FieldRoom]) -> FieldRoom:
    return room_of("yen")
