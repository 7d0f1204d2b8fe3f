"""Amounts in words, as receipts and invoices need them in Vietnamese, English and Chinese capitals."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.money import Currency


@dataclass(frozen=True, slots=True)
class Spoken:
    """How an office reads numbers aloud in Vietnamese; the South prefers ngàn and lẻ."""

    thousand: str = "nghìn"
    odd: str = "linh"  # 105: một trăm linh năm
    four: str = "tư"  # 24: hai mươi tư; 14 and 104 keep bốn
    empty_group: bool = False  # 65 000 413: … triệu [không nghìn] bốn trăm mười ba


NORTH = Spoken()


def amount_in_words(amount: int, currency: Currency, language: str, spoken: Spoken = NORTH) -> str:
    """`amount` (minor units) in words with its unit: "Một trăm ba mươi mốt nghìn … đồng"."""
    whole, part = divmod(abs(amount), 10**currency.digits)
    if language == "zh":
        return ("负" if amount < 0 else "") + _chinese(whole, part, currency)
    unit, small = _UNITS[currency.code][language]
    if language == "vi":
        minus, words, fraction = "âm ", _vietnamese(whole, spoken), _vietnamese(part, spoken)
    else:
        minus, words, fraction = "minus ", _english(whole), _english(part)
    text = f"{words} {unit}"
    if part:
        text += f" {fraction} {small}" if language == "vi" else f" and {fraction} {small}"
    if amount < 0:
        text = minus + text
    return text[0].upper() + text[1:]


_UNITS = {
    "VND": {"vi": ("đồng", ""), "en": ("dong", "")},
    "CNY": {"vi": ("nhân dân tệ", "xu"), "en": ("yuan", "fen")},
}

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _vietnamese(n: int, spoken: Spoken) -> str:
    return " ".join(_by_billions(n, spoken, full=False)) or _DIGITS[0]


def _by_billions(n: int, spoken: Spoken, full: bool) -> list[str]:
    """Groups of three up to tỷ, and tỷ itself as often as needed; `full` when something stands before."""
    above, n = divmod(n, 10**9)
    words: list[str] = []
    if above:
        words = [*_by_billions(above, spoken, full), "tỷ"]
        full = True
    for size, name in ((10**6, "triệu"), (10**3, spoken.thousand), (1, "")):
        group = n // size % 1000
        if group:
            words += [*_hundreds(group, spoken, full), *([name] if name else [])]
            full = True
        elif full and spoken.empty_group and name and n % size:
            words += [_DIGITS[0], name]
    return words


def _hundreds(n: int, spoken: Spoken, full: bool) -> list[str]:
    hundreds, tens, ones = n // 100, n // 10 % 10, n % 10
    words: list[str] = []
    if hundreds or full:
        words += [_DIGITS[hundreds], "trăm"]
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens == 1:
        words.append("mười")
    elif ones and words:
        words.append(spoken.odd)
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 4 and tens > 1:
        words.append(spoken.four)
    elif ones == 5 and tens:
        words.append("lăm")
    elif ones:
        words.append(_DIGITS[ones])
    return words


_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_ROUND = "- - twenty thirty forty fifty sixty seventy eighty ninety"
_TEENS, _TENS = _SMALL.split(), _ROUND.split()


def _english(n: int) -> str:
    for size, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if n >= size:
            rest = f" {_english(n % size)}" if n % size else ""
            return f"{_english(n // size)} {name}{rest}"
    if n >= 100:
        rest = f" {_english(n % 100)}" if n % 100 else ""
        return f"{_TEENS[n // 100]} hundred{rest}"
    if n >= 20:
        return _TENS[n // 10] + (f"-{_TEENS[n % 10]}" if n % 10 else "")
    return _TEENS[n]


_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def _chinese(whole: int, part: int, currency: Currency) -> str:
    """Capitals against forgery, by the rules for bank slips: 整 closes a sum that ends before 分."""
    if currency.code == "VND":
        return f"{_myriads(whole)}越南盾整"
    jiao, fen = divmod(part, 10)
    text = f"{_myriads(whole)}元" if whole or not part else ""
    if jiao:
        text += f"{_CAPITALS[jiao]}角"
    elif fen and whole:
        text += "零"
    return text + (f"{_CAPITALS[fen]}分" if fen else "整")


def _myriads(n: int) -> str:
    """Groups of four: 万, 亿, 万亿."""
    if n == 0:
        return _CAPITALS[0]
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if n >= size:
            rest = n % size
            # A gap before the rest is read as one 零, however wide.
            gap = "零" if 0 < rest < size // 10 else ""
            return f"{_myriads(n // size)}{name}{gap}{_myriads(rest) if rest else ''}"
    text, gap = "", ""
    for size, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = n // size % 10
        if digit:
            text += f"{gap}{_CAPITALS[digit]}{name}"
            gap = ""
        elif text:
            gap = "零"
    return text
