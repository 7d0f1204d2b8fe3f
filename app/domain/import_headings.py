"""Which row of a sheet holds the headings, and which column means what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice, pairwise

from app.domain.errors import AppError
from app.domain.fold import fold, nfc
from app.domain.import_fields import FIELDS_CUSTOMERS, Field

Cell = str | int | float | bool | date | datetime | None

_LOOKED_AT = 30
"""Headings stand within so many rows, below titles and addresses."""


@dataclass(frozen=True, slots=True)
class Header:
    """The headings of a sheet. The data begin below `row_number`.

    `titles` has the heading of each column in use (from 0; empty where it has none), over two rows as
    "Khách hàng / Mã"; `columns` the field each seems to hold. `confidence` is from 0 (none found) to 1.
    """

    row_number: int
    titles: dict[int, str]
    columns: dict[int, str | None]
    confidence: float

    @property
    def mapping(self) -> dict[int, str]:
        """What was recognised, ready to be changed by a person."""
        return {index: name for index, name in self.columns.items() if name}


def _plain(heading: str) -> str:
    """Folded, words only; what stands in brackets ("(m³)") and marks do not count."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", nfc(heading))
    outside = re.sub(r"[(\[（【][^)\]）】]*[)\]）】]", " ", spaced)
    return " ".join(re.sub(r"[^\w]|_", " ", fold(outside if outside.strip(" *:") else spaced)).split())


_Vocabulary = tuple[dict[str, list[tuple[str, float]]], list[tuple[str, str]]]


@cache
def _vocabulary(fields: tuple[Field, ...]) -> _Vocabulary:
    """Exact headings with what they mean and how surely; and those that count inside a longer heading."""
    exact: dict[str, list[tuple[str, float]]] = {}
    inside: list[tuple[str, str]] = []
    for field in fields:
        for word in (*field.words, field.name):
            plain = _plain(word)
            exact.setdefault(plain, []).append((field.name, 1.0))
            if " " in plain or len(plain) > 5:
                inside.append((plain, field.name))
        for hint in field.hints:
            exact.setdefault(_plain(hint), []).append((field.name, 0.7))
    return exact, inside


def _likeness(heading: str, fields: tuple[Field, ...]) -> dict[str, float]:
    """How likely the heading means each field: 1 its very word, 0.7 a hint, less a part of it."""
    plain = _plain(heading)
    if not plain or len(plain) > 80:
        return {}
    exact, inside = _vocabulary(fields)
    found: dict[str, float] = {}
    for name, weight in exact.get(plain, ()):
        found[name] = max(weight, found.get(name, 0))
    if not found:
        padded = f" {plain} "
        for word, name in inside:
            if f" {word} " in padded:
                found[name] = max(0.3 + 0.35 * len(word) / len(plain), found.get(name, 0))
    return found


def _assign(
    headings: Mapping[int, Sequence[str]], fields: tuple[Field, ...]
) -> tuple[dict[int, str], dict[int, float]]:
    """The likeliest field of each column, each field once; of two equal columns the left one has it."""
    offers: list[tuple[float, int, int, str]] = []
    order = {field.name: i for i, field in enumerate(fields)}
    for index, spellings in headings.items():
        best: dict[str, float] = {}
        for spelling in spellings:
            for name, weight in _likeness(spelling, fields).items():
                best[name] = max(weight, best.get(name, 0))
        offers += [(-weight, index, order[name], name) for name, weight in best.items()]
    mapping: dict[int, str] = {}
    weights: dict[int, float] = {}
    for weight, index, _, name in sorted(offers):
        if index not in mapping and name not in mapping.values():
            mapping[index] = name
            weights[index] = -weight
    return dict(sorted(mapping.items())), weights


def propose(
    headings: Sequence[Cell] | Mapping[int, str], fields: tuple[Field, ...] = FIELDS_CUSTOMERS
) -> dict[int, str]:
    """Column (from 0) to field name for headings in any of the languages; unknown ones are left out."""
    named = headings if isinstance(headings, Mapping) else dict(enumerate(headings))
    return _assign({i: (h,) for i, h in named.items() if isinstance(h, str)}, fields)[0]


_Texts = dict[int, str]
_Candidate = tuple[int, _Texts, dict[int, list[str]]]


def _texts(cells: Sequence[Cell]) -> _Texts:
    return {i: " ".join(c.split()) for i, c in enumerate(cells) if isinstance(c, str) and c.strip()}


def _candidates(rows: Sequence[tuple[int, Sequence[Cell]]], merged: bool) -> Iterator[_Candidate]:
    """Each row alone, then each row with the one above it, whose `merged` cells reach to the right."""
    for number, cells in rows:
        texts = _texts(cells)
        yield number, texts, {i: [text] for i, text in texts.items()}
    for (_, above), (number, below) in pairwise(rows) if merged else ():
        top, low = _texts(above), _texts(below)
        if len(top) < 2 or not low:
            continue
        titles: _Texts = {}
        spellings: dict[int, list[str]] = {}
        group = ""
        for i in range(max(*top, *low) + 1):
            group = top.get(i, group if i in low else "")
            if i in low and group:
                titles[i] = f"{group} / {low[i]}"
                spellings[i] = [low[i], f"{group} {low[i]}", f"{low[i]} {group}"]
            elif i in low or group:
                titles[i] = low.get(i, group)
                spellings[i] = [titles[i]]
        yield number, titles, spellings


def find_header(
    rows: Iterable[tuple[int, Sequence[Cell]]],
    fields: tuple[Field, ...] = FIELDS_CUSTOMERS,
    *,
    merged: bool = True,
) -> Header:
    """The row, or two rows with merged headings where they may be, that best fits among the first 30 rows
    given.

    Where nothing fits, the first filled row with confidence 0, for a person to choose.
    Raises AppError("import.empty_sheet") when no row has anything in it.
    """
    seen = [(n, cells) for n, cells in islice(rows, _LOOKED_AT) if any(c not in (None, "") for c in cells)]
    if not seen:
        raise AppError("import.empty_sheet")
    used = sorted({i for _, cells in seen for i, c in enumerate(cells) if c not in (None, "")})
    best_score = 0.0
    best = (seen[0][0], _texts(seen[0][1]), dict[int, str](), dict[int, float]())
    for number, titles, spellings in _candidates(seen, merged):
        mapping, weights = _assign(spellings, fields)
        score = sum(weights.values()) - 0.01 * (len(titles) - len(mapping))
        if len(mapping) >= 2 and score > best_score + 1e-9:
            best_score, best = score, (number, titles, mapping, weights)
    number, titles, mapping, weights = best
    required = {field.name for field in fields if field.required}
    have = len(required & set(mapping.values())) / len(required)
    confidence = round(sum(weights.values()) / len(weights) * have, 2) if weights else 0.0
    return Header(number, {i: titles.get(i, "") for i in used}, {i: mapping.get(i) for i in used}, confidence)
