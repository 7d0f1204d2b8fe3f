"""Updates in a home: taken whole from a stick or not at all, installed, stood, or gone back from; with real
files, real setups (shell scripts), and databases that are really migrated."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from app import cli
from app.domain.errors import AppError
from app.domain.trial import Trial
from app.domain.updates import signed
from app.logs import LOG, LOGS
from app.sync import restore, setups, update_folder
from app.sync.update_folder import Happened, State, UpdateFolder, publishers
from tests.updates import KEY, OTHER, PUBLIC, called, manifest_of, put, setup_of

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="setups of these tests are shell scripts")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def of(home: Path, running: str = "1.0.0") -> UpdateFolder:
    """The folder as a program of this version has it that has just been started."""
    return UpdateFolder(home, running, [PUBLIC])


def refusal(call: object, *values: object) -> str:
    with pytest.raises(AppError) as raised:
        call(*values)  # type: ignore[operator]
    return raised.value.code


def files(home: Path) -> set[str]:
    return {path.name for path in (home / "updates").glob("*")}


# -- from a stick -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["manifest", "setup", "folder"])
def test_a_stick_brings_an_update(home: Path, stick: Path, what: str) -> None:
    path = put(stick, "1.1.0")
    put(stick, "1.0.0")  # the one that runs comes along, to go back to
    given = {"manifest": path, "setup": stick / f"{path.stem}.run", "folder": stick}[what]
    steps: list[tuple[int, int]] = []
    folder = of(home)
    assert folder.take(given, lambda done, total: steps.append((done, total))).version == "1.1.0"
    assert steps[-1] == (len(setup_of("1.1.0")),) * 2
    ready = of(home).ready()
    assert ready is not None
    assert (ready.version, (home / "updates" / ready.setup_name).read_bytes()) == ("1.1.0", setup_of("1.1.0"))
    assert of(home).can_return() is (what == "folder")


def test_what_a_stick_brings_that_is_wrong_is_refused_and_nothing_is_left(home: Path, stick: Path) -> None:
    folder = of(home)
    assert refusal(folder.take, put(stick / "other", "1.1.0", key=OTHER)) == "update.not_signed"
    assert refusal(folder.take, put(stick / "old", "0.9.0")) == "update.not_newer"
    assert refusal(folder.take, put(stick / "same", "1.0.0")) == "update.not_newer"
    assert refusal(folder.take, put(stick / "far", "3.0.0", least="2.0.0")) == "update.step_missing"
    alone = put(stick / "alone", "1.1.0")
    alone.with_suffix(".run").unlink()
    assert refusal(folder.take, alone) == "update.no_setup"
    torn = put(stick / "torn", "1.1.0")
    torn.with_suffix(".run").write_bytes(setup_of("1.1.0")[:-1])
    assert refusal(folder.take, torn) == "update.damaged"
    swapped = put(stick / "swapped", "1.1.0")
    swapped.with_suffix(".run").write_bytes(setup_of("6.6.6"))  # as long, and another program
    assert refusal(folder.take, swapped) == "update.damaged"
    text = stick / "text.daumoi-update"
    text.write_text("<html>")
    assert refusal(folder.take, text) == "update.none"
    assert refusal(folder.take, stick / "nothing.daumoi-update") == "file.not_found"
    (stick / "empty").mkdir()
    assert refusal(folder.take, stick / "empty") == "update.none"
    assert files(home) == set()
    assert folder.ready() is None


def bytes_read() -> int:
    """By this process, from files, so far."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_a_setup_of_ten_gigabytes_is_not_even_read(home: Path, stick: Path) -> None:
    path = put(stick, "1.1.0")
    with path.with_suffix(".run").open("r+b") as file:
        file.truncate(10_000_000_000)  # sparse
    folder, before = of(home), bytes_read()
    assert refusal(folder.take, path) == "update.damaged"
    assert bytes_read() - before < 1_000_000
    assert files(home) == set()


def test_a_disk_without_room_says_so(home: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setups, "ROOM", 1 << 60)
    assert refusal(of(home).take, put(stick, "1.1.0")) == "disk.full"
    assert not files(home)


def test_an_old_manifest_shown_again_is_refused(home: Path, stick: Path) -> None:
    folder = of(home)
    folder.take(put(stick / "new", "1.2.0"))
    assert refusal(folder.take, put(stick / "between", "1.1.0")) == "update.replaced"
    assert [each.version for each in folder.setups.manifests()] == ["1.2.0"]


def test_what_lies_in_the_home_is_not_trusted_either(home: Path, stick: Path) -> None:
    folder = of(home)
    manifest = folder.take(put(stick, "1.1.0"))
    setup = folder.setups.setup(manifest)
    assert folder.ready() == manifest
    before = setup.stat()
    setup.write_bytes(setup_of("6.6.6"))
    os.utime(setup, ns=(before.st_atime_ns, before.st_mtime_ns))  # who means harm sets the time back, too
    assert refusal(folder.install, "0003") == "update.not_ready"
    assert folder.state.trial is None
    assert not (home / "called").exists()


