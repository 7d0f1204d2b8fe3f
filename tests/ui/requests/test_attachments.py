"""Scans and photos in the real window: attached to requests and to a request not yet saved, looked at."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.kit.buttons import Button
from app.ui.requests.attaching import FileLine
from app.ui.requests.attachment_view import AttachmentDialog, Shown
from app.ui.requests.attachments import AttachmentPanel
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from tests.offices import Company, person
from tests.scans import bomb, docx, pdf, picture, program
from tests.services.test_attachments import rows
from tests.services.test_requests import LEAK, new
from tests.ui.conftest import Asked
from tests.ui.requests.test_page import settle

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Active = Callable[[QWidget], QWidget]


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[Path]]:
    """Writes files and gives their paths."""

    def write(**contents: bytes) -> list[Path]:
        paths = [tmp_path / name.replace("_", ".") for name in contents]
        for path, content in zip(paths, contents.values(), strict=True):
            path.write_bytes(content)
        return paths

    return write


def lines(widget: QWidget) -> list[str]:
    return [each.accessibleName() for each in widget.findChildren(FileLine) if each.isVisible()]


def words_of(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def at(qtbot: QtBot, page: RequestsPage, room: RequestRoom, request: UUID) -> AttachmentPanel:
    page.show_record(request)
    settle(qtbot, room)
    return page.inspector.scans


def drop(widget: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    none, left, copy = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    entering.setAccepted(False)
    QApplication.sendEvent(widget, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(5, 5), copy, data, left, none))


def test_the_limit_stands_there_before_anything_is_chosen(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    panel = at(qtbot, page, room, desktop.requests.register(room.person, new()).id)
    assert "mỗi tệp tối đa 25 MB" in words_of(panel)
    assert lines(panel) == []


def test_files_are_chosen_by_keyboard_and_each_says_what_is_wrong_with_it(
    qtbot: QtBot,
    desktop: Desktop,
    page: RequestsPage,
    room: RequestRoom,
    files: Callable[..., list[Path]],
) -> None:
    request = desktop.requests.register(room.person, new()).id
    panel = at(qtbot, page, room, request)
    qtbot.keyClick(page.table, Key.Key_T, CTRL)
    qtbot.waitUntil(lambda: bool(panel.findChildren(QFileDialog)))
    ask = panel.findChildren(QFileDialog)[0]
    assert "*.pdf" in ask.nameFilters()[0]
    ask.reject()
    chosen = files(don_pdf=pdf(), virus_pdf=program(), anh_jpg=picture("JPEG")[:-200])
    panel.take([(path, path.name) for path in chosen])
    settle(qtbot, room)
    assert [line.split(",")[0] for line in lines(panel)] == ["don.pdf", "anh.jpg"]
    assert all(line.endswith("Chưa gửi") for line in lines(panel))
    said = words_of(panel)
    assert "virus.pdf là chương trình" in said
    assert "anh.jpg không trọn vẹn" in said
    assert "Hoàng Thị Yến" in lines(panel)[0]
    panel.take([(chosen[0], "don.pdf")])
    settle(qtbot, room)
    assert "don.pdf đã được đính kèm." in words_of(panel)
    assert len(rows(desktop, request)) == 2


def test_files_are_dropped_and_pictures_pasted(
    qtbot: QtBot,
    desktop: Desktop,
    page: RequestsPage,
    room: RequestRoom,
    files: Callable[..., list[Path]],
) -> None:
    QGuiApplication.clipboard().clear()
    request = desktop.requests.register(room.person, new()).id
    panel = at(qtbot, page, room, request)
    drop(panel, *files(don_pdf=pdf()))
    settle(qtbot, room)
    assert [row.name for row in rows(desktop, request)] == ["don.pdf"]
    assert not panel.paste_button.isVisible()
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(image)
    qtbot.waitUntil(panel.paste_button.isVisible)
    qtbot.keyClick(page.table, Key.Key_V, CTRL | Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, room)
    names = [row.name for row in rows(desktop, request)]
    assert len(names) == 2
    assert names[1].startswith("Ảnh dán")
    assert names[1].endswith(".png")
    QGuiApplication.clipboard().clear()


def test_who_may_not_attach_sees_the_list_alone(
    qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], RequestRoom], active: Active
) -> None:
    yen = person(desktop, "yen")
    request = desktop.requests.register(yen, new()).id
    empty = desktop.requests.register(yen, new()).id
    desktop.attachments.add(yen, "request", request, pdf(), "don.pdf")
    panel = AttachmentPanel(room_of("admin"))
    qtbot.addWidget(panel)
    active(panel)
    panel.show_of("request", request, may_attach=False)
    assert len(lines(panel)) == 1
    assert not panel.attach_button.isVisible()
    panel.show_of("request", empty, may_attach=False)
    assert not panel.isVisible()


# -- looking at them --------------------------------------------------------------------------------------


def opened(qtbot: QtBot, desktop: Desktop, room: RequestRoom, name: str, content: bytes) -> AttachmentDialog:
    held = desktop.attachments.hold(content, name)
    window = QWidget()
    window.resize(1200, 760)
    qtbot.addWidget(window)
    window.show()
    dialog = AttachmentDialog(window, room, Shown(held.name, bytes.fromhex(held.digest)))
    dialog.open()
    settle(qtbot, room)
    qtbot.waitUntil(lambda: not dialog._again.isActive())  # a resize is drawn once it has ended
    settle(qtbot, room)
    return dialog


def shown_picture(dialog: AttachmentDialog) -> QImage:
    return dialog._picture.pixmap().toImage()


def turned_photo() -> bytes:
    """Taken on its side: red is left in the file, on top for the eye (EXIF 6: turn it to the right)."""
    image = Image.new("RGB", (400, 200), "blue")
    image.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_a_scan_is_leafed_through_made_larger_and_turned(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom
) -> None:
    dialog = opened(qtbot, desktop, room, "don.pdf", pdf(3))
    assert "Trang 1 / 3" in words_of(dialog) or "1" in words_of(dialog)
    first = shown_picture(dialog)
    assert first.height() > first.width() > 300
    assert not dialog.before.isEnabled()
    dialog.after.click()
    settle(qtbot, room)
    second = shown_picture(dialog)
    assert second != first
    assert dialog.before.isEnabled()
    dialog.larger.click()
    settle(qtbot, room)
    assert shown_picture(dialog).height() > 1.4 * second.height()
    dialog.smaller.click()
    dialog.turn.click()
    settle(qtbot, room)
    on_its_side = shown_picture(dialog)
    assert on_its_side.width() > on_its_side.height()


def test_a_photo_stands_the_way_it_was_taken(qtbot: QtBot, desktop: Desktop, room: RequestRoom) -> None:
    image = shown_picture(opened(qtbot, desktop, room, "anh.jpg", turned_photo()))
    assert image.height() > image.width()
    middle = image.width() // 2
    assert image.pixelColor(middle, image.height() // 4).red() > 200
    assert image.pixelColor(middle, image.height() * 3 // 4).blue() > 200


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_pictures_of_every_kind_are_shown(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, kind: str
) -> None:
    image = shown_picture(opened(qtbot, desktop, room, "anh", picture(kind)))
    assert image.width() > 300


@pytest.mark.qt_log_ignore("Corrupt JPEG data", extend=True)  # what libjpeg says of it
def test_of_a_torn_photo_what_there_is_and_a_warning(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom
) -> None:
    photo = picture("JPEG", (300, 200))
    dialog = opened(qtbot, desktop, room, "anh.jpg", photo[: len(photo) // 2])
    assert "anh.jpg không trọn vẹn" in words_of(dialog)
    assert shown_picture(dialog).width() > 300
    assert dialog.save.isEnabled()


@pytest.mark.parametrize("name", ["don.pdf", "anh.png"])
def test_what_is_too_torn_to_be_shown_says_so_calmly(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, name: str
) -> None:
    content = pdf()[:40] if name == "don.pdf" else picture("PNG")[:60]
    dialog = opened(qtbot, desktop, room, name, content)
    assert f"{name} không trọn vẹn" in words_of(dialog)
    assert dialog._picture.pixmap().isNull()
    assert dialog.save.isEnabled()


def test_a_bomb_is_not_decoded(qtbot: QtBot, desktop: Desktop, room: RequestRoom) -> None:
    dialog = opened(qtbot, desktop, room, "ban-do.png", bomb())
    assert "ảnh quá lớn" in words_of(dialog)
    assert dialog._picture.pixmap().isNull()


def test_text_and_letters(qtbot: QtBot, desktop: Desktop, room: RequestRoom, tmp_path: Path) -> None:
    dialog = opened(qtbot, desktop, room, "ghi.txt", "Nước đục từ hôm qua".encode())
    assert dialog.findChildren(QPlainTextEdit)[0].toPlainText() == "Nước đục từ hôm qua"
    letter = docx()
    dialog = opened(qtbot, desktop, room, "thu.docx", letter)
    assert "không xem được tại đây" in words_of(dialog)
    dialog.save_to(tmp_path / "luu" / "thu.docx")
    settle(qtbot, room)
    assert (tmp_path / "luu" / "thu.docx").read_bytes() == letter


def test_a_scan_of_another_desk_is_fetched_when_it_is_opened(
    qtbot: QtBot, company: Company, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    other = company.desk("BN04")
    request = other.requests.register(person(other, "mai"), new()).id
    other.attachments.add(person(other, "mai"), "request", request, picture("PNG", (700, 600)), "anh.png")
    company.sync()
    panel = at(qtbot, page, room, request)
    assert lines(panel)[0].endswith("Ở công ty")
    panel.findChildren(FileLine)[0].setFocus()
    qtbot.keyClick(panel.findChildren(FileLine)[0], Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.findChildren(AttachmentDialog)))
    settle(qtbot, room)
    dialog = page.findChildren(AttachmentDialog)[0]
    assert not dialog._picture.pixmap().isNull()
    assert not lines(panel)[0].endswith("Ở công ty")
    dialog.reject()


def test_what_is_not_at_the_head_office_yet_is_said(
    qtbot: QtBot, company: Company, desktop: Desktop, room: RequestRoom
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = AttachmentDialog(window, room, Shown("anh.png", bytes(32)))
    dialog.open()
    settle(qtbot, room)
    assert "Công ty chưa có tệp này" in words_of(dialog)
    assert not dialog.save.isEnabled()


# -- with a request that is not saved yet -----------------------------------------------------------------


def intake(qtbot: QtBot, room: RequestRoom, window: QWidget) -> IntakeDialog:
    dialog = IntakeDialog(room, window)
    dialog.start()
    settle(qtbot, room)
    return dialog


def fill(dialog: IntakeDialog) -> None:
    form = dialog.form
    form.types.setCurrentIndex(form.types.findData("leak"))
    form.set_values({"words": LEAK, "contact_name": "Nguyễn Thị Như Quỳnh", "phone": "0912345678"})


def test_scans_put_to_a_new_request_are_attached_when_it_is_saved(
    qtbot: QtBot,
    desktop: Desktop,
    page: RequestsPage,
    room: RequestRoom,
    files: Callable[..., list[Path]],
) -> None:
    dialog = intake(qtbot, room, page)
    assert "mỗi tệp tối đa 25 MB" in words_of(dialog)
    fill(dialog)
    drop(dialog, *files(don_pdf=pdf(), virus_pdf=program()))
    settle(qtbot, room)
    assert [line.split(",")[0] for line in lines(dialog)] == ["don.pdf"]
    assert "virus.pdf là chương trình" in words_of(dialog)
    saved: list[UUID] = []
    dialog.registered.connect(lambda done: saved.append(done.id))
    dialog.save()
    qtbot.waitUntil(lambda: bool(saved))
    settle(qtbot, room)
    assert [row.name for row in rows(desktop, saved[0])] == ["don.pdf"]
    assert intake(qtbot, room, page).scans.held() == []


def test_they_are_there_again_after_a_crash_and_gone_when_thrown_away(
    qtbot: QtBot,
    desktop: Desktop,
    page: RequestsPage,
    room: RequestRoom,
    prompter: Asked,
    files: Callable[..., list[Path]],
) -> None:
    dialog = intake(qtbot, room, page)
    dialog.scans.take([(path, path.name) for path in files(don_pdf=pdf(), anh_png=picture("PNG"))])
    settle(qtbot, room)
    entry_id = dialog._entry_id
    dialog.deleteLater()  # nobody has closed it
    again = intake(qtbot, room, page)
    assert [each.name for each in again.scans.held()] == ["don.pdf", "anh.png"]
    assert again._entry_id == entry_id
    away = next(b for b in again.findChildren(Button) if b.accessibleName() == "Bỏ don.pdf")
    away.click()
    settle(qtbot, room)
    kept = [p for p in (desktop.home / "attachments").rglob("*") if p.is_file()]
    assert len(kept) == 1
    again.throw_away()
    settle(qtbot, room)
    assert again.scans.held() == []
    assert not kept[0].exists()


def test_leaving_keeps_them(
    qtbot: QtBot, page: RequestsPage, room: RequestRoom, files: Callable[..., list[Path]]
) -> None:
    dialog = intake(qtbot, room, page)
    dialog.scans.take([(path, path.name) for path in files(don_pdf=pdf())])
    settle(qtbot, room)
    dialog.reject()
    settle(qtbot, room)
    assert [each.name for each in intake(qtbot, room, page).scans.held()] == ["don.pdf"]
