"""A desk with its window's parts, for the pages of requests and of today."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.kit.jobs import JobRunner
from app.ui.kit.lists import Lists
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import Calls, Letters, Refunding, RequestRoom
from app.ui.requests.scans import Scans
from tests.offices import person


@pytest.fixture
def room_of(
    desktop: Desktop, parts: Callable[[str], dict[str, Any]], jobs: JobRunner
) -> Callable[[str], RequestRoom]:
    """What the pages work with, for a member of the staff."""

    def make(login: str) -> RequestRoom:
        return RequestRoom(
            requests=desktop.requests,
            work=desktop.request_work,
            incidents=desktop.incidents,
            supply=desktop.supply,
            supply_queries=desktop.supply_queries,
            batches=desktop.request_batches,
            lists=Lists(desktop.views, desktop.view_queries, person(desktop, login).id, jobs),
            queries=desktop.request_queries,
            drafts=desktop.drafts,
            draft_queries=desktop.draft_queries,
            customers=desktop.customer_queries,
            duty=desktop.duty_queries,
            incident_queries=desktop.incident_queries,
            scans=Scans(desktop.attachments, desktop.attachment_queries, desktop.blobs.fetch),
            refunding=Refunding(
                desktop.refunds, desktop.refund_queries, desktop.cash_queries, lambda: desktop.identity.device
            ),
            letters=Letters(desktop.letters, desktop.letter_queries),
            calls=Calls(desktop.callbacks, desktop.callback_queries),
            register_imports=desktop.request_imports,
            desk="BN03",
            **parts(login),
        )

    return make


@pytest.fixture
def room(room_of: Callable[[str], RequestRoom]) -> RequestRoom:
    return room_of("yen")


@pytest.fixture
def page_of(qtbot: QtBot, active: Callable[[QWidget], QWidget]) -> Callable[[RequestRoom], RequestsPage]:
    """The page of requests with the keyboard, in the size that it has on a small screen."""

    def make(room: RequestRoom) -> RequestsPage:
        page = RequestsPage(room)
        page.resize(1190, 740)
        qtbot.addWidget(page)
        active(page)
        return page

    return make


@pytest.fixture
def page(page_of: Callable[[RequestRoom], RequestsPage], room: RequestRoom) -> RequestsPage:
    """The clerk's."""
    return page_of(room)
