"""What the reports of requests have in common: whose figures, of which days, in which language, and the
names of things in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from app.documents.office import letterhead
from app.documents.report_paper import Report
from app.documents.wording import day, moment
from app.documents.workbook import SheetOut
from app.domain import names
from app.domain.deadlines import Limit, zone_named
from app.queries.charter import CharterQueries
from app.queries.letters import LetterQueries
from app.queries.measures import Analysis, MeasureQueries
from app.queries.month_work import MonthWorkQueries
from app.queries.register import Entry, RegisterQueries
from app.queries.request_counts import SEVERAL
from app.queries.requests import Viewer
from app.queries.rules import RuleQueries
from app.words import Words

MOST_BARS = 8
"""So many fit beside each other in a picture."""

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


class Frame:
    """A span of days, both counted, as of `now`, for one who looks and in one language."""

    def __init__(
        self, sources: Sources, first_day: date, last_day: date, now: datetime, language: str
    ) -> None:
        self.sources = sources
        self.first_day, self.last_day, self.now = first_day, last_day, now
        self.tr = Words(language)
        self._types = sources.rules.request_types_ever()
        self._units = sources.rules.units()
        self._causes = sources.rules.items("cause")
        self.zone = zone_named(sources.rules.utility.zone)

    def report(self, kind: str, sheets: Iterable[SheetOut], **more: Any) -> Report:
        """The tables as a report, headed by the office, its title and the days; `more` as `Report` has it."""
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
                tr("Made at {moment}", moment=moment(self.now, self.zone)),
            ),
            currency=rules.utility.currency,
            **more,
        )

    def type(self, code: str) -> str:
        """The name of a type; of an unknown one its code."""
        kind = self._types.get(code)
        return code if kind is None else kind.name(self.tr.language)

    def unit(self, code: str) -> str:
        """The name of a unit; of an unknown one its code."""
        return self._units.get(code, code)

    def named(self, by: str, key: str) -> str:
        """The name of a group."""
        tr = self.tr
        if key == "":
            return tr("Not recorded")
        if by == "type":
            return self.type(key)
        if by == "unit":
            return self.unit(key)
        if by == "cause":
            return self._causes[key].name(tr.language) if key in self._causes else key
        if by == "channel":
            return names.channels(tr).get(key, key)
        if by == "class":
            return tr("Of several classes") if key == SEVERAL else names.customer_classes(tr).get(key, key)
        return key

    def kind_of(self, entry: Entry) -> str:
        """The type of a request on paper, which of a restricted one says nothing."""
        return self.tr("Seen by few") if entry.restricted else self.type(entry.type_code)

    @cached_property
    def by(self) -> dict[str, tuple[str, str]]:
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

    def analysed(self, step: Step) -> Analysis:
        """The figures of the days."""
        return self.sources.measures.analysis(
            self.first_day, self.last_day, self.sources.viewer, self.now, step
        )

    def days_late(self, e: Entry) -> int | None:
        """How long it is overdue, in thousandths of a calendar day, to a tenth."""
        if e.due is None:
            return None
        return tenth((self.now - e.due) * 1000 // timedelta(days=1))


def percent(share: float | None) -> float | None:
    """A part of one as per cent, to a tenth."""
    return None if share is None else round(share * 100, 1)


def tenth(thousandths: int | None) -> int | None:
    """Thousandths, to a tenth: what more would say is not known so well."""
    return None if thousandths is None else (thousandths + 50) // 100 * 100
