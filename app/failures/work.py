"""Failures of the daily work: requests, customers, readings, the drawer, signing in."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def work(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "already_saved": tr("This is saved already; nothing was done a second time."),
        "cancelled": tr("Stopped. What was finished before is kept."),
        "password.short": tr("The password is too short. Choose one of 8 characters or more."),
        "sign_in.wrong": tr(
            "The login name or the password is not right. Try again, or ask the administrator for a new one."
        ),
        "request.unknown": tr("This request is not at this desk. Reconcile, then look for it again."),
        "slips.none": tr("None of these requests has been received yet, so there is no slip to print."),
        "requests.too_many": tr("That is too many at once. Choose at most {most} requests."),
        "request.answered_already": tr(
            "Request {request} has an answer already. Tell the customer, or reopen it."
        ),
        "request.not_answered": tr("Request {request} has no answer yet. Write the answer first."),
        "request.closed_already": tr("Request {request} is closed. Reopen it to go on with it."),
        "request.open_still": tr("Request {request} is still open. There is nothing to reopen."),
        "request.lacking": tr("Papers of request {request} are still missing. It is not received yet."),
        "request.few": tr(
            "Few may know of this request, and its customer would be seen at every desk. "
            "Write it as a note instead."
        ),
        "request.complete": tr("Request {request} is received already; no papers are missing."),
        "request.not_told": tr("The customer has not been told the answer to request {request} yet."),
        "request.other_step": tr("Request {request} no longer stands at this step. Look at it again."),
        "request.not_asked": tr("No question on request {request} is open for this unit."),
        "request.held": tr("Request {request} waits for the customer already."),
        "request.not_held": tr("Request {request} does not wait for the customer."),
        "order.none_that_day": tr(
            "No work order is planned for {day}. Choose another day, or plan work orders for it (F6)."
        ),
        "order.unknown": tr("This work order is not at this desk. Reconcile, then look for it again."),
        "order.over": tr("Work order {order} is done or cancelled already. Nothing was changed."),
        "order.restored": tr(
            "The supply is back by work order {order}: it cannot be cancelled. Say what was done."
        ),
        "supply.no_contract": tr("Request {request} has no contract yet. Do that step first."),
        "supply.no_meter": tr("No meter is fitted yet for request {request}. Do that step first."),
        "supply.meter_in_use": tr("Meter {serial} is fitted elsewhere by now. Look for it under Customers."),
        "letter.unknown": tr("This letter is not at this desk. Reconcile, then look for it again."),
        "incident.unknown": tr("This incident is not at this desk. Reconcile, then look for it again."),
        "customer.unknown": tr("This customer is not at this desk. Look for the customer again."),
        "meter.unknown": tr("This meter does not belong to the connection. Look for the customer again."),
        "reading.no_digits": tr(
            "How many digits the meter has is not known, so it cannot be said to have passed its end. Enter "
            "the digits at the meter first."
        ),
        "reading.there": (
            tr("This meter is read already for the period: {present}. Correct that index instead."),
            tr("The index of this meter has changed since it was shown. Look at it again, then enter it."),
        ),
        "reading.billed": tr(
            "The bill of period {period} is out already. Its index can no longer be changed here."
        ),
        "exception.gone": tr("Nothing disagrees here any more. There is nothing left to settle."),
        "exception.settled": (
            tr("{name} has settled this already. Nothing was done a second time."),
            tr("This is settled already. Nothing was done a second time."),
        ),
        "exception.changed": tr(
            "This has changed since it was shown. Look at both sides again, then decide."
        ),
        "exception.no_session": tr(
            "To pay money back you need a cash session of your own at this desk. Open one under Take payment,"
            " then come back here."
        ),
        "cash.session_open": tr("Your session {number} is still open. Close it, or go on with it."),
        "cash.session_unknown": tr("This cash session is not at this desk. Open the list anew."),
        "cash.session_closed": tr("Session {number} is closed. Open a new one to take money."),
        "cash.not_your_session": tr(
            "Session {number} belongs to another person or desk. Use your own session."
        ),
        "cash.receipt_unknown": tr("This receipt is not at this desk. Reconcile, then look for it again."),
        "cash.receipt_of_another_session": tr(
            "Receipt {number} is of another session. Ask a supervisor to take it back."
        ),
        "cash.reversed_already": tr("Receipt {number} is taken back already. Nothing was paid out again."),
        "cash.drawer_short": tr(
            "To take receipt {number} back, {amount} has to be paid out, and the drawer holds {held}. Bring "
            "money to the drawer first, or ask a supervisor."
        ),
        "cash.not_closed": tr("Session {number} is still open. Count and close it before handing in."),
        "cash.remitted_already": tr("The money of session {number} is handed in already."),
        "cash.nothing_to_remit": tr(
            "Session {number} holds no more than the money it began with. There is nothing to hand in."
        ),
        "cash.bill_unknown": tr(
            "One of the chosen bills is not at this desk. Open the customer's bills anew."
        ),
        "cash.bill_of_another": tr("Bill {number} is another customer's. Take it out of the choice."),
        "cash.bill_paid": tr("Bill {number} is paid already. Take it out of the choice."),
    }
