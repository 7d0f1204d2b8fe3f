"""Failures of files: workbooks that people bring, papers and reports that are written."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def papers(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "file.no_space": tr("The disk is full, so {path} was not written. Free some space and try again."),
        "file.in_use": tr("{path} is open in another program. Close it there, then try again."),
        "file.no_folder": tr("The folder of {path} does not exist. Choose another folder."),
        "file.not_allowed": tr("{path} may not be written there. Choose another folder."),
        "file.not_written": tr("{path} could not be written. Check the disk, or choose another folder."),
        "file.not_found": tr("There is no file {path}. Check its name and folder."),
        "file.not_readable": tr("{path} cannot be read. Check that it is a file and that you may open it."),
        "workbook.not_one": tr("{path} is not an Excel workbook. Choose an .xlsx or .xls file."),
        "workbook.encrypted": tr("{path} is locked with a password. Save it without one, then try again."),
        "workbook.too_large": tr(
            "{path} is too large: more than {limit} MB. Split it into several workbooks."
        ),
        "workbook.too_wide": tr(
            "{path} reaches to row {rows} and column {columns}, farther than can be read. Delete the cells "
            "far outside the table and save it again."
        ),
        "workbook.no_sheets": tr("{path} has no visible sheet of cells. Choose another workbook."),
        "workbook.no_sheet": tr("{path} has no sheet “{sheet}”. Its sheets: {sheets}."),
        "workbook.empty": tr("The sheet “{sheet}” of {path} is empty. Choose another sheet or file."),
        "workbook.broken": (
            tr("The sheet “{sheet}” of {path} is damaged. Open it in Excel, save it anew and try again."),
            tr("{path} is damaged. Open it in Excel, save it anew and try again."),
        ),
        "workbook.too_many_rows": tr(
            "The sheet “{sheet}” would have more than the {limit} rows that Excel can hold. Choose fewer."
        ),
        "pdf.unreadable": (
            tr("The PDF {path} cannot be shown. Make it again."),
            tr("The PDF cannot be shown. Make it again."),
        ),
        "billing.no_indexes": tr(
            "No bill was made: there are no indexes of period {period} here. Take them in first, on Readings "
            "or by daumoi import FILE.xlsx --readings --period {period}, then bill the period."
        ),
        "bills.none": tr("There are no bills to print. Choose another period or other bills."),
    }
