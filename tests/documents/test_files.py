"""A file appears whole or not at all, and what went wrong has a name."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from app.documents.files import replacing
from app.domain.errors import AppError


def half_write(path: Path, error: OSError) -> None:
    with replacing(path) as draft:
        draft.write_text("half")
        raise error


def test_the_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "full"), "file.no_space"),
        (OSError(errno.EIO, "broken"), "file.not_written"),
        (PermissionError(errno.EACCES, "no"), "file.not_allowed"),
    ],
)
def test_a_failure_keeps_the_old_file_and_leaves_nothing_behind(
    tmp_path: Path, error: OSError, code: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(AppError) as caught:
        half_write(path, error)
    assert caught.value.code == code
    assert caught.value.params["path"] == str(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_workbook_open_in_excel_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("old")
    held = PermissionError(errno.EACCES, "in use")
    held.winerror = 32  # type: ignore[attr-defined, unused-ignore]
    with pytest.raises(AppError, match=r"file\.in_use"):
        half_write(path, held)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"file\.no_folder"), replacing(tmp_path / "no" / "a.txt") as draft:
        draft.write_text("x")
