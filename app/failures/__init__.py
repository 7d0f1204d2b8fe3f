"""The words for failures: a sentence for every code of `AppError`: what happened, where and what to do.

The tables are by subject; `tests/test_failures.py` reads the code and fails on a code without a sentence and
on a sentence with a place that nothing fills.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from string import Formatter
from typing import Any, Protocol

from app.domain.errors import AppError, Invalid
from app.domain.import_fields import field_titles
from app.domain.importing import Problem
from app.domain.money import VND, Currency, format_money, format_number
from app.domain.names import customer_classes
from app.domain.quantities import format_quantity
from app.failures.attachments import attachments
from app.failures.backups import backups
from app.failures.bundles import bundles
from app.failures.cells import cells
from app.failures.desk import desk
from app.failures.encryption import encryption
from app.failures.fields import fields
from app.failures.headoffice import headoffice
from app.failures.mappings import mappings
from app.failures.papers import papers
from app.failures.refunds import refunds
from app.failures.rules import rules
from app.failures.stopped import stopped
from app.failures.updates import updates
from app.failures.work import work
from app.words import Words

Sentence = str | tuple[str, ...]
"""One text, or several of which the first counts whose places are all known."""


class Translate(Protocol):
    """`app.words.tr`, or the words of a document."""

    @property
    def language(self) -> str: ...

    def __call__(self, text: str, /, **places: object) -> str: ...


TABLES: tuple[Callable[[Translate], Mapping[str, Sentence]], ...] = (
    rules,
    work,
    desk,
    bundles,
    backups,
    headoffice,
    papers,
    attachments,
    refunds,
    mappings,
    updates,
    encryption,
)


def sentence(error: AppError, tr: Translate, currency: Currency = VND) -> str:
    """The sentence for a failure. Amounts of money are minor units of `currency`."""
    if isinstance(error, Invalid):
        return _marked(error, tr)
    code, places = error.code, _shown(error, tr, currency)
    if code in (known := _known(tr.language)):
        return _filled(known[code], places)
    if code in (of_cells := _of_cells(tr.language)):
        what = _filled(of_cells[code], places)
        if not places.get("row"):
            return what[:1].upper() + what[1:]
        if not places.get("column"):
            return tr("Row {row}: {what}", row=places["row"], what=what)
        return tr("Row {row}, column {column}: {what}", row=places["row"], column=places["column"], what=what)
    return tr("This could not be done (reason: {code}). Try again, or ask your administrator.", code=code)


def last_sentence(error: AppError, tr: Translate) -> str:
    """The sentence for a failure after which nothing goes on by itself: of a command that has stopped, or
    before a desk has any data."""
    own = stopped(tr).get(error.code)
    return sentence(error, tr) if own is None else _filled(own, _shown(error, tr, VND))


@cache
def _known(language: str) -> dict[str, Sentence]:
    tr = Words(language)
    return {code: text for table in TABLES for code, text in table(tr).items()}


@cache
def _of_cells(language: str) -> Mapping[str, Sentence]:
    return cells(Words(language))


def problem_words(problem: Problem, tr: Translate) -> str:
    """What is wrong with a cell, for a list that has the row in a column of its own."""
    error = problem.as_error(0)
    what = _filled(_of_cells(tr.language)[error.code], _shown(error, tr, VND))
    if not problem.column:
        return what[:1].upper() + what[1:]
    return tr("{column}: {what}", column=problem.column, what=what)


def field_error(code: str, tr: Translate) -> str:
    """The short words under a field of a form, for a code of `Invalid.fields`."""
    return fields(tr).get(code) or tr("Please correct this.")


def _marked(error: Invalid, tr: Translate) -> str:
    """One sentence for a form as a whole; each wrong field has its own words beside it."""
    wrong = dict.fromkeys(field_error(code, tr) for code in error.fields.values())
    return tr("Something in what was filled in is not right yet. {what}", what=" ".join(wrong))


def _filled(sentences: Sentence, places: Mapping[str, str]) -> str:
    texts = (sentences,) if isinstance(sentences, str) else sentences
    fitting = (t for t in texts if places_of(t) <= places.keys())
    return next(fitting, texts[-1]).format_map(_Filled(places))


class _Filled(dict[str, str]):
    """A place that nothing fills shows as a dash: a sentence is never the reason for a second failure."""

    def __missing__(self, place: str) -> str:
        return "–"


def places_of(text: str) -> set[str]:
    """The names of a text's {places}."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


# -- what stands in the places ----------------------------------------------------------------------------

_MONEY = {
    ("vietqr.amount", "amount"),
    ("cash.count", "note"),
    ("cash.drawer_short", "amount"),
    ("cash.drawer_short", "held"),
}
_QUANTITIES = {
    ("reading.lower", "previous"),
    ("reading.lower", "present"),
    ("reading.too_long", "index"),
    ("reading.there", "present"),
}
_COUNTS = {"limit", "rows", "columns", "most"}
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PERIOD = re.compile(r"(\d{4})-(\d{2})")


def _shown(error: AppError, tr: Translate, currency: Currency) -> dict[str, str]:
    """The params as they are read: amounts and quantities with their marks, days with the day first. Params
    that are None or empty fill no place."""
    return {
        name: _words(error.code, name, value, tr, currency)
        for name, value in error.params.items()
        if value is not None and value != ""
    }


def _words(code: str, name: str, value: Any, tr: Translate, currency: Currency) -> str:
    language = tr.language
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        if (code, name) in _MONEY:
            return format_money(value, currency, language)
        if (code, name) in _QUANTITIES:
            return format_quantity(value, language)
        return format_number(value, language) if name in _COUNTS else str(value)
    text = str(value)
    if name == "customer_class":
        return customer_classes(tr).get(text, text)
    if name == "field":
        return field_titles(tr).get(text, text)
    if name in ("value", "day", "since", "valid_from") and (found := _ISO_DAY.fullmatch(text)):
        return "/".join(reversed(found.groups()))
    if name == "period" and (found := _PERIOD.fullmatch(text)):
        return "/".join(reversed(found.groups()))
    return text
