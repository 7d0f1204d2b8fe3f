"""Money that was paid too much goes back: by three hands, to the đồng, and once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.models import Allocation, Exception_, Payout, Request, RequestEvent
from app.services.cash import Collect
from app.services.refunds import PayOut
from app.sync.verify import verify
from tests.offices import ON_BOTH, Company, person
from tests.refunds import (
    REASON,
    TOLD,
    approved,
    billed_home,
    checked,
    claim,
    keep,
    open_drawer,
    pay_bill,
    pay_out,
)


def lies(desktop: Desktop, customer: UUID) -> int:
    due = desktop.cash_queries.due(customer)
    assert due is not None
    return due.credit


def owes(desktop: Desktop, customer: UUID) -> int:
    due = desktop.cash_queries.due(customer)
    assert due is not None
    return sum(bill.owed for bill in due.bills)


def story(desktop: Desktop, request: UUID) -> list[tuple[str, Any]]:
    """What fitted, with the outcome of the answer."""
    with desktop.database.read.connect() as read:
        e = RequestEvent
        rows = read.execute(
            select(e.kind, e.data).where(e.request_id == request).order_by(e.hlc, e.device)
        ).all()
    return [(kind, data.get("outcome")) for kind, data in rows]


def raised(desktop: Desktop) -> list[tuple[str, str]]:
    """(kind, table) of what waits for a person."""
    with desktop.database.read.connect() as read:
        rows = read.execute(select(Exception_.kind, Exception_.table_name)).all()
    return sorted((kind, table) for kind, table in rows)


def good(desktop: Desktop) -> bool:
    books = desktop.report_queries.books()
    assert books.balanced, books
    return verify(desktop.database.path, desktop.clock.now()).good


# -- the whole way ----------------------------------------------------------------------------------------


def test_an_overpaid_bill_from_the_claim_to_the_money(company: Company) -> None:
    """Two desks take the same bill's money while apart; what is over goes back, and the drawer knows."""
    desktop, other = company.desk("BN03"), company.desk("BN04")
    home, bill_id, total = billed_home(desktop)
    company.sync()
    session, theirs = open_drawer(desktop, 500_000), open_drawer(other, 0, "mai")
    first = pay_bill(desktop, session, home.customer, bill_id)
    pay_bill(other, theirs, home.customer, bill_id, "mai")
    company.sync()
    assert lies(desktop, home.customer) == total
    assert ("overpaid", "bill") in raised(desktop)

    request = claim(desktop, home.customer)
    seen = desktop.refund_queries.claim(request, desktop.today())
    assert seen is not None
    assert (seen.lies, seen.owed, [p.amount for p in seen.places]) == (total, 0, [total])
    assert seen.places[0].receipt == desktop.cash_queries.receipt(first).code
    checked(desktop, request, total)
    desktop.refunds.approve(person(desktop, "mai"), request, True, "Đồng ý")
    paid = pay_out(desktop, request, session)

    assert (paid.amount, paid.code) == (total, "PC-BN03-26-000001")
    assert lies(desktop, home.customer) == 0
    assert owes(desktop, home.customer) == 0
    assert raised(desktop) == []
    view = desktop.cash_queries.session(session)
    assert (view.received, view.paid_out, view.expected) == (total, total, 500_000)
    assert story(desktop, request)[-3:] == [("answered", "refunded"), ("told", None), ("closed", None)]
    slip = desktop.refund_queries.payout(paid.payout_id)
    assert (slip.payee, slip.amount, slip.reason) == ("Nguyễn Thị Như Quỳnh", total, REASON)
    assert (slip.checked_by, slip.approved_by, slip.cashier_name) == (
        "Hoàng Thị Yến", "Bùi Thị Mai", "Ngô Văn Tùng",
    )  # fmt: skip
    assert [row.code for row in desktop.cash_queries.payouts(session)] == [paid.code]
    closed = desktop.cash.close_session(person(desktop, "tung"), session, [(1, 500_000)])
    assert closed.difference == 0
    with pytest.raises(AppError, match="nothing_to_remit"):
        desktop.cash.remit(person(desktop, "tung"), session)
    company.sync()
    assert all(good(desk) for desk in company.desks)
    assert other.report_queries.books() == desktop.report_queries.books()


