"""The steps of an import in one window: file, columns, what it would do, progress, what it did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError, Cancelled
from app.domain.money import format_number
from app.ui.imports.check import CheckStep
from app.ui.imports.source import Looked
from app.ui.imports.task import Preview, Way
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr

FILE, COLUMNS, CHECK, WORK, DONE, MORE = range(6)
"""Places in the stack; `MORE`, where there is one, comes between the columns and the check."""

BETWEEN = (COLUMNS, MORE, CHECK)


class ImportDialog(QDialog):
    """Signal `imported()` when rows were written, also where it was stopped in between."""

    imported = Signal()

    def __init__(
        self,
        way: Way,
        jobs: JobRunner,
        papers: Path,
        why: Callable[[AppError], str],
        parent: QWidget,
    ) -> None:
        """`papers`: the folder for the workbook of wrong rows; `why` has the sentence for a failure."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(way.title)
        self.setAccessibleName(way.title)
        self.setAcceptDrops(True)
        self._way, self._jobs = way, jobs
        self._papers, self._why = papers, why
        self._looked: Looked | None = None
        self._preview: Preview | None = None
        self._job: Job[object] | None = None
        self._written = 0
        self.columns, self.more = way.columns, way.more
        self._line = (FILE, COLUMNS, *((MORE,) if way.more is not None else ()), CHECK, WORK)
        self.columns.sheet_chosen.connect(lambda sheet: self.take_file(self._path(), sheet))
        self.check = CheckStep(self.write_wrong)
        self.steps = QStackedWidget()
        for step in (self._file_step(), self.columns, self.check, self._work_step(), self._done_step()):
            self.steps.addWidget(step)
        if isinstance(self.more, QWidget):
            self.steps.addWidget(self.more)
        self._lay_out(parent.window())
        self._go(FILE)

    # -- the steps --------------------------------------------------------------------------------------

    def _file_step(self) -> QWidget:
        step = QWidget()
        column = QVBoxLayout(step)
        column.setSpacing(px(12))
        centre = Qt.AlignmentFlag.AlignHCenter
        said = Label(self._way.ask, tone=Tone.SOFT, points=11, wrap=True)
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        wide = px(460)
        said.setFixedSize(wide, said.heightForWidth(wide))  # a layout would guess from another width
        # Enter is the dialog's own key, for its default.
        self.choose = Button(
            self._way.choose, self._ask_for_file, key="Return", bound=False, primary=True,
            sign="file-spreadsheet",
        )  # fmt: skip
        self.choose.setDefault(True)
        column.addStretch(3)
        column.addWidget(said, 0, centre)
        column.addWidget(self.choose, 0, centre)
        column.addStretch(4)
        return step

    def _work_step(self) -> QWidget:
        step = QWidget()
        column = QVBoxLayout(step)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        self.doing = Label(points=11)
        self.counted = Label(tone=Tone.SOFT)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(px(8))
        column.addStretch(3)
        for each in (self.doing, self.bar, self.counted):
            column.addWidget(each)
        column.addStretch(4)
        return step

    def _done_step(self) -> QWidget:
        step = QWidget()
        column = QVBoxLayout(step)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        self.headline = Label(points=12.5, bold=True, wrap=True)
        self.lines = Label(points=11, wrap=True)
        self.left_out = Label(tone=Tone.ATTENTION, wrap=True)
        column.addStretch(2)
        for each in (self.headline, self.lines, self.left_out):
            column.addWidget(each)
        column.addStretch(4)
        return step

    def _lay_out(self, window: QWidget) -> None:
        self.trail = [Label(text, tone=Tone.SOFT) for text in self._way.trail]
        head = QHBoxLayout()
        head.setSpacing(px(16))
        head.addWidget(Label(self._way.title, points=14, bold=True), 1)
        for each in self.trail:
            head.addWidget(each)
        self.where = Label(tone=Tone.SOFT)
        self.notice = Label(tone=Tone.WRONG, wrap=True)
        self.back = Button(tr("Previous step"), self._back, key="Alt+Left")
        self.leave = go_back(self.reject)
        self.next = Button("", self._next, key="F9", primary=True)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addWidget(self.notice, 1)
        for button in (self.leave, self.back, self.next):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(18), px(24), px(16))
        column.setSpacing(px(10))
        column.addLayout(head)
        column.addWidget(self.where)
        column.addWidget(self.steps, 1)
        column.addLayout(foot)
        self.resize(min(px(1040), window.width() - px(64)), min(px(660), window.height() - px(32)))

    def start(self) -> None:
        """Shows the first step."""
        self.open()
        self.choose.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, step: int) -> None:
        self.steps.setCurrentIndex(step)
        self._show_place(WORK if step == DONE else step)
        self.notice.setText("")
        self.where.setVisible(self._looked is not None and step in BETWEEN)
        self.back.setVisible(step in BETWEEN)
        self.next.setVisible(step in BETWEEN)
        leave = tr("Stop") if step == WORK else tr("Close") if step == DONE else tr("Go back")
        self.leave.setText(f"Esc  {leave}")
        self.leave.setAccessibleName(leave)
        self.leave.setEnabled(True)
        if step == COLUMNS:
            self._say_next(tr("Check") if self.more is None else self.more.go_on)
            self.columns.focus_first()
        elif step == MORE and self.more is not None:
            self._say_next(tr("Check"))
            self.more.focus_first()
        elif step == CHECK and self._preview is not None:
            count = format_number(self._preview.to_write, tr.language)
            self._say_next(tr("Import {count} rows", count=count))
            self.next.setEnabled(self._preview.to_write > 0)
            self.check.table.setFocus(Qt.FocusReason.OtherFocusReason)
        elif step in (WORK, DONE):
            self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_next(self, text: str) -> None:
        self.next.setEnabled(True)
        self.next.setText(f"F9  {text}")
        self.next.setAccessibleName(text)

    def _show_place(self, step: int) -> None:
        for each, label in zip(self._line, self.trail, strict=True):
            label.set_tone(Tone.INFO if each == step else Tone.SOFT)

    def _next(self) -> None:
        if self.steps.currentIndex() == COLUMNS and self.more is not None:
            self.gather()
        elif self.steps.currentIndex() in (COLUMNS, MORE):
            self.compare()
        elif self.steps.currentIndex() == CHECK:
            self.apply()

    def _back(self) -> None:
        self._go(self._line[self._line.index(self.steps.currentIndex()) - 1])

    # -- 1 the file -------------------------------------------------------------------------------------

    def _ask_for_file(self) -> None:
        ask = QFileDialog(self, self._way.choose, "", self._way.files)
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.fileSelected.connect(lambda name: self.take_file(Path(name)))
        ask.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if event.mimeData().hasUrls() and self.steps.currentIndex() in (FILE, COLUMNS):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        names = [url.toLocalFile() for url in event.mimeData().urls()]
        if names and names[0]:
            self.take_file(Path(names[0]))

    def take_file(self, path: Path, sheet: str | None = None) -> None:
        """Looks at a file and goes on to its columns."""
        look = self._way.look(path, sheet)
        self._work(
            tr("Opening {file}", file=path.name),
            lambda job: look(job.step),
            self._show_columns,
            lane=Lane.IO,
        )

    def _path(self) -> Path:
        assert self._looked is not None
        return self._looked.path

    def _show_columns(self, looked: Looked) -> None:
        self._looked = looked
        name = looked.path.name
        self.where.setText(
            name if looked.sheet == name else tr("{file} · sheet “{sheet}”", file=name, sheet=looked.sheet)
        )
        self.columns.show_file(looked)
        self._go(COLUMNS)

    # -- 2 and 3 columns and check ----------------------------------------------------------------------

    def gather(self) -> None:
        """Reads the file for the step between the columns and the check."""
        looked, lacking, more = self._looked, self.columns.lacking(), self.more
        if looked is None or more is None or lacking:
            self.notice.setText(lacking)
            self.columns.focus_first()
            return
        gather = more.gather(looked)

        def show(found: object) -> None:
            more.show_gathered(found)
            self._go(MORE)

        words = tr("Reading {file}…", file=looked.path.name)
        self._work(words, lambda job: gather(job.step), show, lane=Lane.IO)

    def compare(self) -> None:
        """The dry run: reads every row and compares it with what is here."""
        looked = self._looked
        lacking = self.columns.lacking() or (self.more.lacking() if self.more is not None else "")
        if looked is None or lacking:
            self.notice.setText(lacking)
            (self.columns if self.more is None or self.columns.lacking() else self.more).focus_first()
            return
        plan = self._way.plan(looked)
        self._work(
            tr("Reading {file} and comparing", file=looked.path.name),
            lambda job: plan(job.step),
            self._show_preview,
            lane=Lane.IO,
        )

    def _show_preview(self, preview: Preview) -> None:
        self._preview = preview
        self.check.show_preview(preview)
        self._go(CHECK)

    def write_wrong(self) -> None:
        """F8: the wrong rows into a workbook, to be corrected and read again."""
        looked, preview = self._looked, self._preview
        if looked is None or preview is None or not preview.wrong:
            return
        wrong = {row.row_number: row for row in preview.wrong}
        write = self._way.write_wrong(looked, wrong, self._papers)
        self.check.write.setEnabled(False)
        self._jobs.run(
            self,
            lambda _job: write(),
            done=lambda path: self.check.said.setText(tr("Kept as {path}", path=path)),
            failed=lambda error: self.notice.setText(self._why(error)),
            settled=lambda: self.check.write.setEnabled(True),
            lane=Lane.IO,
        )

    # -- 4 the import -----------------------------------------------------------------------------------

    def apply(self) -> None:
        """Writes; the dialog shows how far it is and can stop it."""
        preview = self._preview
        if preview is None or not preview.to_write:
            return

        def write(job: Job[object]) -> list[str]:
            def step(done: int, total: int) -> None:
                self._written = done  # whole entries only: what a stop leaves behind
                job.step(done, total)

            return preview.apply(step)

        self._work(
            tr("Importing"),
            write,
            self._show_result,
            stopped=self._show_stopped,
        )

    def _show_result(self, lines: list[str]) -> None:
        self._finish(tr("The file is imported."), "\n".join(lines))

    def _show_stopped(self) -> None:
        count = format_number(self._written, tr.language)
        self._finish(
            tr("Stopped. {count} rows are imported.", count=count),
            tr("Import the same file again to go on: what is here already is not taken in twice."),
        )

    def _finish(self, headline: str, lines: str) -> None:
        wrong = len(self._preview.wrong) if self._preview else 0
        self.headline.setText(headline)
        self.lines.setText(lines)
        count = format_number(wrong, tr.language)
        self.left_out.setText(tr("{count} wrong rows were left out.", count=count) if wrong else "")
        self._go(DONE)
        self.imported.emit()

    # -- work -------------------------------------------------------------------------------------------

    def _work(
        self,
        words: str,
        work: Callable[[Job[object]], object],
        done: Callable[..., object],
        *,
        stopped: Callable[[], object] | None = None,
        lane: Lane = Lane.DB,
    ) -> None:
        """Runs a job with its step in sight; a failure brings back the step before, with the reason."""
        came_from = self.steps.currentIndex()
        self.doing.setText(words)
        self.counted.setText("")
        self.bar.setRange(0, 0)
        self._go(WORK)
        self._show_place(WORK if came_from == CHECK else came_from)

        def failed(error: AppError) -> None:
            if isinstance(error, Cancelled) and stopped is not None:
                stopped()
                return
            self._go(came_from)
            if not isinstance(error, Cancelled):
                self.notice.setText(self._reason(error))
            if self._written:
                self.imported.emit()

        self._written = 0
        self._job = self._jobs.run(
            self, work, done=done, failed=failed, settled=self._settled, progress=self._progress, lane=lane
        )

    def _reason(self, error: AppError) -> str:
        """Why it ended, and what was written before: whole entries stay."""
        why = self._why(error)
        if not self._written:
            return why
        count = format_number(self._written, tr.language)
        return tr("{count} rows are imported, the others not yet. {why}", count=count, why=why)

    def _settled(self) -> None:
        self._job = None

    def _progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        if total:
            n, m = (format_number(each, tr.language) for each in (done, total))
            self.counted.setText(tr("{done} of {total} rows", done=n, total=m))

    def reject(self) -> None:
        """Esc: stops what is at work; what was written before stays. Otherwise closes."""
        if self._job is not None:
            self.leave.setEnabled(False)
            self._job.cancel()
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self._job is not None:
            event.ignore()
        self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.next.isVisible():
            self.next.click()
            return
        if entered and self.steps.currentIndex() == CHECK:
            return  # a stray Enter imports nothing
        super().keyPressEvent(event)
