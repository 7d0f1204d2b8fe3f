"""Everything that can be done with a request from its inspector, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.domain.requests import may
from app.queries.requests import RequestStory
from app.services.request_acts import OF_ITS_AUTHOR
from app.ui.requests import dialogs, letter_dialog, refund_steps, steps
from app.ui.requests.room import RequestRoom
from app.ui.requests.supply_papers import has_paper, show_paper
from app.words import tr

Done = Callable[[], object]
Ask = Callable[[QWidget, RequestRoom, RequestStory, Done], object]
When = Callable[[RequestRoom, RequestStory], bool]


def always(_room: RequestRoom, _story: RequestStory) -> bool:
    """Whenever right and state allow it."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What can be done with a request.

    `kind` is the event that it writes: the state must allow it, and of a restricted request only what is its
    author's (`OF_ITS_AUTHOR`) is open to those without the right; empty for an act that writes no event.
    `right` is the act in `people.ACTS`, empty where everybody may. `ask` opens its dialog and calls the last
    argument when it is done, `said` is what is then told of the request's code. `primary`: what comes next
    for the request (Enter does it), of several the last one. `rare` ones wait in the menu behind F10. `when`
    asks for more.
    """

    name: str
    words: str
    ask: Ask
    said: Callable[[str], str] = lambda code: ""
    kind: str = ""
    right: str = ""
    key: str = ""
    primary: bool = False
    rare: bool = False
    when: When = always

    def open_to(self, room: RequestRoom, story: RequestStory) -> bool:
        """Whether it is offered to this person for this request now."""
        row = story.row
        if self.right and not room.may(self.right):
            return False
        if self.kind:
            whole = not row.restricted or room.viewer.restricted
            author = row.received_by == room.person.id and self.kind in OF_ITS_AUTHOR
            if not (whole or author) or not may(row.state, self.kind):
                return False
        return self.when(room, story)


def _ask_order(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> object:
    """F5: send a crew out for it."""
    from app.ui.field.issuing import ask_order  # here: it is made of the dialogs of requests

    assert room.field is not None
    return ask_order(parent, room.field, story, lambda _issued: done())


def all_acts() -> tuple[Act, ...]:
    """The acts in the order in which they are offered, the primary ones last."""
    return (
        Act(
            name="route",
            kind="routed",
            right="requests.route",
            words=tr("Transfer"),
            key="F6",
            ask=dialogs.ask_unit,
            said=lambda code: tr("{code} is transferred.", code=code),
        ),
        Act(
            name="order",
            kind="routed",
            right="field.plan",
            words=tr("Work order"),
            key="F5",
            ask=_ask_order,
            said=lambda code: tr("A work order for {code} is issued.", code=code),
            when=lambda room, _story: room.field is not None,
        ),
        Act(
            name="take",
            kind="routed",
            right="requests.handle",
            words=tr("I see to it"),
            ask=dialogs.take_over,
            said=lambda code: tr("{code} is with you.", code=code),
            rare=True,
            when=lambda room, story: story.row.person != room.person.id,
        ),
        Act(
            name="ask",
            kind="asked",
            right="requests.handle",
            words=tr("Ask another unit…"),
            key="Ctrl+B",
            ask=dialogs.ask_question,
            said=lambda code: tr("The question on {code} is sent.", code=code),
            rare=True,
        ),
        Act(
            name="reply",
            kind="replied",
            right="requests.handle",
            words=tr("Reply"),
            key="Ctrl+E",
            ask=dialogs.ask_reply,
            said=lambda code: tr("The reply on {code} is saved.", code=code),
            when=lambda room, story: bool(story.row.asked),
        ),
        Act(
            name="hold",
            kind="held",
            right="requests.handle",
            words=tr("Wait for the customer…"),
            key="F11",
            ask=dialogs.ask_hold,
            said=lambda code: tr("{code} waits for the customer.", code=code),
            rare=True,
            when=lambda room, story: story.row.held_at is None,
        ),
        Act(
            name="incident",
            kind="merged",
            right="requests.route",
            words=tr("Put under an incident…"),
            key="Ctrl+I",
            ask=dialogs.ask_incident,
            said=lambda code: tr("The incident of {code} is noted.", code=code),
            rare=True,
        ),
        Act(
            name="link",
            kind="linked",
            right="requests.route",
            words=tr("Link to a customer…"),
            ask=dialogs.ask_customer,
            said=lambda code: tr("{code} is linked to its customer.", code=code),
            rare=True,
            when=lambda room, story: story.row.customer_id is None,
        ),
        Act(
            name="rate",
            kind="rated",
            right="requests.tell",
            words=tr("Customer's opinion…"),
            ask=dialogs.ask_score,
            said=lambda code: tr("The opinion on {code} is saved.", code=code),
            rare=True,
        ),
        Act(
            name="give_up",
            kind="answered",
            right="requests.answer",
            words=tr("Answer without the papers…"),
            ask=dialogs.ask_answer,
            said=lambda code: tr("{code} is answered. Tell the customer.", code=code),
            rare=True,
            when=lambda room, story: story.row.state == "lacking",
        ),
        Act(
            name="bring",
            kind="received",
            right="requests.register",
            words=tr("Papers brought"),
            key="F8",
            primary=True,
            ask=dialogs.ask_papers,
        ),
        Act(
            name="letter",
            kind="noted",
            right="letters.write",
            words=tr("Write a letter…"),
            ask=letter_dialog.ask_letter,
            rare=True,
        ),
        Act(
            name="letter_sent",
            kind="told",
            right="requests.tell",
            words=tr("Letter sent, close…"),
            ask=letter_dialog.send_letter,
            said=lambda code: tr("{code} is closed.", code=code),
            rare=True,
            when=letter_dialog.has_letter,
        ),
        Act(
            name="letter_again",
            words=tr("Print the letter again"),
            ask=letter_dialog.print_again,
            rare=True,
            when=letter_dialog.has_letter,
        ),
        Act(
            name="note",
            kind="noted",
            right="requests.note",
            words=tr("Note"),
            key="F7",
            ask=dialogs.ask_note,
            said=lambda code: tr("The note on {code} is saved.", code=code),
        ),
        Act(
            name="reopen",
            kind="reopened",
            right="requests.reopen",
            words=tr("Reopen"),
            key="Ctrl+R",
            ask=dialogs.ask_reopening,
            said=lambda code: tr("{code} is open again.", code=code),
        ),
        Act(
            name="answer",
            kind="answered",
            right="requests.answer",
            words=tr("Answer"),
            key="F8",
            primary=True,
            ask=dialogs.ask_answer,
            said=lambda code: tr("{code} is answered. Tell the customer.", code=code),
            when=lambda room, story: story.row.state != "lacking",
        ),
        Act(
            name="tell",
            kind="told",
            right="requests.tell",
            words=tr("Tell customer"),
            key="F9",
            primary=True,
            ask=dialogs.ask_telling,
            said=lambda code: tr("{code} is closed.", code=code),
        ),
        Act(
            name="estimate_sheet",
            words=tr("Estimate sheet"),
            rare=True,
            ask=show_paper("estimate"),
            when=has_paper("estimate"),
        ),
        Act(
            name="contract_sheet",
            words=tr("Contract sheet"),
            rare=True,
            ask=show_paper("contract"),
            when=has_paper("contract"),
        ),
        Act(
            name="acceptance",
            words=tr("Minutes of acceptance"),
            rare=True,
            ask=show_paper("first_index"),
            when=has_paper("first_index"),
        ),
        Act(
            name="slip_again",
            right="documents.reprint",
            words=tr("Print the pay-out slip again"),
            rare=True,
            ask=refund_steps.print_slip_again,
            when=refund_steps.has_slip,
        ),
        Act(
            name="step",
            kind="stepped",
            words=tr("Finish step"),
            key=steps.KEY,
            primary=True,
            ask=steps.ask_step,
            said=lambda code: tr("A step of {code} is done.", code=code),
            when=steps.may_step,
        ),
        Act(
            name="resume",
            kind="resumed",
            right="requests.handle",
            words=tr("Go on"),
            key="F11",
            primary=True,
            ask=dialogs.ask_resuming,
            said=lambda code: tr("Work on {code} goes on.", code=code),
            when=lambda room, story: story.row.held_at is not None,
        ),
    )
