"""How a person likes the window, and where its papers go; kept in the home."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from app.ui.settings.page import Preferences

PREFERENCES = "preferences.json"


def papers_folder(home: Path) -> Path:
    """Where the papers of this desk are put."""
    folder = home / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read_preferences(home: Path) -> Preferences:
    """How the window of this home looks; the usual look when nothing sensible is written."""
    try:
        return Preferences(**json.loads((home / PREFERENCES).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Preferences()


def write_preferences(home: Path, preferences: Preferences) -> None:
    """Keep how the window of this home looks."""
    home.mkdir(parents=True, exist_ok=True)
    (home / PREFERENCES).write_text(json.dumps(asdict(preferences)), "utf-8")
