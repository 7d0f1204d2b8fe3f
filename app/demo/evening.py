"""The evening of the played day: the supervisor's workbook."""

from __future__ import annotations

from app.demo.world import World
from app.window.preferences import papers_folder


def report(day: World) -> None:
    """The supervisor looks at the figures and exports the workbook."""
    from app.ui.reports.page import ReportsPage

    day.at(16, 40)
    stage, desk = day.stage, day.desk(day.supervisor)
    stage.front(day.supervisor)
    page = day.main(day.supervisor).open_section("reports")
    assert isinstance(page, ReportsPage)
    stage.until(lambda: page.span is not None, "the figures")
    stage.picture("reports")
    papers = papers_folder(desk.home)
    there = {*papers.glob("*.xlsx")}
    stage.key("F9")
    stage.until(lambda: {*papers.glob("*.xlsx")} - there, "the workbook")
    stage.settle()
    stage.picture("reports-exported")
    (book,) = {*papers.glob("*.xlsx")} - there
    day.keep(book, "bao-cao.xlsx")
    stage.count(f"{book.stat().st_size // 1024} kB")
    day.main(day.supervisor).open_section("today")
    stage.picture("today-evening")
