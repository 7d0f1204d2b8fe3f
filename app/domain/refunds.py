"""Refund of an overpayment (trả tiền thừa): how much can go back, and that more than one hand sees to it.

The claim is a request of kind "refund". One person checks it against the ledger, another approves, and the
one who pays is not the one who approved (domain.md 1D 42, 1G 70; the separation is our own rule, as for every
paper with a signature of its own on form 02-TT). What a step found is kept in its event, under "result".
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.domain.errors import AppError, Invalid
from app.domain.requests import Event


@dataclass(frozen=True, slots=True)
class Limits:
    """Minor units. Below `least` nothing is paid back: it stays the customer's credit. Above `most` nothing
    is paid out of a drawer."""

    least: int
    most: int


def require_amount(amount: int | None, lies: int, limits: Limits) -> int:
    """An amount that may be paid back. Invalid(amount=). `lies`: what the customer has with us without a
    bill, that of bills paid too much included."""
    if amount is None or amount <= 0:
        raise Invalid(amount="refund.amount")
    if amount > lies:
        raise Invalid(amount="refund.more_than_lies")
    if amount < limits.least:
        raise Invalid(amount="refund.least")
    if amount > limits.most:
        raise Invalid(amount="refund.most")
    return amount


# -- where the money is taken from --------------------------------------------------------------------------


class Money(Protocol):
    """Money in one place, of which `amount` is left."""

    amount: int


M = TypeVar("M", bound=Money)


def draw(lying: Iterable[M], wanted: int) -> Iterator[tuple[M, int]]:
    """Take `wanted` from money that lies in places, one after another: each with the part it gives,
    by which it has less from then on. Together less than `wanted` where less is there."""
    for money in lying:
        part = min(wanted, money.amount)
        if part > 0:
            money.amount -= part
            wanted -= part
            yield money, part


# -- what was found and approved ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What a check against the ledger found, or what was approved: by whom, how much. `receipts`: the codes
    of those that were looked at."""

    by: Hashable
    amount: int
    words: str
    receipts: tuple[str, ...]
    stamp: tuple[int, int]


def checks(events: Iterable[Event]) -> list[Found]:
    """The checks among events, in order. What others wrote is read with care."""
    return _found(events, "checked", lambda said: said is True)


def decisions(events: Iterable[Event], approved: bool) -> list[Found]:
    """The approvals among events, or the refusals, in order."""
    return _found(events, "approved", lambda said: said is approved)


def _found(events: Iterable[Event], key: str, fits: Any) -> list[Found]:
    found = []
    for event in events:
        result = event.data.get("result")
        if event.kind != "stepped" or not isinstance(result, Mapping):
            continue
        amount, receipts = result.get("amount"), result.get("receipts")
        if fits(result.get(key)) and type(amount) is int and amount > 0:
            seen = receipts if isinstance(receipts, Sequence) and not isinstance(receipts, str) else ()
            codes = tuple(code for code in seen if isinstance(code, str))
            found.append(Found(event.by, amount, event.text or "", codes, (event.hlc, event.device)))
    return sorted(found, key=lambda each: each.stamp)


def is_approval(data: object) -> bool:
    """Whether an event's data says yes to a refund: only who may approve may write it."""
    result = data.get("result") if isinstance(data, Mapping) else None
    return isinstance(result, Mapping) and result.get("approved") is True


# -- more than one hand -------------------------------------------------------------------------------------


def require_second(approver: Hashable, check: Found, received_by: Hashable) -> None:
    """AppError "refund.own_check" for one who has checked the claim himself, "refund.own_request" for one who
    has written it down."""
    if approver == check.by:
        raise AppError("refund.own_check")
    if approver == received_by:
        raise AppError("refund.own_request")


def require_third(payer: Hashable, approval: Found) -> None:
    """AppError "refund.own_approval" for one who has approved what he is to pay."""
    if payer == approval.by:
        raise AppError("refund.own_approval")


def approved(events: Sequence[Event], amount: int, payer: Hashable, stamp: tuple[int, int]) -> bool:
    """Whether a payout stands on a second person's yes: before it somebody other than the payer approved just
    this amount, which another still had checked. An approval counts even where the request went another way
    meanwhile: the money went out in good faith."""
    checked = checks(events)
    return any(
        yes.amount == amount
        and yes.by != payer
        and yes.stamp < stamp
        and any(c.amount == amount and c.by != yes.by and c.stamp < yes.stamp for c in checked)
        for yes in decisions(events, True)
    )
