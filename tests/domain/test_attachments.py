"""What is taken as a scan or photo: real files, told by what is in them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.attachments import (
    DOCX,
    HEIC,
    JPEG,
    LIMIT,
    LONGEST_NAME,
    MOST_PIXELS,
    ODT,
    PDF,
    PNG,
    SUFFIXES,
    TEXT,
    TIFF,
    WEBP,
    XLSX,
    check_size,
    examine,
    format_size,
    kept_name,
)
from app.domain.errors import AppError
from tests.scans import archive, bomb, docx, odt, pdf, picture, program, xlsx


def refused(data: bytes, name: str = "giay-to.pdf") -> str:
    with pytest.raises(AppError) as error:
        examine(data, name)
    assert error.value.params["name"] == name
    return error.value.code


WHOLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "pdf": (pdf, PDF),
    "jpeg": (lambda: picture("JPEG"), JPEG),
    "png": (lambda: picture("PNG"), PNG),
    "tiff": (lambda: picture("TIFF"), TIFF),
    "webp": (lambda: picture("WEBP"), WEBP),
    "docx": (docx, DOCX),
    "xlsx": (xlsx, XLSX),
    "odt": (odt, ODT),
    "text": (lambda: "Kính gửi: Công ty Cấp nước\r\n\tNước đục từ hôm qua.".encode(), TEXT),
    "utf-16": (lambda: "Nước đục từ hôm qua.".encode("utf-16"), TEXT),
    "old code page": (lambda: bytes(range(0x80, 0x100)) + b" nuoc", TEXT),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_what_is_taken(kind: str) -> None:
    make, media = WHOLE[kind]
    found = examine(make(), "whatever.exe")
    assert (found.media, found.flaw) == (media, "")


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "webp"])
def test_the_pixels_of_a_picture_are_known_before_it_is_decoded(kind: str) -> None:
    assert examine(WHOLE[kind][0](), "").pixels == (120, 80)


@pytest.mark.parametrize("kind", ["pdf", "jpeg", "png", "tiff", "webp", "docx", "odt"])
def test_what_is_torn_is_taken_and_said_to_be_torn(kind: str) -> None:
    """It may be all that the customer has."""
    make, media = WHOLE[kind]
    data = make()
    found = examine(data[: len(data) * 3 // 4], "don.pdf")
    assert (found.media, found.flaw) == (media, "torn")


def test_a_png_whose_bytes_were_changed_is_torn() -> None:
    data = bytearray(picture("PNG"))
    data[len(data) // 2] ^= 1
    assert examine(bytes(data), "").flaw == "torn"


def test_a_photo_with_a_film_behind_it_is_whole_and_one_with_its_thumbnail_alone_is_not() -> None:
    photo = picture("JPEG")
    assert examine(photo + b"ftypmp42" + bytes(1000), "").flaw == ""
    exif = b"\xff\xe1" + (2 + len(photo)).to_bytes(2, "big") + photo
    with_thumbnail = photo[:2] + exif + photo[2:]
    assert examine(with_thumbnail, "").flaw == ""
    assert examine(with_thumbnail[:-20], "").flaw == "torn"


def test_more_pixels_than_are_shown_are_told_from_the_head() -> None:
    data = bomb()
    assert len(data) < 100_000
    found = examine(data, "ban-do.png")
    assert (found.media, found.flaw, found.pixels) == (PNG, "pixels", (60_000, 60_000))
    edge = math.isqrt(MOST_PIXELS)
    assert examine(bomb(edge, edge), "").flaw == ""
    assert examine(bomb(edge + 1, edge), "").flaw == "pixels"


def test_a_program_is_told_whatever_its_name() -> None:
    assert refused(program()) == "attachment.program"
    assert refused(b"\x7fELF\2\1\1" + bytes(60)) == "attachment.program"
    assert refused(b"L\0\0\0\x01\x14\x02\0" + bytes(60)) == "attachment.program"
    assert refused(b"MZ\x90\0\3\0\0\0") == "attachment.program"
    # As a PDF reader would take it for a PDF.
    assert refused(program() + b"%PDF-1.7 %%EOF") == "attachment.program"
    assert examine(b"MZ la viet tat cua Mien Tay", "ghi-chu.txt").media == TEXT


def test_what_else_is_no_paper() -> None:
    assert refused(archive({"thu.txt": b"a"})) == "attachment.archive"
    assert refused(b"Rar!\x1a\7\1\0" + bytes(40)) == "attachment.archive"
    assert refused(b"PK\3\4" + bytes(40)) == "attachment.archive"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "attachment.old_office"
    assert refused(docx(**{"vbaProject.bin": b"x"})) == "attachment.macros"
    assert refused(b"RIFF\x24\0\0\0WAVEfmt ") == "attachment.other_kind"
    assert refused(b"\0\0\0\x20ftypisom" + bytes(100)) == "attachment.other_kind"
    assert refused(bytes(range(256)) * 40) == "attachment.other_kind"
    assert refused(b"") == "attachment.empty"


def test_a_document_that_unpacks_to_too_much_is_refused_unopened() -> None:
    swollen = docx(media=bytes(1 << 20))
    at = swollen.rfind(b"PK\1\2")
    data = bytearray(swollen)
    data[at + 24 : at + 28] = (2 << 30).to_bytes(4, "little")
    assert refused(bytes(data)) == "attachment.swollen"


def test_photos_of_phones_that_the_window_does_not_know_are_kept() -> None:
    found = examine(b"\0\0\0\x18ftypheic" + bytes(100), "IMG_0007.HEIC")
    assert (found.media, found.flaw) == (HEIC, "format")


def test_the_limit() -> None:
    check_size(LIMIT, "a")
    with pytest.raises(AppError) as error:
        check_size(LIMIT + 1, "quet.pdf")
    assert error.value.params == {"name": "quet.pdf", "size": 26, "limit": 25}
    assert refused(b" " * (LIMIT + 1)) == "attachment.too_large"
    assert examine(b" " * LIMIT, "").media == TEXT


@pytest.mark.parametrize(
    ("name", "media", "kept"),
    [
        ("Đơn đề nghị.pdf", PDF, "Đơn đề nghị.pdf"),
        (r"C:\Users\Yen\Ảnh.JPEG", JPEG, "Ảnh.jpg"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("virus.bat", TEXT, "virus.bat.txt"),
        ("hoa-don.pdf.exe", PDF, "hoa-don.pdf.exe.pdf"),
        ("con.pdf", PDF, "_con.pdf"),
        ("a<b>|?.png", PNG, "ab.png"),
        ("anh\u202egpj.exe", JPEG, "anhgpj.exe.jpg"),
        ("", PNG, "scan.png"),
        (".pdf", PDF, "scan.pdf"),
        ("dai" * 100 + ".pdf", PDF, ("dai" * 100)[:LONGEST_NAME] + ".pdf"),
    ],
)
def test_the_name_says_what_it_is(name: str, media: str, kept: str) -> None:
    assert kept_name(name, media) == kept


@given(st.text(), st.sampled_from(sorted(SUFFIXES)))
def test_any_name_becomes_one_that_every_system_takes(name: str, media: str) -> None:
    kept = kept_name(name, media)
    assert kept.endswith(SUFFIXES[media])
    assert 0 < len(kept) <= LONGEST_NAME + 6
    assert not set(kept) & set('/\\<>:"|?*\0\n')
    assert kept.isprintable()
    assert kept_name(kept, media) == kept


SAMPLES = [make() for make, _ in WHOLE.values()] + [program(), bomb(), b"\xff\xd8\xff", b"II*\0", b"PK\3\4"]


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.data())
def test_no_bytes_make_it_fail_otherwise(sample: bytes, data: st.DataObject) -> None:
    """Cut off and changed anywhere, every file is taken or refused by a code."""
    cut = bytearray(sample[: data.draw(st.integers(0, len(sample)))])
    for at in data.draw(st.lists(st.integers(0, max(len(cut) - 1, 0)), max_size=8)):
        if cut:
            cut[at] = data.draw(st.integers(0, 255))
    assert taken_or_refused(bytes(cut)) in (*SUFFIXES, "refused")


def taken_or_refused(data: bytes) -> str:
    try:
        return examine(data, "x").media
    except AppError as error:
        return "refused" if error.code.startswith("attachment.") else error.code


def test_sizes_in_words() -> None:
    assert format_size(1, "vi") == "1 KB"
    assert format_size(340 << 10, "vi") == "340 KB"
    assert format_size(1_258_291, "vi") == "1,2 MB"
    assert format_size(1_258_291, "en") == "1.2 MB"
    assert format_size(LIMIT, "vi") == "25 MB"
