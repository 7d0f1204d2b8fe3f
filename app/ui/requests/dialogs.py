"""What is asked before an act on a request: the answer, how the customer was told, which unit, why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.domain import names
from app.domain.errors import Invalid
from app.domain.request_types import missing
from app.queries.requests import RequestStory, papers_brought
from app.services.requests import WAYS
from app.ui.kit.act_dialog import ActDialog, Done
from app.ui.kit.buttons import Button
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.letters import LetterBox, choice
from app.ui.kit.theme import Tone
from app.ui.kit.ticks import TickList
from app.ui.kit.toast import toast
from app.ui.requests.crews import crew_findings, orders_of
from app.ui.requests.finder import CustomerEdit, KeysFirst
from app.ui.requests.room import RequestRoom
from app.ui.requests.slip import print_slip
from app.ui.requests.way_view import proposed_answer, way
from app.ui.requests.words import (
    contact_words,
    due_words,
    joined,
    one_line,
    phone_words,
    received_words,
    said,
)
from app.words import tr


def ask_answer(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F8: the answer, and how the matter ended."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Answer to {code}", code=row.code), tr("Save answer"), "F8",
        lambda v: room.requests.answer(room.person, row.id, v["text"], v["outcome"], v["cause"] or ""), done,
    )  # fmt: skip
    dialog.say(one_line(said(row)))
    text, outcome = proposed_answer(way(room, story))
    text = text or crew_findings(orders_of(room, story))
    answer = NoteEdit(5)
    answer.setPlainText(text)
    dialog.form.add("text", tr("&Answer"), answer, tr("As the customer will hear it."), wide=True)
    dialog.form.add("outcome", tr("&Outcome"), choice(names.outcomes(tr), outcome))
    causes = {code: item.name(tr.language) for code, item in room.rules.items("cause").items()}
    dialog.form.add("cause", tr("&Cause"), choice({"": tr("none in particular")} | causes))
    dialog.start("text")
    return dialog


def ask_telling(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F9: how the customer was told, and what was said; then the request is closed."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Tell the customer: {code}", code=row.code), tr("Told, close"), "F9",
        lambda v: room.requests.tell(
            room.person, row.id, v["how"], v["words"], int(v["score"]) if v["score"] else None
        ),
        done,
    )  # fmt: skip
    dialog.say(joined(contact_words(row, tr), phone_words(row.phone)), tone=Tone.PLAIN, strong=True)
    if not row.phone and row.address:
        dialog.say(row.address)
    how = "phone" if row.phone else "letter" if row.channel == "letter" else "in_person"
    ways = {way: words for way, words in names.ways(tr).items() if way in WAYS}
    way_box = choice(ways, how)
    dialog.form.add("how", tr("&How the customer was told"), way_box)
    said = NoteEdit(5)
    said.setPlainText(story.answer or "")
    dialog.form.add("words", tr("&What was said"), said, tr("The answer as it was given."), wide=True)
    scores = {"": tr("Not asked")} | names.scores(tr)
    dialog.form.add("score", tr("How content the customer &is"), choice(scores))
    _point_to_letter(dialog, way_box, parent, room, story)
    dialog.start("how")
    return dialog


def _point_to_letter(
    dialog: ActDialog, ways: LetterBox, parent: QWidget, room: RequestRoom, story: RequestStory
) -> None:
    """By letter: one with a number is written elsewhere, and closes the request by itself."""
    if not room.may("letters.write"):
        return

    def write() -> None:
        from app.ui.requests.letter_dialog import ask_letter  # here: it is made of these dialogs

        dialog.form.mark_clean()
        dialog.reject()
        # It says itself what has become of the request, and the page hears of what is written.
        ask_letter(parent, room, story, lambda: None)

    button = Button(tr("Write a letter…"), write, key="F10")
    dialog.buttons.insertWidget(1, button)
    hint = tr("A letter with its number is written with F10. Here goes only what was sent already.")

    def chosen() -> None:
        by_letter = ways.currentData() == "letter"
        button.setVisible(by_letter)
        dialog.form.set_hint("how", hint if by_letter else "")

    ways.currentIndexChanged.connect(lambda _n: chosen())
    chosen()


def ask_unit(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F6: which unit, which person of it, and what is to be done."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Transfer {code}", code=row.code), tr("Transfer"), "F6",
        lambda v: room.work.route(
            room.person, row.id, v["unit_code"], v["words"], UUID(v["person"]) if v["person"] else None
        ),
        done,
    )  # fmt: skip
    dialog.say(tr("Now with {unit}. The due time stays.", unit=room.unit_name(row.unit_code)))
    units, members = unit_box(room, _unit_to_be(room, story)), LetterBox()

    def offer() -> None:
        """The people of the unit; of a unit without any the unit as a whole."""
        members.clear()
        members.addItem(tr("the unit as a whole"), None)
        unit = units.currentData()
        for member in room.queries.members(unit) if unit else ():
            members.addItem(member.name, str(member.id))

    units.currentIndexChanged.connect(lambda _i: offer())
    offer()
    dialog.form.add("unit_code", tr("&Unit"), units)
    dialog.form.add("person", tr("&Person"), members)
    dialog.form.add("words", tr("&What is asked of it"), NoteEdit(3), wide=True)
    dialog.start("unit_code")
    return dialog


def unit_box(room: RequestRoom, chosen: str = "", *, but: str | None = None) -> LetterBox:
    """Units to choose from without `but`, none of them yet where `chosen` is none of them."""
    box = LetterBox()
    box.addItem(tr("Choose, or type its first letters"), None)
    for code, name in room.units.items():
        if code != but:
            box.addItem(name, code)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


def _unit_to_be(room: RequestRoom, story: RequestStory) -> str:
    """The unit whose step it is, or of its kind, where it lies elsewhere; else nobody can know."""
    row, standing = story.row, way(room, story).now
    kind = room.types_ever.get(row.type_code)
    unit = standing.step.unit_code if standing else kind.unit_code if kind else ""
    return "" if unit == row.unit_code else unit


def ask_question(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Ctrl+B: what another unit is asked, while the request stays where it is."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Question on {code}", code=row.code), tr("Ask"), "Ctrl+B",
        lambda v: room.work.ask(room.person, row.id, v["unit_code"], v["words"]), done,
    )  # fmt: skip
    dialog.say(tr("The request stays with {unit}; its clock runs on.", unit=room.unit_name(row.unit_code)))
    dialog.form.add("unit_code", tr("&Unit"), unit_box(room, but=row.unit_code))
    dialog.form.add("words", tr("&Question"), NoteEdit(3), wide=True)
    dialog.start("unit_code")
    return dialog


def ask_reply(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Ctrl+E: what the unit that was asked says."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Reply on {code}", code=row.code), tr("Save reply"), "Ctrl+E",
        lambda v: room.work.reply(room.person, row.id, v["unit_code"], v["words"]), done,
    )  # fmt: skip
    asked = [e for e in story.events if e.kind == "asked" and e.unit_code in row.asked and e.text]
    for event in asked[-1:]:
        dialog.say(str(event.text), tone=Tone.PLAIN)
    mine = room.viewer.unit_code or ""
    dialog.form.add("unit_code", tr("&Unit"), choice({u: room.unit_name(u) for u in row.asked}, mine))
    dialog.form.add("words", tr("&Reply"), NoteEdit(4), wide=True)
    dialog.start("words")
    return dialog


def ask_hold(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F11: what the customer is waited for. Nothing is proposed: each reason asks for other words."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Wait for the customer: {code}", code=row.code), tr("Wait"), "F11",
        lambda v: room.work.hold(room.person, row.id, v["reason"] or "", v["words"]), done,
    )  # fmt: skip
    dialog.say(tr("The clock stands still until work goes on. Only waiting for the customer stops it."))
    reasons = LetterBox()
    reasons.addItem(tr("Choose, or type its first letters"), None)
    for code, word in names.holds(tr).items():
        reasons.addItem(word, code)
    dialog.form.add("reason", tr("&Waiting for"), reasons)
    dialog.form.add("words", tr("What the customer was &told"), NoteEdit(3), wide=True)

    def fit() -> None:
        """Who was not reached has been told nothing."""
        label, hint = tr("What the customer was &told"), ""
        if reasons.currentData() == "unreachable":
            label = tr("When and how it was &tried")
            hint = tr("Each try by day and hour: the number called, the house visited.")
        elif reasons.currentData() == "access":
            hint = tr("When somebody came, and how the next visit was announced.")
        dialog.form.set_label("words", label, hint)

    reasons.currentIndexChanged.connect(lambda _i: fit())
    dialog.start("reason")
    return dialog


def ask_resuming(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F11: the customer is waited for no longer."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Go on with {code}", code=row.code), tr("Go on"), "F11",
        lambda v: room.work.resume(room.person, row.id, v["words"]), done,
    )  # fmt: skip
    dialog.say(tr("The time of waiting is added to the due time."))
    dialog.form.add("words", tr("&Note"), NoteEdit(3), wide=True)
    dialog.start("words")
    return dialog


def ask_papers(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Papers that were missing are brought."""
    row = story.row
    kind = room.rules.type_version(row.type_id, row.type_code)
    there = papers_brought(story)
    papers = [d for d in kind.documents if d.code not in there] if kind else []

    def brought() -> None:
        done()
        _say_brought(parent, room, row.id)

    dialog = ActDialog(
        parent, room, tr("Papers for {code}", code=row.code), tr("Receive"), "F8",
        lambda v: room.requests.bring(room.person, row.id, v["documents"]), brought,
    )  # fmt: skip
    dialog.say(tr("Once none is missing the request is received, and its clock runs."))
    ticks = TickList()
    ticks.offer({paper.code: paper.name(tr.language) for paper in papers})
    dialog.form.add("documents", tr("Papers that were &brought"), ticks, wide=True)
    dialog.start("documents")
    return dialog


