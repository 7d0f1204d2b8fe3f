"""Scans and photos that customers hand in: what is taken, by what is in the file and never by its name.

What the customer handed in is kept whenever it is known what it is, also when it is torn: it may be all there
is. Who adds it is told at once, while the customer stands there and can hand it in again. Refused is what is
no paper at all (programs, archives, films) and what is too large.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from app.domain.errors import AppError
from app.domain.fold import nfc
from app.domain.money import format_number

LIMIT = 25 << 20
"""Bytes of a content at most: what Windows calls 25 MB, and a little more than others do, so that nobody who
reads 25 MB anywhere is refused."""

LIMIT_MB = LIMIT >> 20

MOST_PIXELS = 100_000_000
"""A picture of more is kept but not shown: A3 at 600 dpi has 70 million, a bomb of 1 MB has thousands of
millions. Looked at before anything is decoded."""

MOST_UNPACKED = 1 << 30
MOST_PARTS = 10_000
"""Of a document that is an archive inside: no letter and no workbook has so many."""

LONGEST_NAME = 120

SUFFIXES: Mapping[str, str] = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "text/plain": ".txt",
}
"""What is taken, and the end of its name."""

PDF, JPEG, PNG, TIFF, WEBP, HEIC, DOCX, XLSX, ODT, TEXT = SUFFIXES

PICTURES = (JPEG, PNG, TIFF, WEBP)
"""What the window shows as a picture."""

FLAWS = ("torn", "pixels", "format")
"""Why a content that is kept cannot be shown, or not whole: a part of it is missing or damaged; it has more
pixels than `MOST_PIXELS`; the window knows no such pictures."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is. `flaw`: one of `FLAWS`, or nothing. `pixels`: width and height of a picture."""

    media: str
    flaw: str = ""
    pixels: tuple[int, int] | None = None


def check_size(size: int, name: str) -> None:
    """AppError "attachment.empty", "attachment.too_large": said before anything is read."""
    if size == 0:
        raise AppError("attachment.empty", name=name)
    if size > LIMIT:
        raise AppError("attachment.too_large", name=name, size=-(-size // (1 << 20)), limit=LIMIT_MB)


def examine(data: bytes, name: str) -> Content:
    """What the whole content of a file is; `name` only fills sentences.

    AppError "attachment.empty", "attachment.too_large", "attachment.program", "attachment.archive",
    "attachment.macros", "attachment.swollen", "attachment.old_office", "attachment.other_kind".
    """
    check_size(len(data), name)
    if _is_program(data):
        raise AppError("attachment.program", name=name)
    for begins, look in _LOOKS:
        if data.startswith(begins):
            return look(data, name)
    if b"%PDF-" in data[:1024]:
        return Content(PDF, "" if b"%%EOF" in data[-2048:] else "torn")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        return Content(HEIC, "format")
    if _is_text(data):
        return Content(TEXT)
    raise AppError("attachment.other_kind", name=name)


def pixels_flaw(width: int, height: int) -> str:
    """The flaw of a picture of this size."""
    return "pixels" if width * height > MOST_PIXELS else ""


def kept_name(name: str, media: str) -> str:
    """A file's name as it is kept: no folder, nothing unprintable, and the end that its content asks for, so
    that what is saved from here opens as what it is, whatever it was called."""
    last = re.split(r"[/\\]", nfc(name))[-1]
    plain = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*')
    suffix = SUFFIXES[media]
    stem, dot, end = plain.rpartition(".")
    fits = dot and f".{end.casefold()}" in (suffix, *_OTHER_ENDS.get(media, ()))
    stem = (stem if fits else plain).strip(" .")[:LONGEST_NAME].rstrip(" .")
    if stem.split(".")[0].upper() in _RESERVED:
        stem = f"_{stem}"
    return (stem or "scan") + suffix


def format_size(size: int, language: str) -> str:
    """A size in bytes as people read it: "340 KB", "1,2 MB" (of 1024)."""
    if size < 1 << 20:
        return f"{format_number(max(size + 512 >> 10, 1), language)} KB"
    tenths = (size * 10 + (1 << 19)) >> 20
    shown = format_number(tenths, language, 1) if tenths % 10 else format_number(tenths // 10, language)
    return f"{shown} MB"


# -- what is no paper -------------------------------------------------------------------------------------

_HEIF = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_OTHER_ENDS = {JPEG: (".jpeg", ".jpe", ".jfif"), TIFF: (".tiff",), HEIC: (".heif",)}
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10))}
"""What Windows takes for a device."""

_PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"L\0\0\0\x01\x14\x02\0",  # a shortcut of Windows: opening it starts what it names
)


def _is_program(data: bytes) -> bool:
    if data.startswith(b"MZ"):
        at = int.from_bytes(data[60:64], "little")
        return data[at : at + 4] == b"PE\0\0" or not _is_text(data)
    return data.startswith(_PROGRAMS)


def _archive(data: bytes, name: str) -> Content:
    raise AppError("attachment.archive", name=name)


def _old_office(data: bytes, name: str) -> Content:
    raise AppError("attachment.old_office", name=name)


_CONTROL = bytes(n for n in range(32) if n not in b"\t\n\f\r\x1b") + b"\x7f"


