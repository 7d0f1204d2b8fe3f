"""Backups of the head office's own data: made while it serves, put back on this PC or another; what desks
have sent since then they give again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import cli
from app.bootstrap import HUB_DATABASE, HUB_KEY, OFFICE_DATABASE, Desktop, hub_alone
from app.domain.clock import SteppingClock
from app.domain.errors import AppError
from app.home.first_start import found_here
from app.home.hub_recovery import HubBackups, Keeper, key_in
from app.home.recovery import Backups
from app.models.copies import before_upgrade, copy_database
from app.models.database import note_damage
from app.words import tr
from tests.headoffice.agreeing import assert_agreed, at_the_hub
from tests.home.test_recovery import ask, torn
from tests.offices import START, Company


@pytest.fixture
def english() -> Iterator[None]:
    before = tr.language
    tr.use("en")
    yield
    tr.use(before)


def refusal(company: Company, *given: object) -> str:
    with pytest.raises(AppError) as caught:
        HubBackups(company.home, company.clock).restore(*given)  # type: ignore[arg-type]
    return caught.value.code


def words(company: Company) -> list[str]:
    return [text for (text,) in at_the_hub(company, "SELECT words FROM request ORDER BY words")]


def cut_off(company: Company) -> None:
    """The head office's PC is gone with all that lay on it."""
    company.headoffice.close()
    shutil.rmtree(company.home)


@pytest.mark.parametrize("where", ["this PC", "another PC"])
def test_yesterdays_head_office_is_given_again_what_desks_have_sent_since(
    company: Company, desktop: Desktop, tmp_path: Path, where: str
) -> None:
    other = company.desk("BN04")
    ask(desktop, "A yesterday")
    company.sync()
    stick, safe = tmp_path / "stick", tmp_path / "safe.txt"
    stick.mkdir()
    backups = HubBackups(company.home, company.clock)
    backups.choose_place(stick)
    kept = backups.make()
    assert kept.second is not None
    key = (company.home / HUB_KEY).read_bytes()
    assert cli.main(["headoffice", "key", "--home", str(company.home), "--out", str(safe)]) == 0
    company.clock.advance(timedelta(days=1))
    ask(desktop, "B sent")
    ask(other, "C sent by the other")
    company.sync()
    late = company.desk("BN05")  # the head office will not know it
    ask(late, "D of a new desk")
    late.client.once()
    ask(desktop, "E unsent")
    if where == "another PC":
        cut_off(company)
        assert refusal(company, kept.second) == "headoffice.key_missing"
        assert not (company.home / HUB_DATABASE).exists()
        backups.restore(kept.second, key_in(safe))
        assert (company.home / HUB_KEY).read_bytes() == key
    else:
        company.headoffice.close()
        recovered = backups.restore(backups.here()[0].path)
        assert recovered.aside is not None
    company.headoffice = company._opened()
    assert words(company) == ["A yesterday"]
    assert_agreed(company)
    assert words(company) == ["A yesterday", "B sent", "C sent by the other", "D of a new desk", "E unsent"]
    assert [desk.client.renamed for desk in company.desks] == ["", "", ""]


def test_its_key_is_in_no_backup(company: Company) -> None:
    backups = HubBackups(company.home, company.clock)
    path = backups.make().backup.path
    key = (company.home / HUB_KEY).read_bytes()
    company.headoffice.close()
    backups.restore(path)
    assert key not in path.read_bytes()
    assert key not in (company.home / HUB_DATABASE).read_bytes()
    company.headoffice = company._opened()


def test_while_it_serves_the_backup_of_the_day_is_made_and_nothing_is_put_back(company: Company) -> None:
    backups = HubBackups(company.home, company.clock)
    told: list[object] = []
    made = threading.Event()

    def note(what: object) -> None:
        told.append(what)
        made.set()

    with hub_alone(company.home):
        with Keeper(backups, note):
            assert made.wait(20)
        assert len(told) == 1
        assert len(backups.here()) == 1
        assert not backups.due()
        path = backups.here()[0].path
        assert refusal(company, path) == "headoffice.in_use"  # it serves
    assert refusal(company, path) == "headoffice.in_use"  # somebody has it open
    assert cli.main(["headoffice", "restore", "--newest", "--home", str(company.home)]) == 2


