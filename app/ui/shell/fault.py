"""What is said when something happened that nobody expected: calmly, once, with the ways on."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.dialog import Dialog, Sheet, foot
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr

WIDE = 560


class Moment(Enum):
    """When it happened."""

    WORKING = "working"
    STARTING = "starting"
    """Before anybody could do anything."""
    LAST_TIME = "last time"
    """It brought the program down, which is told at the next start."""


class FaultDialog(Dialog):
    """Says what happened, what is safe, where the report is."""

    def __init__(
        self,
        parent: QWidget,
        moment: Moment,
        report: Path | None,
        support: Callable[[], object],
        close_program: Callable[[], object],
    ) -> None:
        super().__init__(parent, "Đầu Mối")
        title, what, then = _words(moment)
        self.setAccessibleName(title)
        self.setAccessibleDescription(what)
        sheet = Sheet()
        sheet.column.setSpacing(px(12))
        sheet.column.addWidget(Label(title, points=14, bold=True, wrap=True))
        sheet.column.addWidget(Label(what, wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(1, 1)
        nothing = tr("could not be written; the disk may be full")
        facts = [(tr("Saved data"), tr("Nothing is lost."))]
        if moment is not Moment.STARTING:
            facts.append((tr("Being typed"), tr("A request that is being taken in is kept as a draft.")))
        facts.append((tr("Report"), nothing if report is None else str(report)))
        for line, (caption, words) in enumerate(facts):
            grid.addWidget(Label(caption, tone=Tone.SOFT), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(words, wrap=True, selectable=True), line, 1)
        sheet.column.addLayout(grid)
        sheet.column.addWidget(Label(then, wrap=True))
        help_words = tr(
            "If it comes back, make a support file and send it to the administrator. There is no personal "
            "data in the report and in the support file."
        )
        sheet.column.addWidget(Label(help_words, tone=Tone.SOFT, wrap=True))
        self.support = Button(tr("Make a support file…"), support, quiet=True)
        self.leave = Button(tr("Close the program"), close_program, primary=moment is Moment.STARTING)
        self.go_on = Button(tr("Go on working"), self.accept, primary=True)
        buttons = {
            Moment.WORKING: [self.leave, self.go_on],
            Moment.STARTING: [self.leave],
            Moment.LAST_TIME: [self.go_on],
        }[moment]
        self._first = buttons[-1]
        self._first.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(16))
        column.setSpacing(px(16))
        column.addWidget(sheet, 1)
        column.addLayout(foot(*buttons, aside=[self.support]))

    def start(self) -> None:
        """Opens with the keyboard on the way on."""
        self.stand(WIDE)
        self.open()
        self.activateWindow()
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        held = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(held, Button):
            held.click()
            return
        super().keyPressEvent(event)


def _words(moment: Moment) -> tuple[str, str, str]:
    """Title, what happened, what to do then."""
    if moment is Moment.WORKING:
        return (
            tr("Something did not work as it should"),
            tr("A fault of the program stopped what was just being done; it may not be finished."),
            tr("You can go on working. Before you do it again, look whether it is there already."),
        )
    if moment is Moment.STARTING:
        return (
            tr("Đầu Mối could not be opened"),
            tr("A fault of the program stopped it while it was starting."),
            tr("Close it and open it again; if that does not help, restart the PC."),
        )
    return (
        tr("The program ended unexpectedly the last time"),
        tr("It was stopped by a fault of the program or of Windows, not by anything you did."),
        tr("You can work as usual. Look whether what you did last is there."),
    )
