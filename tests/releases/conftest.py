from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.models import database, migrate, postgres

NextRelease = Callable[..., None]

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


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NextRelease:
    """See `following`."""
    return following(tmp_path, monkeypatch)


def following(folder: Path, monkeypatch: pytest.MonkeyPatch) -> NextRelease:
    """Makes this the program of the next release, with a step that does this and says which tables it means
    to change; the step lies in a folder of the test."""

    def made(does: str, changes: tuple[str, ...] = (), using: pytest.MonkeyPatch = monkeypatch) -> None:
        revision = f"{int(database.HEAD) + 1:04d}"
        steps = folder / "migrations"
        shutil.copytree(migrate.MIGRATIONS, steps)
        (steps / "versions" / f"{revision}_next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '{revision}'\ndown_revision = '{database.HEAD}'\nCHANGES = {changes!r}\n"
            f"def upgrade():\n    {does}\n"
        )
        using.setattr(migrate, "MIGRATIONS", steps)
        for module in (database, postgres):
            using.setattr(module, "HEAD", revision)

    return made
