from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RELEASES = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("*.tar.xz"))


def unpacked(release: str, to: Path) -> Path:
    """The homes of the PCs as a release has left them."""
    with tarfile.open(HERE / f"{release}.tar.xz") as tar:
        tar.extractall(to, filter="data")
    return to


@pytest.fixture(params=RELEASES)
def homes(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The homes that each release has left."""
    return unpacked(request.param, tmp_path)
