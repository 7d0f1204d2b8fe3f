from __future__ import annotations

import pytest


@pytest.fixture
def new_databases() -> None:
    """Here every database is migrated, also a new one."""
