"""Every word a person reads, on screen, on paper and on the command line, goes through `tr`.

The source text is English; a catalogue per language (`resources/translations/<language>/*.json`,
one file a room of the house) maps it to the other languages. In a language that has a word of its own for
one of a thing, `one/<language>.json` has the texts in which a {place} is 1. `tests/test_words.py` reads the
code and fails on a literal without a translation or with other {places}.
"""

from __future__ import annotations

import json
from functools import cache

from app.settings import resources

LANGUAGES = ("vi", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All translations into `language`, source text to words; empty for English."""
    merged: dict[str, str] = {}
    for file in sorted((resources() / "translations" / language).glob("*.json")):
        merged.update(json.loads(file.read_text("utf-8")))
    return merged


@cache
def of_one(language: str) -> dict[str, dict[str, str]]:
    """How texts read where the number in a place is 1: the place's name, then source text to words."""
    file = resources() / "translations" / "one" / f"{language}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


class Words:
    """Translates into one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, text: str, /, **places: object) -> str:
        words = catalogue(self.language).get(text, text)
        for place, texts in of_one(self.language).items():
            if str(places.get(place)) == "1":
                words = texts.get(text, words)
        return words.format(**places) if places else words


class _Current:
    """The language of the screen: set once at the start and when the person changes it."""

    def __init__(self) -> None:
        self._words = Words("vi")

    @property
    def language(self) -> str:
        return self._words.language

    def use(self, language: str) -> None:
        self._words = Words(language)

    def __call__(self, text: str, /, **places: object) -> str:
        return self._words(text, **places)


tr = _Current()
"""Translates into the language of the screen. A document has its own: `tr = Words(customer_language)`."""
