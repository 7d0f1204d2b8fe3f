"""The words for the codes of the domain; `tr` is the screen's or a document's own.

Each function gives code -> word in the order in which a list shows them, save the last.
"""

from __future__ import annotations

from collections.abc import Callable

Translate = Callable[..., str]


def channels(tr: Translate) -> dict[str, str]:
    """How a request came (`requests.CHANNELS`)."""
    return {
        "walk_in": tr("At the counter"),
        "phone": tr("Phone"),
        "letter": tr("Letter"),
        "box": tr("Suggestion box"),
        "email": tr("E-mail"),
        "web": tr("Website"),
        "sms": tr("Text message"),
        "media": tr("Mass media"),
        "collaborator": tr("Ward collaborator"),
        "field": tr("Field staff"),
        "own": tr("Found by ourselves"),
    }


def outcomes(tr: Translate) -> dict[str, str]:
    """How a request ended (`requests.OUTCOMES`)."""
    return {
        "solved": tr("Solved"),
        "explained": tr("Explained"),
        "adjusted": tr("Bill adjusted"),
        "refunded": tr("Money refunded"),
        "credited": tr("Money kept as credit"),
        "unfounded": tr("Unfounded"),
        "passed_on": tr("Passed on to another body"),
        "withdrawn": tr("Withdrawn by the customer"),
    }


def categories(tr: Translate) -> dict[str, str]:
    """What a kind of request is (`request_types.CATEGORIES`)."""
    return {
        "request": tr("Request for service"),
        "query": tr("Query"),
        "feedback": tr("Feedback"),
        "complaint": tr("Complaint"),
        "denunciation": tr("Denunciation"),
    }


def holds(tr: Translate) -> dict[str, str]:
    """Why the customer is waited for (`requests.HOLDS`)."""
    return {
        "documents": tr("Papers to be brought"),
        "access": tr("Nobody at home to let us in"),
        "choice": tr("The customer has to decide"),
        "payment": tr("A payment"),
        "unreachable": tr("The customer cannot be reached"),
    }


def ways(tr: Translate) -> dict[str, str]:
    """How a customer is told (`requests.WAYS`)."""
    return {
        "in_person": tr("In person"),
        "phone": tr("By phone"),
        "sms": tr("By text message"),
        "email": tr("By e-mail"),
        "letter": tr("By letter"),
        "posted": tr("On the notice board"),
        "register": tr("As in the former register"),
    }


def scores(tr: Translate) -> dict[str, str]:
    """How content a customer is (`requests.SCORES`, as text)."""
    return {
        "5": tr("Very content"),
        "4": tr("Quite content"),
        "3": tr("Neither"),
        "2": tr("Not content"),
        "1": tr("Not content at all"),
    }


def states(tr: Translate) -> dict[str, str]:
    """Where a request stands (`requests.STATES`)."""
    return {
        "lacking": tr("Papers missing"),
        "received": tr("Received"),
        "routed": tr("Being handled"),
        "answered": tr("Answered"),
        "told": tr("Customer told"),
        "closed": tr("Closed"),
    }


def events(tr: Translate) -> dict[str, str]:
    """What happened to a request (`requests.EVENTS`)."""
    return {
        "lacking": tr("Papers missing"),
        "received": tr("Received"),
        "reopened": tr("Reopened"),
        "linked": tr("Customer found"),
        "merged": tr("Put under an incident"),
        "asked": tr("Unit asked"),
        "replied": tr("Unit's reply"),
        "resumed": tr("Taken up again"),
        "routed": tr("Transferred"),
        "stepped": tr("Step done"),
        "held": tr("Waiting for the customer"),
        "answered": tr("Answered"),
        "told": tr("Customer told"),
        "rated": tr("Customer's opinion"),
        "closed": tr("Closed"),
        "noted": tr("Note"),
    }


def order_kinds(tr: Translate) -> dict[str, str]:
    """What a work order is for (`field.KINDS`)."""
    return {
        "repair": tr("Repair"),
        "survey": tr("Survey"),
        "installation": tr("Installation"),
        "meter_check": tr("Meter check"),
        "inspection": tr("Inspection"),
    }


def order_states(tr: Translate) -> dict[str, str]:
    """Where a work order stands (`field.STATES`)."""
    return {
        "planned": tr("To be done"),
        "on_site": tr("Crew on site"),
        "restored": tr("Supply restored"),
        "done": tr("Done"),
        "cancelled": tr("Cancelled"),
    }


def order_events(tr: Translate) -> dict[str, str]:
    """What happened to a work order (`field.EVENTS`)."""
    return {
        "issued": tr("Issued"),
        "rescheduled": tr("Another day"),
        "assigned": tr("Crew"),
        "on_site": tr("Crew on site"),
        "restored": tr("Supply restored"),
        "done": tr("Done"),
        "cancelled": tr("Cancelled"),
    }


def order_results(tr: Translate) -> dict[str, str]:
    """How work in the field ended (`field.RESULTS`)."""
    return {
        "completed": tr("Completed"),
        "no_fault": tr("No fault found"),
        "in_order": tr("In order"),
        "irregular": tr("Irregularity found"),
        "not_possible": tr("Could not be done"),
    }


def bearers(tr: Translate) -> dict[str, str]:
    """Whose material it is (`field.BEARERS`)."""
    return {"utility": tr("the utility's"), "customer": tr("the customer's")}


