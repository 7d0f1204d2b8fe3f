"""What is offered in another's name, or was changed on the way, is not taken, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.headoffice.founding import NewOffice
from app.sync.client import open_answer
from app.sync.entries import Entry
from app.sync.journal import read_feed
from app.sync.transport import DirectTransport
from app.sync.wire import MAX_OF_A_FORGOTTEN, Part, SyncReply, SyncRequest, seal
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub, codes
from tests.headoffice.backups import keep, put_back
from tests.headoffice.forging import Forger, body, customer
from tests.offices import ON_BOTH, STAFF, Company
from tests.sync.test_journal import save_customers

pytestmark = ON_BOTH


@pytest.fixture
def forger(company: Company, desktop: Desktop) -> Forger:
    return Forger(desktop, company.transport)


def refusal(sent: Callable[..., Any], *args: Any, **how: Any) -> str:
    with pytest.raises(AppError) as refused:
        sent(*args, **how)
    return refused.value.code


def customers(company: Company) -> list[str]:
    return codes(company.headoffice.database)


def offer(forger: Forger, part: Part, **how: Any) -> SyncReply:
    """Offer a part as it is."""
    sender = how.pop("sender", forger.device)
    request = SyncRequest(0, forger.vector, [part], **how)
    data = seal(request, forger.key, sender=sender)
    return open_answer(forger.transport.post("/v1/sync", data), SyncReply, forger.hub_key, data)


def branch(forger: Forger, *bodies: bytes, **changed: Any) -> list[Entry]:
    """Entries from the beginning of the forger's feed, where it went another way."""
    forger.head = (0, b"")
    return forger.entries(*bodies, **changed)


# -- seals ------------------------------------------------------------------------------------------------


def test_what_is_sealed_with_another_key_is_not_taken(company: Company, forger: Forger) -> None:
    entries = forger.entries(body([customer("X")]))
    part = forger.part(entries, forger.head, Ed25519PrivateKey.generate())
    for orphaned in (False, True):
        assert refusal(offer, forger, replace(part, orphaned=orphaned)) == "sync.not_authentic"
    assert customers(company) == []


def test_what_was_changed_behind_its_seal_is_not_taken(company: Company, forger: Forger) -> None:
    entries = forger.entries(*(body([customer(f"A{n}")]) for n in range(3)))
    part = forger.part(entries, forger.head, forger.key)
    changed = [entries[0], replace(entries[1], body=body([customer("X")])), entries[2]]
    assert refusal(offer, forger, replace(part, entries=changed)) == "sync.not_authentic"
    assert refusal(offer, forger, replace(part, entries=entries[:2])) == "sync.not_authentic"
    assert refusal(offer, forger, replace(part, entries=entries[1:])) == "sync.nonsense"
    assert refusal(offer, forger, replace(part, after=(0, bytes(32)))) == "sync.not_authentic"
    assert customers(company) == []
    offer(forger, part)
    assert customers(company) == ["A0", "A1", "A2"]


def test_what_a_desk_carries_for_another_is_as_that_one_sealed_it(
    company: Company, desktop: Desktop, forger: Forger
) -> None:
    """After the head office's backup was put back: what others bring of a desk's work is that desk's word."""
    other = company.desk("BN04")
    kept = company.backup()
    save_customers(other, "A1")
    company.sync()
    me = other.identity.device
    with desktop.database.reading() as cur:
        cur.execute('SELECT signature FROM seal WHERE device = ? ORDER BY "number" DESC', (me,))
        signature = cur.fetchone()[0]
    with desktop.database.reading() as cur:
        entries = read_feed(cur, 1, me, 0, 100)
    company.put_back(kept)
    forger.vector = desktop.writer.vector()
    part = Part(me, (0, b""), entries, signature)
    changed = replace(entries[0], body=body([customer("X")]))
    assert refusal(offer, forger, replace(part, entries=[changed])) == "sync.not_authentic"
    assert refusal(offer, forger, replace(part, orphaned=True, entries=[changed])) == "sync.not_authentic"
    assert customers(company) == []
    offer(forger, part)
    assert customers(company) == ["A1"]
    assert_agreed(company)


