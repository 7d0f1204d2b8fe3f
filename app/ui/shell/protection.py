"""What encrypting a desk's data covers, and what not (docs/decisions/0020): said wherever it is chosen."""

from __future__ import annotations

from app.words import tr


def covered() -> str:
    """What nobody reads without the key, and what lies open beside it; a sentence each."""
    return " ".join(
        (
            tr("Encrypted: customers, bills, requests, also in their backups."),
            tr("Not encrypted: printed papers, scans, this desk's own key."),
        )
    )
