"""Pins every package with its hashes, for all systems and Pythons the project runs on: `run.py lock`.

`runtime.txt` is what the program needs; `dev.txt` and `installer.txt` hold what they add to it.
Pins that still fit pyproject.toml are kept; `run.py lock --upgrade` takes the newest of all.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent / "pyproject.toml"


def compile_lock(name: str, options: list[str]) -> None:
    """Has uv write `<name>.txt`; the old file is its preference, runtime.txt the law for the others."""
    group = [] if name == "runtime" else ["--group", name, "--constraint", str(HERE / "runtime.txt")]
    uv = [str(Path(sysconfig.get_path("scripts")) / "uv"), "pip", "compile", str(PROJECT), *group]
    bare = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    broad = ["--universal", "--python-version=3.11", "--generate-hashes"]
    subprocess.run([*uv, *bare, *broad, "--output-file", str(HERE / f"{name}.txt"), *options], check=True)  # noqa: S603


def entries(text: str) -> list[str]:
    """The entries of a lock: a pin with the lines of its hashes."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line[:1].isspace():
            found[-1] += line
        else:
            found.append(line)
    return found


def main(options: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    runtime: list[str] = []
    for name in ("runtime", "dev", "installer"):
        path = HERE / f"{name}.txt"
        compile_lock(name, options)
        kept = [pin for pin in entries(path.read_text("utf-8")) if pin not in runtime]
        kept = [pin for pin in kept if "== 'emscripten'" not in pin]  # no browser will ever run this
        path.write_text("".join(kept), "utf-8", newline="\n")
        runtime = runtime or kept


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