def test_what_is_none_of_its_backups_is_refused_and_all_is_as_it_was(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    desktop.client.once()
    backups = HubBackups(company.home, company.clock)
    mine, desks = backups.make().backup.path, Backups(desktop.home, company.clock).make().backup.path
    plain = tmp_path / "desk.db"
    copy_database(desktop.database.write, plain)
    copy = before_upgrade(company.home / HUB_DATABASE, "0002", START)
    copy_database(company.headoffice.database.write, copy)  # type: ignore[attr-defined]
    other = Company(tmp_path / "other")
    other.headoffice.close()
    company.headoffice.close()
    key, size = (company.home / HUB_KEY).read_bytes(), (company.home / HUB_DATABASE).stat().st_size
    assert refusal(company, desks) == "headoffice.not_its_backup"
    assert refusal(company, plain) == "headoffice.not_its_backup"
    assert refusal(company, mine, key_in(other.home / HUB_KEY)) == "headoffice.other_key"
    shutil.copy(mine, other.home / mine.name)
    assert refusal(other, other.home / mine.name) == "headoffice.not_its_backup"
    assert (company.home / HUB_KEY).read_bytes() == key
    assert (company.home / HUB_DATABASE).stat().st_size == size
    assert not list(company.home.glob("headoffice*.restored"))
    company.shut(desktop)
    with pytest.raises(AppError) as caught:  # nor is it a desk's
        Backups(desktop.home, company.clock).restore(mine)
    assert caught.value.code == "backup.other_office"
    backups.check(copy)
    backups.restore(copy)
    company.headoffice = company._opened()


@pytest.mark.parametrize("how", ["damaged", "lost", "cut off while it was put back"])
def test_what_has_befallen_its_data_is_said_with_the_way_out(
    company: Company, capsys: pytest.CaptureFixture[str], english: None, how: str
) -> None:
    backups = HubBackups(company.home, company.clock)
    database = company.home / HUB_DATABASE
    path = backups.make().backup.path
    company.headoffice.close()
    if how == "damaged":
        torn(database, "tariff")
        note_damage(database)
    elif how == "lost":
        database.unlink()
    else:
        aside = backups.restore(path).aside
        assert aside is not None
        database.replace(database.with_name("headoffice.db.restored"))
        note = database.with_name("headoffice.restore.json")
        note.write_text('{"aside": "headoffice-replaced-again.db"}')
        company.headoffice = company._opened()
        assert not note.exists()
        return
    status = ["--language", "en", "headoffice", "status", "--home", str(company.home)]
    assert cli.main(status) == 2
    assert "daumoi headoffice restore --newest" in capsys.readouterr().err
    assert database.exists() == (how == "damaged")
    assert cli.main(["headoffice", "restore", "--newest", "--home", str(company.home)]) == 0
    assert cli.main(status) == 0
    assert "headoffice key" in capsys.readouterr().out
    company.headoffice = company._opened()


def test_a_head_office_beside_its_desk_is_kept_with_it(tmp_path: Path) -> None:
    answers = {
        "utility": "Trạm cấp nước Lim", "kind": "water", "currency": "VND", "zone": "Asia/Ho_Chi_Minh",
        "language": "vi", "tariff_set": "tra_vinh_water", "office": "Lim", "address": "Lim", "phone": "1",
        "desk": "LM01", "admin_name": "Mai", "admin_login": "mai", "admin_password": "mat-khau-thu",
    }  # fmt: skip
    clock = SteppingClock(START, step=timedelta(milliseconds=3))
    found_here(tmp_path, clock, answers)
    backups, hub = Backups(tmp_path, clock), HubBackups(tmp_path, clock)
    assert backups.due()
    backups.make()
    assert ([b.heading.desk for b in backups.here() if b.heading], len(hub.here())) == (["LM01"], 1)
    assert not backups.due()
    hub.here()[0].path.unlink()
    assert backups.due()
    backups.make()
    (tmp_path / HUB_DATABASE).unlink()
    with pytest.raises(AppError) as caught:
        Desktop(tmp_path, clock)
    assert caught.value.code == "headoffice.lost"
    hub.restore(hub.here()[0].path)
    Desktop(tmp_path, clock).close()
    assert (tmp_path / OFFICE_DATABASE).exists()


def test_over_postgresql_the_servers_own_backup_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["backup"], ["restore", "--newest"]):
        where = ["--home", str(tmp_path), "--database", "postgresql://daumoi@10.0.0.6/daumoi"]
        assert cli.main(["--language", "en", "headoffice", *command, *where]) == 2
        assert "pg_dump" in capsys.readouterr().err
