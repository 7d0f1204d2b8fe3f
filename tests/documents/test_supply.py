"""The papers of a new supply: what stands on them, in two languages, and that nothing runs off the page."""

from __future__ import annotations

from datetime import date

import pytest

from app.documents.papers import Letterhead, Officer, Party
from app.documents.supply import (
    AcceptancePaper,
    ContractPaper,
    EstimatePaper,
    acceptance_minutes,
    contract_summary,
    estimate_sheet,
)
from app.domain.money import CNY, VND
from app.domain.supply import Estimate, Line
from tests.documents.reading import outside, pages_of, text_of

SHARED = {
    "letterhead": Letterhead(
        "Công ty Cấp nước Thử Nghiệm", "Chi nhánh Bắc Ninh", "57 Ngô Gia Tự", "0222 3821 000"
    ),
    "request": "YC-BN03-26-000001",
    "customer": Party("Nguyễn Thị Như Quỳnh", "KH-BN03-26-000001", "12/5 Nguyễn Gia Thiều", "0912 345 678"),
    "supply_address": "Lô 14 khu đô thị Hòa Long",
    "made_on": date(2026, 11, 20),
    "officer": Officer("Hoàng Thị Yến", "Giao dịch viên", "0912 000 001"),
}
OFFICER = ("Hoàng Thị Yến", "Giao dịch viên", "0912 000 001")


def estimate(lines: int, language: str = "vi", currency: object = VND) -> bytes:
    whole = Estimate(
        tuple(
            Line(f"Hạng mục {n} lắp ngầm qua vỉa hè có hoàn trả", "m", 12_500, 35_000) for n in range(lines)
        ),
        80,
        date(2026, 12, 20),
    )
    paper = EstimatePaper(
        **SHARED,  # type: ignore[arg-type]
        lines=whole.lines,
        net=whole.net,
        vat_permille=80,
        vat=whole.vat,
        total=whole.total,
        currency=currency,  # type: ignore[arg-type]
        valid_until=whole.valid_until,
        survey=(("Ống", "HDPE DN25"),),
    )
    return estimate_sheet(paper, language)


def words(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


def test_an_estimate_says_its_sums_in_figures_and_words() -> None:
    said = words(estimate(2))
    for part in ("437.500", "875.000 đ", "70.000 đ", "945.000 đ", "20/12/2026", *OFFICER):
        assert part in said, part
    assert "chín trăm bốn mươi lăm nghìn đồng" in said.lower()
    assert "VAT 8%" in words(estimate(2, "en"))
    assert "¥9,450.00" in words(estimate(2, "en", CNY))


@pytest.mark.parametrize("lines", [1, 12, 60])
def test_an_estimate_of_any_length_stays_on_its_pages(lines: int) -> None:
    pdf = estimate(lines)
    assert outside(pdf) == []
    pages = pages_of(pdf)
    assert (len(pages) == 1) == (lines < 20)
    assert all("YC-BN03-26-000001" in page for page in pages)
    assert f"Hạng mục {lines - 1} " in words(pdf)


@pytest.mark.parametrize(("language", "title"), [("vi", "Hợp đồng cung cấp"), ("en", "Contract of supply")])
def test_a_contract_says_who_what_and_whom_to_ask(language: str, title: str) -> None:
    paper = ContractPaper(
        **SHARED,  # type: ignore[arg-type]
        code="HC-BN03-26-000001",
        tax_code="2300999888",
        customer_class="Hộ gia đình",
        quotas=2,
        route="KB01",
        signed_on=date(2026, 11, 19),
    )
    pdf = contract_summary(paper, language)
    said = words(pdf)
    for part in (title, "HC-BN03-26-000001", "19/11/2026", "2300999888", "KB01", "Lô 14", *OFFICER):
        assert part in said, part
    assert outside(pdf) == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["water", "electricity"])
def test_the_minutes_say_meter_and_first_index(language: str, kind: str) -> None:
    paper = AcceptancePaper(
        **(SHARED | {"kind": kind}),  # type: ignore[arg-type]
        contract="HC-BN03-26-000001",
        serial="SV-2611-0042",
        digits=5,
        meter_size="DN15",
        installed_on=date(2026, 11, 20),
        supplied_on=date(2026, 11, 21),
        index=1_234_500,
        unit="kWh" if kind == "electricity" else "m³",
    )
    pdf = acceptance_minutes(paper, language)
    said = words(pdf)
    index = "1.234,5" if language == "vi" else "1,234.5"
    for part in ("SV-2611-0042", "DN15", "21/11/2026", index, *OFFICER):
        assert part in said, part
    assert ("kWh" in said) == (kind == "electricity")
    assert outside(pdf) == []
