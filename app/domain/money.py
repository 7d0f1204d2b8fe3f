"""Money is an `int` of the currency's minor unit: đồng (no decimals), fen (two)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import AppError

MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Currency:
    """`digits` is the number of decimals: an amount of 1 is 10**-digits of the whole unit."""

    code: str
    digits: int
    symbol: str


VND = Currency("VND", 0, "đ")
CNY = Currency("CNY", 2, "¥")
CURRENCIES: dict[str, Currency] = {each.code: each for each in (VND, CNY)}


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded to a whole number; a half goes away from zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def format_number(n: int, language: str, digits: int = 0) -> str:
    """`n`, counted in units of 10**-digits, as the language writes it: vi 1.234,5; en and zh 1,234.5."""
    group, point = (".", ",") if language == "vi" else (",", ".")
    whole, part = divmod(abs(n), 10**digits)
    text = f"{whole:,}".replace(",", group)
    if digits:
        text += f"{point}{part:0{digits}d}"
    return MINUS + text if n < 0 else text


def format_money(amount: int, currency: Currency, language: str, symbol: bool = True) -> str:
    """An amount for people: "131.675 đ"; the yuan sign stands before the figure outside Vietnamese."""
    figure = format_number(amount, language, currency.digits)
    if not symbol:
        return figure
    if currency.symbol == "¥" and language != "vi":
        return f"{MINUS}¥{figure[1:]}" if amount < 0 else f"¥{figure}"
    return f"{figure} {currency.symbol}"


_SIGNS = re.compile(r"VND|CNY|RMB|[đĐ₫¥元]", re.IGNORECASE)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([ .,])[0-9]{3})(?:\1[0-9]{3})*")


def plain_money(amount: int, currency: Currency) -> Decimal:
    """The amount as a number of the currency's whole unit, for a spreadsheet to reckon with."""
    return Decimal(amount).scaleb(-currency.digits)


def parse_money(text: str, currency: Currency) -> int:
    """What a person typed, in minor units: 1.234.567, 1,234,567, 1 234 567 or 1234567, with or without sign.

    Three figures after a single mark are a group of thousands, never decimals: no currency here has three.
    Raises AppError("money.unreadable", text=...).
    """
    plain = " ".join(_SIGNS.sub(" ", unicodedata.normalize("NFKC", text)).split())
    negative = plain[:1] in ("-", MINUS)
    body = plain[1:].lstrip() if negative else plain
    decimals = ""
    if currency.digits:
        found = re.fullmatch(rf"(.*[0-9])([.,])([0-9]{{1,{currency.digits}}})", body)
        # The mark of the decimals cannot also be the mark of the groups: 1.234.56 is no number.
        if found and found[2] not in found[1]:
            body, decimals = found[1], found[3]
    if _GROUPED.fullmatch(body):
        body = re.sub(r"[ .,]", "", body)
    if not re.fullmatch(r"[0-9]{1,15}", body):
        raise AppError("money.unreadable", text=text)
    amount = int(body + decimals.ljust(currency.digits, "0"))
    return -amount if negative else amount
