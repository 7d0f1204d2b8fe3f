"""Failures of backups, of putting one back, and of bringing back what a damaged database held."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def backups(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "backup.none": tr("{path} is not a backup of this program. Choose a file ending in .daumoi-backup."),
        "backup.damaged": tr(
            "The backup {path} is damaged or not whole, so nothing was changed. Choose an older one, or "
            "another copy of it."
        ),
        "backup.newer": tr(
            "{path} was made by a newer release of this program. Install the newest release first; "
            "nothing was changed."
        ),
        "backup.other_office": tr(
            "{path} holds the data of another office or another company, so nothing was changed. Choose a "
            "backup of this desk."
        ),
        "backup.place_missing": tr(
            "The folder {path} is not there. Put in the disk or stick, or check the network; the backup "
            "on this PC is made all the same."
        ),
        "backup.folder_missing": tr(
            "The folder {path} is not there, so nothing was done. Put in the disk or stick, check the "
            "network, or name another folder."
        ),
        "backup.same_place": tr(
            "{path} lies in the data folder itself and would be lost with it. Choose a folder on "
            "another disk, a stick or a share."
        ),
        "backup.left_out": tr(
            "{count} scans and photos ({size} MB) that the head office does not have yet had no room in it "
            "and lie on this PC alone. See to it that the connection comes back, or send a file by USB stick."
        ),
        "backup.no_backup": tr("There is no backup that can be used. Choose a file, or another way."),
        "database.lost": tr(
            "The database {path} is missing or empty, though this desk had one. It can be brought back: "
            "open the program anew, which offers the ways, or see daumoi restore --help."
        ),
        "database.unreadable": tr(
            "Of {path} nothing can be read any more. Take the newest backup, or the data from the head "
            "office."
        ),
    }
