"""The reports of requests on paper and in Excel: what is read there, and that it is the same in both."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from app.bootstrap import Desktop
from app.documents.chart_paper import draw_chart
from app.documents.papers import Chart
from app.documents.pdf import Pdf
from app.documents.report_paper import A4, Report, cell_text, report_pdf, report_workbook
from app.documents.request_frame import Sources
from app.documents.request_reports import KINDS, RequestReports
from app.documents.style import Paper
from app.documents.workbook import OutColumn, SheetOut
from app.domain.charts import ChartData, Series
from app.domain.deadlines import zone_named
from app.words import Words
from tests.documents.examples import LETTERHEAD
from tests.offices import person
from tests.requests import at, past

NOW = at("11-20 09:00")


def reports(desktop: Desktop, login: str = "mai", language: str = "vi") -> RequestReports:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    sources = Sources(
        desktop.rules, desktop.measure_queries, desktop.charter_queries, desktop.register_queries,
        desktop.month_work_queries, desktop.letter_queries, viewer,
    )  # fmt: skip
    return RequestReports(sources, date(2026, 11, 1), date(2026, 11, 30), NOW, language)


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range().replace("\r\n", " ") for page in document]


@pytest.fixture
def busy(desktop: Desktop) -> Desktop:
    for n in range(1, 29):
        past(
            desktop, f"11-{n % 18 + 1:02} 08:00", due=f"11-{n % 18 + 1:02} 16:00",
            unit=("REPAIR", "CARE")[n // 4 % 2],
            answered=f"11-{n % 18 + 1:02} 15:00" if n % 4 else None, contact_name=f"Nguyễn Thị Lụa {n}",
            words="Nước chảy yếu cả dãy nhà, đề nghị kiểm tra " * 3, phone="0912345678", cause="valve",
            address="Số 7 ngõ 14 Lý Thái Tổ, Phường Võ Cường", score=5,
        )  # fmt: skip
    past(desktop, "11-02 08:00", due="11-03 08:00", type_code="denunciation", login="mai", unit="LEAD",
         contact_name="Người Kín Đáo", words="Chuyện kín")  # fmt: skip
    return desktop


def test_the_register_is_numbered_continued_and_signed(busy: Desktop) -> None:
    found = pages(report_pdf(reports(busy).make("register"), "vi"))
    assert len(found) > 1
    assert "Sổ theo dõi yêu cầu của khách hàng Từ 01/11/2026 đến 30/11/2026" in found[0]
    assert "29 yêu cầu." in found[0]
    for number, page in enumerate(found[1:], 2):
        assert "(tiếp theo)" in page
        assert f"Trang {number}" in page
        assert "STT" in page, "headings again"
    assert "Người giữ sổ" in found[-1]
    whole = " ".join(found)
    assert whole.count("0912345678") == 28
    assert whole.count("YC-BN03-26-0000") == 29, "codes are never broken"
    assert "05/11/2026 08:00" in whole


def test_one_page_for_each_unit_that_is_late(busy: Desktop) -> None:
    found = pages(report_pdf(reports(busy).make("overdue"), "vi"))
    assert len(found) == 3
    for page, unit in zip(found, ("CARE", "LEAD", "REPAIR"), strict=True):
        assert busy.rules.units()[unit] in page
        assert "Phụ trách bộ phận" in page
        assert "tiếp theo" not in page
        assert "Tính đến 20/11/2026 09:00" in page


def test_the_agenda_is_short(busy: Desktop) -> None:
    (page,) = pages(report_pdf(reports(busy).make("agenda"), "vi"))
    assert "Quá hạn (8)" in page
    assert "Lặp lại nhiều lần" in page
    assert "17/11/2026 16:00" in page, "dates are never broken"


def test_headings_of_the_month_are_whole(busy: Desktop) -> None:
    (page,) = pages(report_pdf(reports(busy, language="en").make("month"), "en"))
    assert page.count("Consultations") == 3, "twice above figures, once above their types"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_restricted_requests_are_named_in_no_paper(
    busy: Desktop, kind: str, language: str, tmp_path: Path
) -> None:
    report = reports(busy, language=language).make(kind)
    words = " ".join(pages(report_pdf(report, language)))
    report_workbook(report, tmp_path / "r.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "r.xlsx"):
        words += " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert "Kín Đáo" not in words
    assert "Chuyện kín" not in words


def test_an_empty_office_has_its_papers(desktop: Desktop, tmp_path: Path) -> None:
    for kind in KINDS:
        report = reports(desktop).make(kind)
        assert pages(report_pdf(report, "vi"))
        report_workbook(report, tmp_path / "r.xlsx")


def test_the_workbook_holds_real_values_and_charts(busy: Desktop, tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    report_workbook(reports(busy).whole(), path)
    book = openpyxl.load_workbook(path)
    rows = {row[0].value: row for row in book["Tổng quan"].iter_rows() if row[0].value}
    assert rows["Yêu cầu tiếp nhận"][1].value == 29
    share = rows["Trả lời đúng hạn"][2]
    assert (share.value, share.number_format) == (pytest.approx(21 / 29), "0.0%")
    assert rows["Thời gian xử lý trung vị (ngày lịch)"][3].value == pytest.approx(0.3)
    register = list(book["Sổ theo dõi"].iter_rows(min_row=2))
    assert len(register) == 29
    assert register[0][2].is_date
    assert (register[1][6].value, register[1][6].number_format) == ("0912345678", "@")
    assert register[0][0].value == 1
    causes = {row[0]: row[1] for row in book["Theo nguyên nhân"].iter_rows(min_row=2, values_only=True)}
    assert causes == {"Van, thiết bị đóng cắt": 21, "Chưa ghi nhận": 8}
    with zipfile.ZipFile(path) as package:
        charts = [package.read(n).decode() for n in package.namelist() if n.startswith("xl/charts/chart")]
    assert len(charts) == 5
    assert any("lineChart" in each and "Tỷ lệ đúng hạn theo tháng (%)" in each for each in charts)


def test_a_figure_is_the_same_on_the_screen_and_on_paper(busy: Desktop) -> None:
    report = reports(busy).make("analysis")
    words = " ".join(pages(report_pdf(report, "vi")))
    zone = zone_named("Asia/Ho_Chi_Minh")
    for sheet in report.sheets:
        for row in sheet.rows:
            for column, value in zip(sheet.columns, row, strict=True):
                if column.kind in ("percent", "quantity"):
                    assert cell_text(column.kind, value, "vi", zone) in words


@pytest.mark.parametrize(
    ("kind", "value", "vi", "en"),
    [
        ("int", 1234567, "1.234.567", "1,234,567"),
        ("percent", 0.9583, "95,8 %", "95.8 %"),
        ("quantity", 1500, "1,5", "1.5"),
        ("date", date(2026, 11, 2), "02/11/2026", "02/11/2026"),
        ("time", at("11-02 08:30"), "02/11/2026 08:30", "02/11/2026 08:30"),
        ("text", None, "", ""),
        ("code", "0912", "0912", "0912"),
    ],
)
def test_cells_as_they_are_read(kind: object, value: object, vi: str, en: str) -> None:
    zone = zone_named("Asia/Ho_Chi_Minh")
    assert (cell_text(kind, value, "vi", zone), cell_text(kind, value, "en", zone)) == (vi, en)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["bar", "stacked", "line"])
@pytest.mark.parametrize(
    "values", [(None, None, None), (0.0, 0.0, 0.0), (1.0, None, 3.0), (5.0, 2.5, 900_000.0)]
)
def test_charts_of_any_figures_are_drawn_within_their_place(
    kind: object, values: tuple[float | None, ...]
) -> None:
    buffer = io.BytesIO()
    pdf = Pdf(buffer, "Thử", "vi")
    paper = Paper(pdf, Words("vi"), A4)
    data = ChartData(
        "Biểu đồ", ("09/2026", "Một tên rất dài của một loại yêu cầu", "11/2026"),
        (Series("A", values), Series("B", values)), "%",
    )  # fmt: skip
    top = paper.y
    draw_chart(paper, Chart(data, kind), paper.left, 200)  # type: ignore[arg-type]
    assert paper.y == top
    paper.close()
    pdf.finish()
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        drawn = document[0]
        assert "Biểu đồ (%)" in drawn.get_textpage().get_text_range()
        for each in drawn.get_objects():
            left, bottom, right, above = each.get_bounds()
            assert left >= paper.left - 2  # the round end of a line
            assert right <= paper.left + 201
            assert A4[1] - top + 1 >= above >= bottom >= A4[1] - top - 151


def test_long_words_are_cut_on_paper_only(tmp_path: Path) -> None:
    words = "chữ " * 400
    sheet = SheetOut("Sổ", (OutColumn("Nội dung", "text", 40),), [(words,)])
    report = Report(LETTERHEAD, "Sổ", "Từ", (sheet,), grid=True)
    (page,) = pages(report_pdf(report, "vi"))
    assert "…" in page
    report_workbook(report, tmp_path / "r.xlsx")
    cells = [c.value for row in openpyxl.load_workbook(tmp_path / "r.xlsx")["Sổ"].iter_rows() for c in row]
    assert words in cells


def test_drawing_can_be_stopped(busy: Desktop) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        if done > 10:
            raise Stopped

    report = reports(busy).make("register")
    with pytest.raises(Stopped):
        report_pdf(report, "vi", stop)
