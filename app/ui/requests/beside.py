"""Beside the intake form: who the customer is, what is owed, what is open already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.domain import names
from app.domain.money import format_money
from app.domain.quantities import format_quantity
from app.queries.customers import CustomerCard
from app.queries.incidents import IncidentRow
from app.queries.requests import CallerStory, RequestRow
from app.ui.kit.buttons import Button, enters
from app.ui.kit.inspector import Notice, Panel, clear, lines_of
from app.ui.kit.labels import Label
from app.ui.kit.pills import draw_pill, pill_width
from app.ui.kit.style import box, ring
from app.ui.kit.theme import Tone, font, px, theme
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import day_words, due_of, joined, one_line, said, short_code
from app.words import tr

CLOSED_SHOWN = 3
BILLS_SHOWN = 3


class RequestLine(QAbstractButton):
    """A request in two lines; a click or Space goes to it."""

    def __init__(
        self, room: RequestRoom, row: RequestRow, now: datetime, parent: QWidget | None = None
    ) -> None:
        super().__init__()
        self._words = one_line(said(row))
        when = day_words(row.received_at, now, room.zone)
        self._below = f"{short_code(row.code, room.desk)} · {when}"
        self._due = due_of(row, now, room.rules.calendar(), room.by_the_clock(row))
        self._dim = row.state == "closed"
        self.setText(self._words)
        state = self._due.text or names.states(tr)[row.state]
        self.setAccessibleName(f"{self._words}, {self._below}, {state}")
        self.setToolTip(self._words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not enters(event, self):
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(200), px(48))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        box(painter, self.rect(), now.hover if self.underMouse() else now.surface, now.line)
        inner = self.rect().adjusted(px(10), px(4), -px(10), -px(4))
        upper = inner.adjusted(0, 0, 0, -inner.height() // 2)
        lower = inner.adjusted(0, inner.height() // 2, 0, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(font())
        painter.setPen(QColor(now.soft if self._dim else now.text))
        words = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, upper.width())
        painter.drawText(upper, middle, words)
        painter.setFont(font(9))
        painter.setPen(QColor(now.soft))
        due = self._due
        pill = due.tone not in (Tone.PLAIN, Tone.SOFT)
        if pill:
            wide = pill_width(due.text, due.tone, due.sign)
        else:
            wide = painter.fontMetrics().horizontalAdvance(due.text)
        right, left = lower.adjusted(lower.width() - wide, 0, 0, 0), lower.adjusted(0, 0, -wide - px(8), 0)
        below = painter.fontMetrics().elidedText(self._below, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, middle, below)
        if pill:
            draw_pill(painter, right, due.text, due.tone, due.sign)
        elif due.text:
            painter.drawText(right, middle | int(Qt.AlignmentFlag.AlignRight), due.text)
        if self.hasFocus():
            ring(painter, self.rect())


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of who asks and of the place: `doubles` are open requests that may be this one again."""

    story: CallerStory | None
    card: CustomerCard | None
    doubles: Sequence[RequestRow]
    incidents: Sequence[IncidentRow]


