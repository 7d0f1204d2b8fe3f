"""A list of requests as a workbook, as it stands on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from pathlib import Path

from app.documents.wording import moment
from app.documents.workbook import OutColumn, Progress, SheetOut, write_workbook
from app.domain import names
from app.queries.requests import RequestRow
from app.words import Words


def request_list(
    rows: Iterable[RequestRow],
    path: Path,
    *,
    title: str,
    office: str,
    made_at: datetime,
    zone: tzinfo,
    language: str,
    type_name: Callable[[str], str],
    unit_name: Callable[[str | None], str],
    progress: Progress | None = None,
) -> int:
    """Writes the rows to `path` and returns how many; raises what `write_workbook` raises."""
    tr = Words(language)
    channels, states = names.channels(tr), names.states(tr)
    columns = [
        OutColumn(tr("Code"), "code"),
        OutColumn(tr("Received on"), "time"),
        OutColumn(tr("Request type")),
        OutColumn(tr("Content"), width=48),
        OutColumn(tr("Customer code"), "code"),
        OutColumn(tr("Customer"), width=26),
        OutColumn(tr("Phone"), "code"),
        OutColumn(tr("Address"), width=34),
        OutColumn(tr("Area")),
        OutColumn(tr("Channel")),
        OutColumn(tr("Handled by")),
        OutColumn(tr("Person")),
        OutColumn(tr("State")),
        OutColumn(tr("Due"), "time"),
        OutColumn(tr("Waits for the customer since"), "time"),
        OutColumn(tr("Closed at"), "time"),
        OutColumn(tr("Score"), "int"),
    ]
    values = (
        (
            row.code, row.received_at, type_name(row.type_code), row.words, row.customer_code,
            row.contact_name, row.phone, row.address, row.area, channels.get(row.channel, row.channel),
            unit_name(row.unit_code), row.person_name, states.get(row.state, row.state), row.due,
            row.held_at, row.closed_at, row.score,
        )
        for row in rows
    )  # fmt: skip
    notes = [office, tr("Made at {moment}", moment=moment(made_at, zone))]
    sheet = SheetOut(tr("Requests"), columns, values, heading=title, notes=notes)
    return write_workbook(path, [sheet], zone=zone, author=office, progress=progress)
