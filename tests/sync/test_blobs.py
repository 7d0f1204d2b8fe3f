"""The contents of scans and photos between desks and the head office: after the rows, going on where they
stopped, to whom they belong."""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bootstrap import Desktop
from app.domain.errors import AppError, Cancelled
from app.headoffice.founding import NewOffice
from app.models import Attachment
from app.sync.blobs import LEAST_PART, SLICE, Blobs
from app.sync.client import Progress
from app.sync.verify import verify
from app.sync.wire import BLOB_PART, BlobDone, BlobGet, BlobPart, BlobPut, BlobsReply, BlobsRequest
from tests.offices import ON_BOTH, Company, person
from tests.scans import picture
from tests.services.test_attachments import files, request_of, rows
from tests.services.test_requests import new

LARGE = (900, 700)
"""A picture of noise of some 1.9 MB."""


def attach(desktop: Desktop, content: bytes, name: str = "anh.png") -> UUID:
    request = request_of(desktop)
    desktop.attachments.add(person(desktop, "yen"), "request", request, content, name)
    return request


def named(desktop: Desktop, content: bytes, size: int | None = None) -> bytes:
    """The fact alone, as a desk may write it whose content is elsewhere, or that means harm."""
    digest = sha256(content).digest()
    with desktop.writer.entry("attachments.add", person(desktop, "yen").id) as draft:
        draft.add(
            Attachment, about_table="request", about_id=uuid4(), name="x", media="image/png",
            size=len(content) if size is None else size, digest=digest, by=uuid4(), added_at=draft.now,
        )  # fmt: skip
    return digest


def there(company: Company, digest: bytes) -> tuple[int, bool, bytes]:
    """At the head office: the bytes of a content, whether it is whole, and the content."""
    with company.headoffice.database.reading() as cur:
        cur.execute("SELECT done, sent_at FROM blob WHERE digest = ?", (digest,))
        found = cur.fetchone()
        cur.execute('SELECT content FROM blob_part WHERE digest = ? ORDER BY "number"', (digest,))
        parts = [bytes(part) for (part,) in cur.fetchall()]
    assert all(len(part) <= BLOB_PART for part in parts)
    return (0, False, b"") if found is None else (int(found[0]), found[1] is not None, b"".join(parts))


def sent(desktop: Desktop) -> bool:
    return desktop.contents.waiting() == (0, 0)


class Cut:
    """A line that breaks after so many messages of a kind; `seen` are the paths of all."""

    def __init__(self, company: Company, path: str = "", after: int = 0) -> None:
        self._inner, self._path, self._left = company.transport, path, after
        self.sent_bytes = self.received_bytes = 0
        self.seen: list[str] = []
        self.before: Callable[[str], object] = lambda path: None

    def post(self, path: str, data: bytes) -> bytes:
        self.before(path)
        if path == self._path:
            if self._left == 0:
                raise AppError("sync.offline", url="", proxy=None)
            self._left -= 1
        self.seen.append(path)
        return self._inner.post(path, data)

    def close(self) -> None:
        pass


def through(desktop: Desktop, line: Cut) -> None:
    desktop.client._transport = line


