from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.vietqr import crc, parse, payload

STATIC = "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F"
MERCHANT = (
    "00020101021238530010A0000007270123000697043201091290057180208QRIBFTTA53037045802VN"
    "5920NGUYEN PHAM THUY LAN62390835Thanh toan don hang cho Bean Bakery63043AA2"
)
WATER = (
    "00020101021238540010A00000072701240006970436011010175956000208QRIBFTTA530370454061800005802VN"
    "62300826Thanh toan tien nuoc KH001630463FC"
)
NOTE = (
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA5303704540410005802VN"
    "62150811Chuyen tien6304BBB8"
)


def test_the_check_value_of_the_algorithm() -> None:
    assert crc("123456789") == "29B1"


@pytest.mark.parametrize("text", [STATIC, MERCHANT, WATER, NOTE])
def test_the_check_of_published_codes(text: str) -> None:
    assert crc(text[:-4]) == text[-4:]
    assert parse(text)["crc"] == text[-4:]


def test_a_static_code_is_the_published_one() -> None:
    assert payload("970416", "257678859") == STATIC


def test_a_code_with_amount_and_note_is_the_published_one() -> None:
    assert payload("970416", "257678859", 1_000, purpose="Chuyển tiền") == NOTE


def test_a_code_for_one_bill() -> None:
    made = payload(
        "970436", "1017595600", 180_000, purpose="Thanh toán tiền nước KH001", merchant="Cấp nước Đình"
    )
    assert made.startswith(
        "00020101021238540010A00000072701240006970436011010175956000208QRIBFTTA530370454061800005802VN"
        "5913Cap nuoc Dinh62290825Thanh toan tien nuoc KH006304"
    )
    assert parse(made)["purpose"] == "Thanh toan tien nuoc KH00"


def test_published_codes_are_read() -> None:
    assert parse(STATIC) == {
        "format": "01",
        "method": "11",
        "bank": "970416",
        "account": "257678859",
        "service": "QRIBFTTA",
        "currency": "704",
        "country": "VN",
        "crc": "AE9F",
    }
    assert parse(MERCHANT)["merchant"] == "NGUYEN PHAM THUY LAN"
    assert parse(MERCHANT)["purpose"] == "Thanh toan don hang cho Bean Bakery"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "vietqr.unreadable"),
        ("hello", "vietqr.unreadable"),
        (STATIC[:-1], "vietqr.unreadable"),
        (STATIC[:-4] + "AE9E", "vietqr.crc"),
        (STATIC.replace("257678859", "257678858"), "vietqr.crc"),
        (STATIC.replace("3853", "3855"), "vietqr.unreadable"),
        (STATIC.replace("VN", "ĐN"), "vietqr.unreadable"),
        ("00020101021153037045802VN6304" + crc("00020101021153037045802VN6304"), "vietqr.foreign"),
    ],
)
def test_what_is_no_vietqr_is_refused(text: str, error: str) -> None:
    with pytest.raises(AppError) as caught:
        parse(text)
    assert caught.value.code == error


@pytest.mark.parametrize(
    ("bank", "account", "amount", "error"),
    [
        ("97041", "1", None, "vietqr.bank"),
        ("970416", "", None, "vietqr.account"),
        ("970416", "12 34", None, "vietqr.account"),
        ("970416", "1", 0, "vietqr.amount"),
        ("970416", "1", 10**13, "vietqr.amount"),
    ],
)
def test_a_code_that_a_bank_would_refuse_is_not_made(
    bank: str, account: str, amount: int | None, error: str
) -> None:
    with pytest.raises(AppError) as caught:
        payload(bank, account, amount)
    assert caught.value.code == error


@given(
    st.from_regex("[0-9]{6}", fullmatch=True),
    st.from_regex("[0-9]{6,19}", fullmatch=True),
    st.none() | st.integers(1, 10**12),
    st.text(max_size=60),
    st.text(max_size=60),
)
def test_what_is_made_is_read_back(
    bank: str, account: str, amount: int | None, purpose: str, merchant: str
) -> None:
    made = payload(bank, account, amount, bill="HD-BN03-26-000123", purpose=purpose, merchant=merchant)
    read = parse(made)
    assert (read["bank"], read["account"], read["bill"]) == (bank, account, "HD-BN03-26-000123")
    assert read.get("amount") == (None if amount is None else str(amount))
    assert read["method"] == ("11" if amount is None else "12")
    for note in (read.get("purpose", ""), read.get("merchant", "")):
        assert len(note) <= 25
        assert note == " ".join(note.split())


@given(st.integers(0, len(STATIC) - 1), st.sampled_from("0123456789ABCDEF"))
def test_one_wrong_character_is_noticed(at: int, character: str) -> None:
    damaged = STATIC[:at] + character + STATIC[at + 1 :]
    if damaged != STATIC:
        with pytest.raises(AppError):
            parse(damaged)
