"""Calendars for tests: the two that come with the program, and offices of 2026 with hours of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.domain.deadlines import Hours, Interval, WorkingCalendar, calendar_of, zone_named
from app.settings import resources

HANOI = zone_named("Asia/Ho_Chi_Minh")
OFFICE: Hours = (Interval(7 * 60 + 30, 11 * 60 + 30), Interval(13 * 60 + 30, 17 * 60))
WEEK: Mapping[int, Hours] = dict.fromkeys(range(5), OFFICE)


def default(name: str) -> Any:
    """A file of `resources/defaults`."""
    return json.loads((resources() / "defaults" / f"{name}.json").read_text("utf-8"))


def _shipped(country: str, zone: str) -> WorkingCalendar:
    weekly = {
        int(day): tuple(tuple(each) for each in hours) for day, hours in default("office_hours").items()
    }
    days = {date.fromisoformat(row["day"]): row["intervals"] for row in default(f"calendar_{country}")}
    return calendar_of(zone_named(zone), weekly, days)


VN = _shipped("vn", "Asia/Ho_Chi_Minh")
CN = _shipped("cn", "Asia/Shanghai")


def at(text: str, where: WorkingCalendar = VN) -> datetime:
    """A time of the office's own zone, as "20/8 16:00" of 2026."""
    return datetime.strptime(f"2026 {text}", "%Y %d/%m %H:%M").replace(tzinfo=where.zone)
