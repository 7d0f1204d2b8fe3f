"""One scan or photo before the eyes: fetched where it is not here, leafed through, turned, made larger, saved
or opened elsewhere. Files are others' work: nothing is decoded on the UI thread, nor beyond a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QImageReader, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.documents.files import folder_for, replacing
from app.documents.preview import pdf_page_within
from app.domain.attachments import (
    MOST_PIXELS,
    PDF,
    PICTURES,
    TEXT,
    Content,
    examine,
    format_size,
    kept_name,
    pixels_flaw,
)
from app.domain.errors import AppError
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.requests.scans import ScanRoom
from app.words import tr

MOST_MB = MOST_PIXELS * 4 >> 20
"""Of memory for one picture, of four bytes a pixel: the decoder refuses more."""

MOST_SIDE = 6000
"""Pixels of a page at most, however large it is made."""

MOST_LETTERS = 200_000
"""Of a text so much is shown."""

ZOOMS = (1.0, 1.5, 2.25, 3.5, 5.0)
"""Times the size at which the whole page is seen."""

AFTER_RESIZE = 80
"""ms: while a window is drawn larger, not each size is worth a drawing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which content is looked at, and the name it has."""

    name: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A content that is here: its file, what it is, and its text where it is one."""

    path: Path
    size: int
    content: Content
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as a picture, and how many there are."""

    image: QImage
    pages: int


def flaw_words(flaw: str, name: str) -> str:
    """What is wrong with a file that is kept all the same."""
    return {
        "torn": tr(
            "{name} is not whole: a part of it is missing or damaged. It is kept as it is. Copy or scan it "
            "again while the customer is here.",
            name=name,
        ),
        "pixels": tr("{name} is kept, but has too many pixels to be shown here.", name=name),
        "format": tr("{name} is kept, but photos of this kind cannot be shown here.", name=name),
    }[flaw]


class AttachmentDialog(Dialog):
    """Over the page one comes from; Esc closes and stops what is being fetched. Signal `fetched()`: the
    content has come to this desk."""

    fetched = Signal()

    def __init__(self, parent: QWidget, room: ScanRoom, shown: Shown) -> None:
        super().__init__(parent, shown.name)
        self.room, self._over, self._shown = room, parent, shown
        self._opened: Opened | None = None
        self._page, self._pages, self._zoom, self._turn = 0, 1, 0, 0
        self._drawing = Latest(room.jobs, self, Lane.IO)
        self._again = QTimer(self, interval=AFTER_RESIZE, singleShot=True)
        self._again.timeout.connect(self._draw)
        self._lay_out()
        self._job = room.jobs.run(
            self, self._fetch, done=self._show, failed=self._failed, progress=self._progress, lane=Lane.IO
        )

    def _lay_out(self) -> None:
        self._facts = Label(tone=Tone.SOFT)
        head = QHBoxLayout()
        head.addWidget(ElidedLabel(self._shown.name, middle=True, points=14, bold=True), 1)
        head.addWidget(self._facts)
        self.before = Button(tr("Page before"), lambda: self._leaf(-1), key="PgUp")
        self.after = Button(tr("Next page"), lambda: self._leaf(1), key="PgDown")
        self.smaller = Button(tr("Smaller"), lambda: self._make(-1), key="Ctrl+-")
        self.larger = Button(tr("Larger"), lambda: self._make(1), key="Ctrl++")
        self.turn = Button(tr("Turn"), self._turn_on, key="Ctrl+R", sign="refresh")
        tools = QHBoxLayout()
        tools.setSpacing(px(8))
        for each in (self.before, self.after, self.smaller, self.larger, self.turn):
            tools.addWidget(each)
            each.hide()
        tools.addStretch(1)
        self._notice = Label(tone=Tone.ATTENTION, wrap=True)
        self._notice.hide()
        self._words = Label(tr("Fetching the file from the head office…"), tone=Tone.SOFT, wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("How much has come"))
        waiting = QWidget()
        middle = QVBoxLayout(waiting)
        middle.addStretch(1)
        middle.addWidget(self._words)
        middle.addWidget(self._bar)
        middle.addStretch(1)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName(self._shown.name)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._picture)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(self._shown.name)
        self._stack = QStackedWidget()
        for widget in (waiting, self._scroll, self._text):
            self._stack.addWidget(widget)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addStretch(1)
        foot.addWidget(go_back(self.reject))
        self.elsewhere = Button(tr("Open in its own program"), self._open_elsewhere, key="Ctrl+O")
        self.save = Button(tr("Save as…"), self._ask_where, key="Ctrl+S", primary=True, sign="download")
        for each in (self.elsewhere, self.save):
            each.setEnabled(False)
            foot.addWidget(each)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(px(20), px(14), px(20), px(14))
        whole.setSpacing(px(8))
        whole.addLayout(head)
        whole.addLayout(tools)
        whole.addWidget(self._notice)
        whole.addWidget(self._stack, 1)
        whole.addLayout(foot)
        room = self._over.window().size()
        self.resize(min(px(860), room.width() - px(48)), room.height() - px(24))

    # -- fetching ---------------------------------------------------------------------------------------

    def _fetch(self, job: Job[Opened]) -> Opened:
        path = self.room.scans.fetch(self._shown.digest, job.step, lambda: not job.cancelled)
        data = path.read_bytes()
        content = examine(data, self._shown.name)
        text = _text_of(data) if content.media == TEXT else ""
        return Opened(path, len(data), content, text)

    def _progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _failed(self, error: AppError) -> None:
        self._bar.hide()
        self._words.set_tone(Tone.WRONG)
        self._words.setText(self.room.why(error))

    def _show(self, opened: Opened) -> None:
        self._opened = opened
        content = opened.content
        self.save.setEnabled(True)
        self.elsewhere.setEnabled(True)
        self.save.setFocus()
        self._facts.setText(format_size(opened.size, tr.language))
        if content.flaw:
            self._notice.setText(flaw_words(content.flaw, self._shown.name))
            self._notice.show()
        if content.media == TEXT:
            self._text.setPlainText(opened.text)
            self._stack.setCurrentWidget(self._text)
        elif content.media == PDF or (content.media in PICTURES and content.flaw != "pixels"):
            self._bar.hide()
            self._words.setText("")
            for each in (self.smaller, self.larger, self.turn):
                each.show()
            QApplication.sendPostedEvents(self, QEvent.Type.LayoutRequest)  # what room is left now
            self._draw()
        else:
            self._bar.hide()
            words = tr("This file is not shown here. Open it in its own program, or save it.")
            self._words.setText("" if content.flaw == "pixels" else words)
        self.fetched.emit()

    # -- drawing ----------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """The page as large as it is wanted, off the UI thread."""
        opened = self._opened
        if opened is None or not (opened.content.media == PDF or opened.content.media in PICTURES):
            return
        ratio = self.devicePixelRatioF()
        room = self._stack.size() * (ratio * ZOOMS[self._zoom])
        within = room.boundedTo(QSize(MOST_SIDE, MOST_SIDE)) - QSize(px(4), px(4))
        if self._turn % 180:
            within.transpose()
        draw = _pdf if opened.content.media == PDF else _picture
        path, page, turn = opened.path, self._page, self._turn

        def work(_job: Job[Drawn]) -> Drawn:
            drawn = draw(path, page, within)
            if turn:
                return Drawn(drawn.image.transformed(QTransform().rotate(turn)), drawn.pages)
            return drawn

        def show(drawn: Drawn) -> None:
            picture = QPixmap.fromImage(drawn.image)
            picture.setDevicePixelRatio(ratio)
            self._picture.setPixmap(picture)
            self._pages = drawn.pages
            self._tell_page()
            self._stack.setCurrentWidget(self._scroll)

        self._drawing.run(work, done=show, failed=self._undrawn)

    def _undrawn(self, error: AppError) -> None:
        self._stack.setCurrentIndex(0)
        self._words.setText(self.room.why(error))
        if self._opened is not None and self._opened.content.flaw:
            self._words.setText("")  # it is said above why

    def _tell_page(self) -> None:
        several = self._pages > 1
        for each in (self.before, self.after):
            each.setVisible(several)
        self.before.setEnabled(self._page > 0)
        self.after.setEnabled(self._page < self._pages - 1)
        self.smaller.setEnabled(self._zoom > 0)
        self.larger.setEnabled(self._zoom < len(ZOOMS) - 1)
        size = format_size(self._opened.size, tr.language) if self._opened else ""
        page = tr("Page {page} of {pages}", page=self._page + 1, pages=self._pages)
        self._facts.setText(f"{page} · {size}" if several else size)

    def _leaf(self, by: int) -> None:
        if 0 <= self._page + by < self._pages:
            self._page += by
            self._scroll.verticalScrollBar().setValue(0)
            self._draw()

    def _make(self, by: int) -> None:
        if 0 <= self._zoom + by < len(ZOOMS):
            self._zoom += by
            self._draw()

    def _turn_on(self) -> None:
        self._turn = (self._turn + 90) % 360
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._opened is not None:
            self._again.start()

    # -- elsewhere --------------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        if self._opened is None:
            return
        ask = QFileDialog(self, tr("Save as…"))
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.selectFile(kept_name(self._shown.name, self._opened.content.media))
        ask.fileSelected.connect(lambda name: self.save_to(Path(name)))
        ask.open()

    def save_to(self, path: Path) -> None:
        """Writes the file there."""
        self._copy(path, lambda: toast(self, tr("Saved as {path}", path=path)))

    def _open_elsewhere(self) -> None:
        """A copy under its name: what is kept stays as it is, whatever the program does."""
        if self._opened is not None:
            name = kept_name(self._shown.name, self._opened.content.media)
            path = self.room.papers / self._shown.digest.hex()[:12] / name
            self._copy(path, lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))

    def _copy(self, path: Path, then: Callable[[], object]) -> None:
        opened = self._opened
        assert opened is not None

        def copy(_job: Job[Any]) -> None:
            with replacing(folder_for(path)) as draft:
                draft.write_bytes(opened.path.read_bytes())

        def failed(error: AppError) -> None:
            self._notice.setText(self.room.why(error))
            self._notice.show()

        self.room.jobs.run(self, copy, done=lambda _: then(), failed=failed, lane=Lane.IO)

    def reject(self) -> None:
        self._job.cancel()
        super().reject()


def _pdf(path: Path, page: int, within: QSize) -> Drawn:
    drawn, pages = pdf_page_within(path, page, within.width(), within.height())
    kind = QImage.Format.Format_RGB888
    return Drawn(QImage(drawn.rgb, drawn.width, drawn.height, drawn.width * 3, kind).copy(), pages)


def _picture(path: Path, page: int, within: QSize) -> Drawn:
    """A picture the way up that its camera noted; of a torn one what there is. AppError
    "attachment.not_drawn"."""
    QImageReader.setAllocationLimit(MOST_MB)
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    pages = max(reader.imageCount(), 1)
    if page:
        reader.jumpToImage(page)
    size = reader.size()
    if pixels_flaw(size.width(), size.height()):
        raise AppError("attachment.not_drawn")
    turned = reader.transformation() & reader.transformation().TransformationRotate90
    room = within.transposed() if turned else within
    if size.isValid() and (size.width() > room.width() or size.height() > room.height()):
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise AppError("attachment.not_drawn")
    if image.width() < within.width() and image.height() < within.height():
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(within, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    return Drawn(image, pages)


def _text_of(data: bytes) -> str:
    """As text of whatever code page; its beginning, where it is long."""
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1258"):
        try:
            return data.decode(encoding)[:MOST_LETTERS]
        except UnicodeDecodeError:
            continue
    return data.decode("cp1258", errors="replace")[:MOST_LETTERS]
