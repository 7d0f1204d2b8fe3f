"""What the packaged program starts with: `daumoi-cli` is the command line, `daumoi` opens the window.

`daumoi` alone opens the desk; `daumoi FILE.daumoi-bundle`, as a double click has it, opens it for that file.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run what was asked for; returns the exit code."""
    if sys.stdout is None or sys.stderr is None:  # a program with windows has nowhere to write to
        silent = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 until the end
        sys.stdout = sys.stdout or silent
        sys.stderr = sys.stderr or silent
    arguments = sys.argv[1:]
    if arguments[:1] == ["-m"]:  # as `python -m`: the played day starts a second program so
        import runpy

        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__")
        return 0
    from app.cli import main as command_line

    return command_line(arguments or (["desktop"] if WINDOWED else []))


WINDOWED = "-cli" not in os.path.basename(sys.executable)

if __name__ == "__main__":
    sys.exit(main())
