"""How a person likes the window, and where its papers go; kept in the home."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from app.documents.files import folder_for, replacing
from app.ui.kit.theme import SCALES, THEMES
from app.ui.settings.page import LOCK_MINUTES, Preferences
from app.words import LANGUAGES

PREFERENCES = "preferences.json"


def papers_folder(home: Path) -> Path:
    """Where the papers of this desk are put. Where it cannot be made, whoever writes there says so."""
    folder = home / "papers"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def read_preferences(home: Path) -> Preferences:
    """How the window of this home looks; the usual look when nothing sensible is written."""
    try:
        read = Preferences(**json.loads((home / PREFERENCES).read_text("utf-8")))
        sense = (
            read.language in LANGUAGES
            and read.theme in THEMES
            and read.text_scale in SCALES
            and read.receipts in ("a5", "roll")
            and read.lock_minutes in LOCK_MINUTES
        )
    except (OSError, ValueError, TypeError, RecursionError):
        return Preferences()
    return read if sense else Preferences()


def kept(home: Path) -> bool:
    """Whether somebody has chosen in this home."""
    return (home / PREFERENCES).exists()


def write_preferences(home: Path, preferences: Preferences) -> None:
    """Keep how the window of this home looks. AppError as `folder_for` and `replacing`."""
    with replacing(folder_for(home / PREFERENCES)) as draft:
        draft.write_text(json.dumps(asdict(preferences)), "utf-8")
