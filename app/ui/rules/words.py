"""Rules as people speak of them: limits, hours, days, what a change was about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.deadlines import MOST
from app.domain.money import format_number
from app.queries.rule_book import Version
from app.words import tr

_HOURS = re.compile(r"(\d{1,2})(?:[:hg.](\d{2})?)?\s*[-–—]\s*(\d{1,2})(?:[:hg.](\d{2})?)?")
_LONG = {"hours": 24, "minutes": 24 * 60}
"""Units that run day and night -> how many make a day."""


def tab_names() -> dict[str, str]:
    """The parts of the page, in their order."""
    return {
        "request_type": tr("Kinds of request"),
        "unit": tr("Units"),
        "calendar": tr("Hours and days"),
        "list_item": tr("Lists"),
        "charter_target": tr("Customer charter"),
        "letter_template": tr("Texts of letters"),
        "duty": tr("Duty roster"),
    }


def limit_units() -> dict[str, str]:
    """The units of a limit (`deadlines.MOST`)."""
    return {
        "working_minutes": tr("working minutes"),
        "working_hours": tr("working hours"),
        "working_days": tr("working days"),
        "minutes": tr("minutes"),
        "hours": tr("hours"),
    }


def limit_words(amount: int, unit: str) -> str:
    """A limit: "3 ngày làm việc", "720 giờ (30 ngày)", "ngay"."""
    if amount == 0:
        return tr("at once")
    words = f"{format_number(amount, tr.language)} {limit_units().get(unit, unit)}"
    day = _LONG.get(unit)
    if day is None or amount < 2 * day:
        return words
    if amount >= 365 * day:
        return tr("{limit} (about {years} years)", limit=words, years=round(amount / (365.25 * day)))
    if amount % day:
        return words
    return tr("{limit} ({days} days)", limit=words, days=amount // day)


def possible(amount: int, unit: str) -> bool:
    """Whether it can be a limit."""
    return unit in MOST and 0 <= amount <= MOST[unit]


def priorities() -> dict[int, str]:
    """How urgent a kind of request is."""
    return {1: tr("Urgent"), 2: tr("Soon"), 3: tr("Usual")}


def lists() -> dict[str, str]:
    """The lists that the company keeps (`rule_checks.LISTS`)."""
    return {"cause": tr("Causes"), "right": tr("Rights of customers")}


def measures() -> dict[str, str]:
    """What has to come within the limit of a promise (`charter.MEASURES`)."""
    return {
        "answered": tr("The answer is given"),
        "on_site": tr("The crew is on site"),
        "restored": tr("The supply is restored"),
    }


def step_forms() -> dict[str, str]:
    """What is written down at a step (`request_types.FORMS`)."""
    return {
        "": tr("Nothing in particular"),
        "survey": tr("Survey"),
        "estimate": tr("Estimate"),
        "contract": tr("Contract"),
        "installation": tr("Installation"),
        "first_index": tr("First index"),
        "check": tr("Check against the ledger"),
        "approve": tr("Approval"),
        "pay": tr("Pay-out or credit"),
    }


def languages() -> dict[str, str]:
    """The languages of letters, each by its own name."""
    return {"vi": "Tiếng Việt", "en": "English", "zh": "中文"}


def weekdays() -> list[str]:
    """From Monday on."""
    return [
        tr("Monday"), tr("Tuesday"), tr("Wednesday"), tr("Thursday"), tr("Friday"), tr("Saturday"),
        tr("Sunday"),
    ]  # fmt: skip


def short_weekdays() -> list[str]:
    """The same for the heading of a narrow column."""
    return [tr("Mo"), tr("Tu"), tr("We"), tr("Th"), tr("Fr"), tr("Sa"), tr("Su")]


def day_words(day: date) -> str:
    """A day with its weekday."""
    return f"{weekdays()[day.weekday()]} {day:%d/%m/%Y}"


def minute_words(minute: int) -> str:
    """Minutes after midnight as a time: 07:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def span_words(spans: Iterable[Sequence[int]]) -> str:
    """Times of a day: "07:30–11:30, 13:30–17:00"."""
    return ", ".join(f"{minute_words(start)}–{minute_words(end)}" for start, end in spans)


def short_spans(spans: Iterable[Sequence[int]]) -> str:
    """The same for a narrow column: "7:30–11:30, 13:30–17"."""

    def short(minute: int) -> str:
        return f"{minute // 60}:{minute % 60:02d}" if minute % 60 else str(minute // 60)

    return ", ".join(f"{short(start)}–{short(end)}" for start, end in spans)


def spans_of(text: str) -> list[list[int]] | None:
    """What `span_words` has written, also as people type it: "7:30-11:30, 13h30-17h", "7-11"; [] of an empty
    text, None where it is no times."""
    found: list[list[int]] = []
    for part in (part.strip() for part in re.split(r"[,;]", text)):
        times = _HOURS.fullmatch(part)
        if times is None:
            if part:
                return None
            continue
        start, begun, end, ended = (int(each or 0) for each in times.groups())
        if max(begun, ended) > 59 or max(start * 60 + begun, end * 60 + ended) > 24 * 60:
            return None
        found.append([start * 60 + begun, end * 60 + ended])
    return found


def name_of(names: Mapping[str, str]) -> str:
    """A name in the language of the screen, or in English."""
    return names.get(tr.language) or names["en"]


def share_words(share: int) -> str:
    """A share in thousandths: "97,5 %"."""
    point = "," if tr.language == "vi" else "."
    return f"{share // 10}{point}{share % 10} %" if share % 10 else f"{share // 10} %"


def alarms() -> dict[str, str]:
    """Whom a late request concerns when, by the key in `escalation`."""
    return {
        "warn": tr("warning before"),
        "head": tr("unit's head after"),
        "leader": tr("leader after"),
        "company": tr("company after"),
    }


def days_ahead(version: Version, today: date) -> str:
    """From when on a version holds that does not hold yet; "" of one that does."""
    if version.valid_from is not None and version.valid_from > today:
        return tr("from {day}", day=f"{version.valid_from:%d/%m/%Y}")
    return ""


def row_name(table: str, row: Mapping[str, Any]) -> str:
    """What a rule is called."""
    if "names" in row:
        return name_of(row["names"])
    if table == "office_hours":
        return tr("Office hours")
    if table == "calendar_day":
        day = date.fromisoformat(row["day"])
        return f"{short_weekdays()[day.weekday()]} {day:%d/%m/%Y}"
    return str(row["name"])
