"""Which pages a person sees, by roles; and the search for everything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.domain import people
from app.domain.fold import fold
from app.queries.sync import SyncQueries
from app.services.writer import Person
from app.ui.kit.jobs import Lane
from app.ui.kit.lists import Lists
from app.ui.kit.paper import show_paper
from app.ui.kit.room import Room
from app.ui.shell.rail import Section
from app.ui.shell.search import Deliver, Hit, Search
from app.window.contact import sync_queries
from app.window.preferences import papers_folder
from app.words import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.queries.customers import CustomerCard
    from app.ui.cash.room import MoneyRoom
    from app.ui.customers.room import CardAct, CustomerRoom
    from app.ui.exceptions.room import ExceptionRoom
    from app.ui.field.room import FieldRoom
    from app.ui.readings.room import ReadingRoom
    from app.ui.requests.room import RequestRoom
    from app.ui.requests.scans import Scans
    from app.ui.rules.room import RuleRoom
    from app.window.frame import DeskWindow

HITS = 8
"""So many of a kind stand in the search for everything."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a person's window holds."""

    sections: list[Section]
    search: Search


def sections_for(window: DeskWindow, desk: Desktop, person: Person) -> Place:
    """The pages for a person, the first one to begin with."""
    pages = _Pages(window, desk, person)
    return Place(pages.sections(), pages.search)


