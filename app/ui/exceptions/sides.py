"""Both sides next to each other, with what a supervisor can do about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.exceptions import Act
from app.queries.exceptions import ExceptionRow
from app.queries.sides import Side
from app.ui.cash.words import clock_words
from app.ui.exceptions.room import ExceptionRoom
from app.ui.exceptions.words import (
    done_words,
    kind_words,
    next_step,
    side_code,
    side_title,
    side_value,
    what_happened,
    who_words,
)
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import Notice, clear
from app.ui.kit.labels import Label
from app.ui.kit.page import scrolled
from app.ui.kit.pills import Pill
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, look, px, theme
from app.words import tr

KEYS = ("F6", "F7", "F8")
"""Of the acts but the first, which has F9."""
RECORD_KEY = "F3"
CARD = 250
"""A side is at least so wide; what does not fit beside goes below."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An act with the side it is done to, in words."""

    act: Act
    side: Side | None
    words: str
    key: str = ""
    primary: bool = False


def offers_of(row: ExceptionRow, room: ExceptionRoom, drawer: bool) -> list[Offer]:
    """What this person can do about it, the usual thing first. `drawer`: a session is open to pay from."""
    if not room.may("exceptions.settle") or row.settled is not None:
        return []
    offers: list[Offer] = []
    for act in row.acts:
        if not act.on_side:
            offers.append(Offer(act, None, _verb(row, act.name, None, room)))
        elif act.name != "refund" or drawer:
            offers += [
                Offer(act, side, _verb(row, act.name, side, room))
                for side in row.sides
                if side.id and (row.kind != "concurrent" or side.stands == (act.name == "keep"))
            ]
    # The one that changes least comes first: what concerns no side, else the side that counts already.
    offers.sort(key=lambda o: o.side is not None and not o.side.stands)
    keys = ("F9", *KEYS, *("" for _ in offers))
    return [
        Offer(o.act, o.side, o.words, key, n == 0)
        for n, (o, key) in enumerate(zip(offers, keys, strict=False))
    ]


def _verb(row: ExceptionRow, act: str, side: Side | None, room: ExceptionRoom) -> str:
    match act:
        case "credit":
            return tr("Keep as credit")
        case "refund" if side is not None:
            return tr("Take back, return {amount}", amount=room.money(side.total))
        case "keep" if row.kind == "two_readings":
            return tr("Keep this index")
        case "keep":
            return tr("Keep this")
        case "take":
            return tr("Change to this")
        case "leave":
            return tr("Leave as it is")
        case "reopen":
            return tr("Reopen")
    return tr("Looked into")


class SideCard(QWidget):
    """One side: what, its value, the paper, who, when; and what can be done to it."""

    def __init__(self, row: ExceptionRow, side: Side, room: ExceptionRoom, act: Button | None) -> None:
        super().__init__()
        self._stands = side.stands
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(10), px(14), px(12))
        column.setSpacing(px(3))
        head = QHBoxLayout()
        title = Label(side_title(row, side), tone=Tone.SOFT, points=9.5)
        title.setMinimumHeight(px(24))  # as high as the pill beside it: the values stand in line
        head.addWidget(title, 1)
        if side.stands:
            head.addWidget(Pill(tr("counts now"), Tone.GOOD))
        column.addLayout(head)
        value = side_value(row, side, room)
        if value:
            column.addWidget(Label(value, points=13, bold=True, wrap=True, selectable=True))
        code = side_code(side, room)
        if code:
            column.addWidget(Label(code, mono=side.what != "event", points=9, wrap=True, selectable=True))
        if side.text:
            column.addWidget(Label(side.text, wrap=True, selectable=True))
        column.addSpacing(px(4))
        column.addWidget(Label(who_words(side), wrap=True))
        when = clock_words(side.at, room.today(), room.zone)
        if side.day is not None:
            when = tr("{when}, read on {day}", when=when, day=f"{side.day:%d/%m/%Y}")
        column.addWidget(Label(when, tone=Tone.SOFT, points=9.5, wrap=True))
        column.addStretch(1)
        if act is not None:
            column.addSpacing(px(6))
            column.addWidget(act)
        said = (side_title(row, side), value, code, side.text, who_words(side), when)
        self.setAccessibleName(", ".join(part for part in said if part))
        self.setMinimumWidth(px(CARD))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now = theme()
        box(QPainter(self), self.rect(), now.ground, now.good if self._stands else now.line)


