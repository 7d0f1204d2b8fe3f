"""What the requests of an office came to, as reports: register, analysis, charter, month's work, agenda,
overdue list. Each is made of tables (`report_paper.py`), in the utility's language or the screen's.

Handling time runs from receipt to answer, waiting for the customer included; quantiles are by nearest rank.
Restricted requests are counted for those who may see them and named in none of these papers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from app.documents.agenda_report import AgendaReport
from app.documents.analysis_report import AnalysisReport
from app.documents.charter_report import CharterReport
from app.documents.month_report import MonthReport
from app.documents.register_reports import RegisterReports
from app.documents.report_paper import Report
from app.documents.request_frame import Frame, Sources, Step

KINDS = ("register", "analysis", "charter", "month", "agenda", "overdue", "letters")
"""The reports of requests."""


class RequestReports:
    """Makes the reports of a span of days, both counted, as of `now`, in one language."""

    def __init__(
        self, sources: Sources, first_day: date, last_day: date, now: datetime, language: str
    ) -> None:
        self._frame = Frame(sources, first_day, last_day, now, language)

    def make(self, kind: str, step: Step = lambda done: None) -> Report:
        """One of `KINDS`. `step` hears how much was looked at; what it raises ends it."""
        frame = self._frame
        makers: dict[str, Callable[[Step], Report]] = {
            "register": RegisterReports(frame).register,
            "analysis": AnalysisReport(frame).analysis,
            "charter": CharterReport(frame).charter,
            "month": MonthReport(frame).month,
            "agenda": AgendaReport(frame).agenda,
            "overdue": RegisterReports(frame).overdue,
            "letters": RegisterReports(frame).letters,
        }
        return makers[kind](step)

    def whole(self, step: Step = lambda done: None) -> Report:
        """The analysis with the register's rows: as a workbook, where length is no matter."""
        report, rows = self.make("analysis", step), RegisterReports(self._frame).rows(step)
        return replace(report, sheets=(*report.sheets, rows))
