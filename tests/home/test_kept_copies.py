"""Copies of a desk's and a head office's data that somebody puts somewhere: nothing there is deleted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.failures import sentence
from app.home.backups import HomeBackups
from app.home.hub_recovery import HubBackups
from app.home.recovery import Backups
from app.words import Words
from tests.offices import Company
from tests.programs import refused, run

ENGLISH, VIETNAMESE = Words("en"), Words("vi")


@pytest.mark.parametrize("whose", ["desk", "head office"])
def test_a_copy_into_a_named_folder_deletes_nothing_there(
    company: Company, desktop: Desktop, tmp_path: Path, whose: str
) -> None:
    kept: HomeBackups = (
        Backups(desktop.home, company.clock) if whose == "desk" else HubBackups(company.home, company.clock)
    )
    name = "BN03" if whose == "desk" else "HQ0"
    stick = tmp_path / "stick"
    stick.mkdir()
    for other in (f"DauMoi-{name}-note.txt", f"DauMoi-{name}-20261101-080000.db", "photo.jpg"):
        (stick / other).write_text("of somebody")
    made = set()
    for _ in range(12):  # twelve of one day, then one a day
        company.clock.advance(timedelta(minutes=2))
        made.add(kept.make(folder=stick).backup.path)
    for _ in range(80):
        company.clock.advance(timedelta(days=1))
        before = set(stick.iterdir())
        made.add(kept.make(folder=stick).backup.path)
        assert before < set(stick.iterdir())
        if len(made) > 20:
            break
    company.clock.advance(-timedelta(days=2))  # a clock that is set back
    again = [kept.make(folder=stick).backup.path for _ in range(3)]
    assert len({*made, *again}) == len(made) + 3 == len(list(stick.glob("*.daumoi-backup")))
    assert len(list(stick.iterdir())) == len(made) + 6


def test_of_one_day_the_home_and_the_second_place_keep_the_newest(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    kept = Backups(desktop.home, company.clock)
    stick = tmp_path / "stick"
    stick.mkdir()
    kept.choose_place(stick)
    (kept.folder).mkdir(exist_ok=True)
    (kept.folder / "DauMoi-BN03-20261101-080000.db").write_text("cut short")
    for _ in range(3):
        company.clock.advance(timedelta(seconds=90))
        newest = kept.make().backup.path
    assert [b.path for b in kept.here()] == list(kept.folder.iterdir()) == [newest]
    assert [b.path.name for b in kept.there()] == [p.name for p in stick.iterdir()] == [newest.name]


def test_the_help_says_what_is_kept() -> None:
    for words in (("backup",), ("headoffice", "backup")):
        told = run(*words, "--help").stdout
        assert "of one day that is one" in told
        assert "nothing that lies there is deleted" in told
        assert "mỗi ngày chỉ giữ một bản" in run(*words, "--help", language="vi").stdout


def test_a_folder_that_is_not_there_is_not_called_a_backup_that_was_made(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    company.shut(desktop)
    missing = tmp_path / "missing"
    for way in ("--place", "--to"):
        for who in ((), ("headoffice",)):
            home = company.home if who else desktop.home
            told = refused(*who, "backup", way, missing, "--home", home)
            assert told.startswith(f"The folder {missing} is not there, so nothing was done.")
    kept = Backups(desktop.home, company.clock)
    assert kept.here() == []
    missing.mkdir()
    kept.choose_place(missing)
    missing.rmdir()
    trouble = kept.make().trouble  # the daily one: there it was made all the same
    assert trouble is not None
    assert "bản sao lưu trên máy này vẫn được ghi" in sentence(trouble, VIETNAMESE)
    with pytest.raises(AppError) as caught:
        kept.make(folder=missing)
    assert "máy này vẫn được ghi" not in sentence(caught.value, VIETNAMESE)
    assert "nothing was done" in sentence(caught.value, ENGLISH)
