"""Contents of scans and photos by stick, where there is no line: there and back, in parts, torn, twice."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from app.bootstrap import Desktop
from app.domain.attachments import LIMIT
from app.domain.errors import AppError
from app.headoffice import bundles as at_hub
from app.sync import bundle as bundles
from app.sync.bundle import Contents, pack, parse, read_bundle
from app.sync.enrolment import replica_key
from app.sync.scan_mail import GET, PUT
from app.sync.verify import verify
from app.sync.wire import BlobPut, seal
from tests.offices import ON_BOTH, Company
from tests.scans import picture
from tests.sync.sticks import NoLine, answer_to, refused, there, trip, whole
from tests.sync.test_blobs import LARGE, attach, named, sent
from tests.sync.test_blobs import there as at_office

SMALL = (120, 90)


def offline(desktop: Desktop) -> Desktop:
    desktop.client._transport = NoLine()
    return desktop


def wished(desktop: Desktop, digest: bytes) -> None:
    """Somebody opens it, and there is no line."""
    with pytest.raises(AppError, match="offline"):
        desktop.blobs.fetch(digest)


@ON_BOTH
def test_a_scan_goes_by_stick_and_comes_by_stick_where_it_is_wanted(company: Company) -> None:
    one, two = offline(company.desk("BN03")), company.desk("BN04")
    photo = picture("PNG", LARGE)
    attach(one, photo)
    digest = sha256(photo).digest()
    report = one.export_bundle(company.folder / "BN03.daumoi-bundle")
    assert (report.scans, report.scans_left) == (1, 0)
    assert not sent(one)  # nothing counts as sent before the answer is here
    one.import_bundle(answer_to(company, company.folder / "BN03.daumoi-bundle"))
    assert at_office(company, digest) == (len(photo), True, photo)
    assert sent(one)
    offline(two)
    assert trip(company, two).scans == 0  # nobody has asked for it
    wished(two, digest)
    assert trip(company, two).scans == 1
    assert two.blobs.fetch(digest).read_bytes() == photo
    assert sent(two)
    assert trip(company, two).scans == 0  # not asked for again
    assert list((two.home / "attachments" / "coming").iterdir()) == []
    whole(company, one, two)


def test_what_is_too_much_for_one_file_goes_on_with_the_next_both_ways(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = offline(company.desk("BN03")), company.desk("BN04")
    for module in (bundles, at_hub):
        monkeypatch.setattr(module, "ROOM_FOR_SCANS", 600_000)
    photo = picture("PNG", LARGE)
    attach(one, photo)
    digest = sha256(photo).digest()
    reached = []
    while not sent(one):
        path = there(company, one)
        assert path.stat().st_size < 700_000
        one.import_bundle(answer_to(company, path))
        reached.append(at_office(company, digest)[0])
    assert reached == sorted(set(reached))
    assert 3 <= len(reached) <= 6
    assert at_office(company, digest)[1:] == (True, photo)
    two.client.once()
    offline(two)
    wished(two, digest)
    trips = 1
    while not trip(company, two).scans:
        trips += 1
    assert 3 <= trips <= 6
    assert two.blobs.fetch(digest).read_bytes() == photo


def test_rows_go_before_any_scan_and_a_file_can_always_be_carried(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    offline(one)
    monkeypatch.setattr(bundles, "ROOM_FOR_SCANS", 5000)
    attach(one, picture("PNG", LARGE))
    report = one.export_bundle(company.folder / "x.daumoi-bundle")
    assert report.entries == 2  # the request and the attachment
    assert (report.scans, report.scans_left) == (0, 1)
    monkeypatch.undo()
    assert bundles.ROOM_FOR_SCANS + (256 << 10) < bundles.LARGEST_CARRIED
    assert LIMIT > bundles.ROOM_FOR_SCANS  # the largest goes in parts
    path = there(company, one)
    answer = two.carry(path).answer
    assert answer is not None
    one.import_bundle(answer)
    assert sent(one)
    whole(company, one)


def test_a_stick_read_twice_does_nothing_twice(company: Company) -> None:
    one, two = offline(company.desk("BN03")), company.desk("BN04")
    photo, other = picture("PNG", LARGE), picture("JPEG", SMALL)
    attach(one, photo)
    attach(one, other, "khac.jpg")
    path = there(company, one)
    first = answer_to(company, path).read_bytes()
    again = answer_to(company, path)
    for answer in (first, again.read_bytes(), first):
        again.write_bytes(answer)
        one.import_bundle(again)
    assert sent(one)
    for content in (photo, other):
        assert at_office(company, sha256(content).digest())[1:] == (True, content)
    two.client.once()
    offline(two)
    wished(two, sha256(photo).digest())
    wished(two, sha256(other).digest())
    answer = answer_to(company, there(company, two))
    assert [two.import_bundle(answer).scans for _ in range(3)] == [2, 0, 0]
    assert two.blobs.fetch(sha256(photo).digest()).read_bytes() == photo
    assert verify(two.home / "office.db", company.clock.now()).good


def test_of_a_torn_file_nothing_is_taken(company: Company) -> None:
    one = offline(company.desk("BN03"))
    photo = picture("PNG", LARGE)
    attach(one, photo)
    path = there(company, one)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert refused(company.headoffice.import_bundle, path) == "bundle.cut"
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    path.write_bytes(bytes(flipped))
    assert refused(company.headoffice.import_bundle, path) == "bundle.altered"
    assert at_office(company, sha256(photo).digest()) == (0, False, b"")
    path.write_bytes(data)
    one.import_bundle(answer_to(company, path))
    assert sent(one)


def changed(company: Company, path: Path, asks: list[tuple[str, bytes]]) -> Path:
    """The file with other messages about contents, sealed anew: what a desk may do that means harm."""
    bundle = parse(read_bundle(path), "")
    opened = bundle.open(replica_key(company.headoffice.home, "headoffice.key"), "")
    path.write_bytes(pack(bundle.header, Contents(opened.about, opened.messages, asks)))
    return path


def test_another_content_than_the_digest_says_is_not_kept(company: Company) -> None:
    one = offline(company.desk("BN03"))
    photo = picture("PNG", SMALL)
    attach(one, photo)
    digest, key, me = sha256(photo).digest(), replica_key(one.home), one.identity.device
    false = seal(BlobPut(digest, len(photo), 0, bytes(len(photo))), key, sender=me)
    path = changed(company, there(company, one), [(PUT, false)])
    one.import_bundle(answer_to(company, path))
    assert at_office(company, digest)[:2] == (0, False)
    assert not sent(one)
    trip(company, one)  # the next file puts it right
    assert at_office(company, digest)[1:] == (True, photo)
    assert sent(one)


def test_what_no_attachment_names_and_what_is_another_desks_is_not_taken(company: Company) -> None:
    one, two = offline(company.desk("BN03")), company.desk("BN04")
    named(one, b"elsewhere")
    loose = sha256(b"loose").digest()
    mine, theirs = replica_key(one.home), replica_key(two.home)
    put = BlobPut(loose, 5, 0, b"loose")
    path = changed(company, there(company, one), [(PUT, seal(put, mine, sender=one.identity.device))])
    one.import_bundle(answer_to(company, path))
    assert at_office(company, loose) == (0, False, b"")
    for asks in ([(PUT, seal(put, theirs, sender=two.identity.device))], [("/v1/enrol", b"x")]):
        assert refused(company.headoffice.import_bundle, changed(company, there(company, one), asks)) in (
            "bundle.altered", "sync.nonsense",
        )  # fmt: skip


def test_a_wish_for_what_is_nowhere_stays_until_it_comes(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photo = picture("JPEG", SMALL)
    digest = named(one, photo)
    company.sync()
    offline(two)
    wished(two, digest)
    assert trip(company, two).scans == 0
    attach(one, photo, "anh.jpg")
    one.client.once()
    one.client.once()
    assert trip(company, two).scans == 1
    assert two.blobs.fetch(digest).read_bytes() == photo


def test_an_older_release_leaves_them_alone(company: Company) -> None:
    """It knows two fields; what comes behind them is left."""

    class Older(msgspec.Struct, frozen=True, array_like=True):
        about: bytes
        messages: list[bytes]

    written = msgspec.msgpack.encode(Contents(b"a", [b"m"], [(GET, b"x")], [[b"y"]]))
    assert msgspec.msgpack.decode(written, type=Older) == Older(b"a", [b"m"])
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(Older(b"a", [b"m"])), type=Contents).asks == []
