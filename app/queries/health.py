"""How the database of a desk is: whether its file is whole, what it has last seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from app.models import Entry, Local
from app.models.base import instant

CHECKED = "health.checked"
"""The key, in what a desk knows about itself, of the moment when its file was last looked through."""

_COUNTER_BITS = 16  # of an HLC, below its milliseconds


class HealthQueries:
    """Of an open database."""

    def __init__(self, read: Engine) -> None:
        self._read = read

    def newest(self, device: int) -> datetime | None:
        """The moment of a feed's newest entry."""
        with self._read.connect() as read:
            stamp = read.execute(select(func.max(Entry.hlc)).where(Entry.device == device)).scalar()
        return None if stamp is None else instant(stamp >> _COUNTER_BITS)

    def checked(self) -> datetime | None:
        """When the file was last looked through."""
        with self._read.connect() as read:
            known = read.execute(select(Local.value).where(Local.key == CHECKED)).scalar()
        return instant(known) if isinstance(known, int) else None

    def sound(self) -> bool:
        """Look through the whole file: a second for 200 MB. What stands in a page is not compared with its
        indexes, as a backup does."""
        with self._read.connect() as read:
            return bool(read.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")
