"""What a supervisor may lay down for the own office: one check of a rule for the page, for the use case, and
for the head office, which checks what desks send again.

A rule is a row of one of `TABLES` in plain values: texts, whole numbers, lists; a day as its ISO text, a
moment in milliseconds since 1970, an id as 32 hex figures, yes and no as 1 and 0. It comes from outside, so
nothing is taken for granted, neither what a column holds nor that it is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from app.domain import letters
from app.domain.charter import MEASURES, WHOLE
from app.domain.deadlines import Hours, Limit, WorkingCalendar, calendar_of, due
from app.domain.errors import AppError, Invalid
from app.domain.escalation import escalation_of
from app.domain.letters import LANGUAGES
from app.domain.request_types import CATEGORIES, FORMS, MOST_DOCUMENTS, MOST_STEPS
from app.domain.requests import CHANNELS

KEYS: Mapping[str, tuple[str, ...]] = {
    "request_type": ("code",),
    "unit": ("code",),
    "office_hours": (),
    "calendar_day": ("day",),
    "list_item": ("list_name", "code"),
    "charter_target": ("code",),
    "letter_template": ("code", "language"),
}
"""Table -> the columns by which its rows are versions of the same rule."""

TABLES = tuple(KEYS)
LISTS = ("cause", "right")
LONGEST_NAME = 120
LONGEST_TEXT = 10_000
YEARS_AHEAD = 10
"""A rule may be laid down so long before it holds."""

_LAST_MOMENT = 253_402_300_799_999
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_UNIT_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,19}")

Check = Callable[[object], str]
"""The code of what is wrong with a value (`app/failures/fields.py`), or ""."""


@dataclass(slots=True)
class Known:
    """What the rules of an office may name, and its calendar. `units`: those in use, code to name; `used`: of
    a unit a kind of request in use that goes to it; `staff`: ids in hex."""

    units: dict[str, str]
    used: dict[str, str]
    targets: set[str]
    rights: set[str]
    staff: set[str]
    zone: tzinfo
    weekly: Mapping[int, Hours]
    later: list[tuple[date, Mapping[int, Hours]]]
    days: dict[date, list[list[int]] | None]

    def copy(self) -> Known:
        """The same, to go on from."""
        return replace(
            self,
            units=dict(self.units),
            used=dict(self.used),
            targets=set(self.targets),
            rights=set(self.rights),
            later=list(self.later),
            days=dict(self.days),
        )

    def note(self, table: str, row: Mapping[str, Any]) -> None:
        """A rule that was found good holds for those that come with it."""
        match table:
            case "unit" if row["retired_at"] is None:
                self.units[row["code"]] = row["name"]
            case "unit":
                self.units.pop(row["code"], None)
            case "charter_target" if row["retired_at"] is None:
                self.targets.add(row["code"])
            case "list_item" if row["list_name"] == "right":
                self.rights.add(row["code"])
            case "office_hours":
                self.later.append(_week_of(row))
                self.later.sort(key=lambda each: each[0])
            case "calendar_day":
                self.days[date.fromisoformat(row["day"])] = row["intervals"]
            case "request_type" if row["retired_at"] is None:
                for unit in _units_of(row):
                    self.used[unit] = row["code"]


def check(table: str, row: object, on: date, known: Known) -> None:
    """Whether a rule may be laid down on the day `on`.

    Raises Invalid with a code for each wrong column; AppError("rule.form") for what no program of ours makes,
    AppError("limit.unit" | "limit.amount" | "escalation.form"), AppError("calendar.hours" |
    "calendar.no_working_time" | "limit.far") for hours and days, AppError("unit.in_use").
    """
    if not isinstance(row, Mapping) or (wrong := _wrong_columns(table, row)) is None:
        raise AppError("rule.form")
    wrong = _days_wrong(table, row, on) | wrong
    if wrong := wrong or _names_unknown(table, row, known):
        raise Invalid(**wrong)
    if "limit_amount" in row:
        Limit(row["limit_amount"], row["limit_unit"])
    if table == "request_type":
        for step in row["steps"] or ():
            Limit(step["limit"]["amount"], step["limit"]["unit"])
        escalation_of(row["escalation"] or {})
    if table == "unit" and row["retired_at"] is not None and row["code"] in known.used:
        raise AppError("unit.in_use", kind=known.used[row["code"]])
    if table in ("office_hours", "calendar_day"):
        _still_works(_calendar_with(table, row, known), table, row)


def well_formed(table: str, row: object) -> bool:
    """Whether a rule can be shown, whoever has sent it."""
    return isinstance(row, Mapping) and _wrong_columns(table, row) == {}


def _wrong_columns(table: str, row: Mapping[Any, Any]) -> dict[str, str] | None:
    """What is wrong with each column; None where they are others than the table's."""
    columns = _COLUMNS.get(table)
    if columns is None or row.keys() != columns.keys():
        return None
    return {name: code for name, fits in columns.items() if (code := fits(row[name]))}


