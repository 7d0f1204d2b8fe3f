from __future__ import annotations

import pytest


@pytest.fixture
def new_databases() -> None:
    """Here every database is migrated, also a new one."""


@pytest.fixture
def power() -> None:
    """Here a database is as the program opens it."""
