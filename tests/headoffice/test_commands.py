"""`daumoi headoffice …` and `daumoi verify --against-hub`, as an administrator types them, over either kind
of database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.home.first_start import enrol_desk, found_here
from app.sync.enrolment import read_enrolment
from app.sync.transport import DirectTransport
from app.words import tr
from tests.headoffice.backups import cloned
from tests.offices import PASSWORD, Company
from tests.postgres import EMPTY, Server
from tests.programs import refused
from tests.sync.test_journal import save_customers

CLOCK = SystemClock()
Daumoi = Callable[..., tuple[int, str]]


@pytest.fixture
def daumoi(capsys: pytest.CaptureFixture[str]) -> Daumoi:
    """Runs a command in this program: its exit code, and all that it said."""

    def run(*arguments: object) -> tuple[int, str]:
        before = tr.language
        try:
            code = cli.main(["--language", "en", *map(str, arguments)])
        finally:
            tr.use(before)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[object]]:
    """Where the head office is, as options: a home, and perhaps an empty database with its password."""
    home: list[object] = ["--home", tmp_path / "hub"]
    if request.param == "sqlite":
        yield home
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database(EMPTY) as url:
        yield [*home, "--database", url]


def found(daumoi: Daumoi, place: list[object], folder: Path) -> None:
    """A utility with two offices and one person."""
    (folder / "password").write_text(PASSWORD, "utf-8")
    name = "Công ty Cấp nước Thử Nghiệm"
    steps: list[list[object]] = [
        ["found", "--name", name, "--tariffs", "tra_vinh_water"],
        ["office", "add", "--name", "Chi nhánh Một", "--address", "1", "--phone", "1", "--point", "VA=Vệ An"],
        ["office", "add", "--name", "Chi nhánh Hai", "--address", "2", "--phone", "2"],
        ["staff", "add", "--office", 1, "--login", "mai", "--name", "Bùi Thị Mai", "--role", "supervisor",
         "--password-file", folder / "password"],
        ["invite", "--office", 1, "--desk", "BN03", "--out", folder / "BN03.daumoi-enrolment"],
    ]  # fmt: skip
    for step in steps:
        code, said = daumoi("headoffice", *step, *place)
        assert code == 0, said
        assert PASSWORD not in said
        assert "postgresql" not in said


def test_a_head_office_is_founded_looked_at_and_a_desk_revoked(
    daumoi: Daumoi, place: list[object], tmp_path: Path
) -> None:
    found(daumoi, place, tmp_path)
    url = str(place[3]) if len(place) > 2 else ""
    with closing(HeadOffice(tmp_path / "hub", CLOCK, url)) as headoffice:
        way = DirectTransport(headoffice.hub.answer)
        enrolment = read_enrolment(tmp_path / "BN03.daumoi-enrolment")
        enrol_desk(tmp_path / "BN03", enrolment, CLOCK, way)
    code, said = daumoi("headoffice", "status", *place)
    assert code == 0
    assert said.splitlines() == [
        "Office 1, Chi nhánh Một: 0 to settle",
        "  BN03 (BN03): 0 entries here",
        "Office 2, Chi nhánh Hai: 0 to settle",
        "Nobody has a copy of the head office's key yet: daumoi headoffice key --help",
    ]
    assert daumoi("headoffice", "key", *place)[0] == 0
    assert "Nobody" not in daumoi("headoffice", "status", *place)[1]
    for office, desk in ((1, "BN09"), (2, "BN03")):
        said = refused("headoffice", "revoke", "--office", office, "--desk", desk, *place)
        assert f"There is no desk called {desk}" in said
    assert daumoi("headoffice", "revoke", "--office", 1, "--desk", "BN03", *place)[0] == 0
    code, said = daumoi("headoffice", "status", "--json", *place)
    told = json.loads(said)
    assert [office["name"] for office in told["offices"]] == ["Chi nhánh Một", "Chi nhánh Hai"]
    assert [(d["desk"], d["revoked"]) for d in told["offices"][0]["desks"]] == [("BN03", True)]


def test_what_went_on_from_a_revoked_desks_data_is_named(company: Company, desktop: Desktop) -> None:
    """The lost PC may be any of them."""
    company.desk("BN04")
    company.sync()
    one, other = cloned(company, desktop)
    for copy in (one, other):
        save_customers(copy, copy.home.name)
        copy.client.once()
    founding, hub = company.headoffice.founding, company.headoffice.hub
    names = {one.writer.desk.name, other.writer.desk.name}
    assert len(names) == 2
    assert founding.revoke(hub.office_feed(1), min(names)) == [max(names)]
    assert founding.revoke(hub.office_feed(1), max(names)) == []


def test_the_database_may_be_named_by_the_environment(
    daumoi: Daumoi, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.database(EMPTY) as url:
        monkeypatch.setenv("DAUMOI_DATABASE", url)
        found(daumoi, ["--home", tmp_path / "hub"], tmp_path)
        assert "Chi nhánh Hai" in daumoi("headoffice", "status", "--home", tmp_path / "hub")[1]
        assert not (tmp_path / "hub" / "headoffice.db").exists()


def test_its_password_is_never_shown(daumoi: Daumoi, postgres: Server, tmp_path: Path) -> None:
    for url in (
        f"postgresql://daumoi:{PASSWORD}@127.0.0.1:{postgres.port}/postgres",
        f"postgresql://daumoi:{PASSWORD}@127.0.0.1:1/postgres",
        f"postgresql://daumoi:{PASSWORD}@127.0.0.1:what/postgres",
        postgres.url("nowhere"),
    ):
        for command in (["status"], [], ["found", "--name", "x", "--tariffs", "tra_vinh_water"]):
            said = refused("headoffice", *command, "--home", tmp_path / "hub", "--database", url)
            assert PASSWORD not in said
            assert postgres.password not in said


def test_several_processes_want_a_database_of_their_own_kind(tmp_path: Path) -> None:
    assert "--database" in refused("headoffice", "--home", tmp_path, "--workers", 2)


# -- against the head office ------------------------------------------------------------------------------

ANSWERS = {
    "utility": "Công ty Cấp nước Thử Nghiệm", "kind": "water", "currency": "VND", "zone": "Asia/Ho_Chi_Minh",
    "language": "vi", "tariff_set": "tra_vinh_water", "office": "Chi nhánh Một", "address": "1",
    "phone": "1", "desk": "BN03", "admin_login": "mai", "admin_name": "Bùi Thị Mai",
    "admin_password": PASSWORD,
}  # fmt: skip


def test_rows_that_differ_are_named_as_people_know_them(daumoi: Daumoi, tmp_path: Path) -> None:
    home = tmp_path / "home"
    found_here(home, CLOCK, ANSWERS)
    with closing(Desktop(home, CLOCK)) as desktop:
        save_customers(desktop, "BN-0001", "BN-0002")
    asked: list[Any] = ["verify", "--home", home, "--against-hub"]
    code, said = daumoi(*asked)
    assert (code, said) == (0, "All is well: this desk and the head office hold the same rows.\n")
    with closing(sqlite3.connect(home / "office.db")) as c, c:
        c.execute("UPDATE customer SET name = 'Kẻ Gian' WHERE code = 'BN-0001'")
        (row,) = c.execute("SELECT lower(hex(id)) FROM customer WHERE code = 'BN-0001'").fetchone()
        (gone,) = c.execute("SELECT lower(hex(id)) FROM meter WHERE serial = '000002'").fetchone()
        c.execute("DELETE FROM meter WHERE serial = '000002'")
    code, said = daumoi(*asked)
    assert code == 1
    lines = said.splitlines()
    assert lines[0] == "Table customer:"
    assert lines[1].startswith(f"  ≠ {row} ")
    assert "BN-0001" in lines[1]
    assert "Kẻ Gian" in lines[1]
    assert lines[2:4] == ["Table meter:", f"  − {gone}"]
    code, said = daumoi(*asked, "--json")
    told = json.loads(said)
    assert (code, told["good"]) == (1, False)
    named = {d["table"]: (d["here"], d["there"], d["other"]) for d in told["differences"]}
    assert named == {"customer": ([], [], [row]), "meter": ([], [gone], [])}
    with closing(Desktop(home, CLOCK)) as desktop:  # people work on
        save_customers(desktop, "BN-0003")
