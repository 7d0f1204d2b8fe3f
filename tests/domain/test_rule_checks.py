"""What may be laid down: each column has its bounds, and whatever comes is refused by a code, never by a
crash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError, Invalid
from app.domain.rule_checks import KEYS, TABLES, Known, check, well_formed
from tests.domain.calendars import HANOI

TODAY = date(2026, 11, 20)
NAMES = {"vi": "Rò rỉ", "en": "Leak"}
STEP = {"code": "look", "names": NAMES, "unit": "CARE", "limit": {"amount": 1, "unit": "working_days"}}
WEEK = {str(day): [[450, 690], [810, 1020]] if day < 5 else [] for day in range(7)}
MAI = "0" * 31 + "1"

GOOD: Mapping[str, dict[str, Any]] = {
    "request_type": {
        "code": "leak", "names": NAMES, "category": "request", "unit_code": "CARE", "limit_amount": 24,
        "limit_unit": "hours", "priority": 1, "restricted": 0, "channels": None, "documents": None,
        "steps": [STEP], "escalation": {"warn": {"amount": 1, "unit": "hours"}}, "forms": None,
        "charter": "repair", "right_code": "supply", "valid_from": "2026-11-20", "retired_at": None,
    },
    "unit": {"code": "NIGHT", "name": "Ca đêm", "phone": None, "head": MAI, "retired_at": None},
    "office_hours": {"hours": WEEK, "valid_from": "2026-11-20"},
    "calendar_day": {"day": "2026-12-31", "intervals": [[450, 690]], "note": "Nghỉ chiều"},
    "list_item": {"list_name": "cause", "code": "meter", "names": NAMES, "place": 0, "retired_at": None},
    "charter_target": {
        "code": "repair", "names": NAMES, "measure": "answered", "limit_amount": 0, "limit_unit": "hours",
        "share": 1000, "valid_from": "2026-11-20", "retired_at": 1_700_000_000_000,
    },
    "letter_template": {
        "code": "note", "language": "zh", "name": "x", "subject": "{code}", "text": "{name}, {code}",
        "valid_from": "2026-11-20", "retired_at": None,
    },
}  # fmt: skip


def known() -> Known:
    hours = {int(day): tuple((a, b) for a, b in spans) for day, spans in WEEK.items()}
    return Known(
        units={"CARE": "Chăm sóc"}, used={"CARE": "leak"}, targets={"repair"}, rights={"supply"},
        staff={MAI}, zone=HANOI, weekly=hours, later=[], days={},
    )  # fmt: skip


def refusal(table: str, on: date = TODAY, **changed: Any) -> tuple[str, dict[str, str]]:
    """The code, and those of the columns."""
    with pytest.raises(AppError) as refused:
        check(table, GOOD[table] | changed, on, known())
    error = refused.value
    return error.code, dict(error.fields) if isinstance(error, Invalid) else {}


@pytest.mark.parametrize("table", TABLES)
def test_a_rule_of_each_table_is_good_and_lacks_no_column(table: str) -> None:
    check(table, GOOD[table], TODAY, known())
    assert well_formed(table, GOOD[table])
    assert set(KEYS[table]) <= GOOD[table].keys()
    for column in GOOD[table]:
        less = {name: value for name, value in GOOD[table].items() if name != column}
        with pytest.raises(AppError, match=r"rule\.form"):
            check(table, less, TODAY, known())
        assert not well_formed(table, less)


@pytest.mark.parametrize(
    ("table", "changed", "wrong"),
    [
        ("request_type", {"valid_from": "2026-11-19"}, {"valid_from": "day.past"}),
        ("request_type", {"valid_from": "2037-01-01"}, {"valid_from": "day.far"}),
        ("request_type", {"unit_code": "GONE"}, {"unit_code": "unit.unknown"}),
        ("request_type", {"steps": [STEP | {"unit": "GONE"}]}, {"steps": "unit.unknown"}),
        ("request_type", {"steps": [STEP, STEP]}, {"steps": "rows.twice"}),
        ("request_type", {"charter": "none"}, {"charter": "target.unknown"}),
        ("request_type", {"right_code": "none"}, {"right_code": "right.unknown"}),
        ("request_type", {"channels": []}, {"channels": "channels.none"}),
        ("request_type", {"category": "denunciation"}, {"restricted": "restricted.needed"}),
        (
            "request_type",
            {"restricted": 1, "steps": [STEP | {"form": "survey"}]},
            {"restricted": "restricted.forms"},
        ),
        ("request_type", {"names": {"vi": "x"}}, {"names": "required"}),
        ("unit", {"head": "f" * 32}, {"head": "person.unknown"}),
        ("charter_target", {"share": 0}, {"share": "share.wrong"}),
        ("charter_target", {"share": 1001}, {"share": "share.wrong"}),
        ("calendar_day", {"note": " "}, {"note": "required"}),
        ("letter_template", {"text": "{0.__class__}"}, {"text": "places.wrong"}),
        ("letter_template", {"subject": "{"}, {"subject": "places.wrong"}),
    ],
)
def test_what_is_wrong_is_said_of_its_column(
    table: str, changed: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert refusal(table, **changed) == ("invalid", wrong)


def test_limits_of_nothing_and_of_ten_years_but_not_more() -> None:
    for amount, unit in ((0, "working_days"), (87_840, "hours"), (2_600, "working_days")):
        check(
            "request_type",
            GOOD["request_type"] | {"limit_amount": amount, "limit_unit": unit},
            TODAY,
            known(),
        )
    assert refusal("request_type", limit_amount=87_841)[0] == "limit.amount"
    assert refusal("request_type", limit_amount=-1)[0] == "limit.amount"
    assert refusal("request_type", limit_unit="years")[0] == "limit.unit"
    far = STEP | {"limit": {"amount": 2_601, "unit": "working_days"}}
    assert refusal("request_type", steps=[far])[0] == "limit.amount"
    assert refusal("request_type", escalation={"mayor": None})[0] == "escalation.form"


def test_a_unit_to_which_requests_go_stays_in_use() -> None:
    assert refusal("unit", code="CARE", retired_at=1)[0] == "unit.in_use"
    check("unit", GOOD["unit"] | {"retired_at": 1}, TODAY, known())


def test_a_calendar_without_a_working_day_is_refused() -> None:
    never: dict[str, list[list[int]]] = {day: [] for day in WEEK}
    assert refusal("office_hours", hours=never)[0] == "calendar.no_working_time"
    assert refusal("office_hours", hours=WEEK | {"0": [[600, 500]]})[0] == "calendar.hours"
    assert refusal("calendar_day", intervals=[[500, 600], [550, 700]])[0] == "calendar.hours"
    assert refusal("calendar_day", intervals=[[0, 1441]])[0] == "calendar.hours"
    # An office that works on Mondays only, and then not on any of them for more than a year.
    mondays, offs = {"hours": never | {"0": [[480, 540]]}, "valid_from": "2026-11-20"}, known()
    check("office_hours", mondays, TODAY, offs)
    offs.note("office_hours", mondays)
    close_mondays(offs, 50)
    with pytest.raises(AppError, match="no_working_time"):
        close_mondays(offs, 70)


def close_mondays(offs: Known, weeks: int) -> None:
    for week in range(weeks - 1, -1, -1):
        monday = date(2026, 11, 23) + timedelta(days=7 * week)
        off = {"day": monday.isoformat(), "intervals": [], "note": "x"}
        check("calendar_day", off, TODAY, offs)
        offs.note("calendar_day", off)


def test_rules_that_come_together_may_name_each_other() -> None:
    both = known()
    both.note("unit", GOOD["unit"])
    check("request_type", GOOD["request_type"] | {"unit_code": "NIGHT"}, TODAY, both)
    assert "NIGHT" not in known().units
    copied = both.copy()
    copied.note("unit", GOOD["unit"] | {"retired_at": 1})
    assert "NIGHT" in both.units


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(TABLES), st.data())
def test_whatever_a_column_holds_it_is_good_or_refused(table: str, data: st.DataObject) -> None:
    row = dict(GOOD[table])
    for column in data.draw(st.sets(st.sampled_from(sorted(row)), min_size=1)):
        row[column] = data.draw(anything)
    try:
        check(table, row, TODAY, known())
    except AppError:
        return
    assert well_formed(table, row)


@given(st.text(max_size=12), anything)
def test_whatever_comes_for_a_row_is_refused(table: str, row: object) -> None:
    with pytest.raises(AppError):
        check(table, row, TODAY, known())
    for each in TABLES:
        assert not well_formed(each, row)
