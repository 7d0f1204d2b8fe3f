"""The field in which a customer is found as one types, with the hits below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.kit.inputs import DEBOUNCE
from app.ui.kit.jobs import JobRunner, Lane, Latest
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import px
from app.ui.requests.room import CustomerFinder, CustomerHit
from app.ui.requests.words import phone_words
from app.words import tr

MOST = 8
FEWEST = 2
STAYING = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)
"""The keyboard is elsewhere for a while: the field is not left."""
NOBODY = "nobody"
"""The last line of the hits: whoever it is, it is no customer."""


class CustomerEdit(QLineEdit):
    """Finds a customer by name, code, phone, address or meter; also takes one who is no customer.

    Its value is the customer's id as text, or None. Signals: `chosen(hit)` when one is picked, `nobody(text)`
    when the person is no customer (with what was typed), `cleared()` when what was picked is typed over.
    Who leaves the field without picking has typed either a customer's whole code, which is that customer, or
    somebody who is no customer: nothing that was typed is lost.
    """

    chosen = Signal(object)
    nobody = Signal(str)
    cleared = Signal()

    def __init__(self, finder: CustomerFinder, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._finder = finder
        self._hits: dict[Any, CustomerHit | None] = {}
        self._customer: UUID | None = None
        self._search = Latest(jobs, self, Lane.IO)
        self._list: TableView | None = None
        self._delivered = ""
        self._told = ""
        self._left = False
        self._pick_when_found = False
        self.setPlaceholderText(tr("Name, code, phone, meter number, address"))
        self._timer = QTimer(self, interval=DEBOUNCE, singleShot=True)
        self._timer.timeout.connect(self._look)
        self.textEdited.connect(self._edited)

    def value(self) -> str | None:
        return None if self._customer is None else str(self._customer)

    def set_value(self, value: str | None) -> None:
        self._customer = None if value is None else UUID(value)

    @property
    def customer_id(self) -> UUID | None:
        return self._customer

    @property
    def typed(self) -> str:
        """What stands there without a customer being picked."""
        return "" if self._customer is not None else " ".join(self.text().split())

    @property
    def unsaid(self) -> str:
        """The same, while no signal has told of it yet."""
        return "" if self.typed == self._told else self.typed

    def show_customer(self, customer_id: UUID, code: str, name: str) -> None:
        """Puts a customer there, as if picked, without telling."""
        self._customer = customer_id
        self.setText(f"{code} · {name}")
        self.setCursorPosition(0)
        self._hide()

    def list(self) -> TableView:
        """The hits, made at first need: over the window, below the field."""
        if self._list is None:
            model: WindowedTableModel[Any] = WindowedTableModel(
                lambda ids: {each: (each, self._hits[each]) for each in ids}, self._columns(), parent=self
            )
            self._list = TableView(model, tr("Found"), dense=True, parent=self.window())
            self._list.horizontalHeader().hide()
            self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._list.clicked.connect(lambda _index: self._pick())
            self._list.hide()
        return self._list

    def _columns(self) -> Sequence[Column[Any]]:
        def of(get: Callable[[CustomerHit], str], nobody: str = "") -> Callable[[Any], str]:
            return lambda row: nobody if row[1] is None else get(row[1])

        stranger = tr("Not a customer")
        return [
            Column("", of(lambda h: h.code), mono=True, width=110),
            Column("", of(lambda h: h.name, stranger), width=180, grow=2),
            Column("", of(lambda h: h.address), width=200, grow=3),
            Column("", of(lambda h: phone_words(h.phone)), width=110),
        ]

    def _edited(self, text: str) -> None:
        self._pick_when_found = False
        if self._customer is not None:
            self._customer = None
            self.cleared.emit()
        if len(text.strip()) < FEWEST:
            self._timer.stop()
            self._hide()
        else:
            self._timer.start()

    def _look(self) -> None:
        self._timer.stop()
        text = self.typed
        self._search.run(
            lambda _job: self._finder.search(text, MOST),
            done=lambda hits: self._show(text, hits),
            failed=lambda _error: self._show(text, ()),
        )

    def _show(self, text: str, hits: Sequence[CustomerHit]) -> None:
        self._delivered = text
        self._hits = {hit.id: hit for hit in hits} | {NOBODY: None}
        if self._left:
            self._settle()
        if not self.hasFocus() or self._customer is not None:
            return
        view = self.list()
        view.set_ids(list(self._hits))
        view.fit_rows(len(self._hits))
        view.setFixedHeight(view.height() - view.horizontalHeader().sizeHint().height() + px(2))
        below = self.mapTo(self.window(), QPoint(0, self.height() + px(2)))
        view.move(below)
        view.setFixedWidth(self.width())
        view.show()
        view.raise_()
        view.choose_first()
        if self._pick_when_found:
            self._pick()

    def _hide(self) -> None:
        if self._list is not None:
            self._list.hide()

    def _pick(self) -> None:
        key = self.list().current_id()
        self._pick_when_found = False
        self._hide()
        self._take(self._hits.get(key))

    def _take(self, hit: CustomerHit | None) -> None:
        """This customer, or nobody of them."""
        self._told = self.typed
        if hit is None:
            self.nobody.emit(self.typed)
        else:
            self.show_customer(hit.id, hit.code, hit.name)
            self.chosen.emit(hit)

    def _settle(self) -> None:
        """The field was left without picking."""
        self._left = False
        code = self.typed.casefold()
        hits = [hit for hit in self._hits.values() if hit is not None]
        self._take(next((hit for hit in hits if hit.code.casefold() == code), None))

    def listening(self) -> bool:
        """Whether Enter belongs to the search: hits are shown, or are still looked for."""
        text = self.typed
        shown = self._list is not None and self._list.isVisible()
        return len(text) >= FEWEST and (shown or text != self._delivered)

    def take_key(self, event: QKeyEvent) -> bool:
        """Keys that belong to the hits; the dialog asks before its form takes them."""
        key, shown = event.key(), self._list is not None and self._list.isVisible()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if not self.listening():
                return False
            if shown and self._delivered == self.typed:
                self._pick()
            else:  # typed faster than found: the first hit is taken when it comes
                self._pick_when_found = True
                self._look()
            return True
        if shown and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            view = self.list()
            ids = list(self._hits)
            at = ids.index(view.current_id()) + (1 if key == Qt.Key.Key_Down else -1)
            view.choose(ids[at % len(ids)])
            return True
        if shown and key == Qt.Key.Key_Escape:
            self._hide()
            return True
        return False

    def focusOutEvent(self, event: Any) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if self._list is not None and not self._list.underMouse():
            self._hide()
        if event.reason() not in STAYING and self.unsaid:
            self._left = True
            if len(self.typed) < FEWEST or self._delivered == self.typed:
                self._settle()
            else:
                self._look()

    def focusInEvent(self, event: Any) -> None:  # noqa: N802
        super().focusInEvent(event)
        self._left = False


class KeysFirst(QObject):
    """Lets a field have its keys before the form takes Enter for "next"."""

    def __init__(self, edit: CustomerEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        edit.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() is QEvent.Type.KeyPress:
            return self._edit.take_key(event)
        asked = event.type() is QEvent.Type.ShortcutOverride
        if asked and event.key() == Qt.Key.Key_Escape and self._edit.listening():
            event.accept()  # Esc closes the hits, not the dialog
        return False
