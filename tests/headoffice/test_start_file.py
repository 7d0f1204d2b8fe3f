"""A desk without a line begins by one file and a code; a stick that is lost, torn or old does no harm."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.home import first_start
from app.home.first_start import begin_by_file, bring_data
from app.sync import start_file
from app.sync.enrolment import identity_of
from app.sync.transport import DirectTransport
from tests.offices import Company
from tests.sync.test_journal import names, save_customers


def no_line(path: str, data: bytes) -> bytes:
    raise AppError("sync.offline", url="")


@pytest.fixture
def made(company: Company) -> tuple[Path, str]:
    """A start file for desk BN07 of an office with a customer, and its code."""
    desk = company.desk("BN03")
    save_customers(desk, "BN-0001")
    desk.client.once()
    enrolment = company.headoffice.enrolment(1, "BN07", "Quầy 7", "http://10.0.0.5:8765")
    file = company.folder / "BN07.daumoi-start"
    company.headoffice.start_file(enrolment, file)
    return file, enrolment.code


def test_a_desk_begins_and_works_without_a_line(company: Company, made: tuple[Path, str]) -> None:
    home, nowhere = company.folder / "BN07", DirectTransport(no_line)
    begin_by_file(home, made[0], made[1].lower())
    bring_data(home, company.clock, nowhere, lambda progress: None)
    with closing(Desktop(home, company.clock, nowhere)) as desk:
        assert list(names(desk)) == ["BN-0001"]
        save_customers(desk, "BN-0002")
        desk.export_bundle(company.folder / "out.daumoi-bundle")
        answer = company.headoffice.import_bundle(company.folder / "out.daumoi-bundle").answer
        assert answer is not None
        desk.import_bundle(answer)
        assert desk.client.unsent() == 0


def test_what_was_cut_short_begins_again_by_the_same_file(
    company: Company, made: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, nowhere = company.folder / "BN07", DirectTransport(no_line)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(first_start, "be", cut)
        with pytest.raises(KeyboardInterrupt):
            begin_by_file(home, *made)
    assert identity_of(home) is None
    begin_by_file(home, *made)
    with closing(Desktop(home, company.clock, nowhere)) as desk:
        assert list(names(desk)) == ["BN-0001"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: data[:-1], "start.torn"),
        (lambda data: data[: len(data) // 2], "start.torn"),
        (lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], "start.torn"),
        (lambda data: b"PK" + data, "start.no_file"),
        (lambda data: b"", "start.no_file"),
    ],
)
def test_a_spoilt_file_makes_no_desk(
    company: Company, made: tuple[Path, str], spoil: Callable[[bytes], bytes], code: str
) -> None:
    file, home = made[0], company.folder / "BN07"
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(AppError) as refused:
        begin_by_file(home, *made)
    assert (refused.value.code, identity_of(home)) == (code, None)


def test_only_its_code_opens_it_and_only_its_release(
    company: Company, made: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, home = made[0], company.folder / "BN07"
    assert b"BN-0001" not in file.read_bytes()
    with pytest.raises(AppError, match=r"start\.wrong_code"):
        begin_by_file(home, file, "0000-0000-0000-0000")
    with pytest.raises(AppError, match=r"start\.not_encrypted"):
        begin_by_file(home, *made, encrypted=True)
    monkeypatch.setattr(start_file, "SCHEMA", start_file.SCHEMA + 1)
    with pytest.raises(AppError, match=r"start\.other_release"):
        begin_by_file(home, *made)
    assert not home.exists()
