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
        "import.previous_differs": tr("the file begins from another index than ours. Check which is right."),
    }