def test_the_manifest_of_the_head_office_may_be_taken_back(home: Path, stick: Path) -> None:
    folder = of(home)
    manifest = manifest_of(setup_of("1.1.0"), "1.1.0")
    folder.offer(signed(manifest, KEY))
    folder.setups.setup(manifest).write_bytes(setup_of("1.1.0"))
    assert folder.ready() == manifest
    folder.nothing_offered()
    assert folder.ready() is None
    folder.take(put(stick, "1.1.0"))  # what people bring themselves stays
    folder.nothing_offered()
    assert folder.ready() == manifest


def test_what_is_of_no_use_any_more_goes(home: Path, stick: Path) -> None:
    folder = of(home)
    put(home / "updates", "0.9.0")
    put(home / "updates", "1.0.0")
    folder.take(put(stick, "1.1.0"))
    (home / "updates" / ("ab" * 32 + ".part")).write_bytes(b"half")
    folder.tidy()
    assert files(home) == {
        "state.json",
        *(f"Daumoi-Setup-{v}.{e}" for v in ("1.0.0", "1.1.0") for e in ("run", "daumoi-update")),
    }


def test_the_program_as_it_is_built_names_its_publishers() -> None:
    assert all(len(key) == 32 for key in publishers())


# -- installing and standing ------------------------------------------------------------------------------


def updated(home: Path, stick: Path, *, with_way_back: bool = True) -> None:
    """1.0.0 has given way to 1.1.0."""
    if with_way_back:
        put(stick, "1.0.0")
    put(stick, "1.1.0")
    folder = of(home)
    folder.take(stick)
    folder.install("0003")
    assert called(home) == ["1.1.0 /S /UPDATE"]


def test_the_setup_is_started_silently_and_the_new_version_says_so_once(home: Path, stick: Path) -> None:
    updated(home, stick)
    new = of(home, "1.1.0")
    assert new.begin(NOW) is False
    assert new.state.trial is not None
    assert new.state.trial.starts == 1
    new.has_stood()
    assert new.state == State("", "1.1.0", "1.1.0", (), None, Happened("updated", "1.0.0", "1.1.0"))
    assert files(home) == {
        "state.json", "starting.lock", "Daumoi-Setup-1.1.0.run", "Daumoi-Setup-1.1.0.daumoi-update"
    }  # fmt: skip
    new.tell_no_more()
    later = of(home, "1.1.0")
    assert later.begin(NOW) is False
    assert later.state.happened is None
    assert later.can_return()  # for the next one


def test_a_setup_that_cannot_be_started_leaves_all_as_it_was(home: Path, stick: Path) -> None:
    folder = of(home)
    put(stick, "1.1.0")
    bad = b"\x7fELF no program of this machine"
    manifest = manifest_of(bad, "1.2.0")
    (stick / manifest.setup_name).write_bytes(bad)
    (stick / manifest.manifest_name).write_bytes(signed(manifest, KEY))
    folder.take(stick)
    before = folder.state
    assert refusal(folder.install, "0003") == "update.not_started"
    assert folder.state == before


def test_the_old_version_that_starts_again_says_that_the_setup_did_not_work(home: Path, stick: Path) -> None:
    updated(home, stick)
    for _ in range(2):
        old = of(home)
        assert old.begin(NOW) is False
        assert old.state.happened == Happened("missed", "1.0.0", "1.1.0")
        old.has_stood()
    assert old.ready() is not None  # it can be tried again
    old.tell_no_more()
    assert of(home).begin(NOW) is False
    assert of(home).state.happened is None  # said once


# -- going back -------------------------------------------------------------------------------------------


