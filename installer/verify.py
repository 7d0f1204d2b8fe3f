#!/usr/bin/env python3
"""Tries the setup package under Wine, as root on Linux after `build.py --prepare`: a line for each step, and
pictures to look at.

    python3 installer/verify.py             with dist/Daumoi-Setup-<version>.exe and the release before
    python3 installer/verify.py --linux     the day played by the bundle for Linux

The release before is the last of releases.json, built of its commit by its own installer, once; its sources
make the data that is upgraded. Where the history does not reach back to it, or it cannot be built any more,
the same program is packed under an older number.
Exit code 0 when everything held, 1 when something did not, 77 where there is no Wine root.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from installer.build import DIST, build_setup_on_linux, version_of
from installer.releases import Before, releases
from installer.steps.first_start import by_file, first_start
from installer.steps.keeping import encryption, one_window
from installer.steps.recovery import recovery
from installer.steps.rights import no_rights
from installer.steps.setting_up import for_all, for_one, pages, removed
from installer.steps.updating import going_back, updates
from installer.steps.upgrading import downgrade, killed, older, upgrade
from installer.steps.working import day, linux_day, starts
from installer.trial import Trial, check, failures
from installer.wine import ROOT, BuildError, Cache, say, usual_cache

NO_WINE = 77
NOT_SHOWN = """What Wine cannot show, and has to be seen on a Windows PC before a release:
  - the question of the user account control and SmartScreen's warning (no certificate signs the setup);
  - what Defender and other scanners think of the files; a restart that Windows asks for;
  - that a file in use cannot be renamed as strictly as on NTFS, sharing by several signed-in users;
  - that a window which comes forward has the keyboard too; printers, scaling of 125 % and more;
  - input methods, screen readers;
  - the credential store's own protection: Wine keeps what the program gives it, in the registry."""

STEPS: dict[str, Callable[[Trial], None]] = {
    "one": for_one,
    "upgrade": upgrade,
    "downgrade": downgrade,
    "killed": killed,
    "updates": updates,
    "back": going_back,
    "starts": starts,
    "first": first_start,
    "file": by_file,
    "recovery": recovery,
    "encryption": encryption,
    "window": one_window,
    "day": day,
    "removed": removed,
    "all": for_all,
    "rights": no_rights,
    "pages": pages,
}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    option = parser.add_argument
    option("--linux", action="store_true", help="the day played by the bundle for Linux")
    option("--customers", type=int, default=30_000, help="of the office that is upgraded")
    option("--steps", default=",".join(STEPS), help="some of the steps; they build on one another")
    option("--out", type=Path, default=DIST / "verified", help="where the pictures go")
    option("--cache", type=Path, default=usual_cache(), help="where the cache lies")
    options = parser.parse_args()
    cache = Cache(options.cache)
    version = version_of((ROOT / "app" / "__init__.py").read_text("utf-8"))
    if options.linux:
        archive = DIST / f"Daumoi-{version}-linux-x86_64.tar.gz"
        if not archive.exists():
            parser.error(f"{archive} is not there: build.py --linux")
        linux_day(cache, archive, options.out)
        return int(bool(failures))
    if os.name == "nt" or os.geteuid() != 0 or not cache.prepared:
        say("There is no Wine root here: sudo python3 installer/build.py --prepare")
        return NO_WINE
    chosen = [name.strip() for name in options.steps.split(",")]
    if unknown := set(chosen) - set(STEPS):
        parser.error(f"--steps: there is no {', '.join(sorted(unknown))}")
    try:
        take_steps([STEPS[name] for name in chosen], pc(cache, version, options.out, options.customers))
    except BuildError as error:
        check(False, str(error))
    say(NOT_SHOWN)
    say(f"{len(failures)} wrong" if failures else "everything held")
    return int(bool(failures))


def pc(cache: Cache, version: str, out: Path, customers: int) -> Trial:
    """A PC, with the setups that are not there yet made for it."""
    new = DIST / f"Daumoi-Setup-{version}.exe"
    if not new.exists() or not (cache.work / f"windows-{version}" / "out").exists():
        say(f"{new.name} …")
        build_setup_on_linux(cache, version)
    before = Before(cache, releases()[-1])
    try:
        before.make()
        return Trial(cache, new, before.setup, out, customers, before.sources)
    except BuildError as error:
        say(f"{error}\nInstead of the release before: the program of {version} under an older number.")
        return Trial(cache, new, older(cache, version), out, customers)


def take_steps(steps: list[Callable[[Trial], None]], trial: Trial) -> None:
    """One after the other; what one leaves is what the next begins with."""
    for step in steps:
        say((step.__doc__ or "").splitlines()[0])
        begun = time.monotonic()
        step(trial)
        say(f"    {time.monotonic() - begun:.0f} s in all")


if __name__ == "__main__":
    sys.exit(main())
