"""Customers as they are written: phones, days, periods, classes, quantities."""

from __future__ import annotations

from datetime import date

from app.domain import names
from app.domain.money import format_number, half_up
from app.domain.quantities import format_quantity
from app.words import tr


def phone_words(digits: str | None) -> str:
    """Numbers in the groups in which they are read aloud: 0912 345 678."""
    return "; ".join(_grouped(each.strip()) for each in (digits or "").split(";") if each.strip())


def _grouped(digits: str) -> str:
    if len(digits) == 10:
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    if len(digits) == 11:
        return f"{digits[:4]} {digits[4:8]} {digits[8:]}"
    return digits


def day_words(day: date | None) -> str:
    """02/01/2026."""
    return "" if day is None else f"{day:%d/%m/%Y}"


def period_words(period: str) -> str:
    """ "2026-11" as people write it: 11/2026."""
    year, _, month = period.partition("-")
    return f"{month}/{year}"


def class_words(code: str) -> str:
    """What a customer class is called; its code where it is one of the company's own."""
    return names.customer_classes(tr).get(code, code)


def quantity_words(thousandths: int | None) -> str:
    """1.234,5; empty where there is none."""
    return "" if thousandths is None else format_quantity(thousandths, tr.language)


def mean_words(thousandths: int | None) -> str:
    """A mean in whole units; empty where there is none."""
    return "" if thousandths is None else format_number(half_up(thousandths, 1000), tr.language)


def flag_words() -> dict[str, str]:
    """What is odd about an index, also where a person has explained it."""
    return {**names.flags(tr), "rolled_over": tr("Dial past its end")}


def field_words() -> dict[str, str]:
    """The columns of cards as their history names them, by table and column."""
    return {
        "customer.code": tr("Customer code"),
        "customer.name": tr("Customer name"),
        "customer.phone": tr("Phone"),
        "customer.address": tr("Address"),
        "customer.ward": tr("Ward"),
        "customer.tax_code": tr("Tax code"),
        "customer.bank_account": tr("Bank account"),
        "customer.note": tr("Note"),
        "customer.retired_at": tr("No longer a customer"),
        "connection.code": tr("Connection code"),
        "connection.address": tr("Address of the connection"),
        "connection.customer_class": tr("Customer class"),
        "connection.quotas": tr("Quotas"),
        "connection.route": tr("Route"),
        "connection.route_seq": tr("Order in the route"),
        "connection.retired_at": tr("Connection closed"),
        "meter.serial": tr("Meter serial"),
        "meter.digits": tr("Meter digits"),
        "meter.first_index": tr("First index"),
        "meter.installed_on": tr("Fitted on"),
        "meter.removed_on": tr("Taken off on"),
    }
