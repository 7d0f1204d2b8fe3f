"""The supervisor's figures against plain loops over what was done."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.arrears import BANDS, age_band
from app.models import Request, RequestEvent
from app.queries.reports import CollectionFigures
from app.services.cash import Collect
from tests.money import add_home, bill
from tests.offices import Company, person

HANOI = timedelta(hours=7)


def at(desktop: Desktop, moment: datetime) -> None:
    desktop.clock.set(moment)  # type: ignore[attr-defined]


def test_collections_by_day_point_and_cashier(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001")
    company.sync()
    rng = Random(7)
    plain: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for day in (17, 18, 19, 20):
        # Evenings in UTC are the next morning in Vietnam, and one session runs over midnight.
        for desk, login, name, point, hour in (
            (desktop, "tung", "Ngô Văn Tùng", "VA", 1),
            (other, "mai", "Bùi Thị Mai", "Chi nhánh", 16),
        ):
            who = person(desk, login)
            at(desk, datetime(2026, 11, day, hour, 30, tzinfo=UTC))
            session = desk.cash.open_session(who, uuid4(), point, 200_000)
            taken: list[tuple[UUID, int]] = []
            for n in range(rng.randrange(1, 5)):
                at(desk, datetime(2026, 11, day, hour, 40, tzinfo=UTC) + timedelta(minutes=13 * n))
                amount = rng.randrange(10, 300) * 1000
                new = Collect(uuid4(), session, home.customer, (), amount, "Khách", keep_change=True)
                got = desk.cash.collect(who, new)
                when = desk.cash_queries.receipt(got.receipt_id).taken_at
                figures = plain[(when + HANOI).date(), point, name]
                figures[0] += 1
                figures[1] += amount
                taken.append((got.receipt_id, amount))
            if rng.random() < 0.6:
                receipt, amount = rng.choice(taken)
                desk.cash.reverse(who, receipt, session, "Thu nhầm khách hàng")
                when = desk.cash_queries.receipt(receipt).reversed_at
                assert when is not None
                plain[(when + HANOI).date(), point, name][2] += amount
            held = desk.cash_queries.session(session).expected
            at(desk, datetime(2026, 11, day, hour + 3, 0, tzinfo=UTC))
            desk.cash.close_session(who, session, [(1, held)])
    company.sync()
    now = datetime(2026, 11, 25, 3, tzinfo=UTC)
    assert len({day for day, _, _ in plain}) >= 4
    for first, last in ((17, 21), (18, 19), (20, 20), (1, 16)):
        days = date(2026, 11, first), date(2026, 11, last)
        wanted = [
            CollectionFigures(*key, *figures)
            for key, figures in sorted(plain.items())
            if days[0] <= key[0] <= days[1]
        ]
        for desk in (desktop, other):
            assert list(desk.report_queries.span(*days, now).collections) == wanted


def test_arrears_by_age(desktop: Desktop) -> None:
    rng = Random(3)
    today = date(2026, 11, 20)
    wanted: dict[str, list[int]] = {}
    oldest: dict[str, date] = {}
    session = desktop.cash.open_session(person(desktop, "tung"), uuid4(), "VA", 0)
    for n in range(12):
        home = add_home(desktop, f"BN-{n:06}")
        bands = [0] * len(BANDS)
        for m, period in enumerate(("2026-07", "2026-08", "2026-09", "2026-10")):
            due = today - timedelta(days=rng.choice([-9, 0, 1, 30, 31, 60, 61, 90, 91, 200]))
            bill_id = bill(desktop, home, {period: rng.randrange(1, 40)}, max(due, date(2026, 7 + m, 20)))[
                period
            ]
            row = desktop.bill_queries.rows([bill_id])[bill_id]
            owed = row.total
            draw = rng.random()
            if draw < 0.4:
                part = owed if draw < 0.2 else owed // 3
                desktop.cash.collect(
                    person(desktop, "tung"),
                    Collect(uuid4(), session, home.customer, (bill_id,), part, "Khách"),
                )
                owed -= part
            if owed:
                bands[BANDS.index(age_band(row.due_on, today))] += owed
                oldest[home.code] = min(oldest.get(home.code, row.due_on), row.due_on)
        if any(bands):
            wanted[home.code] = bands
    found = desktop.report_queries.span(today, today, datetime(2026, 11, 20, 3, tzinfo=UTC)).arrears
    assert {a.customer_code: list(a.bands) for a in found} == wanted
    assert {a.customer_code: a.oldest_due for a in found} == oldest
    assert [a.total for a in found] == sorted((sum(b) for b in wanted.values()), reverse=True)
    assert all(a.route == "L001" for a in found)


def test_requests_by_kind_unit_and_time(desktop: Desktop) -> None:
    rng = Random(11)
    now = datetime(2026, 11, 20, 3, tzinfo=UTC)
    yen = person(desktop, "yen").id
    plain: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    first, last = date(2026, 11, 10), date(2026, 11, 15)
    for n in range(120):
        received = datetime(2026, 11, 8, tzinfo=UTC) + timedelta(hours=rng.randrange(0, 24 * 10))
        due = received + timedelta(hours=rng.choice([2, 24, 200, 900])) if rng.random() < 0.9 else None
        answered = received + timedelta(hours=rng.choice([1, 30, 100])) if rng.random() < 0.6 else None
        kind, unit = rng.choice(["no_supply", "leak", "bill"]), rng.choice(["REPAIR", "CARE"])
        with desktop.writer.entry("requests.register", yen) as draft:
            request = draft.add(
                Request, code=f"YC-BN03-26-{n + 1:06}", type_code=kind, channel="phone", contact_name="Khách",
                words="Mất nước", received_at=received, received_by=yen,
            )  # fmt: skip
            draft.add(
                RequestEvent, request_id=request, kind="received", at=received, by=yen, unit_code=unit,
                due=due, data={},
            )  # fmt: skip
        if answered is not None:
            with desktop.writer.entry("requests.answer", yen) as draft:
                draft.add(
                    RequestEvent, request_id=request, kind="answered", at=answered, by=yen, text="Đã sửa",
                    data={"outcome": "solved"},
                )  # fmt: skip
        closed = answered is not None and rng.random() < 0.5
        if closed:
            for kept in ("told", "closed"):
                with desktop.writer.entry(f"requests.{kept}", yen) as draft:
                    draft.add(
                        RequestEvent, request_id=request, kind=kept, at=now, by=yen, text="Đã gọi",
                        data={"how": "phone"},
                    )  # fmt: skip
        if first <= (received + HANOI).date() <= last:
            figures = plain[kind, unit]
            figures["received"] += 1
            figures["answered"] += answered is not None
            figures["on_time"] += answered is not None and (due is None or answered <= due)
            figures["late"] += due is not None and (answered or now) > due
            figures["open"] += not closed  # also those answered whose customer is not told
    found = desktop.report_queries.span(first, last, now).requests
    assert {
        (r.type_code, r.unit_code): (r.received, r.answered, r.on_time, r.late, r.open) for r in found
    } == {
        key: tuple(figures[name] for name in ("received", "answered", "on_time", "late", "open"))
        for key, figures in plain.items()
    }
    assert [r.received for r in found] == sorted((r.received for r in found), reverse=True)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE receipt SET total = total + 1",
        "UPDATE bill_state SET paid = paid + 1 WHERE paid > 0",
        "UPDATE customer_balance SET credit = credit - 5 WHERE credit > 0",
        "UPDATE session_state SET received = received - 1000",
        "DELETE FROM reversal",
        "UPDATE allocation SET amount = amount + 1 WHERE bill_id IS NULL",
    ],
)
def test_books_that_were_tampered_with_do_not_balance(desktop: Desktop, tampering: str) -> None:
    home = add_home(desktop, "BN-000001")
    (bill_id,) = bill(desktop, home, {"2026-09": 17}).values()
    tung = person(desktop, "tung")
    session = desktop.cash.open_session(tung, uuid4(), "VA", 0)
    new = Collect(uuid4(), session, home.customer, (bill_id,), 200_000, "Khách", keep_change=True)
    desktop.cash.collect(tung, new)
    wrong = desktop.cash.collect(
        tung, Collect(uuid4(), session, home.customer, (), 50_000, "Khách", keep_change=True)
    )
    desktop.cash.reverse(tung, wrong.receipt_id, session, "Thu nhầm khách hàng")
    books = desktop.report_queries.books()
    assert books.balanced
    assert (books.receipts, books.reversals, books.sessions) == (250_000, 50_000, 200_000)
    assert (books.to_bills, books.to_credit, books.credit) == (131_675, 68_325, 68_325)
    desktop.database.write.execute(tampering)
    assert not desktop.report_queries.books().balanced


def test_an_empty_office_balances(desktop: Desktop) -> None:
    books = desktop.report_queries.books()
    assert books.balanced
    assert books.receipts == 0
    span = desktop.report_queries.span(date(2026, 11, 1), date(2026, 11, 30), desktop.clock.now())
    assert (span.requests, span.collections, span.arrears) == ((), (), ())
