"""The analysis of requests: overview with pictures, months, groups, charter, missed cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.documents.charter_report import CharterReport
from app.documents.papers import Chart
from app.documents.report_paper import Report
from app.documents.request_frame import MOST_BARS, Frame, Step, percent, tenth
from app.documents.workbook import OutColumn, SheetOut
from app.domain.charts import ChartData, Series
from app.domain.measures import Figures
from app.queries.measures import Analysis, Group


class AnalysisReport:
    """The whole of a span in figures."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._tr = frame.tr

    def analysis(self, step: Step) -> Report:
        """Overview, months, groups, charter, missed cases."""
        frame = self._frame
        found = frame.analysed(step)
        charter = frame.sources.charter.charter(
            frame.first_day, frame.last_day, frame.sources.viewer, frame.now, step
        )
        sheets = [
            self._overview(found),
            self._months(found),
            *(self._groups(by, found.by[by]) for by in frame.by),
            *CharterReport(frame).sheets(charter),
        ]
        return frame.report("analysis", sheets, notes=self._meant())

    def _meant(self) -> tuple[str, ...]:
        """How the figures are meant; below the title."""
        tr = self._tr
        return (
            tr(
                "Requests received within the days, as they stand now. In time: answered by the due time, "
                "holds counted in; the share is of those answered and those whose time is up."
            ),
            tr(
                "Handling time from receipt to answer, in minutes of working time and in calendar days; "
                "median and 90 % by nearest rank."
            ),
        )

    def _overview(self, found: Analysis) -> SheetOut:
        tr, all_, balance = self._tr, found.total, found.balance

        def share(part: int, whole: int) -> float | None:
            return part / whole if whole else None

        rows: list[tuple[Any, ...]] = [
            (tr("Open at the beginning"), balance.before, None, None),
            (tr("Requests received"), balance.received, None, None),
            (tr("Closed within the days"), balance.ended, None, None),
            (tr("Open at the end"), balance.after, None, None),
            (tr("Requests answered"), all_.answered, share(all_.answered, all_.received), None),
            (tr("Answered on time"), all_.on_time, all_.on_time_share, None),
            (tr("Overdue or answered late"), all_.late, share(all_.late, all_.decided), None),
            (tr("Reopened"), all_.reopened, share(all_.reopened, all_.received), None),
            (tr("Escalated"), all_.escalated, share(all_.escalated, all_.received), None),
            (tr("of these to the office's leader"), all_.to_leader, None, None),
            (tr("of these to the company"), all_.to_company, None, None),
            (tr("Median handling time, working minutes"), all_.median_minutes, None, None),
            (tr("90 % handled within, working minutes"), all_.most_minutes, None, None),
            (tr("Median handling time, calendar days"), None, None, tenth(all_.median_days)),
            (tr("90 % handled within, calendar days"), None, None, tenth(all_.most_days)),
            (tr("Mean score of satisfaction (1 to 5)"), None, None, tenth(all_.score)),
            (tr("Customers who gave a score"), all_.scored, share(all_.scored, all_.told), None),
            (tr("of these not content"), all_.low_scores, share(all_.low_scores, all_.scored), None),
        ]
        columns = (
            OutColumn(tr("Figure"), "text", 44),
            OutColumn(tr("Count"), "int", 12),
            OutColumn(tr("Share"), "percent", 10),
            OutColumn(tr("Value"), "quantity", 10),
        )
        return SheetOut(tr("Overview"), columns, rows, charts=tuple(self._charts(found)))

    def _charts(self, found: Analysis) -> Iterator[Chart]:
        tr = self._tr
        if not found.total.received:
            return
        months = tuple(f"{m.first_day:%m/%Y}" for m in found.months)
        monthly = [m.figures for m in found.months]
        yield Chart(
            ChartData(
                tr("Requests per month"),
                months,
                (
                    Series(tr("Requests received"), tuple(float(f.received) for f in monthly)),
                    Series(tr("Overdue or answered late"), tuple(float(f.late) for f in monthly)),
                ),
            ),
            "bar",
        )
        yield Chart(
            ChartData(
                tr("Share on time per month"),
                months,
                (Series(tr("Share on time"), tuple(percent(f.on_time_share) for f in monthly)),),
                "%",
            ),
            "line",
        )
        for by in ("type", "cause"):
            groups = found.by[by][:MOST_BARS]
            yield Chart(
                ChartData(
                    {"type": tr("Requests by type"), "cause": tr("Requests by cause")}[by],
                    tuple(self._frame.named(by, g.key) for g in groups),
                    (
                        Series(tr("Answered on time"), tuple(float(g.figures.on_time) for g in groups)),
                        Series(tr("Overdue or answered late"), tuple(float(g.figures.late) for g in groups)),
                        Series(
                            tr("Open, not yet due"),
                            tuple(float(g.figures.received - g.figures.decided) for g in groups),
                        ),
                    ),
                ),
                "stacked",
            )

    def _figure_columns(self) -> tuple[OutColumn, ...]:
        tr = self._tr
        return (
            OutColumn(tr("Received"), "int", 9),
            OutColumn(tr("Answered"), "int", 9),
            OutColumn(tr("On time"), "int", 9),
            OutColumn(tr("Late"), "int", 8),
            OutColumn(tr("Share on time"), "percent", 9),
            OutColumn(tr("Median, working min."), "int", 10),
            OutColumn(tr("90 %, working min."), "int", 10),
            OutColumn(tr("Median, days"), "quantity", 9),
            OutColumn(tr("90 %, days"), "quantity", 9),
            OutColumn(tr("Reopened"), "int", 9),
            OutColumn(tr("Escalated"), "int", 9),
            OutColumn(tr("Mean score"), "quantity", 8),
            OutColumn(tr("Scores"), "int", 8),
            OutColumn(tr("Still open"), "int", 8),
        )

    @staticmethod
    def _figures(f: Figures) -> tuple[Any, ...]:
        return (
            f.received, f.answered, f.on_time, f.late, f.on_time_share, f.median_minutes, f.most_minutes,
            tenth(f.median_days), tenth(f.most_days), f.reopened or None, f.escalated or None,
            tenth(f.score), f.scored or None, f.open or None,
        )  # fmt: skip

    def _groups(self, by: str, groups: Sequence[Group]) -> SheetOut:
        title, first = self._frame.by[by]
        rows = [(self._frame.named(by, g.key), *self._figures(g.figures)) for g in groups]
        return SheetOut(title, (OutColumn(first, "text", 30), *self._figure_columns()), rows)

    def _months(self, found: Analysis) -> SheetOut:
        tr = self._tr
        rows = [(f"{m.first_day:%m/%Y}", *self._figures(m.figures)) for m in found.months]
        columns = (OutColumn(tr("Month"), "code", 14), *self._figure_columns())
        totals = (tr("All together"), *self._figures(found.total))
        return SheetOut(tr("By month"), columns, rows, totals=totals)
