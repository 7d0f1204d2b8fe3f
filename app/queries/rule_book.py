"""The rules of an office with their history: each version, who laid it down and when, and what waits for the
head office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, and_, func, select

from app.domain.rule_checks import KEYS, well_formed
from app.models import (
    CalendarDay,
    CharterTarget,
    Entry,
    LetterTemplate,
    ListItem,
    Office,
    OfficeHours,
    Parked,
    RequestType,
    RuleChange,
    Staff,
    Unit,
)
from app.models.base import millis
from app.queries.rules import RuleQueries

_MODELS: Mapping[str, Any] = {
    model.__tablename__: model
    for model in (
        RequestType, Unit, OfficeHours, CalendarDay, ListItem, CharterTarget, LetterTemplate,
    )
}  # fmt: skip

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it was laid down once, in plain values (`domain/rule_checks.py`). `own`: by the office, else
    by the company; `waits`: the head office has not written it yet. `who`, `at` and `note` are of the asking,
    empty where the company wrote it itself."""

    id: UUID
    table: str
    key: Key
    row: Mapping[str, Any]
    own: bool
    waits: bool
    valid_from: date | None
    who: str
    at: datetime | None
    note: str

    @property
    def retired(self) -> bool:
        """Whether it says that the rule is no longer in use."""
        return self.row.get("retired_at") is not None


class RuleBook:
    """Asks of the rules of an office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def versions(self, table: str) -> list[Version]:
        """All versions of all rules of a table, those that count less first; at the end what waits."""
        asked = self._asked(table)
        model = _MODELS[table]
        written = self._of_card() if model is OfficeHours else []
        for found in self._rules.rows(model):
            row = _plain(model, found)
            written.append(
                self._version(table, found.id, row, found.office_no != 0, asked.pop(found.id, None))
            )
        waiting = [self._version(table, id, each.row, True, each, waits=True) for id, each in asked.items()]
        return [*written, *waiting]

    def in_force(self, table: str, on: date) -> dict[Key, Version]:
        """The rules of a table as they hold on a day; see `of`."""
        return self.of(self.versions(table), on)

    @staticmethod
    def of(versions: Sequence[Version], on: date) -> dict[Key, Version]:
        """Of all versions those that hold on a day, also what is no longer in use; of a rule that begins to
        hold later, or waits for the head office, its first version."""
        holding: dict[Key, Version] = {}
        for version in versions:
            begun = not version.waits and (version.valid_from is None or version.valid_from <= on)
            if begun or version.key not in holding:
                holding[version.key] = version
        return holding

    def history(self, table: str, key: Key) -> list[Version]:
        """The versions of one rule, the newest first."""
        return [version for version in reversed(self.versions(table)) if version.key == key]

    def waiting(self) -> int:
        """How many rules wait for the head office."""
        return sum(v.waits for table in _MODELS for v in self.versions(table))

    def refused(self) -> int:
        """How many acts on rules of this office take no effect: the head office refused them."""
        p, e = Parked, Entry
        there = and_(e.office_no == p.office_no, e.device == p.device, e.number == p.number)
        wanted = select(func.count()).select_from(p).join(e, there)
        with self._read.connect() as read:
            return int(read.execute(wanted.where(e.kind == "rules.change")).scalar_one())

    def members(self) -> dict[str, int]:
        """How many people each unit has, by code."""
        s = Staff
        wanted = select(s.unit_code, func.count()).where(
            s.office_no == self._office_no, s.retired_at.is_(None), s.unit_code.is_not(None)
        )
        with self._read.connect() as read:
            return {str(code): count for code, count in read.execute(wanted.group_by(s.unit_code))}

    def people(self) -> dict[UUID, str]:
        """Who works at the office: id to name, by name."""
        s = Staff
        wanted = select(s.id, s.name).where(s.office_no == self._office_no, s.retired_at.is_(None))
        with self._read.connect() as read:
            return dict(read.execute(wanted.order_by(s.name)).all())

    # -- how it is put together -------------------------------------------------------------------------

    def _of_card(self) -> list[Version]:
        """The hours with which the office was set up."""
        with self._read.connect() as read:
            id, hours = read.execute(
                select(Office.id, Office.hours).where(Office.number == self._office_no)
            ).one()
        row = {"hours": hours, "valid_from": date.min.isoformat()}
        return [self._version("office_hours", id, row, own=False, asked=None)]

    def _asked(self, table: str) -> dict[UUID, Any]:
        c, s = RuleChange, Staff
        wanted = (
            select(c.id, c.row, c.asked_at, c.note, s.name)
            .outerjoin(s, and_(s.office_no == c.office_no, s.id == c.by))
            .where(c.office_no == self._office_no, c.table_name == table)
            .order_by(c.hlc, c.device, c.id)
        )
        with self._read.connect() as read:
            return {each.id: each for each in read.execute(wanted).all() if well_formed(table, each.row)}

    @staticmethod
    def _version(
        table: str, id: UUID, row: Mapping[str, Any], own: bool, asked: Any, *, waits: bool = False
    ) -> Version:
        since = row.get("valid_from")
        return Version(
            id=id,
            table=table,
            key=tuple(str(row[column]) for column in KEYS[table]),
            row=row,
            own=own,
            waits=waits,
            valid_from=None if since is None else date.fromisoformat(since),
            who=(asked.name or "") if asked else "",
            at=asked.asked_at if asked else None,
            note=(asked.note or "") if asked else "",
        )


def _columns(table: str) -> set[str]:
    own = {"office_no", "id", "made_hlc", "made_device", "edited"}
    return {column.name for column in _MODELS[table].__table__.columns} - own


def _plain(model: Any, found: Any) -> dict[str, Any]:
    """A row as it would be asked for."""
    wanted: Sequence[str] = sorted(_columns(model.__tablename__))
    return {name: _value(getattr(found, name)) for name in wanted}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return millis(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else value
