"""When a request that waits concerns others than the one who handles it. Whom and how soon is data.

The alarms ask for no named person: what lies with a unit and nobody in it escalates like the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.deadlines import NOTHING, Limit, WorkingCalendar, after, before
from app.domain.errors import AppError

STEPS = ("warn", "head", "leader", "company")


@dataclass(frozen=True, slots=True)
class Escalation:
    """How long before the due time to warn, how long after it the head of the unit, the leader of the office
    and the company are concerned; None: never. `at_once`: the leader is from the moment of receipt."""

    warn: Limit | None = None
    head: Limit | None = None
    leader: Limit | None = None
    company: Limit | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Alarms:
    """The moments, in UTC, from which it concerns each; None: never."""

    warn_at: datetime | None = None
    head_at: datetime | None = None
    leader_at: datetime | None = None
    company_at: datetime | None = None


def escalation_of(data: Mapping[str, object]) -> Escalation:
    """The policy as it is stored: each step is {"amount": 1, "unit": "working_hours"}, or null, or left out.

    Raises AppError("escalation.form" | "limit.unit" | "limit.amount").
    """
    for name in data:
        if name not in (*STEPS, "at_once"):
            raise AppError("escalation.form", name=name)
    at_once = data.get("at_once", False)
    if not isinstance(at_once, bool):
        raise AppError("escalation.form", name="at_once")
    warn, head, leader, company = (_limit(name, data.get(name)) for name in STEPS)
    return Escalation(warn, head, leader, company, at_once)


def _limit(name: str, step: object) -> Limit | None:
    if step is None:
        return None
    if not isinstance(step, Mapping) or step.keys() != {"amount", "unit"}:
        raise AppError("escalation.form", name=name)
    amount, unit = step["amount"], step["unit"]
    if type(amount) is not int or not isinstance(unit, str):
        raise AppError("escalation.form", name=name)
    return Limit(amount, unit)


def alarms(calendar: WorkingCalendar, received: datetime, due: datetime | None, policy: Escalation) -> Alarms:
    """When it concerns whom. All but `at_once` fall within working time; without a due time nothing is late.

    After a hold, or a change of limit or type: once more, with the new due time. Raises as `deadlines.due`.
    """
    at_once = received.astimezone(UTC) if policy.at_once else None
    if due is None:
        return Alarms(leader_at=at_once)
    head, leader, company = (
        None if limit is None else after(calendar, due, limit)
        for limit in (policy.head, policy.leader, policy.company)
    )
    warn = None if policy.warn is None else _warning(calendar, received, due, policy.warn)
    return Alarms(warn, head, at_once or leader, company)


def _warning(calendar: WorkingCalendar, received: datetime, due: datetime, limit: Limit) -> datetime | None:
    """Not before it was received; none when the office does not work between receipt and due time."""
    at = before(calendar, due, limit)
    if at < received:
        at = after(calendar, received, NOTHING)
    return at if at <= due else None
