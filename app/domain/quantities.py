"""Quantities are an `int` of thousandths of the billing unit: 17,5 m³ is 17500."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from app.domain.errors import AppError
from app.domain.money import format_number

UNITS = {"water": "m³", "wastewater": "m³", "electricity": "kWh"}
"""What each service is billed by."""


def format_quantity(thousandths: int, language: str) -> str:
    """A quantity without idle zeros: "17", "17,5", "1.234"."""
    digits = 3
    while digits and thousandths % 10 == 0:
        thousandths //= 10
        digits -= 1
    return format_number(thousandths, language, digits)


def plain_quantity(thousandths: int) -> Decimal:
    """The quantity as a number, for a spreadsheet to reckon with."""
    return Decimal(thousandths).scaleb(-3).normalize()


def parse_quantity(text: str, language: str = "vi") -> int:
    """What a person typed, in thousandths.

    Either mark may stand before decimals ("17,5", "17.5"). Where a single mark with three figures behind it
    could mean both, the language decides: in Vietnamese "1.234" is a thousand and more, "1,234" a little over
    one; elsewhere the other way round. Raises AppError("quantity.unreadable", text=...), also below zero.
    """
    group, point = (".", ",") if language == "vi" else (",", ".")
    plain = unicodedata.normalize("NFKC", text).strip()
    for thousands, decimal in ((group, point), (point, group)):
        groups = rf"[1-9][0-9]{{0,2}}([{thousands} ])[0-9]{{3}}(?:\2[0-9]{{3}}){{0,2}}"
        found = re.fullmatch(rf"({groups}|[0-9]{{1,12}})(?:[{decimal}]([0-9]{{1,3}}))?", plain)
        if found:
            whole = re.sub("[ .,]", "", found[1])
            return int(whole) * 1000 + int((found[3] or "").ljust(3, "0"))
    raise AppError("quantity.unreadable", text=text)
