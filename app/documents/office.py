"""Papers of an office, filled in from what the queries know; in the utility's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from app.documents.papers import (
    ArrearsRow,
    BankAccount,
    BillPaper,
    BlockLine,
    CollectionDay,
    Letterhead,
    Officer,
    Party,
    PayoutLine,
    PayoutPaper,
    ReceiptLine,
    ReceiptPaper,
    ReportData,
    RequestCount,
    Reversal,
    SessionPaper,
    SessionRow,
)
from app.domain import names
from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.domain.money import half_up
from app.domain.quantities import UNITS, format_quantity
from app.domain.tariffs import Tariff, tariff_on
from app.queries.bills import BillSheet
from app.queries.cash import PayoutRow, ReceiptRow, ReceiptView, SessionView
from app.queries.refunds import PayoutView
from app.queries.reports import Span
from app.queries.rules import RuleQueries
from app.services.billing import billed_days
from app.settings import resources
from app.words import Words


def letterhead(rules: RuleQueries) -> Letterhead:
    """Who hands the paper over."""
    utility, office = rules.utility, rules.office
    return Letterhead(
        utility.name,
        office.name,
        office.address,
        office.phone,
        utility.tax_code or "",
        zone_named(utility.zone),
    )


def period_words(period: str) -> str:
    """ "2026-11" as people write it: "11/2026"."""
    return f"{period[5:]}/{period[:4]}"


def bank_names() -> dict[str, str]:
    """The short names of banks by their BIN (`resources/defaults/banks.json`)."""
    return dict(_banks())


@cache
def _banks() -> tuple[tuple[str, str], ...]:
    banks = json.loads((resources() / "defaults" / "banks.json").read_text("utf-8"))
    return tuple((bank["bin"], bank["short"]) for bank in banks)


def bank_account(rules: RuleQueries) -> BankAccount | None:
    """Where transfers go, where the utility has said so."""
    utility = rules.utility
    if not utility.bank_bin or not utility.bank_account:
        return None
    name = bank_names().get(utility.bank_bin, utility.bank_bin)
    return BankAccount(utility.bank_bin, utility.bank_account, name, utility.name)


# -- cash -------------------------------------------------------------------------------------------------


def receipt_paper(rules: RuleQueries, receipt: ReceiptView, *, copy: bool) -> ReceiptPaper:
    """The receipt of money; `copy` where it was printed before."""
    tr = Words(rules.utility.language)
    reversal = None
    if receipt.reversed_at is not None:
        reversal = Reversal(receipt.reversed_by, receipt.reason, receipt.reversed_at)
    return ReceiptPaper(
        letterhead=letterhead(rules),
        title=tr("Receipt of payment"),
        number=receipt.code,
        taken_at=receipt.taken_at,
        payer=Party(receipt.payer, receipt.customer_code, receipt.address, receipt.phone or ""),
        lines=tuple(ReceiptLine(period_words(line.period), line.code, line.amount) for line in receipt.lines),
        total=receipt.total,
        currency=rules.utility.currency,
        method=tr("Cash"),
        cashier=Officer(receipt.cashier_name, receipt.cashier_title, receipt.cashier_phone or ""),
        point=point_name(rules, receipt.point),
        tendered=receipt.tendered,
        change=receipt.change,
        credit=receipt.credit,
        copy=copy,
        reversal=reversal,
    )


def point_name(rules: RuleQueries, point: str) -> str:
    """A collection point's name by its code; what stands there when it is no code."""
    return rules.points().get(point, point)


def session_paper(rules: RuleQueries, session: SessionView) -> SessionPaper:
    """A closed session, for its report and its remittance slip."""
    if session.closed_at is None or session.counted is None:
        raise AppError("cash.not_closed", number=session.code)
    tr = Words(rules.utility.language)
    return SessionPaper(
        letterhead=letterhead(rules),
        title=tr("Remittance slip"),
        number=session.remittance or "",
        session=session.code,
        point=point_name(rules, session.point),
        cashier=Officer(session.cashier_name, session.cashier_title, session.cashier_phone or ""),
        opened_at=session.opened_at,
        closed_at=session.closed_at,
        opening_float=session.float_amount,
        receipts_count=session.receipts,
        receipts_total=session.received,
        reversals_count=session.reversals,
        reversals_total=session.returned,
        expected=session.expected,
        denominations=session.counts,
        counted=session.counted,
        remitted=session.remitted,
        currency=rules.utility.currency,
        reason=session.note,
        paid_out=session.paid_out,
    )


def session_rows(rules: RuleQueries, receipts: Iterable[ReceiptRow]) -> list[SessionRow]:
    """The receipts of a session, the first one first."""
    tr = Words(rules.utility.language)
    rows = [
        SessionRow(
            r.code,
            r.taken_at,
            r.customer_code,
            r.payer,
            r.total,
            tr("Cash"),
            Reversal(r.reversed_by, r.reason, r.reversed_at) if r.reversed_at is not None else None,
        )
        for r in receipts
    ]
    return sorted(rows, key=lambda row: (row.taken_at, row.number))


def payout_lines(payouts: Iterable[PayoutRow]) -> list[PayoutLine]:
    """What was paid out of a session, the first one first."""
    lines = [PayoutLine(y.code, y.paid_at, y.customer_code, y.payee, y.request, y.amount) for y in payouts]
    return sorted(lines, key=lambda line: (line.paid_at, line.number))


