"""Exceptions as people speak of them."""

from __future__ import annotations

from app.domain import names
from app.domain.quantities import format_quantity
from app.queries.exceptions import ExceptionRow
from app.queries.sides import Side
from app.ui.cash.words import period_words
from app.ui.exceptions.room import ExceptionRoom
from app.ui.requests.words import one_line
from app.words import tr

SIGNS = {
    "overpaid": "cash",
    "credit_twice": "wallet",
    "reversed_twice": "arrow-back-up",
    "paid_out_twice": "wallet",
    "unapproved": "lock",
    "late": "clock",
    "remitted": "cash",
    "two_readings": "gauge",
    "concurrent": "users",
    "misfit": "message-exclamation",
    "same_id": "copy",
    "same_code": "copy",
    "ruled": "lock",
}


def kind_words() -> dict[str, str]:
    """What each kind is called."""
    return {
        "overpaid": tr("Bill paid too much"),
        "credit_twice": tr("Credit used twice"),
        "reversed_twice": tr("Receipt taken back twice"),
        "paid_out_twice": tr("Refund paid out twice"),
        "unapproved": tr("Paid out without approval"),
        "late": tr("After the session was closed"),
        "remitted": tr("Handed in, not as counted"),
        "two_readings": tr("Two indexes for one period"),
        "concurrent": tr("Changed at two desks"),
        "misfit": tr("A step that does not fit"),
        "same_id": tr("Entered twice, differently"),
        "same_code": tr("Two papers with one number"),
        "ruled": tr("Done without the right to"),
    }


def group_words() -> dict[str, str]:
    """What the kinds of a group are about (`app.domain.exceptions.GROUPS`)."""
    return {
        "money": tr("Money"),
        "readings": tr("Readings"),
        "cards": tr("Customers"),
        "requests": tr("Requests"),
        "others": tr("Papers, rights"),
    }


def field_words() -> dict[str, str]:
    """The fields whose concurrent change a person must see."""
    return {
        "name": tr("Name"),
        "bank_account": tr("Bank account"),
        "customer_class": tr("Customer class"),
        "serial": tr("Meter serial"),
    }


def done_words() -> dict[str, str]:
    """What was done about a settled one."""
    return {
        "credit": tr("Kept as credit"),
        "refund": tr("Receipt taken back, money returned"),
        "keep": tr("One side kept"),
        "take": tr("The other side taken"),
        "leave": tr("Left as it is"),
        "reopen": tr("Reopened"),
        "seen": tr("Looked into"),
    }


def what_happened(row: ExceptionRow, room: ExceptionRoom) -> str:
    """What is wrong, in a sentence."""
    period = period_words(row.part) if row.kind in ("overpaid", "two_readings") else ""
    match row.kind:
        case "overpaid":
            return tr(
                "The bill of {period} got {amount} too much. All receipts stand; the surplus is the "
                "customer's.",
                period=period,
                amount=room.money(row.amount),
            )
        case "credit_twice":
            return tr(
                "{amount} of this receipt were used twice. The customer owes them; they are due with "
                "the next payment.",
                amount=room.money(row.amount),
            )
        case "reversed_twice":
            return tr("Two desks took this receipt back. The money may have gone out twice.")
        case "paid_out_twice":
            return tr("Two desks paid out the same refund. What went out too much is due from the customer.")
        case "unapproved":
            return tr("Money was paid back without a second person's approval of just this amount.")
        case "late":
            return tr("This came into the session after it was counted and closed.")
        case "remitted" if row.amount > 0:
            return tr("{amount} more were handed in than were counted.", amount=room.money(row.amount))
        case "remitted":
            return tr("{amount} less were handed in than were counted.", amount=room.money(-row.amount))
        case "two_readings" if row.billed:
            return tr(
                "The meter was read twice for {period}, and the bill is out. Correct it with the next bill.",
                period=period,
            )
        case "two_readings":
            return tr(
                "The meter was read twice for {period}. The later index counts until one is kept.",
                period=period,
            )
        case "concurrent":
            return tr(
                "“{field}” was set at two desks that had not heard of each other. The later one counts.",
                field=field_words().get(row.part, row.part),
            )
        case "misfit" if row.table_name == "work_order":
            return tr("Two desks ended this work order, each in another way. The first counts.")
        case "misfit":
            return tr("What was done at the second desk no longer fitted. It is kept and changes nothing.")
        case "same_id":
            return tr("Two desks made this, each in another way. The one made first counts.")
        case "same_code":
            return tr("Papers with one number are out. Nothing is renumbered: mark both papers.")
        case "ruled":
            return tr("The head office did not let this count, since the person may not do it.")
    return ""