def test_kept_as_credit_nothing_moves(desktop: Desktop) -> None:
    home, _, total = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, 50_000)
    request = approved(desktop, home.customer, 50_000)
    desktop.refunds.credit(person(desktop, "tung"), request, "Giữ lại trừ vào kỳ sau.")
    assert lies(desktop, home.customer) == 50_000
    assert story(desktop, request)[-1] == ("answered", "credited")
    assert desktop.cash_queries.session(session).paid_out == 0
    assert owes(desktop, home.customer) == total
    with pytest.raises(AppError, match="answered_already"):
        pay_out(desktop, request, session)
    assert good(desktop)


def test_a_no_is_the_answer(desktop: Desktop) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 50_000)
    request = claim(desktop, home.customer)
    checked(desktop, request, 20_000)
    mai = person(desktop, "mai")
    with pytest.raises(Invalid) as caught:
        desktop.refunds.approve(mai, request, False, "  ")
    assert caught.value.fields == {"words": "required"}
    desktop.refunds.approve(mai, request, False, "Biên lai là của hộ khác.")
    assert story(desktop, request)[-1] == ("answered", "unfounded")
    assert lies(desktop, home.customer) == 50_000
    assert good(desktop)


# -- how much ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (None, "refund.amount"),
        (0, "refund.amount"),
        (-5000, "refund.amount"),
        (50_001, "refund.more_than_lies"),
        (999, "refund.least"),
        (50_000, None),
        (1000, None),
    ],
)
def test_never_more_than_lies_with_us(desktop: Desktop, amount: int | None, code: str | None) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 50_000)
    request, yen = claim(desktop, home.customer), person(desktop, "yen")
    if code is None:
        desktop.refunds.check(yen, request, amount, REASON)
        return
    with pytest.raises(Invalid) as caught:
        desktop.refunds.check(yen, request, amount, "?")
    assert caught.value.fields == {"amount": code, "words": "required"}


def test_so_much_does_not_go_out_of_a_drawer(desktop: Desktop) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 20_000_001)
    request = claim(desktop, home.customer)
    with pytest.raises(Invalid) as caught:
        checked(desktop, request, 20_000_001)
    assert caught.value.fields == {"amount": "refund.most"}


def test_exactly_the_amount_is_taken_receipt_by_receipt(desktop: Desktop) -> None:
    """The oldest first; of the last one what is needed."""
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop)
    receipts = [keep(desktop, session, home.customer, amount) for amount in (30_000, 20_000, 40_000)]
    paid = pay_out(desktop, approved(desktop, home.customer, 60_000), session)
    with desktop.database.read.connect() as read:
        a = Allocation
        taken = read.execute(select(a.receipt_id, a.amount).where(a.payout_id == paid.payout_id)).all()
    assert dict(tuple(row) for row in taken) == {
        receipts[0]: -30_000,
        receipts[1]: -20_000,
        receipts[2]: -10_000,
    }
    assert lies(desktop, home.customer) == 30_000
    assert good(desktop)


def test_money_that_was_used_meanwhile_is_not_approved_nor_paid(desktop: Desktop) -> None:
    home, bill_id, total = billed_home(desktop)
    session, tung = open_drawer(desktop), person(desktop, "tung")
    keep(desktop, session, home.customer, total)
    early, request = claim(desktop, home.customer), approved(desktop, home.customer, total)
    checked(desktop, early, total)
    desktop.cash.collect(tung, Collect(uuid4(), session, home.customer, (bill_id,), 0, "Khách"))
    with pytest.raises(AppError) as caught:
        pay_out(desktop, request, session)
    assert (caught.value.code, caught.value.params["there"]) == ("refund.not_there", 0)
    with pytest.raises(AppError, match="not_there"):
        desktop.refunds.approve(person(desktop, "mai"), early, True)
    # The request is not stuck: it gets an answer that says so.
    desktop.requests.answer(person(desktop, "yen"), request, "Đã trừ vào kỳ 10/2026.", "explained")


