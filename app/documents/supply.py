"""Papers of a new supply (A4): the estimate, a summary of the contract, the minutes of acceptance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from app.documents.papers import Letterhead, Officer, Party
from app.documents.pdf import BOLD, MONO, REGULAR
from app.documents.slip import officer_line
from app.documents.style import MM, Column, Paper, document
from app.documents.wording import day, percent
from app.domain.amount_words import amount_in_words
from app.domain.money import Currency, format_money, format_number
from app.domain.quantities import format_quantity
from app.domain.supply import Line
from app.words import Words

A4 = (210 * MM, 297 * MM)
MARGIN = 18 * MM
SIZE = 10
"""Points: what is read at a table, not at arm's length."""


@dataclass(frozen=True)
class SupplyPaper:
    """What the three papers have in common. `kind` of utility: "water", "wastewater", "electricity";
    `supply_address` where it is supplied; `made_on` the day on the paper."""

    letterhead: Letterhead
    request: str
    customer: Party
    supply_address: str
    made_on: date
    officer: Officer
    kind: str = "water"


@dataclass(frozen=True)
class EstimatePaper(SupplyPaper):
    """The estimate: money in minor units of `currency`, VAT in thousandths; the survey beside it."""

    lines: tuple[Line, ...] = ()
    net: int = 0
    vat_permille: int = 0
    vat: int = 0
    total: int = 0
    currency: Currency = field(default_factory=lambda: Currency("VND", 0, "đ"))
    valid_until: date | None = None
    survey: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ContractPaper(SupplyPaper):
    """The main points of a contract of supply."""

    code: str = ""
    tax_code: str = ""
    customer_class: str = ""
    quotas: int = 1
    route: str = ""
    signed_on: date | None = None
    survey: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AcceptancePaper(SupplyPaper):
    """Meter, seal and first index as both sides found them. `index` in thousandths of `unit`."""

    contract: str = ""
    serial: str = ""
    digits: int | None = None
    meter_size: str = ""
    installed_on: date | None = None
    supplied_on: date | None = None
    index: int = 0
    unit: str = "m³"
    work_order: str = ""


def estimate_sheet(paper: EstimatePaper, language: str) -> bytes:
    """The estimate as a PDF in the customer's language."""
    tr = Words(language)
    title = tr("Estimate of the connection")
    return _made(paper, title, language, lambda on: _estimate(on, paper, tr))


def contract_summary(paper: ContractPaper, language: str) -> bytes:
    """The main points of a contract as a PDF in the customer's language."""
    tr = Words(language)
    title = tr("Contract of supply, main points")
    return _made(paper, title, language, lambda on: _contract(on, paper, tr))


def acceptance_minutes(paper: AcceptancePaper, language: str) -> bytes:
    """The minutes that customer and office sign at the meter, as a PDF in the customer's language."""
    tr = Words(language)
    title = tr("Minutes of acceptance and first index")
    return _made(paper, title, language, lambda on: _acceptance(on, paper, tr))


def _made(paper: SupplyPaper, title: str, language: str, draw: Callable[[Paper], None]) -> bytes:
    def whole(on: Paper) -> None:
        on.letterhead(paper.letterhead)
        on.space(8)
        on.title(title, size=16)
        draw(on)

    running = f"{title} · {paper.request}"
    return document(running, language, whole, size=A4, margin=MARGIN, running=running)


def _customer(on: Paper, paper: SupplyPaper, tr: Words, *more: tuple[str, str]) -> None:
    customer = paper.customer
    on.pair(tr("Customer"), customer.name, font=BOLD, size=SIZE + 0.5, label_width=110)
    _pairs(
        on,
        (tr("Customer code"), customer.code),
        (tr("Address"), customer.address),
        (tr("Phone"), customer.phone),
        *more,
        (tr("Place of supply"), paper.supply_address),
        (tr("Request no."), paper.request),
    )


def _pairs(on: Paper, *pairs: tuple[str, str]) -> None:
    for label, value in pairs:
        on.pair(label, value, size=SIZE, label_width=110)


def _heading(on: Paper, words: str) -> None:
    on.space(6)
    on.need(40 * on.scale)
    on.paragraph(words, font=BOLD, size=SIZE + 1)
    on.space(2)


def _numbered(on: Paper, paper: SupplyPaper, code: str, tr: Words, made_on: date) -> None:
    """Number and day under the title."""
    said = tr("No. {code} · {day}", code=code, day=day(made_on))
    on.paragraph(said, font=MONO, size=SIZE, align="centre")
    on.space(8)


def _signed(on: Paper, paper: SupplyPaper, tr: Words, *more: tuple[str, str]) -> None:
    on.space(10)
    on.signatures((tr("Customer"), paper.customer.name), *more, (tr("For the office"), paper.officer.name))
    on.space(8)
    on.rule()
    on.paragraph(tr("To ask about this: {officer}", officer=officer_line(paper.officer)), size=SIZE - 1)
    if paper.letterhead.phone:
        said = tr("or the office, {phone}, with the request no.", phone=paper.letterhead.phone)
        on.paragraph(said, size=SIZE - 1)


