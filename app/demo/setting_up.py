"""The first step of the played day: the head office is founded, four PCs become desks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from app.demo.cable import Cable
from app.demo.filling import office_clock
from app.demo.office import OFFICE, PASSWORD, STAFF, UTILITY, HubThread, found
from app.demo.world import CASHIER, DAY, SYNC_EVERY, World
from app.domain.errors import AppError
from app.models import Utility
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow


def set_up(day: World) -> None:
    """The supervisor's PC founds the office by keyboard, or enrols where that has been done beforehand; three
    more PCs enrol by file."""
    day.supervisor = _enrolled_by_keyboard(day) if day.ways.database else _founded_by_keyboard(day)
    day.sign_in(day.supervisor, "mai")
    day.stage.picture("first-day")
    day.counter = _enrolled(day, "counter", "BN02", "Quầy giao dịch")
    day.cashier = _enrolled(day, "cashier", CASHIER, "Thu lưu động")
    day.repair = _enrolled(day, "repair", "BN04", "Đội trực sửa chữa")
    assert day.hub is not None
    day.hub.headoffice.hub.enrolling.name_leader(1, "BN01")
    day.stage.count("4 PCs, 1 head office" + (" on PostgreSQL" if day.ways.database else ""))


def _founded_by_keyboard(day: World) -> DeskWindow:
    """The head office is on the supervisor's PC too."""
    stage = day.stage
    window = stage.window(day.homes / "supervisor", sync_every=SYNC_EVERY)
    page = window.currentWidget()
    assert isinstance(page, SetUpPage)
    stage.picture("set-up")
    stage.key("Tab", "Tab", "Down", "Down", "Ctrl+Return")
    stage.write(UTILITY.name)
    stage.picture("set-up-utility")
    stage.key("Ctrl+Return")
    for answer in (OFFICE.name, OFFICE.address, OFFICE.phone):
        stage.write(answer)
        stage.key("Return")
    stage.write("BN01")
    stage.key("Ctrl+Return")
    for answer in ("Bùi Thị Mai", "mai", PASSWORD):
        stage.write(answer)
        stage.key("Return")
    stage.write(PASSWORD)
    stage.key("Ctrl+Return")
    stage.until(lambda: isinstance(window.currentWidget(), SignInPage), "the office founded")
    _let_the_staff_in(day)
    return window


def _let_the_staff_in(day: World) -> None:
    """The head office enters the others and its bank account, and begins to serve other desks."""
    day.hub = HubThread(day.homes / "supervisor", day.clock)
    headoffice = day.hub.headoffice
    feed = headoffice.hub.office_feed(1)
    headoffice.founding.staff(feed, [s for s in STAFF if s.login not in ("mai", "demo")])
    headoffice.founding.points(feed, OFFICE.points)
    headoffice.founding.bank(UTILITY.bank_bin or "", UTILITY.bank_account or "")


def _enrolled_by_keyboard(day: World) -> DeskWindow:
    """The head office is elsewhere, on PostgreSQL."""
    day.hub = HubThread(day.homes / "headoffice", day.clock, day.ways.database)
    found(day.hub.headoffice, [s for s in STAFF if s.login != "demo"])
    stage = day.stage
    file = _invited(day, "BN01", "Giám sát")
    window = stage.window(day.homes / "supervisor", sync_every=SYNC_EVERY)
    stage.picture("set-up")
    stage.key("Tab", "Tab", "Down")
    stage.picture("set-up-by-file")
    stage.key("Ctrl+Return")
    stage.choose(file, "set-up-file")
    stage.until(lambda: isinstance(window.currentWidget(), SignInPage), "BN01 enrolled")
    stage.picture("enrolled")
    return window


def refuse_founded(database: str) -> None:
    """AppError "headoffice.founded" when there is a utility in a PostgreSQL database already; those of
    opening it."""
    from app.models.postgres import open_postgres  # which the installed desktop does without

    store = open_postgres(database, office_clock(DAY, 0).now())
    try:
        with store.read.connect() as read:
            name = read.execute(select(Utility.name)).scalar()
    finally:
        store.close()
    if name is not None:
        raise AppError("headoffice.founded", path=store.where, name=name)


def _invited(day: World, desk: str, name: str) -> Path:
    """An enrolment file for a desk, and the cable from there to the head office."""
    assert day.hub is not None
    day.cables[desk] = Cable(day.hub.port)
    return day.hub.invite(day.homes, desk, name, day.cables[desk].url)


def _enrolled(day: World, home: str, desk: str, name: str) -> DeskWindow:
    file = _invited(day, desk, name)
    window = day.stage.window(day.homes / home, sync_every=SYNC_EVERY)
    page = window.currentWidget()
    assert isinstance(page, SetUpPage)
    page.take_file(str(file))
    day.stage.until(lambda: isinstance(window.currentWidget(), SignInPage), f"{desk} enrolled")
    return window
