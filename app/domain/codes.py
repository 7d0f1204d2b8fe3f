"""The codes people see and scan: kind, desk, year and the desk's own gapless number of that year."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

KINDS = {
    "YC": "request slip",
    "KN": "complaint slip",
    "HD": "bill",
    "BL": "receipt",
    "NT": "remittance slip",
    "CT": "cash session",
    "SC": "incident",
    "LC": "work order",
    "CV": "outgoing letter",
    "PC": "payout slip",
    "HC": "contract of supply",
}
"""The first part of a code: yêu cầu, khiếu nại, hóa đơn, biên lai, nộp tiền, ca thu,
sự cố, lệnh công tác, công văn, phiếu chi, hợp đồng cấp (nước, điện)."""

_DESK = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_CODE = re.compile(r"([A-Z]{2})-([A-Z][A-Z0-9]{1,7})-([0-9]{2})-([0-9]{6,9})")


@dataclass(frozen=True, slots=True)
class Code:
    """A code taken apart; `year` has four figures. `str()` puts it together again."""

    kind: str
    desk: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.desk}-{self.year % 100:02d}-{self.number:06d}"


def code(kind: str, desk: str, year: int, number: int) -> str:
    """`KN-BN03-26-000123`; `year` from 2000 to 2099, `number` from 1."""
    if kind not in KINDS or not _DESK.fullmatch(desk):
        raise ValueError(f"no such kind or desk: {kind}, {desk}")
    if not 2000 <= year <= 2099 or not 1 <= number <= 999_999_999:
        raise ValueError(f"year or number out of range: {year}, {number}")
    return str(Code(kind, desk, year, number))


def parse_code(text: str) -> Code | None:
    """The code in what was typed or scanned, or None.

    Blanks anywhere, small letters, full-width forms and any kind of dash are read over.
    """
    plain = re.sub(r"[\s\x00-\x1f\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text)).upper()
    plain = re.sub("[\u2010-\u2015\u2212_]", "-", plain)
    found = _CODE.fullmatch(plain)
    if not found or found[1] not in KINDS or int(found[4]) == 0:
        return None
    return Code(found[1], found[2], 2000 + int(found[3]), int(found[4]))
