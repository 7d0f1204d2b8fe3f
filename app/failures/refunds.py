"""Failures of paying back what a customer paid too much."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def refunds(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "refund.no_customer": tr(
            "It is not known whose money {request} is about. Link the request to a customer first."
        ),
        "refund.not_checked": tr(
            "{request} was not checked against the ledger yet. Have that step done first."
        ),
        "refund.not_approved": tr("{request} is not approved. Nothing is paid back without a second person."),
        "refund.paid_already": tr(
            "{request} was paid out already, with slip {payout}. For more money a new claim is needed."
        ),
        "refund.own_check": tr("You have checked this claim yourself. Another person has to approve it."),
        "refund.own_request": tr("You have received this claim yourself. Another person has to approve it."),
        "refund.own_approval": tr("You have approved this refund. Another person has to pay it out."),
        "refund.not_there": tr(
            "{request} is about {amount}, but only {there} of this customer's money is with us now: it was "
            "used or paid back meanwhile. Answer the request with what was found."
        ),
        "refund.no_session": tr(
            "To pay money back you need a cash session of your own at this desk. Open one under Take payment,"
            " then come back here."
        ),
        "refund.drawer_short": tr(
            "{amount} have to be paid out, and the drawer holds {held}. Bring money to the drawer first, or "
            "keep it as the customer's credit."
        ),
        "request.own_form": tr(
            "This step of {request} has a form of its own. Open the step and fill it in there."
        ),
        "cash.paid_out_of": tr(
            "Money of receipt {number} was paid back to the customer already, with slip {payout}. The "
            "receipt cannot be taken back any more."
        ),
    }
