"""One spelling for comparing and searching: no accents, no capitals, đ as d, Chinese cut into characters."""

from __future__ import annotations

import re
import unicodedata


def nfc(text: str) -> str:
    """Precomposed Unicode: how every text is stored and drawn."""
    return unicodedata.normalize("NFC", text)


def _bare(text: str) -> str:
    """`text` in small letters without its accents, for any script."""
    apart = unicodedata.normalize("NFKD", text)
    small = unicodedata.normalize("NFKD", apart.casefold())
    return nfc("".join(c for c in small if not unicodedata.combining(c)))


_STROKED = dict.fromkeys(map(ord, "đĐðÐ"), "d")  # đ, and eth, which old code pages put in its place

# Vietnamese letters and ASCII capitals, ready for str.translate: twice as fast as taking each name apart.
_VIETNAMESE = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĨĩŨũƠơƯư" + "".join(map(chr, range(0x1EA0, 0x1EFA)))
_TABLE = _STROKED | {ord(c): _bare(c) for c in _VIETNAMESE + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}

_HAN = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


def fold(text: str) -> str:
    """`text` for the search index and for comparing; folding again changes nothing.

    Chinese characters stand alone between blanks, so that a word index finds any run of them as a phrase.
    """
    folded = nfc(text).translate(_TABLE)
    if not folded.isascii():
        folded = _HAN.sub(r" \1 ", _bare(folded).translate(_STROKED))
    return " ".join(folded.split())


# Eleven-figure mobile numbers became ten on 15/09/2018; old files still hold them.
_MOVED = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


def phone(text: str) -> str:
    """The figures by which a number is dialled at home: +84 901 234 567 → 0901234567, +86 138… → 138…"""
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub("[^0-9]", "", plain)
    abroad = plain.lstrip(" (").startswith("+")
    if digits.startswith("00"):
        abroad, digits = True, digits[2:]
    if digits.startswith("84") and (abroad or len(digits) in (11, 12)):
        digits = "0" + digits[2:].lstrip("0")
    elif re.fullmatch("861[3-9][0-9]{9}", digits):
        digits = digits[2:]
    elif abroad and digits.startswith("86"):
        digits = "0" + digits[2:].lstrip("0")
    if len(digits) == 11 and digits[:4] in _MOVED:
        digits = _MOVED[digits[:4]] + digits[4:]
    return digits


def one_line(text: str) -> str:
    """As a line of a form is kept: precomposed, single blanks, none around it."""
    return " ".join(nfc(text).split())
