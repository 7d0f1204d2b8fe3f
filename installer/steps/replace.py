"""Run by the Python for Windows: puts other modules into the packaged programs `argv[2:]`. `argv[1]` is a
JSON file: name of a module -> its source. What PyInstaller has made of the rest stays byte by byte."""

from __future__ import annotations

import json
import marshal
import struct
import sys
import zlib
from pathlib import Path

from PyInstaller.archive.readers import PKG_ITEM_PYZ, CArchiveReader  # type: ignore[import-untyped]

HEAD = struct.Struct("!4s4si")
"""Of the archive of modules: mark, mark of the bytecode, where its list begins."""


def replaced(archive: bytes, sources: dict[str, str]) -> bytes:
    """The archive of modules with these in place of those of their names."""
    mark, bytecode, end = HEAD.unpack_from(archive)
    listed = dict(marshal.loads(archive[end:]))  # noqa: S302 our own
    body = bytearray(archive[:end])
    for name, source in sources.items():
        kind, _, _ = listed[name]
        code = compile(source, name.replace(".", "/") + ".py", "exec", dont_inherit=True)
        data = zlib.compress(marshal.dumps(code))
        listed[name] = (kind, len(body), len(data))
        body += data
    HEAD.pack_into(body, 0, mark, bytecode, len(body))
    return bytes(body) + marshal.dumps(list(listed.items()))


def put_into(program: Path, sources: dict[str, str]) -> None:
    """Rewrite a packaged program."""
    reader = CArchiveReader(str(program))
    whole = program.read_bytes()
    start, cookie = reader._start_offset, reader._end_offset - reader._COOKIE_LENGTH
    magic, _, listed_at, length, python, library = struct.unpack_from(reader._COOKIE_FORMAT, whole, cookie)
    packed, entries, at = bytearray(), bytearray(), start + listed_at
    while at < start + listed_at + length:
        size, offset, data_length, full, compressed, kind = struct.unpack_from(
            reader._TOC_ENTRY_FORMAT, whole, at
        )
        data = whole[start + offset : start + offset + data_length]
        if kind.decode() == PKG_ITEM_PYZ:
            data = replaced(data, sources)
            full = len(data)
        entries += struct.pack(reader._TOC_ENTRY_FORMAT, size, len(packed), len(data), full, compressed, kind)
        entries += whole[at + reader._TOC_ENTRY_LENGTH : at + size]
        packed += data
        at += size
    total = len(packed) + len(entries) + reader._COOKIE_LENGTH
    end = struct.pack(reader._COOKIE_FORMAT, magic, total, len(packed), len(entries), python, library)
    program.write_bytes(whole[:start] + packed + entries + end)


if __name__ == "__main__":
    new = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    for name in sys.argv[2:]:
        put_into(Path(name), new)
