"""Rules that supervisors lay down: written once by the head office, whatever is repeated, and nothing that
its author may not lay down or that no program could work by."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.rule_checks import TABLES
from app.headoffice.founding import COMPANY, NewOffice, NewStaff
from app.models import RequestType, RuleChange
from app.models.base import millis
from app.queries.rule_book import Version
from app.services.rules import NewRule
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub
from tests.headoffice.forging import Forger, body
from tests.offices import ON_BOTH, PASSWORD, START, Company, person

TODAY = START.date()


def kind(desktop: Desktop, code: str = "leak", **changed: Any) -> NewRule:
    """A new version of a kind of request, from today on."""
    held = desktop.rule_book.in_force("request_type", TODAY)[code,].row
    return NewRule("request_type", {**held, "valid_from": TODAY.isoformat(), **changed})


def lay_down(desktop: Desktop, *new: NewRule, by: str = "mai", note: str = "") -> tuple[UUID, ...]:
    return desktop.rule_service.lay_down(person(desktop, by), uuid4(), new, note)


def forge(desktop: Desktop, table: str, row: object, by: str = "mai", **also: Any) -> None:
    """Past the program's own check."""
    author = person(desktop, by).id
    with desktop.writer.entry("rules.change", author) as draft:
        fields = {"table_name": table, "row": row, "by": author, "asked_at": draft.now} | also
        draft.add(RuleChange, **fields)


def versions(desktop: Desktop, code: str = "leak") -> list[Version]:
    return desktop.rule_book.history("request_type", (code,))


def counts(company: Company) -> tuple[int, int, int]:
    """Of the office: kinds of request, changes that were asked for, acts that were refused."""
    return (
        at_the_hub(company, "SELECT count(*) FROM request_type WHERE office_no = 1")[0][0],
        at_the_hub(company, "SELECT count(*) FROM rule_change")[0][0],
        at_the_hub(company, "SELECT count(*) FROM ruling WHERE verdict = 'not_allowed'")[0][0],
    )


