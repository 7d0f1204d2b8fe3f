"""What a change of a rule changes, field by field in words: for its history, and before it is laid down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from app.domain import names
from app.queries.rule_book import Version
from app.services.rules import NewRule
from app.ui.rules.room import RuleRoom
from app.ui.rules.words import (
    alarms,
    languages,
    limit_words,
    measures,
    name_of,
    priorities,
    row_name,
    share_words,
    span_words,
    step_forms,
    weekdays,
)
from app.words import tr

Row = Mapping[str, Any]

LINES = 8
"""So many changes are named one by one before a rule is laid down."""
PIECE = 60
"""Of a long text so many letters are shown of what was changed."""


@dataclass(frozen=True, slots=True)
class Called:
    """What the codes in rules stand for, by code: units, people (ids in hex), charter targets, rights."""

    units: Mapping[str, str]
    people: Mapping[str, str]
    targets: Mapping[str, str]
    rights: Mapping[str, str]


def called(room: RuleRoom) -> Called:
    """As it is known now."""
    return Called(
        units={code: unit.name for code, unit in room.rules.units_ever().items()},
        people={id.hex: name for id, name in room.book.people().items()},
        targets={code: each.name(tr.language) for code, each in room.rules.charter_targets(date.max).items()},
        rights={code: each.name(tr.language) for code, each in room.rules.items("right").items()},
    )


def changes(before: Row, after: Row, known: Called) -> list[str]:
    """Each field that differs, from what to what; from which day on it holds is said apart."""
    found: list[str] = []
    if (before.get("retired_at") is None) != (after.get("retired_at") is None):
        found.append(tr("In use again") if after["retired_at"] is None else tr("No longer in use"))
    for language, tongue in languages().items() if "names" in after else ():
        title = tr("name ({language})", language=tongue)
        found += _turned(title, before["names"].get(language, ""), after["names"].get(language, ""))
    for column, (title, words) in _columns(known).items():
        if column in after:
            found += _turned(title, words(before), words(after))
    if "hours" in after:
        for number, day in enumerate(weekdays()):
            old, new = (span_words(row["hours"][str(number)]) for row in (before, after))
            found += _turned(day, old or tr("closed"), new or tr("closed"))
    if "escalation" in after:
        was, is_ = _alarm_words(before), _alarm_words(after)
        for title in is_:
            found += _turned(title, was[title], is_[title])
    if "documents" in after:
        found += _items(tr("papers"), before["documents"], after["documents"], _paper_words)
    if "steps" in after:
        found += _items(tr("steps"), before["steps"], after["steps"], lambda step: _step_words(step, known))
    if "text" in after and before["text"] != after["text"]:
        found += _turned(tr("text"), *_pieces(before["text"], after["text"]))
    return found


def _columns(known: Called) -> dict[str, tuple[str, Callable[[Row], str]]]:
    """Column -> what it is called, and what it says in a row."""
    every, categories = names.channels(tr), names.categories(tr)

    def text(column: str) -> Callable[[Row], str]:
        return lambda row: str(row[column] if row[column] is not None else "")

    def of(column: str, words: Mapping[Any, str]) -> Callable[[Row], str]:
        return lambda row: words.get(row[column], row[column] or "")

    def ways(row: Row) -> str:
        chosen = row["channels"] or list(every)
        return tr("all") if set(chosen) >= set(every) else ", ".join(every.get(c, c) for c in chosen)

    def times(row: Row) -> str:
        if row["intervals"] is None:
            return tr("worked as a usual day")
        return span_words(row["intervals"]) or tr("day off")

    def seen_by(row: Row) -> str:
        return tr("the leader and the named only") if row["restricted"] else tr("everybody of the office")

    return {
        "name": (tr("name"), text("name")),
        "category": (tr("category"), lambda row: categories[row["category"] or "request"]),
        "unit_code": (tr("unit"), of("unit_code", known.units)),
        "limit_amount": (tr("time limit"), lambda row: limit_words(row["limit_amount"], row["limit_unit"])),
        "priority": (tr("urgency"), of("priority", priorities())),
        "restricted": (tr("who may see it"), seen_by),
        "channels": (tr("ways in"), ways),
        "charter": (tr("charter target"), of("charter", known.targets)),
        "right_code": (tr("right"), of("right_code", known.rights)),
        "forms": (tr("printed papers"), lambda row: ", ".join(row["forms"] or ())),
        "phone": (tr("phone"), text("phone")),
        "head": (tr("head"), of("head", known.people)),
        "intervals": (tr("times of the day"), times),
        "note": (tr("reason"), text("note")),
        "place": (tr("place in the list"), text("place")),
        "measure": (tr("what is measured"), of("measure", measures())),
        "share": (tr("share"), lambda row: share_words(row["share"])),
        "subject": (tr("subject"), text("subject")),
    }


def _turned(what: str, before: str, after: str) -> list[str]:
    if before == after:
        return []
    none = tr("none")
    return [tr("{what}: {before} → {after}", what=what, before=before or none, after=after or none)]


def _items(
    what: str, before: Sequence[Row] | None, after: Sequence[Row] | None, say: Callable[[Row], str]
) -> list[str]:
    """What was added to, changed in and taken out of a list whose items have codes."""
    had = {each["code"]: each for each in before or ()}
    has = {each["code"]: each for each in after or ()}
    found: list[str] = []
    for code, each in has.items():
        if code in had:
            found += _turned(what, say(had[code]), say(each))
        else:
            found.append(tr("{what}: {item} added", what=what, item=say(each)))
    found += [
        tr("{what}: {item} taken out", what=what, item=say(had[code])) for code in had if code not in has
    ]
    stayed = [code for code in has if code in had]
    if stayed != [code for code in had if code in has]:
        order = ", ".join(name_of(has[code]["names"]) for code in stayed)
        found.append(tr("{what}: in another order: {items}", what=what, items=order))
    return found


def _paper_words(paper: Row) -> str:
    name = name_of(paper["names"])
    return name if paper["needed"] else f"{name} ({tr('if there is one')})"


def _step_words(step: Row, known: Called) -> str:
    unit = known.units.get(step["unit"], step["unit"])
    form = step_forms().get(step["form"], "") if step.get("form") else ""
    parts = (name_of(step["names"]), unit, limit_words(**step["limit"]), form)
    return " · ".join(part for part in parts if part)


def _alarm_words(row: Row) -> dict[str, str]:
    late = row["escalation"] or {}
    words = {title: limit_words(**late[name]) if late.get(name) else "" for name, title in alarms().items()}
    return words | {tr("leader from the moment of receipt"): tr("yes") if late.get("at_once") else tr("no")}


def _pieces(before: str, after: str) -> tuple[str, str]:
    """Where two texts differ, from the word in which they begin to."""
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    head = before.rfind(" ", 0, head) + 1
    return _piece(before, head), _piece(after, head)


def _piece(text: str, head: int) -> str:
    part = " ".join(text[head : head + PIECE].split())
    return f"“{'…' if head else ''}{part}{'…' if head + PIECE < len(text) else ''}”"


# -- the history ------------------------------------------------------------------------------------------


def history_lines(history: Sequence[Version], known: Called, zone: tzinfo) -> list[tuple[str, str]]:
    """The versions of a rule for a timeline, the newest first: from when on; who laid it down and when, which
    field from what to what, and why."""
    lines = []
    for version, before in zip(history, [*history[1:], None], strict=True):
        at = "" if version.at is None else f"{version.at.astimezone(zone):%d/%m/%Y %H:%M}"
        since = version.valid_from
        dated = since is not None and since > date.min
        when = f"{since:%d/%m/%Y}" if dated else at[:10] or tr("First")
        who = version.who or (tr("Office") if version.own else tr("Company"))
        what = [tr("New")] if before is None else changes(before.row, version.row, known)
        said = [f"{who} · {at}" if at else who, *(what or [tr("Nothing changed")])]
        if version.note:
            said.append(tr("Why: {note}", note=version.note))
        if version.waits:
            said.append(tr("waits for the head office"))
        lines.append((when, "\n".join(said)))
    return lines


# -- before it is laid down -------------------------------------------------------------------------------


def question(new: Sequence[NewRule], before: Sequence[Row | None], known: Called) -> str:
    """What will be laid down: of which rule, what changes, from when on, and for whom it counts."""
    first = new[0]
    said: list[str] = []
    for each, row in zip(new, before, strict=True):
        name = row_name(each.table, each.row)
        what = [tr("New")] if row is None else changes(row, each.row, known)
        if len(new) > 1:
            said += [f"{name}: {line}" for line in what]
        else:
            said += what
    if len(said) > LINES:
        said = [*said[:LINES], tr("and {count} more", count=len(said) - LINES)]
    title = row_name(first.table, first.row)
    if len(new) > 1:
        title = f"{title} – {row_name(new[-1].table, new[-1].row)}"
    named = [f"– {line}" for line in said]
    return "\n".join([tr("Put in force: {name}", name=title), *named, _since(first.row), counts(first.table)])


def _since(row: Row) -> str:
    if "valid_from" not in row:
        return tr("It holds as soon as the head office has it.")
    day = date.fromisoformat(row["valid_from"])
    return tr("It holds from {day} on, once the head office has it.", day=f"{day:%d/%m/%Y}")


def counts(table: str) -> str:
    """For whom a new version of a rule counts."""
    return {
        "request_type": tr(
            "It counts for requests received from then on. Those received before keep their steps, papers "
            "and due time; once a kind is restricted, all requests of it are."
        ),
        "unit": tr("It counts at once, also for requests that are with the unit already."),
        "office_hours": tr("Due times set from then on follow it. Those of open requests stay."),
        "calendar_day": tr("Due times set from then on follow it. Those of open requests stay."),
        "list_item": tr("It is offered from then on. Requests that have another keep it."),
        "charter_target": tr(
            "It counts for requests received from then on. Those received before are measured by what was "
            "promised then."
        ),
        "letter_template": tr("It counts for letters written from then on. Those written before stay."),
    }[table]
