"""A new version brings the data to its form and then does not start: the version before comes back with the
data as it has left them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from app.models.database import HEAD, open_database
from app.sync.update_folder import UpdateFolder
from app.sync.upgrade import settle
from tests.releases.conftest import unpacked
from tests.releases.test_upgrade import NOW, everything
from tests.updates import PUBLIC, put

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="setups of these tests are shell scripts")


def test_the_data_are_as_the_version_before_has_left_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    database = home / "office.db"
    shutil.copy(unpacked("schema-2", tmp_path) / "counter" / "office.db", database)
    before = everything(database)
    for version in ("1.0.0", "1.1.0"):
        put(tmp_path / "stick", version)
    old = UpdateFolder(home, "1.0.0", [PUBLIC])
    old.take(tmp_path / "stick")
    old.install("0002")
    for _ in range(2):
        new = UpdateFolder(home, "1.1.0", [PUBLIC])
        assert new.begin(NOW) is False
        open_database(database, NOW, settle=settle).close()  # the window does not come up
        new._end_starting()
    assert HEAD != "0002"
    assert everything(database) != before
    assert UpdateFolder(home, "1.1.0", [PUBLIC]).begin(NOW) is True
    assert everything(database) == before