class BesidePanel(Panel):
    """Signals: `asked(request id)`, someone wants to see that request; `same(RequestRow)`, it is the same
    matter; `put_under(incident id or None)`, the new request is about that incident, or about none."""

    asked = Signal(object)
    same = Signal(object)
    put_under = Signal(object)

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        self.show_all(Beside(None, None, (), ()), None)

    def show_all(self, found: Beside, under: UUID | None) -> None:
        """`under`: the incident that was chosen for the new request."""
        clear(self.body)
        if found.story is not None:
            self._who(found.story)
        self._incidents(found.incidents, under)
        if found.story is None:
            self._doubles(found.doubles)
            hint = tr(
                "Once the customer is found, open requests and what is owed are shown here. "
                "For one who is no customer, type the name and choose the last line."
            )
            self.body.addWidget(Label(hint, tone=Tone.SOFT, wrap=True))
        else:
            self._requests(found.story, found.doubles)
            if found.card is not None:
                self._money_and_use(found.card)
        self.body.addStretch(1)

    # -- the parts ---------------------------------------------------------------------------------------

    def _who(self, story: CallerStory) -> None:
        money = self.room.rules.utility.currency
        self.body.addWidget(Label(story.code, tone=Tone.SOFT, points=9.5, mono=True, selectable=True))
        self.body.addWidget(Label(story.name, points=12.5, bold=True, wrap=True))
        if story.owed:
            words = tr("Owes {amount}", amount=format_money(story.owed, money, tr.language))
            self.body.addWidget(Notice(words, Tone.ATTENTION))
        else:
            self.body.addWidget(Label(tr("Owes nothing"), tone=Tone.SOFT))
        if story.credit:
            words = tr("Credit {amount}", amount=format_money(story.credit, money, tr.language))
            self.body.addWidget(Label(words, tone=Tone.GOOD))

    def _requests(self, story: CallerStory, doubles: Sequence[RequestRow]) -> None:
        now = self.room.now()
        self.body.addSpacing(px(12))
        own = {row.id for row in story.open}
        if story.open:
            self._list(tr("Open requests: {count}", count=len(story.open)), story.open, now, may_be_same=True)
        else:
            self.body.addWidget(Label(tr("No request is open."), tone=Tone.SOFT))
        self._doubles([row for row in doubles if row.id not in own])
        if story.closed:
            self.body.addSpacing(px(12))
            self._list(tr("Earlier"), story.closed[:CLOSED_SHOWN], now)

    def _incidents(self, rows: Sequence[IncidentRow], under: UUID | None) -> None:
        """What is out of order in the street: the request can be put under it."""
        if not rows:
            return
        self.body.addSpacing(px(12))
        self.body.addWidget(Label(tr("Supply at this address"), bold=True))
        for row in rows:
            self.body.addWidget(Notice(incident_words(row, self.room), Tone.ATTENTION))
            if row.id == under:
                self.body.addWidget(Label(tr("This request is put under it."), tone=Tone.GOOD))
                verb, chosen = tr("Take it out again"), None
            else:
                verb, chosen = tr("It is about this"), row.id
            key = "Ctrl+U" if row is rows[0] else ""
            self.body.addWidget(Button(verb, partial(self.put_under.emit, chosen), key=key))

    def _money_and_use(self, card: CustomerCard) -> None:
        money = self.room.rules.utility.currency
        lines: list[tuple[str, str, str]] = []
        for bill in card.bills[:BILLS_SHOWN]:
            paid = tr("paid") if bill.paid >= bill.total else tr("not paid")
            total = format_money(bill.total, money, tr.language)
            lines.append((f"{bill.period[5:]}/{bill.period[:4]}", paid, total))
        if lines:
            self._table(tr("Last bills"), lines)
        reads = [
            (
                f"{read.period[5:]}/{read.period[:4]}",
                format_quantity(read.present, tr.language),
                f"{format_quantity(read.usage, tr.language)} {self.room.unit}",
            )
            for read in card.readings[:BILLS_SHOWN]
        ]
        if reads:
            self._table(tr("Last indexes"), reads)

    def _table(self, title: str, lines: Sequence[tuple[str, str, str]]) -> None:
        self.body.addSpacing(px(12))
        self.body.addWidget(Label(title, bold=True))
        shown = [
            [Label(when, tone=Tone.SOFT, points=9.5), Label(what, points=9.5), Label(much, points=9.5)]
            for when, what, much in lines
        ]
        self.body.addLayout(lines_of(shown, gap=2))

    def _doubles(self, rows: Sequence[RequestRow]) -> None:
        if not rows:
            return
        self.body.addSpacing(px(12))
        self.body.addWidget(
            Notice(tr("Received today from the same address. Is it the same matter?"), Tone.ATTENTION)
        )
        self._list("", rows[:CLOSED_SHOWN], self.room.now(), may_be_same=True)
        self.body.addSpacing(px(12))

    def _list(
        self, title: str, rows: Sequence[RequestRow], now: datetime, *, may_be_same: bool = False
    ) -> None:
        if title:
            self.body.addWidget(Label(title, bold=True))
        for row in rows:
            line = RequestLine(self.room, row, now)
            line.clicked.connect(lambda _checked=False, id=row.id: self._ask(id))
            self.body.addWidget(line)
            if may_be_same and row is rows[0] and self.room.may("requests.note"):
                words = tr("Same matter")
                self.body.addWidget(Button(words, partial(self.same.emit, row), key="Ctrl+G"))

    def _ask(self, request_id: UUID) -> None:
        self.asked.emit(request_id)


def incident_words(row: IncidentRow, room: RequestRoom) -> str:
    """An incident in two lines: what, where, since when, until when."""
    now = room.now()
    since = tr("since {when}", when=day_words(row.started_at, now, room.zone))
    if row.ended_at is not None:
        until = tr("over {when}", when=day_words(row.ended_at, now, room.zone))
    elif row.expected_at is not None:
        until = tr("expected until {when}", when=day_words(row.expected_at, now, room.zone))
    else:
        until = tr("end not known")
    return f"{joined(row.title, row.area)}\n{since}, {until}"
