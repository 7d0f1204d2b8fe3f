"""Rows of workbooks for tests, and what the database holds after they were imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import select

from app.bootstrap import Desktop
from app.demo.generator import MadeUpCustomer, made_up_customers
from app.demo.sheets import customer_sheet
from app.domain.importing import ParsedRow, find_header, parse_rows
from app.models import Connection, Customer, Meter
from app.services.imports import Imported, Plan
from tests.offices import person

CLASSES: dict[str, list[str]] = {"household": [], "office": [], "production": [], "service": []}
PEOPLE = list(made_up_customers(2000, 7))


def parsed(people: Iterable[MadeUpCustomer]) -> list[ParsedRow]:
    """A sheet of these customers, read as a file is read."""
    sheet = list(enumerate(customer_sheet(people).all_rows(), 1))
    header = find_header(sheet)
    return list(parse_rows(sheet, header.mapping, CLASSES, after=header.row_number, titles=header.titles))


def import_(desktop: Desktop, rows: Iterable[ParsedRow]) -> tuple[Plan, Imported]:
    """Plan and apply at once."""
    plan = desktop.imports.plan(rows)
    return plan, desktop.imports.apply(person(desktop, "mai"), plan)


def held(desktop: Desktop) -> dict[str, dict[str, Any]]:
    """What the database holds of each connection, its customer and its meter in use, by connection code."""
    c, k, m = Customer, Connection, Meter
    wanted = (
        select(
            c.code.label("customer"), c.name, c.phone, c.address.label("home"), c.ward, c.tax_code, c.note,
            k.code, k.address, k.customer_class, k.quotas, k.route, k.route_seq, m.serial, m.digits,
            m.first_index,
        )
        .join(k, k.customer_id == c.id)
        .join(m, m.connection_id == k.id, isouter=True)
    )  # fmt: skip
    with desktop.database.read.connect() as read:
        return {row.code: dict(row._mapping) for row in read.execute(wanted)}


def entries(desktop: Desktop, kind: str) -> int:
    """How many entries of a kind the journal holds."""
    with desktop.database.read.connect() as read:
        return int(read.exec_driver_sql("SELECT count(*) FROM entry WHERE kind = ?", (kind,)).scalar_one())


def save(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    """A workbook of these rows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Khách hàng")
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    book.close()
    return path
