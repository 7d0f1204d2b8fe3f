from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.services.cash import Collect, Collected
from app.sync.verify import verify
from tests.money import Home, add_home, bill
from tests.offices import Company, person


def open_session(desktop: Desktop, login: str = "tung", amount: int = 500_000) -> UUID:
    return desktop.cash.open_session(person(desktop, login), uuid4(), "VA", amount)


def collect(
    desktop: Desktop,
    session: UUID,
    home: Home,
    bills: tuple[UUID, ...],
    tendered: int,
    login: str = "tung",
    **more: bool,
) -> Collected:
    new = Collect(uuid4(), session, home.customer, bills, tendered, "Nguyễn Thị Như Quỳnh", **more)
    return desktop.cash.collect(person(desktop, login), new)


def sound(desktop: Desktop) -> None:
    books = desktop.report_queries.books()
    assert books.balanced, books
    assert verify(desktop.database.path, desktop.clock.now()).good


@pytest.fixture
def home(desktop: Desktop) -> Home:
    """A customer with two bills: 131.675 of September and 211.370 of October."""
    home = add_home(desktop, "BN-007415")
    bill(desktop, home, {"2026-09": 17})
    bill(desktop, home, {"2026-10": 25}, date(2026, 12, 30))
    return home


def bills_of(desktop: Desktop, home: Home) -> tuple[UUID, ...]:
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    return tuple(b.id for b in due.bills)


