"""What is said when something happened that nobody expected: calmly, once, with the ways on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.dialog import Dialog, Sheet
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr

WIDE = 560


class FaultDialog(Dialog):
    """Says what happened, what is safe, where the report is. `close_program` is None where there is nothing
    to close for: the fault ended the program the last time."""

    def __init__(
        self,
        parent: QWidget,
        report: Path | None,
        support: Callable[[], object],
        close_program: Callable[[], object] | None,
    ) -> None:
        super().__init__(parent, "Đầu Mối")
        if close_program is not None:
            title = tr("Something did not work as it should")
            what = tr("A fault of the program stopped what was just being done; it may not be finished.")
            then = tr("You can go on working. Before you do it again, look whether it is there already.")
        else:
            title = tr("The program ended unexpectedly the last time")
            what = tr("It was stopped by a fault of the program or of Windows, not by anything you did.")
            then = tr("You can work as usual. Look whether what you did last is there.")
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
        for line, (caption, words) in enumerate(
            (
                (tr("Saved data"), tr("Nothing is lost.")),
                (tr("Being typed"), tr("A request that is being taken in is kept as a draft.")),
                (tr("Report"), nothing if report is None else str(report)),
            )
        ):
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
        self.go_on = Button(tr("Go on working"), self.accept, primary=True)
        self.go_on.setDefault(True)
        acts = QHBoxLayout()
        acts.setSpacing(px(8))
        acts.addWidget(self.support)
        acts.addStretch(1)
        if close_program is not None:
            self.leave = Button(tr("Close the program"), close_program)
            acts.addWidget(self.leave)
        acts.addWidget(self.go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(16))
        column.setSpacing(px(16))
        column.addWidget(sheet, 1)
        column.addLayout(acts)

    def start(self) -> None:
        """Opens with the keyboard on going on."""
        self.stand(WIDE)
        self.open()
        self.activateWindow()
        self.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        held = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(held, Button):
            held.click()
            return
        super().keyPressEvent(event)
