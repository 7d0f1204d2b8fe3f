"""The mapping by which a foreign register of requests is read: a file that people write and keep.

It names the column of each field, how dates are written, what their codes are called here, and what the file
does not say. A mapping that is wrong says where: AppError "mapping.…" with `where` as "values.type.Leak".
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.domain.fold import fold, nfc
from app.domain.requests import CHANNELS, OUTCOMES, WAYS

MOMENTS = ("received", "arrived", "due", "answered", "closed")
"""Fields that are times: when the desk had it, when the office, when it is due, answered, closed."""

CODES = ("type", "state", "unit", "channel", "outcome", "how")
"""Fields whose words are translated into codes of ours."""

JOINED = {"words": " · ", "address": ", "}
"""Fields that several columns may make up, and what stands between their parts."""

FIELDS = (
    "key", *MOMENTS, *CODES, "words", "contact_name", "phone", "address", "area", "customer", "answer",
)  # fmt: skip

NEEDED = ("key", "received", "type", "channel", "words")
"""Without these nothing is a request; all but the first two may be constants."""

STATES = ("received", "routed", "answered", "closed")
"""Where a request that comes in may stand: at the desk, with its unit, answered, closed."""

_PARTS = ("register", "encoding", "columns", "dates", "values", "constants")


@dataclass(frozen=True, slots=True)
class KnownHere:
    """What a mapping may name. `types`: every kind there ever was -> "", "retired" or "restricted"."""

    types: Mapping[str, str]
    units: frozenset[str]

    def codes(self, field: str) -> frozenset[str]:
        """The codes of one of `CODES`."""
        fixed = {"state": STATES, "channel": CHANNELS, "outcome": OUTCOMES, "how": WAYS}
        if field == "type":
            return frozenset(self.types)
        return self.units if field == "unit" else frozenset(fixed[field])


@dataclass(frozen=True, slots=True)
class RequestMapping:
    """A mapping that was read. `columns`: field -> headings; `values`: field -> their word, folded -> code;
    `named`: every code of ours in it, with its field and where; `encoding` is empty for Unicode, which is
    recognised; `zone` empty for the company's."""

    register: str
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]]
    constants: Mapping[str, str]
    named: tuple[tuple[str, str, str], ...]
    date_format: str
    zone: str
    encoding: str

    def code(self, field: str, text: str, known: KnownHere) -> str | None:
        """Our code for their word; a word that is one of our codes is taken as such."""
        found = self.values.get(field, {}).get(fold(text))
        return found or (text if text in known.codes(field) else None)