def _estimate(on: Paper, paper: EstimatePaper, tr: Words) -> None:
    language = tr.language

    def money(amount: int) -> str:
        return format_money(amount, paper.currency, language, symbol=False)

    _numbered(on, paper, paper.request, tr, paper.made_on)
    _customer(on, paper, tr)
    _pairs(on, *paper.survey)
    on.space(8)
    on.table(
        (
            Column(tr("No."), 0.6, "right"),
            Column(tr("Item"), 4),
            Column(tr("Measure"), 0.9),
            Column(tr("Quantity"), 1.2, "right"),
            Column(tr("Unit price"), 1.6, "right"),
            Column(tr("Line amount"), 1.9, "right"),
        ),
        [
            (
                str(number),
                line.item,
                line.unit,
                format_quantity(line.quantity, language),
                money(line.price),
                money(line.amount),
            )
            for number, line in enumerate(paper.lines, 1)
        ],
        size=SIZE - 0.5,
    )
    sums = [(tr("Amount before tax"), paper.net, False)]
    if paper.vat_permille:
        sums.append((tr("VAT {rate}", rate=percent(paper.vat_permille * 10, language)), paper.vat, False))
    for label, amount, bold in (*sums, (tr("Total to pay"), paper.total, True)):
        figure = format_money(amount, paper.currency, language)
        on.sum_row(label, figure, bold=bold, size=SIZE + (2 if bold else 0), part=0.6)
    on.space(4)
    words = amount_in_words(paper.total, paper.currency, language, paper.letterhead.spoken)
    on.pair(tr("In words"), words, font=BOLD, size=SIZE, label_width=70)
    if paper.valid_until is not None:
        on.space(6)
        on.boxed(
            tr("This estimate holds until {day}.", day=day(paper.valid_until)),
            font=BOLD,
            size=SIZE + 1,
            align="centre",
        )
    on.space(2)
    on.paragraph(
        tr("The office collects no money by this sheet; every payment gets a receipt."), size=SIZE - 1
    )
    _signed(on, paper, tr)


def _contract(on: Paper, paper: ContractPaper, tr: Words) -> None:
    _numbered(on, paper, paper.code, tr, paper.signed_on or paper.made_on)
    _heading(on, tr("The customer"))
    _customer(on, paper, tr, (tr("Tax code"), paper.tax_code))
    _heading(on, tr("The supply"))
    _pairs(
        on,
        (tr("Customer class"), paper.customer_class),
        (tr("Quotas"), format_number(paper.quotas, tr.language)),
        (tr("Route"), paper.route),
        *paper.survey,
    )
    _heading(on, tr("What both sides agree"))
    for words in (
        tr("1. The office supplies and bills by the index of the meter, at the prices in force."),
        tr("2. The customer pays by the day on the bill; the prices hang at every counter."),
        tr("3. The meter and its seals belong to the office. Who sees a fault tells the office at once."),
        tr("4. A change of name, class or address is applied for at any counter, free of charge."),
    ):
        on.paragraph(words, size=SIZE)
        on.space(2)
    on.space(2)
    on.paragraph(tr("This sheet sums up the contract; the contract itself decides."), size=SIZE - 1)
    _signed(on, paper, tr)


def _acceptance(on: Paper, paper: AcceptancePaper, tr: Words) -> None:
    language = tr.language
    _numbered(on, paper, paper.contract or paper.request, tr, paper.supplied_on or paper.made_on)
    _customer(on, paper, tr, (tr("Contract no."), paper.contract))
    _heading(on, tr("The meter"))
    electric = paper.kind == "electricity"
    digits = "" if paper.digits is None else format_number(paper.digits, language)
    _pairs(
        on,
        (tr("Electricity meter") if electric else tr("Water meter"), paper.serial),
        (tr("Size"), paper.meter_size),
        (tr("Digits of the dial"), digits),
        (tr("Fitted on"), day(paper.installed_on) if paper.installed_on else ""),
        (tr("Work order"), paper.work_order),
        (tr("Supplied from"), day(paper.supplied_on) if paper.supplied_on else ""),
    )
    on.space(8)
    index = f"{format_quantity(paper.index, language)} {paper.unit}"
    on.boxed(tr("First index: {index}", index=index), font=BOLD, size=SIZE + 4, align="centre")
    _heading(on, tr("Found by both sides"))
    for words in (
        tr("The meter works and bears a valid seal of verification"),
        tr("The seals of the office are whole"),
        tr("The connection was tested and nothing leaks or heats up"),
        tr("The customer was told how to read the meter and whom to call"),
    ):
        on.need(18 * on.scale)
        box = 9 * on.scale
        on.page.box(on.left, on.y + 2 * on.scale, box, box, 0.8)
        on.paragraph(words, font=REGULAR, size=SIZE, x=on.left + box + 8)
        on.space(3)
    on.space(2)
    on.paragraph(tr("Other remarks:"), size=SIZE)
    for _ in range(2):
        on.need(18 * on.scale)
        on.space(18)
        on.page.line(on.left, on.y, on.right, on.y, 0.4, (1, 2))
    _signed(on, paper, tr, (tr("Who fitted the meter"), ""))
