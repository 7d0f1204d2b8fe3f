"""The dated data of the head office: what holds on a day, for an office."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, and_, func, literal, select

from app.domain.deadlines import Limit, WorkingCalendar, calendar_of, zone_named
from app.domain.escalation import Escalation, escalation_of
from app.domain.money import CURRENCIES, Currency
from app.domain.request_types import Document, Step, documents_of, steps_of
from app.domain.requests import CHANNELS
from app.domain.rule_checks import Known
from app.domain.tariffs import Block
from app.domain.tariffs import Tariff as TariffRule
from app.models import (
    CalendarDay,
    CharterTarget,
    CollectionPoint,
    LetterTemplate,
    ListItem,
    Office,
    OfficeHours,
    RequestType,
    RuleChange,
    Staff,
    Tariff,
    Unit,
    Utility,
)
from app.models.base import Day

T = TypeVar("T")

RESTRICTED = select(RequestType.code).where(RequestType.restricted == 1)
"""The kinds that few may see: those of which any version was ever restricted."""

_HEADS = (
    'SELECT f.device, f."last" FROM feed f JOIN device d ON d."number" = f.device '
    "WHERE d.kind = 'hub' ORDER BY f.device"
)
"""How far this replica holds the feeds of the head office; asked many times in a request at the counter."""


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
class UnitView:
    """A unit that handles requests, and who leads it."""

    code: str
    name: str
    phone: str | None
    head: UUID | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterTemplateView:
    """The text of a letter in one language as it holds from a day on."""

    id: UUID
    code: str
    language: str
    name: str
    subject: str
    text: str
    valid_from: date
    retired_at: datetime | None


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
        self._fixed = threading.local()

    @contextmanager
    def fixed(self) -> Iterator[None]:
        """Within this, on this thread, the head office is taken to write nothing, as in an entry, during
        which nobody else writes here: how far its feeds are is then looked up once."""
        self._fixed.heads = self._heads()
        try:
            yield
        finally:
            del self._fixed.heads

    def _heads(self) -> Sequence[Any]:
        with self._read.connect() as read:
            return read.exec_driver_sql(_HEADS).all()

    def _kept(self, name: str, look: Callable[[], T]) -> T:
        """What was read before, unless the head office has written since: only its feeds change these."""
        heads = getattr(self._fixed, "heads", None) or self._heads()
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
        return OfficeView(o.number, o.name, o.address, o.phone, _hours_of(o.hours))

    def calendar(self) -> WorkingCalendar:
        """The office's working time."""
        return self._kept("calendar", self._calendar)

    def _calendar(self) -> WorkingCalendar:
        days = {row.day: row.intervals for row in self.rows(CalendarDay)}
        return calendar_of(zone_named(self.utility.zone), self.office.hours, days, self._weeks())

    def _weeks(self) -> list[tuple[date, dict[int, tuple[tuple[int, int], ...]]]]:
        """The hours that were laid down since, each with its first day."""
        return sorted({row.valid_from: _hours_of(row.hours) for row in self.rows(OfficeHours)}.items())

    def rows(self, model: Any) -> Sequence[Any]:
        """All rows of a table of rules, those that count less first: the company's before the office's, then
        by the day from which they hold, then by when they were laid down, whenever the head office has
        written them."""
        change = and_(RuleChange.office_no == model.office_no, RuleChange.id == model.id)
        since = (
            [func.coalesce(model.valid_from, literal(date.min, Day()))]
            if hasattr(model, "valid_from")
            else []
        )
        wanted = (
            select(model.__table__)
            .outerjoin(RuleChange, change)
            .where(model.office_no.in_((0, self._office_no)))
            .order_by(
                model.office_no,
                *since,
                func.coalesce(RuleChange.hlc, model.made_hlc),
                func.coalesce(RuleChange.device, model.made_device),
                model.id,
            )
        )
        with self._read.connect() as read:
            return read.execute(wanted).all()

    def request_types(self, on: date) -> dict[str, RequestTypeView]:
        """The kinds of request in use on a day, by code, the most urgent first."""
        return dict(self._kept(f"request_types {on}", lambda: self._in_use(on)))

    def _in_use(self, on: date) -> dict[str, RequestTypeView]:
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

    def charters_ever(self) -> dict[str, list[str | None]]:
        """What each kind promised: the targets that its versions name, those that count less first."""
        named: dict[str, list[str | None]] = {}
        for version in self._type_versions():
            named.setdefault(version.code, []).append(version.charter)
        return named

    def _type_versions(self) -> tuple[RequestTypeView, ...]:
        """All versions, those that count less first: the company's before the office's, then by day."""
        return self._kept("request_types", self._read_types)

    def _read_types(self) -> tuple[RequestTypeView, ...]:
        rows = self.rows(RequestType)
        few = {r.code for r in rows if r.restricted}  # by one version: all requests of the kind are
        return tuple(
            RequestTypeView(
                r.id,
                r.code,
                r.names,
                r.category or "request",
                r.unit_code,
                Limit(r.limit_amount, r.limit_unit),
                r.priority,
                r.code in few,
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
        return tuple(
            CharterTargetView(
                r.id, r.code, r.names, r.measure, Limit(r.limit_amount, r.limit_unit), r.share, r.valid_from,
                r.retired_at,
            )
            for r in self.rows(CharterTarget)
        )  # fmt: skip

    def letter_templates(self, on: date) -> dict[tuple[str, str], LetterTemplateView]:
        """The texts of letters in use on a day, by code and language."""
        holding: dict[tuple[str, str], LetterTemplateView] = {}
        for version in self._kept("letters", self._letters):
            if version.valid_from <= on:
                holding[version.code, version.language] = version
        return {key: t for key, t in sorted(holding.items()) if t.retired_at is None}

    def _letters(self) -> tuple[LetterTemplateView, ...]:
        return tuple(
            LetterTemplateView(
                r.id, r.code, r.language, r.name, r.subject, r.text, r.valid_from, r.retired_at
            )
            for r in self.rows(LetterTemplate)
        )

    def items(self, list_name: str) -> dict[str, Item]:
        """The items of one of the company's lists ("cause", "right"), by code, in their order."""
        return dict(self._kept(f"list:{list_name}", lambda: self._items(list_name)))

    def _items(self, list_name: str) -> dict[str, Item]:
        newest = {row.code: row for row in self.rows(ListItem) if row.list_name == list_name}
        there = sorted(newest.values(), key=lambda row: (row.place, row.code))
        return {row.code: Item(row.code, row.names) for row in there if row.retired_at is None}

    def units(self) -> dict[str, str]:
        """The units that handle requests: code to name."""
        there = sorted(self.units_ever().values(), key=lambda unit: unit.name)
        return {unit.code: unit.name for unit in there if unit.retired_at is None}

    def units_ever(self) -> dict[str, UnitView]:
        """The units by code, also those no longer in use."""
        return dict(self._kept("units", self._units))

    def _units(self) -> dict[str, UnitView]:
        return {
            row.code: UnitView(row.code, row.name, row.phone, row.head, row.retired_at)
            for row in self.rows(Unit)
        }

    def known(self) -> Known:
        """What a new rule may name, and the calendar it would change."""
        used: dict[str, str] = {}
        for version in self.request_types_ever().values():
            if version.retired_at is None:
                for unit in (version.unit_code, *(step.unit_code for step in version.steps)):
                    used.setdefault(unit, version.code)
        targets = {t.code: t for t in self._kept("charter", self._charter)}
        staff = select(Staff.id).where(Staff.office_no == self._office_no, Staff.retired_at.is_(None))
        with self._read.connect() as read:
            people = {id.hex for id in read.execute(staff).scalars()}
        return Known(
            units=self.units(),
            used=used,
            targets={code for code, target in targets.items() if target.retired_at is None},
            rights=set(self.items("right")),
            staff=people,
            zone=zone_named(self.utility.zone),
            weekly=self.office.hours,
            later=list(self._weeks()),
            days={row.day: row.intervals for row in self.rows(CalendarDay)},
        )

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


def _hours_of(hours: Mapping[str, list[list[int]]]) -> dict[int, tuple[tuple[int, int], ...]]:
    return {int(day): tuple((a, b) for a, b in spans) for day, spans in hours.items()}
