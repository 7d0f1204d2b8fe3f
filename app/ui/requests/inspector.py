"""The request that is chosen in the list: where it stands, what happened to it, what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import accumulate
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain import names
from app.domain.requests import HANDLED, UNTOLD
from app.queries.requests import Happened, RequestRow, RequestStory
from app.ui.kit.buttons import Button
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.menus import Choice, MenuButton
from app.ui.kit.theme import Tone
from app.ui.requests.acts import Act, all_acts
from app.ui.requests.attachments import AttachmentPanel
from app.ui.requests.crews import crew_note, crew_steps, orders_of
from app.ui.requests.dialogs import missing_papers
from app.ui.requests.missing_slip import print_missing
from app.ui.requests.room import RequestRoom
from app.ui.requests.slip import print_slip
from app.ui.requests.way_view import WayStrip, way
from app.ui.requests.words import (
    closed_notice,
    contact_words,
    day_words,
    due_notice,
    joined,
    one_line,
    phone_words,
    said,
    stamp,
    state_words,
    step_words,
)
from app.words import tr


class RequestInspector(Inspector):
    """Shows a request's story and the acts of `app/ui/requests/acts.py` that are open to the person.

    Signal `done(said)`: an act was done; `said` is the sentence about it. `story` is what is shown.
    """

    done = Signal(str)

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        self.story: RequestStory | None = None
        self._acts = all_acts()
        self._offered: list[str] = []
        self.scans = AttachmentPanel(room)
        self.body.insertWidget(self.body.count() - 1, self.scans)

    def show_request(self, request_id: UUID | None) -> None:
        """Shows this one, or that none is chosen."""
        with self.room.rules.fixed():
            self._show(request_id)

    def _show(self, request_id: UUID | None) -> None:
        room = self.room
        self.story = None if request_id is None else room.queries.story(request_id, room.viewer)
        if self.story is None:
            self.show_nothing(tr("The chosen request is shown here."))
            return
        story, row, now = self.story, self.story.row, room.now()
        notice, tone = _notice(row, now, room)
        on = way(room, story)
        steps = on.names(tr.language)
        offered = [act for act in self._acts if act.open_to(room, story)]
        before, self._offered = self._offered, [row.state, *(act.name for act in offered)]
        self.show_details(
            Details(
                code=row.code,
                title=headline(said(row)),
                notice=notice,
                notice_tone=tone,
                strip=partial(WayStrip, room, on, now, row.held_at is not None) if on.steps else None,
                fields=self._fields(story, now),
                further=self._further(story, now),
                timeline_title=tr("What happened"),
                timeline=self._happened(story, now, steps),
            ),
            None if self._offered == before else self._buttons(offered, row.state == "lacking"),
        )
        self.scans.show_of("request", row.id, may_attach=room.may("requests.note"))

    def let_go(self) -> None:
        """Shows none by itself: several are chosen, and others fill the panel."""
        self.story = None
        self._offered = []
        self.scans.show_nothing()

    def show_nothing(self, sentence: str) -> None:
        self.let_go()
        super().show_nothing(sentence)

    def do(self, name: str) -> None:
        """The act of a name, as its button or its line in the menu does it. KeyError where it is not
        offered."""
        assert self.story is not None, "a request is in sight"
        self._ask({act.name: act for act in self._acts if act.open_to(self.room, self.story)}[name])

    def print_slip(self) -> None:
        """Its slip of receipt once more; of one that is not received the list of what is missing."""
        if self.story is None:
            return
        if self.story.row.state == "lacking":
            print_missing(self.room, self.window(), self.story.row.id, self.story.row.code)
        else:
            print_slip(self.room, self.window(), self.story.row.id, self.story.row.code)

    def _happened(
        self, story: RequestStory, now: datetime, steps: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        """What happened, its crews' work with it; what happened last is seen first."""
        room = self.room
        orders = orders_of(room, story)
        moments = list(accumulate((each.at for each in story.events), max))  # their own order stays
        told = [
            (at, stamp(each.at, now, room.zone), step_words(each, room.units, steps))
            for at, each in zip(moments, said_once(story.events), strict=True)
            if not crew_note(each, orders)
        ]
        crews = crew_steps(orders, story, room.rules.utility.kind)
        told += [(at, stamp(at, now, room.zone), words) for at, words in crews]
        return [(when, words) for _, when, words in sorted(told, key=_moment)[::-1]]

    def _fields(self, story: RequestStory, now: datetime) -> list[tuple[str, str]]:
        """What it is about and who asks."""
        room, row = self.room, story.row
        customer = joined(contact_words(row, tr), row.customer_code)
        fields = [
            (tr("Missing papers"), ", ".join(missing_papers(room, story))),
            (tr("Waits for the customer"), held_words(room, story, now)),
            (tr("Incident"), self._incident(row.incident_id)),
            (tr("In the customer's words"), "" if one_line(said(row)) == headline(said(row)) else said(row)),
            (tr("Customer"), customer),
            (tr("Address"), row.address or ""),
            (tr("Phone"), phone_words(row.phone)),
        ]
        return [field for field in fields if field[1]]

    def _further(self, story: RequestStory, now: datetime) -> list[tuple[str, str]]:
        """What kind it is, where it came from, with whom it is."""
        room, row = self.room, story.row
        unit, cause = room.unit_name(row.unit_code), cause_of(story)
        causes = room.rules.items("cause")
        came = f"{names.channels(tr)[row.channel]} · {day_words(row.received_at, now, room.zone)}"
        fields = [
            (tr("Former number"), joined(*row.former[::-1]) if row.former else ""),
            (tr("State"), state_words(row) if row.state in HANDLED and row.held_at is None else ""),
            (tr("Request type"), room.type_name(row.type_code)),
            (tr("Channel"), came),
            (tr("Area"), row.area or ""),
            (tr("Handled by"), f"{row.person_name} · {unit}" if row.person_name else unit),
            (tr("Asked"), ", ".join(map(room.unit_name, row.asked))),
            (tr("Cause"), causes[cause].name(tr.language) if cause in causes else cause),
            (tr("Reopened"), tr("{count} times", count=row.reopened) if row.reopened else ""),
            (tr("Customer's opinion"), names.scores(tr).get(str(row.score), "")),
        ]
        return [field for field in fields if field[1]]

    def _incident(self, incident_id: UUID | None) -> str:
        if incident_id is None:
            return ""
        row = self.room.incident_queries.rows([incident_id]).get(incident_id)
        return "" if row is None else joined(row.code, row.title)

    def _buttons(self, offered: Sequence[Act], lacking: bool) -> list[Button]:
        """They act on the request that is in sight when they are pressed."""
        paper = tr("Print missing papers") if lacking else tr("Print slip")
        buttons = [Button(paper, self.print_slip, key="Ctrl+P")]
        rare = [Choice(act.words, partial(self._ask, act), key=act.key) for act in offered if act.rare]
        if rare:
            buttons.append(MenuButton(tr("More acts"), rare, key="F10"))
        main = [act for act in offered if act.primary][-1:]
        for act in offered:
            if not act.rare:
                buttons.append(Button(act.words, partial(self._ask, act), key=act.key, primary=act in main))
        return buttons

    def _ask(self, act: Act) -> None:
        assert self.story is not None, "a request is in sight"
        done = partial(self.done.emit, act.said(self.story.row.code))
        act.ask(self.window(), self.room, self.story, done)


