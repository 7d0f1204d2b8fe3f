"""The bar at the foot: connection and unsent work at the left, what the PC itself lacks beside it; desk, cash
session, person at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.domain.health import Worry
from app.ui.kit.icons import draw
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.style import ring
from app.ui.kit.theme import Tone, font, look, px, theme
from app.ui.shell.health import health_words, short_words, tone_of
from app.words import tr

POINTS = 9.0


class SyncState(Enum):
    """How it stands with the head office."""

    ONLINE = "online"
    SENDING = "sending"
    OFFLINE = "offline"
    PAUSED = "paused"
    TROUBLE = "trouble"


_TONES = {
    SyncState.ONLINE: Tone.GOOD,
    SyncState.SENDING: Tone.INFO,
    SyncState.OFFLINE: Tone.ATTENTION,
    SyncState.PAUSED: Tone.ATTENTION,
    SyncState.TROUBLE: Tone.WRONG,
}


class _Sync(QAbstractButton):
    """Dot, words, how much is unsent, last contact. A click asks for the page about it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.tone, self.parts = Tone.GOOD, ("", "", "")

    def show_parts(self, tone: Tone, state: str, unsent: str, contact: str) -> None:
        self.tone, self.parts = tone, (state, unsent, contact)
        self.setAccessibleName(", ".join(part for part in self.parts if part))
        self.updateGeometry()
        self.update()

    def _wide(self, parts: int) -> int:
        metrics = QFontMetrics(font(POINTS))
        words = sum(metrics.horizontalAdvance(part) + px(16) for part in self.parts[:parts] if part)
        return px(32) + words

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._wide(3), px(28))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        # How it stands and what is unsent are always in sight; the last contact gives way.
        return QSize(self._wide(2), px(28))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(now.hover))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.ink(self.tone))
        painter.drawEllipse(QPointF(px(21), self.height() / 2 + 0.5), px(9) / 2, px(9) / 2)
        painter.setFont(font(POINTS))
        left = px(32)
        for part, tone in zip(self.parts, (self.tone, Tone.PLAIN, Tone.SOFT), strict=True):
            wide = painter.fontMetrics().horizontalAdvance(part)
            if part and left + wide <= self.width():
                painter.setPen(now.ink(tone))
                painter.drawText(left, 0, wide + 1, self.height(), int(Qt.AlignmentFlag.AlignVCenter), part)
                left += wide + px(16)
        if self.hasFocus():
            ring(painter, self.rect())


class _News(QAbstractButton):
    """A few words about the program itself; a click asks for more."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(QFontMetrics(font(POINTS)).horizontalAdvance(self.text()) + px(28), px(28))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(now.hover))
        draw(painter, "download", now.accent, px(4), (self.height() - px(15)) // 2, px(15))
        painter.setFont(font(POINTS))
        painter.setPen(QColor(now.accent))
        room = self.rect().adjusted(px(24), 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        if self.hasFocus():
            ring(painter, self.rect())


class StatusBar(QWidget):
    """Signals: `sync_asked()`: someone wants to see what is unsent and why; `news_asked()`: what `set_news`
    is about; `health_asked()`: what there is to do about the PC."""

    sync_asked = Signal()
    news_asked = Signal()
    health_asked = Signal()

    def __init__(self, desk: str, person: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: tuple[SyncState, int, str, Callable[[], str] | None] = (SyncState.ONLINE, 0, "", None)
        self._sync = _Sync()
        self._sync.clicked.connect(lambda _checked=False: self.sync_asked.emit())
        self._news = _News()
        self._news.clicked.connect(lambda _checked=False: self.news_asked.emit())
        self._worries: tuple[Worry, ...] = ()
        self._health = _Sync()
        self._health.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self._health.clicked.connect(lambda _checked=False: self.health_asked.emit())
        self._health.hide()
        self._desk = Label(desk, tone=Tone.SOFT, points=POINTS)
        self._session = Label("", tone=Tone.SOFT, points=POINTS)
        self._person = ElidedLabel(person, points=POINTS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._sync, 1)
        row.addWidget(self._news)
        row.addWidget(self._health)
        for each in (self._desk, self._session, self._person):
            each.setAlignment(Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(each)
        self._row = row
        self.set_session("")
        self.show_sync(SyncState.ONLINE, 0, "")
        self._measure()
        look.changed.connect(self._measure)

    def show_sync(
        self, state: SyncState, unsent: int, last_contact: str, doing: Callable[[], str] | None = None
    ) -> None:
        """`unsent` entries wait here; `last_contact` as people say it ("10:52"), "" where it is not known.
        `doing` gives what is under way, "Sending 45 %", in the language of now."""
        self._said = (state, unsent, last_contact, doing)
        words = {
            SyncState.ONLINE: tr("Online"),
            SyncState.SENDING: doing() if doing is not None else tr("Sending…"),
            SyncState.OFFLINE: tr("Offline · work goes on as usual"),
            SyncState.PAUSED: tr("Paused · nothing is sent"),
            SyncState.TROUBLE: tr("Cannot send · see why"),
        }[state]
        waiting = tr("{count} items not sent", count=unsent) if unsent else tr("everything is sent")
        contact = tr("last contact {when}", when=last_contact) if last_contact else ""
        self._sync.show_parts(_TONES[state], words, waiting, contact)

    @property
    def news(self) -> str:
        """What is said about the program itself."""
        return self._news.text()

    def set_news(self, text: str) -> None:
        """A few words about the program itself; "" for none."""
        self._news.setText(text)
        self._news.setAccessibleName(text)
        self._news.setVisible(bool(text))
        self._news.updateGeometry()

    def show_health(self, worries: Sequence[Worry]) -> None:
        """What the PC itself lacks: the most urgent in few words, all of it for whoever asks."""
        self._worries = tuple(worries)
        self._health.setVisible(bool(worries))
        if worries:
            self._health.show_parts(tone_of(worries[0]), short_words(worries[0]), "", "")
        self._health.setToolTip(health_words(worries))
        self._health.setAccessibleDescription(health_words(worries))

    def set_desk(self, text: str) -> None:
        """The desk's name: "Quầy BN03"."""
        self._desk.setText(text)

    def set_person(self, text: str) -> None:
        """Who works here: "Hoàng Thị Yến · giao dịch viên"."""
        self._person.setText(text)

    @property
    def session(self) -> str:
        """What is said of the cash session."""
        return self._session.text()

    def set_session(self, text: str) -> None:
        """The cash session: "Ca thu: chưa mở", "Ca thu: mở 07:30"."""
        self._session.setText(text)
        self._session.setVisible(bool(text))

    def retitle(self) -> None:
        """Words in the language of now; desk, session and person are the caller's."""
        self.show_sync(*self._said)
        self.show_health(self._worries)

    def _measure(self) -> None:
        self.setFixedHeight(px(28))
        self._row.setSpacing(px(16))
        self._row.setContentsMargins(0, 0, px(16), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(theme().surface))
