"""How soon a new PC is a working desk: a head office in a process of its own, over HTTP here."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.sync.transport import DirectTransport
from benchmarks.district import serving
from benchmarks.harness import Figure, Size, apart
from benchmarks.office import cache, clock_at, kept_office, schema

TITLE = "A PC's first start"
LIMIT_S = 60.0
BEFORE = "from the start of the program to the set-up, painted"
COMING = "from address and code to the sign-in, painted"
WHOLE = "from the start of the program to the first page with its requests"


def measure(size: Size) -> list[Figure]:
    """The first desk that asks, for which the head office makes the snapshot, and the one after it."""
    home = kept_head_office(size.rows)
    shutil.rmtree(home / "snapshots", ignore_errors=True)
    with serving(home) as server:
        first, second = (_start(home, server.url) for _ in range(2))
    figures = [Figure(f"{size.rows:,} customers: {BEFORE}", first["set_up"], "s")]
    for which, run in (("the first desk", first), ("the next one", second)):
        figures += [
            Figure(f"{which}: {COMING}", run["sign_in"] - run["set_up"], "s"),
            Figure(f"{which}: {WHOLE}", run["sign_in"] + run["rows"], "s", LIMIT_S),
        ]
    return figures


def kept_head_office(customers: int) -> Path:
    """The home of a head office that holds all of an office's data, built if it is not there yet."""
    home = cache() / f"headoffice-{schema()}-{customers}"
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(kept_office(customers), part)
        clock = clock_at(SystemClock().now())
        headoffice = HeadOffice(part / "far-away", clock)
        desk = Desktop(part, clock, DirectTransport(headoffice.hub.answer))
        desk.client.once()
        desk.close()
        headoffice.close()
        (part / "far-away").rename(home)
        shutil.rmtree(part)
    return home


def _start(home: Path, url: str) -> dict[str, Any]:
    """One new desk; moments as seconds since its program was started."""
    name = f"T{uuid4().hex[:6].upper()}"
    headoffice = HeadOffice(home, SystemClock())
    code = headoffice.hub.enrolling.invite(1, name, name)
    headoffice.close()
    with tempfile.TemporaryDirectory() as folder:
        one = apart("benchmarks.first_start_window:start", home=f"{folder}/desk", address=url, code=code)
    return one | {moment: one[moment] - one["started"] for moment in ("set_up", "sign_in")}
