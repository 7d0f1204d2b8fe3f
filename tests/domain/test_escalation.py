from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from inspect import signature

import pytest

from app.domain.deadlines import Limit, due, shifted
from app.domain.errors import AppError
from app.domain.escalation import Alarms, Escalation, alarms, escalation_of
from tests.domain.calendars import VN, at

HOUR = Limit(1, "working_hours")
POLICY = Escalation(HOUR, Limit(0, "working_hours"), Limit(4, "working_hours"), Limit(2, "working_days"))


def test_a_policy_is_read_from_its_stored_form() -> None:
    data = {
        "warn": {"amount": 1, "unit": "working_hours"},
        "head": {"amount": 0, "unit": "working_hours"},
        "leader": {"amount": 4, "unit": "working_hours"},
        "company": {"amount": 2, "unit": "working_days"},
        "at_once": True,
    }
    assert escalation_of(data) == Escalation(POLICY.warn, POLICY.head, POLICY.leader, POLICY.company, True)
    assert escalation_of({}) == Escalation() == Escalation(None, None, None, None, False)
    assert escalation_of({"head": None, "at_once": False}) == Escalation()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"warn": 1}, "escalation.form"),
        ({"warn": []}, "escalation.form"),
        ({"warn": {}}, "escalation.form"),
        ({"head": {"amount": 1}}, "escalation.form"),
        ({"head": {"unit": "hours"}}, "escalation.form"),
        ({"head": {"amount": 1, "unit": "hours", "more": 1}}, "escalation.form"),
        ({"leader": {"amount": "1", "unit": "hours"}}, "escalation.form"),
        ({"leader": {"amount": 1.5, "unit": "hours"}}, "escalation.form"),
        ({"leader": {"amount": True, "unit": "hours"}}, "escalation.form"),
        ({"leader": {"amount": 1, "unit": ["hours"]}}, "escalation.form"),
        ({"company": {"amount": 1, "unit": "weeks"}}, "limit.unit"),
        ({"company": {"amount": -1, "unit": "hours"}}, "limit.amount"),
        ({"company": {"amount": 10**9, "unit": "hours"}}, "limit.amount"),
        ({"at_once": 1}, "escalation.form"),
        ({"at_once": None}, "escalation.form"),
        ({"leeder": {"amount": 1, "unit": "hours"}}, "escalation.form"),
    ],
)
def test_wrong_forms_are_refused(data: dict[str, object], code: str) -> None:
    with pytest.raises(AppError) as caught:
        escalation_of(data)
    assert caught.value.code == code
    if code == "escalation.form":
        assert caught.value.params == {"name": next(iter(data))}


def test_the_steps_come_one_after_the_other() -> None:
    found = alarms(VN, at("20/8 08:00"), at("20/8 14:00"), POLICY)
    assert found == Alarms(at("20/8 11:00"), at("20/8 14:00"), at("21/8 08:30"), at("22/8 14:00"))
    moments = (found.warn_at, found.head_at, found.leader_at, found.company_at)
    assert [each.tzinfo for each in moments if each] == [UTC] * 4


def test_a_request_that_nobody_by_name_handles_escalates_all_the_same() -> None:
    """Citizen-Complaint-Resolution-System 773: what lay in the inbox of a role was never escalated. Whether a
    person is named is nothing that the alarms are told."""
    assert set(signature(alarms).parameters) == {"calendar", "received", "due", "policy"}
    found = alarms(VN, at("20/8 08:00"), at("20/8 14:00"), Escalation(head=Limit(0, "hours")))
    assert found == Alarms(head_at=at("20/8 14:00"))


def test_no_step_no_alarm() -> None:
    assert alarms(VN, at("20/8 08:00"), at("20/8 14:00"), Escalation()) == Alarms()


def test_without_a_due_time_nothing_is_late() -> None:
    assert alarms(VN, at("20/8 08:00"), None, POLICY) == Alarms()
    now = alarms(VN, at("20/8 20:00"), None, replace(POLICY, at_once=True))
    assert now == Alarms(leader_at=at("20/8 20:00"))


def test_the_leader_is_concerned_at_once_even_at_night() -> None:
    """A danger that is told at 20:00 does not wait for the office to open."""
    policy = Escalation(head=Limit(0, "hours"), leader=HOUR, at_once=True)
    found = alarms(VN, at("20/8 20:00"), at("20/8 22:00"), policy)
    assert found == Alarms(head_at=at("21/8 07:30"), leader_at=at("20/8 20:00"))
    assert found.leader_at is not None
    assert found.leader_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("received", "due_at", "warned"),
    [
        ("20/8 10:00", "20/8 11:00", "20/8 10:00"),
        ("20/8 10:00", "20/8 10:40", "20/8 10:00"),  # shorter than the warning: at once
        ("20/8 19:00", "21/8 08:00", "21/8 07:30"),  # as the office opens
        ("20/8 19:00", "21/8 07:30", "21/8 07:30"),
        ("20/8 20:00", "20/8 22:00", None),  # nobody is there before it is late
        ("21/8 16:30", "23/8 16:30", "22/8 16:00"),
        ("22/8 16:30", "23/8 16:30", "22/8 16:30"),
    ],
)
def test_a_warning_comes_between_receipt_and_due_time(received: str, due_at: str, warned: str | None) -> None:
    found = alarms(VN, at(received), at(due_at), POLICY).warn_at
    assert found == (None if warned is None else at(warned))


def test_what_is_due_at_closing_is_late_in_the_morning() -> None:
    """Zammad 4432: nobody is called at closing, at night or on a day off."""
    found = alarms(VN, at("27/8 08:00"), at("28/8 17:00"), POLICY)
    assert found == Alarms(at("28/8 16:00"), at("3/9 07:30"), at("3/9 13:30"), at("7/9 07:30"))


def test_a_hold_moves_the_alarms_with_the_due_time() -> None:
    """GLPI 15605 and 10594: reckoned anew from the due time that the hold gave."""
    received, limit = at("14/8 08:00"), Limit(8, "working_hours")
    end = due(VN, received, limit)
    assert end == at("17/8 08:30")
    later = shifted(VN, end, limit.unit, at("14/8 16:00"), at("17/8 14:00"))
    assert later == at("17/8 16:00")  # two hours were left
    assert alarms(VN, received, later, POLICY) == Alarms(
        at("17/8 15:00"), at("17/8 16:00"), at("18/8 10:30"), at("19/8 16:00")
    )
