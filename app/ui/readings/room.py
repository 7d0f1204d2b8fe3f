"""What the pages of readings work with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.queries.readings import ReadingQueries
from app.services.import_readings import ReadingImportService
from app.services.readings import ReadingService
from app.ui.kit.room import Room


@dataclass(frozen=True, kw_only=True)
class ReadingRoom(Room):
    """Handed to every page of readings."""

    readings: ReadingService
    queries: ReadingQueries
    imports: ReadingImportService

    @cached_property
    def may_enter(self) -> bool:
        """Whether this person may enter indexes."""
        return self.may("readings.enter")

    @cached_property
    def may_import(self) -> bool:
        """Whether this person may take in a workbook."""
        return self.may("readings.import")


def periods(today: date, back: int = 12) -> list[str]:
    """The month of `today` and those before it, the newest first: "2026-11"."""
    months = [today.year * 12 + today.month - 1 - n for n in range(back + 1)]
    return [f"{m // 12}-{m % 12 + 1:02d}" for m in months]
