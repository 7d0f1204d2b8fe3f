"""Updates from the head office to a desk: published and rolled out by office, asked for, fetched part by part
and going on where it stopped; and what a head office does that was taken over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from backports import zstd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import __version__, bootstrap
from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.domain.updates import signed
from app.headoffice.founding import NewOffice
from app.headoffice.updates import SETUP, Running
from app.sync.blobs import LEAST_PART
from app.sync.update_folder import UpdateFolder
from app.sync.updates import AGAIN, ASKS, Updates, UpdateView
from app.sync.wire import BlobGet, BlobPart, UpdateReply, UpdateRequest, seal
from tests.offices import ON_BOTH, Company
from tests.sync.test_journal import save_customers
from tests.updates import KEY, NOTES, OTHER, PUBLIC, manifest_of, put, setup_of

FILLED = 3 * LEAST_PART + 5000
NEWER = "90.0.0"
NEWEST = "90.1.0"


@pytest.fixture(autouse=True)
def _publisher(monkeypatch: pytest.MonkeyPatch) -> None:
    """These programs were built with the tests' publisher."""
    monkeypatch.setattr(bootstrap, "publishers", lambda: [PUBLIC])


class Clock:
    """Seconds as a desk counts them; each look takes a while where a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.step = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Desk:
    """A desk of a company, its updates on a clock of the test's."""

    def __init__(self, company: Company, name: str = "BN03") -> None:
        self.desktop: Desktop = company.desk(name)
        self.clock = Clock()
        self.begin()

    def begin(self) -> None:
        desktop = self.desktop
        folder = UpdateFolder(desktop.home, __version__, [PUBLIC])
        self.updates = Updates(folder, desktop.client, desktop.blobs, self.clock)
        self.seen: list[UpdateView] = []
        self.updates.changed = self.seen.append

    def go_on(self) -> bool:
        return self.updates.go_on(lambda: True)

    def later(self, seconds: float = ASKS) -> UpdateView:
        """After a while it has asked again, and fetched what there is."""
        self.clock.now += seconds
        while self.go_on():
            pass
        return self.updates.view


def publish(company: Company, tmp_path: Path, version: str, filled: int = FILLED) -> None:
    manifest = put(tmp_path / version, version, filled)
    company.headoffice.updates.publish(manifest.with_suffix(".run"), manifest)


def refusal(call: Callable[..., object], *values: object) -> str:
    with pytest.raises(AppError) as raised:
        call(*values)
    return raised.value.code


# -- publishing and rolling out ---------------------------------------------------------------------------


@ON_BOTH
def test_it_goes_to_the_offices_that_are_named_and_to_no_other(company: Company, tmp_path: Path) -> None:
    other = company.headoffice.founding.office(NewOffice("Chi nhánh Tiên Du", "Lim", "0222"))
    desk, updates = Desk(company), company.headoffice.updates
    publish(company, tmp_path, NEWER)
    publish(company, tmp_path, NEWER)  # again: nothing more
    assert desk.later() == UpdateView()  # to nobody yet
    updates.roll_out(NEWER, [other])
    assert desk.later() == UpdateView()
    updates.roll_out(NEWER, [company.office_no, other])
    view = desk.later()
    assert view.ready
    assert view.manifest is not None
    assert view.manifest.notes == NOTES
    assert desk.updates.folder.setups.setup(view.manifest).read_bytes() == setup_of(NEWER, FILLED)
    updates.roll_out(NEWER, [])  # a fault was found in it
    assert desk.later() == UpdateView()
    updates.roll_out(NEWER, None)
    assert desk.later().ready
    assert refusal(updates.roll_out, "7.7.7", None) == "update.unknown"
    assert refusal(updates.roll_out, NEWER, [77]) == "office.unknown"
    assert updates.running() == [Running(company.office_no, "BN03", __version__, "")]


@ON_BOTH
def test_another_process_of_the_head_office_offers_the_same(company: Company, tmp_path: Path) -> None:
    publish(company, tmp_path, NEWER)
    company.headoffice.updates.roll_out(NEWER, None)
    desk = Desk(company)
    kept = company.backup()  # it is closed, and another opened over the same database
    assert desk.later().ready
    company.headoffice.updates.withdraw(NEWER)
    with company.headoffice.database.reading() as cur:
        cur.execute("SELECT (SELECT count(*) FROM blob) + (SELECT count(*) FROM blob_part)")
        assert cur.fetchone()[0] == 0
    assert desk.later() == UpdateView()
    company.put_back(kept)
    assert [each.manifest.version for each in company.headoffice.updates.published()] == [NEWER]