# -- what a column holds ----------------------------------------------------------------------------------


def _text(most: int, *, needed: bool = True) -> Check:
    def fits(value: object) -> str:
        if not isinstance(value, str) or any(ord(c) < 32 and c not in "\n\t" for c in value):
            return "value.wrong"
        if needed and not value.strip():
            return "required"
        return "too_long" if len(value) > most else ""

    return fits


def _or_nothing(check_: Check) -> Check:
    return lambda value: "" if value is None else check_(value)


def _one_of(choices: Collection[str]) -> Check:
    return lambda value: "" if isinstance(value, str) and value in choices else "value.wrong"


def _whole(least: int, most: int, code: str = "value.wrong") -> Check:
    return lambda value: "" if type(value) is int and least <= value <= most else code


def _flag(value: object) -> str:
    return "" if value is True or value is False else "value.wrong"


def _like(pattern: re.Pattern[str]) -> Check:
    return lambda value: "" if isinstance(value, str) and pattern.fullmatch(value) else "value.wrong"


def _day(value: object) -> str:
    try:
        good = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        good = False
    return "" if good else "value.wrong"


def _amount(value: object) -> str:
    """What `Limit` looks at: it says which amounts are possible."""
    return "" if type(value) is int else "limit.wrong"


def _names(value: object) -> str:
    """Vietnamese and English; another language may be left out."""
    if not isinstance(value, Mapping) or not {"vi", "en"} <= value.keys() <= set(LANGUAGES):
        return "required" if isinstance(value, Mapping) else "value.wrong"
    return next((code for name in value.values() if (code := _text(LONGEST_NAME)(name))), "")


def _limit(value: object) -> str:
    if not isinstance(value, Mapping) or value.keys() != {"amount", "unit"}:
        return "limit.wrong"
    return _amount(value["amount"]) or _text(20)(value["unit"])


def _channels(value: object) -> str:
    if not isinstance(value, list) or not value:
        return "channels.none"
    good = all(isinstance(each, str) and each in CHANNELS for each in value)
    return "" if good and len(set(value)) == len(value) else "value.wrong"


def _rows(most: int, columns: Mapping[str, Check], optional: Collection[str] = ()) -> Check:
    """A list of mappings with codes of their own."""

    def fits(value: object) -> str:
        if not isinstance(value, list):
            return "value.wrong"
        if len(value) > most:
            return "rows.many"
        for each in value:
            if not isinstance(each, Mapping) or not columns.keys() - set(optional) <= each.keys():
                return "value.wrong"
            if not each.keys() <= columns.keys():
                return "value.wrong"
            if wrong := next((code for name, v in each.items() if (code := columns[name](v))), ""):
                return wrong
        codes = [each["code"] for each in value]
        return "" if len(set(codes)) == len(codes) else "rows.twice"

    return fits


def _papers(value: object) -> str:
    good = isinstance(value, list) and len(value) <= 20 and not any(_text(40)(each) for each in value)
    return "" if good else "value.wrong"


def _escalation(value: object) -> str:
    return "" if isinstance(value, Mapping) and len(value) <= 10 else "value.wrong"


def _intervals(value: object) -> str:
    """Pairs of minutes; whether they are in order is for the calendar to say."""
    if not isinstance(value, list) or len(value) > 12:
        return "value.wrong"
    for each in value:
        if not isinstance(each, list) or len(each) != 2 or any(type(minute) is not int for minute in each):
            return "value.wrong"
    return ""


def _hours(value: object) -> str:
    if not isinstance(value, Mapping) or value.keys() != {str(day) for day in range(7)}:
        return "value.wrong"
    return next((code for spans in value.values() if (code := _intervals(spans))), "")


def _places(most: int) -> Check:
    """A text whose places in braces can be filled."""

    def fits(value: object) -> str:
        if wrong := _text(most)(value):
            return wrong
        if not letters.readable(str(value)):
            return "places.wrong"
        return "place.unknown" if letters.unknown(str(value)) else ""

    return fits


