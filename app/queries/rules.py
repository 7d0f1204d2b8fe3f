"""The dated data of the head office: what holds on a day, for an office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Engine, select

from app.domain.deadlines import Limit, WorkingCalendar, calendar_of, zone_named
from app.domain.money import CURRENCIES, Currency
from app.domain.tariffs import Block
from app.domain.tariffs import Tariff as TariffRule
from app.models import (
    CalendarDay,
    CollectionPoint,
    Device,
    Feed,
    Office,
    RequestType,
    Tariff,
    Unit,
    Utility,
)

T = TypeVar("T")

_HEADS = (
    select(Feed.device, Feed.last)
    .join(Device, Device.number == Feed.device)
    .where(Device.kind == "hub")
    .order_by(Feed.device)
)
"""How far this replica holds the feeds of the head office."""


@dataclass(frozen=True, slots=True)
class UtilityView:
    """The company."""

    name: str
    kind: str
    currency: Currency
    zone: str
    language: str
    tax_code: str | None
    bank_bin: str | None
    bank_account: str | None


@dataclass(frozen=True, slots=True)
class OfficeView:
    """A district office; hours by weekday (0 = Monday) in minutes since midnight."""

    number: int
    name: str
    address: str
    phone: str
    hours: dict[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class RequestTypeView:
    """A kind of request; names by language."""

    code: str
    names: dict[str, str]
    unit_code: str
    limit: Limit
    priority: int
    restricted: bool

    def name(self, language: str) -> str:
        """Its name in a language, or in English."""
        return self.names.get(language) or self.names["en"]


class RuleQueries:
    """What the head office has laid down."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no
        self._known: dict[str, tuple[Any, Any]] = {}

    def _kept(self, name: str, look: Callable[[], T]) -> T:
        """What was read before, unless the head office has written since: only its feeds change these."""
        with self._read.connect() as read:
            heads = read.execute(_HEADS).all()
        kept = self._known.get(name)
        if kept is None or kept[0] != heads:
            kept = self._known[name] = (heads, look())
        value: T = kept[1]
        return value

    @property
    def utility(self) -> UtilityView:
        """The company."""
        return self._kept("utility", self._utility)

    def _utility(self) -> UtilityView:
        with self._read.connect() as read:
            u = read.execute(select(Utility.__table__)).one()
        return UtilityView(
            u.name, u.kind, CURRENCIES[u.currency], u.zone, u.language, u.tax_code, u.bank_bin, u.bank_account
        )

    @property
    def office(self) -> OfficeView:
        """This office."""
        return self._kept("office", self._office)

    def _office(self) -> OfficeView:
        with self._read.connect() as read:
            o = read.execute(select(Office.__table__).where(Office.number == self._office_no)).one()
        hours = {int(d): tuple((a, b) for a, b in spans) for d, spans in o.hours.items()}
        return OfficeView(o.number, o.name, o.address, o.phone, hours)

    def calendar(self) -> WorkingCalendar:
        """The office's working time."""
        return self._kept("calendar", self._calendar)

    def _calendar(self) -> WorkingCalendar:
        with self._read.connect() as read:
            days = dict(read.execute(select(CalendarDay.day, CalendarDay.intervals)).all())
        return calendar_of(zone_named(self.utility.zone), self.office.hours, days)

    def request_types(self) -> dict[str, RequestTypeView]:
        """The kinds of request in use, by code, the most frequent first as the head office ordered them."""
        return dict(self._kept("request_types", self._request_types))

    def _request_types(self) -> dict[str, RequestTypeView]:
        t = RequestType
        wanted = select(
            t.code, t.names, t.unit_code, t.limit_amount, t.limit_unit, t.priority, t.restricted
        ).where(t.retired_at.is_(None))
        with self._read.connect() as read:
            rows = read.execute(wanted.order_by(t.priority, t.code)).all()
        return {
            r.code: RequestTypeView(
                r.code,
                r.names,
                r.unit_code,
                Limit(r.limit_amount, r.limit_unit),
                r.priority,
                bool(r.restricted),
            )
            for r in rows
        }

    def units(self) -> dict[str, str]:
        """The units that handle requests: code to name."""
        wanted = select(Unit.code, Unit.name).where(Unit.retired_at.is_(None)).order_by(Unit.name)
        with self._read.connect() as read:
            return dict(read.execute(wanted).all())

    def points(self) -> dict[str, str]:
        """The collection points: code to name."""
        p = CollectionPoint
        wanted = select(p.code, p.name).where(p.retired_at.is_(None)).order_by(p.code)
        with self._read.connect() as read:
            return dict(read.execute(wanted).all())

    def tariffs(self) -> tuple[TariffRule, ...]:
        """All prices, of all classes and dates."""
        with self._read.connect() as read:
            rows = read.execute(select(Tariff.__table__)).all()
        return tuple(
            TariffRule(
                r.customer_class,
                r.valid_from,
                r.decision,
                tuple(Block(upto, price) for upto, price in r.blocks),
                r.vat_permille,
                r.fee_permille,
                bool(r.vat_included),
            )
            for r in rows
        )

    def customer_classes(self, today: date) -> tuple[str, ...]:
        """The classes that have prices on a day."""
        return tuple(sorted({t.customer_class for t in self.tariffs() if t.valid_from <= today}))