def test_the_newest_that_can_be_reached_in_one_step_is_offered(company: Company, tmp_path: Path) -> None:
    updates = company.headoffice.updates
    for version, least in ((NEWER, "0.0.1"), (NEWEST, NEWER)):
        manifest = put(tmp_path / version, version, least=least)
        updates.publish(manifest.with_suffix(".run"), manifest)
        updates.roll_out(version, None)
    view = Desk(company).later()
    assert view.manifest is not None
    assert view.manifest.version == NEWER


def test_what_is_no_update_is_not_published(company: Company, tmp_path: Path) -> None:
    updates = company.headoffice.updates
    other = put(tmp_path / "other", NEWER, key=OTHER)
    assert refusal(updates.publish, other.with_suffix(".run"), other) == "update.not_signed"
    swapped = put(tmp_path / "swapped", NEWER)
    swapped.with_suffix(".run").write_bytes(setup_of("6.6.6"))
    assert refusal(updates.publish, swapped.with_suffix(".run"), swapped) == "update.other_content"
    assert refusal(updates.publish, tmp_path / "none.run", swapped) == "file.not_found"
    publish(company, tmp_path, NEWER)
    again = put(tmp_path / "again", NEWER, filled=1)
    assert refusal(updates.publish, again.with_suffix(".run"), again) == "update.version_taken"
    assert len(updates.published()) == 1


# -- fetching ---------------------------------------------------------------------------------------------


