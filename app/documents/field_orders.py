"""Papers of work in the field, filled in from what the queries know; in the utility's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.documents.office import letterhead
from app.documents.papers import Letterhead, Officer, Party
from app.domain import names
from app.domain.money import Currency
from app.queries.field import OrderRow, OrderStory
from app.queries.requests import StaffView
from app.queries.rules import RuleQueries
from app.words import Words


@dataclass(frozen=True)
class MaterialLine:
    """Material that was used; `by` says in words whose it is."""

    item: str
    quantity: int
    unit: str
    by: str
    amount: int | None


@dataclass(frozen=True)
class OrderPaper:
    """A work order. What belongs to a request is empty where there is none, or where it may not stand on
    paper; times and results are empty as long as there are none, and are written in by hand."""

    letterhead: Letterhead
    code: str
    kind: str
    planned_on: date | None
    unit: str
    crew: tuple[str, ...]
    customer: Party
    connection: str
    route: str
    meter: str
    request_code: str
    request_words: str
    task: str
    labour_free: bool
    issuer: Officer
    currency: Currency
    reported_at: datetime | None = None
    on_site_by: datetime | None = None
    restore_by: datetime | None = None
    on_site_at: datetime | None = None
    restored_at: datetime | None = None
    done_at: datetime | None = None
    result: str = ""
    materials: tuple[MaterialLine, ...] = ()


@dataclass(frozen=True)
class DayLine:
    """A place on the sheet of a day."""

    code: str
    kind: str
    route: str
    customer: Party
    meter: str
    task: str
    crew: tuple[str, ...]
    by: datetime | None
    """By when the crew has to be there, in an emergency."""


@dataclass(frozen=True)
class DayPaper:
    """The work of a day, in the order in which it is gone to; `unit` is empty for all units."""

    letterhead: Letterhead
    day: date
    unit: str
    lines: Sequence[DayLine]
    officer: Officer


def order_paper(rules: RuleQueries, story: OrderStory, issuer: StaffView, phone: str) -> OrderPaper:
    """The work order of a story, with what came of it so far; `phone` is the customer's as it is read."""
    row, tr = story.row, Words(rules.utility.language)
    ended = next((e for e in reversed(story.events) if e.kind == "done" and e.fitted), None)
    result = ""
    if ended is not None:
        named = names.order_results(tr).get(row.result or "", "")
        result = ": ".join(part for part in (named, ended.text) if part)
    return OrderPaper(
        letterhead=letterhead(rules),
        code=row.code,
        kind=_kind(row, tr),
        planned_on=row.planned_on,
        unit=rules.units().get(row.unit_code or "", row.unit_code or ""),
        crew=row.crew,
        customer=_customer(row, phone),
        connection=row.connection_code or "",
        route=row.route or "",
        meter=row.meter or "",
        request_code=row.request_code or "",
        request_words=row.request_words,
        task=row.words,
        labour_free=row.labour_free,
        issuer=Officer(issuer.name, issuer.title, issuer.phone),
        currency=rules.utility.currency,
        reported_at=row.reported_at,
        on_site_by=row.clock.on_site_by,
        restore_by=row.clock.restore_by,
        on_site_at=row.clock.on_site_at,
        restored_at=row.clock.restored_at,
        done_at=row.done_at,
        result=result,
        materials=tuple(
            MaterialLine(m.item, m.quantity, m.unit, names.bearers(tr)[m.by], m.amount)
            for m in story.materials
        ),
    )


def day_paper(
    rules: RuleQueries, day: date, unit: str, rows: Iterable[tuple[OrderRow, str]], officer: StaffView
) -> DayPaper:
    """The sheet of a day for a unit, or for all; each row with the customer's phone as it is read."""
    tr = Words(rules.utility.language)
    lines = [
        DayLine(
            code=row.code,
            kind=_kind(row, tr),
            route=row.route or "",
            customer=_customer(row, phone),
            meter=row.meter or "",
            task=row.words,
            crew=row.crew,
            by=row.clock.on_site_by,
        )
        for row, phone in rows
    ]
    whose = rules.units().get(unit, unit)
    return DayPaper(letterhead(rules), day, whose, lines, Officer(officer.name, officer.title, officer.phone))


def _kind(row: OrderRow, tr: Words) -> str:
    kind = names.order_kinds(tr).get(row.kind, row.kind)
    return tr("{kind}, unannounced", kind=kind) if row.unannounced else kind


def _customer(row: OrderRow, phone: str) -> Party:
    return Party(row.customer_name, row.customer_code or "", row.address, phone)
