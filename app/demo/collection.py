"""The collection point of the played day: no connection from the first receipt to the count of notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.bootstrap import Desktop
from app.demo.stage import StageError
from app.demo.world import CASHIER, World
from app.domain.cash import make_change
from app.domain.money import format_money
from app.queries.bills import BillFilter
from app.queries.cash import denominations

if TYPE_CHECKING:
    from app.ui.cash.page import CashPage

TAKEN = 8


def collection(day: World) -> None:
    """The cashier goes out with no connection, takes money, gives one back, counts."""
    from app.ui.cash.closing import CloseDialog
    from app.ui.cash.dialogs import OpenDialog, ReceiptDialog
    from app.ui.cash.page import CashPage
    from app.ui.kit.paper import PaperDialog

    stage = day.stage
    day.all_agree()
    day.cables[CASHIER].cut()
    day.at(13, 40)
    day.sign_in(day.cashier, "tung")
    desk = day.desk(day.cashier)
    page = day.main(day.cashier).open_section("cash")
    assert isinstance(page, CashPage)
    stage.settle()
    stage.key("F2")
    stage.dialog(OpenDialog)
    stage.write("500000")
    stage.key("Shift+Tab", "Down")
    stage.picture("cash-open")
    stage.key("F9")
    stage.until(lambda: page.session is not None, "the session open")
    stage.settle()
    assert page.session is not None
    session, taken = page.session.id, 0
    for number, code in enumerate(_open_bill_codes(day, desk)):
        day.clock.advance(timedelta(minutes=7))
        page.scan.setFocus()
        stage.write(code)
        stage.key("Return")
        stage.until(lambda: page.basket.due is not None, f"{code} found")
        stage.settle()
        due = page.basket.amount()
        note = 50_000 if number % 2 else 100_000
        page.till.tender.setFocus()
        stage.write(str(-(-due // note) * note))
        stage.settle()
        if number == 2:
            stage.picture("cash")
        stage.key("F9")
        paper = stage.dialog(PaperDialog)
        if number == 2:
            stage.picture("cash-receipt")
            day.keep(paper.path, "bien-lai.pdf")
            _keep_roll(day, page, desk)
        stage.close_dialogs()
        taken += due
    stage.count(f"{TAKEN} receipts, {format_money(taken, desk.rules.utility.currency, 'vi')}")
    page.recent.setFocus()
    stage.key("Home", "Return")
    receipt = stage.dialog(ReceiptDialog)
    stage.picture("cash-take-back")
    stage.press(receipt, danger=True)
    stage.write("Thu nhầm hóa đơn của nhà bên cạnh")
    stage.picture("cash-take-back-reason")
    stage.key("Ctrl+Return")
    stage.until(lambda: desk.cash_queries.session(session).reversals == 1, "taken back")
    stage.close_dialogs()
    stage.count("1 taken back")
    stage.picture("cash-offline")
    stage.key("F10")
    stage.dialog(CloseDialog)
    expected = desk.cash_queries.session(session).expected
    counted = dict(make_change(expected - expected % 1000, denominations("VND")))
    for note in denominations("VND"):
        stage.write(str(counted.get(note, "")))
        stage.key("Return")
    stage.settle()
    stage.picture("cash-count")
    stage.key("F9")
    paper = stage.dialog(PaperDialog)
    stage.picture("cash-remittance")
    for slip in paper.path.parent.glob("NT-*.pdf"):
        day.keep(slip, "giay-nop-tien.pdf")
    day.keep(paper.path, "bang-ke-ca-thu.pdf")
    stage.close_dialogs()
    unsent = desk.client.unsent()
    stage.count(f"{unsent} entries not sent")
    if unsent == 0:
        raise StageError("the cashier's desk was not offline")


def _keep_roll(day: World, page: CashPage, desk: Desktop) -> None:
    """The same receipt as it comes from a roll of 80 mm."""
    from app.ui.cash.prints import write_receipt

    room = replace(page.room, roll=True, papers=day.homes)
    assert page.session is not None
    newest = desk.cash_queries.receipts(page.session.id, room.device(), room.acked())[0]
    day.keep(write_receipt(room, newest.id, copy=False), "bien-lai-80mm.pdf")


def _open_bill_codes(day: World, desk: Desktop) -> list[str]:
    today = day.clock.now().date()
    ids = desk.bill_queries.ids(BillFilter(today, state="overdue", sort="code"))
    some = ids[:: max(len(ids) // TAKEN, 1)][:TAKEN]
    rows = desk.bill_queries.rows(some)
    return [rows[bill].code for bill in some]
