"""The command line in tests: programs of their own, a real head office over HTTP."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from app.cli import main
from app.words import tr

ROOT = Path(__file__).parent.parent


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-P", "-m", "app", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAUMOI")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **more}


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, expect: int = 0, language: str = "en") -> Done:
    """Run a command, in this process: there are many, and Python's start takes longer than most of them."""
    out, err = io.StringIO(), io.StringIO()
    before = tr.language
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["--language", language, *map(str, arguments)])
    except SystemExit as left:
        code = int(left.code or 0)
    finally:
        tr.use(before)
    done = Done(code, out.getvalue(), err.getvalue())
    assert done.returncode == expect, done
    return done


def run_apart(
    *arguments: object, expect: int = 0, language: str = "en", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as people do, as a program of its own."""
    done = subprocess.run(
        command("--language", language, *arguments),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        stdin=subprocess.DEVNULL,
        timeout=120,
        cwd=cwd,
    )
    assert done.returncode == expect, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


def told(*arguments: object, expect: int = 0) -> dict[str, object]:
    """What a command with --json tells."""
    done = run(*arguments, "--json", expect=expect)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def refused(*arguments: object, language: str = "en") -> str:
    """The one sentence of a refusal, on stderr alone."""
    done = run(*arguments, expect=2, language=language)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The head office of a home, on a free port; its address."""
    arguments = command("--language", "en", "headoffice", "--home", home, "--port", 0)
    server = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=environment(),
    )
    try:
        assert server.stdout is not None
        ready = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", ready)
        assert found, ready + server.stdout.read()
        yield found[0]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        assert server.stdout is not None
        rest = server.stdout.read()
        server.stdout.close()
    assert [line for line in rest.splitlines() if not line.startswith("A backup is made every day: ")] == []
