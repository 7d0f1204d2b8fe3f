"""A paper that was made, shown before the eyes: leaf through, print, open elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QUrl
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QDesktopServices,
    QImage,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.documents.preview import page_sizes, pdf_page
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import Tone, px
from app.words import tr

PRINT = 300 / 72
"""Pixels a point on a printer of 300 dots an inch."""


class PaperDialog(QDialog):
    """Shows a PDF file; Enter prints, Esc closes, page keys leaf through. Without a printer it says that the
    paper is kept, and the way to it."""

    def __init__(self, parent: QWidget, path: Path, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.path = path
        self._sizes = page_sizes(path)
        self._pages = len(self._sizes)
        self._page = 0
        self._paper = QLabel()
        self._paper.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._number = Label(tone=Tone.SOFT)
        self._paper.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._paper.setMinimumSize(px(320), px(320))
        head = QHBoxLayout()
        head.addWidget(Label(title, points=14, bold=True))
        head.addWidget(self._number)
        head.addStretch(1)
        if self._pages > 1:
            head.addWidget(Button(tr("Page before"), lambda: self.show_page(self._page - 1), key="PgUp"))
            head.addWidget(Button(tr("Next page"), lambda: self.show_page(self._page + 1), key="PgDown"))
        acts = QHBoxLayout()
        acts.addWidget(ElidedLabel(tr("Kept as {path}", path=path), middle=True, tone=Tone.SOFT), 1)
        self.folder = Button(tr("Open its folder"), self._open_folder, key="Ctrl+Shift+O", quiet=True)
        self.folder.hide()
        acts.addWidget(self.folder)
        self.open_button = Button(tr("Open"), self._open_elsewhere, key="Ctrl+O", quiet=True)
        acts.addWidget(self.open_button)
        acts.addWidget(Button(tr("Close"), self.reject, key="Escape"))
        self.print_button = Button(tr("Print"), self._print, key="Ctrl+P", primary=True, sign="printer")
        acts.addWidget(self.print_button)
        whole = QVBoxLayout(self)
        whole.addLayout(head)
        whole.addWidget(self._paper, 1)
        self.notice = Label(tone=Tone.ATTENTION, wrap=True)
        self.notice.hide()
        whole.addWidget(self.notice)
        whole.addLayout(acts)
        self.print_button.setFocus()
        room = parent.window().size()
        wide = max(width for width, _ in self._sizes) > max(height for _, height in self._sizes)
        self.resize(min(px(960 if wide else 620), room.width() - px(32)), room.height() - px(16))
        self.show_page(0)

    def show_page(self, number: int) -> None:
        """The page of that number, from 0, if there is one."""
        if 0 <= number < self._pages:
            self._page = number
            self._fit()
            self._number.setText(
                tr("Page {page} of {pages}", page=number + 1, pages=self._pages) if self._pages > 1 else ""
            )

    def _fit(self) -> None:
        """The whole page, as large as the dialog has room for."""
        width, height = self._sizes[self._page]
        room, ratio = self._paper.size(), self.devicePixelRatioF()
        scale = min(room.width() / width, room.height() / height)
        picture = QPixmap.fromImage(self._image(self._page, scale * ratio))
        picture.setDevicePixelRatio(ratio)
        self._paper.setPixmap(picture)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.layout().activate()  # type: ignore[union-attr]
        self._fit()

    def _image(self, number: int, scale: float) -> QImage:
        page = pdf_page(self.path, number, scale)
        image = QImage(page.rgb, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888)
        return image.copy()

    def _open_elsewhere(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path)))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path.parent)))

    def _print(self) -> None:
        if not QPrinterInfo.availablePrinterNames():  # not before: far printers are slow to answer
            self._say_kept()
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setFullPage(True)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self._print_on(printer))
        QDialog.open(dialog)

    def _say_kept(self) -> None:
        """Qt would propose to save into a folder what is saved already."""
        words = tr(
            "No printer is set up on this PC. The paper is saved as {path}: open it, or copy it from its "
            "folder to a PC that prints. Later it is printed once more from where it was made.",
            path=self.path,
        )
        self.notice.setText(words)
        self.notice.show()
        self.folder.show()
        self.open_button.setFocus()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _print_on(self, printer: QPrinter) -> None:
        painter = QPainter(printer)
        for number in range(self._pages):
            if number:
                printer.newPage()
            image = self._image(number, PRINT)
            room = printer.pageRect(QPrinter.Unit.DevicePixel)
            size = image.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(QRectF(0, 0, size.width(), size.height()), image)
        painter.end()


def show_paper(parent: QWidget, path: Path, title: str) -> PaperDialog:
    """Open the paper at `path` over `parent`."""
    dialog = PaperDialog(parent, path, title)
    dialog.open()
    return dialog
