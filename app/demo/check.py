"""The closing check of a day: books balance, journals replay to their databases, all replicas agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.bootstrap import Desktop
from app.models import sqlite
from app.models.database import Database
from app.models.store import Store
from app.sync.tables import writable
from app.sync.verify import copy_to, verify


def close_the_day(
    desks: Sequence[Desktop], headoffice: Store, now: datetime, say: Callable[[str], None]
) -> bool:
    """Check, say each finding in a line, and tell whether all is well."""
    good = True
    for desk in desks:
        books = desk.report_queries.books()
        good &= books.balanced
        outcome = "balance" if books.balanced else f"DO NOT BALANCE: {books}"
        money = f"{books.receipts:,} taken, {books.reversals + books.payouts:,} given back"
        say(f"  {desk.identity.desk}: {money}; the books {outcome}")
    with TemporaryDirectory(prefix="daumoi-check-") as folder:
        if isinstance(headoffice, Database):
            held = headoffice.path
        else:
            held = Path(folder) / "headoffice.db"
            copy_to(headoffice, held, now)
        paths = {desk.identity.desk: desk.database.path for desk in desks} | {"head office": held}
        for name, path in paths.items():
            verdict = verify(path, now, search=path != held or headoffice.search)
            good &= verdict.good
            differing = [d.table for d in verdict.differences] + [f"feed {n}" for n in verdict.broken_feeds]
            outcome = "equals its replay" if verdict.good else f"DIFFERS in {differing}"
            say(f"  {name}: {verdict.entries} entries, {verdict.rows} rows, {outcome}")
        contents = {name: contents_of(path) for name, path in paths.items()}
    reference = contents["head office"]
    for name, held_there in contents.items():
        if held_there is reference:
            continue
        differing = sorted(table for table in reference if held_there[table] != reference[table])
        good &= not differing
        say(f"  {name}: {'agrees with the head office' if not differing else f'DIFFERS in {differing}'}")
    return good


def contents_of(path: Path) -> dict[str, frozenset[tuple[object, ...]]]:
    """All cards and facts of a replica, by table."""
    with closing(sqlite.reading(path)) as c:
        return {
            name: frozenset(c.execute(f'SELECT * FROM "{name}"'))  # noqa: S608 the names are the models'
            for name in writable()
        }
