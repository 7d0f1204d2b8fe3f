"""Dialogs over the page one comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import AppError, Invalid
from app.ui.kit.forms import Form
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr

if TYPE_CHECKING:
    from app.ui.kit.room import Room  # a room has queries with it, which the shell does without


EDGE = 24
"""So many pixels of the window are in sight beside and above a dialog."""


def foot(*buttons: QWidget, aside: Sequence[QWidget] = ()) -> QHBoxLayout:
    """The last line of a dialog: its buttons at the right, the verb last; at the left those that stand
    aside."""
    row = QHBoxLayout()
    row.setSpacing(px(8))
    for each in aside:
        row.addWidget(each)
    row.addStretch(1)
    for each in buttons:
        row.addWidget(each)
    return row


class Sheet(QScrollArea):
    """What a dialog is about, in `column`: as high as it is at its width, and with less room it scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        for each in (inside, self.viewport()):
            each.setAutoFillBackground(False)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.verticalScrollBar().rangeChanged.connect(self._wants_more)

    def _wants_more(self, _least: int, most: int) -> None:
        """Another line or an error came: while the window has room, the dialog grows."""
        over = self.window()
        if most > 0 and isinstance(over, Dialog) and self.isVisible():
            self.updateGeometry()  # or the dialog's layout would go on with the height it knows
            over.grow()
            # Beside a bar the words need more lines, for which Qt would keep the bar.
            fits = self.heightForWidth(self.width()) <= self.height()
            policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
            self.setVerticalScrollBarPolicy(policy)

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        for form in self.widget().findChildren(Form):
            form.arrange_for(width)
        self.column.invalidate()
        return self.column.totalHeightForWidth(width) if self.column.hasHeightForWidth() else self._high()

    def _high(self) -> int:
        return self.column.totalSizeHint().height()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.column.totalSizeHint().width(), self._high())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(240), px(80))


class Dialog(QDialog):
    """The window waits for it; it is gone once closed. A stray Enter does nothing: that is Ctrl+Enter."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        QShortcut(QKeySequence("F1"), self, self.show_keys)

    def stand(self, wide: int) -> None:
        """Gives the dialog that width (pixels of the 100 % design) and the height that its words need there;
        both end at the window's edges, where its `Sheet` scrolls."""
        width = min(px(wide), self._within().width())
        self.resize(width, self._height_at(width))

    def grow(self) -> None:
        """Makes it as high as its words need by now."""
        high = self._height_at(self.width())
        if high > self.height():
            self.resize(self.width(), high)

    def _within(self) -> QSize:
        over = self.parentWidget()
        assert over is not None, "a dialog stands over its page"
        while (above := over.window().parentWidget()) is not None:
            over = above  # one that stands over another is not held by its edges
        return over.window().size() - QSize(EDGE, EDGE)

    def _height_at(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        return min(high, self._within().height())

    def keep_draft(self) -> None:
        """Something went wrong: what is typed here and can be kept is kept now. Overridden."""

    def show_keys(self) -> None:
        """F1: the keys of this dialog."""
        from app.ui.kit.keys import KeysDialog  # here: that is a dialog itself

        if not isinstance(self, KeysDialog):
            KeysDialog(self, self).open()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


class FormDialog(Dialog):
    """A dialog around `form`; leaving it asks only when something would be lost."""

    def __init__(self, parent: QWidget, room: Room, title: str) -> None:
        super().__init__(parent, title)
        self._prompter, self._why, self._why_each = room.prompter, room.why, room.why_each
        self._jobs = room.jobs
        self.form = Form()
        self.wrong = Label(tone=Tone.WRONG, wrap=True)

    def carry_out(self, verb: QPushButton, work: Callable[[], object], done: Callable[[], object]) -> None:
        """Does `work` off the UI thread, once however often the keys of `verb` are pressed; then the dialog
        is gone, and `done`. What is refused is said here."""
        if not verb.isEnabled():
            return
        verb.setEnabled(False)
        self.wrong.hide()
        self._jobs.run(
            self,
            lambda _job: work(),
            done=lambda _: self.finish(done),
            failed=self.refuse,
            settled=lambda: verb.setEnabled(True),
        )

    def finish(self, done: Callable[[], object]) -> None:
        """Closes the dialog, of which nothing is lost, and goes on with `done`."""
        self.form.mark_clean()
        self.accept()
        done()

    def refuse(self, error: AppError) -> None:
        """Says beside each field why it is refused; what concerns none of them stands in `wrong`."""
        if isinstance(error, Invalid):
            self.form.show_errors(self._why_each(error))
        else:
            self.wrong.setText(self._why(error))
            self.wrong.show()

    def reject(self) -> None:
        if self.form.is_dirty():
            self._prompter.confirm(
                self, tr("What was typed here is not saved."), tr("Throw away"), self._leave, danger=True
            )
        else:
            self._leave()

    def _leave(self) -> None:
        super().reject()
