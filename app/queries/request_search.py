"""Finding requests by what one remembers of them: a code, a customer, some words."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import Connection, and_, select, text

from app.domain.codes import parse_code
from app.domain.fold import fold
from app.domain.import_requests import former
from app.domain.requests import OPEN
from app.models import Request, RequestState, Series
from app.queries.customer_search import search_words
from app.queries.customers import here
from app.queries.vault import Vault

LOOKED_THROUGH = 20_000
"""So many of the newest requests are looked through for words; older ones are found by code or customer."""
MOST_HITS = 2_000
AT_ONCE = 1_000
MOST_CUSTOMERS = 300


def matching(read: Connection, office_no: int, words: str, vault: Vault, *, open_only: bool) -> list[UUID]:
    """The newest `MOST_HITS` requests in which the words occur, also in what is sealed and `vault` opens: by
    code, then those of people of whose name they are whole words, then those whose name's words begin so and
    those of customers found by code, then by what is said; of each the newest first."""
    r, s = Request, RequestState
    # Not by id: that of an imported one comes from its number, and says nothing of when it was received.
    newest = s.received_at.desc(), s.code.desc()
    coded = dict.fromkeys([*_by_code(read, office_no, words), *_by_former_number(read, office_no, words)])
    found = dict(coded)
    named: list[UUID] = []
    begun: list[UUID] = []
    among = [here(s, office_no), *([s.state.in_(OPEN)] if open_only else [])]
    customers = _customers(read, words)
    if customers:
        of_them = select(s.id).where(*among, s.customer_id.in_(customers))
        found |= dict.fromkeys(read.execute(of_them.order_by(*newest).limit(MOST_HITS)).scalars())
    looked = (
        select(r.id, r.sealed, r.contact_name, r.words, r.phone, r.address, r.source)
        .join(s, and_(s.office_no == r.office_no, s.id == r.id))
        .where(*among)
        .order_by(*newest)
        .limit(None if open_only else LOOKED_THROUGH)
    )
    terms = fold(words).split()
    for rows in read.execute(looked).partitions(AT_ONCE):
        opened = vault.open(read, {id: envelope for id, envelope, *_ in rows if envelope is not None})
        for id, _, contact, *others in rows:
            secret = opened.get(id, {})
            inside = fold(" ".join(filter(None, (contact, *others, *secret.values()))))
            if not all(term in inside for term in terms):
                continue
            found[id] = None
            name = fold(secret.get("contact_name") or contact or "").split()
            if all(term in name for term in terms):
                named.append(id)
            elif all(any(word.startswith(term) for word in name) for term in terms):
                begun.append(id)
        if len(found) >= MOST_HITS:
            break
    return list(dict.fromkeys([*coded, *named, *begun, *found]))[:MOST_HITS]


def _by_code(read: Connection, office_no: int, words: str) -> list[UUID]:
    """By a whole code as scanned, or by its number alone: 412 is YC-…-000412 of every desk and year."""
    code = parse_code(words)
    number = re.fullmatch(r"0*([1-9][0-9]{0,8})", words.strip())
    if code is not None:
        codes = [str(code)]
    elif number:
        series = read.execute(select(Series.series).where(Series.series.like("YC-%"))).scalars()
        codes = [f"{each}-{int(number[1]):06d}" for each in series]
    else:
        return []
    r = Request
    wanted = select(r.id).where(here(r, office_no), r.code.in_(codes))
    return list(read.execute(wanted).scalars())


_NOT_BY_TIME = UUID(int=3 << 120)
"""Ids that are made by the clock are smaller until 2039; of those made from a number of a former register
99 in 100 are greater."""


def _by_former_number(read: Connection, office_no: int, words: str) -> list[UUID]:
    """By the number that it had in a former register: people ask by it for years. A register of a few, whose
    ids all look made by the clock, is found while it is among what is looked through for words."""
    key = " ".join(words.split())
    r = Request
    if not any(c.isdigit() for c in key):
        return []
    any_former = select(r.id).where(r.office_no == office_no, r.id >= _NOT_BY_TIME).limit(1)
    if read.execute(any_former).first() is None:
        return []
    ends = r.source.like("% " + re.sub(r"([\\%_])", r"\\\1", key), escape="\\")
    found = read.execute(select(r.id, r.source).where(r.office_no == office_no, ends)).all()
    numbers = {id: whole[1] for id, source in found if (whole := former(office_no, id, source)) is not None}
    return [id for id, number in numbers.items() if fold(number) == fold(key)]


def _customers(read: Connection, words: str) -> list[UUID]:
    terms = search_words(words)
    if not terms:
        return []
    match = "{name codes} : " + " AND ".join(f'"{term}"*' for term in terms)
    hits = text(
        "SELECT d.id FROM customer_search JOIN search_doc d ON d.rowid = customer_search.rowid "
        "WHERE customer_search MATCH :match LIMIT :most"
    )
    return [UUID(bytes=id) for (id,) in read.execute(hits, {"match": match, "most": MOST_CUSTOMERS})]
