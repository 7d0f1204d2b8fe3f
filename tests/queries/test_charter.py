"""Promises kept and not kept, against cases worked out by hand. The office works from 07:30 to 11:30 and from
13:30 to 17:00, Monday to Friday; the targets are those that come with the program."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

from app.bootstrap import Desktop
from app.domain.deadlines import due, working_minutes
from app.headoffice.founding import COMPANY
from app.models import CharterTarget, Incident, RequestEvent, RequestType, WorkOrder, WorkOrderEvent
from app.queries.charter import Charter, Kept
from tests.offices import Company, person
from tests.requests import HANOI, at, past

NOW = at("11-20 09:00")
NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


def charter(desktop: Desktop, login: str = "mai", days: tuple[date, date] = NOVEMBER) -> Charter:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    return desktop.charter_queries.charter(*days, viewer, NOW)


def happened(desktop: Desktop, request: UUID, *events: tuple[str, str]) -> None:
    by = person(desktop, "yen").id
    for kind, moment in events:
        data = {"outcome": "solved"} if kind == "answered" else {}
        with desktop.writer.entry(f"requests.{kind}", by) as draft:
            draft.add(
                RequestEvent,
                request_id=request,
                kind=kind,
                at=at(moment),
                by=by,
                text="Đã giải quyết",
                data=data,
            )


def counts(found: Charter) -> dict[str, tuple[int, int, int]]:
    return {p.target.code: (p.all.kept, p.all.missed, p.all.open) for p in found.promises}


def test_kept_and_not_kept_by_unit(desktop: Desktop) -> None:
    # A meter check: 5 working days. Monday the 2nd 08:00 to Monday the 9th 08:00.
    past(desktop, "11-02 08:00", type_code="meter", unit="METERS", answered="11-09 08:00")
    late = past(desktop, "11-02 08:00", type_code="meter", unit="CONTROL", answered="11-09 10:00")
    still = past(desktop, "11-03 08:00", type_code="meter", unit="METERS")
    past(desktop, "11-19 08:00", type_code="meter", unit="METERS")  # not decided yet
    found = charter(desktop)
    (promise,) = found.promises
    assert (promise.month, promise.target.code) == (date(2026, 11, 1), "meter_check")
    assert promise.all == Kept(1, 2, 1)
    assert promise.units == {"METERS": Kept(1, 1, 1), "CONTROL": Kept(0, 1, 0)}
    assert promise.all.share == 1 / 3
    assert promise.all.met(promise.target) is False
    assert Kept(9, 1, 0).share == 0.9
    assert Kept(0, 0, 5).met(promise.target) is None
    assert Kept(1, 0, 5).met(promise.target) is True
    assert [(m.id, m.unit_code, m.due, m.done_at, m.late) for m in found.missed] == [
        # From Tuesday the 10th 08:00: 420 that day, 7 days of 450, 90 today.
        (still, "METERS", at("11-10 08:00"), None, 420 + 7 * 450 + 90),
        (late, "CONTROL", at("11-09 08:00"), at("11-09 10:00"), 120),
    ]


def test_waiting_for_the_customer_does_not_count(desktop: Desktop) -> None:
    # 30 working minutes; held from 08:10 to 10:10: due at 10:30.
    kept = past(desktop, "11-02 08:00", type_code="info")
    happened(desktop, kept, ("held", "11-02 08:10"), ("resumed", "11-02 10:10"), ("answered", "11-02 10:30"))
    missed = past(desktop, "11-02 08:00", type_code="info")
    happened(
        desktop, missed, ("held", "11-02 08:10"), ("resumed", "11-02 10:10"), ("answered", "11-02 10:31")
    )
    # Answered while it was held: the hold ends there.
    held = past(desktop, "11-02 08:00", type_code="info")
    happened(desktop, held, ("held", "11-02 08:10"), ("answered", "11-02 16:00"))
    waits = past(desktop, "11-02 08:00", type_code="info", held="11-02 08:10")
    found = charter(desktop)
    assert counts(found) == {"information": (2, 1, 1)}
    assert [(m.id, m.late) for m in found.missed] == [(missed, 1)]
    assert waits not in {m.id for m in found.missed}


def test_what_was_reopened_is_measured_from_then(desktop: Desktop) -> None:
    again = past(desktop, "11-02 08:00", type_code="bill", answered="11-02 09:00", reopened="11-10 08:00")
    happened(desktop, again, ("answered", "11-12 08:00"))  # 48 hours by the clock
    late = past(desktop, "11-02 08:00", type_code="bill", answered="11-02 09:00", reopened="11-10 08:00")
    happened(desktop, late, ("answered", "11-12 09:30"))
    found = charter(desktop)
    assert counts(found) == {"billing": (1, 1, 0)}
    assert [(m.id, m.due, m.late) for m in found.missed] == [(late, at("11-12 08:00"), 90)]


def test_work_in_the_field_and_incidents_say_when(desktop: Desktop) -> None:
    by = person(desktop, "mai").id
    # Unsafe network: on site within 2 hours. The crew was there in time, the answer came the next day.
    danger = past(desktop, "11-02 08:00", type_code="danger", answered="11-03 08:00")
    with desktop.writer.entry("field.plan", by) as draft:
        order = draft.add(
            WorkOrder, code="PT-BN03-26-000001", kind="repair", request_id=danger, connection_id=None,
            unit_code="REPAIR", address="12 Lý Thái Tổ", words="Xem", route=None, planned_on=None, crew=[],
            made_at=at("11-02 08:05"), made_by=by, unannounced=False, labour_free=False,
        )  # fmt: skip
        draft.add(
            WorkOrderEvent,
            work_order_id=order,
            kind="on_site",
            at=at("11-02 09:30"),
            by=by,
            text=None,
            data={},
        )
    # Without an order the answer counts: too late.
    past(desktop, "11-02 08:00", type_code="danger", answered="11-02 10:30")
    # No water: restored within 2 hours, as the incident says, though it was answered much later.
    dry = past(desktop, "11-02 08:00", type_code="no_supply")
    with desktop.writer.entry("incidents.begin", by) as draft:
        incident = draft.add(
            Incident, code="SC-BN03-26-000001", title="Vỡ ống", area="Vệ An", ward=None, line=None,
            cause=None, planned=False, started_at=at("11-02 07:50"), expected_at=None,
            ended_at=at("11-02 09:45"), note=None,
        )  # fmt: skip
    with desktop.writer.entry("requests.merged", by) as draft:
        draft.add(
            RequestEvent, request_id=dry, kind="merged", at=at("11-02 08:10"), by=by,
            data={"incident": incident.hex},
        )  # fmt: skip
    happened(desktop, dry, ("answered", "11-02 16:00"))
    # Answered at once that somebody is on the way: no water is back before the incident ends.
    told = past(desktop, "11-02 07:40", type_code="no_supply")
    with desktop.writer.entry("requests.merged", by) as draft:
        draft.add(
            RequestEvent, request_id=told, kind="merged", at=at("11-02 07:40"), by=by,
            data={"incident": incident.hex},
        )  # fmt: skip
    happened(desktop, told, ("answered", "11-02 07:40"))
    found = counts(charter(desktop))
    assert found["safety"] == (1, 1, 0)
    assert found["restore"] == (1, 1, 0)


def test_restricted_cases_are_counted_and_not_named(desktop: Desktop) -> None:
    past(desktop, "11-02 08:00", type_code="meter", unit="METERS")
    secret = past(desktop, "09-02 08:00", type_code="denunciation", unit="LEAD", login="mai")
    year = date(2026, 1, 1), date(2026, 12, 31)
    mai, tung = charter(desktop, "mai", year), charter(desktop, "tung", year)
    assert [(m.id == secret, m.restricted) for m in mai.missed if m.target.code == "denunciation"] == [
        (True, True)
    ]
    assert "denunciation" in counts(mai)
    assert "denunciation" not in counts(tung)
    assert secret not in {m.id for m in tung.missed}


def test_against_a_plain_model(desktop: Desktop) -> None:
    """Kinds without holds: each by `deadlines.due` alone."""
    rng = Random(9)
    calendar = desktop.rules.calendar()
    targets = desktop.rules.charter_targets(date(2026, 11, 1))
    kinds = {"meter": "meter_check", "info": "information", "bill": "billing", "contract": "contract"}
    kinds = {k: c for k, c in kinds.items() if k in desktop.rules.request_types_ever()}
    plain: dict[str, list[int]] = {}
    lateness = []
    for _ in range(60):
        kind = rng.choice(sorted(kinds))
        begun = at("11-01 00:00") + timedelta(minutes=rng.randrange(60 * 24 * 18))
        took = timedelta(minutes=rng.choice([20, 29, 31, 300, 2000, 2880, 6000, 12000]))
        answered = begun + took if rng.random() < 0.8 and begun + took < NOW else None
        past(
            desktop, f"{begun + HANOI:%m-%d %H:%M}", type_code=kind,
            answered=None if answered is None else f"{answered + HANOI:%m-%d %H:%M}",
        )  # fmt: skip
        target = targets[kinds[kind]]
        limit = due(calendar, begun, target.limit)
        until = answered or NOW
        place = 1 if until > limit else 0 if answered else 2
        plain.setdefault(target.code, [0, 0, 0])[place] += 1
        if place == 1:
            clock = target.limit.unit == "hours"
            minutes = (until - limit) // timedelta(minutes=1)
            lateness.append(minutes if clock else working_minutes(calendar, limit, until))
    found = charter(desktop)
    assert {code: list(each) for code, each in counts(found).items()} == plain
    assert [m.late for m in found.missed] == sorted(lateness, reverse=True)
    assert len(lateness) > 10


def test_the_version_of_its_kind_and_the_day_decide_what_was_promised(
    company: Company, desktop: Desktop
) -> None:
    """Bills are promised in another time from the 9th on, and meter checks by another target."""
    old, before = desktop.rules.request_types_ever()["meter"], desktop.rules.charter_targets(NOVEMBER[0])
    with company.headoffice.writer.entry("rules.edit", None, desk=COMPANY) as draft:
        for code, charter_code in (("meter", "information"), ("valve", None)):
            draft.add(
                RequestType, code=code, names=old.names, category=old.category, unit_code="METERS",
                limit_amount=5, limit_unit="working_days", priority=3, restricted=False,
                charter=charter_code, valid_from=date(2026, 11, 9),
            )  # fmt: skip
        draft.add(
            CharterTarget, code="meter_check", names=old.names, measure="answered", limit_amount=1,
            limit_unit="working_days", share=1000, valid_from=date(2026, 11, 11),
        )  # fmt: skip
    company.sync()
    new = desktop.rules.request_types_ever()["meter"]
    assert (old.charter, new.charter) == ("meter_check", "information")
    assert before["meter_check"].limit.amount == 5
    # Two days each: in time by the old promise of meter checks, not by the new one.
    for day, version, promised, kept in (
        ("10", old, "meter_check", 1),
        ("11", old, "meter_check", 0),
        ("11", new, "information", 0),
    ):
        wanted = date(2026, 11, int(day)), date(2026, 11, int(day))
        answered = f"11-{int(day) + 2} 08:00"
        past(desktop, f"11-{day} 08:00", type_code="meter", type_id=version.id, answered=answered)
        past(desktop, f"11-{day} 08:00", type_code="valve", answered=answered)
        assert counts(charter(desktop, days=wanted))[promised] == (kept, 1 - kept, 0)
    whole = charter(desktop)
    assert [(p.target.code, p.target.limit.amount, p.all.kept, p.all.missed) for p in whole.promises] == [
        ("information", before["information"].limit.amount, 0, 1),
        ("meter_check", 5, 1, 0),
        ("meter_check", 1, 0, 1),
    ]
