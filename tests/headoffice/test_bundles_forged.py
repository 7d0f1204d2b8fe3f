"""Bundles that were damaged on their way, or made by somebody who means harm: nothing comes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.bootstrap import Desktop
from app.sync.bundle import Contents, pack, parse, read_bundle
from app.sync.enrolment import replica_key
from tests.headoffice.forging import Forger, body, customer
from tests.offices import Company
from tests.sync.sticks import act, acts, answer_to, refused, there, whole


@pytest.fixture
def other(company: Company, desktop: Desktop) -> Desktop:
    """The second desk, BN04, of which the first has heard."""
    other = company.desk("BN04")
    desktop.client.once()
    return other


def everything(company: Company, desktop: Desktop) -> list[object]:
    """What must not change: what is unsent, and the heads of all feeds on both sides."""
    return [desktop.client.unsent(), desktop.writer.vector(), company.headoffice.writer.vector()]


def test_damage_at_any_place_changes_nothing(company: Company, desktop: Desktop, other: Desktop) -> None:
    act(other, "B1")
    other.client.once()
    act(desktop, "A1")
    request = there(company, desktop)
    good = request.read_bytes()
    before = everything(company, desktop)

    def spoilt(data: bytes, take: Callable[[Path], object]) -> set[str]:
        path = company.folder / "spoilt.daumoi-bundle"
        codes = set()
        step = max(len(data) // 60, 1)
        for at in [*range(0, 100), *range(100, len(data), step)]:
            for bad in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
                path.write_bytes(bad)
                codes.add(refused(take, path))
        path.unlink()
        assert everything(company, desktop) == before
        assert [p.name for p in company.folder.iterdir() if "spoilt" in p.name] == []
        return codes

    told = {"bundle.none", "bundle.cut", "bundle.altered"}
    assert spoilt(good, company.headoffice.import_bundle) == told
    answer = answer_to(company, request)
    before = everything(company, desktop)
    assert spoilt(answer.read_bytes(), desktop.import_bundle) == told
    assert desktop.import_bundle(answer).new == 1
    whole(company, desktop)


def test_an_answer_belongs_to_its_request(company: Company, desktop: Desktop, other: Desktop) -> None:
    """Who opened an old answer and sealed it again as one to a newer request deceives nobody."""
    act(desktop, "A1")
    key = replica_key(desktop.home)
    old = answer_to(company, there(company, desktop, "old"))
    header = parse(read_bundle(old), "").header
    replies = parse(read_bundle(old), "").open(key, "").messages
    act(desktop, "A2")
    new = answer_to(company, there(company, desktop, "new"))
    about = parse(read_bundle(new), "").open(key, "").about
    forged = company.folder / "forged.daumoi-bundle"
    forged.write_bytes(pack(header, Contents(about, replies)))
    assert refused(desktop.import_bundle, forged) == "bundle.altered"
    # Nor does one message of a wrong answer among good ones do anything.
    good = parse(read_bundle(new), "").open(key, "").messages
    forged.write_bytes(pack(header, Contents(about, [*good, *replies])))
    assert refused(desktop.import_bundle, forged) == "bundle.altered"
    for nothing in (Contents(about, []), Contents(b"", replies), Contents(b"x" * 32, replies)):
        forged.write_bytes(pack(header, nothing))
        assert refused(desktop.import_bundle, forged) in ("bundle.altered", "bundle.unasked")
    assert desktop.client.unsent() == 2
    desktop.import_bundle(new)
    whole(company, desktop)


def test_a_request_is_its_desks(company: Company, desktop: Desktop, other: Desktop) -> None:
    """Who seals to the head office in a desk's name must have that desk's key."""
    act(desktop, "A1")
    hub_key = replica_key(company.headoffice.home, "headoffice.key")
    bundle = parse(read_bundle(there(company, desktop)), "")
    contents = bundle.open(hub_key, "")
    forged = company.folder / "forged.daumoi-bundle"

    def told(**changes: object) -> str:
        forged.write_bytes(pack(msgspec.structs.replace(bundle.header, **changes), contents))
        return refused(company.headoffice.import_bundle, forged)

    thief = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert told(key=thief) == "bundle.altered"  # the answer would be for the thief
    assert told(device=other.identity.device, desk="BN04") == "bundle.altered"
    their_key = replica_key(other.home).public_key().public_bytes_raw()
    assert told(device=other.identity.device, key=their_key) == "bundle.altered"
    assert told(device=99, key=thief) == "bundle.altered"
    forged.write_bytes(pack(bundle.header, Contents(b"", [])))
    assert refused(company.headoffice.import_bundle, forged) == "bundle.altered"
    # One bad message: nothing of the good ones is taken.
    forged.write_bytes(pack(bundle.header, Contents(b"", [*contents.messages, b"rubbish"])))
    assert refused(company.headoffice.import_bundle, forged) == "sync.nonsense"
    assert acts(company.headoffice) == []


def test_what_a_desk_may_not_send_it_may_not_send_in_a_file(company: Company, desktop: Desktop) -> None:
    forger = Forger(desktop, company.transport)
    message = forger.message(forger.entries(body([customer("X")]), office_no=0))
    header = parse(read_bundle(there(company, desktop)), "").header
    path = company.folder / "forged.daumoi-bundle"
    path.write_bytes(pack(header, Contents(b"", [message])))
    assert refused(company.headoffice.import_bundle, path) == "sync.foreign_office"
    assert acts(company.headoffice) == []


def test_a_lost_stick_tells_nothing(company: Company, desktop: Desktop) -> None:
    act(desktop, "BN-007415")
    path = there(company, desktop)
    data = path.read_bytes() + answer_to(company, path).read_bytes()
    for word in ("BN-007415", "Đào", "0912345678", "customers.add"):
        assert word.encode() not in data
    for key in (replica_key(desktop.home), Ed25519PrivateKey.generate()):
        assert refused(parse(read_bundle(path), "").open, key, "") == "bundle.altered"
