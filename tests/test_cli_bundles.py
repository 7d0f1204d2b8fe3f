"""`daumoi bundle`: a stick's way there and back, as people and scripts go it."""

from __future__ import annotations

import io
import json
import re
from contextlib import closing, redirect_stdout
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from app.bootstrap import Desktop, HeadOffice
from app.cli import main
from app.domain.clock import SystemClock
from app.headoffice.founding import NewOffice
from app.home.first_start import enrol_desk
from app.sync.transport import DirectTransport
from app.words import tr
from tests.offices import STAFF, WATER, Company
from tests.programs import refused, run, served
from tests.sync.sticks import act


def said(*arguments: object) -> str:
    """What a command says that does what it is asked; in this program, for there are many."""
    out, before = io.StringIO(), tr.language
    try:
        with redirect_stdout(out):
            assert main(["--language", "en", *map(str, arguments)]) == 0
    finally:
        tr.use(before)
    return out.getvalue()


def told(*arguments: object) -> dict[str, Any]:
    """The same with --json."""
    found: dict[str, Any] = json.loads(said(*arguments, "--json"))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A head office (hub) and two desks, each with something that was never sent."""
    folder = tmp_path_factory.mktemp("bundles")
    clock = SystemClock()
    with closing(HeadOffice(folder / "hub", clock)) as there:
        there.founding.utility(WATER)
        office = there.founding.office(NewOffice("Chi nhánh Bắc Ninh", "57 Ngô Gia Tự", "0222 3821 000"))
        there.founding.staff(there.hub.office_feed(office), [s for s in STAFF if s.login == "mai"])
        transport = DirectTransport(there.hub.answer)
        for desk in ("BN03", "BN04"):
            invitation = there.enrolment(office, desk, desk, "http://127.0.0.1:9")
            enrol_desk(folder / desk, invitation, clock, transport)
        for desk in ("BN03", "BN04"):
            with closing(Desktop(folder / desk, clock, transport)) as desktop:
                desktop.client.once()
                act(desktop, f"{desk}-1", f"{desk}-2")
    return folder


@pytest.fixture
def homes(made: Path, tmp_path: Path) -> Path:
    """A copy of them, to do with as a test likes."""
    for name in ("hub", "BN03", "BN04"):
        copytree(made / name, tmp_path / name)
    return tmp_path


def test_there_and_back(homes: Path) -> None:
    file, answer = homes / "BN03.daumoi-bundle", homes / "BN03-answer.daumoi-bundle"
    desk, hub = ("--home", homes / "BN03"), ("--home", homes / "hub", "--headoffice")
    assert run("bundle", "export", *desk, "--out", file).stdout == (
        f"{file} holds 2 entries for the head office. They count as sent once its answer is imported here.\n"
    )
    shown = said("bundle", "show", file)
    assert re.match(
        r"From desk BN03 of office 1 \(device \d+\) for the head office, written [\d/]{10} \d\d:\d\d\.\n"
        r"Mark of the head office's key: [0-9a-f]{16}\n",
        shown,
    )
    assert run("bundle", "import", file, *hub).stdout == (
        "The file of desk BN03 is at the head office: 2 entries are new there, 0 were there already.\n"
        f"The answer is {answer}: import it at desk BN03.\n"
    )
    assert told("bundle", "import", file, *hub, "--out", homes / "again.daumoi-bundle") == {
        "kind": "request", "entries": 2, "new": 0, "known": 2, "desks": ["BN03"], "more": False, "scans": 0,
        "scans_left": 0, "answer": str(homes / "again.daumoi-bundle"),
    }  # fmt: skip
    assert told("bundle", "show", answer)["kind"] == "answer"
    assert "From the head office for desk BN03" in said("bundle", "show", answer)
    assert run("bundle", "import", answer, *desk).stdout == (
        "The head office's answer is taken: 0 entries are new, 0 were here already; 0 of this desk are not "
        "sent yet.\n"
    )
    assert told("bundle", "export", *desk, "--out", file)["entries"] == 0
    assert told("verify", *desk)["good"] is True
    assert told("verify", *hub)["good"] is True


def test_another_desk_carries_it(homes: Path) -> None:
    file = homes / "BN04.daumoi-bundle"
    said("bundle", "export", "--home", homes / "BN04", "--out", file)
    offline = refused("bundle", "carry", file, "--home", homes / "BN03")
    assert offline.startswith("The head office cannot be reached")
    with served(homes / "hub") as url:
        said("sync", "--home", homes / "BN03", "--once", "--url", url)
        carried = told("bundle", "carry", file, "--home", homes / "BN03")
        assert (carried["kind"], carried["new"], carried["desks"]) == ("carried", 2, ["BN04"])
        out = homes / "again.daumoi-bundle"
        again = said("bundle", "import", file, "--home", homes / "BN03", "--out", out)
        assert again.startswith(
            "The file of desk BN04 is at the head office: 0 entries are new there, 2 were there already.\n"
        )
    answer = homes / "BN04-answer.daumoi-bundle"
    assert told("bundle", "import", answer, "--home", homes / "BN04")["kind"] == "answer"
    assert told("bundle", "export", "--home", homes / "BN04", "--out", file)["entries"] == 0


def test_what_is_refused(homes: Path) -> None:
    file = homes / "BN03.daumoi-bundle"
    desk, hub = ("--home", homes / "BN03"), ("--home", homes / "hub", "--headoffice")
    said("bundle", "export", *desk, "--out", file)
    assert refused("bundle", "import", file, *desk) == (
        f"{file} is for the head office and cannot be read here. Import it at the head office, or at another "
        "desk that has a connection."
    )
    assert refused("bundle", "import", file, *desk, language="vi") == (
        f"{file} là tệp gửi công ty, không đọc được ở đây. Nhập tệp này tại công ty, hoặc tại một quầy khác "
        "đang có kết nối."
    )
    half = homes / "half.daumoi-bundle"
    half.write_bytes(file.read_bytes()[:-9])
    assert refused("bundle", "show", half).startswith(f"{half} is only a part of the file")
    assert refused("bundle", "import", half, *hub).startswith(f"{half} is only a part of the file")
    half.write_text("Kính gửi công ty", "utf-8")
    assert refused("bundle", "show", half).startswith(f"{half} does not carry data of this program.")
    assert refused("bundle", "show", homes / "gone").startswith(f"There is no file {homes / 'gone'}.")
    assert refused("bundle", "import", file, "--home", homes / "BN04", "--headoffice").startswith(
        "There is no head office in "
    )
    assert refused("bundle", "export", *desk, "--out", homes / "no" / "x").startswith("The folder of ")
    said("bundle", "import", file, *hub)
    answer = homes / "BN03-answer.daumoi-bundle"
    assert refused("bundle", "import", answer, "--home", homes / "BN04") == (
        f"{answer} is the head office's answer for desk BN03. Import it at that desk."
    )


@pytest.mark.parametrize("company", ["postgresql"], indirect=True)
def test_a_head_office_over_postgresql(company: Company, desktop: Desktop) -> None:
    """Beside another program that serves the same database."""
    act(desktop, "A1")
    file = company.folder / "BN03.daumoi-bundle"
    desktop.export_bundle(file)
    hub = ("--headoffice", "--home", company.home, "--database", company.url)
    taken = told("bundle", "import", file, *hub)
    assert (taken["entries"], taken["new"]) == (1, 1)
    assert desktop.import_bundle(company.folder / "BN03-answer.daumoi-bundle").kind == "answer"
    assert desktop.client.unsent() == 0
    company.sync()
