"""Rows to put into a store."""

from __future__ import annotations

import os
from typing import Any

ALLOCATION = ("office_no", "id", "hlc", "device", "receipt_id", "bill_id", "customer_id", "amount")


def allocation(office: int = 1, amount: Any = 1000, id: bytes | None = None) -> tuple[Any, ...]:
    """Money for no bill yet."""
    return (office, id or os.urandom(16), 1, 1, bytes(16), None, bytes(16), amount)
