"""What commands say of keys and copies: what is there, what was not done, what to do next."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from app.bootstrap import HUB_DATABASE, HUB_KEY, OFFICE_DATABASE
from app.domain.errors import AppError
from app.failures import last_sentence, sentence
from app.home.backups import Done
from app.home.encryption import encrypt_desk
from app.home.hub_recovery import HubBackups, Keeper, copy_key, key_in
from app.home.recovery import Backups
from app.models import sqlite
from app.models.copies import copy_database
from app.models.keys import new_key
from app.sync.at_rest import keep_key, shortened
from app.words import LANGUAGES, Words
from tests.headoffice.test_encryption import enrolled, keys, readable, with_work
from tests.home.test_recovery import ask, torn
from tests.offices import Company
from tests.programs import refused, run

__all__ = ["keys"]

ENGLISH = Words("en")


# -- encrypted data ---------------------------------------------------------------------------------------


def test_a_copy_that_cannot_be_encrypted_is_kept_until_all_is_accounted_for(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(home)
    with_work(desktop)
    ask(desktop, "A never sent")
    aside = home / "office-replaced-20261101-080000.db"
    copy_database(desktop.database.write, aside)
    company.shut(desktop)
    torn(aside, "request")
    broken = Backups(home, company.clock).make().backup.path
    broken.write_bytes(broken.read_bytes()[:-300] + bytes(300))
    monkeypatch.setattr("app.home.encryption.way_to", lambda *_: company.transport)
    said = run("encrypt", "--home", home).stdout
    assert "delete it only then" in said
    assert f"{aside}, a copy of this desk's data that was put aside" in said
    assert f'daumoi restore --journal "{aside}"' in said
    assert f"The backup {broken} could not be encrypted" in said
    for line in said.splitlines()[-2:]:
        assert "others can still read what is left in it" in line
        assert "eep it until" in line
    again = run("encrypt", "--home", home, language="vi").stdout
    assert "hãy xóa đi" not in again
    assert readable(home) == [aside.name]


def test_a_copy_under_a_lost_key_is_not_called_readable(company: Company, keys: Path) -> None:
    home = enrolled(company, "BN03")
    company.shut(company.opened(home))
    shutil.copy(home / OFFICE_DATABASE, aside := home / "office-replaced-20261101-080000.db")
    shutil.rmtree(keys)
    (home / OFFICE_DATABASE).unlink()
    key = new_key()
    keep_key(key)
    Backups(home, company.clock).fetch(company.transport)
    with pytest.raises(AppError) as caught:
        sqlite.key_of(aside)
    assert caught.value.code == "database.no_key"
    assert encrypt_desk(home, company.clock, company.transport) == []


def test_after_decrypting_what_stays_encrypted_is_said(company: Company) -> None:
    home = enrolled(company, "BN03")
    company.shut(company.opened(home))
    first = run("decrypt", "--home", home).stdout
    assert "Backups and copies that were put aside while it was encrypted stay encrypted" in first
    assert "keeps the key" in first
    again = run("decrypt", "--home", home).stdout
    assert again == "The data of this desk is not encrypted, so there was nothing to do.\n"


def test_the_marks_of_the_keys_that_are_held_are_told(company: Company) -> None:
    home = enrolled(company, "BN03")
    company.shut(company.opened(home))
    (held,) = company.headoffice.escrow(company.office_no, "BN03")
    company.headoffice.close()
    escrow = ("headoffice", "escrow", "--home", company.home, "--office", company.office_no, "--desk")
    other = "0000 0000" if not held.key.mark.startswith("0000") else "1111 1111"
    said = refused(*escrow, "BN03", "--mark", other)
    assert said.startswith(f"The head office does not hold the key of desk BN03 with the mark {other}.")
    assert shortened(held.key.mark) in said
    assert refused(*escrow, "BN04").startswith("The head office holds no key of desk BN04.")
    assert run(*escrow, "BN03", "--mark", shortened(held.key.mark)).stdout.startswith("Desk BN03, key ")
    company.headoffice = company._opened()


def test_a_file_without_its_key_is_named_as_it_was_given(
    company: Company, keys: Path, tmp_path: Path
) -> None:
    home = enrolled(company, "BN03")
    desktop = company.opened(home)
    copy = tmp_path / "copy.db"
    copy_database(desktop.database.write, copy)
    company.shut(desktop)
    backup = Backups(home, company.clock).make().backup.path
    shutil.rmtree(keys)
    for file in (copy, backup):
        assert refused("restore", file, "--home", home).startswith(f"The data in {file} is encrypted")


# -- damage at the head office ----------------------------------------------------------------------------


def test_damage_at_the_head_office_names_its_own_command(company: Company) -> None:
    HubBackups(company.home, company.clock).make()
    company.headoffice.close()
    torn(company.home / HUB_DATABASE, "tariff")
    told: list[Done | AppError] = []
    backups = HubBackups(company.home, company.clock)
    backups.here()[0].path.unlink()
    heard = threading.Event()

    def hear(what: Done | AppError) -> None:
        told.append(what)
        heard.set()

    with Keeper(backups, hear):  # makes the daily one
        assert heard.wait(20)
    assert isinstance(told[0], AppError)
    daily = sentence(told[0], ENGLISH)
    home = ("--home", company.home)
    for said in (daily, refused("headoffice", "backup", *home), refused("verify", "--headoffice", *home)):
        assert said.startswith(f"The head office's data {company.home / HUB_DATABASE} is damaged.")
        assert "daumoi headoffice restore --newest" in said
    (company.home / HUB_DATABASE).write_bytes(b"SQLite format 3\0" + b"rubbish" * 1000)
    for said in (refused("headoffice", "backup", *home), refused("verify", "--headoffice", *home)):
        assert "daumoi headoffice restore --newest" in said


def test_a_lost_key_has_its_own_sentence_and_is_put_back_from_its_copy(
    company: Company, tmp_path: Path
) -> None:
    safe, other = tmp_path / "safe.txt", tmp_path / "other.txt"
    copy_key(company.home, company.clock, safe)
    stranger = Company(tmp_path / "stranger")
    copy_key(stranger.home, stranger.clock, other)
    stranger.close()
    company.headoffice.close()
    key, home = company.home / HUB_KEY, ("--home", company.home)
    whole = key.read_bytes()
    put = ("headoffice", "key", "--put")
    assert run(*put, safe, *home).stdout == "The head office's key is there, so there was nothing to do.\n"
    for spoil in (None, b"damaged"):
        key.unlink()
        if spoil is not None:
            key.write_bytes(spoil)
        for command in ("status", "backup", "key"):
            said = refused("headoffice", command, *home)
            assert said.startswith(f"The head office's key {key} is missing or damaged")
            assert "headoffice key --put" in said
            assert "--key-file" in said
            assert "nrol" not in said
            assert "đăng ký" not in refused("headoffice", command, *home, language="vi")
        assert refused(*put, other, *home).startswith("This key is not that of the head office in ")
        assert (key.read_bytes() if key.exists() else None) == spoil
        assert run(*put, safe, *home).stdout == "The head office's key is back; desks believe it again.\n"
        assert key.read_bytes() == whole
        kept = [path.read_bytes() for path in company.home.glob(f"{HUB_KEY}.*")]
        assert kept == ([] if spoil is None else [spoil])
    assert "no head office" in refused(*put, safe, "--home", tmp_path / "nowhere")
    company.headoffice = company._opened()
    company.desk("BN05").client.once()


def test_the_copy_of_the_key_says_what_it_is_and_is_not_overwritten_unasked(
    company: Company, tmp_path: Path
) -> None:
    safe, home = tmp_path / "headoffice.txt", ("--home", company.home)
    company.headoffice.close()
    copy = ("headoffice", "key", *home, "--out", safe)
    run(*copy, language="vi")
    about, words = safe.read_text("utf-8").splitlines()
    assert about.startswith("# Đầu Mối: khóa của công ty (Công ty Cấp nước Thử Nghiệm), sao ngày ")
    assert run("headoffice", "key", *home).stdout.splitlines()[0] == words
    whole = (company.home / HUB_KEY).read_bytes()
    for text in (f"{about}\n{words}\n", f"\ufeff{about}\r\n{words}\r\n", words.lower()):
        safe.write_text(text, "utf-8", newline="")
        assert key_in(safe).private_bytes_raw() == whole
    safe.write_text("of another head office", "utf-8")
    assert refused(*copy).startswith(f"{safe} is there already")
    assert safe.read_text("utf-8") == "of another head office"
    run(*copy, "--overwrite")
    assert key_in(safe).private_bytes_raw() == whole
    company.headoffice = company._opened()


def test_the_list_of_the_head_offices_backups_names_no_desk(company: Company) -> None:
    HubBackups(company.home, company.clock).make()
    said = run("headoffice", "backup", "--list", "--home", company.home, language="vi").stdout
    assert " · công ty · " in said
    assert "quầy" not in said


def test_a_damaged_key_gives_way_to_its_copy_when_the_data_is_brought_back(
    company: Company, tmp_path: Path
) -> None:
    safe = tmp_path / "safe.txt"
    copy_key(company.home, company.clock, safe)
    HubBackups(company.home, company.clock).make()
    company.headoffice.close()
    whole = (company.home / HUB_KEY).read_bytes()
    (company.home / HUB_KEY).write_bytes(b"damaged")
    back = ("headoffice", "restore", "--newest", "--home", company.home)
    assert "--key-file" in refused(*back)
    run(*back, "--key-file", safe)
    assert (company.home / HUB_KEY).read_bytes() == whole
    company.headoffice = company._opened()


# -- commands that stop -----------------------------------------------------------------------------------


def test_a_start_file_without_its_code_says_so(company: Company) -> None:
    invitation = company.headoffice.enrolment(1, "BN07", "Quầy 7", "http://10.0.0.5:8765")
    file = company.folder / "BN07.daumoi-start"
    company.headoffice.start_file(invitation, file)
    said = refused("enrol", file, "--home", company.folder / "BN07")
    assert said.endswith(f'daumoi enrol "{file}" --code CODE.')
    assert "opens only with the code" in said
    assert run("enrol", file, "--code", invitation.code, "--home", company.folder / "BN07").stdout
    empty = company.folder / "empty.daumoi-start"
    empty.write_text("x")
    assert "is not an enrolment file" in refused("enrol", empty, "--home", company.folder / "BN08")


def test_a_pc_that_is_a_desk_says_so_before_anybody_is_asked(company: Company) -> None:
    desktop = company.desk("BN03")
    home = company.shut(desktop)
    nobody = ("--url", "http://127.0.0.1:9")  # there nothing answers
    assert "is desk BN03 already" in refused("enrol", "K7QM-2XRD-9T4H-VB3C", *nobody, "--home", home)
    assert "is desk BN03 already" in refused("enrol", "no-code", *nobody, "--home", home)
    assert "is desk BN03 already" in refused("enrol", home / "no-file", "--home", home)


def test_a_home_without_a_desk_names_the_command(tmp_path: Path) -> None:
    for command in (("sync", "--once"), ("backup",), ("restore", "--newest")):
        said = refused(*command, "--home", tmp_path / "none")
        assert "daumoi enrol FILE, or daumoi enrol CODE --url ADDRESS" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_command_that_stops_says_that_work_goes_on(company: Company, language: str) -> None:
    home = company.shut(company.desk("BN03"))  # its head office answers nowhere
    commands: tuple[tuple[object, ...], ...] = (
        ("sync", "--once", "--home", home),
        ("encrypt", "--home", home),
        ("restore", "--headoffice", "--home", home),
        ("verify", "--against-hub", "--home", home),
        ("enrol", "K7QM-2XRD-9T4H-VB3C", "--url", "127.0.0.1:9", "--home", company.folder / "new"),
    )
    for command in commands:
        said = run(*command, expect=2, language=language).stderr
        for words in ("ork goes on", "ông việc vẫn tiếp tục", "cứ làm việc"):
            assert words not in said, (command, said)
    tr = Words(language)
    for code in ("sync.offline", "sync.busy", "sync.hub_trouble", "sync.rows_differ"):
        error = AppError(code, url="http://hub", proxy="http://proxy")
        assert last_sentence(error, tr) != sentence(error, tr)
        told = last_sentence(error, tr)
        assert not [w for w in ("ork goes on", "vẫn tiếp tục", "cứ làm việc") if w in told]
