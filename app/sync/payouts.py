"""What is wrong with money that was paid back. A payout is never dropped, whoever made it: the money has left
the drawer. What a person must see of it is an exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from app.domain.refunds import approved
from app.models.store import Cursor
from app.sync.exceptions import Raised
from app.sync.request_events import events_of


def raise_wrong(raised: Raised, marks: str, requests: Sequence[bytes]) -> None:
    """ "paid_out_twice": a request on which two desks paid out. "unapproved": one on which money went out
    without a second person's yes to just that amount."""
    paid = of_requests(raised.cur, raised.office, marks, requests)
    twice = {
        request: {"payouts": [p[0].hex() for p in payouts]}
        for request, payouts in paid.items()
        if len(payouts) > 1
    }
    unapproved: dict[bytes, Any] = {}
    if paid:
        some = ", ".join("?" * len(paid))
        happened = events_of(raised.cur, raised.office, some, list(paid))
        for request, payouts in paid.items():
            events = happened.get(request, [])
            wrong = [
                id.hex()
                for id, hlc, device, by, amount in payouts
                if not approved(events, amount, by, (hlc, device))
            ]
            if wrong:
                unapproved[request] = {"payouts": wrong}
    raised.derive("paid_out_twice", "request", requests, twice)
    raised.derive("unapproved", "request", requests, unapproved)


def of_requests(
    cur: Cursor, office: int, marks: str, requests: Sequence[bytes]
) -> dict[bytes, list[tuple[bytes, int, int, bytes, int]]]:
    """What was paid out on requests, in order: id, stamp, who paid, how much."""
    cur.execute(
        'SELECT request_id, id, hlc, device, "by", amount FROM payout WHERE office_no + 0 = ? '
        f"AND request_id IN ({marks}) ORDER BY hlc, device, id",
        (office, *requests),
    )
    paid: dict[bytes, list[tuple[bytes, int, int, bytes, int]]] = defaultdict(list)
    for request, *payout in cur.fetchall():
        paid[request].append(tuple(payout))
    return paid
