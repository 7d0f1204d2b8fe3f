from __future__ import annotations

import pytest


@pytest.fixture
def new_databases() -> None:
    """Here a new database is what the migrations make."""


@pytest.fixture
def power() -> None:
    """Here the power is cut: what the program forces onto the disk, and what not, counts."""
