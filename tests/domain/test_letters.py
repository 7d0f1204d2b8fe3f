"""Places in the texts of letters: what is a place, what fills it, and what no text can reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.letters import ANSWERS, DOTS, PLACES, filled, gaps, places, proposed, readable, unknown
from app.failures import field_error
from app.words import Words


def fault(text: str) -> str:
    if not readable(text):
        return "places.wrong"
    return "place.unknown" if unknown(text) else ""


TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    [
        "{name}",
        "{name.__class__}",
        "{0}",
        "{name!r}",
        "{name:>9999999}",
        "{{name}}",
        "}{",
        "{words}",
        "%(name)s",
    ]
)


def test_places_are_filled_and_what_is_not_known_is_dotted() -> None:
    text = "Kính gửi {name}, số {code}: {answer}"
    assert (
        filled(text, {"name": "Bà Hạnh", "code": "KN-1", "answer": "  "})
        == f"Kính gửi Bà Hạnh, số KN-1: {DOTS}"
    )
    assert gaps(filled(text, {})) == 3
    assert places(text + "{name}") == ("name", "code", "answer")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", ""),
        ("Không có chỗ nào", ""),
        ("{name}{code} {answer}", ""),
        ("{ten}", "place.unknown"),
        ("{name} {__class__}", "places.wrong"),
        ("{name.__class__.__mro__}", "places.wrong"),
        ("{name[0]}", "places.wrong"),
        ("{name!r}", "places.wrong"),
        ("{name:>99999999}", "places.wrong"),
        ("{}", "places.wrong"),
        ("{0}", "places.wrong"),
        ("{{name}}", "places.wrong"),
        ("{name", "places.wrong"),
        ("name}", "places.wrong"),
        ("{ name }", "places.wrong"),
    ],
)
def test_what_is_no_place_is_refused(text: str, wrong: str) -> None:
    assert fault(text) == wrong


def test_the_sentence_names_every_place() -> None:
    for language in ("vi", "en"):
        said = field_error("place.unknown", Words(language))
        assert all(f" {place}," in said or f" {place}." in said for place in PLACES)


@given(st.lists(TEXTS).map("".join), TEXTS)
def test_no_text_reaches_more_than_the_values_and_no_value_is_read_again(text: str, said: str) -> None:
    done = filled(text, dict.fromkeys(PLACES, said))
    parts = [text]
    for place in PLACES:
        parts = [rest for part in parts for rest in part.split("{" + place + "}")]
    assert done == (said.strip() or DOTS).join(parts)


@given(st.lists(TEXTS).map("".join))
def test_what_is_found_good_is_filled_whole(text: str) -> None:
    if not fault(text):
        done = filled(text, dict.fromkeys(PLACES, "x"))
        assert "{" not in done
        assert "}" not in done


@pytest.mark.parametrize(
    ("state", "category", "refund", "incident", "letter"),
    [
        ("lacking", "complaint", True, True, "missing"),
        ("received", "complaint", False, False, "receipt"),
        ("routed", "request", True, False, "receipt"),
        ("routed", "request", False, True, "outage"),
        ("answered", "complaint", True, True, "complaint"),
        ("answered", "request", True, False, "refund"),
        ("told", "request", False, True, "reply"),
        ("closed", "suggestion", False, False, "reply"),
    ],
)
def test_the_letter_fits_the_state(
    state: str, category: str, refund: bool, incident: bool, letter: str
) -> None:
    assert proposed(state, category, refund=refund, incident=incident) == letter
    assert (letter in ANSWERS) == (state in ("answered", "told", "closed"))
