"""Finding customers by words: whole words before beginnings, exact accents before folded ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import bindparam, text

from app.domain.fold import fold, nfc

MOST_WORDS = 8
CAP = 200
"""Matches of a question that are looked at: ordering all of a surname would take ten times as long."""
LOOKED_THROUGH = 4_000
"""So many whole matches are looked through for the accents that were typed: 20 ms."""

NAME = "{name} : "
"""Of the index the name only."""

_WORD = re.compile(r"[^\W_]+")

Row = Any
"""id, name, and the folded name, codes and address of a customer."""


def search_words(plain: str) -> list[str]:
    """The words of a search as the index holds them; nothing that its query language could take for its own.

    The index cuts at everything that its Unicode of 2012 does not call a letter or figure. Ours here is that
    of 2002: what is kept is a letter in both, so no word can fall apart into a phrase.
    """
    words = dict.fromkeys(_bare(fold(plain)).split())
    # The longest first: few customers hold it, so the others are looked for among few.
    return sorted(words, key=len, reverse=True)[:MOST_WORDS]


def by_words(read: Read, office_no: int, plain: str, limit: int) -> list[UUID]:
    """The customers that hold every word, the best first as `_Fit` says; at least `limit` where there are so
    many."""
    words = search_words(plain)
    if not words:
        return []
    begun = [f'"{word}"*' for word in words]
    docs = _docs(read, begun)
    rows: dict[bytes, Row] = {}
    if len(docs) >= CAP:
        # Too many to look at: those that fit better are asked for by themselves.
        last = _bare(fold(plain)).split()[-1]
        whole = [f'"{word}"' for word in words]
        ending = [f'"{word}"' + "*" * (word == last) for word in words]
        better = _docs(read, whole, NAME)
        if len(better) >= CAP:
            for accented in _accented(plain):
                rows |= _so_written(read, office_no, whole, accented)
        for terms, scope in ((whole, ""), (ending, NAME), (ending, "")):
            if len(better) < limit:
                better |= _docs(read, terms, scope)
        docs = better if len(better) >= limit else better | docs
    rows |= _rows(read, office_no, list(docs))
    return [UUID(bytes=row[0]) for row in sorted(rows.values(), key=_Fit(plain, words))]


def _docs(read: Read, terms: Sequence[str], scope: str = "") -> dict[int, None]:
    wanted = text("SELECT rowid FROM customer_search WHERE customer_search MATCH :match LIMIT :most")
    match = f"{scope}({' AND '.join(terms)})"
    return dict.fromkeys(read.execute(wanted, {"match": match, "most": CAP}).scalars())


_ROWS = text(
    "SELECT c.id, c.name, d.name, d.codes, d.address FROM search_doc d "
    "CROSS JOIN customer c ON c.office_no = :office AND c.id = d.id WHERE d.rowid IN :docs"
).bindparams(bindparam("docs", expanding=True))
_NAMES = text(
    "SELECT c.id, c.name, d.name, d.codes, d.address "
    "FROM (SELECT rowid FROM customer_search WHERE customer_search MATCH :match LIMIT :most) s "
    "CROSS JOIN search_doc d ON d.rowid = s.rowid "
    "CROSS JOIN customer c ON c.office_no = :office AND c.id = d.id "
    # A name is written small, with capitals at its beginnings or in capitals throughout.
    "WHERE (instr(c.name, :small) OR instr(c.name, :first) OR instr(c.name, :capital)) LIMIT :cap"
)


def _rows(read: Read, office_no: int, docs: Sequence[int]) -> dict[bytes, Row]:
    return {row[0]: row for row in read.execute(_ROWS, {"docs": docs, "office": office_no})}


def _so_written(read: Read, office_no: int, terms: Sequence[str], accented: str) -> dict[bytes, Row]:
    """Of the first names that hold the terms those in which a word has the accents that were typed."""
    values = {
        "match": f"{NAME}({' AND '.join(terms)})",
        "office": office_no,
        "most": LOOKED_THROUGH,
        "cap": CAP,
        "small": accented,
        "first": accented.capitalize(),
        "capital": accented.upper(),
    }
    return {row[0]: row for row in read.execute(_NAMES, values)}


class _Fit:
    """How well a customer fits what was typed, as a key to sort by: the words that only begin so (the last
    may still be being typed) count most, then those outside the name, then accents that differ, then
    words that do not follow each other as typed."""

    def __init__(self, plain: str, words: Sequence[str]) -> None:
        self._words = words
        self._whole = fold(plain)
        said = _WORD.findall(nfc(plain).casefold())
        self._last = fold(said[-1]) if said else ""
        self._said = [(word, fold(word)) for word in dict.fromkeys(said)]

    def __call__(self, row: Row) -> tuple[int, int, int, int, int, bool, str, str]:
        _, name, folded, codes, address = row
        in_name = set(_WORD.findall(folded))
        whole = in_name.union(_WORD.findall(codes), _WORD.findall(address))
        begun = {word for word in self._words if word not in whole}
        outside = sum(
            word not in in_name and not (word in begun and _begins(in_name, word)) for word in self._words
        )
        written = set(_WORD.findall(nfc(name).casefold()))
        other = [
            word
            for word, bare in self._said
            if word not in written and not (bare in begun and _begins(written, word))
        ]
        return (
            len(begun),
            len(begun - {self._last}),
            outside,
            sum(not word.isascii() for word in other),
            len(other),
            f" {self._whole}" not in f" {folded}",
            folded,
            name,
        )


def _begins(words: set[str], typed: str) -> bool:
    return any(word.startswith(typed) for word in words)


def _accented(plain: str) -> list[str]:
    words = _WORD.findall(nfc(plain).casefold())
    return list(dict.fromkeys(word for word in words if word != fold(word)))[:MOST_WORDS]


def _bare(folded: str) -> str:
    old = unicodedata.ucd_3_2_0.category
    return "".join(c if old(c)[0] in "LN" else " " for c in folded)
