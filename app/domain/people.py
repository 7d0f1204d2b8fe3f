"""Who may do what. Roles are given by the head office; a person may have several."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.domain.errors import AppError

ROLES = ("clerk", "cashier", "reader", "worker", "supervisor", "administrator")

_DESK = frozenset({"clerk", "supervisor"})
_MONEY = frozenset({"cashier", "supervisor"})
_LEAD = frozenset({"supervisor"})
_HEAD = frozenset({"administrator"})
_ALL = frozenset(ROLES)

ACTS: Mapping[str, frozenset[str]] = {
    "requests.register": _DESK | {"cashier", "worker"},
    "requests.route": _DESK,
    "requests.answer": _DESK | {"worker"},
    "requests.tell": _DESK,
    "requests.close": _DESK,
    "requests.reopen": _DESK,
    "requests.handle": _DESK | {"worker"},
    "requests.note": _DESK | {"cashier", "reader", "worker"},
    "requests.restricted": _LEAD,  # denunciations and the like, for the unit's leader only
    "requests.import": _LEAD | _HEAD,
    "customers.see": _ALL,
    "customers.edit": _DESK,
    "customers.import": _LEAD | _HEAD,
    "readings.enter": _LEAD | {"reader"},
    "readings.import": _LEAD | _HEAD,
    "billing.run": _LEAD,
    "cash.collect": _MONEY,
    "cash.remit": _MONEY,
    "cash.reverse": _LEAD,  # who took the money does not take it back alone
    "cash.see_all": _LEAD | _HEAD,
    "documents.reprint": _DESK | _MONEY,
    "reports.see": _LEAD | _HEAD,
    "reports.export": _LEAD | _HEAD,
    "exceptions.settle": _LEAD,
    "field.plan": _DESK,
    "field.report": _DESK | {"worker", "reader"},
    "letters.write": _DESK,
    "refunds.check": _DESK,
    "refunds.approve": _LEAD,  # by another person than the one who checked
    "refunds.pay": _MONEY,
    "backups.restore": _LEAD | _HEAD,  # older data in place of the desk's own
    "duty.edit": _LEAD,
    "rules.change": _LEAD,  # for the own office; the head office writes it
    "staff.manage": _HEAD,
    "rules.edit": _HEAD,
    "sync.carry": _ALL,  # bundles on a stick are sealed; whoever travels carries them
}
"""Act -> the roles that may."""

SEPARATED = (
    ("readings.enter", "cash.collect"),
    ("cash.collect", "cash.reverse"),
    ("refunds.check", "refunds.approve"),
    ("refunds.approve", "refunds.pay"),
)
"""Acts that one hand should not do for the same customer: reading and collecting invites made-up indexes. Of
one refund nobody does both of a pair (`app/domain/refunds.py`)."""


def may(roles: Collection[str], act: str) -> bool:
    """Whether one of the roles allows `act`; an act that is not in the table is a mistake in the program."""
    return not ACTS[act].isdisjoint(roles)


def require(roles: Collection[str], act: str) -> None:
    """Raises AppError("not_allowed", act=...) unless one of the roles allows `act`."""
    if not may(roles, act):
        raise AppError("not_allowed", act=act)


def clashes(roles: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The pairs of SEPARATED acts that these roles put into one hand: allowed, but to be seen."""
    return tuple(pair for pair in SEPARATED if all(may(roles, act) for act in pair))
