"""The agenda sheet "customer issues for the meeting" (seed S1, 2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.documents.report_paper import Report
from app.documents.request_frame import Frame, Step, tenth
from app.documents.workbook import OutColumn, SheetOut
from app.queries.measures import Group
from app.queries.register import Entry

MOST_ISSUES = 8
"""Of each sort on the agenda: a meeting talks about what is most urgent; the register has them all."""
RECURRING = 3
"""So many of one cause or area, and more than before, and it is no accident."""


class AgendaReport:
    """What a meeting has to talk about."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._tr = frame.tr

    def agenda(self, step: Step) -> Report:
        """What the meeting has to talk about, kept short."""
        frame, tr, sources = self._frame, self._tr, self._frame.sources
        issues = sources.register.issues(frame.first_day, frame.last_day, sources.viewer, frame.now)
        length = frame.last_day - frame.first_day + timedelta(days=1)
        found = frame.analysed(step)
        before = sources.measures.analysis(
            frame.first_day - length,
            frame.first_day - timedelta(days=1),
            sources.viewer,
            frame.now,
            step,
        )
        recurring = [
            (
                frame.by[by][1],
                frame.named(by, g.key),
                g.figures.received,
                old,
                tenth(g.figures.median_days),
            )
            for by in ("type", "cause", "area")
            for g, old in _recurring(found.by[by], before.by[by])
        ]
        columns = (
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Request type"), "text", 16),
            OutColumn(tr("Content"), "text", 30),
            OutColumn(tr("Responsible unit"), "text", 16),
            OutColumn(tr("Due"), "time", 14),
            OutColumn(tr("Late, calendar days"), "quantity", 10),
            OutColumn(tr("Decided"), "text", 27),
        )
        sheets = [
            self._issues(title, columns, some)
            for title, some in (
                (tr("Overdue"), issues.overdue),
                (tr("With the leader or the company"), issues.escalated),
                (tr("Reopened"), issues.reopened),
                (tr("Not content"), issues.low),
            )
        ]
        again = (
            OutColumn(tr("By"), "text", 16),
            OutColumn(tr("Which"), "text", 34),
            OutColumn(tr("Received"), "int", 9),
            OutColumn(tr("In the days before"), "int", 10),
            OutColumn(tr("Median, days"), "quantity", 9),
            OutColumn(tr("Decided"), "text", 24),
        )
        sheets.append(SheetOut(tr("Recurring"), again, [(*row, None) for row in recurring[:MOST_ISSUES]]))
        return frame.report("agenda", sheets, across=False, grid=True)

    def _issues(self, title: str, columns: tuple[OutColumn, ...], entries: Sequence[Entry]) -> SheetOut:
        frame, tr = self._frame, self._tr
        rows = [
            (
                e.code, frame.kind_of(e), _short(e.words), frame.unit(e.unit_code), e.due,
                frame.days_late(e) if e.answered_at is None and (frame.days_late(e) or 0) > 0 else None, None,
            )
            for e in entries[:MOST_ISSUES]
        ]  # fmt: skip
        more = len(entries) - len(rows)
        notes = (tr("{count} more are in the register.", count=more),) if more else ()
        return SheetOut(f"{title} ({len(entries)})", columns, rows, notes=notes)


def _recurring(now: Sequence[Group], before: Sequence[Group]) -> Iterator[tuple[Group, int]]:
    """What came often, and more often than in the days before, the most first."""
    was = {g.key: g.figures.received for g in before}
    for g in now:
        if g.key and g.figures.received >= RECURRING and g.figures.received > was.get(g.key, 0):
            yield g, was.get(g.key, 0)


def _short(words: str) -> str:
    return words if len(words) <= 120 else f"{words[:119].rstrip()}…"
