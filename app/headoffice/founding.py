"""What only the head office writes: the founding of a utility, its offices, its staff; from the defaults in
`resources/defaults`, all of which can be changed later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.domain.errors import AppError
from app.domain.letters import LANGUAGES
from app.models import (
    CalendarDay,
    CharterTarget,
    CollectionPoint,
    Device,
    LetterTemplate,
    ListItem,
    Office,
    RequestType,
    Staff,
    Tariff,
    Unit,
    Utility,
)
from app.services.signin import hash_password
from app.services.writer import Desk
from app.settings import resources
from app.sync.apply import HUB
from app.sync.writer import JournalWriter

COMPANY = Desk(0, HUB, "HQ0")
"""The feed of the head office for the whole company."""


@dataclass(frozen=True, slots=True)
class NewUtility:
    """What the founding asks. `kind`: "water", "wastewater", "electricity"; `tariff_set` names one of the
    price lists in the defaults."""

    name: str
    kind: str
    currency: str
    zone: str
    language: str
    country: str
    tariff_set: str
    tax_code: str | None = None
    bank_bin: str | None = None
    bank_account: str | None = None


@dataclass(frozen=True, slots=True)
class NewOffice:
    """A district office and its collection points (code, name, address)."""

    name: str
    address: str
    phone: str
    points: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person to be let in; `login` is kept in small letters."""

    login: str
    name: str
    title: str
    phone: str
    roles: tuple[str, ...]
    password: str
    unit_code: str | None = None


