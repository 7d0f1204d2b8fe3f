"""The work order that is chosen in the list: where it stands, what happened, what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain import names
from app.domain.field import may, owed
from app.domain.money import format_money
from app.domain.requests import HANDLED, UNTOLD
from app.queries.field import OrderRow, OrderStory
from app.ui.field import dialogs
from app.ui.field.prints import print_order
from app.ui.field.room import FieldRoom
from app.ui.field.words import (
    clock_notice,
    event_words,
    kind_words,
    material_words,
    order_state_words,
    plain_day,
    restored_words,
)
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.buttons import Button
from app.ui.kit.inspector import Details, Inspector
from app.ui.requests.attachments import AttachmentPanel
from app.ui.requests.inspector import headline
from app.ui.requests.words import day_words, one_line, phone_words, stamp
from app.words import tr

UNANSWERED = frozenset({*HANDLED, *UNTOLD})
"""States of a request whose customer still waits for word."""

Ask = Callable[[QWidget, FieldRoom, OrderStory, Callable[[], object]], ActDialog]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What can be done with a work order: `kind` is the event that it writes, `said` tells of its code that
    it is done."""

    kind: str
    right: str
    words: str
    ask: Ask
    said: Callable[[str], str]
    key: str = ""


def all_acts(restored: str) -> tuple[Act, ...]:
    """The acts in the order in which they are offered; `restored`: see `restored_words`."""
    return (
        Act(
            kind="cancelled",
            right="field.plan",
            words=tr("Cancel…"),
            key="Del",
            ask=dialogs.ask_cancelling,
            said=lambda code: tr("{code} is cancelled.", code=code),
        ),
        Act(
            kind="rescheduled",
            right="field.plan",
            words=tr("Crew, day"),
            key="F6",
            ask=dialogs.ask_plan,
            said=lambda code: tr("{code} is planned.", code=code),
        ),
        Act(
            kind="on_site",
            right="field.report",
            words=tr("On site"),
            key="F7",
            ask=dialogs.ask_arrival,
            said=lambda code: tr("{code}: the crew is on site.", code=code),
        ),
        Act(
            kind="restored",
            right="field.report",
            words=restored,
            key="F8",
            ask=dialogs.ask_restored,
            said=lambda code: f"{code} · {restored}",
        ),
        Act(
            kind="done",
            right="field.report",
            words=tr("Result"),
            key="F9",
            ask=dialogs.ask_result,
            said=lambda code: tr("{code} is done.", code=code),
        ),
    )


class OrderInspector(Inspector):
    """Shows a work order's story and the acts that are open to the person.

    Signals: `done(said)`: an act was done; `said` is the sentence about it. `request_asked(id)`.
    """

    done = Signal(str)
    request_asked = Signal(object)

    def __init__(self, room: FieldRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        self.story: OrderStory | None = None
        self.scans = AttachmentPanel(room)
        self.body.insertWidget(self.body.count() - 1, self.scans)

    def show_order(self, order_id: UUID | None) -> None:
        """Shows this one, or that none is chosen."""
        room = self.room
        self.story = None if order_id is None else room.queries.story(order_id, room.viewer)
        if self.story is None:
            self.show_nothing(tr("The chosen work order is shown here."))
            self.scans.show_nothing()
            return
        story, row, now = self.story, self.story.row, room.now()
        notice, tone = clock_notice(row, now, room.zone)
        self.show_details(
            Details(
                code=row.code,
                title=headline(row.words),
                notice=notice,
                notice_tone=tone,
                fields=self._fields(story),
                timeline_title=tr("What happened"),
                timeline=[
                    (stamp(each.at, now, room.zone), event_words(each, room.today(), self._restored(row)))
                    for each in reversed(story.events)  # what happened last is seen first, as for a request
                ],
            ),
            self._buttons(row),
        )
        reports = room.may("field.report") or room.may("field.plan")
        theirs = reports and room.scans.queries.may_see("work_order", row.id, room.viewer)
        self.scans.show_of("work_order", row.id, may_attach=theirs)

    def _fields(self, story: OrderStory) -> list[tuple[str, str]]:
        room, row = self.room, story.row
        clock, now = row.clock, room.now()
        there = day_words(clock.on_site_at, now, room.zone) if clock.on_site_at else ""
        back = day_words(clock.restored_at, now, room.zone) if clock.restored_at else ""
        customer = " · ".join(part for part in (row.customer_name, row.customer_code) if part)
        asked = "\n".join(part for part in (row.request_code, row.request_words) if part)
        used = [material_words(line, room) for line in story.materials]
        if (bill := owed(story.materials)) > 0:
            amount = format_money(bill, room.currency, tr.language)
            used.append(tr("The customer pays {amount}", amount=amount))
        fields = [
            (tr("Task"), "" if one_line(row.words) == headline(row.words) else row.words),
            (tr("Kind"), f"{kind_words(row)} · {order_state_words(row, room.rules.utility.kind)}"),
            (tr("Place"), row.address),
            (tr("Customer"), customer),
            (tr("Phone"), phone_words(row.phone)),
            (tr("Meter serial"), row.meter or ""),
            (tr("Route"), row.route or ""),
            (tr("Day"), plain_day(row.planned_on, room.today()) if row.planned_on else ""),
            (tr("Crew"), ", ".join(row.crew)),
            (tr("Handled by"), room.unit_name(row.unit_code)),
            (tr("On site since"), there),
            (tr("{what} since", what=self._restored(row)), back),
            (tr("Result"), names.order_results(tr).get(row.result or "", "")),
            (tr("Material used"), "\n".join(used)),
            (tr("Charge"), tr("Labour free") if row.labour_free else ""),
            (tr("Request"), asked),
        ]
        return [field for field in fields if field[1]]

    def _restored(self, row: OrderRow) -> str:
        return restored_words(self.room.rules.utility.kind, row.request_type)

    def _buttons(self, row: OrderRow) -> list[Button]:
        room = self.room
        buttons = [Button(tr("Print"), self._print, key="Ctrl+P")]
        if row.request_id is not None and room.may("requests.register"):
            buttons.append(
                Button(
                    tr("Show request"),
                    partial(self.request_asked.emit, row.request_id),
                    key="F3",
                    primary=row.state == "done" and row.request_state in UNANSWERED,
                )
            )
        emergency = row.clock.restore_by is not None or row.clock.on_site_by is not None
        main = _comes_next(row)
        for act in all_acts(self._restored(row)):
            if not room.may(act.right) or not may(row.state, act.kind):
                continue
            if act.kind == "restored" and not emergency:
                continue
            ask = partial(self._ask, act)
            buttons.append(Button(act.words, ask, key=act.key, primary=act.kind == main))
        return buttons

    def _print(self) -> None:
        if self.story is not None:
            print_order(self.window(), self.room, self.story.row.id, self.story.row.code)

    def _ask(self, act: Act) -> None:
        if self.story is not None:
            done = partial(self.done.emit, act.said(self.story.row.code))
            act.ask(self.window(), self.room, self.story, done)


def _comes_next(row: OrderRow) -> str:
    """The act that is offered first. In an emergency the crew arrives before the supply is back, whichever of
    the two has the shorter limit."""
    if row.clock.next() is None:
        return "done"
    return "restored" if row.clock.on_site_at is not None else "on_site"
