"""Texts of letters with places to be filled: words in braces, such as {name}, and nothing else in braces.

A place is looked up by its word alone and what is put into it is not read again, so neither a template nor
what a customer has typed can reach anything but the values given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.domain.requests import HANDLED

PLACES = (
    "name",
    "address",
    "customer_code",
    "phone",
    "code",
    "type",
    "words",
    "right",
    "received",
    "due",
    "unit",
    "missing",
    "answer",
    "outcome",
    "cause",
    "reason",
    "amount",
    "area",
    "start",
    "end",
    "today",
    "company",
    "office",
    "office_address",
    "office_phone",
    "hours",
    "officer",
    "officer_title",
    "officer_phone",
)
"""What can be filled in: of the customer, of the request, of its answer, of the incident it belongs to, of
who writes."""

KINDS = ("receipt", "missing", "reply", "complaint", "refusal", "interim", "refund", "outage")
"""The letters that come with the program."""

ANSWERS = ("reply", "complaint", "refusal", "refund")
"""Those that tell a customer how the matter ended."""

LANGUAGES = ("vi", "en", "zh")

DOTS = "…" * 12
"""Stands where nothing is known: to be written in, on screen or by hand."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[a-z][a-z_]{0,39}")


def proposed(state: str, category: str, *, refund: bool, incident: bool) -> str:
    """The letter of KINDS that fits a request in a state of `requests.STATES`: before there is an answer what
    is missing or that it was received, after it the answer. `refund`: money is paid back by its steps;
    `incident`: it belongs to an outage."""
    if state == "lacking":
        return "missing"
    if state in HANDLED:
        return "outage" if incident else "receipt"
    if category == "complaint":
        return "complaint"
    return "refund" if refund else "reply"


def readable(text: str) -> bool:
    """Whether nothing stands in braces but words, and every brace belongs to one."""
    rest = _PLACE.sub("", text)
    return "{" not in rest and "}" not in rest and all(map(_WORD.fullmatch, _PLACE.findall(text)))


def unknown(text: str) -> tuple[str, ...]:
    """The words in braces that are no place."""
    return tuple(word for word in _PLACE.findall(text) if word not in PLACES)


def places(text: str) -> tuple[str, ...]:
    """The words of the places of a text, each once, in their order."""
    return tuple(dict.fromkeys(word for word in _PLACE.findall(text) if word in PLACES))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled, `DOTS` where there is no value; what is no place stays as it is."""

    def value(found: re.Match[str]) -> str:
        word = found[1]
        return values.get(word, "").strip() or DOTS if word in PLACES else found[0]

    return _PLACE.sub(value, text)


def gaps(text: str) -> int:
    """How many places are still to be written in."""
    return text.count(DOTS)
