"""Attaching scans and photos: chosen, dropped, pasted. What is wrong with a file is said in place, for each
by itself; the others are attached all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QMimeData, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDropEvent,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFileDialog,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.attachments import LIMIT_MB
from app.domain.errors import AppError
from app.services.attachments import Held
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import Notice, clear
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.labels import Label
from app.ui.kit.pills import draw_pill, pill_width
from app.ui.kit.sight import area_over
from app.ui.kit.style import box, ring
from app.ui.kit.theme import Tone, font, look, px, theme
from app.ui.requests.attachment_view import flaw_words
from app.ui.requests.scans import ScanRoom
from app.words import tr

KEY = "Ctrl+T"
PASTE = "Ctrl+Shift+V"

Source = tuple[Path | bytes, str]
"""A file or the bytes of a picture, and its name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one source: its name; what is wrong with what was taken; or why it was not. `held`: what
    is kept until a form is saved."""

    name: str
    held: Held | None = None
    flaw: str = ""
    known: bool = False
    refused: AppError | None = None


class FileLine(QAbstractButton):
    """An attached file in two lines, with a pill at its right; a click, Space or Enter opens it."""

    def __init__(self, name: str, below: str, pill: str = "", tone: Tone = Tone.SOFT) -> None:
        super().__init__()
        self._name, self._below, self._pill, self._tone = name, below, pill, tone
        self.setText(name)
        self.setAccessibleName(", ".join(part for part in (name, below, pill) if part))
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(160), px(48))

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        box(painter, self.rect(), now.hover if self.underMouse() else now.surface, now.line)
        inner = self.rect().adjusted(px(10), px(4), -px(10), -px(4))
        upper = QRect(inner.left(), inner.top(), inner.width(), inner.height() // 2)
        lower = upper.translated(0, inner.height() - upper.height())
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(font())
        painter.setPen(QColor(now.text))
        shown = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, upper.width())
        painter.drawText(upper, middle, shown)
        if self._pill:
            draw_pill(painter, lower, self._pill, self._tone, right=True)
            lower.setRight(lower.right() - pill_width(self._pill, self._tone) - px(6))
        painter.setFont(font(9))
        painter.setPen(QColor(now.soft))
        shown = painter.fontMetrics().elidedText(self._below, Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, middle, shown)
        if self.hasFocus():
            ring(painter, self.rect())


Take = Callable[[Path | bytes, str], Taken]
"""Takes one source, on another thread; AppError where it is refused."""


class Attaching(QWidget):
    """The button, the hint with the limit, what was said of the last files; files and pictures are dropped on
    `area` too. `taker` is asked, on the UI thread, what takes the sources at hand. Signal `changed()`:
    something was attached."""

    changed = Signal()

    def __init__(self, room: ScanRoom, taker: Callable[[], Take], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        self._taker = taker
        self.busy = False
        self.setAccessibleName(tr("Scans and photos"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(px(4))
        self._said = QVBoxLayout()
        self._said.setSpacing(px(4))
        self.attach_button = Button(tr("Attach…"), self.choose, key=KEY, sign="plus")
        self.paste_button = Button(tr("Paste"), self.paste, key=PASTE, sign="copy")
        words = tr("PDF, photo, Word, Excel, text; at most {limit} MB each.", limit=LIMIT_MB)
        self.hint = Label(words, tone=Tone.SOFT, points=9, wrap=True)
        self.foot = QWidget()
        self.foot_line = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.foot)
        self.foot_line.setContentsMargins(0, 0, 0, 0)
        self.foot_line.setSpacing(px(4))
        self.foot_line.addWidget(Flow(self.attach_button, self.paste_button))
        self.foot_line.addWidget(self.hint)
        clipboard = QGuiApplication.clipboard()
        clipboard.dataChanged.connect(self._look_at_clipboard)
        self._look_at_clipboard()
        self._into_sight = QTimer(self, interval=0, singleShot=True)
        self._into_sight.timeout.connect(self._scroll_into_sight)

    def accept_drops_on(self, area: QWidget) -> None:
        """Files and pictures may be dropped anywhere on this."""
        area.setAcceptDrops(True)
        area.installEventFilter(self)

    # -- what comes in ----------------------------------------------------------------------------------

    def choose(self) -> None:
        """Asks for files."""
        if self._closed():
            return
        kinds = "*.pdf *.jpg *.jpeg *.png *.tif *.tiff *.webp *.heic *.docx *.xlsx *.odt *.txt"
        filters = [f"{tr('Scans, photos and letters')} ({kinds})", f"{tr('All files')} (*)"]
        ask = QFileDialog(self, tr("Attach scans and photos"), "", ";;".join(filters))
        ask.setFileMode(QFileDialog.FileMode.ExistingFiles)
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.filesSelected.connect(lambda names: self.take([(Path(n), Path(n).name) for n in names]))
        ask.open()

    def paste(self) -> None:
        """Attaches the picture or the files of the clipboard."""
        if not self._closed():
            self.take(self._sources(QGuiApplication.clipboard().mimeData()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # Entering and moving are drop events as well, by which it is asked whether this may be dropped.
        if isinstance(event, QDropEvent) and not self._closed() and _has_files(event.mimeData()):
            if event.type() == QEvent.Type.Drop:
                self.take(self._sources(event.mimeData()))
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def take(self, sources: Sequence[Source]) -> None:
        """Takes each of these, off the UI thread."""
        if not sources or self.busy:
            return
        self._set_busy(True)
        self.say([(tr("Attaching {name}…", name=sources[0][1]), Tone.INFO)])
        take_one = self._taker()

        def work(job: Job[list[Taken]]) -> list[Taken]:
            taken = []
            for number, (source, name) in enumerate(sources):
                job.step(number, len(sources))
                try:
                    taken.append(take_one(source, name))
                except AppError as error:
                    taken.append(Taken(name, refused=error))
            return taken

        self.room.jobs.run(
            self,
            work,
            done=self._told,
            failed=lambda error: self.say([(self.room.why(error), Tone.WRONG)]),
            settled=partial(self._set_busy, False),
            progress=lambda done, total: self.say(
                [(tr("Attaching {name}…", name=sources[min(done, total - 1)][1]), Tone.INFO)]
            ),
            lane=Lane.IO,
        )

    def _closed(self) -> bool:
        """Whether nothing can be attached just now."""
        return self.busy or self.foot.isHidden()

    def _told(self, taken: Sequence[Taken]) -> None:
        words: list[tuple[str, Tone]] = []
        for each in taken:
            if each.refused is not None:
                words.append((self.room.why(each.refused), Tone.WRONG))
            elif each.known:
                words.append((tr("{name} is attached already.", name=each.name), Tone.INFO))
            elif each.flaw:
                words.append((flaw_words(each.flaw, each.name), Tone.ATTENTION))
        self.say(words)
        self._into_sight.start()
        if any(each.refused is None for each in taken):
            self.changed.emit()

    def say(self, words: Sequence[tuple[str, Tone]]) -> None:
        """What there is to say of files, each on a line of its own."""
        clear(self._said)
        for text, tone in words:
            notice = Notice(text, tone)
            self._said.addWidget(notice)
            notice.show()

    def _scroll_into_sight(self) -> None:
        """What was said of a file is seen, wherever the panel was scrolled to."""
        above = area_over(self)
        if above is not None:
            above.ensureWidgetVisible(self.foot if above.isAncestorOf(self.foot) else self)

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self.attach_button.setEnabled(not busy)
        self.paste_button.setEnabled(not busy)

    def _look_at_clipboard(self) -> None:
        """Pasting is offered when there is something to paste."""
        self.paste_button.setVisible(_has_files(QGuiApplication.clipboard().mimeData()))

    def _sources(self, data: QMimeData) -> list[Source]:
        local = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if local:
            return [(path, path.name) for path in local]
        picture = QImage(data.imageData()) if data.hasImage() else QImage()
        if picture.isNull():
            return []
        at = self.room.now().astimezone(self.room.zone)
        return [(_png(picture), tr("Pasted picture {at}", at=f"{at:%H-%M-%S}") + ".png")]

    def _add_line(self, line: QWidget) -> None:
        self._lines.addWidget(line)
        line.show()


def _has_files(data: QMimeData | None) -> bool:
    return data is not None and (data.hasImage() or any(url.isLocalFile() for url in data.urls()))


def _png(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
