"""What SQL and the tables of working time make of requests, against plain loops and against cases by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.deadlines import working_minutes
from app.domain.fold import fold
from app.domain.measures import Balance, Figures, nearest_rank
from app.domain.requests import STATES
from app.domain.working_table import instant_ms, moment_of
from app.models import Connection, Customer, Incident
from app.queries.measures import Analysis
from app.queries.requests import Viewer
from tests.offices import person
from tests.requests import HANOI, at

NOW = at("11-20 09:00")
HOUR = 3_600_000
SPAN = date(2026, 9, 10), date(2026, 11, 30)
START, END = at("09-10 00:00"), at("12-01 00:00")

Row = dict[str, Any]
ALARMS = ("head_at", "leader_at", "company_at")


def analysed(desktop: Desktop) -> Analysis:
    return desktop.measure_queries.analysis(*SPAN, Viewer(uuid4(), None, restricted=True), NOW)


def stored(desktop: Desktop, rows: list[Row]) -> None:
    """Rows of the projection as they are, whatever life would have led to them."""
    usual = {
        "office_no": desktop.office_no, "type_code": "leak", "received_by": uuid4().bytes, "channel": "phone",
        "state": "received", "reopened": 0, "misfits": 0, "moved_hlc": 1,
    }  # fmt: skip
    for n, row in enumerate(rows):
        values = usual | {"id": UUID(int=n).bytes, "code": f"YC-{n:05}"} | row
        marks = ", ".join("?" * len(values))
        desktop.database.write.execute(
            f"INSERT INTO request_state ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
        )


def plain(desktop: Desktop, rows: list[Row]) -> Figures:
    """One request after the other."""
    calendar, now = desktop.rules.calendar(), instant_ms(NOW)
    minutes, days, levels = [], [], []
    on_time = late = 0
    for row in rows:
        answered, due, held, received = (
            row[name] for name in ("answered_at", "due", "held_at", "received_at")
        )
        stood = now if held is None else min(held, now)
        if answered is not None:
            on_time += due is None or answered <= due
            late += due is not None and answered > due
            took = max(0, answered - received)
            minutes.append(working_minutes(calendar, moment_of(received), moment_of(received + took)))
            days.append(took * 1000 // (24 * HOUR))
        else:
            late += due is not None and due < stood
        end = stood if answered is None else answered
        alarms = [row[name] for name in ALARMS]
        levels.append(
            max((n for n, each in enumerate(alarms, 1) if each and received < each < end), default=0)
        )
    scores = [row["score"] for row in rows if row["score"] in (1, 2, 3, 4, 5)]
    minutes.sort()
    days.sort()
    return Figures(
        received=len(rows),
        answered=len(minutes),
        on_time=on_time,
        late=late,
        open=sum(row["state"] != "closed" for row in rows),
        reopened=sum(row["reopened"] > 0 for row in rows),
        escalated=sum(level > 0 for level in levels),
        to_leader=sum(level > 1 for level in levels),
        to_company=sum(level > 2 for level in levels),
        told=sum(row["told_at"] is not None for row in rows),
        scored=len(scores),
        score_sum=sum(scores),
        low_scores=sum(score <= 2 for score in scores),
        median_minutes=nearest_rank(minutes, 500),
        most_minutes=nearest_rank(minutes, 900),
        median_days=nearest_rank(days, 500),
        most_days=nearest_rank(days, 900),
    )


def local(moment: datetime) -> datetime:
    return moment + HANOI


def test_against_a_plain_loop(desktop: Desktop) -> None:
    rng = Random(11)
    wards: dict[bytes, str] = {}
    classes: dict[bytes, str] = {}
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        for ward, of in (("", ("household", "service")), ("Vệ An", ("household",)), ("", ("service",))):
            id = draft.add(Customer, code="BN", name="Khách", address="1", ward=ward or None)
            wards[id.bytes], classes[id.bytes] = ward, of[0] if len(of) == 1 else "*"
            for each in of:
                draft.add(Connection, customer_id=id, code="BN", address="1", customer_class=each, quotas=1)
        incident = draft.add(
            Incident,
            code="SC-BN03-26-000001",
            title="Vỡ ống",
            area="Đại  Phúc\nkhu 2",
            planned=False,
            started_at=NOW,
        )
    begin, until = instant_ms(START) - 40 * 24 * HOUR, instant_ms(END) + 9 * 24 * HOUR

    def moment(received: int) -> int | None:
        return rng.choice(
            [None, received, received + rng.randrange(-HOUR, 30 * HOUR), rng.randrange(begin, until)]
        )

    rows: list[Row] = []
    for _ in range(1500):
        received = rng.choice([begin, instant_ms(START), instant_ms(END) - 1, instant_ms(END)])
        received = received if rng.random() < 0.02 else rng.randrange(begin, until)
        closed = rng.random() < 0.5
        rows.append(
            {
                "type_code": rng.choice(["leak", "info", 'a "b" \\ |\n']),
                "unit_code": rng.choice([None, "A"]),
                "channel": rng.choice(["phone", "web"]), "cause": rng.choice([None, "", "valve"]),
                "area": rng.choice([None, "", "Vệ An", "ve  an", "Võ\x1fCường"]),
                "customer_id": rng.choice([None, b"\0" * 16, *wards]),
                "incident_id": rng.choice([None, None, incident.bytes]),
                "state": "closed" if closed else rng.choice(STATES[:-1]), "received_at": received,
                "closed_at": received + rng.randrange(40 * 24 * HOUR) if closed else None,
                "reopened": rng.choice([0, 0, 1, 2]), "score": rng.choice([None, 0, 1, 2, 5, 6]),
                **{
                    name: moment(received)
                    for name in ("answered_at", "told_at", "due", "held_at", *ALARMS)
                },
            }
        )  # fmt: skip
    stored(desktop, rows)
    found = analysed(desktop)
    lowest, highest = instant_ms(START), instant_ms(END)
    counted = [row for row in rows if row["state"] != "lacking" and lowest <= row["received_at"] < highest]
    assert found.total == plain(desktop, counted)

    def area(row: Row) -> str:
        said = row["area"] or (row["incident_id"] and "Đại Phúc khu 2") or wards.get(row["customer_id"], "")
        return fold(" ".join(said.split()))

    keys = {
        "type": lambda row: row["type_code"], "area": area, "cause": lambda row: row["cause"] or "",
        "unit": lambda row: row["unit_code"] or "", "channel": lambda row: row["channel"],
        "class": lambda row: classes.get(row["customer_id"], ""),
    }  # fmt: skip
    for name, key in keys.items():
        piles = defaultdict(list)
        for row in counted:
            piles[key(row)].append(row)
        groups = {fold(g.key) if name == "area" else g.key: g.figures for g in found.by[name]}
        assert groups == {each: plain(desktop, some) for each, some in piles.items()}
    months = defaultdict(list)
    for row in counted:
        months[local(moment_of(row["received_at"])).month].append(row)
    assert [m.figures for m in found.months] == [
        plain(desktop, months[m.first_day.month]) for m in found.months
    ]
    open_at = {
        edge: sum(
            row["state"] != "lacking" and row["received_at"] < edge and not (row["closed_at"] or edge) < edge
            for row in rows
        )
        for edge in (lowest, highest)
    }
    ended = open_at[lowest] + len(counted) - open_at[highest]
    assert found.balance == Balance(open_at[lowest], len(counted), ended, open_at[highest])


IN_TIME = [
    # answered, due, held -> (in time, late); hours from the receipt, made out after 100
    ((50, 50, None), (1, 0)),  # at the very moment
    ((51, 50, None), (0, 1)),
    ((99, None, None), (1, 0)),  # nothing was promised
    ((None, 99, None), (0, 1)),
    ((None, 100, None), (0, 0)),
    ((None, None, None), (0, 0)),
    ((None, 50, 40), (0, 0)),  # the clock stands
    ((None, 50, 60), (0, 1)),  # it was late before the hold
]
HOW_HIGH = [
    # answered, held, (head, leader, company) -> level
    ((None, None, (10, 20, 30)), 3),
    ((25, None, (10, 20, 30)), 2),
    ((10, None, (10, 20, 30)), 0),
    ((None, 15, (10, 20, 30)), 1),
    ((None, None, (None, 20, None)), 2),
    ((90, None, (None, 0, None)), 0),  # the leader's from the beginning
    ((None, None, (100, 200, None)), 0),
]


def hours(n: int | None) -> int | None:
    return None if n is None else instant_ms(NOW) + (n - 100) * HOUR


@pytest.fixture
def by_area(desktop: Desktop) -> dict[str, Figures]:
    """Each case in an area of its own."""
    rows: list[Row] = [
        {"answered_at": hours(answered), "due": hours(due), "held_at": hours(held)}
        for (answered, due, held), _ in IN_TIME
    ] + [
        {
            "answered_at": hours(answered), "held_at": hours(held), "head_at": hours(head),
            "leader_at": hours(leader), "company_at": hours(company),
        }
        for (answered, held, (head, leader, company)), _ in HOW_HIGH
    ]  # fmt: skip
    stored(desktop, [{"received_at": hours(0), "area": str(n), **row} for n, row in enumerate(rows)])
    return {group.key: group.figures for group in analysed(desktop).by["area"]}


def test_cases_by_hand(by_area: dict[str, Figures]) -> None:
    in_time = [by_area[str(n)] for n in range(len(IN_TIME))]
    assert [(each.on_time, each.late) for each in in_time] == [said for _, said in IN_TIME]
    high = [by_area[str(n + len(IN_TIME))] for n in range(len(HOW_HIGH))]
    assert [e.escalated + e.to_leader + e.to_company for e in high] == [level for _, level in HOW_HIGH]