_NAME = _text(LONGEST_NAME)
_RETIRED = _or_nothing(_whole(0, _LAST_MOMENT))
_DOCUMENT: Mapping[str, Check] = {"code": _like(_CODE), "names": _names, "needed": _flag}
_STEP: Mapping[str, Check] = {
    "code": _like(_CODE),
    "names": _names,
    "unit": _like(_UNIT_CODE),
    "limit": _limit,
    "form": _one_of(("", *FORMS)),
}
_COLUMNS: Mapping[str, Mapping[str, Check]] = {
    "request_type": {
        "code": _like(_CODE),
        "names": _names,
        "category": _one_of(CATEGORIES),
        "unit_code": _like(_UNIT_CODE),
        "limit_amount": _amount,
        "limit_unit": _text(20),
        "priority": _whole(1, 3),
        "restricted": _whole(0, 1),
        "channels": _or_nothing(_channels),
        "documents": _or_nothing(_rows(MOST_DOCUMENTS, _DOCUMENT)),
        "steps": _or_nothing(_rows(MOST_STEPS, _STEP, ("form",))),
        "escalation": _or_nothing(_escalation),
        "forms": _or_nothing(_papers),
        "charter": _or_nothing(_like(_CODE)),
        "right_code": _or_nothing(_like(_CODE)),
        "valid_from": _day,
        "retired_at": _RETIRED,
    },
    "unit": {
        "code": _like(_UNIT_CODE),
        "name": _NAME,
        "phone": _or_nothing(_text(40)),
        "head": _or_nothing(_text(32)),
        "retired_at": _RETIRED,
    },
    "office_hours": {"hours": _hours, "valid_from": _day},
    "calendar_day": {"day": _day, "intervals": _or_nothing(_intervals), "note": _NAME},
    "list_item": {
        "list_name": _one_of(LISTS),
        "code": _like(_CODE),
        "names": _names,
        "place": _whole(0, 9999),
        "retired_at": _RETIRED,
    },
    "charter_target": {
        "code": _like(_CODE),
        "names": _names,
        "measure": _one_of(MEASURES),
        "limit_amount": _amount,
        "limit_unit": _text(20),
        "share": _whole(1, WHOLE, "share.wrong"),
        "valid_from": _day,
        "retired_at": _RETIRED,
    },
    "letter_template": {
        "code": _like(_CODE),
        "language": _one_of(LANGUAGES),
        "name": _NAME,
        "subject": _places(200),
        "text": _places(LONGEST_TEXT),
        "valid_from": _day,
        "retired_at": _RETIRED,
    },
}


# -- what it says of others -------------------------------------------------------------------------------


def _days_wrong(table: str, row: Mapping[str, Any], on: date) -> dict[str, str]:
    """A rule holds from the day on which it is laid down at the earliest."""
    column = "day" if table == "calendar_day" else "valid_from"
    if column not in row or _day(row[column]):
        return {}
    day = date.fromisoformat(row[column])
    if day < on:
        return {column: "day.past"}
    return {column: "day.far"} if day > on + timedelta(days=366 * YEARS_AHEAD) else {}


def _names_unknown(table: str, row: Mapping[str, Any], known: Known) -> dict[str, str]:
    wrong = {}
    if table == "unit" and row["head"] is not None and row["head"] not in known.staff:
        wrong["head"] = "person.unknown"
    if table == "request_type":
        if row["unit_code"] not in known.units:
            wrong["unit_code"] = "unit.unknown"
        if any(step["unit"] not in known.units for step in row["steps"] or ()):
            wrong["steps"] = "unit.unknown"
        if row["charter"] is not None and row["charter"] not in known.targets:
            wrong["charter"] = "target.unknown"
        if row["right_code"] is not None and row["right_code"] not in known.rights:
            wrong["right_code"] = "right.unknown"
        if row["category"] == "denunciation" and not row["restricted"]:
            wrong["restricted"] = "restricted.needed"
        if row["restricted"] and any(step.get("form") for step in row["steps"] or ()):
            wrong["restricted"] = "restricted.forms"  # what is written down at a step is not sealed
    return wrong


def _units_of(row: Mapping[str, Any]) -> set[str]:
    return {row["unit_code"], *(step["unit"] for step in row["steps"] or ())}


def _week_of(row: Mapping[str, Any]) -> tuple[date, Mapping[int, Hours]]:
    week = {int(day): tuple((a, b) for a, b in spans) for day, spans in row["hours"].items()}
    return date.fromisoformat(row["valid_from"]), week


def _calendar_with(table: str, row: Mapping[str, Any], known: Known) -> WorkingCalendar:
    after = known.copy()
    after.note(table, row)
    return calendar_of(after.zone, after.weekly, after.days, after.later)


def _still_works(calendar: WorkingCalendar, table: str, row: Mapping[str, Any]) -> None:
    """A due time is found from the day on: else each intake would fail."""
    day = date.fromisoformat(row["day" if table == "calendar_day" else "valid_from"])
    due(calendar, datetime(day.year, day.month, day.day, tzinfo=UTC), Limit(1, "working_minutes"))
