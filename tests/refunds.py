"""Claims for money back, for tests: a bill paid twice, and the steps up to the pay-out."""

from __future__ import annotations

from uuid import UUID, uuid4

from app.bootstrap import Desktop
from app.services.cash import Collect
from app.services.refunds import PaidOut, PayOut
from app.services.requests import NewRequest
from tests.money import Home, add_home, bill
from tests.offices import person

REASON = "Nộp hai lần kỳ 10/2026 tại quầy và qua người thu"
TOLD = "Đã trả lại tiền nộp thừa bằng tiền mặt."


def open_drawer(desktop: Desktop, amount: int = 1_000_000, login: str = "tung") -> UUID:
    """A session of a person's own."""
    return desktop.cash.open_session(person(desktop, login), uuid4(), "VA", amount)


def keep(desktop: Desktop, session: UUID, customer: UUID, amount: int, login: str = "tung") -> UUID:
    """Money taken in advance; its receipt."""
    new = Collect(uuid4(), session, customer, (), amount, "Khách", keep_change=True)
    return desktop.cash.collect(person(desktop, login), new).receipt_id


def pay_bill(desktop: Desktop, session: UUID, customer: UUID, bill_id: UUID, login: str = "tung") -> UUID:
    """A bill paid in full by a receipt of its own."""
    due = desktop.cash_queries.due(customer)
    assert due is not None
    owed = due.amount((bill_id,), use_credit=False)
    new = Collect(uuid4(), session, customer, (bill_id,), owed, "Khách", use_credit=False)
    return desktop.cash.collect(person(desktop, login), new).receipt_id


def billed_home(desktop: Desktop, code: str = "BN-000101") -> tuple[Home, UUID, int]:
    """A customer with one bill; the bill and what it comes to."""
    home = add_home(desktop, code)
    bill_id = bill(desktop, home, {"2026-10": 12})["2026-10"]
    return home, bill_id, desktop.bill_queries.rows([bill_id])[bill_id].total


def claim(desktop: Desktop, customer: UUID | None, login: str = "yen") -> UUID:
    """A customer asks for his money back, with the papers that it takes."""
    new = NewRequest(
        uuid4(),
        "refund",
        "walk_in",
        "Tôi nộp tiền nước hai lần, đề nghị trả lại",
        customer_id=customer,
        contact_name="" if customer else "Nguyễn Văn Ba",
        phone="" if customer else "0912345679",
        documents=("application", "identity"),
    )
    done = desktop.requests.register(person(desktop, login), new)
    assert not done.missing
    return done.id


def checked(desktop: Desktop, request: UUID, amount: int, login: str = "yen") -> None:
    desktop.refunds.check(person(desktop, login), request, amount, REASON, ("BL-BN03-26-000001",))


def approved(desktop: Desktop, customer: UUID, amount: int) -> UUID:
    """A claim that waits only for the money."""
    request = claim(desktop, customer)
    checked(desktop, request, amount)
    desktop.refunds.approve(person(desktop, "mai"), request, True)
    return request


def pay_out(desktop: Desktop, request: UUID, session: UUID, login: str = "tung") -> PaidOut:
    new = PayOut(uuid4(), request, session, "Nguyễn Thị Như Quỳnh", TOLD)
    return desktop.refunds.pay(person(desktop, login), new)
