"""Failures of the head office's own data: its backups, putting one back, its key."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def headoffice(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "headoffice.damaged": tr(
            "The head office's data {path} is damaged. Bring back its newest backup: daumoi headoffice "
            "restore --newest. What desks have sent since then they give again."
        ),
        "headoffice.lost": tr(
            "The head office's data {path} is missing or empty, though there was some. Bring back its newest "
            "backup: daumoi headoffice restore --newest. What desks have sent since then they give again."
        ),
        "headoffice.in_use": tr(
            "The head office in {path} is serving, or a command works on it. End that first, then try again."
        ),
        "headoffice.key_missing": tr(
            "The head office's key {path} is not on this PC, and without it no desk believes what is brought "
            "back. Give the copy of the key that was locked away, with --key-file."
        ),
        "headoffice.key_there": tr(
            "{path} is there already, and may be another key, so nothing was written. Choose another name, "
            "or add --overwrite."
        ),
        "headoffice.key_lost": tr(
            "The head office's key {path} is missing or damaged, and without it no desk believes the head "
            "office. Put back the copy that was locked away: daumoi headoffice key --put FILE. Where the "
            "data is gone too: daumoi headoffice restore --newest --key-file FILE."
        ),
        "headoffice.other_key": tr(
            "This key is not that of the head office in {path}, so nothing was changed. Take the copy that "
            "was made of its own key."
        ),
        "headoffice.not_its_backup": tr(
            "{path} holds a desk's data, or those of another head office than the key is of, so nothing was "
            "changed. Choose a backup whose name begins with DauMoi-HQ0."
        ),
        "headoffice.on_server": tr(
            "The head office's data lies in PostgreSQL, whose own backup keeps it: pg_dump --format=custom, "
            "and pg_restore into an empty database. Keep a copy of the key, too: daumoi headoffice key."
        ),
    }
