"""A customer searched for as it is typed: every key from the second letter on, without accents."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.domain.fold import fold
from app.queries.customer_search import CAP, search_words
from benchmarks.harness import Figure, Size, percentile
from benchmarks.office import SEED, kept_office, opened

TITLE = "Search as it is typed"
LIMIT_MS = 50.0
MOST_KEYS = 24
"""Nobody types a whole address."""

INDEXED = {"code": "customer(code)", "phone": "customer(phone)", "meter": "meter(serial)"}
"""Kinds that have an index of their own: its beginnings are looked up besides the words."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody types, and the code of the customer who is meant."""

    kind: str
    text: str
    customer: str


def measure(size: Size) -> list[Figure]:
    """95 of 100 keys within the limit; beside it, bare SQL on the same indexes."""
    home = kept_office(size.customers)
    sought = list(_sought(home / "office.db", size.searched))
    taken: dict[str, list[float]] = {}
    with opened(home) as desktop:
        find = desktop.customer_queries.search
        for each in sought:
            for text in _keys(each.text):
                begun = time.perf_counter()
                hits = find(text)
                taken.setdefault(each.kind, []).append((time.perf_counter() - begun) * 1000)
            if each.kind in INDEXED and each.customer not in {hit.code for hit in hits}:
                raise RuntimeError(f"{each.kind} {each.text} did not find {each.customer}")
    every = [ms for some in taken.values() for ms in some]
    bare = _bare(home / "office.db", sought)
    figures = [
        Figure(f"{len(every):,} keys, 95 of 100 within", percentile(every, 95), "ms", LIMIT_MS),
        Figure("half of them within", percentile(every, 50), "ms"),
        Figure("the slowest", max(every), "ms"),
    ]
    figures += [
        Figure(f"{kind}, 95 of 100 within", percentile(some, 95), "ms") for kind, some in taken.items()
    ]
    return [*figures, Figure("bare SQL, 95 of 100 within", percentile(bare, 95), "ms")]


def _keys(text: str) -> Iterator[str]:
    return (text[:length] for length in range(2, min(len(text), MOST_KEYS) + 1))


def _sought(database: Path, each: int) -> Iterator[Sought]:
    """Customers from anywhere in the office, each asked for in its own way."""
    rng = Random(SEED)  # noqa: S311 - which customers are tried
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as read:
        last = read.execute("SELECT max(rowid) FROM customer").fetchone()[0]
        for kind in ("name", "code", "phone", "address", "meter"):
            for _ in range(each):
                row = None
                while row is None:  # not everybody has a phone
                    row = read.execute(
                        "SELECT c.code, c.name, c.phone, c.address, m.serial FROM customer c "
                        "JOIN connection k ON k.customer_id = c.id JOIN meter m ON m.connection_id = k.id "
                        "WHERE c.rowid = ? AND c.phone IS NOT NULL",
                        (rng.randint(1, last),),
                    ).fetchone()
                texts = dict(zip(("code", "name", "phone", "address", "meter"), row, strict=True))
                yield Sought(kind, fold(texts[kind]), row[0])


def _bare(database: Path, sought: list[Sought]) -> list[float]:
    """The same keys by bare SQL: the words in the full-text index, the beginning in the index of its kind."""
    taken = []
    read = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    for each in sought:
        for text in _keys(each.text):
            begun = time.perf_counter()
            words = " AND ".join(f'"{word}"*' for word in search_words(text))
            if words:
                read.execute(
                    "SELECT rowid FROM customer_search WHERE customer_search MATCH ? LIMIT ?", (words, CAP)
                ).fetchall()
            if each.kind in INDEXED:
                table, _, column = INDEXED[each.kind].rstrip(")").partition("(")
                read.execute(
                    f"SELECT id FROM {table} WHERE {column} >= ? AND {column} < ? LIMIT 50",  # noqa: S608
                    (text, text + "\uffff"),
                ).fetchall()
            taken.append((time.perf_counter() - begun) * 1000)
    read.close()
    return taken
