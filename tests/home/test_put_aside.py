"""What was not sent lies in a file that was put aside: `restore --journal FILE` brings it back, whatever the
desk and the head office have done meanwhile."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.bootstrap import OFFICE_DATABASE
from app.domain.errors import AppError
from app.home.encryption import decrypt_desk, encrypt_desk
from app.home.recovery import Backups
from app.models import sqlite
from app.sync import rescue
from app.sync.at_rest import choice_of
from app.sync.journal import keep_seal
from app.sync.verify import verify
from tests.headoffice.agreeing import assert_agreed, at_the_hub
from tests.headoffice.test_encrypted_recovery import asked
from tests.headoffice.test_encryption import enrolled, keys
from tests.home.test_recovery import Place, ask, place, torn
from tests.offices import START, Company
from tests.programs import refused, run, told

__all__ = ["keys", "place"]

EVERYTHING = ["A sent", "B unsent when kept", "C sent later", "D unsent"]


def at_hub(company: Company) -> list[str]:
    return [words for (words,) in at_the_hub(company, "SELECT words FROM request ORDER BY words")]


def entries_of(database: Path, torn: bool = False) -> list[tuple[object, ...]]:
    if torn:
        return []
    with closing(sqlite.reading(database)) as there:
        return list(there.execute("SELECT device, number, hash FROM entry"))


def restored(place: Place) -> Path:
    """The newest backup is brought back; where what was there is kept."""
    place.shut()
    aside = place.backups.restore(place.backups.here()[0].path).aside
    assert aside is not None
    return aside


def settled(place: Place, wanted: list[str]) -> None:
    """Everybody agrees, each act once, and the data is what its journal says."""
    place.open()
    for _ in range(3):
        place.company.sync()
    assert_agreed(place.company)
    assert asked(place.database) == wanted == at_hub(place.company)
    assert place.desktop.client.unsent() == 0
    home = place.desktop.home
    place.shut()
    assert verify(home / OFFICE_DATABASE, START).good


def nothing(place: Place, aside: Path) -> list[str]:
    return []


def worked(place: Place, aside: Path) -> list[str]:
    """Somebody worked on: under the same numbers as in the file that was put aside."""
    place.open()
    ask(place.desktop, "E after")
    ask(place.desktop, "F after")
    place.shut()
    return ["E after", "F after"]


def reconciled(place: Place, aside: Path) -> list[str]:
    """Somebody worked on, and the desk goes on under another name since the head office was reached."""
    more = worked(place, aside)
    place.open()
    place.company.sync()
    assert place.desktop.identity.desk == "BN03B"
    ask(place.desktop, "G later")
    place.shut()
    return [*more, "G later"]


def twice(place: Place, aside: Path) -> list[str]:
    """It was brought back before: nothing counts twice."""
    more = worked(place, aside)
    assert place.backups.rebuild(beside=aside).rescued
    place.open()
    place.company.sync()
    place.company.sync()
    place.shut()
    return more


def damaged(place: Place, aside: Path) -> list[str]:
    """The present one is damaged, and so is what was put aside."""
    more = worked(place, aside)
    torn(place.database, "request")
    torn(aside, "request")
    return more


@pytest.mark.parametrize("meanwhile", [nothing, worked, reconciled, twice, damaged])
def test_what_was_put_aside_comes_back(place: Place, meanwhile: Callable[[Place, Path], list[str]]) -> None:
    aside = restored(place)
    more = meanwhile(place, aside)
    before, entries = aside.read_bytes(), set(entries_of(place.database, meanwhile is damaged))
    rescued = place.backups.rebuild(beside=aside).rescued
    assert rescued is not None
    assert rescued.missing == 0
    assert (rescued.brought > 0) == (meanwhile is not twice)
    assert asked(place.database) == sorted({*EVERYTHING, *more})
    assert aside.read_bytes() == before
    assert entries <= set(entries_of(place.database))  # its own keep their numbers
    assert not list(place.desktop.home.glob("*.part*"))
    settled(place, sorted({*EVERYTHING, *more}))


def test_a_seal_goes_with_the_entry_that_it_is_of(place: Place, tmp_path: Path) -> None:
    aside = restored(place)
    worked(place, aside)
    number = 3  # of "C sent later" there, of "E after" here
    office, device = place.desktop.office_no, place.desktop.identity.device
    with closing(sqlite.connect(aside, None)) as there:
        keep_seal(there.cursor(), office, device, number, b"of C")
    rescue.rebuild([place.database, aside], tmp_path / "made.db", START)
    with closing(sqlite.reading(tmp_path / "made.db")) as made:
        where = "WHERE office_no = ? AND device = ? AND number = ?", (office, device, number)
        assert made.execute(f"SELECT * FROM seal {where[0]}", where[1]).fetchall() == []
        assert made.execute(f"SELECT signature FROM orphan {where[0]}", where[1]).fetchall() == [(b"of C",)]


def test_two_that_were_put_aside_and_parted_come_back(place: Place) -> None:
    first = restored(place)
    worked(place, first)
    place.company.clock.advance(timedelta(minutes=1))
    place.open()
    second = restored(place)
    assert first != second
    for aside in (first, second):
        place.backups.rebuild(beside=aside)
    settled(place, sorted([*EVERYTHING, "E after", "F after"]))


def test_by_the_commands_alone(place: Place) -> None:
    place.shut()
    spaced = place.desktop.home.rename(place.desktop.home.with_name("Quầy ba"))  # as people's folders are
    place.desktop.home, place.backups = spaced, Backups(spaced, place.company.clock)
    home = ("--home", spaced)
    newest = place.backups.here()[0]
    said = run("restore", "--newest", *home).stdout
    assert said.startswith(f"Taken: the backup of {newest.made:%d/%m/%Y %H:%M}, desk BN03, {newest.path}.\n")
    found = re.search(r"What was not sent before, if anything, lies in it\..* daumoi (restore .*)\n", said)
    assert found, said
    assert asked(place.database) == EVERYTHING[:2]
    again = run(*shlex.split(found[1])).stdout
    assert "Of these not in the data that was here" in again
    assert "What was not sent before, if anything, lies in it" not in again  # it was read
    settled(place, EVERYTHING)
    assert told("restore", newest.path, *home)["source"] == str(newest.path)


def test_a_backup_is_read_beside_the_present_data_too(place: Place, tmp_path: Path) -> None:
    """One that was made before an older one was brought back."""
    older = place.backups.here()[0].path
    place.company.clock.advance(timedelta(days=1))
    taken = place.backups.make(folder=tmp_path).backup.path
    place.shut()
    place.backups.restore(older)
    for aside in place.desktop.home.glob("office-replaced-*"):
        aside.unlink()
    place.backups.rebuild(beside=taken)
    settled(place, EVERYTHING)


def test_what_is_none_of_this_desk_is_refused_and_all_is_as_it_was(place: Place, tmp_path: Path) -> None:
    stranger = Company(tmp_path / "stranger")
    other = stranger.desk("BN03")
    ask(other, "Z of another company")
    theirs = stranger.shut(other) / OFFICE_DATABASE
    stranger.close()
    place.shut()
    text, none = tmp_path / "text.db", tmp_path / "none.db"
    text.write_text("nothing" * 1000)
    before = {p: p.read_bytes() for p in place.desktop.home.rglob("*") if p.is_file()}
    for path, code in (
        (theirs, "backup.other_office"), (text, "database.unreadable"), (none, "file.not_found"),
    ):  # fmt: skip
        with pytest.raises(AppError) as caught:
            place.backups.rebuild(beside=path)
        assert (caught.value.code, caught.value.params["path"]) == (code, str(path))
    assert {p: p.read_bytes() for p in place.desktop.home.rglob("*") if p.is_file()} == before


def test_encrypted_or_not_the_desk_stays_as_it_is(company: Company, keys: Path) -> None:
    home = enrolled(company, "BN03", encrypted=False)
    desktop = company.opened(home)
    ask(desktop, "A kept")
    kept = Backups(home, company.clock)
    taken = kept.make().backup.path
    ask(desktop, "B unsent")
    company.shut(desktop)
    plain = kept.restore(taken).aside
    assert plain is not None
    shutil.copy(plain, plain := home / "plain.db")
    encrypt_desk(home, company.clock, company.transport)
    kept.rebuild(beside=plain)
    key = sqlite.key_of(home / OFFICE_DATABASE)
    assert key is not None
    with (home / OFFICE_DATABASE).open("rb+") as file:
        file.write(b"\xa5" * 4096)  # it does not even tell that it is encrypted
    kept.rebuild(beside=plain)
    assert sqlite.key_of(home / OFFICE_DATABASE) == key
    company.shut(company.opened(home))
    company.clock.advance(timedelta(minutes=1))
    secret = kept.restore(taken).aside
    assert secret is not None
    assert sqlite.key_of(secret) == key
    decrypt_desk(home)
    kept.rebuild(beside=secret)
    assert (sqlite.key_of(home / OFFICE_DATABASE), choice_of(home)) == (None, None)
    assert asked(home / OFFICE_DATABASE) == ["A kept", "B unsent"]
    shutil.rmtree(keys)
    said = refused("restore", "--journal", secret, "--home", home)
    assert said.startswith(f"The data in {secret} is encrypted")


def test_the_help_names_the_best_way_first() -> None:
    said = run("restore", "--help").stdout
    assert said.index("daumoi restore --journal\n") < said.index("daumoi restore --newest")
    assert "The first way is the best" in said
    assert "Cách đầu tiên là tốt nhất" in run("restore", "--help", language="vi").stdout
