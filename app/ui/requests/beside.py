"""Beside the intake form: who the customer is, what is owed, what is open already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.domain import names
from app.domain.money import format_money
from app.queries.requests import CallerStory, RequestRow
from app.ui.kit.inspector import Notice, Panel, clear
from app.ui.kit.labels import Label
from app.ui.kit.pills import draw_pill, pill_width
from app.ui.kit.style import box, ring
from app.ui.kit.theme import Tone, font, px, theme
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import day_words, due_of, one_line, short_code
from app.words import tr

CLOSED_SHOWN = 3


class RequestLine(QAbstractButton):
    """A request in two lines; a click or Space goes to it."""

    def __init__(
        self, room: RequestRoom, row: RequestRow, now: datetime, parent: QWidget | None = None
    ) -> None:
        super().__init__()
        self._words = one_line(row.words)
        when = day_words(row.received_at, now, room.zone)
        self._below = f"{short_code(row.code, room.desk)} · {when}"
        self._due = due_of(row, now, room.rules.calendar())
        self._dim = row.state == "closed"
        self.setText(self._words)
        state = self._due.text or names.states(tr)[row.state]
        self.setAccessibleName(f"{self._words}, {self._below}, {state}")
        self.setToolTip(self._words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

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
        painter.drawText(lower, middle, self._below)
        due = self._due
        if due.tone not in (Tone.PLAIN, Tone.SOFT):
            wide = pill_width(due.text, due.tone, due.sign)
            draw_pill(painter, lower.adjusted(lower.width() - wide, 0, 0, 0), due.text, due.tone, due.sign)
        elif due.text:
            painter.drawText(lower, middle | int(Qt.AlignmentFlag.AlignRight), due.text)
        if self.hasFocus():
            ring(painter, self.rect())


class BesidePanel(Panel):
    """Signal `asked(request id)`: someone wants to see that request."""

    asked = Signal(object)

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        self.show_nobody()

    def show_nobody(self, doubles: Sequence[RequestRow] = ()) -> None:
        """No customer is chosen."""
        clear(self.body)
        self._doubles(doubles)
        hint = tr(
            "Once the customer is found, open requests and what is owed are shown here. "
            "For one who is no customer, type the name and choose the last line."
        )
        self.body.addWidget(Label(hint, tone=Tone.SOFT, wrap=True))
        self.body.addStretch(1)

    def show_customer(self, story: CallerStory, doubles: Sequence[RequestRow]) -> None:
        """The customer's story; of `doubles` only those that are not the customer's own."""
        now, money = self.room.now(), self.room.rules.utility.currency
        clear(self.body)
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
        self.body.addSpacing(px(12))
        own = {row.id for row in story.open}
        if story.open:
            self._list(tr("Open requests: {count}", count=len(story.open)), story.open, now)
        else:
            self.body.addWidget(Label(tr("No request is open."), tone=Tone.SOFT))
        self._doubles([row for row in doubles if row.id not in own])
        if story.closed:
            self.body.addSpacing(px(12))
            self._list(tr("Earlier"), story.closed[:CLOSED_SHOWN], now)
        self.body.addStretch(1)

    def _doubles(self, rows: Sequence[RequestRow]) -> None:
        if not rows:
            return
        self.body.addSpacing(px(12))
        self.body.addWidget(
            Notice(tr("Received today from the same address. Is it the same matter?"), Tone.ATTENTION)
        )
        self._list("", rows[:CLOSED_SHOWN], self.room.now())
        self.body.addSpacing(px(12))

    def _list(self, title: str, rows: Sequence[RequestRow], now: datetime) -> None:
        if title:
            self.body.addWidget(Label(title, bold=True))
        for row in rows:
            line = RequestLine(self.room, row, now)
            line.clicked.connect(lambda _checked=False, id=row.id: self._ask(id))
            self.body.addWidget(line)

    def _ask(self, request_id: UUID) -> None:
        self.asked.emit(request_id)
