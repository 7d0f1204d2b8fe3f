"""Made-up customers and readings as the rows of a workbook; who writes the file is the caller's business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from app.demo.generator import MadeUpCustomer, MadeUpReading
from app.domain.import_fields import field_titles
from app.domain.names import customer_classes
from app.words import Words

Cell = str | int | date | None


class SheetRows(NamedTuple):
    """Lines above the headings, the headings, and the rows, which come as they are asked for."""

    titles: list[list[Cell]]
    headings: list[str]
    rows: Iterator[list[Cell]]

    def all_rows(self) -> Iterator[list[Cell]]:
        """Titles, an empty line, headings and data, from the first row of the sheet."""
        yield from self.titles
        yield []
        yield list(self.headings)
        yield from self.rows


_CUSTOMER_FIELDS = (
    "code", "name", "phone", "address", "ward", "customer_class", "route", "sequence", "meter_serial",
    "meter_digits", "last_index", "quotas", "tax_code", "note",
)  # fmt: skip
_READING_FIELDS = (
    "meter_serial", "code", "name", "address", "previous_index", "present_index", "read_on", "note",
)  # fmt: skip


def customer_sheet(customers: Iterable[MadeUpCustomer], language: str = "vi") -> SheetRows:
    """A workbook of customers with headings in `language`; indexes in whole cubic metres, codes as text."""
    tr = Words(language)
    titles, classes = field_titles(tr), customer_classes(tr)

    def rows() -> Iterator[list[Cell]]:
        for number, each in enumerate(customers, 1):
            yield [
                number, each.code, each.name, each.phone, each.address, each.ward,
                classes[each.customer_class], each.route, each.sequence, each.meter_serial,
                each.meter_digits, each.last_index // 1000, each.quotas, each.tax_code, each.note,
            ]  # fmt: skip

    return SheetRows([[tr("Customers")]], [tr("No."), *(titles[field] for field in _CUSTOMER_FIELDS)], rows())


def reading_sheet(
    readings: Iterable[tuple[MadeUpCustomer, MadeUpReading]], route: str, language: str = "vi"
) -> SheetRows:
    """A route's readings as a collector brings them back; unread meters have no present index."""
    tr = Words(language)
    titles = field_titles(tr)

    def rows() -> Iterator[list[Cell]]:
        for number, (customer, reading) in enumerate(readings, 1):
            present = None if reading.present is None else reading.present // 1000
            yield [
                number, customer.meter_serial, customer.code, customer.name, customer.address,
                reading.previous // 1000, present, None if present is None else reading.read_on, reading.note,
            ]  # fmt: skip

    return SheetRows(
        [[tr("Readings of route {route}", route=route)]],
        [tr("No."), *(titles[field] for field in _READING_FIELDS)],
        rows(),
    )