@ON_BOTH
def test_a_scan_comes_to_the_other_desk_when_it_is_looked_at(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photo = picture("PNG", LARGE)
    request = attach(one, photo)
    digest = sha256(photo).digest()
    company.sync()
    assert there(company, digest) == (len(photo), True, photo)
    assert rows(one, request)[0].where == "here"
    assert rows(two, request)[0].where == "there"
    assert files(two) == []
    heard: list[tuple[int, int]] = []
    path = two.blobs.fetch(digest, lambda done, total: heard.append((done, total)))
    assert path.read_bytes() == photo
    assert heard == sorted(heard)
    assert heard[-1] == (len(photo), len(photo))
    assert len(heard) > 5
    assert rows(two, request)[0].where == "here"
    assert sent(two)
    assert [each.name for each in (two.home / "attachments" / "coming").iterdir()] == []
    company.sync()
    assert verify(two.home / "office.db", company.clock.now()).good


def test_rows_go_first_and_a_payment_taken_meanwhile_does_not_wait_for_a_scan(company: Company) -> None:
    desktop = company.desk("BN03")
    line = Cut(company)
    through(desktop, line)
    attach(desktop, picture("PNG", LARGE))
    at: list[int] = []

    def write(path: str) -> None:
        if path == "/v1/blob-put" and len(at) < 3:
            at.append(len(line.seen))
            desktop.requests.register(person(desktop, "yen"), new())

    line.before = write
    report = desktop.client.once()
    assert report.more
    while report.more:
        report = desktop.client.once()
    assert sent(desktop)
    puts = [n for n, path in enumerate(line.seen) if path == "/v1/blob-put"]
    assert puts[0] > line.seen.index("/v1/sync")
    for put in at:  # after the part that was under way, the very next message is the row's
        assert line.seen[put : put + 2] == ["/v1/blob-put", "/v1/sync"]


def test_what_others_wrote_comes_in_between(company: Company) -> None:
    """A long scan gives way after a while, though nobody writes here."""
    desktop = company.desk("BN03")
    photo = picture("PNG", LARGE)
    attach(desktop, photo)
    seconds = iter(range(10_000))
    desktop.blobs = Blobs(desktop.contents, desktop.client, lambda: next(seconds) * 1.0)
    desktop.client.after = desktop.blobs.send
    line = Cut(company)
    through(desktop, line)
    rounds = 1
    while desktop.client.once().more:
        rounds += 1
    assert rounds > 5
    assert there(company, sha256(photo).digest())[1]
    text = "".join("p" if path == "/v1/blob-put" else "s" for path in line.seen if "blobs" not in path)
    assert max(map(len, text.split("s"))) <= SLICE


@ON_BOTH
@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_line_that_breaks_in_the_middle_goes_on_there_both_ways(company: Company, after: int) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photo = picture("PNG", LARGE)
    attach(one, photo)
    digest = sha256(photo).digest()
    through(one, Cut(company, "/v1/blob-put", after))
    with pytest.raises(AppError, match="offline"):
        one.client.once()
    reached = there(company, digest)
    assert not reached[1]
    assert photo.startswith(reached[2])
    assert (reached[0] > 0) == (after > 0)
    one = company.opened(company.shut(one))  # and the program ended
    line = Cut(company)
    through(one, line)
    one.client.once()
    assert there(company, digest) == (len(photo), True, photo)
    two.client.once()
    through(two, Cut(company, "/v1/blob-get", after))
    with pytest.raises(AppError, match="offline"):
        two.blobs.fetch(digest)
    half = two.contents.coming(digest).read_bytes()
    assert photo.startswith(half)
    assert (len(half) > 0) == (after > 0)
    two = company.opened(company.shut(two))
    through(two, line)
    first: list[int] = []
    assert two.blobs.fetch(digest, lambda done, total: first.append(done)).read_bytes() == photo
    assert first[0] > len(half)


def test_a_slow_line_gets_small_parts(company: Company) -> None:
    desktop = company.desk("BN03")
    now = [0.0]
    desktop.blobs = Blobs(desktop.contents, desktop.client, lambda: now[0])
    desktop.client.after = desktop.blobs.send
    line = Cut(company)
    line.before = lambda path: now.__setitem__(0, now[0] + (10.0 if path == "/v1/blob-put" else 0.0))
    through(desktop, line)
    attach(desktop, picture("PNG", LARGE))
    for _ in range(6):
        desktop.client.once()
    assert desktop.blobs._part == LEAST_PART


def test_who_looks_may_stop_and_goes_on_later(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photo = picture("PNG", LARGE)
    attach(one, photo)
    company.sync()
    left = [True, True, False]
    with pytest.raises(Cancelled):
        two.blobs.fetch(sha256(photo).digest(), going_on=lambda: left.pop(0))
    assert two.contents.coming(sha256(photo).digest()).stat().st_size > 0
    assert two.blobs.fetch(sha256(photo).digest()).read_bytes() == photo


def test_what_is_not_there_yet_is_said(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    digest = named(one, b"still on another PC")
    company.sync()
    with pytest.raises(AppError, match="not_there"):
        two.blobs.fetch(digest)
    two.client.pause(True)
    with pytest.raises(AppError, match="paused"):
        two.blobs.fetch(digest)


# -- what the head office takes and gives -----------------------------------------------------------------


def refusal(desktop: Desktop, put: BlobPut) -> str:
    with pytest.raises(AppError) as error:
        desktop.client.ask("/v1/blob-put", put, BlobDone)
    return error.value.code


@ON_BOTH
def test_only_what_an_attachment_names_and_no_more_than_it_says_is_taken(company: Company) -> None:
    desktop = company.desk("BN03")
    content = b"x" * 1000
    digest = sha256(content).digest()
    assert refusal(desktop, BlobPut(digest, 1000, 0, content)) == "sync.nonsense"
    named(desktop, content)
    desktop.client.after = lambda going_on: False
    desktop.client.once()
    assert refusal(desktop, BlobPut(digest, 1001, 0, content)) == "sync.nonsense"
    assert refusal(desktop, BlobPut(digest, 1000, 0, content + b"x")) == "sync.nonsense"
    assert refusal(desktop, BlobPut(digest, 1000, 0, b"")) == "sync.nonsense"
    assert refusal(desktop, BlobPut(digest, 1 << 40, 0, content)) == "sync.nonsense"
    assert refusal(desktop, BlobPut(digest, 1 << 20, 0, bytes(BLOB_PART + 1))) == "sync.nonsense"
    put = desktop.client.ask
    assert put("/v1/blob-put", BlobPut(digest, 1000, 500, content[500:]), BlobDone).done == 0
    assert put("/v1/blob-put", BlobPut(digest, 1000, 0, content[:600]), BlobDone).done == 600
    assert put("/v1/blob-put", BlobPut(digest, 1000, 0, content[:600]), BlobDone).done == 600
    assert put("/v1/blob-get", BlobGet(digest, 0, 100), BlobPart) == BlobPart()  # not before it is whole
    assert put("/v1/blob-put", BlobPut(digest, 1000, 600, content[600:]), BlobDone).done == 1000
    assert put("/v1/blob-put", BlobPut(digest, 1000, 0, b"y" * 10), BlobDone).done == 1000
    assert there(company, digest) == (1000, True, content)
    assert put("/v1/blob-get", BlobGet(digest, 590, 20), BlobPart) == BlobPart(1000, 590, content[590:600])
    assert put("/v1/blob-get", BlobGet(digest, 600, 20), BlobPart) == BlobPart(1000, 600, content[600:620])
    assert put("/v1/blob-get", BlobGet(digest, 9999, 20), BlobPart) == BlobPart(1000, 9999, b"")


@ON_BOTH
def test_another_content_under_a_digest_is_thrown_away_and_the_right_one_still_comes(
    company: Company,
) -> None:
    desktop = company.desk("BN03")
    photo = picture("PNG")
    attach(desktop, photo)
    digest = sha256(photo).digest()
    desktop.client.after = lambda going_on: False
    desktop.client.once()
    wrong = bytes(len(photo))
    assert refusal(desktop, BlobPut(digest, len(photo), 0, wrong)) == "attachment.other_content"
    assert there(company, digest) == (0, False, b"")
    # A beginning of somebody else's is found out at the end; the desk tries again another time.
    desktop.client.ask("/v1/blob-put", BlobPut(digest, len(photo), 0, wrong[:100]), BlobDone)
    desktop.client.after = desktop.blobs.send
    desktop.client.once()
    assert there(company, digest) == (0, False, b"")
    assert not sent(desktop)
    desktop = company.opened(company.shut(desktop))
    desktop.client.once()
    assert there(company, digest) == (len(photo), True, photo)


@ON_BOTH
def test_attachments_that_say_other_sizes_of_one_content_do_not_stop_it(company: Company) -> None:
    desktop = company.desk("BN03")
    photo = picture("PNG")
    digest = named(desktop, photo, size=7)
    attach(desktop, photo)
    desktop.client.after = lambda going_on: False
    desktop.client.once()
    assert desktop.client.ask("/v1/blob-put", BlobPut(digest, 7, 0, b"1234"), BlobDone).done == 4
    desktop.client.after = desktop.blobs.send
    desktop.client.once()
    assert there(company, digest) == (len(photo), True, photo)
    assert desktop.client.ask("/v1/blob-put", BlobPut(digest, 7, 4, b"567"), BlobDone).done == len(photo)
    assert there(company, digest) == (len(photo), True, photo)


def test_another_office_gets_nothing_of_it(company: Company) -> None:
    one = company.desk("BN03")
    photo = picture("PNG")
    attach(one, photo)
    digest = sha256(photo).digest()
    founding = company.headoffice.founding
    number = founding.office(NewOffice("Chi nhánh Từ Sơn", "1 Lý Thái Tổ", "0222 3831 000"))
    company.sync()
    office, company.office_no = company.office_no, number
    other = company.desk("TS01")
    company.office_no = office
    with pytest.raises(AppError, match="not_there"):
        other.blobs.fetch(digest)
    asked = other.client.ask("/v1/blobs", BlobsRequest([digest], b""), BlobsReply)
    assert asked == BlobsReply([-1], [])
    assert refusal(other, BlobPut(digest, len(photo), 0, photo)) == "sync.nonsense"
    assert other.writer.desk.office_no == number


def test_a_stranger_gets_nothing(company: Company) -> None:
    desktop = company.desk("BN03")
    content = picture("PNG")
    attach(desktop, content)
    desktop.client.once()
    desktop.client._credentials.key = Ed25519PrivateKey.generate()
    with pytest.raises(AppError, match="not_authentic"):
        desktop.client.ask("/v1/blob-get", BlobGet(sha256(content).digest(), 0, 10), BlobPart)


# -- what goes wrong --------------------------------------------------------------------------------------


def test_an_older_head_office_knows_nothing_of_contents_and_rows_go_all_the_same(company: Company) -> None:
    desktop = company.desk("BN03")

    class Older(Cut):
        def post(self, path: str, data: bytes) -> bytes:
            return super().post("/v1/unknown" if "blob" in path else path, data)

    line = Older(company)
    through(desktop, line)
    attach(desktop, picture("PNG"))
    report = desktop.client.once()
    assert (report.more, desktop.client.unsent()) == (False, 0)
    desktop.client.once()
    assert line.seen.count("/v1/unknown") == 1  # not again and again
    assert desktop.contents.waiting()[0] == 1


@ON_BOTH
def test_a_head_office_put_back_from_its_backup_gets_again_what_it_lost(company: Company) -> None:
    desktop = company.desk("BN03")
    desktop.client.once()
    kept = company.backup()
    photos = [picture("PNG", (50 + n, 40)) for n in range(3)]
    for photo in photos:
        attach(desktop, photo)
    desktop.client.once()
    assert sent(desktop)
    company.put_back(kept)
    assert there(company, sha256(photos[0]).digest()) == (0, False, b"")
    desktop = company.opened(company.shut(desktop))
    company.sync()
    company.sync()
    for photo in photos:
        assert there(company, sha256(photo).digest()) == (len(photo), True, photo)
    assert sent(desktop)


def test_a_damaged_file_is_put_aside_and_fetched_anew(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photo = picture("PNG")
    request = attach(one, photo)
    company.sync()
    digest = sha256(photo).digest()
    path = two.blobs.fetch(digest)
    path.write_bytes(photo[:-1] + b"!")
    assert two.contents.read(digest) is None
    assert rows(two, request)[0].where == "there"
    assert two.blobs.fetch(digest).read_bytes() == photo


def test_what_comes_damaged_is_not_kept(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photo = picture("PNG")
    attach(one, photo)
    company.sync()
    digest = sha256(photo).digest()
    with company.headoffice.database.transaction(0) as cur:
        cur.execute("UPDATE blob_part SET content = ? WHERE digest = ?", (bytes(len(photo)), digest))
    with pytest.raises(AppError, match="damaged"):
        two.blobs.fetch(digest)
    assert files(two) == []


def test_files_that_the_database_does_not_know_are_sent_all_the_same(company: Company) -> None:
    """The desk's database was lost or put back, its files were not."""
    desktop = company.desk("BN03")
    photo = picture("PNG")
    request = attach(desktop, photo)
    desktop.client.after = lambda going_on: False
    desktop.client.once()
    home = company.shut(desktop)
    for name in ("office.db", "office.db-wal", "office.db-shm"):
        (home / name).unlink(missing_ok=True)
    desktop = company.opened(home)
    company.sync()
    company.sync()
    assert there(company, sha256(photo).digest()) == (len(photo), True, photo)
    assert rows(desktop, request)[0].where == "here"


def test_progress_is_told_and_ends(company: Company) -> None:
    desktop = company.desk("BN03")
    photo = picture("PNG", LARGE)
    attach(desktop, photo)
    told: list[Progress | None] = []
    desktop.client.told = told.append
    desktop.client.once()
    parts = [each for each in told if each is not None and each.total_bytes == len(photo)]
    assert [each.done_bytes for each in parts] == sorted({each.done_bytes for each in parts})
    assert parts[-1].done_bytes == len(photo)
    assert told[-1] is None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_the_line_breaks_a_content_is_there_whole_or_not_at_all(
    company: Company, data: st.DataObject
) -> None:
    """Two desks bring the same content and others in any parts; what counts as there is what was sent."""
    for name in ("BN03", "BN04"):
        if len(company.desks) < 2:
            company.desk(name)
    dice = random.Random(data.draw(st.integers(0, 1 << 32)))
    contents = [dice.randbytes(dice.randint(1, 3000)) for _ in range(2)]
    for desktop in company.desks:
        for content in contents:
            named(desktop, content)
        desktop.client.after = lambda going_on: False
    company.sync()
    for _ in range(data.draw(st.integers(1, 12))):
        desktop, content = dice.choice(company.desks), dice.choice(contents)
        digest, size = sha256(content).digest(), len(content)
        offset = dice.choice([there(company, digest)[0], dice.randrange(size)])
        part = content[offset : offset + dice.randint(1, 2000)]
        if part:
            done = desktop.client.ask("/v1/blob-put", BlobPut(digest, size, offset, part), BlobDone).done
            assert there(company, digest) == (done, done == size, content[:done])
