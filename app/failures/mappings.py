"""Failures of a mapping by which a former register is read, and of tables that are text."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def mappings(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence. Places: `where` in the mapping, as "values.type.Leak"."""
    return {
        "mapping.not_json": tr(
            "The mapping is not valid JSON: look at line {line}, character {column}. Correct it and try "
            "again."
        ),
        "mapping.part": tr(
            "In the mapping, “{where}” is missing or not of the right form. Correct it and try again."
        ),
        "mapping.unknown_part": tr(
            "In the mapping, “{where}” is not known. Here may stand: {known}. Correct it and try again."
        ),
        "mapping.lacking": tr(
            "The mapping does not say where “{where}” is. Name its column, or a constant, and try again."
        ),
        "mapping.unknown_value": tr(
            "In the mapping, “{where}” says “{value}”, which does not exist here. There is: {known}."
        ),
        "mapping.unknown_column": tr(
            "In the mapping, “{where}” names the column “{column}”, which the file does not have. "
            "Correct one of the two and try again."
        ),
        "mapping.column_twice": tr(
            "In the mapping, “{where}” names the column “{column}”, which the file has more than once. "
            "Rename one of them and try again."
        ),
        "mapping.date_format": tr(
            "In the mapping, “{where}” says “{value}”. Write it as in Excel, such as d/m/yyyy h:mm, or iso."
        ),
        "mapping.zone": tr(
            "In the mapping, “{where}” says “{value}”, which is no time zone. Write one such as "
            "Asia/Ho_Chi_Minh."
        ),
        "mapping.encoding": tr(
            "In the mapping, “{where}” says “{value}”, which is no character encoding. Write one such as "
            "cp1258."
        ),
        "csv.encoding": tr(
            "{path} is not written in {encoding}. Save it as CSV UTF-8 in Excel, or name its encoding in the "
            "mapping."
        ),
        "csv.torn": tr(
            "{path} breaks off or has a quotation mark that is not closed, from row {row} on. "
            "Copy or export the file once more."
        ),
        "csv.too_many": tr(
            "{path} has more than {limit} rows. Split it into several files; no row is taken in twice."
        ),
        "csv.empty": tr("{path} is empty. Choose another file."),
    }