@ON_BOTH
def test_a_rule_holds_once_the_head_office_has_written_it(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    before = desktop.rules.request_types(TODAY)["leak"]
    new = kind(desktop, limit_amount=12, names={"vi": "Rò", "en": "Leak"})
    (id,) = lay_down(desktop, new, note="Họp 20/11")
    assert desktop.rules.request_types(TODAY)["leak"] == before
    waiting = versions(desktop)[0]
    assert (waiting.id, waiting.waits, waiting.who, waiting.note) == (id, True, "Bùi Thị Mai", "Họp 20/11")
    assert_agreed(company)
    for desk in (desktop, other):
        after = desk.rules.request_types(TODAY)["leak"]
        assert (after.id, after.limit.amount, after.name("zh")) == (id, 12, "Leak")
        newest, first = versions(desk)
        assert (newest.waits, newest.own, newest.who, first.own) == (False, True, "Bùi Thị Mai", False)
        assert desk.rules.type_version(before.id, "leak") == before  # its open requests stay with it
    assert counts(company) == (1, 1, 0)
    assert at(desktop.database, "SELECT count(*) FROM parked") == [(0,)]


@ON_BOTH
def test_every_table_of_rules_can_be_written(company: Company, desktop: Desktop) -> None:
    book, tomorrow = desktop.rule_book, (TODAY + timedelta(days=1)).isoformat()
    unit = book.in_force("unit", TODAY)["REPAIR",].row
    target = book.in_force("charter_target", TODAY)["answer",].row
    cause = book.in_force("list_item", TODAY)["cause", "meter"].row
    week = {str(day): [[480, 720]] if day < 6 else [] for day in range(7)}
    ids = lay_down(
        desktop,
        NewRule("unit", {**unit, "head": person(desktop, "mai").id.hex, "phone": "0222 3821 001"}),
        NewRule("unit", {**unit, "code": "NIGHT", "name": "Ca đêm"}),
        kind(desktop, unit_code="NIGHT"),  # goes to a unit that comes with it
        NewRule("office_hours", {"hours": week, "valid_from": tomorrow}),
        NewRule("calendar_day", {"day": "2026-12-31", "intervals": [[480, 660]], "note": "Nghỉ chiều"}),
        NewRule("calendar_day", {"day": "2027-01-02", "intervals": None, "note": "Làm bù"}),
        NewRule("list_item", {**cause, "names": {"vi": "Hỏng", "en": "Broken", "zh": "坏"}, "place": 99}),
        NewRule("charter_target", {**target, "limit_amount": 5, "valid_from": tomorrow}),
        NewRule(
            "letter_template",
            {
                "code": "answer", "language": "vi", "name": "Trả lời", "subject": "V/v {code}",
                "text": "Kính gửi {name}", "valid_from": tomorrow, "retired_at": None,
            },
        ),
    )  # fmt: skip
    assert {table for table in TABLES if any(v.waits for v in book.versions(table))} == set(TABLES)
    assert_agreed(company)
    rules = desktop.rules
    assert book.waiting() == 0
    assert rules.units_ever()["REPAIR"].head == person(desktop, "mai").id
    assert rules.units()["NIGHT"] == "Ca đêm"
    assert rules.request_types(TODAY)["leak"].unit_code == "NIGHT"
    calendar = rules.calendar()
    assert calendar.hours(TODAY) == ((450, 690), (810, 1020))  # the hours of today stay what they are
    assert calendar.hours(date(2026, 11, 28)) == ((480, 720),)  # a Saturday
    assert calendar.hours(date(2026, 12, 31)) == ((480, 660),)
    assert calendar.hours(date(2027, 1, 2)) == ((480, 720),)
    assert list(rules.items("cause"))[-1] == "meter"
    assert rules.charter_targets(TODAY)["answer"].limit.amount == 7
    assert rules.charter_targets(TODAY + timedelta(days=1))["answer"].limit.amount == 5
    assert ("answer", "vi") not in rules.letter_templates(TODAY)
    assert rules.letter_templates(TODAY + timedelta(days=1))["answer", "vi"].text == "Kính gửi {name}"
    assert counts(company)[1:] == (len(ids), 0)


def test_of_two_supervisors_who_know_nothing_of_each_other_the_later_holds(
    company: Company, desktop: Desktop
) -> None:
    other = company.desk("BN04")
    lay_down(desktop, kind(desktop, limit_amount=1))
    company.clock.advance(timedelta(hours=1))
    lay_down(other, kind(other, limit_amount=2))
    other.client.once()  # what was laid down later comes first
    company.clock.advance(timedelta(hours=1))
    assert_agreed(company)
    for desk in (desktop, other):
        assert desk.rules.request_types(TODAY)["leak"].limit.amount == 2
        assert [v.row["limit_amount"] for v in versions(desk)] == [2, 1, 24]


def test_what_was_laid_down_for_a_day_that_has_gone_by_since_holds_from_today(
    company: Company, desktop: Desktop
) -> None:
    lay_down(desktop, kind(desktop, limit_amount=3))
    company.clock.advance(timedelta(days=4))
    company.sync()
    assert versions(desktop)[0].valid_from == TODAY + timedelta(days=4)
    assert desktop.rules.request_types(TODAY)["leak"].limit.amount == 24
    assert counts(company) == (1, 1, 0)


def test_the_same_message_again_and_a_disk_that_was_copied_write_nothing_twice(
    company: Company, desktop: Desktop
) -> None:
    kept: list[tuple[str, bytes]] = []
    post = company.transport.post

    def keep(path: str, data: bytes) -> bytes:
        kept.append((path, data))
        return post(path, data)

    desktop.client.once()
    home = company.shut(desktop)
    copied = company.folder / "copied"
    shutil.copytree(home, copied)
    desktop = company.opened(home)
    lay_down(desktop, kind(desktop, limit_amount=3))
    company.transport.post = keep  # type: ignore[method-assign]
    desktop.client.once()
    for path, data in kept:
        company.headoffice.hub.answer(path, data)
    company.transport.post = post  # type: ignore[method-assign]
    twin = company.opened(copied)
    lay_down(twin, kind(twin, limit_amount=4))
    for _ in range(3):
        company.sync()
    assert_agreed(company)
    assert counts(company) == (2, 2, 0)
    assert {v.row["limit_amount"] for v in versions(twin)} == {3, 4, 24}


def test_a_head_office_that_was_put_back_writes_the_rule_under_the_same_id(
    company: Company, desktop: Desktop
) -> None:
    company.desk("BN04")
    kept = company.backup()
    (id,) = lay_down(desktop, kind(desktop, limit_amount=3))
    desktop.client.once()
    company.put_back(kept)
    company.clock.advance(timedelta(days=2))
    for _ in range(3):
        company.sync()
    assert_agreed(company)
    assert at_the_hub(company, "SELECT id FROM request_type WHERE office_no = 1") == [(id.bytes,)]


# -- what is refused --------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]

HOSTILE: Mapping[str, Change] = {
    "a list": lambda row: [row],
    "nothing": lambda row: {},
    "a column less": lambda row: {k: v for k, v in row.items() if k != "steps"},
    "a column more": lambda row: row | {"office_no": 2},
    "of the past": lambda row: row | {"valid_from": (TODAY - timedelta(days=1)).isoformat()},
    "far ahead": lambda row: row | {"valid_from": "2126-11-20"},
    "no day": lambda row: row | {"valid_from": "20/11/2026"},
    "a wrong unit": lambda row: row | {"unit_code": "NOWHERE"},
    "a unit that is a list": lambda row: row | {"unit_code": ["CARE"]},
    "a limit below nothing": lambda row: row | {"limit_amount": -1},
    "a limit above ten years": lambda row: row | {"limit_amount": 87_841, "limit_unit": "hours"},
    "a limit beyond all numbers": lambda row: row | {"limit_amount": 10**30},
    "a limit that is no number": lambda row: row | {"limit_amount": True},
    "a unit of time that is none": lambda row: row | {"limit_unit": "years"},
    "a step nobody does": lambda row: row | {"steps": [step(unit="NOWHERE")]},
    "a step twice": lambda row: row | {"steps": [step(), step()]},
    "a step without end": lambda row: row | {"steps": [step(limit={"amount": 10**9, "unit": "hours"})]},
    "steps that are a text": lambda row: row | {"steps": "survey"},
    "too many papers": lambda row: row | {"documents": [paper(f"p{n}") for n in range(31)]},
    "names of nothing": lambda row: row | {"names": {"vi": " ", "en": "x"}},
    "names that are long": lambda row: row | {"names": {"vi": "x" * 121, "en": "x"}},
    "names with a control figure": lambda row: row | {"names": {"vi": "x\u0007", "en": "x"}},
    "an unknown way": lambda row: row | {"channels": ["pigeon"]},
    "escalation of another kind": lambda row: row | {"escalation": {"mayor": None}},
    "a denunciation for all": lambda row: row | {"category": "denunciation", "restricted": 0},
}  # fmt: skip


def step(**changed: Any) -> dict[str, Any]:
    limit = {"amount": 1, "unit": "working_days"}
    return {"code": "look", "names": {"vi": "Xem", "en": "Look"}, "unit": "CARE", "limit": limit} | changed


def paper(code: str) -> dict[str, Any]:
    return {"code": code, "names": {"vi": code, "en": code}, "needed": True}


def test_what_is_no_rule_takes_no_effect_anywhere(company: Company, desktop: Desktop) -> None:
    before = desktop.rules.request_types(TODAY)
    row = dict(kind(desktop).row)
    for refused, (what, change) in enumerate(HOSTILE.items(), 1):
        forge(desktop, "request_type", change(dict(row)))
        company.sync()
        assert counts(company) == (0, 0, refused), what
        assert desktop.rules.request_types(TODAY) == before, what
        assert desktop.rule_book.refused() == refused, what
    assert_agreed(company)
    lay_down(desktop, kind(desktop, limit_amount=3))  # and what comes after is not held up
    assert_agreed(company)
    assert counts(company) == (1, 1, len(HOSTILE))


def test_other_tables_are_not_for_desks(company: Company, desktop: Desktop) -> None:
    staff = at(desktop.database, "SELECT count(*) FROM staff")
    for table in ("staff", "device", "office", "ruling", "request", "tariff", "sqlite_master", "x; --"):
        forge(desktop, table, {"roles": ["administrator"]})
    assert_agreed(company)
    assert counts(company) == (0, 0, 8)
    assert at(desktop.database, "SELECT count(*) FROM staff") == staff


@pytest.mark.parametrize("login", ["yen", "tung", "duc", "admin"])
def test_only_a_supervisor_lays_rules_down(company: Company, desktop: Desktop, login: str) -> None:
    forge(desktop, "request_type", dict(kind(desktop, limit_amount=3).row), by=login)
    assert_agreed(company)
    assert counts(company) == (0, 0, 1)


def test_nobody_lays_rules_down_in_anothers_name_or_for_another_office(
    company: Company, desktop: Desktop
) -> None:
    row = dict(kind(desktop, limit_amount=3).row)
    forge(desktop, "request_type", row, by="yen")
    number = company.headoffice.founding.office(NewOffice("Chi nhánh Từ Sơn", "1", "0222"))
    boss = NewStaff("lan", "Lan", "Giám sát", "09", ("supervisor",), PASSWORD)
    feed = company.headoffice.hub.office_feed(number)
    (lan,) = company.headoffice.founding.staff(feed, [boss])
    with desktop.writer.entry("rules.change", lan) as draft:
        draft.add(RuleChange, table_name="request_type", row=row, by=lan, asked_at=draft.now)
    with desktop.writer.entry("rules.change", person(desktop, "mai").id) as draft:
        draft.add(RuleChange, table_name="request_type", row=row, by=lan, asked_at=draft.now)
    assert_agreed(company)
    assert counts(company) == (0, 0, 3)


def test_a_change_of_which_one_part_is_wrong_is_refused_as_a_whole(
    company: Company, desktop: Desktop
) -> None:
    author = person(desktop, "mai").id
    good = dict(kind(desktop, limit_amount=3).row)
    with desktop.writer.entry("rules.change", author) as draft:
        for row in (good, {**good, "priority": 9}):
            draft.add(RuleChange, table_name="request_type", row=row, by=author, asked_at=draft.now)
    assert_agreed(company)
    assert counts(company) == (0, 0, 1)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a": "\\ud800"}', "1e999", '{"code": NaN}', '"' + "x" * 300_000 + '"']
)
def test_json_that_no_program_of_ours_writes(company: Company, desktop: Desktop, text: str) -> None:
    forger = Forger(desktop, company.transport)
    row = {
        "id": uuid4().bytes, "table_name": "request_type", "row": text, "by": forger.by,
        "asked_at": millis(START), "note": None,
    }  # fmt: skip
    forger.send(forger.entries(body([("rule_change", row)])))
    assert at_the_hub(company, "SELECT count(*) FROM request_type WHERE office_no = 1") == [(0,)]
    assert at_the_hub(company, "SELECT count(*) FROM rule_change") == [(0,)]
    assert at_the_hub(company, "SELECT count(*) FROM parked") == [(1,)]