def test_the_drawer_holds_as_much(desktop: Desktop) -> None:
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop, 0)
    keep(desktop, session, home.customer, 80_000)
    request = approved(desktop, home.customer, 80_000)
    empty = open_drawer(desktop, 79_999, "mai")
    desktop.cash.close_session(person(desktop, "tung"), session, [(1, 80_000)])
    poor = open_drawer(desktop, 79_999)
    with pytest.raises(AppError) as caught:
        pay_out(desktop, request, poor)
    assert (caught.value.code, dict(caught.value.params)) == (
        "refund.drawer_short", {"amount": 80_000, "held": 79_999},
    )  # fmt: skip
    with pytest.raises(AppError, match="not_your_session"):
        pay_out(desktop, request, empty)
    with pytest.raises(AppError, match="session_closed"):
        pay_out(desktop, request, session)


# -- whose hands ------------------------------------------------------------------------------------------


def test_three_hands(company: Company) -> None:
    """Roles alone do not part the acts of a supervisor: who did one does not do the next."""
    desktop = company.desk("BN03")
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop, 1_000_000, "mai")
    keep(desktop, session, home.customer, 90_000, "mai")
    mai, tung, yen = (person(desktop, login) for login in ("mai", "tung", "yen"))

    own = claim(desktop, home.customer)
    checked(desktop, own, 10_000, "mai")
    with pytest.raises(AppError, match="own_check"):
        desktop.refunds.approve(mai, own, True)
    with pytest.raises(AppError, match="own_check"):
        desktop.refunds.approve(mai, own, False, "Không đúng khách")

    written = claim(desktop, home.customer, "mai")
    checked(desktop, written, 10_000)
    with pytest.raises(AppError, match="own_request"):
        desktop.refunds.approve(mai, written, True)

    request = claim(desktop, home.customer)
    for who in (yen, tung):
        with pytest.raises(AppError, match=r"not_allowed|other_step"):
            desktop.refunds.approve(who, request, True)
    with pytest.raises(AppError, match="not_allowed"):
        desktop.refunds.check(tung, request, 10_000, REASON)
    with pytest.raises(AppError, match="other_step"):
        pay_out(desktop, request, session, "mai")
    checked(desktop, request, 10_000)
    with pytest.raises(AppError, match="other_step"):
        checked(desktop, request, 10_000)
    desktop.refunds.approve(mai, request, True)
    with pytest.raises(AppError, match="own_approval"):
        pay_out(desktop, request, session, "mai")
    with pytest.raises(AppError, match="not_allowed"):
        pay_out(desktop, request, session, "yen")
    pay_out(desktop, request, open_drawer(desktop))
    assert good(desktop)


def test_no_way_round_the_forms(desktop: Desktop) -> None:
    """The step of any request is no way to a yes."""
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 50_000)
    request = claim(desktop, home.customer)
    for step in ("check", "approve", "pay"):
        with pytest.raises(AppError, match="own_form"):
            desktop.request_work.step(
                person(desktop, "mai"), request, step, "", {"approved": True, "amount": 50_000}
            )


def test_whose_money_it_is_must_be_known(desktop: Desktop) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 50_000)
    request = claim(desktop, None)
    with pytest.raises(AppError, match="no_customer"):
        checked(desktop, request, 10_000)
    desktop.requests.link(person(desktop, "yen"), request, home.customer)
    checked(desktop, request, 10_000)


