"""The words of which made-up offices consist: names by frequency, wards, streets, companies, requests."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

MOBILE_PREFIXES = (
    "032", "033", "034", "035", "036", "037", "038", "039", "086", "096", "097", "098",  # Viettel
    "070", "076", "077", "078", "079", "089", "090", "093",  # MobiFone
    "081", "082", "083", "084", "085", "088", "091", "094",  # VinaPhone
    "052", "056", "058", "092", "059", "099",
)  # fmt: skip

STREETS = (
    "Nguyễn Gia Thiều", "Lý Thái Tổ", "Trần Hưng Đạo", "Nguyễn Trãi", "Ngô Gia Tự", "Lý Thường Kiệt",
    "Hai Bà Trưng", "Nguyễn Đăng Đạo", "Lê Văn Thịnh", "Hồ Ngọc Lân", "Thiên Đức", "Như Nguyệt",
    "Nguyễn Du", "Hoàng Quốc Việt", "Huyền Quang", "Nguyễn Cao", "Bình Than", "Kinh Dương Vương",
    "Lê Phụng Hiểu", "Nguyễn Văn Cừ", "Trần Phú", "Hùng Vương", "Quang Trung", "Lê Lợi", "Phan Bội Châu",
    "Phan Chu Trinh", "Hoàng Hoa Thám", "Lê Thánh Tông", "Đinh Tiên Hoàng", "Lý Nam Đế", "Ngô Quyền",
    "Bà Triệu", "Nguyễn Huệ", "Võ Thị Sáu", "Minh Khai", "Hàn Thuyên", "Nguyễn Bỉnh Khiêm", "Chu Văn An",
    "Cao Bá Quát", "Đoàn Thị Điểm", "Hồ Xuân Hương", "Tản Đà", "Xuân Diệu", "Tô Hiến Thành",
    "Mạc Đĩnh Chi", "Luy Lâu", "Âu Cơ", "Lạc Long Quân", "Nguyễn Tất Thành", "Trường Chinh", "Lê Duẩn",
    "Phạm Văn Đồng", "Võ Nguyên Giáp", "Điện Biên Phủ", "Cách Mạng Tháng Tám", "30 Tháng 4", "Hòa Bình",
)  # fmt: skip

HAMLETS = (
    "Đông", "Đoài", "Thượng", "Hạ", "Trung", "Nội", "Ngoại", "Chùa", "Đình", "Giữa", "Yên Lãng",
    "Phú Xuân", "Kim Đôi", "Xuân Ổ", "Hữu Chấp", "Viêm Xá", "Quả Cảm", "Đẩu Hàn", "Vọng Nguyệt", "Thọ Đức",
    "Mẫn Xá", "Quan Độ", "An Phú", "Tân Lập", "Long Khê", "Đồng Tâm", "Đại Tráng", "Cổ Mễ", "Thanh Phương",
    "Phúc Sơn",
)  # fmt: skip

TRADES = {
    "production": (
        "May", "Bao bì", "Cơ khí", "Gỗ", "Giấy", "Nhựa", "Thực phẩm", "Điện tử", "Gạch ốp lát", "Dệt",
        "In", "Chế biến nông sản", "Thức ăn chăn nuôi", "Bê tông", "Linh kiện",
    ),
    "service": (
        "Thương mại", "Du lịch", "Vận tải", "Khách sạn", "Nhà hàng", "Dịch vụ ăn uống", "Rửa xe",
        "Giặt là", "Dược", "Xăng dầu", "Bất động sản", "Siêu thị",
    ),
}  # fmt: skip
COMPANY_FORMS = ("Công ty TNHH", "Công ty Cổ phần", "Công ty TNHH MTV", "Công ty CP", "Hợp tác xã")
COMPANY_NAMES = (
    "Kinh Bắc", "Hoàng Long", "Thành Đạt", "Minh Phát", "Đại Việt", "Tân Phú", "An Bình", "Phú Thịnh",
    "Hồng Hà", "Việt Tiến", "Bắc Sơn", "Sông Cầu", "Ngũ Huyện Khê", "Toàn Thắng", "Trường Sơn",
    "Hưng Thịnh", "Quang Minh", "Đông Đô", "Á Châu", "Thăng Long", "Nam Việt", "Hải Đăng", "Phúc Lộc",
    "Tiên Sơn", "Quế Võ", "Yên Phong",
)  # fmt: skip
OFFICES = (
    "Trường Mầm non", "Trường Tiểu học", "Trường THCS", "Trường THPT", "Trạm Y tế", "UBND", "Công an",
    "Đảng ủy", "Nhà văn hóa", "Bưu điện", "Trung tâm Văn hóa", "Ban Chỉ huy Quân sự", "Bệnh viện Đa khoa",
)  # fmt: skip
SHOPS = (
    "Quán phở", "Nhà nghỉ", "Quán cà phê", "Tiệm cắt tóc", "Cửa hàng tạp hóa", "Quán bia", "Phòng khám",
    "Tiệm giặt", "Nhà thuốc", "Rửa xe",
)  # fmt: skip


class RequestText(NamedTuple):
    """A sentence as people say it at the counter. `type` is the code of a request type."""

    type: str
    topic: str
    text: str


def _table(name: str) -> list[dict[str, str]]:
    text = files("app.demo").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _spread(parts: list[tuple[str, int]], size: int = 2048) -> tuple[str, ...]:
    """Each part as often as its share of `size`, at least once: a uniform pick then follows the counts."""
    whole = sum(count for _, count in parts)
    return tuple(text for text, count in parts for _ in range(max(1, round(count * size / whole))))


class NameParts(NamedTuple):
    """Tables to pick from uniformly."""

    family: tuple[str, ...]
    male_middle: tuple[str, ...]
    male_given: tuple[str, ...]
    female_middle: tuple[str, ...]
    female_given: tuple[str, ...]


@cache
def name_parts() -> NameParts:
    """The parts of names by how often they occur; two women in three have "Thị" in their name."""
    rows = [(row["part"], row["text"], int(row["count"]), row["use"]) for row in _table("name_parts.csv")]

    def pick(part: str, uses: tuple[str, ...]) -> list[tuple[str, int]]:
        return [(text, count) for p, text, count, use in rows if p == part and use in uses]

    middle = pick("middle", ("f", "both"))
    thi = sum(count for text, count in middle if text.startswith("Thị"))
    other = sum(count for _, count in middle) - thi
    female = [(text, count * 2 * other if text.startswith("Thị") else count * thi) for text, count in middle]
    return NameParts(
        _spread(pick("family", ("both",))),
        _spread(pick("middle", ("m", "both"))),
        _spread(pick("given", ("m", "both"))),
        _spread(female),
        _spread([(text, count * (3 if use == "f" else 1)) for text, count, use in _given_of_women(rows)]),
    )


def _given_of_women(rows: list[tuple[str, str, int, str]]) -> list[tuple[str, int, str]]:
    """The source counts three men for a woman, so names that only women have weigh more."""
    return [(text, count, use) for part, text, count, use in rows if part == "given" and use in ("f", "both")]


@cache
def wards(province: str) -> tuple[tuple[str, str], ...]:
    """(name, kind) of each ward, commune or special zone of a province, e.g. ("Vũ Ninh", "Phường")."""
    return tuple((row["ward"], row["kind"]) for row in _table("wards.csv") if row["province"] == province)


@cache
def request_texts() -> tuple[RequestText, ...]:
    """All sentences, in the order of the file."""
    return tuple(RequestText(row["type"], row["topic"], row["text"]) for row in _table("request_texts.csv"))
