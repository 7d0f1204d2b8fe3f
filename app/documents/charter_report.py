"""The customer charter: the promises kept and the cases in which one was not."""

from __future__ import annotations

from app.documents.papers import Chart
from app.documents.report_paper import Report
from app.documents.request_frame import MOST_BARS, Frame, Step, limit_words, percent, tenth
from app.documents.workbook import OutColumn, SheetOut
from app.domain.charts import ChartData, Series
from app.queries.charter import Charter, Kept, Promise


class CharterReport:
    """What came of the promises of a span."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._tr = frame.tr

    def charter(self, step: Step) -> Report:
        """The promises and the cases in which one was not kept."""
        found = self._frame.sources.charter.charter(
            self._frame.first_day, self._frame.last_day, self._frame.sources.viewer, self._frame.now, step
        )
        frame, tr = self._frame, self._tr
        notes = (
            tr(
                "Each request is measured from receipt by the promise for its type as it held on that day; "
                "waiting for the customer does not count. How late: in working time, for limits in hours by "
                "the clock."
            ),
        )
        return frame.report("charter", self.sheets(found), notes=notes)

    def sheets(self, found: Charter) -> list[SheetOut]:
        frame, tr = self._frame, self._tr
        kept = (
            OutColumn(tr("Kept"), "int", 8),
            OutColumn(tr("Not kept"), "int", 8),
            OutColumn(tr("Not decided"), "int", 8),
            OutColumn(tr("Share kept"), "percent", 8),
        )
        promise = (
            OutColumn(tr("Month"), "code", 9),
            OutColumn(tr("Promise"), "text", 34),
            OutColumn(tr("Limit"), "text", 16),
        )
        promised = OutColumn(tr("Promised share"), "percent", 9), OutColumn(tr("Target"), "text", 10)
        by_promise = [
            (*self._promise(p), *self._kept(p.all), p.target.share / 1000, self._met(p.all, p))
            for p in found.promises
        ]
        by_unit = [
            (*self._promise(p), frame.unit(unit), *self._kept(each), p.target.share / 1000,
             self._met(each, p))
            for p in found.promises
            for unit, each in p.units.items()
        ]  # fmt: skip
        unit = OutColumn(tr("Responsible unit"), "text", 22)
        missed = (
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Request type"), "text", 24),
            OutColumn(tr("Responsible unit"), "text", 20),
            OutColumn(tr("Person in charge"), "text", 18),
            OutColumn(tr("Promise"), "text", 26),
            OutColumn(tr("Received at"), "time", 13),
            OutColumn(tr("Promised by"), "time", 13),
            OutColumn(tr("Done at"), "time", 13),
            OutColumn(tr("Late, hours"), "quantity", 9),
        )
        cases = [
            (
                m.code, tr("Seen by few") if m.restricted else frame.type(m.type_code),
                frame.unit(m.unit_code), "" if m.restricted else m.person, m.target.name(tr.language),
                m.received_at, m.due, m.done_at, tenth(m.late * 1000 // 60),
            )
            for m in found.missed
        ]  # fmt: skip
        return [
            SheetOut(tr("Charter"), (*promise, *kept, *promised), by_promise, charts=self._chart(found)),
            SheetOut(tr("Charter by unit"), (*promise, unit, *kept, *promised), by_unit),
            SheetOut(tr("Missed cases"), missed, cases),
        ]

    def _chart(self, found: Charter) -> tuple[Chart, ...]:
        """How far each promise was kept over all the days."""
        tr = self._tr
        sums: dict[str, Kept] = {}
        words: dict[str, tuple[str, int]] = {}
        for p in found.promises:
            sums[p.target.code] = sums.get(p.target.code, Kept(0, 0, 0)) + p.all
            words[p.target.code] = p.target.name(tr.language), p.target.share
        codes = sorted(
            (code for code, each in sums.items() if each.share is not None),
            key=lambda code: sums[code].share or 0,
        )[:MOST_BARS]
        if not codes:
            return ()
        data = ChartData(
            tr("Share kept, the worst first"),
            tuple(words[code][0] for code in codes),
            (
                Series(tr("Kept"), tuple(percent(sums[code].share) for code in codes)),
                Series(tr("Promised share"), tuple(words[code][1] / 10 for code in codes)),
            ),
            "%",
        )
        return (Chart(data, "bar"),)

    def _promise(self, p: Promise) -> tuple[str, str, str]:
        return (
            f"{p.month:%m/%Y}",
            p.target.name(self._tr.language),
            limit_words(p.target.limit, self._tr),
        )

    @staticmethod
    def _kept(kept: Kept) -> tuple[int, int | None, int | None, float | None]:
        return kept.kept, kept.missed or None, kept.open or None, kept.share

    def _met(self, kept: Kept, p: Promise) -> str:
        met = kept.met(p.target)
        return "" if met is None else self._tr("met") if met else self._tr("not met")
