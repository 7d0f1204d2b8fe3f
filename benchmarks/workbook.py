"""A list written as a workbook, beside what openpyxl alone takes for the same cells."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook

from app.demo.generator import made_up_customers, usual_reading
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from benchmarks.harness import Figure, Size, median, spent
from benchmarks.office import MONTHS, SEED

TITLE = "A workbook"
MOST_TIMES = 1.3
COLUMNS = (
    OutColumn("Mã khách hàng", "code"),
    OutColumn("Tên khách hàng"),
    OutColumn("Địa chỉ"),
    OutColumn("Điện thoại", "code"),
    OutColumn("Lộ trình", "code"),
    OutColumn("Chỉ số cũ", "quantity"),
    OutColumn("Chỉ số mới", "quantity"),
    OutColumn("Thành tiền", "money"),
    OutColumn("Ngày ghi", "date"),
)


def measure(size: Size) -> list[Figure]:
    """Turn by turn, so that both meet the same machine."""
    rows = _rows(size.rows)
    plain = [(*row[:5], row[5] // 1000, None if row[6] is None else row[6] // 1000, *row[7:]) for row in rows]
    with TemporaryDirectory(prefix="daumoi-bench-") as folder:
        path = Path(folder) / "list.xlsx"
        ours, bare = [], []
        for _ in range(size.runs):
            bare.append(spent(lambda: _bare(path, plain)))
            ours.append(spent(lambda: write_workbook(path, [SheetOut("Danh sách", COLUMNS, rows)])))
    mine, other = median(ours), median(bare)
    return [
        Figure(f"{size.rows:,} rows of {len(COLUMNS)} columns", mine.wall, "s"),
        Figure("openpyxl alone, without formats", other.wall, "s"),
        Figure("times openpyxl alone", mine.wall / other.wall, "×", MOST_TIMES),
        Figure("times openpyxl alone, processor", mine.cpu / other.cpu, "×", MOST_TIMES),
    ]


def _rows(count: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for each in made_up_customers(count, SEED):
        read = usual_reading(each, MONTHS[0], SEED)
        on: date | None = None if read.present is None else read.read_on
        who = (each.code, each.name, each.address, each.phone, each.route)
        rows.append((*who, read.previous, read.present, each.usual_use * 9, on))
    return rows


def _bare(path: Path, rows: list[tuple[Any, ...]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    sheet.append([column.title for column in COLUMNS])
    for row in rows:
        sheet.append(row)
    book.save(path)
