"""The way of a request as it is shown: a bar in the inspector, a list in the dialog of a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.deadlines import BY_THE_CLOCK
from app.queries.requests import RequestStory
from app.queries.ways import AHEAD, DONE, DROPPED, NOW, Way, WayStep, way_of
from app.ui.kit import icons
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px, theme
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import day_words, due_words, late_words
from app.words import tr


def way(room: RequestRoom, story: RequestStory) -> Way:
    """The way of a request by the version of its kind under which it was received."""
    kind = room.rules.type_version(story.row.type_id, story.row.type_code)
    return way_of(kind.steps if kind else (), story, room.rules.calendar(), room.now())


def proposed_answer(on: Way) -> tuple[str, str]:
    """The answer and outcome that the step done last proposes; nothing where it does not."""
    result = on.last.result if on.last else {}
    answer, outcome = result.get("answer"), result.get("outcome")
    return answer if isinstance(answer, str) else "", outcome if isinstance(outcome, str) else ""


def strip_words(on: Way, now: datetime, room: RequestRoom, held: bool) -> str:
    """Where it stands in one line: "Bước 2/5 · Lập dự toán · hạn hôm nay 16:30"."""
    standing = on.now
    if standing is None:
        done = sum(s.state == DONE for s in on.steps)
        return tr("{done} of {count} steps done", done=done, count=len(on.steps))
    place = tr("Step {place} of {count}", place=on.place, count=len(on.steps))
    return " · ".join((place, standing.step.name(tr.language), _due_words(standing, now, room, held)))


def _due_words(each: WayStep, now: datetime, room: RequestRoom, held: bool) -> str:
    if each.due is None:
        return ""
    by_clock = each.step.limit.unit in BY_THE_CLOCK
    when = due_words(each.due, now, room.rules.calendar(), by_clock)
    if each.state == AHEAD:
        return tr("expected {when}", when=when)
    if held:
        return tr("waits for the customer")
    if each.late(now):
        return tr("{late} · due {when}", late=late_words(now - each.due), when=when)
    return tr("due {when}", when=when)


class WayStrip(QWidget):
    """Where it stands in words, over a bar of as many parts as there are steps."""

    def __init__(self, room: RequestRoom, on: Way, now: datetime, held: bool) -> None:
        super().__init__()
        words = strip_words(on, now, room, held)
        self.setAccessibleName(words)
        self.setToolTip("\n".join(f"{n}. {s.step.name(tr.language)}" for n, s in enumerate(on.steps, 1)))
        late = on.now is not None and _tone(on.now, now, held) is Tone.WRONG
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addWidget(Label(words, tone=Tone.WRONG if late else Tone.PLAIN, points=9.5, wrap=True))
        column.addWidget(_Bar([(each.state, _tone(each, now, held)) for each in on.steps]))


class _Bar(QWidget):
    """Full parts are done, the half one is the one to be done; what is late is red."""

    def __init__(self, parts: Sequence[tuple[str, Tone]]) -> None:
        super().__init__()
        self._parts = parts
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(120), px(8))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter, colours, gap = QPainter(self), theme(), px(3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        wide = (self.width() - gap * (len(self._parts) - 1)) / len(self._parts)
        for n, (state, tone) in enumerate(self._parts):
            part = QRectF(n * (wide + gap), px(1), wide, px(6))
            ink = colours.ink(Tone.WRONG) if tone is Tone.WRONG else QColor(colours.accent)
            painter.setBrush(ink if state == DONE else QColor(colours.line))
            painter.drawRoundedRect(part, px(2), px(2))
            if state == NOW:
                part.setWidth(wide / 2)
                painter.setBrush(ink)
                painter.drawRoundedRect(part, px(2), px(2))


def _tone(each: WayStep, now: datetime, held: bool) -> Tone:
    if each.late(now) and not (held and each.state == NOW):
        return Tone.WRONG
    return Tone.GOOD if each.state == DONE else Tone.PLAIN if each.state == NOW else Tone.SOFT


class _Sign(QWidget):
    """How a step stands, as a picture with a name."""

    def __init__(self, name: str, tone: Tone, words: str) -> None:
        super().__init__()
        self._name, self._tone = name, tone
        self.setFixedSize(px(18), px(18))
        self.setAccessibleName(words)
        self.setToolTip(words)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        icons.draw(QPainter(self), self._name, theme().ink(self._tone), 0, px(1), px(16))


class WayList(QWidget):
    """All steps, one a line: how it stands, its name, who does it, by whom and when it was done or is due."""

    def __init__(self, room: RequestRoom, on: Way, now: datetime, held: bool) -> None:
        super().__init__()
        self.setAccessibleName(tr("The way of this request"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, px(4))
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(3, 1)
        for row, each in enumerate(on.steps):
            tone, standing = _tone(each, now, held), each.state == NOW
            words = tr("{number}. {name}", number=row + 1, name=each.step.name(tr.language))
            plain = tone if tone is Tone.SOFT else Tone.PLAIN
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(_Sign(_signs(each, tone), tone, _state_words(each.state)), row, 0, top)
            grid.addWidget(Label(words, bold=standing, tone=plain), row, 1, top)
            grid.addWidget(Label(room.unit_name(each.step.unit_code), tone=Tone.SOFT), row, 2, top)
            said = self._said(each, now, room, held)
            grid.addWidget(Label(said, tone=tone if tone is Tone.WRONG else plain, wrap=True), row, 3, top)

    @staticmethod
    def _said(each: WayStep, now: datetime, room: RequestRoom, held: bool) -> str:
        if each.state == DROPPED:
            return tr("not needed")
        if each.state != DONE or each.at is None:
            return _due_words(each, now, room, held)
        said = tr("{name}, {when}", name=each.by, when=day_words(each.at, now, room.zone))
        return f"{said} · {late_words(each.at - each.due)}" if each.due and each.late(now) else said


def _signs(each: WayStep, tone: Tone) -> str:
    if each.state == DONE:
        return "check"
    if tone is Tone.WRONG:
        return "alert-triangle"
    return {NOW: "hourglass", DROPPED: "ban"}.get(each.state, "clock")


def _state_words(state: str) -> str:
    return {
        DONE: tr("Done"),
        NOW: tr("To be done now"),
        AHEAD: tr("Still to come"),
        DROPPED: tr("not needed"),
    }[state]
