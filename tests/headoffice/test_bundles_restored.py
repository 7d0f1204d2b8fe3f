"""Bundles among desks and head offices that were put back, revoked, or are of another release."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from app.bootstrap import Desktop, HeadOffice
from app.domain.errors import AppError
from app.failures import sentence
from app.models import Device
from app.sync.bundle import Contents, pack, parse, read_bundle
from app.sync.entries import SCHEMA
from app.words import Words
from tests.headoffice.forging import Forger, body, customer
from tests.offices import Company, person
from tests.sync.sticks import NoLine, act, acts, answer_to, refused, revoke, there, trip, trips, whole
from tests.sync.test_journal import add_customer


@pytest.fixture
def other(company: Company, desktop: Desktop) -> Desktop:
    """The second desk, BN04, of which the first has heard."""
    other = company.desk("BN04")
    desktop.client.once()
    return other


def test_a_newer_schema_is_kept_until_it_is_understood(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    forger = Forger(desktop, company.transport)
    message = forger.message(forger.entries(body([customer("X")]), schema=SCHEMA + 1))
    header = parse(read_bundle(there(company, desktop)), "").header
    path = company.folder / "newer.daumoi-bundle"
    path.write_bytes(pack(header, Contents(b"", [message])))
    assert company.headoffice.import_bundle(path).new == 1
    assert company.headoffice.import_bundle(path).known == 1
    assert acts(company.headoffice) == []
    assert trip(company, other).new == 1
    for replica in (company.headoffice, other):
        with replica.database.read.connect() as read:
            assert read.exec_driver_sql("SELECT reason FROM parked").scalars().all() == ["newer_release"]


def test_a_revoked_desk_is_refused_in_words(company: Company, desktop: Desktop, other: Desktop) -> None:
    act(desktop, "A1")
    path = there(company, desktop)
    revoke(company, desktop)
    for taking in (company.headoffice.import_bundle, other.import_bundle):
        with pytest.raises(AppError) as found:
            taking(path)
        assert found.value.code == "bundle.revoked"
        assert "BN03" in sentence(found.value, Words("vi"))
    assert acts(company.headoffice) == []
    assert desktop.client.unsent() == 1
    assert not path.with_name("BN03-answer.daumoi-bundle").exists()


def restored(company: Company, desktop: Desktop, backup: Path) -> Desktop:
    """The desk's database put back."""
    home = company.shut(desktop)
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    return company.opened(home)


def backup_of(company: Company, desktop: Desktop) -> tuple[Desktop, Path]:
    home = company.shut(desktop)
    to = home.with_name(home.name + ".backup")
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to)
    return company.opened(home), to