def test_owned_tables_are_still_refused_from_a_desk(company: Company, desktop: Desktop) -> None:
    by = person(desktop, "mai").id
    with desktop.writer.entry("rules.change", by) as draft:
        draft.add(RequestType, **_columns(dict(kind(desktop, limit_amount=3).row)))
    assert_agreed(company)
    assert counts(company) == (0, 0, 0)
    assert at_the_hub(company, "SELECT reason FROM parked") == [("not_the_head_office",)]


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"valid_from": date.fromisoformat(row["valid_from"])}


def test_the_companys_change_does_not_touch_what_the_office_has_laid_down(
    company: Company, desktop: Desktop
) -> None:
    lay_down(desktop, kind(desktop, limit_amount=3))
    company.sync()
    with company.headoffice.writer.entry("rules.edit", None, desk=COMPANY) as draft:
        draft.add(RequestType, **_columns(dict(kind(desktop, limit_amount=9).row)))
    assert_agreed(company)
    assert desktop.rules.request_types(TODAY)["leak"].limit.amount == 3
    assert [v.row["limit_amount"] for v in versions(desktop)] == [3, 9, 24]


def test_the_same_id_with_another_content_changes_nothing_that_was_written(
    company: Company, desktop: Desktop
) -> None:
    (id,) = lay_down(desktop, kind(desktop, limit_amount=3))
    company.sync()
    forge(desktop, "request_type", dict(kind(desktop, limit_amount=4).row), id=id)
    company.sync()
    wanted = "SELECT limit_amount, edited FROM request_type WHERE office_no = 1"
    assert at_the_hub(company, wanted) == [(3, None)]
    assert at(desktop.database, wanted) == [(3, None)]
