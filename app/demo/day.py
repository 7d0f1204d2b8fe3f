"""The played day: one office's day through real windows, a real head office over HTTP, real paper and a real
workbook. Four PCs: the supervisor's, which also keeps the head office unless that is on PostgreSQL; the
counter; the cashier's, which goes out to a collection point; the repair team's."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.demo.collection import collection
from app.demo.counter import complaint, connection_returns
from app.demo.evening import report
from app.demo.focal_point import burst_pipe, denunciation, new_supply, written_complaint
from app.demo.morning import bills, import_customers, indexes
from app.demo.setting_up import refuse_founded, set_up
from app.demo.stage import StageError
from app.demo.world import AS_USUAL, Ways, World
from app.ui.settings.page import Preferences
from app.window.program import application

Step = tuple[str, Callable[[World], None]]

STEPS: tuple[Step, ...] = (
    ("set-up", set_up),
    ("customers from Excel", import_customers),
    ("indexes", indexes),
    ("bills", bills),
    ("a written complaint", written_complaint),
    ("a burst pipe and its crew", burst_pipe),
    ("a new supply", new_supply),
    ("a denunciation", denunciation),
    ("a walk-in complaint", complaint),
    ("a collection point, offline", collection),
    ("the connection returns", connection_returns),
    ("the supervisor's workbook", report),
)


def _say_what_matters(_kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
    """Qt's messages, save that a screen which is none cannot do what screens do."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)


def play_day(
    folder: Path,
    language: str = "vi",
    theme: str = "light",
    homes: Path | None = None,
    ways: Ways = AS_USUAL,
    steps: Sequence[Step] = STEPS,
) -> int:
    """Play the day into `folder`: pictures, papers, workbooks, a line a step. 0 only when the closing check
    finds all well; 1 when not, or when something did not happen. `homes` is where the PCs' data is put and
    left; a folder that is thrown away unless given. AppError when `ways.database` is not a new database."""
    if ways.database:
        refuse_founded(ways.database)
    data = homes or Path(tempfile.mkdtemp(prefix="daumoi-day-"))
    qInstallMessageHandler(_say_what_matters)
    application(Preferences(language, theme))
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), *folder.glob("*.pdf"), *folder.glob("*.xlsx")):
        old.unlink()
    world = World(data, folder, language, ways)
    try:
        for number, (name, step) in enumerate(steps, 1):
            with world.stage.step(f"{number}. {name}"):
                step(world)
        return 0 if world.closing_check() else 1
    except StageError as error:
        world.stage.say(str(error))
        world.stage.last_picture()
        return 1
    finally:
        world.close()
        if homes is None:
            shutil.rmtree(data, ignore_errors=True)
