"""Failures of the rules: amounts, quantities, prices, working time, transfer codes, indexes, rights."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def rules(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "not_allowed": tr("You have no right to do this. Ask your supervisor."),
        "money.unreadable": tr(
            "“{text}” is not an amount of money. Type figures only, for example 1.234.567."
        ),
        "quantity.unreadable": tr("“{text}” is not a quantity. Type figures only, for example 17 or 17,5."),
        "tariff.missing": tr(
            "No price for class {customer_class} on {day}. Ask the head office to enter it."
        ),
        "tariff.blocks": tr(
            "The price steps of {customer_class} from {valid_from} are not in order. Steps must rise, the "
            "last one has no bound, and no price is below zero."
        ),
        "vietqr.bank": tr("“{bank}” is not a bank number. It has 6 figures; check it in the settings."),
        "vietqr.account": tr(
            "“{account}” is not an account number. It has 1 to 19 letters or figures, without blanks."
        ),
        "vietqr.amount": tr(
            "A transfer code cannot carry the amount {amount}. It must be above zero and below 10,000 "
            "billion đồng."
        ),
        "vietqr.unreadable": tr("This QR cannot be read (position {at}). Scan it again."),
        "vietqr.crc": tr("The QR is damaged: its check does not fit. Scan it again."),
        "vietqr.foreign": tr("This QR is not a VietQR transfer code. Scan the code on the bill."),
        "calendar.hours": tr(
            "The working hours of {day} overlap or are out of order. Correct them in the calendar."
        ),
        "calendar.no_working_time": tr(
            "The calendar has no working time in the 400 days from {since}. Set the office hours."
        ),
        "limit.unit": tr("“{unit}” is not a unit of a time limit. Choose one from the list."),
        "limit.amount": tr("A time limit of {amount} is not possible. Enter 0 to {most}."),
        "limit.far": tr(
            "By the office hours this time limit ends more than {years} years from now. Enter a shorter one, "
            "or correct the office hours."
        ),
        "rule.form": tr(
            "This rule is not in the form that the head office can write. Close the form and begin again."
        ),
        "unit.in_use": tr(
            "Requests of the kind “{kind}” still go to this unit. Give them to another unit first."
        ),
        "escalation.form": tr(
            "The setting “{name}” for late requests is not right. Enter an amount and a unit of time, or "
            "leave it empty."
        ),
        "reading.lower": tr(
            "The present index {present} is lower than the previous one {previous}. Check the meter, or "
            "enter its number of digits if it went past its end."
        ),
        "reading.too_long": tr("A meter of {digits} digits cannot show {index}. Check the index."),
        "cash.count": tr("The count of notes of {note} is below zero. Correct it."),
        "import.empty_sheet": tr("The sheet is empty. Choose another sheet or file."),
        "import.column_missing": tr("No column is chosen for {field}. Choose it and go on."),
        "import.column_twice": tr("Two columns are chosen for {field}. Keep one of them."),
        "demo.readings_unreadable": tr(
            "Row {row} of the readings file is not a meter with two indexes. Correct the file and start "
            "again."
        ),
    }
