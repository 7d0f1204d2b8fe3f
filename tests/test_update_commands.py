"""An update from the publisher to a desk, as people type it: key, signature, publication, roll-out, stick."""

from __future__ import annotations

import json
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app import __version__, bootstrap, cli
from app.bootstrap import Desktop
from app.sync import update_folder
from app.words import tr
from tests.offices import Company
from tests.programs import ROOT
from tests.updates import setup_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="setups of these tests are shell scripts")

Daumoi = Callable[..., str]
NEWER = "90.0.0"


@pytest.fixture
def daumoi(capsys: pytest.CaptureFixture[str]) -> Daumoi:
    """Runs a command in this program: what it said; what is refused begins with its exit code."""

    def run(*arguments: object) -> str:
        before = tr.language
        try:
            code = cli.main(["--language", "en", *map(str, arguments)])
        finally:
            tr.use(before)
        said = capsys.readouterr()
        return (f"{code} " if code else "") + said.out + said.err

    return run


@pytest.fixture
def signed(daumoi: Daumoi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A setup, signed by a publisher's new key, which the program was built with."""
    secret = tmp_path / "password"
    secret.write_text("một mật khẩu dài\n", "utf-8")
    monkeypatch.setenv("DAUMOI_PASSWORD_FILE", str(secret))
    key = tmp_path / "publisher.key"
    said = daumoi("update", "key", "--out", key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "ENCRYPTED" in key.read_text()
    [public] = re.findall(r"[0-9a-f]{64}", said)
    for module in (bootstrap, update_folder):
        monkeypatch.setattr(module, "publishers", lambda: [bytes.fromhex(public)])
    setup = tmp_path / f"Daumoi-Setup-{NEWER}.run"
    setup.write_bytes(setup_of(NEWER))
    notes = tmp_path / "vi.txt"
    notes.write_text("Tìm nhanh hơn.\n", "utf-8")
    daumoi(
        "update", "sign", setup, "--key", key, "--least", __version__, "--version", NEWER,
        "--system", sys.platform, "--date", "2026-11-22", "--notes", f"vi={notes}",
    )  # fmt: skip
    return setup


def test_from_the_publisher_to_the_offices(
    daumoi: Daumoi, signed: Path, company: Company, tmp_path: Path
) -> None:
    at: tuple[object, ...] = ("--home", company.home)
    assert "is published" in daumoi("headoffice", "update", "publish", signed, *at)
    assert f"Version {NEWER}: no office yet" in daumoi("headoffice", "update", "show", *at)
    said = daumoi("headoffice", "update", "roll-out", "--version", NEWER, "--office", 1, *at)
    assert said == f"Version {NEWER} goes to: offices 1.\n"
    desk = company.desk("BN03")
    desk.client.once()
    assert desk.updates.view.ready
    shown = json.loads(daumoi("headoffice", "update", "show", "--json", *at))
    assert shown == {
        "published": [{"version": NEWER, "offices": [1]}],
        "desks": [{"office": 1, "desk": "BN03", "version": __version__, "failed": None}],
    }
    assert f"{NEWER} can be installed" in daumoi("update", "show", "--home", desk.home)
    daumoi("headoffice", "update", "roll-out", "--version", NEWER, "--nobody", *at)
    desk.updates._ask_at = 0
    desk.client.once()
    assert "There is no update here" in daumoi("update", "show", "--home", desk.home)
    assert "all offices" in daumoi("headoffice", "update", "roll-out", "--version", NEWER, "--all", *at)
    daumoi("headoffice", "update", "withdraw", "--version", NEWER, *at)
    assert daumoi("headoffice", "update", "withdraw", "--version", NEWER, *at).startswith("2 No update")
    assert daumoi("headoffice", "update", "show", *at).startswith("No update is published here.")


def test_by_stick_and_installed_by_command(
    daumoi: Daumoi, signed: Path, desktop: Desktop, company: Company
) -> None:
    home = company.shut(desktop)
    assert "can be installed" in daumoi("update", "take", signed.parent, "--home", home)
    assert "is at work" in daumoi("update", "install", "--home", home)
    assert daumoi("update", "take", signed.parent / "none", "--home", home).startswith("2 ")


def test_who_cannot_publish_is_told_where_the_steps_are(
    daumoi: Daumoi, signed: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "publishers", list)
    said = daumoi("headoffice", "update", "publish", signed, "--home", company.home)
    assert said.startswith("2 This program was built without a publisher's key")
    found = re.search(r"“(.+)” in (\S+\.md)\.$", said.strip())
    assert found
    assert f"\n## {found[1]}\n" in (ROOT / found[2]).read_text("utf-8")


def test_what_a_publisher_does_wrong(daumoi: Daumoi, signed: Path, tmp_path: Path) -> None:
    key = tmp_path / "publisher.key"
    before = key.read_bytes()
    assert daumoi("update", "key", "--out", key).startswith("2 ")
    assert key.read_bytes() == before
    (tmp_path / "password").write_text("another")
    assert "is no publisher's key" in daumoi("update", "sign", signed, "--key", key, "--least", __version__)
    (tmp_path / "password").write_text("một mật khẩu dài", "utf-8")
    for wrong in (("--least", "one"), ("--least", "99.0.0"), ("--least", __version__, "--notes", "xx=1")):
        assert daumoi("update", "sign", signed, "--key", key, *wrong).startswith("2 An update file cannot")


def test_a_version_that_does_not_start_gives_way_before_the_window_is_made(
    daumoi: Daumoi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update_folder.UpdateFolder, "begin", lambda _folder, _now: True)
    monkeypatch.setitem(sys.modules, "app.window.program", None)  # importing it fails, as it may there
    assert daumoi("desktop", "--home", tmp_path) == ""
