"""`daumoi demo`: a demo office to look around in, or the day played."""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path

from app.bootstrap import Desktop
from app.demo.filling import (
    demo_customers,
    fill_bills,
    fill_customers,
    fill_payments,
    fill_readings,
    fill_requests,
    office_clock,
    person,
)
from app.demo.office import PASSWORD, STAFF, HubThread, found
from app.domain.clock import SystemClock
from app.home.first_start import enrol_desk
from app.settings import data_home
from app.sync.enrolment import identity_of, read_enrolment
from app.sync.transport import HttpTransport
from app.words import tr

CUSTOMERS, REQUESTS = 600, 45
EVERYONE = "demo"


def run(
    play: Path | None,
    home: Path | None,
    *,
    language: str = "vi",
    database: str = "",
    bundle: bool = False,
    kill: bool = False,
) -> int:
    """Open the demo office in `home` (the usual place unless given), or play the day into `play`; of the last
    three see `app.demo.world.Ways`."""
    tr.use(language)
    if play is None and not _has_screen():
        play = Path("played")
        print(tr("There is no screen here, so the day is played instead, into {folder}.", folder=play))
    if play is not None:
        from app.demo.day import play_day
        from app.demo.world import Ways

        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        return play_day(play, language, ways=Ways(database, bundle, kill))
    return _look_around(home or data_home() / "demo")


def _has_screen() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _look_around(home: Path) -> int:
    from app.window.frame import DeskWindow
    from app.window.program import run as run_window

    clock = SystemClock()
    today = clock.now().date()
    desk_home = home / "desk"
    if identity_of(desk_home) is None:
        print(tr("Making the demo office…"))
        _make(home, today)
    hub = HubThread(home / "headoffice", clock)
    try:
        print(tr("Sign-in names: {names}; password: {password}",
                 names=", ".join(s.login for s in STAFF), password=PASSWORD))  # fmt: skip

        def sign_in(window: DeskWindow) -> None:
            if window.desktop is not None:
                window.open_for(person(window.desktop, EVERYONE))

        way = HttpTransport(f"http://127.0.0.1:{hub.port}")
        return run_window(desk_home, clock, sign_in, way)
    finally:
        hub.stop()


def _make(home: Path, today: date) -> None:
    """A head office and a desk with two billed months behind them."""
    first_of_month = today.replace(day=1)
    months = [_before(_before(first_of_month)), _before(first_of_month)]
    clock = office_clock(months[0], 8)
    hub = HubThread(home / "headoffice", clock)
    try:
        found(hub.headoffice)
        url = f"http://127.0.0.1:{hub.port}"
        enrol_desk(home / "desk", read_enrolment(hub.invite(home, "BN01", "Quầy 1", url)), clock)
        desk = Desktop(home / "desk", clock)
        try:
            everyone = person(desk, EVERYONE)
            customers = demo_customers(CUSTOMERS)
            fill_customers(desk, everyone, customers)
            for month, paid in zip(months, (0.9, 0.6), strict=True):
                clock.set(office_clock(month.replace(day=21), 9).now())
                fill_readings(desk, everyone, customers, month)
                fill_bills(desk, everyone, month)
                clock.set(office_clock(month.replace(day=27), 8).now())
                fill_payments(desk, everyone, paid, month.month)
            clock.set(office_clock(today - timedelta(days=2), 8).now())
            fill_requests(desk, everyone, customers, REQUESTS, clock)
            desk.client.once()
        finally:
            desk.close()
    finally:
        hub.stop()


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