def _say_brought(parent: QWidget, room: RequestRoom, request_id: UUID) -> None:
    """Once all papers are there the request is received: by when it is answered is said and printed, as at
    intake. Before that, what is missing still."""
    story = room.queries.story(request_id, room.viewer)
    if story is None:
        return
    row = story.row
    if row.state == "lacking":
        papers = ", ".join(missing_papers(room, story))
        said = tr("{code}: still missing: {papers}", code=row.code, papers=papers)
        toast(parent, said, tone=Tone.ATTENTION)
        return
    calendar, by_clock = room.rules.calendar(), room.by_the_clock(row)
    when = due_words(row.due, room.now(), calendar, by_clock) if row.due else ""
    toast(parent, received_words(row.code, when))
    print_slip(room, parent, row.id, row.code)


def missing_papers(room: RequestRoom, story: RequestStory) -> list[str]:
    """The names of the papers without which it is not received."""
    if story.row.state != "lacking":
        return []
    kind = room.rules.type_version(story.row.type_id, story.row.type_code)
    lacking = missing(kind.documents, papers_brought(story)) if kind else ()
    return [d.name(tr.language) for d in kind.documents if d.code in lacking] if kind else []


def ask_customer(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Whose request it is."""
    row = story.row
    found = CustomerEdit(room.customers, room.jobs)

    def link(values: Mapping[str, Any]) -> None:
        if not values["customer_id"]:
            raise Invalid(customer_id="required")
        room.requests.link(room.person, row.id, UUID(values["customer_id"]))

    title = tr("Whose request is {code}?", code=row.code)
    dialog = ActDialog(parent, room, title, tr("Link"), "", link, done)
    dialog.say(joined(contact_words(row, tr), row.address))
    dialog.form.add("customer_id", tr("&Customer"), found, wide=True)
    KeysFirst(found)
    dialog.start("customer_id")
    return dialog


def ask_incident(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Ctrl+I: about which incident it is."""
    row = story.row
    ids = room.incident_queries.ids(running=True)
    rows = room.incident_queries.rows(ids)
    words = {"": tr("none")} | {str(id): f"{rows[id].title} · {rows[id].area}" for id in ids}
    dialog = ActDialog(
        parent, room, tr("Incident of {code}", code=row.code), tr("Put under it"), "Ctrl+I",
        lambda v: room.incidents.put_under(
            room.person, UUID(v["incident"]) if v["incident"] else None, [row.id]
        ),
        done,
    )  # fmt: skip
    dialog.say(tr("Requests under an incident are answered together."))
    dialog.form.add("incident", tr("&Incident"), choice(words, str(row.incident_id or "")), wide=True)
    dialog.start("incident")
    return dialog


def ask_score(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """How content the customer is."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Opinion on {code}", code=row.code), tr("Save"), "",
        lambda v: room.requests.rate(room.person, row.id, int(v["score"]), v["words"]), done,
    )  # fmt: skip
    dialog.form.add("score", tr("How content the customer &is"), choice(names.scores(tr)))
    dialog.form.add("words", tr("&What was said"), NoteEdit(3), wide=True)
    dialog.start("score")
    return dialog


def take_over(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> None:
    """This person sees to it from now on: nothing is asked."""
    room.jobs.run(
        parent,
        lambda _job: room.work.take(room.person, story.row.id),
        done=lambda _nothing: done(),
        failed=lambda error: toast(parent, room.why(error), tone=Tone.WRONG),
    )


def ask_note(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F7: what was seen, heard or done."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Note on {code}", code=row.code), tr("Save note"), "F7",
        lambda v: room.requests.note(room.person, row.id, v["words"]), done,
    )  # fmt: skip
    dialog.form.add("words", tr("&Note"), NoteEdit(4), wide=True)
    dialog.start("words")
    return dialog


def ask_reopening(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Ctrl+R: why the answer did not hold."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Reopen {code}", code=row.code), tr("Reopen"), "Ctrl+R",
        lambda v: room.requests.reopen(room.person, row.id, v["reason"]), done,
    )  # fmt: skip
    dialog.say(tr("It will need a new answer, and the customer will have to be told again."))
    dialog.form.add("reason", tr("&Reason"), NoteEdit(4), wide=True)
    dialog.start("reason")
    return dialog
