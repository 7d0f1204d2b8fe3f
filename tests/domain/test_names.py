from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from app.domain import arrears, names, people, requests
from app.words import Words, catalogue


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        (names.channels, requests.CHANNELS),
        (names.outcomes, requests.OUTCOMES),
        (names.states, requests.STATES),
        (names.events, requests.EVENTS),
        (names.roles, people.ROLES),
        (names.customer_classes, ("household", "household_rural", "office", "production", "service")),
        (names.flags, ("lower", "zero", "far_above", "far_below")),
        (names.bands, arrears.BANDS),
    ],
)
def test_every_code_has_its_own_word_in_each_language(
    named: Callable[[names.Translate], dict[str, str]], codes: Collection[str]
) -> None:
    english = named(Words("en"))
    assert set(english) == set(codes)
    assert len(set(english.values())) == len(codes)
    vietnamese = named(Words("vi"))
    assert len(set(vietnamese.values())) == len(codes)
    assert set(english.values()) <= set(catalogue("vi"))