def _is_text(data: bytes) -> bool:
    """Whether it is text of some code page; old ones (TCVN3, VNI) can only be told by having no controls."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    return len(data.translate(None, _CONTROL)) == len(data)


# -- pictures ---------------------------------------------------------------------------------------------


def _picture(media: str, size: tuple[int, int] | None, *, whole: bool) -> Content:
    if size is None or not whole:
        return Content(media, "torn", size)
    return Content(media, pixels_flaw(*size), size)


def _jpeg(data: bytes, name: str) -> Content:
    """A photo may have more behind its end (phones put a film there), so the end is looked for after the
    head of the scan."""
    size, at = None, 2
    while True:
        marker = data[at : at + 4]
        if len(marker) < 4 or marker[0] != 0xFF:
            return _picture(JPEG, size, whole=False)
        kind, length = marker[1], int.from_bytes(marker[2:], "big")
        if kind == 0xFF:  # filling
            at += 1
            continue
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            if len(data) < at + 9:
                return _picture(JPEG, size, whole=False)
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        if kind == 0xDA:
            return _picture(JPEG, size, whole=data.rfind(b"\xff\xd9", at) > at)
        at += 2 + length


def _png(data: bytes, name: str) -> Content:
    """Each part has its check sum."""
    size = None
    for kind, start, end in _chunks(data):
        if kind == b"IHDR" and end - start >= 8:
            size = struct.unpack_from(">II", data, start)
        if zlib.crc32(data[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return _picture(PNG, size, whole=False)
        if kind == b"IEND":
            return _picture(PNG, size, whole=True)
    return _picture(PNG, size, whole=False)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            return
        yield data[at + 4 : at + 8], at + 8, end
        at = end + 4


def _tiff(data: bytes, name: str) -> Content:
    """Of its first page; where its strips or tiles reach beyond the end, a part is missing."""
    order = "<" if data.startswith(b"II") else ">"
    try:
        tags = _tags(data, order)
        size = (tags[256][0], tags[257][0])
        starts, counts = (tags[273], tags[279]) if 273 in tags else (tags[324], tags[325])
    except (struct.error, KeyError, IndexError):
        return _picture(TIFF, None, whole=False)
    whole = all(a + n <= len(data) for a, n in zip(starts, counts, strict=False))
    return _picture(TIFF, size, whole=whole)


def _tags(data: bytes, order: str) -> dict[int, tuple[int, ...]]:
    """The whole numbers of the first directory."""
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (entries,) = struct.unpack_from(f"{order}H", data, at)
    tags = {}
    for n in range(entries):
        place = at + 2 + 12 * n
        tag, kind, count = struct.unpack_from(f"{order}HHI", data, place)
        if kind not in (3, 4) or count > len(data):
            continue
        width = 2 if kind == 3 else 4
        if count * width > 4:
            (place,) = struct.unpack_from(f"{order}I", data, place + 8)
        else:
            place += 8
        tags[tag] = struct.unpack_from(f"{order}{count}{'H' if kind == 3 else 'I'}", data, place)
    return tags


def _riff(data: bytes, name: str) -> Content:
    if data[8:12] != b"WEBP":
        raise AppError("attachment.other_kind", name=name)
    size, kind = None, data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        size = (_little(data, 24) + 1, _little(data, 27) + 1)
    elif kind == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack_from("<HH", data, 26)
        size = (width & 0x3FFF, height & 0x3FFF)
    elif kind == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return _picture(WEBP, size, whole=int.from_bytes(data[4:8], "little") + 8 <= len(data))


def _little(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


# -- documents that are archives inside -------------------------------------------------------------------

_MARKS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_ODT_HEAD = b"mimetype" + ODT.encode()


def _zip(data: bytes, name: str) -> Content:
    """Nothing is unpacked: what it would come to is read from its list of contents."""
    odt = data[30 : 30 + len(_ODT_HEAD)] == _ODT_HEAD
    end = data.rfind(b"PK\5\6", max(len(data) - 65_557, 0))
    if end < 0 or len(data) < end + 22:
        marked = ODT if odt else next((m for mark, m in _MARKS.items() if mark.encode() in data), None)
        if marked is None:
            raise AppError("attachment.archive", name=name)
        return Content(marked, "torn")
    if int.from_bytes(data[end + 10 : end + 12], "little") > MOST_PARTS:
        raise AppError("attachment.archive", name=name)
    try:
        with ZipFile(BytesIO(data)) as file:
            parts = file.infolist()
    except (BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError):
        parts = []
    names = {part.filename for part in parts}
    media = ODT if odt else next((m for mark, m in _MARKS.items() if mark in names), None)
    if media is None or (media != ODT and "[Content_Types].xml" not in names):
        raise AppError("attachment.archive", name=name)
    if any(n.endswith("vbaProject.bin") for n in names) or any(n.startswith("Basic/") for n in names):
        raise AppError("attachment.macros", name=name)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise AppError("attachment.swollen", name=name)
    return Content(media)


_LOOKS: tuple[tuple[bytes, Callable[[bytes, str], Content]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
    (b"RIFF", _riff),
    (b"PK\3\4", _zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_office),
    (b"Rar!\x1a\7", _archive),
    (b"7z\xbc\xaf\x27\x1c", _archive),
    (b"\x1f\x8b", _archive),
)
