"""The supervisor's report of an office as a workbook: an overview with charts, then the lists behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.documents.papers import Chart, ReportData
from app.documents.wording import day, moment
from app.documents.workbook import OutColumn, Progress, SheetOut, write_workbook
from app.domain import names
from app.domain.charts import ChartData, Series, money_power
from app.words import Words

_MOST_CATEGORIES = 10


def office_report(data: ReportData, path: Path, language: str, progress: Progress | None = None) -> int:
    """Writes the report to `path`; raises what `write_workbook` raises."""
    tr = Words(language)
    sheets = [_overview(data, tr), _requests(data, tr), _collections(data, tr), _arrears(data, tr)]
    return write_workbook(
        path,
        sheets,
        currency=data.currency,
        zone=data.letterhead.zone,
        author=data.letterhead.utility_name,
        progress=progress,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _notes(data: ReportData, tr: Words) -> list[str]:
    letterhead = data.letterhead
    return [
        f"{letterhead.utility_name} – {letterhead.office_name}",
        tr("From {first} to {last}", first=day(data.first_day), last=day(data.last_day)),
        tr("Made at {moment}", moment=moment(data.made_at, letterhead.zone)),
    ]


def _overview(data: ReportData, tr: Words) -> SheetOut:
    received = sum(row.received for row in data.requests)
    answered = sum(row.answered for row in data.requests)
    on_time = sum(row.on_time for row in data.requests)
    late = sum(row.late for row in data.requests)
    still_open = sum(row.open for row in data.requests)
    taken = sum(row.amount for row in data.collections)
    rows = [
        (tr("Requests received"), received, None, None),
        (tr("Requests answered"), answered, None, _share(answered, received)),
        (tr("Answered on time"), on_time, None, _share(on_time, answered)),
        (tr("Overdue or answered late"), late, None, _share(late, received)),
        (tr("Still open"), still_open, None, _share(still_open, received)),
        (tr("Money collected"), sum(row.receipts for row in data.collections), taken, None),
        (tr("Money reversed"), None, sum(row.reversed for row in data.collections), None),
        (tr("Paid back to customers"), None, sum(row.paid_out for row in data.collections), None),
        (tr("Customers in arrears"), len(data.arrears), sum(row.total for row in data.arrears), None),
    ]
    return SheetOut(
        tr("Overview"),
        (
            OutColumn(tr("Figure"), "text", 30),
            OutColumn(tr("Count"), "int", 12),
            OutColumn(tr("Amount of money"), "money", 18),
            OutColumn(tr("Share"), "percent", 10),
        ),
        rows,
        heading=tr("Report of the office"),
        notes=_notes(data, tr),
        charts=(*_charts(data, tr), *data.charts),
    )


def _most(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in counts.most_common(_MOST_CATEGORIES))


def _sums(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for name, number in pairs:
        sums[name] += number
    return sums


def _charts(data: ReportData, tr: Words) -> Iterable[Chart]:
    """Charts of what there is; none of what there is nothing to show."""
    if data.requests:
        kinds = _most(_sums((row.kind, row.received) for row in data.requests))
        on_time = _sums((row.kind, row.on_time) for row in data.requests)
        late = _sums((row.kind, row.late) for row in data.requests)
        waiting = _sums((row.kind, row.received - row.on_time - row.late) for row in data.requests)
        yield Chart(
            ChartData(
                tr("Requests by type"),
                kinds,
                tuple(
                    Series(name, tuple(float(counts[kind]) for kind in kinds))
                    for name, counts in (
                        (tr("Answered on time"), on_time),
                        (tr("Overdue or answered late"), late),
                        (tr("Open, not yet due"), waiting),
                    )
                ),
            ),
            "stacked",
        )
    if data.collections:
        in_order = sorted(data.collections, key=lambda row: row.day)
        days = _sums((f"{row.day:%d/%m}", row.amount) for row in in_order)
        back = _sums((f"{row.day:%d/%m}", row.reversed) for row in in_order)
        sums = [(tr("Money collected"), days)]
        if any(back.values()):
            sums.append((tr("Money reversed"), back))
        yield Chart(_money(data, tr("Collections per day"), tuple(days), sums, tr), "line")
        by_point = _sums((row.point, row.amount) for row in data.collections)
        sums = [(tr("Money collected"), by_point)]
        yield Chart(_money(data, tr("Collections by point"), _most(by_point), sums, tr), "bar")
    if data.arrears:
        owed = _sums((band, row.bands[n]) for row in data.arrears for n, band in enumerate(data.bands))
        yield Chart(_money(data, tr("Arrears by age"), data.bands, [(tr("Arrears"), owed)], tr), "donut")


def _money(
    data: ReportData,
    title: str,
    categories: tuple[str, ...],
    sums: Sequence[tuple[str, Counter[str]]],
    tr: Words,
) -> ChartData:
    """Sums of money by category, in the unit in which they are read best."""
    currency = data.currency
    power = money_power((of[each] for _, of in sums for each in categories), currency.digits)
    unit = 10 ** (power + currency.digits)
    series = tuple(Series(name, tuple(of[each] / unit for each in categories)) for name, of in sums)
    return ChartData(title, categories, series, names.money_unit(power, currency.symbol, tr))


def _requests(data: ReportData, tr: Words) -> SheetOut:
    columns = (
        OutColumn(tr("Request type")),
        OutColumn(tr("Responsible unit")),
        OutColumn(tr("Requests received"), "int"),
        OutColumn(tr("Requests answered"), "int"),
        OutColumn(tr("Answered on time"), "int"),
        OutColumn(tr("Overdue or answered late"), "int"),
        OutColumn(tr("Still open"), "int"),
        OutColumn(tr("Share on time"), "percent"),
    )
    rows = [
        (
            row.kind,
            row.unit,
            row.received,
            row.answered,
            row.on_time,
            row.late,
            row.open,
            _share(row.on_time, row.answered),
        )
        for row in data.requests
    ]
    answered = sum(row.answered for row in data.requests)
    on_time = sum(row.on_time for row in data.requests)
    totals = (
        tr("All together"),
        None,
        sum(row.received for row in data.requests),
        answered,
        on_time,
        sum(row.late for row in data.requests),
        sum(row.open for row in data.requests),
        _share(on_time, answered),
    )
    return SheetOut(tr("Requests"), columns, rows, totals=totals)


def _collections(data: ReportData, tr: Words) -> SheetOut:
    columns = (
        OutColumn(tr("Day"), "date"),
        OutColumn(tr("Collection point")),
        OutColumn(tr("Cashier")),
        OutColumn(tr("Number of receipts"), "int"),
        OutColumn(tr("Money collected"), "money"),
        OutColumn(tr("Money reversed"), "money"),
        OutColumn(tr("Paid back to customers"), "money"),
    )
    rows = [
        (
            row.day,
            row.point,
            row.cashier,
            row.receipts,
            row.amount,
            row.reversed or None,
            row.paid_out or None,
        )
        for row in data.collections
    ]
    totals = (
        None,
        tr("All together"),
        None,
        sum(row.receipts for row in data.collections),
        sum(row.amount for row in data.collections),
        sum(row.reversed for row in data.collections),
        sum(row.paid_out for row in data.collections),
    )
    return SheetOut(tr("Collections"), columns, rows, totals=totals)


def _arrears(data: ReportData, tr: Words) -> SheetOut:
    columns = (
        OutColumn(tr("Customer code"), "code"),
        OutColumn(tr("Customer")),
        OutColumn(tr("Phone"), "code"),
        OutColumn(tr("Address")),
        OutColumn(tr("Route"), "code"),
        OutColumn(tr("Oldest due date"), "date"),
        *(OutColumn(band, "money") for band in data.bands),
        OutColumn(tr("Total owed"), "money"),
    )
    rows = (
        (
            row.customer_code,
            row.name,
            row.phone,
            row.address,
            row.route,
            row.oldest_due,
            *(amount or None for amount in row.bands),
            row.total,
        )
        for row in data.arrears
    )
    sums = [sum(row.bands[n] for row in data.arrears) for n in range(len(data.bands))]
    totals = (None, tr("All together"), *[None] * 4, *sums, sum(row.total for row in data.arrears))
    return SheetOut(tr("Arrears"), columns, rows, totals=totals)
