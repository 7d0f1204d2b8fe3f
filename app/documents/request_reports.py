"""What the requests of an office came to, as reports: register, analysis, charter, month's work, agenda,
overdue list. Each is made of tables (`report_paper.py`), in the utility's language or the screen's.

Handling time runs from receipt to answer, waiting for the customer included; quantiles are by nearest rank.
Restricted requests are counted for those who may see them and named in none of these papers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

from app.documents.office import letterhead
from app.documents.papers import Chart
from app.documents.report_paper import Report
from app.documents.wording import day, moment
from app.documents.workbook import OutColumn, SheetOut
from app.domain import names
from app.domain.charts import ChartData, Series
from app.domain.deadlines import Limit, zone_named
from app.domain.measures import Figures
from app.queries.charter import Charter, CharterQueries, Kept, Promise
from app.queries.letters import LetterQueries
from app.queries.measures import SEVERAL, Analysis, Group, MeasureQueries
from app.queries.month_work import WORK, MonthWorkQueries
from app.queries.register import Entry, RegisterQueries
from app.queries.requests import Viewer
from app.queries.rules import RuleQueries
from app.words import Words

KINDS = ("register", "analysis", "charter", "month", "agenda", "overdue", "letters")
"""The reports of requests."""

MOST_BARS = 8
MOST_ISSUES = 8
"""Of each sort on the agenda: a meeting talks about what is most urgent; the register has them all."""
RECURRING = 3
"""So many of one cause or area, and more than before, and it is no accident."""

Step = Callable[[int], object]


def titles(tr: Callable[..., str]) -> dict[str, str]:
    """The names of the reports, as they stand on paper and in the list of reports."""
    return {
        "register": tr("Tracking register"),
        "analysis": tr("Analysis of requests"),
        "charter": tr("Customer charter: kept or not"),
        "month": tr("Customer managers' work"),
        "agenda": tr("Customer issues for the meeting"),
        "overdue": tr("Overdue requests by unit"),
        "letters": tr("Register of outgoing letters"),
    }


def limit_words(limit: Limit, tr: Callable[..., str]) -> str:
    """A limit as it is said: "5 working days"."""
    if limit.unit == "hours":
        return tr("{count} hours", count=limit.amount)
    if limit.unit == "minutes":
        return tr("{count} minutes", count=limit.amount)
    if limit.unit == "working_hours":
        return tr("{count} working hours", count=limit.amount)
    if limit.unit == "working_minutes":
        return tr("{count} working minutes", count=limit.amount)
    return tr("{count} working days", count=limit.amount)


@dataclass(frozen=True)
class Sources:
    """Where the figures come from, for one who looks."""

    rules: RuleQueries
    measures: MeasureQueries
    charter: CharterQueries
    register: RegisterQueries
    month_work: MonthWorkQueries
    letters: LetterQueries
    viewer: Viewer


class RequestReports:
    """Makes the reports of a span of days, both counted, as of `now`, in one language."""

    def __init__(
        self, sources: Sources, first_day: date, last_day: date, now: datetime, language: str
    ) -> None:
        self.sources = sources
        self.first_day, self.last_day, self.now = first_day, last_day, now
        self.tr = Words(language)
        self._types = sources.rules.request_types_ever()
        self._units = sources.rules.units()
        self._causes = sources.rules.items("cause")
        self._zone = zone_named(sources.rules.utility.zone)

    def make(self, kind: str, step: Step = lambda done: None) -> Report:
        """One of `KINDS`. `step` hears how much was looked at; what it raises ends it."""
        makers: dict[str, Callable[[Step], Report]] = {
            "register": self.register,
            "analysis": self.analysis,
            "charter": self.charter,
            "month": self.month,
            "agenda": self.agenda,
            "overdue": self.overdue,
            "letters": self.letters,
        }
        return makers[kind](step)

    def _report(self, kind: str, sheets: Iterable[SheetOut], **more: Any) -> Report:
        rules, tr = self.sources.rules, self.tr
        return Report(
            letterhead(rules),
            titles(tr)[kind],
            more.pop(
                "days",
                tr("From {first} to {last}", first=day(self.first_day), last=day(self.last_day)),
            ),
            tuple(sheets),
            notes=(
                *more.pop("notes", ()),
                tr("Made at {moment}", moment=moment(self.now, self._zone)),
            ),
            currency=rules.utility.currency,
            **more,
        )

    # -- words ------------------------------------------------------------------------------------------

    def _type(self, code: str) -> str:
        kind = self._types.get(code)
        return code if kind is None else kind.name(self.tr.language)

    def _unit(self, code: str) -> str:
        return self._units.get(code, code)

    def _named(self, by: str, key: str) -> str:
        """The name of a group."""
        tr = self.tr
        if key == "":
            return tr("Not recorded")
        if by == "type":
            return self._type(key)
        if by == "unit":
            return self._unit(key)
        if by == "cause":
            return self._causes[key].name(tr.language) if key in self._causes else key
        if by == "channel":
            return names.channels(tr).get(key, key)
        if by == "class":
            return tr("Of several classes") if key == SEVERAL else names.customer_classes(tr).get(key, key)
        return key

    def _kind_of(self, entry: Entry) -> str:
        return self.tr("Seen by few") if entry.restricted else self._type(entry.type_code)

    # -- the analysis -----------------------------------------------------------------------------------

    @cached_property
    def _by(self) -> dict[str, tuple[str, str]]:
        """The title of the sheet and of the first column, by what requests are grouped."""
        tr = self.tr
        return {
            "type": (tr("By type"), tr("Request type")),
            "area": (tr("By area"), tr("Area")),
            "cause": (tr("By cause"), tr("Cause")),
            "unit": (tr("By unit"), tr("Responsible unit")),
            "channel": (tr("By channel"), tr("Received by way of")),
            "class": (tr("By customer class"), tr("Customer class")),
        }

    def _meant(self) -> tuple[str, ...]:
        """How the figures are meant; below the title."""
        tr = self.tr
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

    def analysis(self, step: Step) -> Report:
        """The workbook of the whole: overview, months, groups, charter, missed cases, register."""
        found = self._analysed(step)
        charter = self.sources.charter.charter(
            self.first_day, self.last_day, self.sources.viewer, self.now, step
        )
        sheets = [
            self._overview(found),
            self._months(found),
            *(self._groups(by, found.by[by]) for by in self._by),
            *self._charter_sheets(charter),
        ]
        return self._report("analysis", sheets, notes=self._meant())

    def whole(self, step: Step = lambda done: None) -> Report:
        """The analysis with the register's rows: as a workbook, where length is no matter."""
        report = self.analysis(step)
        rows = self.sources.register.register(self.first_day, self.last_day, self.sources.viewer, step)
        return replace(report, sheets=(*report.sheets, self._register_sheet(rows)))

    def _analysed(self, step: Step = lambda done: None) -> Analysis:
        return self.sources.measures.analysis(
            self.first_day, self.last_day, self.sources.viewer, self.now, step
        )

    def _overview(self, found: Analysis) -> SheetOut:
        tr, all_, balance = self.tr, found.total, found.balance

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
            (tr("Median handling time, calendar days"), None, None, _tenth(all_.median_days)),
            (tr("90 % handled within, calendar days"), None, None, _tenth(all_.most_days)),
            (tr("Mean score of satisfaction (1 to 5)"), None, None, _tenth(all_.score)),
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
        tr = self.tr
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
                (Series(tr("Share on time"), tuple(_percent(f.on_time_share) for f in monthly)),),
                "%",
            ),
            "line",
        )
        for by in ("type", "cause"):
            groups = found.by[by][:MOST_BARS]
            yield Chart(
                ChartData(
                    {"type": tr("Requests by type"), "cause": tr("Requests by cause")}[by],
                    tuple(self._named(by, g.key) for g in groups),
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
        tr = self.tr
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
            _tenth(f.median_days), _tenth(f.most_days), f.reopened or None, f.escalated or None,
            _tenth(f.score), f.scored or None, f.open or None,
        )  # fmt: skip

    def _groups(self, by: str, groups: Sequence[Group]) -> SheetOut:
        title, first = self._by[by]
        rows = [(self._named(by, g.key), *self._figures(g.figures)) for g in groups]
        return SheetOut(title, (OutColumn(first, "text", 30), *self._figure_columns()), rows)

    def _months(self, found: Analysis) -> SheetOut:
        tr = self.tr
        rows = [(f"{m.first_day:%m/%Y}", *self._figures(m.figures)) for m in found.months]
        columns = (OutColumn(tr("Month"), "code", 14), *self._figure_columns())
        totals = (tr("All together"), *self._figures(found.total))
        return SheetOut(tr("By month"), columns, rows, totals=totals)

    # -- the charter ------------------------------------------------------------------------------------

    def charter(self, step: Step) -> Report:
        """The promises and the cases in which one was not kept."""
        found = self.sources.charter.charter(
            self.first_day, self.last_day, self.sources.viewer, self.now, step
        )
        tr = self.tr
        notes = (
            tr(
                "Each request is measured from receipt by the promise for its type as it held on that day; "
                "waiting for the customer does not count. How late: in working time, for limits in hours by "
                "the clock."
            ),
        )
        return self._report("charter", self._charter_sheets(found), notes=notes)

    def _charter_sheets(self, found: Charter) -> list[SheetOut]:
        tr = self.tr
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
            (*self._promise(p), self._unit(unit), *self._kept(each), p.target.share / 1000,
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
                m.code, tr("Seen by few") if m.restricted else self._type(m.type_code),
                self._unit(m.unit_code), "" if m.restricted else m.person, m.target.name(tr.language),
                m.received_at, m.due, m.done_at, _tenth(m.late * 1000 // 60),
            )
            for m in found.missed
        ]  # fmt: skip
        return [
            SheetOut(
                tr("Charter"), (*promise, *kept, *promised), by_promise, charts=self._charter_chart(found)
            ),
            SheetOut(tr("Charter by unit"), (*promise, unit, *kept, *promised), by_unit),
            SheetOut(tr("Missed cases"), missed, cases),
        ]

    def _charter_chart(self, found: Charter) -> tuple[Chart, ...]:
        """How far each promise was kept over all the days."""
        tr = self.tr
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
                Series(tr("Kept"), tuple(_percent(sums[code].share) for code in codes)),
                Series(tr("Promised share"), tuple(words[code][1] / 10 for code in codes)),
            ),
            "%",
        )
        return (Chart(data, "bar"),)

    def _promise(self, p: Promise) -> tuple[str, str, str]:
        return (
            f"{p.month:%m/%Y}",
            p.target.name(self.tr.language),
            limit_words(p.target.limit, self.tr),
        )

    @staticmethod
    def _kept(kept: Kept) -> tuple[int, int | None, int | None, float | None]:
        return kept.kept, kept.missed or None, kept.open or None, kept.share

    def _met(self, kept: Kept, p: Promise) -> str:
        met = kept.met(p.target)
        return "" if met is None else self.tr("met") if met else self.tr("not met")

    # -- one by one -------------------------------------------------------------------------------------

    def register(self, step: Step) -> Report:
        """The tracking register in the office's printed form."""
        rows = self.sources.register.register(self.first_day, self.last_day, self.sources.viewer, step)
        tr = self.tr
        return self._report(
            "register",
            [self._register_sheet(rows)],
            grid=True,
            notes=(tr("{count} requests.", count=len(rows)),),
            signed=((tr("Kept by"), ""), (tr("Head of the office"), "")),
        )

    def letters(self, step: Step) -> Report:
        """The register of what went out, in the printed form; without a gap, so of a letter that is not for
        who looks number and day stand there alone."""
        tr = self.tr
        found = self.sources.letters.register(self.first_day, self.last_day, self.sources.viewer)
        columns = (
            OutColumn(tr("No."), "int", 5),
            OutColumn(tr("Letter"), "code", 20),
            OutColumn(tr("Written at"), "time", 13),
            OutColumn(tr("Addressee"), "text", 22),
            OutColumn(tr("Address"), "text", 24),
            OutColumn(tr("Subject"), "text", 34),
            OutColumn(tr("Request"), "code", 20),
            OutColumn(tr("Signed by"), "text", 18),
            OutColumn(tr("Written by"), "text", 18),
        )
        rows = []
        for n, each in enumerate(found, 1):
            subject = tr("(restricted)") if each.hidden else each.subject
            rows.append(
                (
                    n, each.code, each.written_at, each.addressee, each.address, subject, each.request_code,
                    each.signed_by, each.author,
                )
            )  # fmt: skip
            step(n)
        return self._report(
            "letters",
            [SheetOut(tr("Register of outgoing letters"), columns, rows)],
            grid=True,
            notes=(tr("{count} letters.", count=len(rows)),),
            signed=((tr("Kept by"), ""), (tr("Head of the office"), "")),
        )

    def _register_sheet(self, entries: Sequence[Entry]) -> SheetOut:
        tr = self.tr
        channels, outcomes, ways = names.channels(tr), names.outcomes(tr), names.ways(tr)
        columns = (
            OutColumn(tr("No."), "int", 5),
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Received at"), "time", 13),
            OutColumn(tr("Received by way of"), "text", 11),
            OutColumn(tr("Customer"), "text", 18),
            OutColumn(tr("Address"), "text", 18),
            OutColumn(tr("Phone"), "code", 13),
            OutColumn(tr("Request type"), "text", 15),
            OutColumn(tr("Content"), "text", 28),
            OutColumn(tr("Handed to"), "text", 14),
            OutColumn(tr("Due"), "time", 13),
            OutColumn(tr("Result"), "text", 22),
            OutColumn(tr("Told at"), "time", 13),
            OutColumn(tr("Told how, by whom"), "text", 15),
            OutColumn(tr("Closed"), "time", 13),
            OutColumn(tr("Remarks"), "text", 13),
        )
        rows = (
            (
                n, e.code, e.received_at, channels.get(e.channel, e.channel),
                " · ".join(part for part in (e.name, e.customer_code) if part), e.address, e.phone,
                self._kind_of(e), e.words, self._unit(e.unit_code), e.due,
                ": ".join(part for part in (outcomes.get(e.outcome or "", ""), e.answer) if part),
                e.told_at,
                ", ".join(part for part in (ways.get(e.told_how or "", ""), e.told_by) if part),
                e.closed_at, self._remarks(e),
            )
            for n, e in enumerate(entries, 1)
        )  # fmt: skip
        return SheetOut(tr("Register"), columns, list(rows))

    def _remarks(self, e: Entry) -> str:
        tr = self.tr
        said = []
        if e.answered_at is None and e.due is not None and e.due < self.now and e.held_at is None:
            said.append(tr("overdue"))
        elif e.answered_at is not None and e.due is not None and e.answered_at > e.due:
            said.append(tr("answered late"))
        if e.held_at is not None:
            said.append(tr("waits for the customer"))
        if e.reopened:
            said.append(tr("reopened {count} times", count=e.reopened))
        if e.incident:
            said.append(e.incident)
        return ", ".join(said)

    def overdue(self, step: Step) -> Report:
        """One page for each unit concerned, with room for what it will do."""
        tr = self.tr
        entries = self.sources.register.overdue(self.sources.viewer, self.now)
        step(len(entries))
        columns = (
            OutColumn(tr("No."), "int", 4),
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Request type"), "text", 18),
            OutColumn(tr("Customer"), "text", 20),
            OutColumn(tr("Content"), "text", 28),
            OutColumn(tr("Received at"), "time", 10),
            OutColumn(tr("Due"), "time", 10),
            OutColumn(tr("Late, calendar days"), "quantity", 10),
            OutColumn(tr("Person in charge"), "text", 14),
            OutColumn(tr("Told to"), "text", 12),
            OutColumn(tr("What is done, new date"), "text", 24),
        )
        sheets = [
            SheetOut(
                self._unit(unit) or tr("No unit"),
                columns,
                [
                    (
                        n, e.code, self._kind_of(e), e.name, e.words, e.received_at, e.due,
                        self._days_late(e), e.person, self._told_to(e), None,
                    )
                    for n, e in enumerate(some, 1)
                ],
                notes=(
                    tr("Unit: {unit}. Please say what is done and by when.", unit=self._unit(unit) or "–"),
                ),
            )
            for unit, some in groupby(entries, key=lambda e: e.unit_code)
        ]  # fmt: skip
        return self._report(
            "overdue",
            sheets or [SheetOut(tr("Overdue"), columns, ())],
            days=tr("As of {moment}", moment=moment(self.now, self._zone)),
            apart=True,
            grid=True,
            signed=((tr("Drawn up by"), ""), (tr("Head of the unit"), "")),
        )

    def _days_late(self, e: Entry) -> int | None:
        """In thousandths, to a tenth."""
        if e.due is None:
            return None
        return _tenth((self.now - e.due) * 1000 // timedelta(days=1))

    def _told_to(self, e: Entry) -> str:
        tr = self.tr
        if e.company_at is not None and e.company_at <= self.now:
            return tr("the company")
        if e.leader_at is not None and e.leader_at <= self.now:
            return tr("the leader")
        return tr("the unit's head") if e.head_at is not None and e.head_at <= self.now else ""

    def agenda(self, step: Step) -> Report:
        """What the meeting has to talk about, kept short."""
        tr, sources = self.tr, self.sources
        issues = sources.register.issues(self.first_day, self.last_day, sources.viewer, self.now)
        length = self.last_day - self.first_day + timedelta(days=1)
        found = self._analysed(step)
        before = sources.measures.analysis(
            self.first_day - length, self.first_day - timedelta(days=1), sources.viewer, self.now, step
        )
        recurring = [
            (self._by[by][1], self._named(by, g.key), g.figures.received, old, _tenth(g.figures.median_days))
            for by in ("type", "cause", "area")
            for g, old in _recurring(found.by[by], before.by[by])
        ]
        columns = (
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Request type"), "text", 20),
            OutColumn(tr("Content"), "text", 34),
            OutColumn(tr("Responsible unit"), "text", 18),
            OutColumn(tr("Due"), "time", 11),
            OutColumn(tr("Late, calendar days"), "quantity", 10),
            OutColumn(tr("Decided"), "text", 20),
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
        return self._report("agenda", sheets, across=False)

    def _issues(self, title: str, columns: tuple[OutColumn, ...], entries: Sequence[Entry]) -> SheetOut:
        tr = self.tr
        rows = [
            (
                e.code, self._kind_of(e), _short(e.words), self._unit(e.unit_code), e.due,
                self._days_late(e) if e.answered_at is None and (self._days_late(e) or 0) > 0 else None, None,
            )
            for e in entries[:MOST_ISSUES]
        ]  # fmt: skip
        more = len(entries) - len(rows)
        notes = (tr("{count} more are in the register.", count=more),) if more else ()
        return SheetOut(f"{title} ({len(entries)})", columns, rows, notes=notes)

    def month(self, step: Step) -> Report:
        """The customer managers' sheet: what each did, what people asked about, interruptions."""
        tr = self.tr
        length = self.last_day - self.first_day + timedelta(days=1)
        before = self.first_day - length, self.first_day - timedelta(days=1)
        if self.first_day.day == 1:
            # A month beside the month before, though it is longer or shorter.
            before = (self.first_day - timedelta(days=1)).replace(day=1), before[1]
        work = self.sources.month_work.work((self.first_day, self.last_day), before, self.sources.viewer)
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
        figures = tuple(OutColumn(words[name], "int", 10) for name in WORK)
        total = work.total
        people = SheetOut(
            tr("Customer managers"),
            (OutColumn(tr("Name"), "text", 26), OutColumn(tr("Title"), "text", 20), *figures),
            [(m.name, m.title, *(m.done.get(name) or None for name in WORK)) for m in work.managers],
            totals=(tr("All together"), None, *(total[name] for name in WORK)),
        )
        beside = SheetOut(
            tr("Beside the days before"),
            (OutColumn(tr("Days"), "text", 46), *figures),
            [
                (_days(self.first_day, self.last_day), *(total[name] for name in WORK)),
                (_days(*before), *(work.before.get(name, 0) for name in WORK)),
            ],
        )
        asked = SheetOut(
            tr("Consultations by type"),
            (OutColumn(tr("Request type"), "text", 40), OutColumn(tr("Count"), "int", 10)),
            [(self._type(code), n) for code, n in work.queries],
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
                    o.code, o.title, o.area, self._named("cause", o.cause or ""),
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
        return self._report("month", [people, beside, asked, outages], notes=notes)


def _recurring(now: Sequence[Group], before: Sequence[Group]) -> Iterator[tuple[Group, int]]:
    """What came often, and more often than in the days before, the most first."""
    was = {g.key: g.figures.received for g in before}
    for g in now:
        if g.key and g.figures.received >= RECURRING and g.figures.received > was.get(g.key, 0):
            yield g, was.get(g.key, 0)


def _days(first: date, last: date) -> str:
    return f"{day(first)} – {day(last)}"


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _tenth(thousandths: int | None) -> int | None:
    """Thousandths, to a tenth: what more would say is not known so well."""
    return None if thousandths is None else (thousandths + 50) // 100 * 100


def _short(words: str) -> str:
    return words if len(words) <= 120 else f"{words[:119].rstrip()}…"
