"""What befalls a desk's PC: its backup put back, its disk copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.bootstrap import OFFICE_DATABASE, Desktop
from tests.offices import Company


def keep(company: Company, desktop: Desktop) -> tuple[Desktop, Path]:
    """Copy a desk's home; the desk, open again, and the copy."""
    home = company.shut(desktop)
    kept = home.with_name(f"{home.name}.kept")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(home, kept)
    return company.opened(home), kept


def put_back(company: Company, desktop: Desktop, kept: Path, what: str = "home") -> Desktop:
    """The copy is put back: the whole home, or the database alone; the desk, open again."""
    home = company.shut(desktop)
    if what == "home":
        shutil.rmtree(home)
        shutil.copytree(kept, home)
    else:
        for path in home.glob(OFFICE_DATABASE + "*"):
            path.unlink()
        for path in kept.glob(OFFICE_DATABASE + "*"):
            shutil.copy(path, home)
    return company.opened(home)


def cloned(company: Company, desktop: Desktop) -> tuple[Desktop, Desktop]:
    """The disk of a desk is copied into a second PC, and both go on."""
    home = company.shut(desktop)
    copy = home.with_name(f"{home.name}.clone")
    shutil.copytree(home, copy)
    return company.opened(home), company.opened(copy)