def letter_languages(tr: Translate) -> dict[str, str]:
    """The languages of letters (`letters.LANGUAGES`)."""
    return {"vi": tr("Vietnamese"), "en": tr("English"), "zh": tr("Chinese")}


def roles(tr: Translate) -> dict[str, str]:
    """What a person is here for (`people.ROLES`)."""
    return {
        "clerk": tr("Contact officer"),
        "cashier": tr("Cashier"),
        "reader": tr("Meter reader"),
        "worker": tr("Handling staff"),
        "supervisor": tr("Supervisor"),
        "administrator": tr("Administrator"),
    }


def customer_classes(tr: Translate) -> dict[str, str]:
    """The classes for which the default price lists have prices."""
    return {
        "household": tr("Household"),
        "household_rural": tr("Rural household"),
        "office": tr("Public office"),
        "production": tr("Production"),
        "service": tr("Services"),
    }


def flags(tr: Translate) -> dict[str, str]:
    """What is odd about an index (`reads.judge`)."""
    return {
        "lower": tr("Lower than before"),
        "zero": tr("No use"),
        "far_above": tr("Far above usual"),
        "far_below": tr("Far below usual"),
    }


def money_unit(power: int, symbol: str, tr: Translate) -> str:
    """The unit of `charts.money_power`: "million đ"."""
    if power == 6:
        return tr("million {symbol}", symbol=symbol)
    return tr("thousand {symbol}", symbol=symbol) if power == 3 else symbol


def bands(tr: Translate) -> dict[str, str]:
    """How late a bill is (`arrears.BANDS`)."""
    return {
        "current": tr("Not yet late"),
        "1-30": tr("1–30 days late"),
        "31-60": tr("31–60 days late"),
        "61-90": tr("61–90 days late"),
        "90+": tr("More than 90 days late"),
    }


def entry_kinds(tr: Translate) -> dict[str, str]:
    """What an entry is the record of: every kind that the program writes (`Writer.entry`)."""
    return {
        "requests.register": tr("Request received"),
        "requests.routed": tr("Request transferred"),
        "requests.answered": tr("Request answered"),
        "requests.told": tr("Customer told the answer"),
        "requests.closed": tr("Request closed"),
        "requests.reopened": tr("Request reopened"),
        "requests.noted": tr("Note on a request"),
        "requests.received": tr("Missing papers brought"),
        "requests.linked": tr("Request linked to a customer"),
        "requests.merged": tr("Requests put under an incident"),
        "requests.asked": tr("Unit asked about a request"),
        "requests.replied": tr("Unit's reply on a request"),
        "requests.held": tr("Request waits for the customer"),
        "requests.resumed": tr("Request taken up again"),
        "requests.stepped": tr("Step of a request done"),
        "requests.rated": tr("Customer's opinion recorded"),
        "field.issued": tr("Work order issued"),
        "field.planned": tr("Work order planned"),
        "field.on_site": tr("Crew on site"),
        "field.restored": tr("Supply restored"),
        "field.done": tr("Work order done"),
        "field.cancelled": tr("Work order cancelled"),
        "attachments.add": tr("Scan or photo attached"),
        "supply.survey": tr("Survey of a new supply"),
        "supply.estimate": tr("Estimate of a new supply"),
        "supply.contract": tr("Contract signed"),
        "supply.installation": tr("Meter fitted"),
        "supply.first_index": tr("First index, supply begins"),
        "requests.import": tr("Requests from a former register"),
        "requests.called": tr("Customer called and not reached"),
        "letters.write": tr("Letter written"),
        "letters.send": tr("Letter sent"),
        "incidents.begin": tr("Incident opened"),
        "incidents.change": tr("Incident changed"),
        "rules.change": tr("Rule put in force"),
        "duty.change": tr("Duty roster changed"),
        "customers.add": tr("Customer added"),
        "customers.edit": tr("Customer's details changed"),
        "customers.import": tr("Customers from Excel"),
        "readings.enter": tr("Index entered"),
        "readings.import": tr("Indexes from Excel"),
        "billing.run": tr("Billing run"),
        "cash.open_session": tr("Cash session opened"),
        "cash.collect": tr("Payment taken"),
        "cash.reverse": tr("Receipt reversed"),
        "cash.close_session": tr("Cash session closed"),
        "cash.remit": tr("Money handed on"),
        "refunds.check": tr("Refund checked against the ledger"),
        "refunds.approve": tr("Refund decided on"),
        "refunds.pay": tr("Refund paid out"),
        "refunds.credit": tr("Refund kept as credit"),
        "utility.found": tr("Company set up"),
        "utility.bank": tr("Bank account of the company"),
        "office.add": tr("Office added"),
        "points.add": tr("Collection points added"),
        "staff.add": tr("Staff added"),
        "device.enrol": tr("Desk enrolled"),
        "device.succeed": tr("Desk with a new name"),
        "device.revoke": tr("Desk shut out"),
        "device.leads": tr("Desk of the leader named"),
        "headoffice.rule": tr("Ruling of the head office"),
        "exceptions.settle": tr("Case settled"),
    }


def renamed(tr: Translate, desk: str) -> str:
    """What has become of a desk whose data was restored or copied."""
    return tr(
        "The data of this PC was restored or copied, so this desk is called {desk} from now on. Nothing is "
        "lost; new papers bear the new name.",
        desk=desk,
    )
