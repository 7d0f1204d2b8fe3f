"""A bundle: sealed to one key, told from whatever else may lie on a stick, and at a desk taken once."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from hashlib import sha512
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.sealing import ADDED, agreement_key, agreement_public_key, seal_to, unseal_with
from app.sync import bundle as bundles
from app.sync.bundle import Contents, Header, Kind, pack, parse, read_bundle
from tests.sync.sticks import refused

# -- sealing ----------------------------------------------------------------------------------------------

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def times(scalar: int, point: tuple[int, int]) -> tuple[int, int]:
    """A multiple of a point of the Edwards curve, by the formulas of RFC 8032 alone."""

    def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        (x1, y1), (x2, y2) = a, b
        both = D * x1 * x2 * y1 * y2
        return (
            (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P,
            (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P,
        )

    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    4 * pow(5, -1, P) % P,
)


def test_the_keys_are_those_of_an_independent_computation() -> None:
    rng = random.Random(1)
    for _ in range(5):
        key = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        scalar = int.from_bytes(sha512(key.private_bytes_raw()).digest()[:32], "little")
        scalar = scalar & ~7 & (1 << 255) - 1 | 1 << 254
        x, y = times(scalar, BASE)
        assert key.public_key().public_bytes_raw() == (y | (x & 1) << 255).to_bytes(32, "little")
        # By way of the Edwards curve, and by the ladder on Montgomery's.
        u = (1 + y) * pow(1 - y, -1, P) % P
        assert agreement_public_key(key.public_key().public_bytes_raw()).public_bytes_raw() == u.to_bytes(
            32, "little"
        )
        assert agreement_key(key).public_key().public_bytes_raw() == u.to_bytes(32, "little")


def test_the_keys_are_those_of_libsodium() -> None:
    """The vector of its own test of the conversion, `ed25519_convert`."""
    seed = bytes.fromhex("421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee")
    public = "f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50"
    scalar = "8052030376d47112be7f73ed7a019293dd12ad910b654455798b4667d73de166"
    key = Ed25519PrivateKey.from_private_bytes(seed)
    assert agreement_public_key(key.public_key().public_bytes_raw()).public_bytes_raw().hex() == public
    raw = bytearray(agreement_key(key).private_bytes_raw())
    raw[0] &= 248
    raw[31] = raw[31] & 127 | 64
    assert raw.hex() == scalar


def possible(what: Callable[..., object], *given: object) -> bool:
    try:
        what(*given)
    except ValueError:
        return False
    return True


def test_only_the_recipient_opens_a_seal() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    data = seal_to(key.public_key().public_bytes_raw(), b"34 receipts", b"for the head office")
    assert len(data) == len(b"34 receipts") + ADDED
    assert unseal_with(key, data, b"for the head office") == b"34 receipts"
    assert not possible(unseal_with, other, data, b"for the head office")
    assert not possible(unseal_with, key, data, b"for the head offica")
    again = seal_to(key.public_key().public_bytes_raw(), b"34 receipts", b"for the head office")
    assert again[:32] != data[:32]
    assert again[32:] != data[32:]


def test_a_changed_seal_is_not_opened() -> None:
    key = Ed25519PrivateKey.generate()
    data = seal_to(key.public_key().public_bytes_raw(), b"34 receipts", b"")
    for at in range(len(data)):
        for bit in (1, 128):
            changed = bytearray(data)
            changed[at] ^= bit
            # Also the bit of the ephemeral key that X25519 leaves out.
            assert not possible(unseal_with, key, bytes(changed), b"")
    for end in range(len(data)):
        assert not possible(unseal_with, key, data[:end], b"")


def test_what_is_no_key_seals_nothing() -> None:
    for wrong in (b"", bytes(31), (1).to_bytes(32, "little"), (1 + (1 << 255)).to_bytes(32, "little")):
        assert not possible(seal_to, wrong, b"", b"")
    # A point of small order, with which everybody would agree on the same key.
    assert not possible(seal_to, (P - 1).to_bytes(32, "little"), b"", b"")
    assert not possible(unseal_with, Ed25519PrivateKey.generate(), bytes(100), b"")


# -- the file ---------------------------------------------------------------------------------------------

DESK, HUB = Ed25519PrivateKey.from_private_bytes(b"d" * 32), Ed25519PrivateKey.from_private_bytes(b"h" * 32)
HEADER = Header(
    Kind.REQUEST,
    4711,
    1,
    "BN03",
    1_790_000_000_000,
    DESK.public_key().public_bytes_raw(),
    HUB.public_key().public_bytes_raw(),
)
CONTENTS = Contents(b"", [b"first message", b"second message"])
FILE = pack(HEADER, CONTENTS)


def code_of(data: bytes) -> str:
    """Why these bytes are refused; "" when they are not."""
    try:
        parse(data, "x").open(HUB, "x")
    except AppError as error:
        return error.code
    return ""


def test_a_bundle_holds_what_was_put_in() -> None:
    bundle = parse(FILE, "x")
    assert bundle.header == HEADER
    assert bundle.header.recipient == HEADER.hub
    assert bundle.open(HUB, "x") == CONTENTS
    answer = msgspec.structs.replace(HEADER, kind=Kind.ANSWER)
    assert answer.recipient == HEADER.key
    assert parse(pack(answer, CONTENTS), "x").open(DESK, "x") == CONTENTS
    assert b"BN03" in FILE
    assert b"message" not in FILE


def test_half_a_file_is_half_a_file() -> None:
    assert {code_of(FILE[:end]) for end in range(len(FILE))} == {"bundle.cut"}


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, by: int) -> None:
    changed = bytearray(FILE)
    changed[at] ^= by
    assert code_of(bytes(changed)) in {"bundle.none", "bundle.cut", "bundle.newer", "bundle.altered"}


def test_what_stands_before_the_seal_is_covered_by_it() -> None:
    """Who makes the check anew deceives nobody: the seal still is another's."""
    other = msgspec.structs.replace(HEADER, desk="BN04")
    forged = pack(other, CONTENTS)[: -len(msgspec.msgpack.encode(CONTENTS)) - ADDED]
    sealed = FILE[-len(msgspec.msgpack.encode(CONTENTS)) - ADDED :]
    assert parse(forged + sealed, "x").header.desk == "BN04"
    assert code_of(forged + sealed) == "bundle.altered"