def test_the_payee_signs_and_the_customer_is_told(desktop: Desktop) -> None:
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, 50_000)
    request, tung = approved(desktop, home.customer, 50_000), person(desktop, "tung")
    with pytest.raises(Invalid) as caught:
        desktop.refunds.pay(tung, PayOut(uuid4(), request, session, " ", ""))
    assert caught.value.fields == {"payee": "required", "words": "required"}
    with pytest.raises(Invalid):
        desktop.refunds.credit(tung, request, " ")
    new = PayOut(uuid4(), request, session, "Nguyễn Văn Ba", TOLD)
    desktop.refunds.pay(tung, new)
    with pytest.raises(AppError, match=r"closed_already|already_saved"):
        desktop.refunds.pay(tung, new)
    assert lies(desktop, home.customer) == 0


def test_a_claim_is_paid_once(desktop: Desktop) -> None:
    """Reopened, it stands at no step; with the step again, the slip that is out stands in the way."""
    home, *_ = billed_home(desktop)
    session, yen = open_drawer(desktop), person(desktop, "yen")
    keep(desktop, session, home.customer, 90_000)
    request = approved(desktop, home.customer, 30_000)
    paid = pay_out(desktop, request, session)
    desktop.requests.reopen(yen, request, "Khách nói còn thiếu")
    with desktop.writer.entry("requests.reopened", yen.id) as draft:
        draft.add(RequestEvent, request_id=request, kind="answered", text="x", at=draft.now, by=yen.id,
                  data={"outcome": "explained"})  # fmt: skip
    with desktop.writer.entry("requests.reopened", yen.id) as draft:
        # As a reopening that goes on at a step would write it.
        draft.add(RequestEvent, request_id=request, kind="reopened", text="x", at=draft.now, by=yen.id,
                  data={"step": "pay"})  # fmt: skip
    with pytest.raises(AppError, match=r"paid_already|other_step") as caught:
        pay_out(desktop, request, session)
    assert caught.value.code == "request.other_step" or caught.value.params["payout"] == paid.code
    assert lies(desktop, home.customer) == 60_000


def test_a_receipt_whose_money_went_back_is_not_taken_back(desktop: Desktop) -> None:
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop)
    receipt = keep(desktop, session, home.customer, 50_000)
    paid = pay_out(desktop, approved(desktop, home.customer, 20_000), session)
    with pytest.raises(AppError) as caught:
        desktop.cash.reverse(person(desktop, "tung"), receipt, session, "Thu nhầm")
    assert (caught.value.code, caught.value.params["payout"]) == ("cash.paid_out_of", paid.code)


# -- apart ------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(company: Company) -> tuple[Desktop, Desktop, UUID, int]:
    """Two desks that know of 60.000 of a customer with one bill; the desks are apart from now on."""
    desktop, other = company.desk("BN03"), company.desk("BN04")
    home, _, total = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 60_000)
    return desktop, other, home.customer, total


def agreed(company: Company) -> Desktop:
    """All hear of all: the books balance everywhere, and say the same."""
    company.sync()
    first, *others = company.desks
    for desk in company.desks:
        assert good(desk)
    for desk in others:
        assert desk.report_queries.books() == first.report_queries.books()
        assert raised(desk) == raised(first)
    return first


@ON_BOTH
def test_two_desks_pay_one_refund(company: Company, pair: tuple[Desktop, Desktop, UUID, int]) -> None:
    desktop, other, customer, _ = pair
    request = approved(desktop, customer, 60_000)
    company.sync()
    sessions = [open_drawer(other, 200_000)]
    own = desktop.cash_queries.open_session(person(desktop, "tung").id, desktop.identity.device)
    assert own is not None
    pay_out(desktop, request, own.id)
    pay_out(other, request, sessions[0])
    first = agreed(company)
    # One outcome, one exception; each drawer lacks what it gave, and the customer owes what he got too much.
    assert raised(first) == [("paid_out_twice", "request")]
    assert lies(first, customer) == -60_000
    assert first.cash_queries.session(own.id).expected == 1_000_000
    assert first.cash_queries.session(sessions[0]).expected == 140_000
    (row,) = first.exception_queries.rows(first.exception_queries.ids()).values()
    assert (row.kind, row.request_id, [s.what for s in row.sides]) == (
        "paid_out_twice", request, ["payout", "payout"],
    )  # fmt: skip
    assert {s.desk for s in row.sides} == {"BN03", "BN04"}