def test_an_unknown_desk_may_show_only_what_the_head_office_has_written(
    company: Company, forger: Forger
) -> None:
    before = at_the_hub(company, 'SELECT device, "last" FROM feed ORDER BY device')
    entries = forger.entries(body([customer("X")]))
    own = forger.part(entries, forger.head, forger.key)
    assert offer(forger, own, sender=999).stranger  # nothing is taken of it
    number, hash_ = forger.vector[1]
    staff = {"id": uuid4().bytes, "login": "thief", "name": "x", "title": "", "password_hash": "",
             "roles": '["administrator"]'}  # fmt: skip
    forged = replace(entries[0], device=1, origin=1, office_no=0, number=number + 1,
                     body=body([("staff", staff)]))  # fmt: skip
    for orphaned, after in ((False, (number, hash_)), (True, (number - 1, hash_))):
        entry = replace(forged, number=after[0] + 1)
        part = replace(forger.part([entry], after, forger.key), orphaned=orphaned)
        assert refusal(offer, forger, part, sender=999) == "sync.not_authentic"
        assert refusal(offer, forger, part) == "sync.not_authentic"
    long = replace(own, entries=[replace(entries[0], body=bytes(4 * MAX_OF_A_FORGOTTEN))])
    assert refusal(offer, forger, long, sender=999) == "sync.nonsense"
    assert at_the_hub(company, 'SELECT device, "last" FROM feed ORDER BY device') == before
    assert at_the_hub(company, "SELECT * FROM staff WHERE login = 'thief'") == []


# -- branches ---------------------------------------------------------------------------------------------


def test_a_branch_in_another_desks_name_is_not_issued_again(company: Company, forger: Forger) -> None:
    other = company.desk("BN04")
    save_customers(other, "A1")
    other.client.once()
    me = other.identity.device
    forged = branch(forger, body([customer("X")]), device=me, origin=me)
    part = replace(forger.part(forged, (0, b""), forger.key), orphaned=True)
    assert refusal(offer, forger, part) == "sync.not_authentic"
    posed = replace(forged[0], device=forger.device)  # in its own feed, as if the other had made it
    part = replace(forger.part([posed], (0, b""), forger.key), orphaned=True)
    assert refusal(offer, forger, part) == "sync.foreign_entry"
    assert customers(company) == ["A1"]


def test_a_branch_does_not_lend_a_desk_the_head_offices_pen(
    company: Company, desktop: Desktop, forger: Forger
) -> None:
    """Issued again in the head office's feed, its acts are still the desk's: it may not let staff in."""
    other = company.desk("BN04")
    save_customers(desktop, "A1")
    desktop.client.once()
    staff = {"id": uuid4().bytes, "login": "thief", "name": "x", "title": "", "password_hash": "",
             "roles": '["administrator"]'}  # fmt: skip
    device = {"id": uuid4().bytes, "number": 77, "kind": "hub", "desk": "HQ9", "name": "x",
              "public_key": bytes(32)}  # fmt: skip
    both = [body([customer("X")]), body([("staff", staff)]), body([("device", device)])]
    forged = branch(forger, *both)
    part = replace(forger.part(forged, (0, b""), forger.key), orphaned=True)
    for _ in range(2):  # offered twice, it counts once
        offer(forger, part)
    assert customers(company) == ["A1", "X"]
    assert_agreed(company)
    for place in (company.headoffice, desktop, other):
        assert at(place.database, "SELECT * FROM staff WHERE login = 'thief'") == []
        assert at(place.database, "SELECT * FROM device WHERE number = 77") == []
        assert at(place.database, "SELECT reason FROM parked") == [("not_the_head_office",)] * 2
    again = at_the_hub(company, "SELECT device FROM entry WHERE kind = 'forged'")
    assert again == [(company.headoffice.hub.office_feed(1).device,)] * 3


# -- other offices ----------------------------------------------------------------------------------------


def test_a_desk_carries_nothing_of_an_office_that_is_not_its_own(company: Company, forger: Forger) -> None:
    """Not even what is rightly sealed: it cannot have come by it rightly."""
    hub, founding = company.headoffice.hub, company.headoffice.founding
    company.office_no = founding.office(NewOffice("two", "", ""))
    founding.staff(hub.office_feed(company.office_no), [p for p in STAFF if p.login == "mai"])
    elsewhere = Forger(company.desk("CC01"), company.transport)
    entries = elsewhere.entries(body([customer("X")]))
    part = elsewhere.part(entries, elsewhere.head, elsewhere.key)
    for orphaned in (False, True):
        assert refusal(offer, forger, replace(part, orphaned=orphaned)) == "sync.foreign_office"
    assert customers(company) == []
    offer(elsewhere, part)
    assert customers(company) == ["X"]