def payout_paper(rules: RuleQueries, payout: PayoutView, *, copy: bool) -> PayoutPaper:
    """The slip of money paid back; `copy` where it was printed before."""
    tr = Words(rules.utility.language)
    approved = " · ".join(part for part in (payout.approved_by, payout.approver_title) if part)
    return PayoutPaper(
        letterhead=letterhead(rules),
        title=tr("Pay-out slip"),
        number=payout.code,
        paid_at=payout.paid_at,
        customer=Party(payout.customer_name, payout.customer_code, payout.address, payout.phone),
        payee=payout.payee,
        reason=payout.reason,
        amount=payout.amount,
        currency=rules.utility.currency,
        request=payout.request,
        receipts=payout.receipts,
        checked_by=payout.checked_by,
        approved_by=approved,
        prepared_by=payout.checked_by,
        cashier=Officer(payout.cashier_name, payout.cashier_title, payout.cashier_phone),
        session=payout.session,
        copy=copy,
    )


# -- bills ------------------------------------------------------------------------------------------------


def bill_papers(rules: RuleQueries, sheets: Iterable[BillSheet]) -> Iterator[BillPaper]:
    """A paper for each sheet, one at a time."""
    utility, office = rules.utility, rules.office
    tr = Words(utility.language)
    head, tariffs, bank = letterhead(rules), rules.tariffs(), bank_account(rules)
    unit = UNITS[utility.kind]
    title = {
        "water": tr("Water bill"),
        "wastewater": tr("Wastewater bill"),
        "electricity": tr("Electricity bill"),
    }[utility.kind]
    others = (name for name in rules.points().values() if name != office.name)
    places = (f"{office.name}: {office.address}", *others)
    for sheet in sheets:
        vat, fee = _rates(tariffs, sheet)
        first_day, last_day = billed_days(sheet.read_before, sheet.read_on)
        yield BillPaper(
            letterhead=head,
            title=title,
            symbol="",
            number="",
            bill_code=sheet.code,
            customer=Party(
                sheet.customer_name, sheet.customer_code, sheet.customer_address, sheet.customer_phone or ""
            ),
            customer_tax_code=sheet.tax_code or "",
            connection_address=sheet.connection_address,
            period=period_words(sheet.period),
            first_day=first_day,
            last_day=last_day,
            meters=((sheet.meter_serial, sheet.previous, sheet.present),) if sheet.meter_serial else (),
            usage=sheet.usage,
            unit=unit,
            lines=tuple(_blocks(sheet, unit, tr)),
            net=sheet.net,
            vat_rate=vat,
            vat=sheet.vat,
            fee_rate=fee,
            fee=sheet.fee,
            total=sheet.total,
            currency=utility.currency,
            pay_by=sheet.due_on,
            arrears=sheet.owed_before,
            where_to_pay=places,
            bank=bank,
            quotas=sheet.quotas,
        )


def _blocks(sheet: BillSheet, unit: str, tr: Words) -> Iterator[BlockLine]:
    """The steps as they were charged. Where the price changed within the days they begin anew."""
    step = 0
    below: int | None = 0
    for upto, quantity, price, amount in sheet.lines:
        if below is None or (upto is not None and upto <= below):
            step, below = 0, 0
        step += 1
        first = format_quantity(below, tr.language)
        last = "" if upto is None else format_quantity(upto, tr.language)
        if upto is None and not below:
            label = tr("All use")
        elif upto is None:
            label = tr("Step {step}: above {first} {unit}", step=step, first=first, unit=unit)
        elif not below:
            label = tr("Step {step}: up to {last} {unit}", step=step, last=last, unit=unit)
        else:
            label = tr(
                "Step {step}: above {first} to {last} {unit}", step=step, first=first, last=last, unit=unit
            )
        yield BlockLine(label, quantity, half_up(price, 1000), amount)
        below = upto


def _rates(tariffs: Sequence[Tariff], sheet: BillSheet) -> tuple[int, int]:
    """The rates of tax and fee in basis points: those of the price list where they give the bill's figures,
    else (the rate changed within the days) what the figures come to."""
    try:
        tariff = tariff_on(tariffs, sheet.customer_class, sheet.read_on)
    except AppError:
        tariff = None
    listed = (tariff.vat_permille, tariff.fee_permille) if tariff else (0, 0)
    rates = []
    for rate, amount in zip(listed, (sheet.vat, sheet.fee), strict=True):
        # Tax within the price is what is left of it: it may be one off.
        fits = abs(half_up(sheet.net * rate, 1000) - amount) <= 1
        rates.append(rate * 10 if fits else half_up(amount * 10_000, max(sheet.net, 1)))
    return rates[0], rates[1]


# -- reports ----------------------------------------------------------------------------------------------


def report_data(rules: RuleQueries, span: Span) -> ReportData:
    """The supervisor's report."""
    language = rules.utility.language
    tr = Words(language)
    types, units, points = rules.request_types_ever(), rules.units(), rules.points()
    return ReportData(
        letterhead=letterhead(rules),
        first_day=span.first_day,
        last_day=span.last_day,
        made_at=span.made_at,
        currency=rules.utility.currency,
        requests=tuple(
            RequestCount(
                types[r.type_code].name(language) if r.type_code in types else r.type_code,
                units.get(r.unit_code, r.unit_code),
                r.received,
                r.answered,
                r.on_time,
                r.late,
                r.open,
            )
            for r in span.requests
        ),
        collections=tuple(
            CollectionDay(
                c.day, points.get(c.point, c.point), c.cashier, c.receipts, c.amount, c.reversed, c.paid_out
            )
            for c in span.collections
        ),
        bands=tuple(names.bands(tr).values()),
        arrears=tuple(
            ArrearsRow(
                a.customer_code,
                a.name,
                a.phone or "",
                a.address,
                a.route or "",
                a.oldest_due,
                a.bands,
                a.total,
            )
            for a in span.arrears
        ),
    )