def test_a_payout_of_what_another_desk_used(
    company: Company, pair: tuple[Desktop, Desktop, UUID, int]
) -> None:
    desktop, other, customer, total = pair
    request = approved(desktop, customer, 60_000)
    company.sync()
    pay_out(desktop, request, desktop.cash_queries.open_session(
        person(desktop, "tung").id, desktop.identity.device).id)  # type: ignore[union-attr]  # fmt: skip
    due = other.cash_queries.due(customer)
    assert due is not None
    session = open_drawer(other)
    other.cash.collect(
        person(other, "tung"), Collect(uuid4(), session, customer, (due.bills[0].id,), total, "Khách")
    )
    first = agreed(company)
    assert raised(first) == [("credit_twice", "receipt")]
    (row,) = first.exception_queries.rows(first.exception_queries.ids()).values()
    assert (row.amount, {s.what for s in row.sides}) == (min(60_000, total), {"payout", "use"})


def test_a_payout_of_a_receipt_that_another_desk_took_back(
    company: Company, pair: tuple[Desktop, Desktop, UUID, int]
) -> None:
    """The receipt's money goes out whole, and 20.000 of it once more: that is what the customer owes."""
    desktop, other, customer, total = pair
    request = approved(desktop, customer, 20_000)
    company.sync()
    with desktop.database.read.connect() as read:
        receipt = read.execute(select(Allocation.receipt_id)).scalars().first()
    assert receipt is not None
    other.cash.reverse(person(other, "mai"), receipt, open_drawer(other, 500_000, "mai"), "Thu nhầm khách")
    own = desktop.cash_queries.open_session(person(desktop, "tung").id, desktop.identity.device)
    assert own is not None
    pay_out(desktop, request, own.id)
    first = agreed(company)
    assert raised(first) == [("credit_twice", "receipt")]
    assert (lies(first, customer), owes(first, customer)) == (-20_000, total)
    (row,) = first.exception_queries.rows(first.exception_queries.ids()).values()
    assert (row.amount, {s.what for s in row.sides}) == (20_000, {"payout", "reversal"})


def test_a_payout_after_the_session_was_closed_elsewhere(
    company: Company, pair: tuple[Desktop, Desktop, UUID, int]
) -> None:
    desktop, _, customer, _ = pair
    request = approved(desktop, customer, 20_000)
    session = desktop.cash_queries.open_session(person(desktop, "tung").id, desktop.identity.device)
    assert session is not None
    desktop.cash.close_session(person(desktop, "tung"), session.id, [(1, session.expected)])
    tung, mai = person(desktop, "tung"), person(desktop, "mai")
    with desktop.writer.entry("refunds.pay", tung.id) as draft:
        add_payout(draft, session.id, customer, request, 20_000, mai.id, tung.id)
    first = agreed(company)
    assert raised(first) == [("late", "session_opened")]
    (row,) = first.exception_queries.rows(first.exception_queries.ids()).values()
    assert [s.what for s in row.sides] == ["session_closed", "payout"]


def add_payout(
    draft: Any, session: UUID, customer: UUID, request: UUID, amount: int, yes: UUID, by: UUID
) -> None:
    """A payout past the program's own checks."""
    payout = draft.add(
        Payout, code=draft.number("PC"), session_id=session, customer_id=customer, request_id=request,
        payee="x", amount=amount, approved_by=yes, by=by, paid_at=draft.now,
    )  # fmt: skip
    receipt = draft.read.execute(select(Allocation.receipt_id).limit(1)).scalar()
    draft.add(
        Allocation, receipt_id=receipt, bill_id=None, customer_id=customer, amount=-amount, payout_id=payout
    )


# -- without a second person's yes ------------------------------------------------------------------------


