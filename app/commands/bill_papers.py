"""Bills as they are printed: what the database has, put into words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from app.bootstrap import Desktop
from app.documents.papers import BankAccount, BillPaper, BlockLine, Letterhead, Party
from app.domain.deadlines import zone_named
from app.domain.money import half_up
from app.domain.quantities import UNITS, format_quantity
from app.domain.tariffs import tariff_on
from app.queries.bills import BillSheet
from app.services.billing import billed_days
from app.settings import resources
from app.words import Words


def letterhead(desktop: Desktop) -> Letterhead:
    """Whose papers these are."""
    utility, office = desktop.rules.utility, desktop.rules.office
    return Letterhead(
        utility.name,
        office.name,
        office.address,
        office.phone,
        utility.tax_code or "",
        zone_named(utility.zone),
    )


def bill_papers(desktop: Desktop, ids: Sequence[UUID]) -> Iterator[BillPaper]:
    """The papers of these bills, in this order, one after the other."""
    utility = desktop.rules.utility
    tr = Words(utility.language)
    head, bank, unit = letterhead(desktop), _bank(desktop), UNITS[utility.kind]
    title = {
        "water": tr("Water bill"),
        "wastewater": tr("Wastewater bill"),
        "electricity": tr("Electricity bill"),
    }[utility.kind]
    tariffs = desktop.rules.tariffs()
    points = tuple(desktop.rules.points().values())
    where = (f"{desktop.rules.office.name}: {desktop.rules.office.address}", *points)
    for bill in desktop.bill_queries.sheets(ids):
        tariff = tariff_on(tariffs, bill.customer_class, bill.read_on)
        first, last = billed_days(bill.read_before, bill.read_on, bill.period)
        yield BillPaper(
            letterhead=head,
            title=title,
            symbol="",
            number="",
            bill_code=bill.code,
            customer=Party(
                bill.customer_name, bill.customer_code, bill.customer_address, bill.customer_phone or ""
            ),
            customer_tax_code=bill.tax_code or "",
            connection_address=bill.connection_address,
            period="/".join(reversed(bill.period.split("-"))),
            first_day=first,
            last_day=last,
            meters=((bill.meter_serial, bill.previous, bill.present),) if bill.meter_serial else (),
            usage=bill.usage,
            unit=unit,
            lines=_lines(bill, unit, tr),
            net=bill.net,
            vat_rate=tariff.vat_permille * 10,
            vat=bill.vat,
            fee_rate=tariff.fee_permille * 10,
            fee=bill.fee,
            total=bill.total,
            currency=utility.currency,
            pay_by=bill.due_on,
            arrears=bill.owed_before,
            where_to_pay=where,
            bank=bank,
        )


def _lines(bill: BillSheet, unit: str, tr: Words) -> tuple[BlockLine, ...]:
    """The steps as they were charged. Where the price changed within the period they begin anew."""
    lines: list[BlockLine] = []
    step = 0
    below: int | None = 0
    for upto, quantity, price_milli, amount in bill.lines:
        if below is None or (upto is not None and upto <= below):
            step, below = 0, 0
        step += 1
        first = format_quantity(below, tr.language)
        if upto is None and not below:
            label = tr("All use")
        elif upto is None:
            label = tr("Step {step}: above {first} {unit}", step=step, first=first, unit=unit)
        elif not below:
            last = format_quantity(upto, tr.language)
            label = tr("Step {step}: up to {last} {unit}", step=step, last=last, unit=unit)
        else:
            last = format_quantity(upto, tr.language)
            label = tr(
                "Step {step}: above {first} to {last} {unit}", step=step, first=first, last=last, unit=unit
            )
        lines.append(BlockLine(label, quantity, half_up(price_milli, 1000), amount))
        below = upto
    return tuple(lines)


def _bank(desktop: Desktop) -> BankAccount | None:
    utility = desktop.rules.utility
    if not utility.bank_bin or not utility.bank_account:
        return None
    banks = json.loads((resources() / "defaults" / "banks.json").read_text("utf-8"))
    name = next((b["short"] for b in banks if b["bin"] == utility.bank_bin), utility.bank_bin)
    return BankAccount(utility.bank_bin, utility.bank_account, name, utility.name)
