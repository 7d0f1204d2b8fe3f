"""Reports: the list of them on the left, the days above, the report itself; on paper (F8), in Excel (F9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QDate, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from app.documents.report_paper import Report, report_pdf, report_workbook
from app.documents.request_frame import Sources, titles
from app.documents.request_reports import KINDS, RequestReports
from app.domain.errors import AppError, Cancelled
from app.queries.reports import Books, Span
from app.ui.cash.room import MoneyRoom
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.days import DateEdit
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.page import Page, State
from app.ui.kit.style import ITEM
from app.ui.kit.theme import Tone, look, px
from app.ui.kit.toast import toast
from app.ui.reports.office import OfficeFigures, write_report
from app.ui.reports.preview import ReportPreview
from app.ui.rules.words import languages
from app.words import tr

OFFICE = "office"
"""The figures of money and requests, as an overview; the others are `request_reports.KINDS`."""
BESIDE = 14
"""Pixels of the frame of a list and around the words of its lines."""
_LIST = 220
_AHEAD = 5_000
"""How far a job is nobody knows that reads until there is no more: so much further at least."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: which report of which days."""

    kind: str
    first: date
    last: date


class ReportsPage(Page):
    """Choose a report and days, look, make a PDF to print (F8), an Excel workbook (F9)."""

    def __init__(
        self, room: MoneyRoom, sources: Callable[[], Sources], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Reports"), parent)
        self.room = room
        self._sources = sources
        self.span: Span | None = None
        self.report: Report | None = None
        self._shown: Shown | None = None
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.print_button: Button | None = None
        self.export_button: Button | None = None
        if room.may("reports.export"):
            self.print_button = Button(tr("Make a PDF"), self.print_report, key="F8")
            self.add_act(self.print_button)
            self.export_button = self.set_primary(tr("Make an Excel workbook"), self.export, key="F9")
        self.add_bar(self._make_days())
        language = room.rules.utility.language
        self.language = Label(tone=Tone.SOFT, points=9, wrap=True)
        if room.may("reports.export") and language != tr.language:
            self.language.setText(
                tr(
                    "Papers and workbooks are written in the company's language: {language}.",
                    language=languages().get(language, language),
                )
            )
            self.add_bar(self.language)
        self.set_body(self._make_body())
        self._put_days(*self._days("month"))
        self.chips.chosen.connect(self._chosen)
        self.first.dateChanged.connect(lambda _day: self._by_hand())
        self.last.dateChanged.connect(lambda _day: self._by_hand())
        self.reports.currentRowChanged.connect(lambda _row: self.reload())
        look.changed.connect(self._fit_list)

    def _make_days(self) -> QWidget:
        self.chips = FilterChips(
            [
                Filter("today", tr("Today")),
                Filter("month", tr("This month")),
                Filter("last", tr("Last month")),
                Filter("quarter", tr("This quarter")),
                Filter("year", tr("This year")),
                Filter("days", tr("Other days")),
            ],
            tr("Which days"),
        )
        self.chips.choose("month")
        self.first, self.last = DateEdit(), DateEdit()
        self.first.setAccessibleName(tr("First day"))
        self.last.setAccessibleName(tr("Last day"))
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.chips, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.first)
        row.addWidget(Label("–", tone=Tone.SOFT))
        row.addWidget(self.last)
        return bar

    def _make_body(self) -> QWidget:
        self.reports = QListWidget()
        self.reports.setAccessibleName(tr("Which report"))
        self.reports.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.reports.setWordWrap(True)
        for key, title in ((OFFICE, tr("Figures of the office")), *titles(tr).items()):
            item = QListWidgetItem(title, self.reports)
            item.setData(Qt.ItemDataRole.UserRole, key)
        self.reports.setCurrentRow(0)
        self.office = OfficeFigures(self.room)
        self.preview = ReportPreview(self.room.zone, self.room.currency)
        self._panes = QStackedWidget()
        self._panes.addWidget(self.office)
        self._panes.addWidget(self.preview)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(16))
        row.addWidget(self.reports)
        row.addWidget(self._panes, 1)
        self._fit_list()
        return body

    def _fit_list(self) -> None:
        self.reports.setFixedWidth(px(_LIST))
        room = px(_LIST) - 2 * px(ITEM) - BESIDE
        words = self.fontMetrics()
        for n in range(self.reports.count()):
            item = self.reports.item(n)
            high = words.boundingRect(0, 0, room, 0, int(Qt.TextFlag.TextWordWrap), item.text()).height()
            item.setSizeHint(QSize(px(_LIST - 16), px(10) + high))

    # -- what the window calls

    def opened(self) -> None:
        self.reload()

    def first_opened(self) -> None:
        self.reports.setFocus()

    def kind(self) -> str:
        """The report that is chosen: OFFICE or one of KINDS."""
        item = self.reports.currentItem()
        return OFFICE if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def choose(self, kind: str) -> None:
        """Goes to a report."""
        self.reports.setCurrentRow((OFFICE, *KINDS).index(kind))

    def reload(self) -> None:
        """Works the report out anew."""
        room = self.room
        if not room.may("reports.see"):
            self.show_state(State.NO_RIGHT, tr("Reports are for supervisors. Ask your supervisor."))
            return
        first, last = self.days()
        if last < first:
            words = tr("The last day is before the first. Turn them round.")
            self.show_state(State.WRONG, words)
            return
        shown = Shown(self.kind(), first, last)
        if self.print_button is not None:
            self.print_button.setEnabled(shown.kind != OFFICE)
        if self._shown is None or self._shown.kind != shown.kind:
            self.show_state(State.LOADING, tr("Working out the figures…"))

        def failed(error: AppError) -> None:
            self.show_state(State.WRONG, room.why(error))

        if shown.kind == OFFICE:
            now = room.now()
            self._reading.run(
                lambda _job: (room.report_queries.span(first, last, now), room.report_queries.books()),
                done=lambda found: self._show_office(shown, *found),
                failed=failed,
            )
        else:
            made = self._reports_of(shown, tr.language)
            self._reading.run(
                lambda job: made.make(shown.kind, lambda done: job.step(done, done + _AHEAD)),
                done=lambda report: self._show_report(shown, report),
                failed=lambda error: None if isinstance(error, Cancelled) else failed(error),
            )

    def _reports_of(self, shown: Shown, language: str) -> RequestReports:
        return RequestReports(self._sources(), shown.first, shown.last, self.room.now(), language)

    def _show_office(self, shown: Shown, span: Span, books: Books) -> None:
        self.span, self._shown = span, shown
        self.office.show_span(span, books)
        self._panes.setCurrentWidget(self.office)
        self.show_body()

    def _show_report(self, shown: Shown, report: Report) -> None:
        self.report, self._shown = report, shown
        self.preview.show_report(report)
        self._panes.setCurrentWidget(self.preview)
        self.show_body()

    def days(self) -> tuple[date, date]:
        """The chosen days, both counted."""
        first, last = self.first.date(), self.last.date()
        return date(first.year(), first.month(), first.day()), date(last.year(), last.month(), last.day())

    # -- choosing days

    def _days(self, key: str) -> tuple[date, date]:
        today = self.room.today()
        first = today.replace(day=1)
        match key:
            case "today":
                return today, today
            case "last":
                before = first - timedelta(days=1)
                return before.replace(day=1), before
            case "quarter":
                return first.replace(month=(today.month - 1) // 3 * 3 + 1), today
            case "year":
                return first.replace(month=1), today
        return first, today

    def _put_days(self, first: date, last: date) -> None:
        for edit, day in ((self.first, first), (self.last, last)):
            edit.blockSignals(True)
            edit.setDate(QDate(day.year, day.month, day.day))
            edit.blockSignals(False)

    def _chosen(self, key: str) -> None:
        if key == "days":
            self.first.setFocus()
            return
        self._put_days(*self._days(key))
        self.reload()

    def _by_hand(self) -> None:
        self.chips.blockSignals(True)
        self.chips.choose("days")
        self.chips.blockSignals(False)
        self.reload()

    # -- on paper and in Excel

    def print_report(self) -> None:
        """F8: the report of these days on paper, in the utility's language."""
        shown = self._shown
        if shown is None or shown.kind == OFFICE:
            return
        language = self.room.rules.utility.language
        made = self._reports_of(shown, language)

        def write(job: Job[Path], file: Path) -> Path:
            from app.documents.files import replacing

            def step(done: int) -> None:
                job.step(done, done + _AHEAD)

            pdf = report_pdf(made.make(shown.kind, step), language, step)
            with replacing(file) as draft:
                draft.write_bytes(pdf)
            return file

        title = titles(tr)[shown.kind]
        self._write(
            shown, write, "pdf", tr("Making the paper…"),
            lambda file: self.room.show_paper(self, file, title),
        )  # fmt: skip

    def export(self) -> None:
        """F9: the report of these days as a workbook."""
        shown, span, room = self._shown, self.span, self.room
        if shown is None or shown.first > shown.last:
            return

        def write(job: Job[Path], file: Path) -> Path:
            if shown.kind == OFFICE:
                assert span is not None
                return write_report(room, span, file, job)

            def step(done: int) -> None:
                job.step(done, done + _AHEAD)

            made = self._reports_of(shown, room.rules.utility.language)
            report = made.whole(step) if shown.kind == "analysis" else made.make(shown.kind, step)
            report_workbook(report, file, step)
            return file

        self._write(
            shown, write, "xlsx", tr("Writing the workbook…"),
            lambda file: toast(self, tr("The workbook is {path}", path=file), with_page=True),
        )  # fmt: skip

    def _write(
        self,
        shown: Shown,
        write: Callable[[Job[Path], Path], Path],
        ending: str,
        words: str,
        done: Callable[[Path], object],
    ) -> None:
        from app.documents.files import folder_for

        room = self.room
        days = {"first": f"{shown.first:%d-%m-%Y}", "last": f"{shown.last:%d-%m-%Y}"}
        if shown.kind == OFFICE:
            title = tr("Report {first} to {last}", **days)
        else:
            title = tr("{title} {first} to {last}", title=titles(tr)[shown.kind].replace(":", ""), **days)

        def failed(error: AppError) -> None:
            if not isinstance(error, Cancelled):
                toast(self, room.why(error), tone=Tone.WRONG)

        job = room.jobs.run(
            self,
            lambda job: write(job, folder_for(room.papers / f"{title}.{ending}")),
            done=done,
            failed=failed,
            settled=self.unwatch,
            progress=self.progress,
            lane=Lane.IO,
        )
        self.watch(job, words)  # type: ignore[arg-type]
