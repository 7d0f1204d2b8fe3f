"""The way of a workbook whose columns are chosen in the window: customers, readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from app.domain.importing import ParsedRow
from app.ui.imports import source
from app.ui.imports.columns import ColumnsStep
from app.ui.imports.source import Looked
from app.ui.imports.task import ImportTask, Preview, Step
from app.words import tr


class WorkbookWay:
    """See `app.ui.imports.task.Way`."""

    def __init__(self, task: ImportTask) -> None:
        self._task = task
        self.title = task.title
        self.ask = tr(
            "Choose the workbook, or drop it here. Nothing is written before you have seen what would change."
        )
        self.choose = tr("Choose a workbook")
        self.files = tr("Excel workbooks (*.xlsx *.xlsm *.xls)")
        self.trail = (tr("1 File"), tr("2 Columns"), tr("3 Check"), tr("4 Import"))
        self.columns = ColumnsStep(task.fields, task.options())
        self.more = None

    def look(self, path: Path, sheet: str | None) -> Callable[[Step], Looked]:
        return lambda _step: source.look(path, sheet, self._task.fields)

    def plan(self, looked: Looked) -> Callable[[Step], Preview]:
        columns, planner = self.columns.columns(), self._task.planner()
        return lambda step: source.plan(looked, columns, planner, step)

    def write_wrong(self, looked: Looked, wrong: Mapping[int, ParsedRow], folder: Path) -> Callable[[], Path]:
        return partial(source.write_wrong, looked, self.columns.columns().titles, wrong, folder)
