"""Scans, photos and letters for tests: real files of each kind, and what is none."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from app.domain.attachments import ODT


def picture(kind: str, size: tuple[int, int] = (120, 80)) -> bytes:
    """A photo of noise, so that it is not small."""
    file = BytesIO()
    noise = random.Random(4).randbytes(size[0] * size[1] * 3)
    Image.frombytes("RGB", size, noise).save(file, kind)
    return file.getvalue()


def pdf(pages: int = 1) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, invariant=1)
    for page in range(pages):
        canvas.drawString(100, 700, f"Don de nghi, trang {page + 1}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def program() -> bytes:
    """The head of a Windows program: MZ, and where it points to, PE."""
    stub = b"MZ" + bytes(58) + (128).to_bytes(4, "little")
    return stub.ljust(128, b"\0") + b"PE\0\0" + struct.pack("<HH", 0x8664, 6) + bytes(400)


def archive(parts: Mapping[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return file.getvalue()


def docx(**more: bytes) -> bytes:
    """A letter as Word writes it, as small as it gets; `more` goes beside its text."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.wordprocessingml.document.main+xml"/></Types>'
    )
    text = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>Đơn đề nghị di dời đồng hồ</w:t></w:r></w:p></w:body></w:document>"
    )
    parts = {"[Content_Types].xml": types.encode(), "word/document.xml": text.encode()}
    return archive(parts | {f"word/{name}": content for name, content in more.items()})


def xlsx() -> bytes:
    from openpyxl import Workbook

    file = BytesIO()
    Workbook().save(file)
    return file.getvalue()


def odt() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("mimetype", ODT)
        zipped.writestr("content.xml", "<office:document-content/>")
    return file.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of many pixels in few bytes, as whole as any."""

    def part(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + check.to_bytes(4, "big")

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * 100))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")
