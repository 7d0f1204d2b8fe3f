"""What the lists of rules and the panel beside them say of a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.domain import names
from app.queries.rule_book import Key, Version
from app.ui.kit.tables import RIGHT, Column
from app.ui.kit.theme import Tone
from app.ui.rules.room import RuleRoom
from app.ui.rules.words import (
    alarms,
    days_ahead,
    languages,
    limit_words,
    lists,
    measures,
    priorities,
    row_name,
    share_words,
    span_words,
    step_forms,
    weekdays,
)
from app.words import tr


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in a list: what holds of it today, and what is to come."""

    table: str
    key: Key
    held: Version
    history: Sequence[Version] = field(default_factory=tuple)

    @property
    def id(self) -> tuple[str, Key]:
        return self.table, self.key

    def coming(self, today: date) -> list[Version]:
        """Versions that wait for the head office or for their day."""
        return [v for v in self.history if v.waits or (v.valid_from is not None and v.valid_from > today)]


@dataclass(frozen=True, slots=True)
class Known:
    """What is read besides the rules themselves. `members`: how many a unit has; `people`: names by id (hex);
    `units`: names by code."""

    members: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


class LineWords:
    """Says it; `known` is what was read last."""

    def __init__(self, room: RuleRoom) -> None:
        self._room = room
        self.known = Known()

    def columns(self, key: str) -> list[Column[Line]]:
        """Those of a part of the page (`words.tab_names`)."""
        name: Column[Line] = Column(tr("Name"), lambda x: row_name(x.table, x.held.row), width=260, grow=3)
        state: Column[Line] = Column(tr("In force"), self._state, tone=self._tone, width=140, gives_way=2)
        own: list[Column[Line]]
        match key:
            case "request_type":
                categories = names.categories(tr)
                own = [
                    Column(
                        tr("What it is"), lambda x: categories.get(x.held.row["category"], ""), width=146,
                        gives_way=3,
                    ),
                    Column(
                        tr("Unit"), lambda x: self._unit(x.held.row["unit_code"]), width=150, gives_way=1
                    ),
                    Column(tr("Time limit"), lambda x: _limit(x.held.row), width=150),
                    Column(
                        tr("Steps"), lambda x: str(len(x.held.row["steps"] or ()) or ""), align=RIGHT,
                        width=70, gives_way=4,
                    ),
                ]  # fmt: skip
            case "unit":
                own = [
                    Column(
                        tr("Head"), lambda x: self.known.people.get(x.held.row["head"] or "", ""), width=150
                    ),
                    Column(tr("Phone"), lambda x: x.held.row["phone"] or "", width=130, gives_way=1),
                    Column(
                        tr("Members"), self._members_words, width=130, tone=self._members_tone,
                        sign=lambda _x: "alert-triangle",
                    ),
                ]  # fmt: skip
            case "calendar":
                own = [
                    Column(tr("Hours"), _hours, width=200),
                    Column(
                        tr("Reason"), lambda x: x.held.row.get("note", ""), width=250, grow=3, gives_way=1
                    ),
                ]  # fmt: skip
            case "list_item":
                words = lists()
                own = [Column(tr("List"), lambda x: words.get(x.key[0], x.key[0]), width=160)]
            case "charter_target":
                what = measures()
                own = [
                    Column(
                        tr("What is measured"),
                        lambda x: what.get(x.held.row["measure"], ""),
                        width=180,
                        gives_way=3,
                    ),
                    Column(tr("Time limit"), lambda x: _limit(x.held.row), width=150),
                    Column(tr("Share"), lambda x: share_words(x.held.row["share"]), align=RIGHT, width=80),
                ]
            case _:
                tongues = languages()
                own = [
                    Column(tr("Language"), lambda x: tongues.get(x.key[1], x.key[1]), width=110),
                    Column(tr("Subject"), lambda x: x.held.row["subject"], width=200, grow=2, gives_way=1),
                ]
        return [name, *own, state]

    def _unit(self, code: str) -> str:
        return self.known.units.get(code, code)

    def _members_words(self, line: Line) -> str:
        count = self.known.members.get(line.key[0], 0)
        return str(count) if count else tr("nobody")

    def _members_tone(self, line: Line) -> Tone:
        return Tone.PLAIN if self.known.members.get(line.key[0]) or line.held.retired else Tone.ATTENTION

    def _state(self, line: Line) -> str:
        coming = line.coming(self._room.today())
        if any(v.waits for v in coming):
            return tr("waits for the head office")
        if coming:
            return days_ahead(coming[0], self._room.today())
        return tr("not in use") if line.held.retired else ""

    def _tone(self, line: Line) -> Tone:
        coming = line.coming(self._room.today())
        return Tone.ATTENTION if any(v.waits for v in coming) else Tone.INFO if coming else Tone.SOFT

    def wanted(self, line: Line) -> bool:
        """Days that have passed are of interest for a month."""
        if line.table != "calendar_day":
            return True
        return date.fromisoformat(line.key[0]) >= self._room.today() - timedelta(days=31)

    @staticmethod
    def order(line: Line) -> tuple[Any, ...]:
        """Its place in the list."""
        row = line.held.row
        match line.table:
            case "request_type":
                place: tuple[Any, ...] = (row["priority"], line.key)
            case "office_hours":
                place = ("",)
            case "calendar_day":
                place = line.key
            case "list_item":
                place = (row["list_name"], row["place"], line.key)
            case "letter_template":  # those in the language of the screen first
                place = (line.key[1] != tr.language, line.key[1], row_name(line.table, row).casefold())
            case _:
                place = (row_name(line.table, row).casefold(),)
        return line.held.retired, *place

    def fields(self, line: Line) -> list[tuple[str, str]]:
        """What the panel says of a rule: names and words."""
        row = line.held.row
        found: list[tuple[str, str]] = []
        if "names" in row:
            other = [row["names"].get(x, "") for x in ("vi", "en", "zh") if x != tr.language]
            found.append((tr("In other languages"), " · ".join(name for name in other if name)))
        match line.table:
            case "request_type":
                found += self._of_kind(row)
            case "unit":
                found.append((tr("Head"), self.known.people.get(row["head"] or "", tr("nobody"))))
            case "calendar_day":
                found += [(tr("Hours"), _hours(line)), (tr("Reason"), row["note"])]
            case "office_hours":
                for number, day in enumerate(weekdays()):
                    found.append((day, span_words(row["hours"][str(number)]) or tr("closed")))
            case "charter_target":
                found.append((tr("Promise"), f"{share_words(row['share'])} · {_limit(row)}"))
            case "letter_template":
                found += [(tr("Subject"), row["subject"]), (tr("Text"), row["text"])]
        return [(name, words) for name, words in found if words]

    def _of_kind(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        forms = step_forms()
        steps = "\n".join(
            f"{at}. {row_name('', step)} · {self._unit(step['unit'])} · {limit_words(**step['limit'])}"
            + (f" · {forms.get(step.get('form', ''), '')}" if step.get("form") else "")
            for at, step in enumerate(row["steps"] or (), 1)
        )
        papers = "\n".join(
            row_name("", paper) + ("" if paper["needed"] else f" ({tr('if there is one')})")
            for paper in row["documents"] or ()
        )
        ways = names.channels(tr)
        late = row["escalation"] or {}
        said = [f"{title}: {limit_words(**late[name])}" for name, title in alarms().items() if late.get(name)]
        if late.get("at_once"):
            said.insert(0, tr("leader from the moment of receipt"))
        return [
            (tr("Unit"), self._unit(row["unit_code"])),
            (tr("Time limit"), _limit(row)),
            (tr("Urgency"), priorities().get(row["priority"], "")),
            (tr("Who may see it"), tr("the leader and the named only") if row["restricted"] else ""),
            (tr("Comes by"), ", ".join(ways[c] for c in row["channels"] or () if c in ways)),
            (tr("Papers"), papers),
            (tr("Steps"), steps),
            (tr("When it is late"), "\n".join(said)),
        ]


def _limit(row: Mapping[str, Any]) -> str:
    return limit_words(row["limit_amount"], row["limit_unit"])


def _hours(line: Line) -> str:
    row = line.held.row
    if line.table == "office_hours":
        spans = [span_words(row["hours"][str(day)]) for day in range(7)]
        return " / ".join(dict.fromkeys(span for span in spans if span))
    if row["intervals"] is None:
        return tr("worked as a usual day")
    return span_words(row["intervals"]) or tr("day off")
