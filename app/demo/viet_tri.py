"""A small real network with made-up people: the meters and indexes of a public file of Việt Trì."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from app.demo.generator import MadeUpCustomer, MadeUpReading, made_up_customers
from app.domain.errors import AppError

PROVINCE, WARD = "Phú Thọ", "Phường Thanh Miếu"
"""Where the meters of the file lie, by the wards of July 2025."""


class VietTriRow(NamedTuple):
    """A customer with a real meter: its two real indexes and its place in degrees."""

    customer: MadeUpCustomer
    reading: MadeUpReading
    latitude: float
    longitude: float


def viet_tri_rows(
    readings_csv_path: Path, seed: int, read_on: date = date(2026, 6, 5)
) -> Iterator[VietTriRow]:
    """The meters of the file (columns meter_id, read_old, read_new, lat, lon), one after the other.

    Names, addresses and phones are made up; serials and indexes (whole m³ in the file) are real. The pairs
    (customer, reading) fit `customer_sheet` and `reading_sheet`.
    Raises AppError("demo.readings_unreadable", row=...) for a row that is not such a meter.
    """
    with readings_csv_path.open(encoding="utf-8", newline="") as file:
        meters = list(csv.DictReader(file))
    people = made_up_customers(len(meters), seed, "VT", province=PROVINCE)
    for number, (meter, person) in enumerate(zip(meters, people, strict=True), 1):
        try:
            old, new = (int(meter[column]) * 1000 for column in ("read_old", "read_new"))
            place = float(meter["lat"]), float(meter["lon"])
            serial = meter["meter_id"].strip()
        except (KeyError, TypeError, ValueError) as error:
            raise AppError("demo.readings_unreadable", row=number + 1) from error
        customer = person._replace(
            address=f"{person.address.rsplit(',', 1)[0]}, {WARD}",
            ward=WARD,
            customer_class="household" if new - old < 100_000 else person.customer_class,
            meter_serial=serial,
            meter_digits=5,
            last_index=old,
            usual_use=new - old,
        )
        kind = "zero" if new == old else "far_above" if new - old > 100_000 else "usual"
        yield VietTriRow(customer, MadeUpReading(old, new, read_on, kind, None), *place)