class Sides(QWidget):
    """The exception that is chosen in the list, below it. `settle` is told the act and the side."""

    def __init__(
        self, room: ExceptionRoom, settle: Callable[[Offer], object], go: Callable[[str], object]
    ) -> None:
        """`go` opens what it is about: "record", or "cash" for a session of one's own."""
        super().__init__()
        self._room, self._settle, self._go = room, settle, go
        self._shown: tuple[ExceptionRow | None, bool] = (None, False)
        self.offers: list[Offer] = []
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        whole.addWidget(scrolled(inside), 1)
        self._foot = QVBoxLayout()
        whole.addLayout(self._foot)
        look.changed.connect(self._lay_out)
        self._lay_out()

    def show_row(self, row: ExceptionRow | None, drawer: bool) -> None:
        """Shows an exception; None: nothing is chosen. `drawer`: a session is open to pay money from."""
        if (row, drawer) != self._shown:
            self._shown = (row, drawer)
            self._lay_out()

    def _lay_out(self) -> None:
        row = self._shown[0]
        self._column.setContentsMargins(px(16), px(12), px(16), px(8))
        self._foot.setContentsMargins(px(16), px(4), px(16), px(12))
        clear(self._column)
        clear(self._foot)
        self.offers = offers_of(row, self._room, self._shown[1]) if row is not None else []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        acts: list[Button] = []
        if row is None:
            words = tr("Both sides of the chosen disagreement are shown here.")
            column.addWidget(Label(words, tone=Tone.SOFT, wrap=True))
        else:
            acts = self._fill(column, row)
        column.addStretch(1)
        self._column.addWidget(content)
        content.show()  # now, not at the next turn: a key pressed meanwhile would find no button
        if acts:
            row_of_acts = Flow(*reversed(acts))
            self._foot.addWidget(row_of_acts)
            row_of_acts.show()

    def _fill(self, column: QVBoxLayout, row: ExceptionRow) -> list[Button]:
        """What is said of it, with the cards; the acts that concern no side are left for the foot."""
        column.addLayout(self._head(row))
        for line in self._lines(row):
            column.addWidget(line)
        buttons = [(offer, self._button(offer)) for offer in self.offers]
        cards = [
            SideCard(row, side, self._room, next((b for o, b in buttons if o.side is side), None))
            for side in row.sides
        ]
        if cards:
            column.addSpacing(px(4))
            column.addWidget(Flow(*cards, fill=True, gap=12))
        acts = [button for offer, button in buttons if offer.side is None]
        if self._lacks_drawer(row):
            acts.append(Button(tr("Go to Take payment"), lambda: self._go("cash"), key=KEYS[0]))
        return acts

    def _button(self, offer: Offer) -> Button:
        return Button(offer.words, lambda: self._settle(offer), key=offer.key, primary=offer.primary)

    def _head(self, row: ExceptionRow) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(px(10))
        head.addWidget(Label(kind_words()[row.kind], points=12.5, bold=True))
        head.addWidget(Label(row.code, tone=Tone.SOFT, points=9, mono=True, selectable=True))
        head.addWidget(Label(row.name, selectable=True))
        head.addStretch(1)
        if row.table_name == "work_order":
            head.addWidget(Button(tr("Show work order"), lambda: self._go("record"), key=RECORD_KEY))
        elif row.request_id is not None:
            head.addWidget(Button(tr("Show request"), lambda: self._go("record"), key=RECORD_KEY))
        elif row.customer_id is not None:
            head.addWidget(Button(tr("Show customer"), lambda: self._go("record"), key=RECORD_KEY))
        return head

    def _lines(self, row: ExceptionRow) -> Iterator[QWidget]:
        room = self._room
        if row.settled is not None:
            how = row.settled
            when = clock_words(how.at, room.today(), room.zone)
            done = (done_words().get(how.act, how.act), how.who, how.desk, when)
            yield Notice(" · ".join(part for part in done if part), Tone.GOOD)
            if how.note:
                yield Label(how.note, wrap=True, selectable=True)
            return
        yield Label(what_happened(row, room), wrap=True)
        if not room.may("exceptions.settle"):
            yield Notice(tr("A supervisor settles this."), Tone.INFO)
            return
        yield Label(next_step(row), tone=Tone.SOFT, wrap=True)
        if self._lacks_drawer(row):
            words = tr("To return money, first open a cash session of your own at this desk.")
            yield Notice(words, Tone.INFO)

    def _lacks_drawer(self, row: ExceptionRow) -> bool:
        """Whether money could be returned, had the person a session to pay it from."""
        offered = {offer.act.name for offer in self.offers}
        return bool(offered) and "refund" in {act.name for act in row.acts} - offered

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        box(QPainter(self), self.rect(), theme().surface, theme().line)
