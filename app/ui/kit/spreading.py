"""How wide each column of a table becomes: spare and missing room is shared, what gives way is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.ui.kit.arranging import Arrangement
from app.ui.kit.bars import heading_width
from app.ui.kit.tables import Column
from app.ui.kit.theme import px

FEW_WORDS = 80


def to_show(columns: Sequence[Column[Any]], own: Arrangement) -> list[int]:
    """The places of the columns to be shown, were there room for all."""
    if own.columns:
        return [i for i, each in enumerate(columns) if not each.name or each.name in own.columns]
    return [i for i, each in enumerate(columns) if not each.optional]


def spread(columns: Sequence[Column[Any]], own: Arrangement, room: int) -> dict[int, int]:
    """The widths in pixels of those that are shown in so much room, by their places: each its own, spare room
    by `grow`, missing room from where there is some to give."""
    shown = to_show(columns, own)
    while not own.columns and len(shown) > 1 and sum(_least(columns[i], own) for i in shown) > room:
        first = max(shown, key=lambda i: columns[i].gives_way)
        if not columns[first].gives_way:
            break
        shown.remove(first)
    wide = {i: max(px(_wish(columns[i], own)), _heading(columns[i])) for i in shown}
    least = {i: _least(columns[i], own) for i in shown}
    floor = {i: _floor(columns[i], own) for i in shown}
    if sum(least.values()) > room >= sum(floor.values()):
        wide, least = least, floor  # a little narrower still, rather than a bar to scroll by
    left = spare = room - sum(wide.values())
    shares = {i: columns[i].grow if spare > 0 else wide[i] - least[i] for i in shown}
    whole, last = sum(shares.values()), max((i for i in shown if shares[i]), default=-1)
    for i in shown:
        extra = 0 if not whole else left if i == last else spare * shares[i] // whole
        left -= extra
        wide[i] = max(wide[i] + extra, least[i])
    return wide


def _wish(column: Column[Any], own: Arrangement) -> int:
    """How wide it is to be, in pixels of the 100 % design."""
    return own.widths.get(column.name, column.width)


def _least(column: Column[Any], own: Arrangement) -> int:
    """How narrow a column may become before another gives way; what was set by hand stays."""
    if column.name in own.widths:
        return px(_wish(column, own))
    least = px(column.width) * 7 // 10 if column.grow else px(column.width)
    return max(least, _heading(column))


def _floor(column: Column[Any], own: Arrangement) -> int:
    """How narrow it may become where no other can give way any more."""
    least = _least(column, own)
    if column.name in own.widths or not (column.grow or column.least):
        return least
    return min(least, max(px(column.least or FEW_WORDS), _heading(column)))


def _heading(column: Column[Any]) -> int:
    """How wide the heading is: a translated one may be wider than what stands below it."""
    if column.dot or not column.title:
        return 0
    return heading_width(column.title + (" ↓" if column.sort else ""))
