"""What is asked of a release before it is built, and which came before."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from app.domain.updates import version
from installer import releases
from installer.setup import setup_sources
from installer.wine import ROOT, BuildError, Cache

KEY = "a5" * 32


def checkout(tmp_path: Path, publishers: object) -> Path:
    """A clone in which everything is committed, with a release 1.0.0 behind it."""
    for name in ("resources", "installer", "tests/releases"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / releases.PUBLISHERS).write_text(json.dumps(publishers), "utf-8")
    former = [{"version": "1.0.0", "commit": "0" * 40, "revision": "0001"}]
    (tmp_path / "installer" / "releases.json").write_text(json.dumps(former), "utf-8")
    (tmp_path / "tests" / "releases" / "1.1.0.tar.xz").touch()
    as_somebody = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    for line in (("init", "-q"), ("add", "."), (*as_somebody, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *line], cwd=tmp_path, check=True)
    return tmp_path


def test_a_release_may_be_built_with_a_key_its_database_and_nothing_uncommitted(tmp_path: Path) -> None:
    root = checkout(tmp_path, [{"name": "x", "key": KEY}])
    assert releases.missing_for_release("1.1.0", root) == []
    [database] = releases.missing_for_release("1.2.0", root)
    assert "tests.releases.make 1.2.0" in database
    (root / "new").touch()
    assert releases.missing_for_release("1.1.0", root) == ["Not everything is committed: new."]


def test_no_release_without_a_publisher_nor_of_a_version_that_was_one(tmp_path: Path) -> None:
    root = checkout(tmp_path, [])
    assert releases.missing_for_release("1.1.0", root) == [releases.NO_PUBLISHER]
    assert any("was released before" in lack for lack in releases.missing_for_release("1.0.0", root))


@pytest.mark.parametrize("text", ["", "{}1", '[{"name": "x"}]', '[{"key": "A5"}]', f'[{{"key": "{KEY}0"}}]'])
def test_a_list_of_publishers_with_a_slip_stops_every_build(text: str, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(text, "utf-8")
    with pytest.raises(BuildError, match=r"publisher|public key"):
        releases.keys_of(tmp_path / "list")


def test_the_command_refuses_a_release_of_this_checkout_without_a_key() -> None:
    if releases.keys_of(ROOT / releases.PUBLISHERS):
        pytest.skip("a publisher's key is there")
    command = [sys.executable, "installer/build.py", "--release"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "daumoi update key" in done.stderr


def test_the_setup_says_among_its_properties_whether_it_takes_updates(tmp_path: Path) -> None:
    program = tmp_path / "program"
    list_of = program / "_internal" / releases.PUBLISHERS
    list_of.parent.mkdir(parents=True)
    for keys, words in (([], "No publisher's key"), ([{"name": "x", "key": KEY}], "Takes updates")):
        list_of.write_text(json.dumps(keys), "utf-8")
        script = setup_sources(program, tmp_path, "1.2.3").read_text("utf-8")
        assert re.search(f'!define COMMENTS "{words}', script)


def test_a_release_is_not_built_where_the_history_does_not_reach_back_nor_twice(tmp_path: Path) -> None:
    before = releases.Before(Cache(tmp_path), releases.Release("1.0.0", "0" * 40, "0001"))
    with pytest.raises(BuildError, match="history"):
        before.make()
    before.folder.mkdir(parents=True)
    before.setup.touch()
    before.make()


def test_the_releases_are_in_order_and_before_this_version() -> None:
    known = [version(each.version) for each in releases.releases()]
    assert known == sorted(known)
    assert known[-1] < version(__version__)
    migrations = ROOT / "app" / "models" / "migrations" / "versions"
    assert all(list(migrations.glob(f"{each.revision}_*.py")) for each in releases.releases())