def test_more_than_a_file_is_no_whole_file() -> None:
    assert code_of(FILE + b"\0") == "bundle.altered"
    assert code_of(FILE + FILE) == "bundle.altered"


def test_a_newer_release_is_said() -> None:
    version = len(bundles.MAGIC)
    later = FILE[:version] + bytes([bundles.VERSION + 1]) + FILE[version + 1 :]
    assert code_of(later) == "bundle.newer"
    head = msgspec.msgpack.encode(("snapshot", 1, 1, "BN03", 0, HEADER.key, HEADER.hub))
    start = bundles.MAGIC + bundles._LENGTHS.pack(bundles.VERSION, len(head), 0) + head
    assert code_of(start + bundles._check(start)) == "bundle.newer"
    # What a newer release adds to the header is left alone.
    head = msgspec.msgpack.encode(["request", *msgspec.structs.astuple(HEADER)[1:], "more"])
    start = bundles.MAGIC + bundles._LENGTHS.pack(bundles.VERSION, len(head), 0) + head
    assert parse(start + bundles._check(start), "x").header == HEADER


def test_other_files_are_told_from_bundles(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("x", "x")
    for data in (
        (tmp_path / "x.zip").read_bytes(),
        b"<html>",
        b"x",
        bytes(100),
        FILE[1:],
        b"\x89PNG\r\n\x1a\n",
    ):
        assert code_of(data) == "bundle.none"
    assert code_of(FILE.replace(b"\r\n", b"\n")) == "bundle.none"  # copied as text
    (tmp_path / "empty").touch()
    assert code_of(read_bundle(tmp_path / "empty")) == "bundle.cut"
    with (tmp_path / "large").open("wb") as large:
        large.write(FILE)
        large.truncate(bundles.LARGEST + 1000)
    assert len(read_bundle(tmp_path / "large")) == bundles.LARGEST + 1
    assert code_of(read_bundle(tmp_path / "large")) == "bundle.none"
    assert refused(read_bundle, tmp_path / "gone") == "file.not_found"
    assert refused(read_bundle, tmp_path) == "file.not_readable"