def parse_mapping(text: str) -> RequestMapping:
    """AppError "mapping.not_json" (line, column), "mapping.part", "mapping.unknown_part", "mapping.lacking",
    "mapping.date_format", "mapping.zone", "mapping.encoding" (each with `where`)."""
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        raise AppError("mapping.not_json", line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:  # a figure of 5,000 digits, brackets without end
        raise AppError("mapping.not_json", line=1, column=1) from error
    whole = _object(read, "", _PARTS)
    columns = {
        name: _headings(given, name)
        for name, given in _object(whole.get("columns"), "columns", FIELDS).items()
    }
    constants = {
        name: _text(given, f"constants.{name}")
        for name, given in _object(
            whole.get("constants", {}), "constants", [f for f in FIELDS if f not in (*MOMENTS, "key")]
        ).items()
    }
    for name in NEEDED:
        if name not in columns and name not in constants:
            raise AppError("mapping.lacking", where=f"columns.{name}")
    named = [(name, f"constants.{name}", code) for name, code in constants.items() if name in CODES]
    values: dict[str, dict[str, str]] = {}
    for name, given in _object(whole.get("values", {}), "values", CODES).items():
        for theirs, ours in _object(given, f"values.{name}").items():
            where = f"values.{name}.{theirs}"
            values.setdefault(name, {})[fold(theirs)] = _text(ours, where)
            named.append((name, where, ours))
    dates = _object(whole.get("dates", {}), "dates", ("format", "zone"))
    form, zone = (_text(dates.get(each, ""), f"dates.{each}", empty=True) for each in ("format", "zone"))
    reader_of(form or "iso", zone_of(zone))  # wrong ones are told now
    return RequestMapping(
        _text(whole.get("register"), "register"),
        columns,
        values,
        constants,
        tuple(named),
        form or "iso",
        zone,
        _encoding(_text(whole.get("encoding", ""), "encoding", empty=True)),
    )


def check_mapping(mapping: RequestMapping, known: KnownHere) -> None:
    """AppError "mapping.unknown_value" (where, value, known: what there is): a code that is not ours."""
    for name, where, ours in mapping.named:
        codes = known.codes(name)
        if ours not in codes:
            raise AppError("mapping.unknown_value", where=where, value=ours, known=", ".join(sorted(codes)))


def _object(given: object, where: str, keys: Sequence[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise AppError("mapping.part", where=where or "{}")
    for key in given:
        if keys is not None and key not in keys:
            at = f"{where}.{key}" if where else key
            raise AppError("mapping.unknown_part", where=at, known=", ".join(keys))
    return given


def _text(given: object, where: str, *, empty: bool = False) -> str:
    # Half a character ("\\ud800") is no text that could be kept.
    whole = isinstance(given, str) and given.encode("utf-8", "ignore").decode() == given
    if not isinstance(given, str) or not whole or not (empty or given.strip()):
        raise AppError("mapping.part", where=where)
    return nfc(given).strip()


def _headings(given: object, name: str) -> tuple[str, ...]:
    where = f"columns.{name}"
    if isinstance(given, list) and given and name in JOINED:
        return tuple(_text(each, where) for each in given)
    return (_text(given, where),)


def _encoding(name: str) -> str:
    try:
        # "rot13" and the like are no encodings of text.
        if name and not codecs.lookup(name)._is_text_encoding:
            raise LookupError(name)
    except (LookupError, ValueError) as error:
        raise AppError("mapping.encoding", where="encoding", value=name) from error
    return name


def zone_of(name: str) -> tzinfo:
    """AppError "mapping.zone"."""
    try:
        return zone_named(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise AppError("mapping.zone", where="dates.zone", value=name) from error


# -- times ------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"yyyy|yy|mm?|dd?|hh?|ss?|AM/PM|[-/. :,T]", re.IGNORECASE)
_FIGURES = {"yyyy": r"\d{4}", "yy": r"\d{2}", "am/pm": "[AP]M"}

Moments = Callable[[object, str], "Moment | None"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC, and as the file's clock has it; `day`: the cell named a day only. `last` is the last
    minute that it may mean: a due day is kept until its end."""

    at: datetime
    local: datetime
    day: bool

    @property
    def last(self) -> datetime:
        return self.at + _DAY if self.day else self.at


_DAY = timedelta(hours=23, minutes=59)


def reader_of(form: str, zone: tzinfo) -> Moments:
    """Reads cells: dates of a workbook as they are, texts by `form` ("iso" or as Excel writes it,
    "m/d/yyyy h:mm"; a date without hours is a day then too), in `zone`. None for what is no such time.
    AppError "mapping.date_format"."""
    pattern = None if form.lower() == "iso" else _pattern(form)

    def read(cell: object, text: str) -> Moment | None:
        try:
            if isinstance(cell, date):
                when: date | None = cell
            else:
                when = _iso(text) if pattern is None else _by(pattern, text)
            if when is None or not 1950 <= when.year <= 2120:
                return None
            only = not isinstance(when, datetime)
            begun = when if isinstance(when, datetime) else datetime.combine(when, time())
            local = begun if begun.tzinfo else begun.replace(tzinfo=zone)
            return Moment(local.astimezone(UTC), local, only)
        except (ValueError, OverflowError):
            return None

    return read


def _pattern(form: str) -> re.Pattern[str]:
    parts: list[str] = []
    names: list[str] = []
    at: dict[str, int] = {}
    marks = [found.group().lower() for found in _TOKEN.finditer(form)]
    for mark in marks:
        name = {"y": "year", "m": "month", "d": "day", "h": "hour", "s": "second"}.get(mark[0], "")
        if mark == "am/pm":
            name = "ampm"
        elif name == "month" and "hour" in names and "minute" not in names:
            name = "minute"  # as Excel has it: after the hours, m is minutes
        if not name:
            parts.append(re.escape(mark.upper()))
            continue
        names.append(name)
        at[name] = len(parts)
        figures = _FIGURES.get(mark, r"\d{2}" if name in ("minute", "second") else r"\d{1,2}")
        parts.append(f"(?P<{name}>{figures})")
    whole = "".join(marks) == form.lower() and len(set(names)) == len(names)
    if not whole or not {"year", "month", "day"} <= set(names) or ("minute" in names) != ("hour" in names):
        raise AppError("mapping.date_format", where="dates.format", value=form)
    return re.compile("".join(_hours_optional(parts, at)), re.IGNORECASE | re.ASCII)


def _hours_optional(parts: Sequence[str], at: Mapping[str, int]) -> list[str]:
    """The parts of a pattern, the hours with what lies between them and the date optional: people leave them
    out where they do not know them."""
    days = sorted(at[name] for name in ("year", "month", "day"))
    clock = sorted(place for name, place in at.items() if place not in days)
    if clock and clock[0] > days[-1]:
        cut = days[-1] + 1
        return [*parts[:cut], "(?:", *parts[cut:], ")?"]
    if clock and clock[-1] < days[0]:
        return ["(?:", *parts[: days[0]], ")?", *parts[days[0] :]]
    return list(parts)


def _by(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.fullmatch(text)
    if found is None:
        return None
    said = found.groupdict()
    half = (said.pop("ampm", None) or "").lower()
    n = {name: int(figures) for name, figures in said.items() if figures is not None}
    year = n["year"] + (2000 if len(said["year"]) == 2 else 0)
    if "hour" not in n:
        return date(year, n["month"], n["day"])
    hour = n["hour"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    made = partial(datetime, year, n["month"], n["day"], hour, n["minute"])
    return made(n.get("second", 0))


def _iso(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