class Founding:
    """Writes what the head office owns."""

    def __init__(self, writer: JournalWriter, public_key: bytes) -> None:
        self._writer = writer
        self._public_key = public_key

    def utility(self, new: NewUtility) -> None:
        """Found the utility with its calendar, units, request types and prices."""
        with self._writer.entry("utility.found", None, desk=COMPANY) as draft:
            draft.add(
                Utility,
                name=new.name,
                kind=new.kind,
                currency=new.currency,
                zone=new.zone,
                language=new.language,
                tax_code=new.tax_code,
                bank_bin=new.bank_bin,
                bank_account=new.bank_account,
            )
            draft.add(
                Device, number=HUB, kind="hub", desk=COMPANY.name, name=new.name, public_key=self._public_key
            )
            for unit in _default("units"):
                draft.add(Unit, code=unit["code"], name=_named(unit, new.language))
            for kind in _default("request_types"):
                draft.add(
                    RequestType,
                    code=kind["code"],
                    names=kind.get(f"name_{new.kind}", kind["name"]),
                    unit_code=kind["unit"],
                    limit_amount=kind["limit"]["amount"],
                    limit_unit=kind["limit"]["unit"],
                    priority=kind["priority"],
                    restricted=kind["restricted"],
                    category=kind["category"],
                    channels=kind.get("channels"),
                    documents=kind.get("documents"),
                    steps=kind.get("steps"),
                    escalation=kind.get("escalation"),
                    forms=kind.get("forms"),
                    charter=kind.get("charter"),
                    right_code=kind.get("right"),
                )
            for target in _default("charter"):
                draft.add(
                    CharterTarget,
                    code=target["code"],
                    names=target.get(f"name_{new.kind}", target["name"]),
                    measure=target["measure"],
                    limit_amount=target["limit"]["amount"],
                    limit_unit=target["limit"]["unit"],
                    share=target["share"],
                    valid_from=date.min,
                )
            for list_name, items in _default("lists").items():
                for place, item in enumerate(items):
                    draft.add(
                        ListItem, list_name=list_name, code=item["code"], names=item["name"], place=place
                    )
            for template in _default("letter_templates"):
                for language in LANGUAGES:
                    draft.add(
                        LetterTemplate,
                        code=template["code"],
                        language=language,
                        name=template["name"][language],
                        subject=template["subject"][language],
                        text=template["text"][language],
                        valid_from=date.min,
                    )
            for day in _default(f"calendar_{new.country}"):
                on = date.fromisoformat(day["day"])
                draft.add(CalendarDay, day=on, intervals=day["intervals"], note=day["note"])
            for tariff in tariff_sets()[new.tariff_set]:
                draft.add(
                    Tariff,
                    customer_class=tariff["customer_class"],
                    valid_from=date.fromisoformat(tariff["valid_from"]),
                    decision=tariff["decision"],
                    blocks=tariff["blocks"],
                    vat_permille=tariff["vat_permille"],
                    fee_permille=tariff["fee_permille"],
                    vat_included=tariff["vat_included"],
                )

    def office(self, new: NewOffice) -> int:
        """Add an office with the usual hours; returns its number."""
        with self._writer.entry("office.add", None, desk=COMPANY) as draft:
            number = 1 + int(
                draft.read.execute(select(func.coalesce(func.max(Office.number), 0))).scalar_one()
            )
            feed = 1 + int(draft.read.execute(select(func.max(Device.number))).scalar_one())
            draft.add(
                Office,
                number=number,
                parent_no=0,
                name=new.name,
                address=new.address,
                phone=new.phone,
                hours=_default("office_hours"),
            )
            desk = Desk(number, feed, f"HQ{number}")
            draft.add(
                Device, number=feed, kind="hub", desk=desk.name, name=new.name, public_key=self._public_key
            )
        if new.points:
            self.points(desk, new.points)
        return number

    def points(self, desk: Desk, points: Sequence[tuple[str, str, str]]) -> None:
        """Add collection points (code, name, address) of an office."""
        with self._writer.entry("points.add", None, desk=desk) as draft:
            for code, name, address in points:
                draft.add(CollectionPoint, code=code, name=name, address=address)

    def bank(self, bank_bin: str, account: str) -> None:
        """The account into which customers transfer; it stands in the QR code of each bill."""
        with self._writer.entry("utility.bank", None, desk=COMPANY) as draft:
            utility = draft.read.execute(select(Utility.id)).scalar_one()
            draft.change(Utility, utility, bank_bin=bank_bin, bank_account=account)

    def revoke(self, feed: Desk, desk: str) -> list[str]:
        """Let a desk of an office in no more, by its name; `feed` is the head office's own for the office.
        Returns the desks that are still let in and began with the same data, since that was restored or
        copied: they may be the same PC. AppError "desk.unknown"."""
        with self._writer.entry("device.revoke", None, desk=feed) as draft:
            d = Device
            found = draft.read.execute(
                select(d.id).where(d.office_no == feed.office_no, d.kind == "desktop", d.desk == desk)
            ).scalar()
            if found is None:
                raise AppError("desk.unknown", desk=desk)
            draft.change(Device, found, revoked_at=draft.now)
            known = draft.read.execute(
                select(d.number, d.succeeds, d.desk, d.revoked_at).where(d.office_no == feed.office_no)
            ).all()
        before = {number: succeeds for number, succeeds, *_ in known}

        def first(number: int) -> int:
            while (earlier := before.get(number)) is not None:
                number = earlier
            return number

        kin = {name: first(number) for number, _, name, _ in known}
        return sorted(
            name for _, _, name, revoked in known if name != desk and not revoked and kin[name] == kin[desk]
        )

    def staff(self, desk: Desk, people: list[NewStaff]) -> list[UUID]:
        """Let people of an office in; `desk` is the head office's feed for it."""
        with self._writer.entry("staff.add", None, desk=desk) as draft:
            return [
                draft.add(
                    Staff,
                    login=p.login.strip().casefold(),
                    name=p.name,
                    title=p.title,
                    phone=p.phone,
                    roles=list(p.roles),
                    unit_code=p.unit_code,
                    password_hash=hash_password(p.password),
                )
                for p in people
            ]


def tariff_sets() -> dict[str, list[dict[str, Any]]]:
    """The price lists that come with the program, by name."""
    sets: dict[str, list[dict[str, Any]]] = _default("tariffs")
    return sets


def _default(name: str) -> Any:
    return json.loads((resources() / "defaults" / f"{name}.json").read_text("utf-8"))


def _named(item: dict[str, Any], language: str) -> str:
    names: dict[str, str] = item["name"]
    return names.get(language, names["en"])
