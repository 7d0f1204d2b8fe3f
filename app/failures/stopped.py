"""What is said of the line to the head office where no work goes on beside it, in place of the sentences in
`desk`."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def stopped(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "sync.offline": (
            tr(
                "The head office cannot be reached at {url} through the proxy {proxy}. Check the network and "
                "the proxy, then try again."
            ),
            tr(
                "The head office cannot be reached at {url}. Check the address and the network, then try "
                "again."
            ),
        ),
        "sync.busy": tr(
            "The head office has much to do and asks for a little time. Try again in a few minutes."
        ),
        "sync.hub_trouble": tr(
            "The head office has trouble of its own ({code}). Try again later; tell the administrator if it "
            "lasts."
        ),
        "sync.rows_differ": tr(
            "This desk and the head office have received the same entries but hold different data. Tell the "
            "administrator. Which records differ is shown by: daumoi verify --against-hub."
        ),
    }
