"""The dated data of the head office: what holds on a day, for an office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, select

from app.domain.deadlines import Limit, WorkingCalendar, calendar_of, zone_named
from app.domain.escalation import Escalation, escalation_of
from app.domain.money import CURRENCIES, Currency
from app.domain.request_types import Document, Step, documents_of, steps_of
from app.domain.requests import CHANNELS
from app.domain.tariffs import Block
from app.domain.tariffs import Tariff as TariffRule
from app.models import (
    CalendarDay,
    CharterTarget,
    CollectionPoint,
    Device,
    Feed,
    ListItem,
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
    """A kind of request as it holds from a day on; names by language. `id` is that of the version."""

    id: UUID
    code: str
    names: dict[str, str]
    category: str
    unit_code: str
    limit: Limit
    priority: int
    restricted: bool
    channels: tuple[str, ...]
    documents: tuple[Document, ...]
    steps: tuple[Step, ...]
    escalation: Escalation
    forms: tuple[str, ...]
    charter: str | None
    right_code: str | None
    valid_from: date
    retired_at: datetime | None

    def name(self, language: str) -> str:
        """Its name in a language, or in English."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class CharterTargetView:
    """A promise of the customer charter as it holds from a day on: `share` (in thousandths) of what it
    measures (`charter.MEASURES`) comes within the limit. Names by language."""

    id: UUID
    code: str
    names: dict[str, str]
    measure: str
    limit: Limit
    share: int
    valid_from: date
    retired_at: datetime | None

    def name(self, language: str) -> str:
        """Its name in a language, or in English."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of one of the company's lists."""

    code: str
    names: dict[str, str]

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
            c = CalendarDay  # the office's own day counts before the company's
            wanted = select(c.day, c.intervals).where(c.office_no.in_((0, self._office_no)))
            days = dict(read.execute(wanted.order_by(c.office_no, c.made_hlc, c.made_device)).all())
        return calendar_of(zone_named(self.utility.zone), self.office.hours, days)

    def request_types(self, on: date) -> dict[str, RequestTypeView]:
        """The kinds of request in use on a day, by code, the most urgent first."""
        return {
            code: kind
            for code, kind in self.request_types_ever(on).items()
            if kind.retired_at is None and kind.valid_from <= on
        }

    def request_types_ever(self, on: date | None = None) -> dict[str, RequestTypeView]:
        """The kinds as they hold on a day (or the newest), also those no longer in use: requests of theirs
        are still open."""
        holding: dict[str, RequestTypeView] = {}
        for version in self._type_versions():
            if on is None or version.valid_from <= on or version.code not in holding:
                holding[version.code] = version
        return dict(sorted(holding.items(), key=lambda each: (each[1].priority, each[0])))

    def type_version(self, id: UUID | None, code: str) -> RequestTypeView | None:
        """The version of a kind under which a request was received; of one of an older release the first."""
        versions = self._type_versions()
        of_id = next((v for v in versions if v.id == id), None)
        return of_id or next((v for v in versions if v.code == code), None)

    def _type_versions(self) -> tuple[RequestTypeView, ...]:
        """All versions, those that count less first: the company's before the office's, then by day."""
        return self._kept("request_types", self._read_types)

    def _read_types(self) -> tuple[RequestTypeView, ...]:
        t = RequestType
        wanted = select(RequestType.__table__).where(t.office_no.in_((0, self._office_no)))
        ordered = wanted.order_by(t.office_no, t.valid_from, t.made_hlc, t.made_device)
        with self._read.connect() as read:
            rows = read.execute(ordered).all()
        return tuple(
            RequestTypeView(
                r.id,
                r.code,
                r.names,
                r.category or "request",
                r.unit_code,
                Limit(r.limit_amount, r.limit_unit),
                r.priority,
                bool(r.restricted),
                tuple(r.channels or CHANNELS),
                documents_of(r.documents),
                steps_of(r.steps),
                escalation_of(r.escalation or {}),
                tuple(r.forms or ()),
                r.charter,
                r.right_code,
                r.valid_from or date.min,
                r.retired_at,
            )
            for r in rows
        )

    def charter_targets(self, on: date) -> dict[str, CharterTargetView]:
        """The targets of the customer charter in force on a day, by code."""
        holding: dict[str, CharterTargetView] = {}
        for version in self._kept("charter", self._charter):
            if version.valid_from <= on:
                holding[version.code] = version
        return {code: t for code, t in sorted(holding.items()) if t.retired_at is None}

    def _charter(self) -> tuple[CharterTargetView, ...]:
        """All versions, those that count less first, as of the kinds of request."""
        t = CharterTarget
        wanted = select(CharterTarget.__table__).where(t.office_no.in_((0, self._office_no)))
        with self._read.connect() as read:
            rows = read.execute(wanted.order_by(t.office_no, t.valid_from, t.made_hlc, t.made_device)).all()
        return tuple(
            CharterTargetView(
                r.id, r.code, r.names, r.measure, Limit(r.limit_amount, r.limit_unit), r.share, r.valid_from,
                r.retired_at,
            )
            for r in rows
        )  # fmt: skip

    def items(self, list_name: str) -> dict[str, Item]:
        """The items of one of the company's lists ("cause", "right"), by code, in their order."""
        return dict(self._kept(f"list:{list_name}", lambda: self._items(list_name)))

    def _items(self, list_name: str) -> dict[str, Item]:
        i = ListItem
        wanted = select(i.code, i.names).where(i.list_name == list_name, i.retired_at.is_(None))
        with self._read.connect() as read:
            rows = read.execute(wanted.order_by(i.place, i.code)).all()
        return {r.code: Item(r.code, r.names) for r in rows}

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
