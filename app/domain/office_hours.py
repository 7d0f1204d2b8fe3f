"""Office hours as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.names import Translate


def hours_lines(hours: Mapping[int, Sequence[tuple[int, int]]], tr: Translate) -> tuple[str, ...]:
    """Days of the same hours on one line: "Mon – Fri: 07:30–11:30". `hours` by weekday (0 is Monday) in
    minutes since midnight."""
    days = (tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat"), tr("Sun"))
    lines: list[str] = []
    first = 0
    for day in range(7):
        spans = tuple(hours.get(day, ()))
        if day < 6 and tuple(hours.get(day + 1, ())) == spans:
            continue
        if spans:
            which = days[first] if first == day else f"{days[first]} – {days[day]}"
            lines.append(f"{which}: " + ", ".join(f"{_hour(a)}–{_hour(b)}" for a, b in spans))
        first = day + 1
    return tuple(lines)


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
