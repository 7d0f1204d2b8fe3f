"""How what the cashier has taken reaches the head office: over the line, from a PC that dies in mid-sync, on
a stick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.demo.stage import StageError
from app.demo.world import CASHIER, SYNC_EVERY, World
from app.sync.feeds import head_of
from app.ui.sync.page import SyncPage

SOME = 5000
"""Bytes that bring some of the cashier's entries to the head office, one a message, and not all."""


def everything_sent(day: World) -> None:
    """What the cashier has taken is at the head office and at every other desk."""
    if day.ways.kill:
        _die_in_mid_sync(day)
    if day.ways.bundle:
        _by_stick(day)
    else:
        _over_the_line(day)
    day.all_agree()


def _over_the_line(day: World) -> None:
    day.cables[CASHIER].mend()
    day.all_agree()
    day.stage.until(lambda: day.desk(day.cashier).contact.unsent == 0, "everything sent")
    day.stage.front(day.cashier)
    day.stage.picture("connected")


def _die_in_mid_sync(day: World) -> None:
    """The program is closed and the sync runs by itself; it is killed when the head office has some of the
    entries. Then the PC is switched on again."""
    stage, cable, desk = day.stage, day.cables[CASHIER], day.desk(day.cashier)
    home, device, waiting = desk.home, desk.identity.device, desk.client.unsent()

    def last() -> int:
        return head_of(day.headoffice.writer.vector(), device)[0]

    before = last()
    stage.leave(day.cashier)
    cable.stop_after(SOME)
    said = day.homes / "killed.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 this very program
            [sys.executable, "-m", "app.demo.poor_line", "sync", "--once", "--home", str(home)],
            stdout=out,
            stderr=out,
        )
        try:
            stage.until(lambda: cable.stopped or process.poll() is not None, "the sync under way")
            ended = process.poll()
        finally:
            process.kill()
            process.wait()
    cable.cut()
    if ended is not None:
        raise StageError(f"the sync ended with {ended} before it was killed: {said.read_text('utf-8')}")
    there = last() - before
    if not 0 < there < waiting:
        raise StageError(f"not killed in mid-sync: {there} of {waiting} entries were there")
    stage.count(f"killed in mid-sync: {there} of {waiting} entries were there")
    _switch_on(day, home)


def _switch_on(day: World, home: Path) -> None:
    stage = day.stage
    day.cashier = stage.window(home, sync_every=SYNC_EVERY)
    day.sign_in(day.cashier, "tung")
    day.main(day.cashier).open_section("sync")
    stage.until(lambda: day.desk(day.cashier).contact.state == "offline", "the line found cut")
    stage.picture("after-the-kill")


def _by_stick(day: World) -> None:
    """By keyboard: a file is written, brought to the head office, and its answer imported."""
    stage = day.stage
    stage.front(day.cashier)
    page = day.main(day.cashier).open_section("sync")
    assert isinstance(page, SyncPage)
    stage.settle()
    stage.picture("unsent")
    stage.key("F8")
    stage.choose(day.stick, "stick-file")
    stage.until(lambda: day.stick.exists() and page.files.write.isEnabled(), "the file on the stick")
    stage.picture("stick-written")
    before = day.desk(day.cashier).client.unsent()
    answer = day.answer_stick()
    stage.key("F7")
    stage.choose(answer)
    stage.until(lambda: day.desk(day.cashier).client.unsent() == 0, "the answer imported")
    stage.picture("stick-answered")
    stage.count(f"{before} entries by stick, {day.stick.stat().st_size // 1024} kB")
