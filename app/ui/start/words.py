"""What is said before a desk has any data."""

from __future__ import annotations

from app.domain.errors import AppError
from app.failures import sentence
from app.words import tr


def first_sentence(error: AppError) -> str:
    """Why it does not go on; without the data there is no work that could go on meanwhile."""
    if error.code == "sync.offline" and not error.params.get("proxy"):
        return tr(
            "The head office cannot be reached at {url}. Check the address and the network, then try again.",
            url=error.params.get("url", ""),
        )
    return sentence(error, tr)
