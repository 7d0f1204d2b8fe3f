"""Every word that a person reads has its Vietnamese: the code is read, not run."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from app.settings import resources
from app.words import LANGUAGES, Words, catalogue, of_one

APP = Path(__file__).parent.parent / "app"
OTHERS = {"qt.json", "argparse.json"}
"""Words that come from Qt and from the standard library, not from our code."""
TRANSLATES = {"tr", "_tr"}
FILLED_LATER = "failures"
"""The room whose tables hand out texts whose places are filled by its own `sentence`."""


@dataclass(frozen=True)
class Call:
    """A `tr(...)` in the code; `text` is None where it is no plain literal."""

    where: str
    room: str
    text: str | None
    places: frozenset[str]
    starred: bool


@cache
def calls() -> tuple[Call, ...]:
    return tuple(found for file in sorted(APP.rglob("*.py")) for found in _calls(file))


def _calls(file: Path) -> Iterator[Call]:
    path = file.relative_to(APP)
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not _is_tr(node.func):
            continue
        first = node.args[0] if len(node.args) == 1 else None
        plain = isinstance(first, ast.Constant) and isinstance(first.value, str)
        yield Call(
            f"app/{path}:{node.lineno}",
            path.parts[0],
            str(first.value) if plain and isinstance(first, ast.Constant) else None,
            frozenset(k.arg for k in node.keywords if k.arg),
            any(k.arg is None for k in node.keywords),
        )


def _is_tr(func: ast.expr) -> bool:
    if isinstance(func, ast.Attribute):
        return func.attr in TRANSLATES
    return isinstance(func, ast.Name) and func.id in TRANSLATES


def files(language: str) -> dict[str, dict[str, str]]:
    folder = resources() / "translations" / language
    return {file.name: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def ours(language: str = "vi") -> dict[str, str]:
    return {
        text: words
        for name, each in files(language).items()
        if name not in OTHERS
        for text, words in each.items()
    }


def test_the_code_is_found() -> None:
    assert len({call.text for call in calls()}) > 300


def test_only_plain_literals_are_translated() -> None:
    assert [call.where for call in calls() if call.text is None] == []


def test_every_text_has_its_vietnamese() -> None:
    known = {text for each in files("vi").values() for text in each}
    assert sorted({f"{c.where}: {c.text}" for c in calls() if c.text and c.text not in known}) == []


def test_no_translation_is_left_over() -> None:
    used = {call.text for call in calls()}
    assert sorted(text for text in ours() if text not in used) == []


def test_texts_and_translations_have_the_same_places() -> None:
    assert [text for text, words in ours().items() if places(text) != places(words)] == []


def test_every_place_is_filled_where_the_text_is_used() -> None:
    wrong = []
    for call in calls():
        if call.text is None or call.starred or (call.room == FILLED_LATER and not call.places):
            continue
        wanted = places(call.text)
        # Without any place the text is not formatted, so braces stand for themselves.
        if wanted != call.places:
            wrong.append(f"{call.where}: {sorted(wanted ^ call.places)}")
    assert wrong == []


def test_one_text_has_one_translation() -> None:
    translations: dict[str, set[str]] = defaultdict(set)
    for each in files("vi").values():
        for text, words in each.items():
            translations[text].add(words)
    assert {text: words for text, words in translations.items() if len(words) > 1} == {}


def test_one_thing_has_one_word_in_vietnamese() -> None:
    """As docs/glossary.md has it: an entry is "bút ghi", a file "tệp"."""
    reason = "Kept with the entry and read by the supervisor."  # speaks of the reason alone
    known = {text: words.casefold() for each in files("vi").values() for text, words in each.items()}
    entries = {text for text in known if re.search(r"\bentr(y|ies)\b", text)} - {reason}
    assert {text for text in entries if "bút ghi" not in known[text]} == set()
    assert {text for text, words in known.items() if "tập tin" in words} == set()


THINGS = (
    "requests|receipts|bills|rows|entries|customers|items|days|hours|minutes|seconds|times|meters|words|letters|"
    "slips|steps|quotas|papers|places|indexes|tries|scans"
)


def test_one_of_a_thing_is_said_so_in_english() -> None:
    known = ours()
    texts = {call.text for call in calls() if call.text in known}
    counted = re.compile(rf"\{{count\}} (?:(?:more|open|working|wrong|different) )*(?:{THINGS})\b")
    never_one = {text for text in texts if text.startswith("A key has {count} letters")}
    singular = of_one("en")
    assert {text for text in texts if counted.search(text)} - never_one == {
        text for text in singular["count"] if counted.search(text)
    }
    wrong = [
        text
        for place, each in singular.items()
        for text, words in each.items()
        if text not in texts
        or places(text) != places(words)
        or re.search(rf"\{{{place}\}} ({THINGS})\b", words)
    ]
    assert wrong == []
    say = Words("en")
    assert [say("{count} requests chosen", count=n) for n in (1, "1", 2, "1,001")] == [
        "1 request chosen", "1 request chosen", "2 requests chosen", "1,001 requests chosen",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(files("vi")))
def test_translations_are_complete_and_clean(name: str) -> None:
    for text, words in files("vi")[name].items():
        assert words.strip(), text
        assert words[:1].isspace() == text[:1].isspace(), text
        assert words[-1:].isspace() == text[-1:].isspace(), text
        assert words.endswith("!") is text.endswith("!"), text
        assert "  " not in words.strip() or "  " in text.strip(), text


def test_accelerators_are_kept() -> None:
    """A label with a shortcut key keeps one in Vietnamese."""
    marked = [t for t, w in ours().items() if (t.count("&") - 2 * t.count("&&") > 0) != ("&" in w)]
    assert marked == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_access_key_is_one_that_every_keyboard_has(language: str) -> None:
    """Đ, Ơ and Ê come from an input method, which Alt does not reach."""
    wrong = [
        words
        for words in (Words(language)(text) for text in catalogue("vi"))
        for key in re.findall(r"&([^&\s])", words.replace("&&", ""))
        if not (key.isascii() and key.isalnum())
    ]
    assert wrong == []
