"""The customers of the office: found as one types, seen at a glance, added, edited, taken in from Excel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain import people
from app.domain.money import format_money, format_number, plain_money
from app.queries.customer_search import CAP
from app.queries.customers import LIST, CustomerCard, CustomerFilter, CustomerHit
from app.ui.customers.form import CustomerDialog
from app.ui.customers.room import CustomerRoom
from app.ui.customers.story import add_lists, details_of, history_lines
from app.ui.customers.words import phone_words
from app.ui.imports.customers import CustomerImport
from app.ui.imports.wizard import ImportDialog
from app.ui.imports.workbook import WorkbookWay
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.inspector import Inspector
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, Listed, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.words import tr

TABLES = frozenset({"customer", "connection", "meter", "bill", "receipt", "allocation", "reversal"})
"""A change of these concerns the list; of readings and requests only the one in sight."""

NARROW = 560


class CustomersPage(Page):
    """The customers of the office. `show_record` takes a customer's id, or "import" or "add"."""

    def __init__(self, room: CustomerRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Customers"), parent)
        self.room = room
        self._sort: tuple[str, bool] = ("code", False)
        self._wanted: UUID | None = None
        self._card: CustomerCard | None = None
        self._seen: tuple[CustomerCard | None, date | None] = (None, None)
        self._listing = Latest(room.jobs, self, Lane.IO)
        self._counting = Latest(room.jobs, self, Lane.IO)
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._import: Button | None = None
        self._may_edit = people.may(room.person.roles, "customers.edit")
        if people.may(room.person.roles, "customers.import"):
            self._import = Button(tr("Import from Excel"), self.import_, key="F7", sign="file-spreadsheet")
            self._import.setToolTip(tr("Import from Excel"))
            self.add_act(self._import)
        if self._may_edit:
            self.set_primary(tr("Add"), self.add)
        self.search = SearchEdit(tr("Name, code, phone, address or meter  Ctrl+F"), points=11)
        self.search.setMinimumHeight(px(38))
        self.chips = FilterChips(
            [Filter("all", tr("All")), Filter("owing", tr("Owing"))], tr("Which customers")
        )
        self.chips.setFixedWidth(self.chips.sizeHint().width())
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(12))
        row.addWidget(self.search, 1)
        row.addWidget(self.chips, 0, Qt.AlignmentFlag.AlignVCenter)
        self.add_bar(bar)
        self.model: WindowedTableModel[CustomerHit] = WindowedTableModel(
            room.queries.rows, self._columns(), dim=lambda hit: hit.retired, parent=self
        )
        self.table = TableView(self.model, tr("Customers"))
        self.table.show_sorted("code")
        room.remember(self.table, "customers")
        self.search.leads_to(self.table)
        self.set_body(self.table)
        self.inspector = Inspector()
        self.set_inspector(self.inspector)
        self.inspector.show_nothing(tr("The chosen customer is shown here."))
        self.table.current_changed.connect(self._inspect)
        self.table.opened.connect(lambda _id: self._main_act())
        self.table.sort_asked.connect(self._sort_by)
        self.table.typed.connect(self._type_on)
        self.chips.chosen.connect(lambda _key: self.reload())
        self.search.searched.connect(lambda _text: self.reload())
        QShortcut(QKeySequence("Ctrl+F"), self, self._to_search)

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.search.setFocus()

    def opened(self) -> None:
        self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to the customer with that id, or begins an act; "" is the page as it is."""
        acts: dict[str, Callable[[], object]] = {}
        if self._import is not None:
            acts["import"] = self.import_
        if self._may_edit:
            acts["add"] = self.add
        if isinstance(record, str) and record in acts:
            acts[record]()
            return True
        if not isinstance(record, UUID):
            return record == ""
        hit = self.room.queries.rows([record]).get(record)
        if hit is None:
            return False
        self._wanted = record
        self.chips.choose("all")
        self.search.setText(hit.code)
        self.reload()
        return True

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if not self.isVisible():
            return
        if tables & TABLES:
            self.reload()
        elif tables & {"reading", "request", "request_event"} and self._card is not None:
            self._inspect(self._card.id)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where large text leaves little room, the import is its sign and its key."""
        super().resizeEvent(event)
        if self._import is not None:
            room = self.width() - (0 if self.inspector.isHidden() else self.inspector.width())
            self._import.setText("F7" if room < px(NARROW) else f"F7  {self._import.accessibleName()}")

    # -- acts -------------------------------------------------------------------------------------------

    def add(self) -> CustomerDialog:
        """F2: a new customer."""
        return self._open(CustomerDialog(self.room, self.window()))

    def edit(self) -> CustomerDialog | None:
        """F6: the chosen customer's fields."""
        return (
            None if self._card is None else self._open(CustomerDialog(self.room, self.window(), self._card))
        )

    def _open(self, dialog: CustomerDialog) -> CustomerDialog:
        dialog.saved.connect(self._saved)
        dialog.start()
        return dialog

    def _saved(self, customer_id: UUID) -> None:
        toast(self, tr("Saved"))
        if self.model.place_of(customer_id) < 0:
            self.show_record(customer_id)
        else:
            self.reload()

    def import_(self) -> ImportDialog:
        """F7: customers from a workbook."""
        room = self.room
        dialog = ImportDialog(
            WorkbookWay(CustomerImport(room)), room.jobs, room.papers, room.why, self.window()
        )
        dialog.imported.connect(self.reload)
        dialog.start()
        return dialog

    def _main_act(self) -> None:
        primary = [a for a in self.room.card_acts if a.primary]
        if primary and self._card is not None:
            primary[0].act(self._card)
        elif self._may_edit:
            self.edit()

    def show_history(self) -> QDialog | None:
        """What was changed of the chosen customer, by whom."""
        if self._card is None:
            return None
        dialog = HistoryDialog(self.window(), self._card, history_lines(self._card, self.room))
        dialog.open()
        return dialog

    # -- the list ---------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Asks for the list anew; the keyboard stays on its row."""
        room, (sort, down) = self.room, self._sort
        wanted = CustomerFilter(self.chips.key(), self.search.text())
        listed, stands = self.model.listed, self.table.current_id()
        self._listing.run(
            lambda _job: listed(room.queries.ids(wanted, sort, down), stands),
            done=lambda found: self._show(wanted, found),
            failed=lambda error: self.show_state(State.WRONG, room.why(error)),
        )
        if not wanted.search.strip():
            self._counting.run(lambda _job: room.queries.count(), done=self._show_count)

    def _show(self, wanted: CustomerFilter, listed: Listed[CustomerHit]) -> None:
        ids, head = listed
        typed = wanted.search.strip()
        if not ids and wanted.kind == "all" and not typed:
            self._nothing_yet()
            return
        if typed:
            self.table.set_empty(
                tr("Nobody found for “{text}”. Try part of the name, the phone or the meter.", text=typed)
            )
            found = len(ids)
            self.set_count(tr("{count} found", count=found if found < CAP else f"{CAP}+"))
        else:
            self.table.set_empty(tr("Nobody owes anything."))
        self.table.show_sorted("code" if not typed and wanted.kind == "all" else "fit", self._sort[1])
        stood = self.table.current_id()
        self.table.set_ids(ids, head)
        self.show_body()
        wanted_id, self._wanted = self._wanted, None
        if wanted_id is not None and self.table.choose(wanted_id):
            pass
        elif self.table.current_id() is None:
            self.table.choose_first()
        if self.table.current_id() == stood or not ids:
            self._inspect(self.table.current_id())

    def _nothing_yet(self) -> None:
        self._inspect(None)
        self.set_count("")
        if people.may(self.room.person.roles, "customers.import"):
            self.show_state(
                State.EMPTY,
                tr("There is no customer yet. Begin with the list you have in Excel."),
                tr("Import from Excel"),
                self.import_,
            )
        else:
            self.show_state(State.EMPTY, tr("There is no customer yet."))

    def _show_count(self, count: int) -> None:
        if self.search.text().strip():
            return
        all_ = format_number(count, tr.language)
        if self.chips.key() == "owing":
            shown = format_number(self.model.rowCount(), tr.language)
            self.set_count(tr("{count} owing · {all} customers", count=shown, all=all_))
        elif count > LIST:
            first = format_number(LIST, tr.language)
            self.set_count(tr("the first {count} of {all} · type to find", count=first, all=all_))
        else:
            self.set_count(tr("{all} customers", all=all_))

    def _sort_by(self, key: str, descending: bool) -> None:
        self._sort = (key, descending)
        self.reload()

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _columns(self) -> list[Column[CustomerHit]]:
        currency = self.room.rules.utility.currency

        def balance(hit: CustomerHit) -> str:
            amount = hit.owed or -hit.credit
            return format_money(amount, currency, tr.language, symbol=False) if amount else ""

        return [
            Column(tr("Code"), lambda h: h.code, mono=True, width=104, sort="code"),
            Column(tr("Customer name"), lambda h: h.name, width=176, grow=3, key="name"),
            Column(tr("Address"), lambda h: h.address, width=190, grow=4, gives_way=1, key="address"),
            Column(
                tr("Phone"),
                lambda h: phone_words(h.phone),
                value=lambda h: h.phone or "",
                width=112,
                gives_way=2,
                key="phone",
            ),
            Column(tr("Meter"), lambda h: h.meter or "", mono=True, width=100, gives_way=3, key="meter"),
            Column(
                tr("Owed"),
                balance,
                value=lambda h: plain_money(h.owed or -h.credit, currency),
                align=RIGHT,
                strong=lambda h: h.owed > 0,
                width=96,
                key="owed",
            ),
        ]

    # -- the one chosen ---------------------------------------------------------------------------------

    def _inspect(self, customer_id: UUID | None) -> None:
        if customer_id is None:
            self._show_card(None)
            return
        queries = self.room.queries
        self._reading.run(lambda _job: queries.card(customer_id), done=self._show_card)

    def _show_card(self, card: CustomerCard | None) -> None:
        seen = (card, self.room.today())
        if card is not None and seen == self._seen:
            return  # what others wrote concerns somebody else: the panel stays as it is, with its focus
        self._card, self._seen = card, seen
        if card is None:
            self.inspector.show_nothing(tr("The chosen customer is shown here."))
            return
        buttons = [Button(tr("History"), self.show_history, key="Ctrl+H", sign="history")]
        if self._may_edit:
            buttons.append(Button(tr("Edit"), self.edit, key="F6"))
        for each in self.room.card_acts:
            buttons.append(Button(each.title, _bound(each.act, card), key=each.key, primary=each.primary))
        self.inspector.show_details(details_of(card, self.room), buttons)
        add_lists(card, self.room, self.inspector.extra)


def _bound(act: Callable[[CustomerCard], object], card: CustomerCard) -> Callable[[], object]:
    return lambda: act(card)


class HistoryDialog(QDialog):
    """The changes of a customer's fields, the newest first."""

    def __init__(self, parent: QWidget, card: CustomerCard, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        title = tr("Changes of {code}", code=card.code)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, px(8), 0)
        rows.setSpacing(px(6))
        for when, what in lines:
            line = QHBoxLayout()
            line.setSpacing(px(12))
            day = Label(when, tone=Tone.SOFT, points=9.5)
            day.setFixedWidth(px(120))
            line.addWidget(day, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(what, wrap=True, selectable=True), 1)
            rows.addLayout(line)
        if not lines:
            rows.addWidget(Label(tr("Nothing was changed since the customer was entered."), tone=Tone.SOFT))
        rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(16), px(16))
        column.setSpacing(px(12))
        column.addWidget(Label(f"{title} · {card.name}", points=12.5, bold=True, wrap=True))
        column.addWidget(scroll, 1)
        close = Button(tr("Close"), self.accept, key="Escape", bound=False, primary=True)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)
        self.resize(px(620), px(420))