def test_a_restored_desk_is_set_right_by_sticks_alone(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    act(desktop, "A1")
    trip(company, desktop)
    desktop, backup = backup_of(company, desktop)
    act(desktop, "A2")
    late = there(company, desktop, "late")
    trip(company, desktop)
    desktop = restored(company, desktop, backup)
    act(desktop, "A3")
    desktop.client.hang_up()
    desktop.client._transport = NoLine()
    assert trips(company, desktop) <= 4
    assert desktop.identity.desk == "BN03B"
    assert desktop.client.renamed == "BN03B"
    assert acts(desktop) == ["A1", "A2", "A3"]
    # What it wrote under its former number still comes, and is answered.
    answer = answer_to(company, late)
    assert refused(desktop.import_bundle, answer) == "bundle.unasked"
    other.client.once()
    whole(company, desktop, other)


def test_the_key_of_a_successor_is_kept_between_two_sticks(company: Company, desktop: Desktop) -> None:
    """The program is closed and opened again between any two steps."""
    act(desktop, "A1")
    desktop, backup = backup_of(company, desktop)
    desktop.client.once()
    act(desktop, "A2")
    desktop.client.once()
    desktop = restored(company, desktop, backup)
    act(desktop, "A3")
    for _ in range(5):
        path = there(company, desktop)
        desktop = company.opened(company.shut(desktop))
        came = desktop.import_bundle(answer_to(company, path))
        desktop = company.opened(company.shut(desktop))
        if not came.more and not desktop.client.unsent():
            break
    assert desktop.identity.desk == "BN03B"
    assert not (desktop.home / "next.key").exists()
    whole(company, desktop)
    with company.headoffice.database.read.connect() as read:
        assert sorted(read.execute(select(Device.desk).where(Device.kind == "desktop")).scalars()) == [
            "BN03",
            "BN03B",
        ]


def test_a_former_number_is_still_answered(company: Company, desktop: Desktop) -> None:
    act(desktop, "A1")
    desktop, backup = backup_of(company, desktop)
    act(desktop, "A2")
    desktop.client.once()
    desktop = restored(company, desktop, backup)
    act(desktop, "A3")
    former = there(company, desktop, "former")
    desktop.client.once()
    assert desktop.identity.desk == "BN03B"
    act(desktop, "A4")
    answer = answer_to(company, former)
    assert parse(read_bundle(answer), "").header.desk == "BN03"
    assert desktop.import_bundle(answer).kind == "answer"
    assert desktop.client.unsent() == 1
    assert desktop.identity.desk == "BN03B"
    trip(company, desktop)
    assert acts(desktop) == ["A1", "A2", "A3", "A4"]
    whole(company, desktop)


def test_an_old_answer_names_nobody_anew(company: Company, desktop: Desktop) -> None:
    """Two requests ask to go on as another: the second answer finds the desk there already."""
    act(desktop, "A1")
    desktop, backup = backup_of(company, desktop)
    act(desktop, "A2")
    desktop.client.once()
    desktop = restored(company, desktop, backup)
    act(desktop, "A3")
    assert trip(company, desktop).more
    first, second = there(company, desktop, "first"), there(company, desktop, "second")
    one, two = answer_to(company, first), answer_to(company, second)
    desktop.import_bundle(one)
    assert desktop.identity.desk == "BN03B"
    act(desktop, "A4")
    desktop.import_bundle(two)
    assert desktop.identity.desk == "BN03B"
    trips(company, desktop)
    whole(company, desktop)


class Backed:
    """The head office put back by a day."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.kept = company.folder / "hub.backup"
        self._swap(lambda: shutil.copytree(company.home, self.kept))

    def back(self) -> None:
        """Put it back."""

        def put() -> None:
            shutil.rmtree(self.company.home)
            shutil.copytree(self.kept, self.company.home)

        self._swap(put)

    def _swap(self, what: Callable[[], object]) -> None:
        self.company.headoffice.close()
        what()
        self.company.headoffice = HeadOffice(self.company.home, self.company.clock)


def test_a_request_for_a_head_office_that_was_put_back(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    act(desktop, "A1")
    backed = Backed(company)
    trip(company, desktop)
    act(other, "B1")
    other.client.once()
    trip(company, desktop)
    act(desktop, "A2")
    path = there(company, desktop)
    backed.back()
    desktop.client._transport = NoLine()
    taken = company.headoffice.import_bundle(path)
    assert (taken.entries, taken.new) == (1, 0)  # what goes before it is lost there
    assert taken.answer is not None
    came = desktop.import_bundle(taken.answer)
    assert desktop.client.unsent() == 2
    assert came.kind == "answer"
    trip(company, desktop)  # brings what was lost, also the other desk's
    assert desktop.client.unsent() == 0
    assert acts(company.headoffice) == ["A1", "A2", "B1"]
    other.client.once()
    whole(company, desktop, other)


def test_a_head_office_put_back_to_before_a_desk_was_let_in(company: Company) -> None:
    backed = Backed(company)
    desktop = company.desk("BN03")
    act(desktop, "A1")
    trip(company, desktop)
    act(desktop, "A2")
    path = there(company, desktop)
    backed.back()
    desktop.client._transport = NoLine()
    desktop.import_bundle(answer_to(company, path))
    assert trips(company, desktop) <= 3
    assert acts(company.headoffice) == ["A1", "A2"]
    whole(company, desktop)


def test_a_desk_that_never_was_let_in_is_refused_in_words(company: Company, desktop: Desktop) -> None:
    bundle = parse(read_bundle(there(company, desktop)), "")
    key = Ed25519PrivateKey.generate()
    from app.sync.wire import SyncRequest, seal

    header = msgspec.structs.replace(bundle.header, device=99, key=key.public_key().public_bytes_raw())
    path = company.folder / "unknown.daumoi-bundle"
    path.write_bytes(pack(header, Contents(b"", [seal(SyncRequest(0, {}, []), key, sender=99)])))
    assert refused(company.headoffice.import_bundle, path) == "bundle.unknown_desk"


def test_an_answer_of_before_the_head_office_was_put_back(company: Company, desktop: Desktop) -> None:
    backed = Backed(company)
    act(desktop, "A1")
    answer = answer_to(company, there(company, desktop))
    backed.back()
    desktop.import_bundle(answer)
    assert desktop.client.unsent() == 0  # as it was when that answer was made
    desktop.client.once()
    assert acts(company.headoffice) == ["A1"]
    whole(company, desktop)


def test_an_old_answer_of_a_head_office_that_was_put_back(company: Company, desktop: Desktop) -> None:
    """What a desk heard over the line since lies on another branch of the same feed."""
    backed = Backed(company)
    act(desktop, "A1")
    path = there(company, desktop)
    company.desk("BN04")
    desktop.client.once()  # the head office's feed has gone on, as that desk was let in
    backed.back()
    company.desk("BN05")
    company.desk("BN06")  # and now it goes on another way, and further
    desktop.import_bundle(answer_to(company, path))
    act(desktop, "A2")
    desktop.client.once()
    assert "A2" in acts(company.headoffice)
    whole(company, desktop)


def test_a_desk_put_back_by_more_than_one_message(company: Company, desktop: Desktop) -> None:
    """What it had written since fills whole answers, and it takes none of it before it is its successor."""
    desktop, backup = backup_of(company, desktop)
    by = person(desktop, "mai").id
    for n in range(10):
        with desktop.writer.entry("customers.add", by) as draft:
            for m in range(500):
                add_customer(draft, f"KH{n:02}{m:03}")
    desktop.client.once()
    desktop = restored(company, desktop, backup)
    desktop.client.once()  # before anybody has written anything at it
    act(desktop, "A1")
    desktop.client.once()
    assert "A1" in acts(company.headoffice)
    whole(company, desktop)
