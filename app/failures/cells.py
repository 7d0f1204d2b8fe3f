"""What is wrong with a cell of a workbook; each goes on behind "Row 14, column New index: "."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def cells(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> words. Places: `value` as it stands in the cell, `first_row` the earlier row that it clashes
    with."""
    return {
        "import.required": tr("this cell is empty. Fill it in and import again."),
        "import.not_a_number": tr("“{value}” is not a number. Correct this cell and import again."),
        "import.negative": tr("“{value}” is below zero. Correct this cell and import again."),
        "import.too_large": tr("“{value}” is more than any meter shows. Correct this cell and import again."),
        "import.not_whole": tr("“{value}” is not a whole number. Correct this cell and import again."),
        "import.out_of_range": tr("“{value}” is not possible here. Correct this cell and import again."),
        "import.not_a_date": tr("“{value}” is not a date. Write day/month/year and import again."),
        "import.became_a_date": tr(
            "Excel turned this cell into the date {value}. Format it as text, type it again and import again."
        ),
        "import.lost_digits": tr(
            "Excel shortened the number “{value}” and lost figures. Format the cell as text, type it again "
            "and import again."
        ),
        "import.cell_error": tr(
            "the cell holds the Excel error {value}. Correct the formula and import again."
        ),
        "import.not_calculated": tr(
            "the formula has not been calculated. Open the file in Excel, save it there and import again."
        ),
        "import.broken_text": tr("“{value}” has unreadable characters. Type it again and import again."),
        "import.old_font": tr(
            "“{value}” is in an old font code (TCVN3 or VNI). Convert it to Unicode and import again."
        ),
        "import.too_long": tr("the text is too long. Shorten it and import again."),
        "import.unknown_class": tr(
            "“{value}” is not a known customer class. Choose a class of the price list and import again."
        ),
        "import.unknown_route": tr(
            "there is no route “{value}”. Add the route or correct the cell and import again."
        ),
        "import.code_twice": tr(
            "“{value}” is already in row {first_row}. Delete one of the two and import again."
        ),
        "import.read_twice": tr(
            "“{value}” was already read in row {first_row}. Delete one of the two and import again."
        ),
        "import.no_meter": tr(
            "neither meter serial nor customer code. Fill in one of them and import again."
        ),
        "import.serial_twice": tr("meter serial “{value}” is also in row {first_row}. Check which is right."),
        "import.not_a_phone": tr(
            "“{value}” does not look like a phone number and is kept as written. Check it."
        ),
        "import.not_read": tr("no present index; the meter stays unread."),
        "import.other_name": tr(
            "row {first_row} has another name for the same customer code. Correct one of the two and import "
            "again."
        ),
        "import.connection_elsewhere": tr(
            "connection “{value}” belongs to another customer. Correct the code and import again."
        ),
        "import.serial_elsewhere": tr(
            "meter serial “{value}” is in use at another connection too. Check which is right."
        ),
        "import.unknown_meter": tr(
            "there is no meter “{value}” in use here. Correct the serial, or import the customer first."
        ),
        "import.unknown_customer": tr(
            "there is no customer “{value}” with a meter here. Correct the code, or import the "
            "customer first."
        ),
        "import.several_meters": tr(
            "“{value}” fits more than one meter. Fill in both meter serial and customer code and "
            "import again."
        ),
        "import.meter_elsewhere": tr(
            "meter “{value}” does not belong to the customer of this row. Correct one of the two and import "
            "again."
        ),
        "import.too_many_figures": tr(
            "“{value}” has more figures than the meter shows. Check the index and import again."
        ),
        "import.date_future": tr("the reading date is still to come. Correct it and import again."),
        "import.billed": tr("the bill of this period is out already, so its index stays as it is."),
        "import.no_such_customer": tr(
            "there is no customer “{value}” here; the request comes in without one. Link it later."
        ),
        "import.cells_differ": tr(
            "the row has {value} cells, not as many as the headings. It may be torn: compare it with the "
            "register."
        ),
        "import.not_a_moment": tr(
            "“{value}” is not a time as the mapping says that they are written. Correct one of the two."
        ),
        "import.not_in_mapping": tr("“{value}” is not in the mapping. Add it there and import again."),
        "import.received_future": tr(
            "{value}, when it was received, is still to come. Correct it and import again."
        ),
        "import.arrived_later": tr("{value} is later than it was received. Correct one of the two."),
        "import.due_before_received": tr("due {value}, before it was received. Correct one of the two."),
        "import.closed_before_received": tr("ended {value}, before it was received. Correct one of the two."),
        "import.closed_before_answered": tr(
            "closed {value}, before it was answered. Correct one of the two."
        ),
        "import.closed_future": tr("{value}, when it ended, is still to come. Correct it and import again."),
        "import.open_with_an_end": tr(
            "it is said to be open and yet to have ended {value}. Correct one of the two."
        ),
        "import.no_end": tr("it is said to be closed, but not when. Fill in the date and import again."),
        "import.no_answer": tr(
            "it is said to be closed without an answer. Nothing is closed silently: fill in what was "
            "answered."
        ),
        "import.no_outcome": tr(
            "it is said to be closed without an outcome. Fill in how it ended, or name one in the mapping."
        ),
        "import.no_notice": tr(
            "it is said to be closed, but not how the customer was told. Fill it in, or name it in the "
            "mapping."
        ),
        "import.type_retired": tr(
            "the kind “{value}” is no longer in use. Name the one that took its place in the mapping."
        ),
        "import.type_restricted": tr(
            "the kind “{value}” is for few eyes and does not come in from a file. Register it by hand."
        ),
        "import.previous_differs": tr("the file begins from another index than ours. Check which is right."),
    }