def test_a_day_at_the_counter(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert [(b.period, b.owed) for b in due.bills] == [("2026-09", 131_675), ("2026-10", 211_370)]
    assert due.amount(bills_of(desktop, home)) == 343_045
    got = collect(desktop, session, home, bills_of(desktop, home), 500_000)
    assert (got.code, got.total, got.change, got.kept, got.credit_used) == (
        "BL-BN03-26-000001", 343_045, 156_955, 0, 0,
    )  # fmt: skip
    assert bills_of(desktop, home) == ()
    view = desktop.cash_queries.session(session)
    assert (view.code, view.expected, view.receipts, view.received) == (
        "CT-BN03-26-000001", 843_045, 1, 343_045,
    )  # fmt: skip
    receipt = desktop.cash_queries.receipt(got.receipt_id)
    assert [(line.period, line.amount) for line in receipt.lines] == [
        ("2026-09", 131_675),
        ("2026-10", 211_370),
    ]
    assert (receipt.total, receipt.tendered, receipt.change, receipt.credit) == (343_045, 500_000, 156_955, 0)
    assert (receipt.cashier_name, receipt.point) == ("Ngô Văn Tùng", "VA")
    counts = [(500_000, 1), (200_000, 1), (100_000, 1), (20_000, 2), (2_000, 1), (1_000, 1), (1, 45)]
    tung = person(desktop, "tung")
    closed = desktop.cash.close_session(tung, session, counts)
    assert (closed.counted, closed.expected, closed.difference) == (843_045, 843_045, 0)
    remitted = desktop.cash.remit(tung, session)
    assert (remitted.code, remitted.amount) == ("NT-BN03-26-000001", 343_045)
    view = desktop.cash_queries.session(session)
    assert (view.open, view.remitted, view.remittance) == (False, 343_045, "NT-BN03-26-000001")
    assert view.counts[0] == (500_000, 1)
    sound(desktop)


def test_part_of_the_money_pays_the_oldest_bill_first(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    chosen = bills_of(desktop, home)
    got = collect(desktop, session, home, tuple(reversed(chosen)), 150_000)
    assert (got.total, got.change) == (150_000, 0)
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert [(b.period, b.owed) for b in due.bills] == [("2026-10", 211_370 - 18_325)]
    sound(desktop)


def test_change_left_as_credit_pays_the_next_bill(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    first, second = bills_of(desktop, home)
    got = collect(desktop, session, home, (first,), 140_000, keep_change=True)
    assert (got.total, got.change, got.kept) == (140_000, 0, 8_325)
    assert desktop.cash_queries.receipt(got.receipt_id).credit == 8_325
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert (due.credit, due.amount((second,)), due.amount((second,), use_credit=False)) == (
        8_325, 203_045, 211_370,
    )  # fmt: skip
    last = collect(desktop, session, home, (second,), 203_045)
    assert (last.total, last.credit_used, last.change) == (203_045, 8_325, 0)
    paper = desktop.cash_queries.receipt(last.receipt_id)
    assert [line.amount for line in paper.lines] == [211_370]
    assert paper.credit == -8_325
    # Taking back the receipt that brought the credit takes back what the credit paid.
    desktop.cash.reverse(person(desktop, "tung"), got.receipt_id, session, "Thu nhầm khách hàng")
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert [(b.period, b.owed) for b in due.bills] == [("2026-09", 131_675), ("2026-10", 8_325)]
    assert due.credit == 0
    sound(desktop)


def test_credit_alone_pays_and_gives_a_receipt_of_nothing(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    got = collect(desktop, session, home, (), 400_000, keep_change=True)
    assert (got.total, got.kept) == (400_000, 400_000)
    got = collect(desktop, session, home, bills_of(desktop, home), 0)
    assert (got.total, got.credit_used) == (0, 343_045)
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert (due.bills, due.credit) == ((), 56_955)
    assert desktop.cash_queries.session(session).expected == 900_000
    sound(desktop)


def test_money_is_not_taken_twice_by_one_form(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    first, second = bills_of(desktop, home)
    form = Collect(uuid4(), session, home.customer, (first,), 131_675, "Quỳnh")
    tung = person(desktop, "tung")
    desktop.cash.collect(tung, form)
    for again in (form, replace(form, bill_ids=(second,))):
        with pytest.raises(AppError) as caught:
            desktop.cash.collect(tung, again)
        assert caught.value.code in ("already_saved", "cash.bill_paid")
    with pytest.raises(AppError) as caught:
        desktop.cash.collect(tung, replace(form, entry_id=uuid4()))
    assert (caught.value.code, caught.value.params) == ("cash.bill_paid", {"number": "HD-BN03-26-000001"})
    assert desktop.cash_queries.session(session).received == 131_675
    sound(desktop)


def test_one_open_session_for_a_cashier_at_a_desk(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    first = open_session(desktop)
    company.sync()
    with pytest.raises(AppError) as caught:
        open_session(desktop)
    assert (caught.value.code, caught.value.params) == ("cash.session_open", {"number": "CT-BN03-26-000001"})
    open_session(desktop, "mai")
    second = open_session(other)
    tung = person(desktop, "tung")
    for desk, session in ((desktop, first), (other, second)):
        found = desk.cash_queries.open_session(tung.id, desk.writer.desk.device)
        assert found is not None
        assert found.id == session


def test_whose_session_and_which(company: Company, desktop: Desktop, home: Home) -> None:
    other = company.desk("BN04")
    session = open_session(desktop)
    company.sync()
    chosen = bills_of(desktop, home)
    for desk, login in ((desktop, "mai"), (other, "tung")):
        with pytest.raises(AppError, match=r"cash\.not_your_session"):
            collect(desk, session, home, chosen, 400_000, login)
    with pytest.raises(AppError, match=r"cash\.session_unknown"):
        collect(desktop, uuid4(), home, chosen, 400_000)
    with pytest.raises(AppError, match="not_allowed"):
        collect(desktop, session, home, chosen, 400_000, "yen")
    desktop.cash.close_session(person(desktop, "tung"), session, [(500_000, 1)])
    with pytest.raises(AppError, match=r"cash\.session_closed"):
        collect(desktop, session, home, chosen, 400_000)
    with pytest.raises(AppError, match=r"cash\.session_closed"):
        desktop.cash.close_session(person(desktop, "tung"), session, [(500_000, 1)])


def test_wrong_money_and_wrong_bills(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    stranger = add_home(desktop, "BN-000002")
    (theirs,) = bill(desktop, stranger, {"2026-11": 5}).values()
    first, _ = bills_of(desktop, home)
    cases: list[tuple[tuple[UUID, ...], int, str]] = [
        ((first, theirs), 500_000, "cash.bill_of_another"),
        ((uuid4(),), 500_000, "cash.bill_unknown"),
        ((first,), -1, "cash.below_zero"),
        ((first,), 0, "cash.nothing"),
        ((), 500_000, "cash.nothing"),
    ]
    for bills, tendered, wrong in cases:
        with pytest.raises(AppError) as caught:
            collect(desktop, session, home, bills, tendered)
        assert wrong in (caught.value.code, caught.value.params.get("tendered")), (bills, tendered)
    with pytest.raises(Invalid) as invalid:
        desktop.cash.collect(
            person(desktop, "tung"), Collect(uuid4(), session, home.customer, (first,), 200_000, "  ")
        )
    assert invalid.value.fields == {"payer": "required"}
    assert desktop.cash_queries.session(session).receipts == 0
    with pytest.raises(Invalid) as invalid:
        desktop.cash.open_session(person(desktop, "mai"), uuid4(), " ", -5)
    assert invalid.value.fields == {"point": "required", "float_amount": "cash.below_zero"}


def test_taking_back(company: Company, desktop: Desktop, home: Home) -> None:
    tung, mai = person(desktop, "tung"), person(desktop, "mai")
    session = open_session(desktop)
    got = collect(desktop, session, home, bills_of(desktop, home), 500_000)
    with pytest.raises(Invalid) as invalid:
        desktop.cash.reverse(tung, got.receipt_id, session, " ")
    assert invalid.value.fields == {"reason": "required"}
    desktop.cash.reverse(tung, got.receipt_id, session, "Thu nhầm khách hàng")
    assert len(bills_of(desktop, home)) == 2
    view = desktop.cash_queries.session(session)
    assert (view.expected, view.reversals, view.returned) == (500_000, 1, 343_045)
    paper = desktop.cash_queries.receipt(got.receipt_id)
    assert (paper.reason, paper.reversed_by) == ("Thu nhầm khách hàng", "Ngô Văn Tùng")
    assert paper.reversed_at is not None
    with pytest.raises(AppError) as caught:
        desktop.cash.reverse(tung, got.receipt_id, session, "Lần nữa")
    assert (caught.value.code, caught.value.params) == ("cash.reversed_already", {"number": got.code})
    again = collect(desktop, session, home, bills_of(desktop, home), 343_045)
    desktop.cash.close_session(tung, session, [(500_000, 1)], "Thiếu tiền của một biên lai")
    later = open_session(desktop)
    with pytest.raises(AppError, match=r"cash\.receipt_of_another_session"):
        desktop.cash.reverse(tung, again.receipt_id, later, "Thu nhầm")
    with pytest.raises(AppError, match=r"cash\.not_your_session"):
        desktop.cash.reverse(mai, again.receipt_id, later, "Thu nhầm")
    poor = open_session(desktop, "mai", 100_000)
    with pytest.raises(AppError) as caught:
        desktop.cash.reverse(mai, again.receipt_id, poor, "Thu nhầm")
    assert (caught.value.code, caught.value.params["held"]) == ("cash.drawer_short", 100_000)
    collect(desktop, poor, home, (), 300_000, "mai", keep_change=True)
    desktop.cash.reverse(mai, again.receipt_id, poor, "Thu nhầm")
    assert desktop.cash_queries.session(poor).expected == 400_000 - 343_045
    sound(desktop)


def test_closing_with_a_difference(desktop: Desktop) -> None:
    tung = person(desktop, "tung")
    session = open_session(desktop)
    for words in ("", "x", "1.", "ok"):
        with pytest.raises(Invalid) as invalid:
            desktop.cash.close_session(tung, session, [(200_000, 2)], words)
        assert invalid.value.fields == {"note": "cash.difference_unexplained"}
    with pytest.raises(AppError, match=r"cash\.count"):
        desktop.cash.close_session(tung, session, [(200_000, -2)])
    with pytest.raises(AppError, match=r"cash\.not_closed"):
        desktop.cash.remit(tung, session)
    closed = desktop.cash.close_session(tung, session, [(200_000, 2)], "Trả nhầm tiền thừa")
    assert closed.difference == -100_000
    with pytest.raises(AppError, match=r"cash\.nothing_to_remit"):
        desktop.cash.remit(tung, session)
    view = desktop.cash_queries.session(session)
    assert (view.counted, view.expected, view.note) == (400_000, 500_000, "Trả nhầm tiền thừa")
    small = open_session(desktop)
    assert desktop.cash.close_session(tung, small, [(500_000, 1), (1, 675)]).difference == 675


def test_handing_in_once_and_by_whom(desktop: Desktop, home: Home) -> None:
    tung, mai = person(desktop, "tung"), person(desktop, "mai")
    session = open_session(desktop)
    collect(desktop, session, home, bills_of(desktop, home), 343_045)
    desktop.cash.close_session(tung, session, [(500_000, 1), (343_000, 1), (1, 45)])
    own = desktop.cash.open_session(mai, uuid4(), "VA", 0)
    desktop.cash.close_session(mai, own, [])
    with pytest.raises(AppError, match=r"cash\.not_your_session"):
        desktop.cash.remit(tung, own)
    assert desktop.cash.remit(mai, session).amount == 343_045
    with pytest.raises(AppError, match=r"cash\.remitted_already"):
        desktop.cash.remit(tung, session)
    sound(desktop)


def test_two_desks_take_money_for_the_same_bill(company: Company, desktop: Desktop, home: Home) -> None:
    other = company.desk("BN04")
    company.sync()
    ours, theirs = open_session(desktop), open_session(other)
    first, second = bills_of(desktop, home)
    collect(desktop, ours, home, (first,), 131_675)
    twice = collect(other, theirs, home, (first,), 131_675)
    company.sync()
    for desk in (desktop, other):
        due = desk.cash_queries.due(home.customer)
        assert due is not None
        assert ([b.id for b in due.bills], due.credit) == ([second], 131_675)
        (row,) = desk.exception_queries.rows(desk.exception_queries.ids()).values()
        assert (row.kind, row.code, row.amount) == ("overpaid", "HD-BN03-26-000001", 131_675)
        assert [(s.who, s.desk, s.value, s.code) for s in row.sides] == [
            ("Ngô Văn Tùng", "BN03", 131_675, "BL-BN03-26-000001"),
            ("Ngô Văn Tùng", "BN04", 131_675, twice.code),
        ]
    # What was paid too much pays the next bill, and the disagreement is gone everywhere.
    got = collect(desktop, ours, home, (second,), 211_370 - 131_675)
    assert (got.credit_used, got.change) == (131_675, 0)
    company.sync()
    for desk in (desktop, other):
        due = desk.cash_queries.due(home.customer)
        assert due is not None
        assert (due.bills, due.credit, desk.exception_queries.count()) == ((), 0, 0)
        sound(desk)


def test_the_same_credit_used_twice_is_due_again(company: Company, desktop: Desktop, home: Home) -> None:
    other = company.desk("BN04")
    ours = open_session(desktop)
    collect(desktop, ours, home, (), 100_000, keep_change=True)
    company.sync()
    theirs = open_session(other)
    first, second = bills_of(desktop, home)
    collect(desktop, ours, home, (first,), 31_675)
    collect(other, theirs, home, (second,), 111_370)
    company.sync()
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert (due.bills, due.credit, due.amount(())) == ((), -100_000, 100_000)
    got = collect(desktop, ours, home, (), 150_000)
    assert (got.total, got.change, got.kept) == (100_000, 50_000, 0)
    company.sync()
    for desk in (desktop, other):
        due = desk.cash_queries.due(home.customer)
        assert due is not None
        assert due.credit == 0
        sound(desk)


def test_what_is_scanned_or_typed(desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    got = collect(desktop, session, home, bills_of(desktop, home)[:1], 131_675)
    find = desktop.cash_queries.find
    for text in ("HD-BN03-26-000001", " hd–bn03-26-000001\r", "ＨＤ-BN03-26-000001"):
        found = find(text)
        assert found.bill_id is not None
        assert [hit.id for hit in found.customers] == [home.customer]
    assert find(got.code.lower()).receipt_id == got.receipt_id
    for text in ("BN-007415", "0912345678", "nhu quynh", "MBN-007415"):
        assert [hit.id for hit in find(text).customers] == [home.customer], text
    for text in ("HD-BN03-26-000099", "YC-BN03-26-000001", "không có ai", ""):
        assert find(text).customers == (), text


def test_receipts_of_a_session_and_what_is_not_sent(company: Company, desktop: Desktop, home: Home) -> None:
    session = open_session(desktop)
    first, second = bills_of(desktop, home)
    collect(desktop, session, home, (first,), 131_675)
    company.sync()
    acked = desktop.writer.vector()[desktop.writer.desk.device][0]
    last = collect(desktop, session, home, (second,), 211_370)
    desktop.cash.reverse(person(desktop, "tung"), last.receipt_id, session, "Thu nhầm khách hàng")
    rows = desktop.cash_queries.receipts(session, desktop.writer.desk.device, acked)
    assert [(r.code, r.total, r.reversed_by, r.unsent) for r in rows] == [
        ("BL-BN03-26-000002", 211_370, "Ngô Văn Tùng", True),
        ("BL-BN03-26-000001", 131_675, "", False),
    ]