def next_step(row: ExceptionRow) -> str:
    """What to do, in a sentence."""
    match row.kind:
        case "overpaid":
            return tr(
                "Ask the customer: leave it for the next bill, or take one receipt back and return the money."
            )
        case "credit_twice":
            return tr("Tell the customer what is still owed, then write down what was agreed.")
        case "reversed_twice":
            return tr("Ask both desks whether the money was handed out, then write down what was found.")
        case "paid_out_twice":
            return tr("Ask both desks and the customer, then write down how the money comes back.")
        case "unapproved":
            return tr("Ask who paid it out and why, then write down what was found.")
        case "late":
            return tr("Count where this money is, then write down what was found.")
        case "remitted":
            return tr("Compare the slips with the money, then write down what was found.")
        case "two_readings" if not row.billed:
            return tr("Look at the meter, then keep the right index.")
        case "concurrent":
            return tr("Ask which is right, then keep or change it.")
        case "misfit" if row.table_name == "work_order":
            return tr("Ask the crew which is right. Where the first is not, issue a new work order.")
        case "misfit":
            return tr("Leave the request as it is, or reopen it where the customer needs another answer.")
        case "ruled":
            return tr("Do it again yourself if it was right, then write down what was agreed.")
    return tr("Compare both sides, then write down what was found.")


def side_title(row: ExceptionRow, side: Side) -> str:
    """What a side stands for."""
    match side.what:
        case "session_closed":
            return tr("To hand in") if row.kind == "remitted" else tr("Closed, counted")
        case "event" | "order_event":
            return tr("Step")
        case "value":
            return field_words().get(row.part, row.part)
    return {
        "receipt": tr("Receipt"),
        "reversal": tr("Taken back"),
        "remittance": tr("Handed in"),
        "payout": tr("Paid back"),
        "use": tr("Used for a bill"),
        "reading": tr("Index"),
        "bill": tr("Bill"),
        "contract": tr("Contract"),
        "request": tr("Request"),
        "session_opened": tr("Cash session"),
        "letter": tr("Letter"),
        "work_order": tr("Work order"),
        "entry": tr("Entry"),
        "ruling": tr("Ruling"),
    }.get(side.what, tr("Record"))


def side_value(row: ExceptionRow, side: Side, room: ExceptionRoom) -> str:
    """What a side says."""
    match side.what:
        case "value" if row.part == "customer_class":
            return names.customer_classes(tr).get(side.value, str(side.value))
        case "event":
            return names.events(tr).get(side.value, str(side.value))
        case "order_event":
            return names.order_events(tr).get(side.value, str(side.value))
        case "entry":
            return names.entry_kinds(tr).get(side.value, str(side.value))
        case "ruling":
            return tr("Does not count")
        case "reading" if side.value is not None:
            return f"{format_quantity(side.value, tr.language)} {room.unit}"
        case "value" if side.value in (None, ""):
            return tr("(empty)")
    if isinstance(side.value, int):
        return room.money(side.value)
    return "" if side.value is None else str(side.value)


def side_code(side: Side, room: ExceptionRoom) -> str:
    """The number of a side's paper; of a step the unit."""
    return room.rules.units().get(side.code, side.code) if side.what == "event" else side.code


def in_short(row: ExceptionRow, room: ExceptionRoom) -> str:
    """Both sides in one line of the list."""
    if row.kind == "overpaid":
        return tr("{amount} too much", amount=room.money(row.amount))
    if row.kind == "ruled":
        return " · ".join(f"{side.who}: {side_value(row, side, room)}" for side in row.sides if side.who)
    if row.kind == "misfit":
        return " ↔ ".join(one_line(side.text) or side_value(row, side, room) for side in row.sides)
    return " ↔ ".join(words for side in row.sides if (words := side_value(row, side, room)))


def who_words(side: Side) -> str:
    """Who, at which desk."""
    return " · ".join(part for part in (side.who, side.desk) if part) or tr("the head office")
