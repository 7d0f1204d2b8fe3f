"""VietQR transfer codes: the EMVCo merchant layout as NAPAS uses it.

Tags of two figures, lengths of two figures, ASCII only; NAPAS "QR Format T&C" 1.5.2.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping

from app.domain.errors import AppError
from app.domain.fold import fold

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
PURPOSE_LENGTH = 25
"""Longer transfer notes are cut by some banks."""

NAMES: Mapping[str, str] = {
    "00": "format",
    "01": "method",
    "38": "account",
    "52": "category",
    "53": "currency",
    "54": "amount",
    "58": "country",
    "59": "merchant",
    "60": "city",
    "62": "additional",
    "63": "crc",
}


def crc(payload: str) -> str:
    """CRC-16/CCITT-FALSE of `payload`, which ends in "6304", as four capital hex figures."""
    return f"{binascii.crc_hqx(payload.encode('ascii'), 0xFFFF):04X}"


def plain(text: str, length: int) -> str:
    """`text` without accents and signs: ASCII letters, figures, single blanks, cut to `length`."""
    kept = re.sub("[^A-Za-z0-9]+", " ", "".join(_same_case(c) for c in text))
    return kept.strip()[:length].rstrip()


def _same_case(letter: str) -> str:
    bare = fold(letter) if letter.strip() else " "
    return bare.upper() if letter.isupper() else bare


def payload(
    bank_bin: str,
    account: str,
    amount: int | None = None,
    bill: str | None = None,
    purpose: str | None = None,
    merchant: str | None = None,
) -> str:
    """The text of the QR for a transfer to `account` at the bank with this BIN.

    With an `amount` (whole đồng) it serves one payment (method 12), without it any (method 11). `bill` keeps
    the hyphens of its code. Raises AppError("vietqr.bank" | "vietqr.account" | "vietqr.amount").
    """
    if not re.fullmatch("[0-9]{6}", bank_bin):
        raise AppError("vietqr.bank", bank=bank_bin)
    if not re.fullmatch("[A-Za-z0-9]{1,19}", account):
        raise AppError("vietqr.account", account=account)
    if amount is not None and not 0 < amount < 10**13:
        raise AppError("vietqr.amount", amount=amount)
    to = _field("00", bank_bin) + _field("01", account)
    text = _field("00", "01") + _field("01", "11" if amount is None else "12")
    text += _field("38", _field("00", _NAPAS) + _field("01", to) + _field("02", _TO_ACCOUNT))
    text += _field("53", "704") + _field("54", "" if amount is None else str(amount)) + _field("58", "VN")
    text += _field("59", plain(merchant or "", 25))
    text += _field(
        "62",
        _field("01", re.sub("[^A-Za-z0-9-]", "", bill or "")[:25])
        + _field("08", plain(purpose or "", PURPOSE_LENGTH)),
    )
    text += "6304"
    return text + crc(text)


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}" if value else ""


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        value = text[at + 4 : at + 4 + int(head[2:])] if re.fullmatch("[0-9]{4}", head) else ""
        if not value or len(value) != int(head[2:]) or head[:2] in found:
            raise AppError("vietqr.unreadable", at=at)
        found[head[:2]] = value
        at += 4 + len(value)
    return found


def parse(text: str) -> dict[str, str]:
    """What a VietQR says: bank, account, service, amount, bill, purpose, merchant … as far as given.

    Raises AppError("vietqr.unreadable") where it is not well formed, AppError("vietqr.crc") where its check
    does not fit, AppError("vietqr.foreign") where it is well formed but no VietQR.
    """
    if not text.isascii() or not text:
        raise AppError("vietqr.unreadable", at=0)
    top = _fields(text)
    if text[-8:-4] != "6304" or crc(text[:-4]) != text[-4:].upper():
        raise AppError("vietqr.crc")
    result = {NAMES[tag]: value for tag, value in top.items() if tag in NAMES}
    account = _fields(result.pop("account", ""))
    if account.get("00") != _NAPAS:
        raise AppError("vietqr.foreign")
    consumer = _fields(account.get("01", ""))
    result |= {"bank": consumer.get("00", ""), "account": consumer.get("01", "")}
    result["service"] = account.get("02", "")
    more = _fields(result.pop("additional", ""))
    for tag, name in (("01", "bill"), ("06", "customer"), ("08", "purpose")):
        if tag in more:
            result[name] = more[tag]
    return result
