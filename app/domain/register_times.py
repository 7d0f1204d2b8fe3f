"""How the times of a former register are written: judged by every cell of its columns, not by the first ones.

Of 1,500 dates of an American file six in ten read with the day first as well; one that does not tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from app.domain.import_cells import clean
from app.domain.import_mapping import Moment, reader_of
from app.domain.importing import Row

DATE_FORMATS = (
    "d/m/yyyy", "d/m/yyyy h:mm", "d/m/yyyy h:mm:ss", "d/m/yy", "d/m/yy h:mm", "d-m-yyyy", "d-m-yyyy h:mm",
    "d.m.yyyy", "d.m.yyyy h:mm", "iso", "yyyy/m/d", "yyyy/m/d h:mm", "m/d/yyyy", "m/d/yyyy h:mm",
    "m/d/yyyy h:mm:ss", "m/d/yyyy h:mm AM/PM", "m/d/yyyy h:mm:ss AM/PM", "m/d/yy", "m/d/yy h:mm",
)  # fmt: skip
"""What is offered: the day first, as this country writes its registers; the plain before the fuller."""

_LIKE_A_DATE = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})(.*)", re.ASCII | re.DOTALL)
_FIGURE = re.compile(r"\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """Cells of a column with one date, written in one way: `text` the first of them, in `row`; `fits`: by
    which of `DATE_FORMATS` it is a time."""

    text: str
    row: int
    count: int
    fits: frozenset[str]


def written_in(rows: Iterable[Row]) -> dict[int, tuple[Written, ...]]:
    """The dates that are text, by column (from 0). Hours count by how they are written, so that the answer
    stays small however long the file is."""
    found: dict[int, dict[tuple[str, str], list[int]]] = {}
    texts: dict[tuple[str, str], str] = {}
    for number, cells in rows:
        for i, cell in enumerate(cells):
            if not isinstance(cell, str) or (date_like := _LIKE_A_DATE.fullmatch(clean(cell))) is None:
                continue
            key = (date_like[1], _FIGURE.sub("9", date_like[2]))
            texts.setdefault(key, date_like[0])
            found.setdefault(i, {}).setdefault(key, [number, 0])[1] += 1
    readers = {form: reader_of(form, UTC) for form in DATE_FORMATS}
    fits = {
        key: frozenset(form for form, read in readers.items() if read(text, text) is not None)
        for key, text in texts.items()
    }
    return {
        i: tuple(Written(texts[key], row, count, fits[key]) for key, (row, count) in keys.items())
        for i, keys in found.items()
    }


def fitting(written: Sequence[Written]) -> tuple[str, ...]:
    """The formats by which every date is a time. What is a time by none ("31/4/2026") does not count: the
    check tells it with its row."""
    dates = [each.fits for each in written if each.fits]
    return tuple(form for form in DATE_FORMATS if all(form in fits for fits in dates))


def doubtful(written: Sequence[Written], forms: Sequence[str]) -> tuple[Written, str, str] | None:
    """The first date that two of the formats take for different days, and the two."""
    by_order: dict[str, str] = {}
    for form in forms:
        by_order.setdefault(_order(form), form)
    first, *others = by_order.values() or ("",)
    for other in others:
        for each in written:
            if each.fits and _day(first, each.text) != _day(other, each.text):
                return each, first, other
    return None


def telling(written: Sequence[Written], form: str) -> Written | None:
    """The date that proves the format best: a time in as few orders of day and month as may be."""
    read = reader_of(form, UTC)
    dates = (each for each in written if each.fits)
    ranked = sorted(dates, key=lambda each: len(set(map(_order, each.fits))))
    return next((each for each in ranked if read(each.text, each.text) is not None), None)


def unread(written: Sequence[Written], form: str) -> list[Written]:
    """The dates that the format does not take, in the order of the file."""
    read = reader_of(form, UTC)
    left = [each for each in written if each.fits and read(each.text, each.text) is None]
    return sorted(left, key=lambda each: each.row)


def in_letters(moment: Moment, tr: Callable[..., str]) -> str:
    """A time as nobody can misread it: "13 September 2026, 08:05"."""
    local = moment.local
    day = tr("{day} {month} {year}", day=local.day, month=_months(tr)[local.month], year=local.year)
    return day if moment.day else f"{day}, {local:%H:%M}"


def _order(form: str) -> str:
    """Which comes first, day, month or year."""
    return "ymd" if form == "iso" else "".join(dict.fromkeys(c for c in form.split(" ")[0] if c in "dmy"))


def _day(form: str, text: str) -> date | None:
    moment = reader_of(form, UTC)(text, text)
    return moment.local.date() if moment else None


def _months(tr: Callable[..., str]) -> Mapping[int, str]:
    names = (
        tr("January"), tr("February"), tr("March"), tr("April"), tr("May"), tr("June"), tr("July"),
        tr("August"), tr("September"), tr("October"), tr("November"), tr("December"),
    )  # fmt: skip
    return dict(enumerate(names, 1))