@ON_BOTH
@pytest.mark.parametrize(
    "how",
    ["no yes", "own yes", "less", "later", "with the money", "by nobody who may", "in her name", "own check"],
)
def test_money_paid_without_a_yes_is_seen(company: Company, how: str) -> None:
    desktop = company.desk("BN03")
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, 60_000)
    tung, mai, yen = (person(desktop, login).id for login in ("tung", "mai", "yen"))
    request = claim(desktop, home.customer)

    def step(step: str, by: UUID, **result: Any) -> None:
        with desktop.writer.entry("requests.stepped", by) as draft:
            draft.add(
                RequestEvent, request_id=request, kind="stepped", at=draft.now, by=by,
                data={"step": step, "next": {"check": "approve", "approve": "pay"}[step], "result": result},
            )  # fmt: skip

    yes_by = {"own yes": tung, "by nobody who may": yen}.get(how, mai)
    yes = {"approved": True, "amount": 50_000}
    step("check", mai if how == "own check" else tung if how == "by nobody who may" else yen,
         checked=True, amount=50_000)  # fmt: skip
    if how == "in her name":
        with desktop.writer.entry("refunds.approve", tung) as draft:
            draft.add(
                RequestEvent, request_id=request, kind="stepped", at=draft.now, by=mai,
                data={"step": "approve", "result": yes},
            )  # fmt: skip
    elif how not in ("no yes", "later", "with the money"):
        step("approve", yes_by, approved=True, amount=40_000 if how == "less" else 50_000)
    with desktop.writer.entry("refunds.pay", tung) as draft:
        if how == "with the money":
            draft.add(
                RequestEvent, request_id=request, kind="stepped", at=draft.now, by=mai,
                data={"step": "approve", "result": yes},
            )  # fmt: skip
        add_payout(draft, session, home.customer, request, 50_000, yes_by, tung)
    if how == "later":
        step("approve", mai, approved=True, amount=50_000)
    first = agreed(company)
    assert first.cash_queries.session(session).paid_out == 50_000
    assert ("unapproved", "request") in raised(first)
    ruled = [kind for kind, _ in raised(first) if kind == "ruled"]
    assert bool(ruled) == (how in ("own yes", "by nobody who may", "in her name"))


def test_a_yes_before_the_money_is_enough_whatever_became_of_the_request(
    company: Company, pair: tuple[Desktop, Desktop, UUID, int]
) -> None:
    """Another desk answers the request meanwhile: the money went out in good faith, once."""
    desktop, other, customer, _ = pair
    request = claim(desktop, customer)
    checked(desktop, request, 20_000)
    company.sync()
    other.requests.answer(person(other, "yen"), request, "Khách rút đề nghị.", "withdrawn")
    desktop.refunds.approve(person(desktop, "mai"), request, True)
    own = desktop.cash_queries.open_session(person(desktop, "tung").id, desktop.identity.device)
    assert own is not None
    pay_out(desktop, request, own.id)
    first = agreed(company)
    assert raised(first) == [("misfit", "request")]
    assert lies(first, customer) == 40_000


def test_the_clocks_of_a_claim_run(desktop: Desktop) -> None:
    """Each step has its own time, and the request its whole."""
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 60_000)
    request = claim(desktop, home.customer)
    viewer = desktop.request_queries.viewer(person(desktop, "yen").id, ("clerk",))
    before = desktop.request_queries.story(request, viewer)
    checked(desktop, request, 10_000)
    after = desktop.request_queries.story(request, viewer)
    assert before is not None
    assert after is not None
    assert (before.row.step, after.row.step) == ("check", "approve")
    assert (before.row.unit_code, after.row.unit_code) == ("BILLING", "LEAD")
    assert before.row.due == after.row.due is not None
    assert after.row.step_due is not None
    assert after.row.step_due - desktop.clock.now() < timedelta(days=4)


def test_a_claim_that_is_not_here(desktop: Desktop) -> None:
    assert desktop.refund_queries.claim(uuid4(), desktop.today()) is None
    assert desktop.refund_queries.payout_of(uuid4()) is None
    with desktop.database.read.connect() as read:
        assert read.execute(select(Request.id)).first() is None
