#!/usr/bin/env python3
"""Makes the setup package for Windows, and the bundle for Linux. Needs nothing but Python 3.11 to 3.13.

    python3 installer/build.py --prepare   on Linux, once, as root: the Wine root and the Windows Python
    python3 installer/build.py             dist/Daumoi-Setup-<version>.exe
    python3 installer/build.py --linux     dist/Daumoi-<version>-linux-x86_64.tar.gz
    python3 installer/build.py --release   the setup that is given out: not without a publisher's key

On Windows the setup is made by the Python that runs this, and by NSIS, which has to be there.
What is fetched is kept in a cache (--cache, DAUMOI_INSTALLER_CACHE); from it all is built again offline.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from installer.releases import NO_PUBLISHER, PUBLISHERS, keys_of, missing_for_release
from installer.setup import setup_sources
from installer.wine import ROOT, WINDOWS, BuildError, Cache, Room, run, say, usual_cache

DIST = ROOT / "dist"
SOURCES = ("app", "resources", "installer")


def version_of(text: str) -> str:
    """The version that `app/__init__.py` says."""
    found = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', text, re.MULTILINE)
    if not found:
        raise BuildError("app/__init__.py does not say the version as three numbers.")
    return found[1]


def take_sources(work: Path, version: str) -> None:
    """A copy of what is built, as of `version`, in an empty `work`."""
    shutil.rmtree(work, ignore_errors=True)
    to = work / "source"
    for name in SOURCES:
        waste = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(ROOT / name, to / name, ignore=waste)
    said = to / "app" / "__init__.py"
    text = said.read_text("utf-8")
    said.write_text(text.replace(f'"{version_of(text)}"', f'"{version}"'), "utf-8")


def build_setup_on_linux(cache: Cache, version: str) -> Path:
    """The setup for Windows, by way of Wine."""
    if not cache.prepared:
        raise BuildError("The Wine root is not prepared. Type: sudo python3 installer/build.py --prepare")
    work = cache.work / f"windows-{version}"
    take_sources(work, version)
    with Room(cache).opened() as room:
        inside = f"/work/{work.name}"
        options = [
            "--noconfirm",
            "--log-level=WARN",
            f"--distpath=Z:{inside}/out",
            f"--workpath=Z:{inside}/build",
        ]
        spec = f"Z:{inside}/source/installer/daumoi.spec"
        room.wine("/python/python.exe", "-m", "PyInstaller", *options, spec, timeout=3600, PYTHONHASHSEED="1")
        script = setup_sources(work / "out" / "daumoi", work, version)
        room.run("makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", f"{inside}/{script.name}", timeout=3600)
    return handed_over(work / f"Daumoi-Setup-{version}.exe")


def build_setup_on_windows(cache: Cache, version: str) -> Path:
    """The setup for Windows, on Windows."""
    places = [Path(os.environ.get(name, "")) / "NSIS" for name in ("ProgramFiles(x86)", "ProgramFiles")]
    makensis = shutil.which("makensis", path=os.pathsep.join([os.environ["PATH"], *map(str, places)]))
    if makensis is None:
        raise BuildError("NSIS 3 is missing; its makensis has to be on the PATH.")
    cache.folder.mkdir(parents=True, exist_ok=True)
    cache.make_tools()
    work = cache.work / f"windows-{version}"
    take_sources(work, version)
    pyinstaller(cache, work)
    script = setup_sources(work / "out" / "daumoi", work, version)
    run(makensis, "-V2", "-WX", "-INPUTCHARSET", "UTF8", str(script))
    return handed_over(work / f"Daumoi-Setup-{version}.exe")


def build_bundle(cache: Cache, version: str) -> Path:
    """The program for Linux, of the same specification, in an archive."""
    cache.folder.mkdir(parents=True, exist_ok=True)
    cache.make_tools()
    work = cache.work / f"linux-{version}"
    take_sources(work, version)
    pyinstaller(cache, work)
    archive = work / f"Daumoi-{version}-linux-x86_64.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=6) as packed:
        packed.add(work / "out" / "daumoi", "daumoi")
    return handed_over(archive)


def pyinstaller(cache: Cache, work: Path) -> None:
    """Have PyInstaller put the program together, on this system."""
    options = [
        "--noconfirm",
        "--log-level=WARN",
        f"--distpath={work / 'out'}",
        f"--workpath={work / 'build'}",
    ]
    spec = work / "source" / "installer" / "daumoi.spec"
    run(str(cache.tool), "-m", "PyInstaller", *options, str(spec), PYTHONHASHSEED="1", PYTHONUTF8="1")


def handed_over(made: Path) -> Path:
    """Put what was made into dist/, in place of an older one of the same name."""
    DIST.mkdir(exist_ok=True)
    to = DIST / made.name
    shutil.copyfile(made, to.with_suffix(".part"))
    to.with_suffix(".part").replace(to)
    return to


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--prepare", action="store_true", help="make the Wine root and fetch what is needed")
    parser.add_argument("--linux", action="store_true", help="make the bundle for Linux instead")
    parser.add_argument("--release", action="store_true", help="refuse what must not be given out")
    parser.add_argument("--version", default="", help="another version than app/__init__.py says, for trials")
    parser.add_argument("--cache", type=Path, default=usual_cache(), help="where the cache lies")
    options = parser.parse_args()
    if options.version and not re.fullmatch(r"\d+\.\d+\.\d+", options.version):
        parser.error("--version: three numbers, as 1.2.3")
    cache, begun = Cache(options.cache), time.monotonic()
    try:
        version = options.version or version_of((ROOT / "app" / "__init__.py").read_text("utf-8"))
        if options.prepare:
            cache.prepare()
            return 0
        publishers = keys_of(ROOT / PUBLISHERS)
        if options.release and (lacks := missing_for_release(version)):
            raise BuildError(f"{version} is not ready to be released.", "\n".join(lacks))
        if options.linux:
            made = build_bundle(cache, version)
        elif WINDOWS:
            made = build_setup_on_windows(cache, version)
        else:
            made = build_setup_on_linux(cache, version)
    except (BuildError, subprocess.SubprocessError) as error:
        say(str(error))
        return 1
    say(f"{made.stat().st_size / 1e6:.1f} MB in {time.monotonic() - begun:.0f} s")
    if not publishers:
        say(f"Not for a release. {NO_PUBLISHER}")
    elif options.release:
        say("Sign it where the publisher's key is: daumoi update sign (docs/decisions/0019)")
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
