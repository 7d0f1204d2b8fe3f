"""The command line itself: its help, its languages, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import openpyxl
import pytest

from tests.programs import command, environment, run


def test_help_is_there_in_both_languages() -> None:
    english = run("--help").stdout
    vietnamese = run("--help", language="vi").stdout
    names = (
        "desktop",
        "demo",
        "headoffice",
        "enrol",
        "sync",
        "verify",
        "bundle",
        "import",
        "bill",
        "report",
        "generate",
    )
    for name in names:
        assert re.search(rf"^    {name}\b", english, re.MULTILINE)
        assert re.search(rf"^    {name}\b", vietnamese, re.MULTILINE)
        assert "daumoi " + name in run(name, "--help").stdout.partition("Examples:")[2]
    assert "usage" not in vietnamese
    assert "cách dùng" in vietnamese


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    script = (
        "import sys; from app.cli import _parser; _parser(); "
        "print(sorted(sys.modules.keys() & {'sqlalchemy', 'PySide6', 'openpyxl', 'reportlab', 'httpx2', "
        "'starlette', 'cryptography'}))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dance"], "không có lựa chọn 'dance'"),
        (["bill"], "còn thiếu tham số: --period. Xem: daumoi bill --help"),
        (["bill", "--period", "11-2026"], "“11-2026” không phải là kỳ"),
        (["report", "--from", "31/02/2026"], "“31/02/2026” không phải là ngày"),
        (["generate", "0", "x.xlsx"], "cần một số từ 1 đến 1.000.000"),
        (["verify", "--all"], "không hiểu tham số: --all"),
        (["--language", "zh", "verify"], "không có lựa chọn 'zh'"),
    ],
)
def test_what_is_not_understood_is_said_in_the_language(arguments: list[str], words: str) -> None:
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, encoding="utf-8", env=environment()
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_language_may_stand_anywhere(tmp_path: Path) -> None:
    asked = ["verify", "--home", str(tmp_path), "--language=en"]
    done = subprocess.run(command(*asked), capture_output=True, text=True, env=environment())
    assert done.stderr.startswith("There is no database")
    by_variable = subprocess.run(
        command(*asked[:3]), capture_output=True, text=True, env=environment(DAUMOI_LANGUAGE="en")
    )
    assert by_variable.stderr == done.stderr


def test_the_same_seed_makes_the_same_people(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        run("generate", 40, tmp_path / f"{name}.xlsx", "--seed", seed)
    a, b, c = (_rows(tmp_path / f"{name}.xlsx") for name in "abc")
    assert a == b
    assert a != c
    assert len(a) == 40 + 3


def _rows(path: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path)
    rows = list(book.worksheets[0].values)
    book.close()
    return rows


@pytest.mark.skipif(not Path("/proc").exists(), reason="watches the files that a program has open")
def test_ctrl_c_leaves_no_half_file(tmp_path: Path) -> None:
    out, temporary = tmp_path / "many.xlsx", tmp_path / "temporary"
    temporary.mkdir()
    making = subprocess.Popen(
        command("--language", "en", "generate", 400_000, out),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(TMPDIR=str(temporary), PYTHONWARNINGS="default"),
        # A shell that runs the tests in the background lets them, and what they start, not hear Ctrl+C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        # The rows go into a file of openpyxl's own until the end; with the first of them it is being written.
        while making.poll() is None and not any(each.stat().st_size for each in temporary.glob("openpyxl.*")):
            threading.Event().wait(0.02)
        making.send_signal(signal.SIGINT)
        _, words = making.communicate(timeout=60)
    finally:
        making.kill()
    assert making.returncode == 130, words
    assert words.strip() == "Stopped. What was finished before is kept."
    assert [each.name for each in tmp_path.iterdir()] == ["temporary"]
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_a_reader_that_goes_away_is_no_matter(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    made = command("generate", 3, tmp_path / "few.xlsx")
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run(made, stdout=nobody, stderr=subprocess.PIPE, text=True, env=environment())
    assert done.stderr == ""
    assert done.returncode == 141
    assert (tmp_path / "few.xlsx").exists()
