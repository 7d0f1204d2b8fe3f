"""The program of a setup under another number, with other modules: packed anew in seconds, not built anew."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from installer.setup import setup_sources
from installer.wine import ROOT, Cache, Room, write

Texts = Mapping[str, str]


def source(cache: Cache, version: str, module: str) -> str:
    """The source of a module as it was when the program of `version` was built."""
    place = cache.work / f"windows-{version}" / "source" / module.replace(".", "/")
    return (place / "__init__.py" if place.is_dir() else place.with_suffix(".py")).read_text("utf-8")


def packed(
    cache: Cache, version: str, number: str, modules: Texts | None = None, files: Texts | None = None
) -> Path:
    """The setup of the program of `version` as one of `number`. `modules`: name -> source of those that are
    others; `files`: place in the program -> text of those that are there besides. What was packed of the same
    is taken from the cache. It is one for trials: `/ACCOUNT=` says who runs it (see setup.nsi)."""
    made = cache.work / f"windows-{version}"
    said = source(cache, version, "app")
    changed = {"app": said.replace(f'"{version}"', f'"{number}"'), **(modules or {})}
    work = cache.work / f"packed-{number}"
    setup = work / f"Daumoi-Setup-{number}.exe"
    scripts = [(ROOT / "installer" / name).read_text("utf-8") for name in ("setup.nsi", "words.nsh")]
    of = json.dumps([changed, dict(files or {}), scripts]).encode()
    digest = hashlib.sha256((made / "out" / "daumoi" / "daumoi.exe").read_bytes() + of).hexdigest()
    if (work / digest).exists():
        return setup
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(made / "out", work / "out")
    shutil.copytree(made / "build", work / "build")
    for name, text in (files or {}).items():
        write(work / "out" / "daumoi" / "_internal" / name, text.encode())
    (work / "modules.json").write_text(json.dumps(changed), "utf-8")
    shutil.copy(Path(__file__).with_name("replace.py"), work)
    script = setup_sources(work / "out" / "daumoi", work, number)
    inside = f"/work/{work.name}"
    programs = [f"Z:{inside}/out/daumoi/{name}.exe" for name in ("daumoi", "daumoi-cli")]
    replace = ("/python/python.exe", f"Z:{inside}/replace.py", f"Z:{inside}/modules.json")
    quick = ("-V1", "-DTRIAL", "-XSetCompressor /FINAL zlib", "-INPUTCHARSET", "UTF8")
    with Room(cache).opened() as room:
        room.wine(*replace, *programs, timeout=120)
        room.run("makensis", *quick, f"{inside}/{script.name}", timeout=300)
    (work / digest).touch()
    return setup
