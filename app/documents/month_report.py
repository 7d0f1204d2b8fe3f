"""The customer managers' monthly sheet (seed S4)."""

from __future__ import annotations

from datetime import date, timedelta

from app.documents.report_paper import Report
from app.documents.request_frame import Frame, Step
from app.documents.wording import day
from app.documents.workbook import OutColumn, SheetOut
from app.queries.month_work import WORK


class MonthReport:
    """The customer managers' work."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._tr = frame.tr

    def month(self, step: Step) -> Report:
        """The customer managers' sheet: what each did, what people asked about, interruptions."""
        frame, tr = self._frame, self._tr
        length = frame.last_day - frame.first_day + timedelta(days=1)
        before = frame.first_day - length, frame.first_day - timedelta(days=1)
        if frame.first_day.day == 1:
            # A month beside the month before, though it is longer or shorter.
            before = (frame.first_day - timedelta(days=1)).replace(day=1), before[1]
        work = frame.sources.month_work.work((frame.first_day, frame.last_day), before, frame.sources.viewer)
        step(1)
        words = {
            "query": tr("Consultations"),
            "request": tr("Requests"),
            "complaint": tr("Complaints"),
            "coordination": tr("Coordination with units"),
            "visit": tr("Visits"),
            "answer": tr("Answers"),
            "call": tr("Calls back"),
            "told": tr("Told in another way"),
            "letter": tr("Letters"),
        }
        figures = tuple(OutColumn(words[name], "int", 12) for name in WORK)
        total = work.total
        people = SheetOut(
            tr("Customer managers"),
            (OutColumn(tr("Name"), "text", 26), OutColumn(tr("Title"), "text", 18), *figures),
            [(m.name, m.title, *(m.done.get(name) or None for name in WORK)) for m in work.managers],
            totals=(tr("All together"), None, *(total[name] for name in WORK)),
        )
        beside = SheetOut(
            tr("Beside the days before"),
            (OutColumn(tr("Days"), "text", 44), *figures),
            [
                (_days(frame.first_day, frame.last_day), *(total[name] for name in WORK)),
                (_days(*before), *(work.before.get(name, 0) for name in WORK)),
            ],
        )
        asked = SheetOut(
            tr("Consultations by type"),
            (OutColumn(tr("Request type"), "text", 40), OutColumn(tr("Count"), "int", 10)),
            [(frame.type(code), n) for code, n in work.queries],
        )
        outages = SheetOut(
            tr("Interruptions and notices"),
            (
                OutColumn(tr("Code"), "code", 20),
                OutColumn(tr("Interruption"), "text", 28),
                OutColumn(tr("Area"), "text", 22),
                OutColumn(tr("Cause"), "text", 20),
                OutColumn(tr("Planned"), "text", 10),
                OutColumn(tr("Begun at"), "time", 12),
                OutColumn(tr("Ended at"), "time", 12),
                OutColumn(tr("Requests"), "int", 9),
            ),
            [
                (
                    o.code, o.title, o.area, frame.named("cause", o.cause or ""),
                    tr("announced") if o.planned else tr("fault"), o.started_at, o.ended_at,
                    o.requests or None,
                )
                for o in work.outages
            ],
        )  # fmt: skip
        notes = (
            tr(
                "Counted from the day's work: who received, asked, answered, told or wrote; visits are work "
                "orders whose crew was on site, counted for who drew them up."
            ),
        )
        return frame.report("month", [people, beside, asked, outages], notes=notes)


def _days(first: date, last: date) -> str:
    return f"{day(first)} – {day(last)}"
