from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import Desktop
from tests.offices import Company


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a founded head office, to copy."""
    company = Company(tmp_path_factory.mktemp("founded"))
    company.close()
    return company.folder / "headoffice"


@pytest.fixture
def company(tmp_path: Path, founded: Path) -> Iterator[Company]:
    """A head office with one district office and no desk yet."""
    company = Company(tmp_path, founded)
    yield company
    company.close()


@pytest.fixture
def desktop(company: Company) -> Desktop:
    """The first desk, BN03."""
    return company.desk("BN03")
