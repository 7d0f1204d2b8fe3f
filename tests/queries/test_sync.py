"""What waits between a desk and the head office, and what is stuck, on real desks and a real head office."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.names import entry_kinds
from app.queries.sync import Stuck, SyncQueries
from app.sync.entries import Body, Rows, encode_body
from app.words import LANGUAGES, Words
from tests.headoffice.forging import Forger, body, customer
from tests.money import Home, add_home, bill
from tests.offices import Company

APP = Path(__file__).parent.parent.parent / "app"


def queries_of(desktop: Desktop) -> SyncQueries:
    return SyncQueries(desktop.database.read, desktop.office_no, lambda: desktop.identity.device)


def waiting(desktop: Desktop) -> dict[str, int]:
    """Unsent entries by kind."""
    return {each.kind: each.count for each in queries_of(desktop).unsent_by_kind(desktop.acked())}


# -- the kinds --------------------------------------------------------------------------------------------


def written_kinds() -> Iterator[str]:
    """The kind in every call that writes an entry; "x.{…}" stands for a kind that is put together."""
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr == "entry" and node.args:
                yield _kind(node.args[0])
            elif node.func.attr == "_next" and len(node.args) > 1:
                yield _kind(node.args[1])


def _kind(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "{…}" for p in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_kind_of_entry_has_its_words() -> None:
    kinds = {kind for kind in written_kinds() if kind}
    assert "cash.collect" in kinds
    assert "requests.held" in kinds
    for language in LANGUAGES:
        words = entry_kinds(Words(language))
        assert sorted(kinds - words.keys()) == []
    vietnamese, english = (entry_kinds(Words(language)) for language in ("vi", "en"))
    assert [kind for kind in kinds & vietnamese.keys() if vietnamese[kind] == english[kind]] == []
    assert len(set(vietnamese.values())) == len(vietnamese)


# -- what is not sent -------------------------------------------------------------------------------------


def test_what_is_not_sent_is_counted_by_kind_the_oldest_first(company: Company, desktop: Desktop) -> None:
    company.sync()
    assert waiting(desktop) == {}
    assert queries_of(desktop).unsent_bytes(desktop.acked()) == 0
    begun = company.clock.now()
    home = add_home(desktop, "BN-000001")
    company.clock.set(begun + timedelta(days=7))
    bill(desktop, home, {"2026-09": 17})
    add_home(desktop, "BN-000002")
    kinds = queries_of(desktop).unsent_by_kind(desktop.acked())
    assert [(each.kind, each.count) for each in kinds] == [
        ("customers.add", 2),
        ("readings.enter", 1),
        ("billing.run", 1),
    ]
    assert begun <= kinds[0].oldest < begun + timedelta(minutes=1)
    assert kinds[1].oldest >= begun + timedelta(days=7)
    assert sum(each.count for each in kinds) == desktop.client.unsent()
    with desktop.database.reading() as cur:
        cur.execute("SELECT sum(length(body)) FROM entry WHERE device = ?", (desktop.identity.device,))
        assert queries_of(desktop).unsent_bytes(desktop.acked()) == cur.fetchone()[0]
    company.sync()
    assert waiting(desktop) == {}


def test_only_what_this_desk_has_to_send(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    add_home(other, "BN-000001")
    company.sync()
    assert (waiting(desktop), waiting(other)) == ({}, {})
    add_home(other, "BN-000002")
    assert (waiting(desktop), waiting(other)) == ({}, {"customers.add": 1})


def test_entries_that_wait_to_be_issued_again_are_among_them(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    add_home(other, "BN-000001")
    company.sync()
    assert desktop.writer.give_up(other.identity.device, (0, b"")) == 1
    assert waiting(desktop) == {"customers.add": 1}
    assert desktop.client.unsent() == 1
    assert queries_of(desktop).unsent_bytes(desktop.acked()) > 100


def test_the_last_contact(company: Company, desktop: Desktop) -> None:
    company.sync()
    last = queries_of(desktop).last_contact()
    assert last == desktop.client.last_contact()
    assert last is not None
    assert abs(last - company.clock.now()) < timedelta(minutes=2)


# -- what is stuck ----------------------------------------------------------------------------------------


@pytest.fixture
def home(company: Company, desktop: Desktop) -> Home:
    """A customer whom everybody knows."""
    made = add_home(desktop, "BN-000007", "Nguyễn Thị Như Quỳnh")
    company.sync()
    return made


@pytest.fixture
def forger(company: Company, desktop: Desktop, home: Home) -> Forger:
    """Another desk, which sends what this one cannot apply."""
    sender = company.desk("BN04")
    company.sync()
    return Forger(sender, company.transport)


def sent(company: Company, desktop: Desktop, forger: Forger, data: bytes, **changed: Any) -> Stuck:
    """What this desk shows of an entry that is sent."""
    forger.send(forger.entries(data, **changed))
    desktop.client.once()
    (stuck,) = queries_of(desktop).stuck()
    return stuck


def test_what_is_stuck_is_named_with_who_where_and_when(
    company: Company, desktop: Desktop, forger: Forger
) -> None:
    before = company.clock.now()
    new = body([customer("BN-000123", name="Trần Văn Đại")])
    stuck = sent(company, desktop, forger, new, schema=99)
    assert (stuck.reason, stuck.code, stuck.name) == ("newer_release", "BN-000123", "Trần Văn Đại")
    assert (stuck.who, stuck.desk, stuck.others) == ("Bùi Thị Mai", "BN04", 0)
    assert (stuck.feed, stuck.number) == (forger.device, forger.head[0] + 1)
    assert abs(stuck.at - before) < timedelta(minutes=5)
    assert stuck.customer_id is None  # there is no card to show yet: it is what is stuck
    assert queries_of(desktop).stuck_count() == 1


def test_the_record_behind_a_row_without_a_code(
    company: Company, desktop: Desktop, forger: Forger, home: Home
) -> None:
    row = {"id": uuid4().bytes, "connection_id": home.connection.bytes, "photo": "IMG_0001.jpg"}
    stuck = sent(company, desktop, forger, body([("reading", row)]))
    assert stuck.reason == "unknown_table"
    assert (stuck.code, stuck.name) == ("BN-000007", "Nguyễn Thị Như Quỳnh")
    assert stuck.customer_id == home.customer


def test_an_edit_names_its_card(company: Company, desktop: Desktop, forger: Forger, home: Home) -> None:
    edit = body(edits=[("customer", home.customer.bytes, {"name": "Trần Văn Đại", "shoe_size": 41})])
    stuck = sent(company, desktop, forger, edit)
    assert (stuck.code, stuck.name) == ("BN-000007", "Nguyễn Thị Như Quỳnh")
    assert stuck.customer_id == home.customer


def test_of_many_the_first_is_named_and_the_others_counted(
    company: Company, desktop: Desktop, forger: Forger
) -> None:
    columns = ("id", "code", "name", "shoe_size")
    rows = [[uuid4().bytes, f"BN-00010{n}", f"Ông {n}", 40 + n] for n in range(3)]
    stuck = sent(company, desktop, forger, encode_body(Body([Rows("customer", columns, rows)], [])))
    assert (stuck.code, stuck.name, stuck.others) == ("BN-000100", "Ông 0", 2)


def test_what_only_the_head_office_may_change(company: Company, desktop: Desktop, forger: Forger) -> None:
    staff = {"login": "mot", "name": "Một Người", "title": "", "roles": "[]", "password_hash": "x"}
    stuck = sent(company, desktop, forger, body([("staff", {"id": uuid4().bytes, **staff})]))
    assert (stuck.reason, stuck.code, stuck.name) == ("not_the_head_office", "mot", "Một Người")


JUNK = {
    "nothing": b"",
    "no message": b"\xc1",
    "no edits": b"\x91\x90",
    "short": b"\x92\x90",
    "rows without columns": b"\x92\x91\x93\xa8customer\x90\x91\x91\x01\x90",
    "deep": b"\x91" * 5000,
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
def test_what_cannot_be_read_is_told_by_its_place(
    company: Company, desktop: Desktop, forger: Forger, junk: bytes
) -> None:
    stuck = sent(company, desktop, forger, junk)
    assert stuck.reason in ("unreadable", "unknown_table")
    assert (stuck.code, stuck.name, stuck.customer_id) == ("", "", None)
    assert (stuck.feed, stuck.number, stuck.desk) == (forger.device, forger.head[0] + 1, "BN04")


def test_of_the_wrong_types_nothing_is_shown(company: Company, desktop: Desktop, forger: Forger) -> None:
    odd = body([("customer", {"id": b"short", "code": 12, "name": None})])
    stuck = sent(company, desktop, forger, odd)
    assert (stuck.code, stuck.name, stuck.customer_id) == ("", "", None)