def test_it_goes_on_where_it_stopped(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(company, tmp_path, NEWER, filled=900_000)
    company.headoffice.updates.roll_out(NEWER, None)
    desk = Desk(company)
    asked: list[int] = []
    part = desk.desktop.blobs.part

    def cut(digest: bytes, offset: int, most: int) -> BlobPart:
        asked.append(offset)
        if len(asked) % 3 == 0:
            raise AppError("sync.offline", url="")
        return part(digest, offset, most)

    monkeypatch.setattr(desk.desktop.blobs, "part", cut)
    broken = 0
    while not desk.updates.view.ready:
        try:
            desk.go_on()
        except AppError:
            broken += 1
            desk.begin()  # the PC was switched off as well
    assert broken >= 2
    came = sorted(set(asked))
    assert len(asked) == len(came) + broken  # nothing was fetched twice


def test_rows_and_a_person_who_pauses_go_first(company: Company, tmp_path: Path) -> None:
    publish(company, tmp_path, NEWER)
    company.headoffice.updates.roll_out(NEWER, None)
    desk = Desk(company)
    assert desk.updates.go_on(lambda: False) is True
    assert desk.updates.folder.ready() is None
    save_customers(desk.desktop, "KH1")
    assert desk.desktop.client.unsent() > 0
    assert desk.go_on() is True
    desk.desktop.client.once()
    desk.clock.step = 60.0  # each part takes long: after a slice others are asked for again
    assert desk.go_on() is True
    desk.clock.step = 0.0
    assert desk.later(0).ready


def test_the_setup_of_what_runs_comes_first_to_go_back_to(company: Company, tmp_path: Path) -> None:
    for version in (__version__, NEWER):
        publish(company, tmp_path, version)
    desk = Desk(company)
    desk.later()
    # As long as there is nothing to go to, nothing is fetched.
    assert desk.updates.folder.setups.manifests() == []
    company.headoffice.updates.roll_out(NEWER, None)
    view = desk.later()
    assert (view.ready, view.can_return) == (True, True)


def test_what_failed_here_is_not_offered_again_and_the_head_office_hears_of_it(
    company: Company, tmp_path: Path
) -> None:
    publish(company, tmp_path, NEWER)
    company.headoffice.updates.roll_out(NEWER, None)
    desk = Desk(company)
    folder = desk.updates.folder
    folder.keep(replace(folder.state, failed=(NEWER,)))
    assert desk.later() == UpdateView()
    assert company.headoffice.updates.running()[0].failed == NEWER


# -- a head office that was taken over --------------------------------------------------------------------


def force(company: Company, data: bytes, content: bytes, name: bytes | None = None) -> None:
    """Offer this to all, past every check of the head office."""
    digest = sha256(content).digest() if name is None else name
    value = {"manifest": data.decode(), "offices": None}
    company.headoffice.writer.set_local(SETUP + digest.hex(), value)
    with company.headoffice.database.transaction(0) as cur:
        cur.execute(
            "INSERT INTO blob (digest, size, done, sent_at) VALUES (?, ?, ?, 1)",
            (digest, len(content), len(content)),
        )
        cur.execute('INSERT INTO blob_part (digest, "number", content) VALUES (?, 0, ?)', (digest, content))


@pytest.mark.parametrize("what", ["other key", "old", "other content", "too long", "rubbish", "huge claim"])
def test_a_head_office_that_was_taken_over_cannot_ship_a_program(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    desk = Desk(company)
    good = setup_of(NEWER)
    manifest = manifest_of(good, NEWER)
    evil = setup_of("6.6.6")
    code = "update.not_signed"
    if what == "other key":
        offer, content, name = signed(manifest_of(evil, NEWER), OTHER), evil, None
    elif what == "old":
        publish(company, tmp_path, NEWEST)
        company.headoffice.updates.roll_out(NEWEST, None)
        assert desk.later().ready
        offer, content, name, code = signed(manifest, KEY), good, None, "update.replaced"
        company.headoffice.updates.withdraw(NEWEST)
    elif what == "other content":
        offer, content, name, code = signed(manifest, KEY), evil, manifest.digest, "update.damaged"
    elif what == "too long":
        offer, content, name, code = signed(manifest, KEY), good + b"x", manifest.digest, "update.damaged"
    elif what == "rubbish":
        offer, content, name, code = b"{}", evil, None, "update.none"
    else:
        size = b'size\\": '
        text = signed(manifest, KEY).replace(size + b"%d" % len(good), size + b"10000000000")
        assert text != signed(manifest, KEY)
        offer, content, name = text, good, None
    force(company, offer, content, name)
    reply = UpdateReply(offer)
    monkeypatch.setattr(type(company.headoffice.updates), "answer", lambda *_: reply)
    view = desk.later()
    assert not view.ready
    assert view.trouble is not None
    assert view.trouble.code == code
    left = {path.name for path in desk.updates.folder.path.glob("*")} - {"state.json"}
    assert not any(evil == path.read_bytes() for path in desk.updates.folder.path.glob("*"))
    assert left <= {
        manifest.manifest_name,
        f"Daumoi-Setup-{NEWEST}.run",
        f"Daumoi-Setup-{NEWEST}.daumoi-update",
    }
    asked = len(desk.seen)
    assert desk.later(AGAIN / 2) is view  # and not again at once
    assert len(desk.seen) == asked


def test_strangers_get_no_setup_and_desks_only_what_was_published(company: Company, tmp_path: Path) -> None:
    publish(company, tmp_path, NEWER)
    setup = setup_of(NEWER, FILLED)
    digest = sha256(setup).digest()
    hub = company.headoffice.hub
    stranger = Ed25519PrivateKey.generate()
    for path, request in (
        ("/v1/update", UpdateRequest(__version__, "linux")),
        ("/v1/blob-get", BlobGet(digest, 0, 100)),
    ):
        answer = hub.answer(path, seal(request, stranger, sender=4711))
        assert _code(answer) == "sync.unknown_device"
    desk = Desk(company)
    assert desk.desktop.blobs.part(digest, 0, len(setup)).size == len(setup)
    company.headoffice.updates.withdraw(NEWER)
    assert refusal(desk.desktop.blobs.part, digest, 0, len(setup)) == "attachment.not_there"
    assert refusal(desk.desktop.client.ask, "/v1/update", UpdateRequest("1.0", "linux"), UpdateReply) == (
        "sync.nonsense"
    )


def _code(answer: bytes) -> str:
    """What a refusal says."""
    said: list[str] = msgspec.msgpack.decode(zstd.decompress(msgspec.msgpack.decode(answer)[1]))
    return said[1]