class _Pages:
    """Makes the pages; their modules are loaded at the first visit."""

    def __init__(self, window: DeskWindow, desk: Desktop, person: Person) -> None:
        self.window, self.desk, self.person = window, desk, person

    def may(self, act: str) -> bool:
        return people.may(self.person.roles, act)

    def sections(self) -> list[Section]:
        offered: list[tuple[bool, Section]] = [
            (True, Section("today", lambda: tr("Today"), "home", self._today)),
            (
                self.may("requests.register"),
                Section(
                    "requests", lambda: tr("Requests"), "message-exclamation", self._requests, self._mine
                ),
            ),
            (
                self.may("requests.route"),
                Section("incidents", lambda: tr("Incidents"), "alert-circle", self._incidents),
            ),
            (
                self.may("field.plan") or self.may("field.report"),
                Section("field", lambda: tr("In the field"), "tool", self._field, self._late_orders),
            ),
            (
                self.may("customers.see"),
                Section("customers", lambda: tr("Customers"), "users", self._customers),
            ),
            (
                self.may("readings.enter") or self.may("readings.import"),
                Section("readings", lambda: tr("Readings"), "gauge", self._readings),
            ),
            (
                self.may("reports.see"),
                Section("bills", lambda: tr("Bills"), "file-invoice", self._bills),
            ),
            (self.may("cash.collect"), Section("cash", lambda: tr("Take payment"), "cash", self._cash)),
            (
                self.may("reports.see"),
                Section("reports", lambda: tr("Reports"), "chart-bar", self._reports),
            ),
            (self.may("rules.change"), Section("rules", lambda: tr("Rules"), "calendar", self._rules)),
            (
                True,  # all see what disagrees; a supervisor settles it
                Section(
                    "exceptions",
                    lambda: tr("To settle"),
                    "alert-triangle",
                    self._exceptions,
                    self._unsettled if self.may("exceptions.settle") else None,
                    alarm=True,
                ),
            ),
            (
                True,
                Section(
                    "sync",
                    lambda: tr("Head office"),
                    "cloud",
                    self._sync,
                    self._stuck,
                    alarm=True,
                    bottom=True,
                ),
            ),
            (True, Section("settings", lambda: tr("Settings"), "settings", self._settings, bottom=True)),
        ]
        return [section for allowed, section in offered if allowed]

    # -- rooms ------------------------------------------------------------------------------------------

    @cached_property
    def _shared(self) -> dict[str, Any]:
        """What every room has."""
        return {
            "rules": self.desk.rules,
            "person": self.person,
            "clock": self.desk.clock,
            "jobs": self.window.jobs,
            "prompter": self.window.prompter,
            "papers": papers_folder(self.desk.home),
            "show_paper": show_paper,
            "new_id": uuid7,
            "lists": Lists(self.desk.views, self.desk.view_queries, self.person.id, self.window.jobs),
        }

    @cached_property
    def _scans(self) -> Scans:
        from app.ui.requests.scans import Scans

        return Scans(self.desk.attachments, self.desk.attachment_queries, self.desk.blobs.fetch)

    @cached_property
    def request_room(self) -> RequestRoom:
        from app.ui.requests.room import Calls, Letters, Refunding, RequestRoom

        desk = self.desk
        return RequestRoom(
            **self._shared,
            requests=desk.requests,
            work=desk.request_work,
            incidents=desk.incidents,
            supply=desk.supply,
            supply_queries=desk.supply_queries,
            batches=desk.request_batches,
            queries=desk.request_queries,
            drafts=desk.drafts,
            draft_queries=desk.draft_queries,
            customers=desk.customer_queries,
            duty=desk.duty_queries,
            incident_queries=desk.incident_queries,
            scans=self._scans,
            refunding=Refunding(
                desk.refunds, desk.refund_queries, desk.cash_queries, lambda: desk.identity.device
            ),
            letters=Letters(desk.letters, desk.letter_queries),
            calls=Calls(desk.callbacks, desk.callback_queries),
            register_imports=desk.request_imports,
            desk=desk.identity.desk,
            field=self.field_room,
        )

    @cached_property
    def field_room(self) -> FieldRoom:
        from app.ui.field.room import FieldRoom

        desk = self.desk
        return FieldRoom(
            **self._shared,
            scans=self._scans,
            field=desk.field,
            queries=desk.field_queries,
            customers=desk.customer_queries,
            requests=desk.request_queries,
            desk=desk.identity.desk,
        )

    @cached_property
    def customer_room(self) -> CustomerRoom:
        from app.ui.customers.room import CustomerRoom

        desk = self.desk
        return CustomerRoom(
            **self._shared,
            customers=desk.customers,
            queries=desk.customer_queries,
            imports=desk.imports,
            card_acts=self._card_acts(),
        )

    def _card_acts(self) -> list[CardAct]:
        """What the other pages offer for the customer in sight; the last one is what Enter does."""
        from app.ui.customers.room import CardAct

        takes = self.may("cash.collect")
        acts = []
        if self.may("requests.register"):
            acts.append(CardAct(tr("Receive a request"), "F8", self._receive_from, primary=not takes))
        if takes:
            acts.append(
                CardAct(tr("Take payment"), "F9", lambda card: self._go("cash", card.id), primary=True)
            )
        return acts

    def _receive_from(self, card: CustomerCard) -> None:
        """F8 on a customer: the form, with the customer in it."""
        from app.ui.requests.intake import IntakeDialog

        hit = self.desk.customer_queries.rows([card.id])[card.id]
        dialog = IntakeDialog(self.request_room, self.window, hit)
        dialog.record_asked.connect(lambda request: self._go("requests", request))
        dialog.start()

    def _go(self, section: str, record: object) -> None:
        if self.window.main is not None:
            self.window.main.show_record(section, record)

    @cached_property
    def reading_room(self) -> ReadingRoom:
        from app.ui.readings.room import ReadingRoom

        desk = self.desk
        return ReadingRoom(
            **self._shared,
            readings=desk.readings,
            queries=desk.reading_queries,
            imports=desk.reading_imports,
        )

    @cached_property
    def money_room(self) -> MoneyRoom:
        from app.ui.cash.room import MoneyRoom

        desk = self.desk
        return MoneyRoom(
            **self._shared,
            cash=desk.cash,
            cash_queries=desk.cash_queries,
            billing=desk.billing,
            bill_queries=desk.bill_queries,
            report_queries=desk.report_queries,
            device=lambda: desk.identity.device,
            acked=desk.acked,
            roll=self.window.preferences.receipts == "roll",
        )

    @cached_property
    def rule_room(self) -> RuleRoom:
        from app.ui.rules.room import RuleRoom

        desk = self.desk
        return RuleRoom(
            **self._shared,
            book=desk.rule_book,
            rule_service=desk.rule_service,
            duty=desk.duty,
            duty_queries=desk.duty_queries,
        )

    @cached_property
    def exception_room(self) -> ExceptionRoom:
        from app.ui.exceptions.room import ExceptionRoom

        desk = self.desk
        return ExceptionRoom(
            **self._shared,
            exceptions=desk.exceptions,
            queries=desk.exception_queries,
            cash_queries=desk.cash_queries,
            device=lambda: desk.identity.device,
        )

    # -- pages ------------------------------------------------------------------------------------------

    def _today(self) -> QWidget:
        from app.ui.today.page import TodayPage

        page = TodayPage(self.desk.today_queries, self.request_room)
        page.show_sync(self.desk.contact)
        self.window.contact_changed.connect(page.show_sync)
        page.show_health(self.window.worries)
        self.window.health_changed.connect(page.show_health)
        return page

    def _requests(self) -> QWidget:
        from app.ui.requests.page import RequestsPage

        return RequestsPage(self.request_room)

    def _incidents(self) -> QWidget:
        from app.ui.incidents.page import IncidentsPage

        return IncidentsPage(self.request_room)

    def _field(self) -> QWidget:
        from app.ui.field.page import FieldPage

        return FieldPage(self.field_room)

    def _customers(self) -> QWidget:
        from app.ui.customers.page import CustomersPage

        return CustomersPage(self.customer_room)

    def _readings(self) -> QWidget:
        from app.ui.readings.page import ReadingsPage

        return ReadingsPage(self.reading_room)

    def _bills(self) -> QWidget:
        from app.ui.bills.page import BillsPage

        return BillsPage(self.money_room)

    def _cash(self) -> QWidget:
        from app.ui.cash.page import CashPage

        page = CashPage(self.money_room)
        if self.window.main is not None:
            page.session_changed.connect(self.window.main.status.set_session)
        self.window.contact_changed.connect(page.sent)
        page.session_changed.connect(self.window.show_session)
        return page

    def _reports(self) -> QWidget:
        from app.documents.request_frame import Sources
        from app.ui.reports.page import ReportsPage

        desk = self.desk

        def sources() -> Sources:
            return Sources(
                desk.rules, desk.measure_queries, desk.charter_queries, desk.register_queries,
                desk.month_work_queries, desk.letter_queries, self.request_room.viewer,
            )  # fmt: skip

        return ReportsPage(self.money_room, sources)

    def _rules(self) -> QWidget:
        from app.ui.rules.page import RulesPage

        return RulesPage(self.rule_room)

    def _exceptions(self) -> QWidget:
        from app.ui.exceptions.page import ExceptionsPage

        return ExceptionsPage(self.exception_room)

    def _sync(self) -> QWidget:
        from app.ui.sync.page import SyncPage

        desk = self.desk
        where = desk.identity.hub_url or tr("on this PC")
        page = SyncPage(Room(**self._shared), self._sync_queries, desk, lambda: desk.identity.desk, where)
        self.window.contact_changed.connect(page.show_contact)
        return page

    @cached_property
    def _sync_queries(self) -> SyncQueries:
        return sync_queries(self.desk)

    def _settings(self) -> QWidget:
        return self.window.settings_page()

    # -- badges and search ------------------------------------------------------------------------------

    def _mine(self) -> int:
        room = self.request_room
        return room.queries.counts(room.viewer, self.desk.clock.now()).mine

    def _late_orders(self) -> int:
        room = self.field_room
        return room.queries.counts(room.viewer, self.desk.clock.now()).late

    def _unsettled(self) -> int:
        return self.desk.exception_queries.count()

    def _stuck(self) -> int:
        return self._sync_queries.stuck_count()

    def search(self, text: str, deliver: Deliver) -> None:
        """Pages, customers and requests for a text, off the UI thread."""

        pages = self._found_pages(text)

        def look() -> list[Hit]:
            found = [*pages, *self._found_customers(text)]
            if self.may("requests.register"):
                found += self._found_requests(text)
            return found

        self.window.jobs.run(
            self.window, lambda _job: look(), done=lambda hits: deliver(text, hits), lane=Lane.IO
        )

    def _found_pages(self, text: str) -> list[Hit]:
        """Pages by the beginnings of the words of their titles; accents are not needed."""
        typed = fold(text).split()
        hits = []
        for each in self.sections():
            words = fold(each.title()).split()
            if typed and all(any(word.startswith(part) for word in words) for part in typed):
                hits.append(Hit(tr("Pages"), each.title(), "", "", each.icon, each.key))
        return hits + self._found_acts(typed)

    def _found_acts(self, typed: list[str]) -> list[Hit]:
        """What is done once and lies deep in a menu, found in the language of the screen and in English."""
        from app.ui.requests.page import IMPORT_REGISTER

        title = tr("Import a former register of requests")
        words = fold(f"{title} import former register").split()
        found = typed and all(any(word.startswith(part) for word in words) for part in typed)
        if not found or not self.may("requests.import"):
            return []
        where = tr("Requests")
        return [Hit(tr("Acts"), title, where, "F12 K", "file-spreadsheet", "requests", IMPORT_REGISTER)]

    def _found_customers(self, text: str) -> list[Hit]:
        plain = text.strip().casefold()
        return [
            Hit(
                tr("Customers"), c.name, c.address, c.code, "user", "customers", c.id,
                exact=plain in (c.code.casefold(), (c.phone or "").casefold(), (c.meter or "").casefold()),
            )
            for c in self.desk.customer_queries.search(text, HITS)
        ]  # fmt: skip

    def _found_requests(self, text: str) -> list[Hit]:
        from app.ui.requests.words import contact_words, hit_note, one_line, said

        room = self.request_room
        ids = room.queries.best(text, room.viewer, HITS)
        rows, today = room.queries.rows(ids), room.today()
        hits = []
        for row in (rows[id] for id in ids):
            who, asked = contact_words(row, tr), one_line(said(row))
            numbers = [number.casefold() for number in (row.code, *(row.former or ())[1:])]
            hits.append(
                Hit(
                    tr("Requests"), who or asked, asked if who else "", row.code, "message-exclamation",
                    "requests", row.id, exact=text.strip().casefold() in numbers,
                    note=hit_note(row, today, room.zone),
                )
            )  # fmt: skip
        return hits