def database(path: Path, rows: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as there:
        there.execute("PRAGMA journal_mode = WAL")
        there.execute("CREATE TABLE IF NOT EXISTS kept (row TEXT)")
        there.executemany("INSERT INTO kept VALUES (?)", [(row,) for row in rows])
        there.commit()


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as there:
        return [row for (row,) in there.execute("SELECT row FROM kept")]


def fails_to_start(home: Path, running: str = "1.1.0") -> UpdateFolder:
    """A program that is started and then cut off: its process ends, and the system frees what it held."""
    folder = of(home, running)
    assert folder.begin(NOW) is False
    folder._end_starting()
    return folder


def migrated(home: Path) -> None:
    """The new version has copied the database and migrated it; SQLite left a log beside it."""
    database(home / "backups" / "office-0003-20261122-110000.db", ["a receipt"])
    database(home / "office.db", ["a receipt", "in the new form"])
    (home / "office.db-wal").write_bytes(b"what SQLite left")


def test_after_two_starts_that_failed_the_version_before_comes_back_with_its_data(
    home: Path, stick: Path
) -> None:
    database(home / "backups" / "office-0003-20261001-110000.db", ["of a test in October"])
    updated(home, stick)
    fails_to_start(home)
    migrated(home)
    fails_to_start(home)
    (home / "called").unlink()
    third = of(home, "1.1.0")
    assert third.begin(NOW) is True
    assert called(home) == ["1.0.0 /S /UPDATE"]
    assert rows(home / "office.db") == ["a receipt"]
    assert not (home / "office.db-wal").exists()
    aside = list(home.glob("office-replaced-*.db"))  # nothing is thrown away
    assert [rows(path) for path in aside] == [["a receipt", "in the new form"]]
    third._end_starting()
    old = of(home)
    assert old.begin(NOW) is False
    assert old.state == State("", "1.1.0", "1.1.0", ("1.1.0",), None, Happened("went back", "1.0.0", "1.1.0"))
    assert rows(home / "office.db") == ["a receipt"]
    assert list(home.glob("office-replaced-*.db")) == aside  # and not put back twice
    assert old.ready() is None  # it is not offered again
    assert refusal(old.take, stick) == "update.failed_before"


def test_what_is_done_before_the_window_is_there_is_in_the_log(
    home: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated(home, stick)
    for _ in range(2):
        fails_to_start(home)
    third = of(home, "1.1.0")
    monkeypatch.setattr(update_folder, "update_folder", lambda _home: third)
    assert cli.main(["desktop", "--home", str(home)]) == 0
    assert "did not start twice" in (home / LOGS / LOG).read_text("utf-8")


@pytest.mark.parametrize("step", range(14))
def test_the_power_may_go_at_any_moment_of_going_back(
    home: Path, stick: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated(home, stick)
    migrated(home)
    for _ in range(2):
        fails_to_start(home)
    count = 0

    class Cut(Exception):
        pass

    def counted(real: object) -> object:
        def call(*values: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count == step + 1:
                raise Cut
            return real(*values, **named)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patch:
        patch.setattr(update_folder.shutil, "copyfile", counted(update_folder.shutil.copyfile))
        patch.setattr(setups, "put_on_disk", counted(setups.put_on_disk))
        patch.setattr(restore, "put_on_disk", counted(restore.put_on_disk))
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        third = of(home, "1.1.0")
        try:
            third.begin(NOW)
        except Cut:
            third._end_starting()
    again = of(home, "1.1.0")
    if again.state.trial is not None:
        again.begin(NOW)
        again._end_starting()
    of(home).begin(NOW)
    assert count > step or step > 12  # it was cut
    assert rows(home / "office.db") == ["a receipt"]
    assert of(home).state.trial is None


def test_a_migration_that_was_not_made_has_nothing_to_put_back(home: Path, stick: Path) -> None:
    database(home / "backups" / "office-0003-20261001-110000.db", ["of a test in October"])
    database(home / "office.db", ["a receipt"])
    updated(home, stick)
    for _ in range(2):
        fails_to_start(home)
    assert of(home, "1.1.0").begin(NOW) is True
    assert rows(home / "office.db") == ["a receipt"]


def test_without_the_old_setup_it_starts_as_well_as_it_can_and_by_hand_the_data_come_back(
    home: Path, stick: Path
) -> None:
    updated(home, stick, with_way_back=False)
    migrated(home)
    for _ in range(2):
        fails_to_start(home)
    third = fails_to_start(home)
    assert third.state.happened == Happened("stranded", "1.0.0", "1.1.0")
    old = of(home)  # somebody has installed it
    assert old.begin(NOW) is False
    assert rows(home / "office.db") == ["a receipt"]


def test_who_clicks_three_times_has_started_it_once(home: Path, stick: Path) -> None:
    updated(home, stick)
    first = of(home, "1.1.0")
    assert first.begin(NOW) is False
    for _ in range(3):
        assert of(home, "1.1.0").begin(NOW) is False
    assert first.state.trial is not None
    assert first.state.trial.starts == 1


def test_a_full_disk_is_not_the_new_versions_fault(home: Path, stick: Path) -> None:
    updated(home, stick)
    for _ in range(4):
        folder = of(home, "1.1.0")
        assert folder.begin(NOW) is False
        folder.forgive()
    assert folder.state.trial is not None
    assert folder.state.trial.starts == 0


def test_data_that_are_in_use_are_not_exchanged(home: Path, stick: Path) -> None:
    updated(home, stick)
    migrated(home)
    for _ in range(2):
        fails_to_start(home)
    with FileLock(home / "desk.lock"):
        assert of(home, "1.1.0").begin(NOW) is False
    assert (home / "office.db-wal").exists()


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"trial": 5}', "\x00", "[" * 9999])
def test_a_damaged_note_keeps_nobody_from_starting(home: Path, stick: Path, text: str) -> None:
    updated(home, stick)
    (home / "updates" / "state.json").write_text(text)
    assert of(home, "1.1.0").begin(NOW) is False
    assert of(home, "1.1.0").state == State()


def test_the_note_is_kept_as_it_was(home: Path) -> None:
    state = State(
        "1.1.0", "1.2.0", "1.2.0", ("1.0.5",), Trial("1.0.0", "1.1.0", "0003", ("a.db",), 1, 1, True),
        Happened("missed", "1.0.0", "1.1.0"),
    )  # fmt: skip
    of(home).keep(state)
    assert of(home).state == state
    assert json.loads((home / "updates" / "state.json").read_text())["newest"] == "1.2.0"
    of(home).keep(replace(state, trial=None))
    assert of(home).state.trial is None
