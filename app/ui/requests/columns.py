"""The columns of the list of requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.domain import names
from app.domain.deadlines import WorkingCalendar
from app.domain.requests import UNTOLD
from app.queries.requests import RequestRow
from app.ui.kit.tables import RIGHT, Column
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import (
    DUE_WIDTH,
    Due,
    contact_words,
    day_words,
    due_of,
    one_line,
    said,
    short_code,
    state_words,
)
from app.words import tr

Moment = Callable[[], tuple[datetime, WorkingCalendar]]
"""The time by which due times are said, and the office's working time."""


def request_columns(room: RequestRoom, moment: Moment) -> list[Column[RequestRow]]:
    """Those shown at first, and those that wait in the choice of columns. What is wanted and by when stay to
    the last; the code of the one in hand is in the panel."""
    channels = names.channels(tr)

    def strong(row: RequestRow) -> bool:
        return row.late(moment()[0]) or row.state in UNTOLD

    def due(row: RequestRow) -> Due:
        return due_of(row, *moment(), room.by_the_clock(row))

    def local(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(room.zone)

    def when(at: datetime | None) -> str:
        return "" if at is None else day_words(at, moment()[0], room.zone)

    return [
        Column(tr("Unread"), lambda r: tr("Unread") if r.unread else "", dot=True, width=26, key="unread"),
        Column(
            tr("Code"),
            lambda r: short_code(r.code, room.desk),
            value=lambda r: r.code,
            mono=True,
            width=128,
            gives_way=1,
            sort="code",
        ),
        Column(tr("Content"), lambda r: one_line(said(r)), strong=strong, width=280, grow=5, key="words"),
        Column(
            tr("Customer"), lambda r: contact_words(r, tr), width=220, grow=2, gives_way=2, key="customer"
        ),
        Column(
            tr("Customer code"), lambda r: r.customer_code or "", width=110, key="customer_code", mono=True,
            optional=True,
        ),
        Column(
            tr("Phone"), lambda r: r.phone or "", width=110, key="phone", optional=True,
        ),
        Column(
            tr("Request type"), lambda r: room.type_name(r.type_code), width=130, sort="type", optional=True,
        ),
        Column(
            tr("Handled by"), lambda r: room.unit_name(r.unit_code), width=140, gives_way=3,
            sort="unit",
        ),
        Column(tr("Person"), lambda r: r.person_name or "", width=130, key="person", optional=True),
        Column(
            tr("Channel"), lambda r: channels.get(r.channel, ""), width=100, sort="channel", optional=True,
        ),
        Column(tr("Area"), lambda r: r.area or "", width=110, sort="area", optional=True),
        Column(
            tr("Received on"), lambda r: when(r.received_at), value=lambda r: local(r.received_at), width=130,
            sort="received", optional=True,
        ),
        Column(tr("State"), state_words, width=114, gives_way=4, sort="state"),
        Column(
            tr("Step due"), lambda r: when(r.step_due), value=lambda r: local(r.step_due), width=130,
            sort="step_due", align=RIGHT, optional=True,
        ),
        Column(
            tr("Due"),
            lambda r: due(r).text,
            value=lambda r: local(r.due),
            align=RIGHT,
            tone=lambda r: due(r).tone,
            sign=lambda r: due(r).sign,
            width=DUE_WIDTH,
            least=114,
            sort="due",
        ),
    ]  # fmt: skip
