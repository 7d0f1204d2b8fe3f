"""A former register for tests: made-up rows, a mapping for them, and the way in that the command takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app.bootstrap import Desktop
from app.documents.tables import read_mapping, read_table
from app.domain.deadlines import zone_named
from app.domain.import_mapping import check_mapping, parse_mapping, zone_of
from app.domain.import_requests import bind, parse_requests
from app.services.import_requests import ImportedRequests, RequestPlan
from tests.offices import person

HEADINGS = (
    "Số", "Ngày nhận", "Ngày đến", "Hạn", "Ngày trả lời", "Loại", "Nội dung", "Chi tiết", "Kênh", "Họ tên",
    "SĐT", "Địa chỉ", "Khu vực", "Tổ", "Tình trạng", "Trả lời", "Kết quả", "Báo", "Mã KH",
)  # fmt: skip
OPEN = {
    "Số": "17", "Ngày nhận": "2/11/2026 8:00", "Loại": "Rò rỉ", "Nội dung": "Vỡ ống", "Chi tiết": "trước nhà",
    "Kênh": "ĐT", "Họ tên": "Nguyễn Văn Bình", "SĐT": "0912 345 678", "Địa chỉ": "3 Ngô Gia Tự",
    "Khu vực": "Vệ An", "Tình trạng": "Đang xử lý",
}  # fmt: skip
CLOSED = OPEN | {
    "Số": "18", "Tình trạng": "Xong", "Ngày trả lời": "2/11/2026 10:30", "Trả lời": "Đã thay ống",
    "Kết quả": "Xong", "Báo": "ĐT",
}  # fmt: skip
MAPPING: dict[str, Any] = {
    "register": "Sổ Vệ An",
    "columns": {
        "key": "Số", "received": "Ngày nhận", "arrived": "Ngày đến", "due": "Hạn", "answered": "Ngày trả lời",
        "type": "Loại", "words": ["Nội dung", "Chi tiết"], "channel": "Kênh", "contact_name": "Họ tên",
        "phone": "SĐT", "address": "Địa chỉ", "area": "Khu vực", "unit": "Tổ", "state": "Tình trạng",
        "answer": "Trả lời", "outcome": "Kết quả", "how": "Báo", "customer": "Mã KH",
    },
    "dates": {"format": "d/m/yyyy h:mm"},
    "values": {
        "type": {"Rò rỉ": "leak", "Đồng hồ": "meter", "Tố cáo": "denunciation"},
        "state": {"Đang xử lý": "routed", "Xong": "closed", "Đã trả lời": "answered", "Mới": "received"},
        "channel": {"ĐT": "phone"},
        "outcome": {"Xong": "solved"},
        "how": {"ĐT": "phone"},
    },
}  # fmt: skip


def csv_of(path: Path, *rows: dict[str, str], encoding: str = "utf-8", between: str = ",") -> Path:
    """A CSV file of rows by heading."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',;"\n') else text

    lines = [HEADINGS, *([row.get(h, "") for h in HEADINGS] for row in rows)]
    text = "\r\n".join(between.join(map(quoted, line)) for line in lines) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path


def planned(desktop: Desktop, path: Path, mapping: object = MAPPING) -> RequestPlan:
    """What the import of a file would do."""
    text = read_mapping(mapping) if isinstance(mapping, Path) else json.dumps(mapping)
    read = parse_mapping(text)
    known = desktop.request_imports.known()
    check_mapping(read, known)
    zone = zone_of(read.zone) if read.zone else zone_named(desktop.rules.utility.zone)
    now: datetime = desktop.clock.now()
    with read_table(path, read.encoding) as table:
        rows = table.rows(table.names[0])
        bound = bind(table.rows(table.names[0]), read)
        parsed = parse_requests(rows, read, bound, known, now, zone, width=table.width)
        return desktop.request_imports.plan(parsed, read, {n: bound.title(n) for n in bound.places})


def taken(
    desktop: Desktop, path: Path, mapping: object = MAPPING, login: str = "mai"
) -> tuple[RequestPlan, ImportedRequests]:
    """A file, taken in by a supervisor."""
    plan = planned(desktop, path, mapping)
    return plan, desktop.request_imports.apply(person(desktop, login), plan)


def why(plan: RequestPlan) -> list[tuple[int, Sequence[tuple[str, str]]]]:
    """Row, and the columns and codes of what keeps it out."""
    return [(r.row_number, [(p.column, p.code) for p in r.problems if p.blocks]) for r in plan.wrong]