def cause_of(story: RequestStory) -> str:
    """The code of what it came from, as the answer that holds says; empty where it says nothing of it."""
    answers = [each for each in story.events if each.kind == "answered" and each.fitted]
    return str(answers[-1].data.get("cause", "")) if answers and story.answer is not None else ""


def said_once(events: Sequence[Happened]) -> list[Happened]:
    """What happened, without the words with which the customer was told where they are the answer's again."""
    shown, answer = [], None
    for each in events:
        shown.append(replace(each, text=None) if each.kind == "told" and each.text == answer else each)
        if each.kind == "answered":
            answer = each.text
    return shown


def _moment(told: tuple[datetime, str, str]) -> datetime:
    return told[0]


def _notice(row: RequestRow, now: datetime, room: RequestRoom) -> tuple[str, Tone]:
    """The one line above the fields: what is urgent about it."""
    if row.state in UNTOLD:
        return tr("The answer is there. Tell the customer."), Tone.INFO
    if row.closed_at is not None:
        return closed_notice(row, now, room.zone), Tone.GOOD
    return due_notice(row, now, room.rules.calendar(), room.by_the_clock(row))


def held_words(room: RequestRoom, story: RequestStory, now: datetime) -> str:
    """For what the customer is waited for, and since when."""
    held = [event for event in story.events if event.kind == "held" and event.fitted]
    if story.row.held_at is None or not held:
        return ""
    why = names.holds(tr).get(str(held[-1].data.get("reason")), "")
    since = tr("since {when}", when=day_words(story.row.held_at, now, room.zone))
    return joined(why, held[-1].text, since)


def headline(words: str) -> str:
    """The first sentence, for a title; at most 80 letters, in whole words where they are not endless."""
    line = one_line(words)
    first = line.split(". ")[0].rstrip(".")
    if len(first) <= 80:
        return first
    whole = first[:80].rpartition(" ")[0]
    return f"{(whole if len(whole) > 40 else first[:79]).rstrip(' ,;:')}…"
