"""Each kind of exception through two real desks that work apart, and how a supervisor settles it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.domain.exceptions import KINDS
from app.models import (
    Allocation,
    Bill,
    Customer,
    Reading,
    Receipt,
    Reversal,
    SessionClosed,
    SessionOpened,
    Settlement,
)
from app.queries.exceptions import ExceptionRow, open_exceptions
from app.services.exceptions import Settle
from app.services.requests import NewRequest
from app.services.writer import Draft
from app.sync.verify import verify
from tests.money import Home, add_home, bill, read_meter
from tests.offices import ON_BOTH, Company, person
from tests.services.test_cash import bills_of, collect, open_session
from tests.services.test_readings import enter


@pytest.fixture
def other(company: Company, desktop: Desktop) -> Desktop:
    """The second desk, BN04."""
    return company.desk("BN04")


@pytest.fixture
def home(company: Company, desktop: Desktop, other: Desktop) -> Home:
    """A customer with two bills, known to both desks: 131.675 of September and 211.370 of October."""
    home = add_home(desktop, "BN-007415")
    bill(desktop, home, {"2026-09": 17})
    bill(desktop, home, {"2026-10": 25}, date(2026, 12, 30))
    company.sync()
    return home


def only(desktop: Desktop, kind: str) -> ExceptionRow:
    """The one exception that waits."""
    rows = desktop.exception_queries.rows(desktop.exception_queries.ids())
    assert [row.kind for row in rows.values()] == [kind]
    assert desktop.exception_queries.count() == 1
    return next(iter(rows.values()))


def both(company: Company, kind: str) -> ExceptionRow:
    """The one exception that waits, the same at every desk and at the head office."""
    first, *others = (only(desktop, kind) for desktop in company.desks)
    assert others == [first] * len(others)
    with company.headoffice.database.read.connect() as read:
        assert open_exceptions(read) == {company.office_no: {kind: 1}}
    return first


def settle(
    desktop: Desktop, row: ExceptionRow, act: str, side: int = 0, note: str = "", login: str = "mai"
) -> None:
    on_side = next(each for each in row.acts if each.name == act).on_side
    chosen = Settle(uuid4(), row.id, row.about, act, row.sides[side].id if on_side else "", note)
    desktop.exceptions.settle(person(desktop, login), chosen)


def quiet(company: Company) -> None:
    """Nothing waits anywhere, the books balance and every database is the replay of its journal."""
    company.sync()
    for desktop in company.desks:
        assert desktop.exception_queries.waiting() == []
        assert desktop.exception_queries.count() == 0
        books = desktop.report_queries.books()
        assert books.balanced, books
        assert verify(desktop.database.path, desktop.clock.now()).good
    with company.headoffice.database.read.connect() as read:
        assert open_exceptions(read) == {}


def done(desktop: Desktop) -> list[tuple[str, str, str, str, str, str]]:
    """What was settled, the newest first: kind, code, act, who, desk, note."""
    queries = desktop.exception_queries
    ids = queries.settled()
    rows = queries.settled_rows(ids)
    return [(rows[i].kind, rows[i].code, s.act, s.who, s.desk, s.note) for i in ids if (s := rows[i].settled)]


def sides(row: ExceptionRow) -> list[tuple[str, str, str, object, str]]:
    return [(s.what, s.who, s.desk, s.value, s.code) for s in row.sides]


def meet(*desks: Desktop) -> None:
    """These reconcile, the others stay apart."""
    for _ in range(2):
        for desktop in desks:
            desktop.client.once()


# -- a bill paid twice ------------------------------------------------------------------------------------


def pay_twice(desktop: Desktop, other: Desktop, home: Home) -> None:
    """The bill of September, paid by the cashier at one desk and by the supervisor at the other."""
    first, _ = bills_of(desktop, home)
    collect(desktop, open_session(desktop), home, (first,), 131_675)
    collect(other, open_session(other, "mai"), home, (first,), 131_675, login="mai")


@pytest.fixture
def paid_twice(company: Company, desktop: Desktop, other: Desktop, home: Home) -> ExceptionRow:
    pay_twice(desktop, other, home)
    company.sync()
    return both(company, "overpaid")


def owed_and_credit(desktop: Desktop, home: Home) -> tuple[list[int], int]:
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    return [b.owed for b in due.bills], due.credit


@ON_BOTH
def test_a_bill_paid_twice_stays_the_customers_credit(
    company: Company, desktop: Desktop, other: Desktop, home: Home, paid_twice: ExceptionRow
) -> None:
    assert (paid_twice.code, paid_twice.part, paid_twice.amount) == ("HD-BN03-26-000001", "2026-09", 131_675)
    assert sides(paid_twice) == [
        ("receipt", "Ngô Văn Tùng", "BN03", 131_675, "BL-BN03-26-000001"),
        ("receipt", "Bùi Thị Mai", "BN04", 131_675, "BL-BN04-26-000001"),
    ]
    assert [act.name for act in paid_twice.acts] == ["credit", "refund"]
    settle(desktop, paid_twice, "credit")
    quiet(company)
    assert owed_and_credit(other, home) == ([211_370], 131_675)
    settled = ("overpaid", "HD-BN03-26-000001", "credit", "Bùi Thị Mai", "BN03", "")
    assert done(other) == [settled]
    # A part of it pays a small bill: that does not raise it again. The rest pays the next, and it is over.
    bill(desktop, home, {"2026-11": 8})
    company.sync()
    session = open_session(other)
    collect(other, session, home, bills_of(other, home)[:1], 0)
    assert 0 < owed_and_credit(other, home)[1] < 131_675
    quiet(company)
    collect(other, session, home, bills_of(other, home), 200_000)
    assert owed_and_credit(other, home) == ([], 0)
    quiet(company)
    assert done(desktop) == [settled]


@ON_BOTH
def test_one_of_the_receipts_is_taken_back(
    company: Company, desktop: Desktop, other: Desktop, home: Home, paid_twice: ExceptionRow
) -> None:
    with pytest.raises(Invalid) as wrong:
        settle(other, paid_twice, "refund")
    assert wrong.value.fields == {"note": "required"}
    with pytest.raises(AppError, match=r"exception\.no_session"):
        settle(desktop, paid_twice, "refund", note="Khách trả hai lần")  # the open session there is Tùng's
    settle(other, paid_twice, "refund", note="Khách trả hai lần")
    session = other.cash_queries.open_session(person(other, "mai").id, other.identity.device)
    assert session is not None
    assert (session.expected, session.reversals, session.returned) == (500_000, 1, 131_675)
    assert owed_and_credit(other, home) == ([211_370], 0)
    quiet(company)
    assert done(desktop) == [
        ("overpaid", "BL-BN03-26-000001", "refund", "Bùi Thị Mai", "BN04", "Khách trả hai lần")
    ]
    with desktop.database.read.connect() as read:
        reversal = read.execute(select(Reversal.hlc, Reversal.reason, Reversal.by)).one()
        settlement = read.execute(select(Settlement.hlc, Settlement.note, Settlement.by)).one()
    assert tuple(reversal) == tuple(settlement)  # one entry


def test_a_refund_goes_by_the_rules_of_the_drawer(desktop: Desktop, paid_twice: ExceptionRow) -> None:
    open_session(desktop, "mai", 100_000)
    with pytest.raises(AppError, match=r"cash\.drawer_short"):
        settle(desktop, paid_twice, "refund", note="Khách trả hai lần")
    assert only(desktop, "overpaid") == paid_twice
    assert done(desktop) == []


def test_what_changes_after_it_was_settled_waits_again(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    third = company.desk("BN05")
    pay_twice(desktop, other, home)
    collect(third, open_session(third), home, bills_of(third, home)[:1], 131_675)
    meet(desktop, other)
    before = only(desktop, "overpaid")
    settle(desktop, before, "credit")
    meet(desktop, other)
    assert other.exception_queries.count() == 0
    company.sync()
    row = both(company, "overpaid")
    assert (row.id, row.amount, len(row.sides)) == (before.id, 263_350, 3)
    with pytest.raises(AppError, match=r"exception\.changed"):
        settle(other, before, "credit")
    settle(other, row, "credit")
    quiet(company)
    assert [(act, desk) for _, _, act, _, desk, _ in done(third)] == [("credit", "BN04"), ("credit", "BN03")]


def test_one_of_three_is_taken_back_and_two_are_left(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    third = company.desk("BN05")
    pay_twice(desktop, other, home)
    collect(third, open_session(third), home, bills_of(third, home)[:1], 131_675)
    company.sync()
    settle(other, both(company, "overpaid"), "refund", 2, "Khách trả ba lần")
    company.sync()
    row = both(company, "overpaid")
    assert (row.amount, [s.desk for s in row.sides]) == (131_675, ["BN03", "BN04"])


def test_settled_at_two_desks_apart_the_first_counts(
    company: Company, desktop: Desktop, other: Desktop, home: Home, paid_twice: ExceptionRow
) -> None:
    settle(other, paid_twice, "credit", note="Trừ vào kỳ sau")
    settle(desktop, paid_twice, "credit", note="Đã gọi khách")
    quiet(company)
    assert owed_and_credit(desktop, home) == ([211_370], 131_675)
    for desk in (desktop, other):
        assert [(d[4], d[5]) for d in done(desk)] == [("BN04", "Trừ vào kỳ sau")]
        with desk.database.read.connect() as read:
            assert len(read.execute(select(Settlement.id)).all()) == 2


def test_what_is_settled_or_gone_meanwhile_is_said(
    company: Company, desktop: Desktop, other: Desktop, home: Home, paid_twice: ExceptionRow
) -> None:
    settle(other, paid_twice, "credit")
    company.sync()
    with pytest.raises(AppError, match=r"exception\.settled") as settled:
        settle(desktop, paid_twice, "credit")
    assert settled.value.params == {"name": "Bùi Thị Mai"}
    collect(other, open_session(other), home, bills_of(other, home), 79_695)
    company.sync()
    with pytest.raises(AppError, match=r"exception\.gone"):
        settle(desktop, paid_twice, "credit")


def test_an_act_is_done_to_one_of_its_own_sides(
    desktop: Desktop, home: Home, paid_twice: ExceptionRow
) -> None:
    session = open_session(desktop, "mai")
    bills = bills_of(desktop, home)
    got = collect(desktop, session, home, bills, 211_370, login="mai", use_credit=False)
    strange = Settle(
        uuid4(), paid_twice.id, paid_twice.about, "refund", got.receipt_id.hex, "Khách trả hai lần"
    )
    with pytest.raises(AppError, match=r"exception\.changed"):
        desktop.exceptions.settle(person(desktop, "mai"), strange)
    assert owed_and_credit(desktop, home) == ([], 131_675)
    assert done(desktop) == []


@pytest.mark.parametrize("login", ["yen", "tung", "duc", "admin"])
def test_only_a_supervisor_settles(desktop: Desktop, paid_twice: ExceptionRow, login: str) -> None:
    with pytest.raises(AppError, match="not_allowed"):
        settle(desktop, paid_twice, "credit", login=login)
    assert only(desktop, "overpaid") == paid_twice


def test_the_same_form_sent_twice_settles_once(
    company: Company, desktop: Desktop, paid_twice: ExceptionRow
) -> None:
    chosen = Settle(uuid4(), paid_twice.id, paid_twice.about, "credit")
    desktop.exceptions.settle(person(desktop, "mai"), chosen)
    with pytest.raises(AppError, match=r"exception\.settled"):
        desktop.exceptions.settle(person(desktop, "mai"), chosen)
    quiet(company)


# -- the drawer -------------------------------------------------------------------------------------------


@ON_BOTH
def test_a_receipt_taken_back_at_two_desks(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    got = collect(desktop, open_session(desktop), home, bills_of(desktop, home)[:1], 131_675)
    company.sync()
    ours, theirs = open_session(desktop, "mai"), open_session(other, "mai")
    desktop.cash.reverse(person(desktop, "mai"), got.receipt_id, ours, "Thu nhầm khách")
    other.cash.reverse(person(other, "mai"), got.receipt_id, theirs, "Khách trả lại")
    company.sync()
    row = both(company, "reversed_twice")
    assert (row.code, row.name) == ("BL-BN03-26-000001", "Nguyễn Thị Như Quỳnh")
    assert [(s.what, s.who, s.desk, s.value, s.text) for s in row.sides] == [
        ("reversal", "Bùi Thị Mai", "BN03", 131_675, "Thu nhầm khách"),
        ("reversal", "Bùi Thị Mai", "BN04", 131_675, "Khách trả lại"),
    ]
    assert owed_and_credit(desktop, home) == ([263_350, 211_370], 0)
    assert desktop.report_queries.books().balanced
    with pytest.raises(Invalid):
        settle(desktop, row, "seen", note="ok")
    settle(desktop, row, "seen", note="Thu lại 131.675 đ của khách")
    quiet(company)


@ON_BOTH
def test_a_credit_used_at_two_desks(company: Company, desktop: Desktop, other: Desktop, home: Home) -> None:
    ours = open_session(desktop)
    collect(desktop, ours, home, (), 100_000, keep_change=True)
    company.sync()
    theirs = open_session(other, "mai")
    first, second = bills_of(desktop, home)
    collect(desktop, ours, home, (first,), 31_675)
    collect(other, theirs, home, (second,), 111_370, login="mai")
    company.sync()
    row = both(company, "credit_twice")
    assert (row.code, row.amount) == ("BL-BN03-26-000001", 100_000)
    assert sides(row) == [
        ("use", "Ngô Văn Tùng", "BN03", 100_000, "HD-BN03-26-000001"),
        ("use", "Bùi Thị Mai", "BN04", 100_000, "HD-BN03-26-000002"),
    ]
    settle(other, row, "seen", note="Khách nộp thêm kỳ sau")
    quiet(company)
    # What is lacking is due with the next payment; that does not raise it again.
    assert collect(desktop, ours, home, (), 100_000).total == 100_000
    assert owed_and_credit(desktop, home) == ([], 0)
    quiet(company)


def test_a_surplus_used_at_two_desks(
    company: Company, desktop: Desktop, other: Desktop, home: Home, paid_twice: ExceptionRow
) -> None:
    bill(desktop, home, {"2026-11": 17})
    company.sync()
    settle(desktop, paid_twice, "credit")
    quiet(company)
    third, second = bills_of(desktop, home)  # by the days on which they are due
    collect(desktop, open_session(desktop, "mai"), home, (second,), 79_695, login="mai")
    collect(other, open_session(other), home, (third,), 0)
    company.sync()
    row = both(company, "credit_twice")
    assert (row.code, row.amount) == ("BL-BN03-26-000001", 131_675)
    assert [(s.desk, s.value, s.code) for s in row.sides] == [
        ("BN03", 131_675, "HD-BN03-26-000002"),
        ("BN04", 131_675, "HD-BN03-26-000003"),
    ]
    assert owed_and_credit(desktop, home) == ([131_675], 0)  # the bill is open again
    settle(desktop, row, "seen", note="Khách nộp lại hóa đơn tháng 9")
    quiet(company)


@ON_BOTH
def test_a_session_handed_in_at_two_desks(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    tung = person(desktop, "tung")
    session = open_session(desktop)
    collect(desktop, session, home, bills_of(desktop, home)[:1], 131_675)
    desktop.cash.close_session(tung, session, [(1, 631_675)])
    company.sync()
    desktop.cash.remit(tung, session)
    other.cash.remit(person(other, "mai"), session)
    company.sync()
    row = both(company, "remitted")
    assert (row.code, row.amount) == ("CT-BN03-26-000001", 131_675)
    assert sides(row) == [
        ("session_closed", "Ngô Văn Tùng", "BN03", 131_675, ""),
        ("remittance", "Ngô Văn Tùng", "BN03", 131_675, "NT-BN03-26-000001"),
        ("remittance", "Bùi Thị Mai", "BN04", 131_675, "NT-BN04-26-000001"),
    ]
    settle(desktop, row, "seen", note="Giấy của BN04 đã hủy")
    quiet(company)


@ON_BOTH
def test_what_came_into_a_session_after_it_was_closed(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    """As a desk does that went back to its backup: it knows nothing of the closing."""
    tung = person(desktop, "tung")
    session = open_session(desktop)
    collect(desktop, session, home, bills_of(desktop, home)[:1], 131_675)
    company.sync()
    desktop.cash.close_session(tung, session, [(1, 631_675)])
    with other.writer.entry("cash.collect", tung.id) as draft:
        _receipt(draft, tung.id, session, home, 50_000)
    company.sync()
    row = both(company, "late")
    assert row.code == "CT-BN03-26-000001"
    assert sides(row) == [
        ("session_closed", "Ngô Văn Tùng", "BN03", 631_675, ""),
        ("receipt", "Ngô Văn Tùng", "BN04", 50_000, "BL-BN04-26-000001"),
    ]
    settle(desktop, row, "seen", note="Đã nộp 50.000 đ vào ca sau")
    quiet(company)
    with other.writer.entry("cash.close_session", tung.id) as draft:
        draft.add(
            SessionClosed, session_id=session, counts=[[1, 681_675]], counted=681_675, expected=681_675,
            closed_at=draft.now,
        )  # fmt: skip
    company.sync()
    row = both(company, "late")  # it says more than when it was settled
    assert [(s.what, s.value, s.stands) for s in row.sides] == [
        ("session_closed", 631_675, True),
        ("receipt", 50_000, False),
        ("session_closed", 681_675, False),
    ]
    settle(desktop, row, "seen", note="Đếm lại đúng")
    quiet(company)


def test_a_disk_that_was_copied_goes_on_in_a_session_that_is_closed(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    """Two PCs are the same desk until they meet: both take money under one number, one closes the session."""
    session = open_session(desktop)
    company.sync()
    folder = company.shut(desktop)
    copied = shutil.copytree(folder, folder.with_name("copy"))
    ours, copy = company.opened(folder), company.opened(copied)
    first, second = bills_of(ours, home)
    collect(ours, session, home, (first,), 131_675)
    ours.cash.close_session(person(ours, "tung"), session, [(1, 631_675)])
    collect(copy, session, home, (second,), 211_370)
    for _ in range(3):
        company.sync()
    for desk in company.desks:
        rows = {row.kind: row for row in desk.exception_queries.rows(desk.exception_queries.ids()).values()}
        assert rows.keys() == {"late", "same_code"}
        assert [(s.what, s.value) for s in rows["late"].sides] == [
            ("session_closed", 631_675),
            ("receipt", 211_370),
        ]
        assert [(s.value, s.code) for s in rows["same_code"].sides] == [
            (131_675, "BL-BN03-26-000001"),
            (211_370, "BL-BN03-26-000001"),
        ]
    for row in rows.values():
        settle(other, row, "seen", note="Máy bị sao chép, đã đối chiếu")
    quiet(company)


def test_money_in_a_session_before_it_was_closed_is_none(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    tung = person(desktop, "tung")
    session = open_session(desktop)
    company.sync()
    with other.writer.entry("cash.collect", tung.id) as draft:
        _receipt(draft, tung.id, session, home, 50_000)
    desktop.cash.close_session(tung, session, [(1, 500_000)])
    quiet(company)


def _receipt(draft: Draft, by: UUID, session: UUID, home: Home, amount: int, code: str = "") -> None:
    receipt = draft.add(
        Receipt, code=code or draft.number("BL"), session_id=session, customer_id=home.customer,
        payer="Quỳnh", total=amount, tendered=amount, taken_at=draft.now, cashier=by,
    )  # fmt: skip
    draft.add(Allocation, receipt_id=receipt, bill_id=None, customer_id=home.customer, amount=amount)


# -- readings ---------------------------------------------------------------------------------------------


@pytest.fixture
def read_twice(company: Company, desktop: Desktop, other: Desktop) -> ExceptionRow:
    """117 at BN03, then 171 at BN04."""
    home = add_home(desktop, "BN-000001")
    company.sync()
    enter(desktop, home, 117)
    enter(other, home, 171)
    company.sync()
    row = both(company, "two_readings")
    assert (row.code, row.part, row.billed) == ("BN-000001", "2026-11", False)
    assert [(s.who, s.desk, s.value, s.stands) for s in row.sides] == [
        ("Đặng Văn Đức", "BN03", 117_000, False),
        ("Đặng Văn Đức", "BN04", 171_000, True),
    ]
    assert [act.name for act in row.acts] == ["keep"]
    return row


def counts(desktop: Desktop) -> tuple[int, int]:
    """The index of November that counts, and its use."""
    (line,) = desktop.reading_queries.sheet("L001", "2026-11")
    assert line.entered is not None
    return line.entered.present, line.entered.usage


@pytest.mark.parametrize(("side", "index"), [(0, 117_000), (1, 171_000)])
@ON_BOTH
def test_of_two_indexes_one_is_kept(
    company: Company, desktop: Desktop, other: Desktop, read_twice: ExceptionRow, side: int, index: int
) -> None:
    settle(desktop, read_twice, "keep", side)
    quiet(company)
    assert counts(desktop) == counts(other) == (index, index)
    assert done(other) == [("two_readings", "BN-000001", "keep", "Bùi Thị Mai", "BN03", "")]
    mai = person(desktop, "mai")
    assert desktop.billing.run(mai, "2026-11", date(2026, 11, 20), date(2026, 12, 5)).bills == 1
    with desktop.database.read.connect() as read:
        assert read.execute(select(Bill.usage)).scalars().all() == [index]


def test_two_supervisors_who_keep_the_same_agree(
    company: Company, desktop: Desktop, other: Desktop, read_twice: ExceptionRow
) -> None:
    settle(desktop, read_twice, "keep", 0)
    settle(other, read_twice, "keep", 0)
    quiet(company)
    assert counts(desktop) == counts(other) == (117_000, 117_000)


def test_two_supervisors_who_keep_different_indexes_disagree(
    company: Company, desktop: Desktop, other: Desktop, read_twice: ExceptionRow
) -> None:
    settle(desktop, read_twice, "keep", 0)
    settle(other, read_twice, "keep", 1)
    company.sync()
    row = both(company, "two_readings")
    assert [(s.who, s.desk, s.value) for s in row.sides][-2:] == [
        ("Bùi Thị Mai", "BN03", 117_000),
        ("Bùi Thị Mai", "BN04", 171_000),
    ]
    settle(desktop, row, "keep", -1)
    quiet(company)
    assert counts(desktop) == counts(other) == (171_000, 171_000)


def test_once_the_bill_is_out_the_index_stays(
    company: Company, desktop: Desktop, other: Desktop, read_twice: ExceptionRow
) -> None:
    desktop.billing.run(person(desktop, "mai"), "2026-11", date(2026, 11, 20), date(2026, 12, 5))
    with pytest.raises(AppError, match=r"reading\.billed"):
        settle(desktop, read_twice, "keep", 0)
    company.sync()
    row = both(company, "two_readings")
    assert (row.billed, [act.name for act in row.acts]) == (True, ["seen"])
    settle(other, row, "seen", note="Điều chỉnh ở kỳ sau")
    quiet(company)


def test_the_same_index_read_twice_is_none(company: Company, desktop: Desktop, other: Desktop) -> None:
    home = add_home(desktop, "BN-000001")
    company.sync()
    enter(desktop, home, 117)
    enter(other, home, 117)
    quiet(company)


# -- cards ------------------------------------------------------------------------------------------------


@pytest.fixture
def renamed(company: Company, desktop: Desktop, other: Desktop, home: Home) -> ExceptionRow:
    for desk, login, name in ((desktop, "yen", "Đặng Văn Đực"), (other, "mai", "Đặng Văn Đước")):
        with desk.writer.entry("customers.edit", person(desk, login).id) as draft:
            draft.change(Customer, home.customer, name=name)
    company.sync()
    row = both(company, "concurrent")
    assert [(s.who, s.desk, s.value, s.stands) for s in row.sides] == [
        ("Hoàng Thị Yến", "BN03", "Đặng Văn Đực", False),
        ("Bùi Thị Mai", "BN04", "Đặng Văn Đước", True),
    ]
    return row


def name_of(desktop: Desktop, home: Home) -> str:
    return desktop.customer_queries.rows([home.customer])[home.customer].name


@pytest.mark.parametrize(("act", "side", "name"), [("keep", 1, "Đặng Văn Đước"), ("take", 0, "Đặng Văn Đực")])
@ON_BOTH
def test_of_two_names_one_counts(
    company: Company, desktop: Desktop, other: Desktop, home: Home, renamed: ExceptionRow,
    act: str, side: int, name: str,
) -> None:  # fmt: skip
    settle(desktop, renamed, act, side)
    quiet(company)
    assert name_of(desktop, home) == name_of(other, home) == name
    assert done(other) == [("concurrent", "BN-007415", act, "Bùi Thị Mai", "BN03", "")]


def test_two_supervisors_who_take_the_same_name_agree(
    company: Company, desktop: Desktop, other: Desktop, home: Home, renamed: ExceptionRow
) -> None:
    settle(desktop, renamed, "take", 0)
    settle(other, renamed, "take", 0)
    quiet(company)
    assert name_of(desktop, home) == name_of(other, home) == "Đặng Văn Đực"


def test_a_name_that_a_third_desk_sets_unaware_waits_again(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    third = company.desk("BN05")
    for desk, name in ((desktop, "A"), (other, "B"), (third, "C")):
        with desk.writer.entry("customers.edit", person(desk, "yen").id) as draft:
            draft.change(Customer, home.customer, name=name)
    meet(desktop, other)
    settle(desktop, only(desktop, "concurrent"), "take", 0)
    company.sync()
    row = both(company, "concurrent")
    assert [(s.value, s.stands) for s in row.sides] == [("A", False), ("B", False), ("C", False), ("A", True)]
    settle(third, row, "keep", 3)
    quiet(company)
    assert name_of(third, home) == "A"


# -- requests, papers, rights -------------------------------------------------------------------------------


@ON_BOTH
def test_a_request_answered_at_two_desks(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    yen, mai = person(desktop, "yen"), person(other, "mai")
    words = "Nước yếu từ sáng"
    got = desktop.requests.register(yen, NewRequest(uuid4(), "leak", "phone", words, home.customer))
    company.sync()
    desktop.requests.answer(yen, got.id, "Đã sửa ống", "solved")
    other.requests.answer(mai, got.id, "Không phát hiện rò rỉ", "unfounded")
    company.sync()
    row = both(company, "misfit")
    assert (row.code, row.name, row.request_id) == (got.code, "Nguyễn Thị Như Quỳnh", got.id)
    assert [(s.who, s.desk, s.value, s.text, s.stands) for s in row.sides] == [
        ("Hoàng Thị Yến", "BN03", "answered", "Đã sửa ống", True),
        ("Bùi Thị Mai", "BN04", "answered", "Không phát hiện rò rỉ", False),
    ]
    assert [act.name for act in row.acts] == ["leave", "reopen"]
    settle(desktop, row, "leave")
    quiet(company)
    other.requests.tell(mai, got.id, "phone", "Đã sửa ống")
    quiet(company)  # what goes on as it should changes nothing


def test_a_request_that_needs_a_new_answer_is_reopened(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    yen, mai = person(desktop, "yen"), person(other, "mai")
    got = desktop.requests.register(yen, NewRequest(uuid4(), "leak", "phone", "Rò nước", home.customer))
    company.sync()
    desktop.requests.answer(yen, got.id, "Đã sửa ống", "solved")
    other.requests.answer(mai, got.id, "Chưa đến được", "explained")
    company.sync()
    row = both(company, "misfit")
    with pytest.raises(Invalid):
        settle(desktop, row, "reopen")
    settle(desktop, row, "reopen", note="Hai câu trả lời trái nhau")
    quiet(company)
    assert other.request_queries.rows([got.id])[got.id].state == "routed"
    assert done(other)[0][:3] == ("misfit", got.code, "reopen")


def test_a_denunciation_shows_neither_name_nor_words(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    yen = person(desktop, "yen")
    new = NewRequest(uuid4(), "denunciation", "letter", "Thu tiền không biên lai", home.customer)
    got = desktop.requests.register(yen, new)
    company.sync()
    for desk in (desktop, other):
        desk.requests.answer(person(desk, "mai"), got.id, "Đã làm việc với nhân viên", "solved")
    company.sync()
    row = both(company, "misfit")
    assert (row.code, row.name, row.customer_id) == (got.code, "", None)
    assert [s.text for s in row.sides] == ["", ""]


@ON_BOTH
def test_two_papers_with_one_number(company: Company, desktop: Desktop, other: Desktop, home: Home) -> None:
    """As a copied disk makes them."""
    tung = person(desktop, "tung")
    ours, theirs = open_session(desktop), open_session(other)
    collect(desktop, ours, home, bills_of(desktop, home)[:1], 131_675)
    with other.writer.entry("cash.collect", tung.id) as draft:
        _receipt(draft, tung.id, theirs, home, 50_000, code="BL-BN03-26-000001")
    company.sync()
    row = both(company, "same_code")
    assert (row.code, row.table_name) == ("BL-BN03-26-000001", "receipt")
    assert sides(row) == [
        ("receipt", "Ngô Văn Tùng", "BN03", 131_675, "BL-BN03-26-000001"),
        ("receipt", "Ngô Văn Tùng", "BN04", 50_000, "BL-BN03-26-000001"),
    ]
    settle(desktop, row, "seen", note="Đã ghi chú lên cả hai tờ")
    quiet(company)
    with desktop.database.read.connect() as read:
        assert len(read.execute(select(Receipt.id).where(Receipt.code == "BL-BN03-26-000001")).all()) == 2
    with other.writer.entry("cash.collect", tung.id) as draft:
        _receipt(draft, tung.id, theirs, home, 60_000, code="BL-BN03-26-000001")
    company.sync()
    assert len(both(company, "same_code").sides) == 3


@pytest.mark.parametrize("first", [0, 1])
def test_the_second_number_is_found_whichever_comes_first(
    company: Company, desktop: Desktop, other: Desktop, first: int
) -> None:
    desks = [desktop, other]
    for desk in desks:
        with desk.writer.entry("cash.open_session", person(desk, "tung").id) as draft:
            draft.add(
                SessionOpened, code="CT-BN03-26-000001", point="VA", cashier=person(desk, "tung").id,
                float_amount=0, opened_at=draft.now,
            )  # fmt: skip
    for desk in (desks[first], desks[1 - first], desks[first]):
        desk.client.once()
    row = both(company, "same_code")
    assert (row.code, [s.desk for s in row.sides]) == ("CT-BN03-26-000001", ["BN03", "BN04"])


@ON_BOTH
def test_a_bill_made_at_two_desks_is_shown_with_both_numbers(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    home = add_home(desktop, "BN-000001")
    read_meter(desktop, home, "2026-09", 0, 17)
    company.sync()
    for desk, previous in ((desktop, 0), (other, 1)):
        if previous:  # corrected at the one, unknown to the other
            enter(desk, home, 20, "2026-09", replaces=_reading(desk))
        desk.billing.run(person(desk, "mai"), "2026-09", date(2026, 9, 20), date(2026, 10, 5))
    company.sync()
    row = both(company, "same_id")
    assert (row.code, row.table_name) == ("HD-BN03-26-000001", "bill")
    assert [(s.what, s.who, s.desk, s.code, s.stands) for s in row.sides] == [
        ("bill", "Bùi Thị Mai", "BN03", "HD-BN03-26-000001", True),
        ("bill", "Bùi Thị Mai", "BN04", "HD-BN04-26-000001", False),
    ]
    assert row.sides[0].value == 131_675 < row.sides[1].value
    settle(desktop, row, "seen", note="Thu hồi hóa đơn của BN04")
    quiet(company)


def _reading(desktop: Desktop) -> UUID:
    with desktop.database.read.connect() as read:
        return read.execute(select(Reading.id)).scalar_one()


@ON_BOTH
def test_what_somebody_tried_who_may_not_is_shown(
    company: Company, desktop: Desktop, other: Desktop, home: Home
) -> None:
    with other.writer.entry("customers.edit", person(other, "tung").id) as draft:
        draft.change(Customer, home.customer, name="Người khác")
    company.sync()
    row = both(company, "ruled")
    assert name_of(desktop, home) == name_of(other, home) == "Nguyễn Thị Như Quỳnh"
    assert [(s.what, s.who, s.desk, s.value) for s in row.sides] == [
        ("entry", "Ngô Văn Tùng", "BN04", "customers.edit"),
        ("ruling", "", "", None),
    ]
    settle(desktop, row, "seen", note="Đã nhắc anh Tùng")
    quiet(company)


def test_each_kind_has_its_test() -> None:
    """A kind that is added is tried here too, or with the refunds that it is about."""
    here = Path(__file__)
    text = here.read_text("utf-8")
    refunds = here.with_name("test_refunds.py").read_text("utf-8")
    assert [k for k in KINDS if f', "{k}")' not in text and f'[("{k}", ' not in refunds and
            f'("{k}", "request") in' not in refunds] == []  # fmt: skip
