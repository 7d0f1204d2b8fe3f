"""The two codes on paper: QR for phones, Code 128 for the scanner at the counter.

reportlab's tables and function patterns are used; its own way from text to symbol takes 40 ms a QR code.
"""

from __future__ import annotations

from functools import cache

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel, QRRSBlock, QRUtil

_LEVEL = QRErrorCorrectLevel.M


class _Version:
    """All that symbols of one size share (ISO/IEC 18004), so that one more costs a third of a millisecond.

    A symbol is one whole number: a bit a module, row by row with a blank column after each row, so that
    shifting by one or by a row never joins two rows.
    """

    def __init__(self, version: int) -> None:
        blocks = QRRSBlock.getRSBlocks(version, _LEVEL)  # type: ignore[no-untyped-call]
        self.lengths = [block.dataCount for block in blocks]
        self.capacity = sum(self.lengths)
        self.checks = blocks[0].totalCount - blocks[0].dataCount
        self.length_bits = 8 if version < 10 else 16
        self.size = version * 4 + 17
        self.stride = self.size + 1
        self.templates = [self._template(version, mask) for mask in range(8)]
        empty = QRCode(version, _LEVEL)
        empty.moduleCount = self.size
        self.order = [row * self.stride + column for column, row in empty.dataPosIterator()]  # type: ignore[no-untyped-call]
        self.all = self._number(["1" * self.size] * self.size)
        self.remainders = _remainders(self.checks)

    def _template(self, version: int, mask: int) -> int:
        symbol = QRCode(version, _LEVEL)
        symbol.dataCache = []
        symbol.makeImpl(False, mask)
        return self._number(["".join("01"[bool(dark)] for dark in row) for row in symbol.modules])

    def _number(self, rows: list[str]) -> int:
        return int("0".join(rows) + "0", 2)

    def codewords(self, text: bytes) -> bytes:
        """Data and check bytes, interleaved as they are laid into the symbol."""
        length = len(text)
        bits = (0b0100 << self.length_bits | length) << (8 * length) | int.from_bytes(text, "big")
        used = 4 + self.length_bits + 8 * length
        tail = min(4, 8 * self.capacity - used)
        whole = -(-(used + tail) // 8)
        data = (bits << (8 * whole - used)).to_bytes(whole, "big")
        data += (b"\xec\x11" * self.capacity)[: self.capacity - whole]
        parts, checks, at = [], [], 0
        for count in self.lengths:
            part = data[at : at + count]
            at += count
            parts.append(part)
            checks.append(self._checks(part))
        longest = max(self.lengths)
        mixed = bytes(part[i] for i in range(longest) for part in parts if i < len(part))
        return mixed + bytes(check[i] for i in range(self.checks) for check in checks)

    def _checks(self, part: bytes) -> bytes:
        shift, keep, rest = 8 * (self.checks - 1), (1 << 8 * self.checks) - 1, 0
        for byte in part:
            rest = (rest << 8 & keep) ^ self.remainders[rest >> shift ^ byte]
        return rest.to_bytes(self.checks, "big")

    def symbol(self, codewords: bytes) -> int:
        """The symbol under the mask that is easiest to read."""
        cells = bytearray(b"0" * (self.size * self.stride))
        bits = f"{int.from_bytes(codewords, 'big'):0{8 * len(codewords)}b}".encode()
        for at, bit in zip(self.order, bits, strict=False):
            cells[at] = bit
        data = int(cells, 2)
        return min((template ^ data for template in self.templates), key=self._penalty)

    def _penalty(self, dark: int) -> int:
        """The four faults of a symbol, weighed as the standard says."""
        light = self.all ^ dark
        stride = self.stride
        total = 10 * (abs(dark.bit_count() * 20 - self.size**2 * 10) // self.size**2)
        for colour in (dark, light):
            pair = colour & colour >> 1
            total += 3 * (pair & pair >> stride).bit_count()
            for step in (1, stride):
                two = colour & colour >> step
                five = two & two >> 2 * step & colour >> 4 * step
                total += five.bit_count() + 2 * (five & ~(five << step)).bit_count()
        for step in (1, stride):
            four = light & light >> step
            four &= four >> 2 * step
            finder = dark & light >> step & dark >> 2 * step & dark >> 3 * step & dark >> 4 * step
            finder &= light >> 5 * step & dark >> 6 * step
            total += 40 * ((finder & four >> 7 * step).bit_count() + (finder >> 4 * step & four).bit_count())
        return total

    def rows(self, symbol: int) -> list[str]:
        """The symbol row by row, "1" for a dark module."""
        bits = f"{symbol:0{self.size * self.stride}b}"
        return [bits[at : at + self.size] for at in range(0, len(bits), self.stride)]


def _remainders(checks: int) -> list[int]:
    """What each leading byte leaves when divided by the generator polynomial."""
    generator = QRUtil.getErrorCorrectPolynomial(checks)  # type: ignore[no-untyped-call]
    logs = {_power(n): n for n in range(255)}
    table = [0]
    for byte in range(1, 256):
        row = bytes(_power((logs[byte] + logs[generator.get(i)]) % 255) for i in range(1, checks + 1))
        table.append(int.from_bytes(row, "big"))
    return table


@cache
def _power(n: int) -> int:
    """2 to the n in the field of 256 elements that the standard names."""
    value = 1
    for _ in range(n):
        value <<= 1
        if value > 255:
            value ^= 0x11D
    return value


@cache
def _version(number: int) -> _Version:
    return _Version(number)


@cache
def _capacities() -> list[tuple[int, int]]:
    room = []
    for number in range(1, 41):
        data = sum(block.dataCount for block in QRRSBlock.getRSBlocks(number, _LEVEL))  # type: ignore[no-untyped-call]
        room.append((number, data - (2 if number < 10 else 3)))
    return room


def qr_rows(text: str) -> list[str]:
    """The QR symbol for `text` (error correction M, 15 %), a string a row, "1" for dark, without margin."""
    data = text.encode()
    for number, room in _capacities():
        if len(data) <= room:
            version = _version(number)
            return version.rows(version.symbol(version.codewords(data)))
    raise ValueError(f"{len(data)} bytes are too many for a QR code")


def qr_mask(text: str) -> tuple[int, str]:
    """The symbol's modules a side and its rows as hexadecimal bits, each row filled up to whole bytes."""
    rows = qr_rows(text)
    whole = -(-len(rows) // 8) * 8
    return len(rows), int("".join(row.ljust(whole, "0") for row in rows), 2).to_bytes(
        whole // 8 * len(rows), "big"
    ).hex()


def code128(text: str) -> tuple[list[tuple[int, int]], int]:
    """The dark bars of an ASCII text as (start, width) in modules, and the width of it all."""
    code = Code128(text, quiet=0)
    code.validate()  # type: ignore[no-untyped-call]
    code.encode()  # type: ignore[no-untyped-call]
    code.decompose()  # type: ignore[no-untyped-call]
    bars, x = [], 0
    for element in code.decomposed:
        width = ord(element.lower()) - 96
        if element.isupper():
            bars.append((x, width))
        x += width
    return bars, x