# -- successors -------------------------------------------------------------------------------------------


def successor(forger: Forger, key: Ed25519PrivateKey) -> Any:
    request = SyncRequest(0, forger.vector, [], successor=key.public_key().public_bytes_raw())
    data = seal(request, forger.key, sender=forger.device)
    return open_answer(forger.transport.post("/v1/sync", data), SyncReply, forger.hub_key, data).successor


def test_a_successor_asked_for_again_is_the_same_one(company: Company, forger: Forger) -> None:
    """The first answer may have been lost."""
    key = Ed25519PrivateKey.generate()
    first = successor(forger, key)
    assert (first.desk, first.office_no) == ("BN03B", 1)
    assert successor(forger, key) == first
    another = successor(forger, Ed25519PrivateKey.generate())
    assert another.desk == "BN03C"
    made = at_the_hub(company, "SELECT desk, succeeds FROM device WHERE succeeds IS NOT NULL ORDER BY desk")
    assert made == [("BN03B", forger.device), ("BN03C", forger.device)]


def test_a_revoked_desk_gets_no_successor(company: Company, forger: Forger) -> None:
    company.headoffice.founding.revoke(company.headoffice.hub.office_feed(1), "BN03")
    assert refusal(successor, forger, Ed25519PrivateKey.generate()) == "sync.revoked"
    assert at_the_hub(company, "SELECT * FROM device WHERE desk = 'BN03B'") == []


def test_what_a_revoked_desk_had_sent_is_still_carried_for_it(company: Company, desktop: Desktop) -> None:
    """It was let in when it wrote: its work comes back after the head office's backup was put back."""
    gone = company.desk("BN04")
    kept = company.backup()
    save_customers(gone, "A1")
    gone.client.once()
    desktop.client.once()
    company.shut(gone)
    company.headoffice.founding.revoke(company.headoffice.hub.office_feed(1), "BN04")
    desktop.client.once()
    company.put_back(kept)
    assert_agreed(company)
    assert customers(company) == ["A1"]


def test_a_revoked_desk_sends_nothing_by_another(company: Company, desktop: Desktop, forger: Forger) -> None:
    stolen = Forger(company.desk("BN04"), company.transport)
    entries = stolen.entries(body([customer("X")]))
    part = stolen.part(entries, stolen.head, stolen.key)
    company.headoffice.founding.revoke(company.headoffice.hub.office_feed(1), "BN04")
    forger.vector = desktop.writer.vector()
    for orphaned in (False, True):
        offer(forger, replace(part, orphaned=orphaned))
    assert customers(company) == []


def test_a_desk_brings_the_work_of_the_name_it_had_though_that_is_revoked(
    company: Company, desktop: Desktop
) -> None:
    desktop, kept = keep(company, desktop)
    save_customers(desktop, "A1")
    desktop.client.once()
    desktop = put_back(company, desktop, kept)
    save_customers(desktop, "B1")
    save_customers(desktop, "B2")
    hub = company.headoffice.hub

    class Lossy(DirectTransport):
        """Loses the connection once the desk has its new number."""

        def post(self, path: str, data: bytes) -> bytes:
            if desktop.identity.desk == "BN03B":
                raise AppError("sync.offline", url="")
            return super().post(path, data)

    desktop.client._transport = Lossy(hub.answer)
    desktop.client._chunk = 1  # the first message brings one entry
    assert refusal(desktop.client.once) == "sync.offline"
    assert customers(company) == ["A1", "B1"]
    company.headoffice.founding.revoke(hub.office_feed(1), "BN03")
    desktop.client._transport = company.transport
    assert_agreed(company)
    assert customers(company) == ["A1", "B1", "B2"]


def test_a_public_key_that_is_none_gets_no_successor(company: Company, forger: Forger) -> None:
    part = SyncRequest(0, forger.vector, [], successor=b"short")
    data = seal(part, forger.key, sender=forger.device)
    answer = forger.transport.post("/v1/sync", data)
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(answer, SyncReply, forger.hub_key, data)
