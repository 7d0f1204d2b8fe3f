"""Which pages a person sees, by roles, and how many things wait in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.bootstrap import Desktop
from app.queries.sync import SyncQueries
from app.services.writer import Person
from app.ui.kit.room import Room
from app.ui.shell.rail import Section
from app.ui.shell.search import Search
from app.window.contact import sync_queries
from app.window.rooms import Rooms
from app.window.search import WideSearch
from app.words import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.window.frame import DeskWindow


@dataclass(frozen=True, slots=True)
class Place:
    """What a person's window holds."""

    sections: list[Section]
    search: Search


def sections_for(window: DeskWindow, desk: Desktop, person: Person) -> Place:
    """The pages for a person, the first one to begin with."""
    rooms = Rooms(window, desk, person)
    sections = _Pages(rooms).sections()
    return Place(sections, WideSearch(rooms, sections).search)


class _Pages:
    """Makes the pages; their modules are loaded at the first visit."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.window, self.desk, self.may = rooms.window, rooms.desk, rooms.may

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

    # -- pages ------------------------------------------------------------------------------------------

    def _today(self) -> QWidget:
        from app.ui.today.page import TodayPage

        page = TodayPage(self.desk.today_queries, self.rooms.request_room)
        page.show_sync(self.desk.contact)
        self.window.contact_changed.connect(page.show_sync)
        page.show_health(self.window.worries)
        self.window.health_changed.connect(page.show_health)
        return page

    def _requests(self) -> QWidget:
        from app.ui.requests.page import RequestsPage

        return RequestsPage(self.rooms.request_room)

    def _incidents(self) -> QWidget:
        from app.ui.incidents.page import IncidentsPage

        return IncidentsPage(self.rooms.request_room)

    def _field(self) -> QWidget:
        from app.ui.field.page import FieldPage

        return FieldPage(self.rooms.field_room)

    def _customers(self) -> QWidget:
        from app.ui.customers.page import CustomersPage

        return CustomersPage(self.rooms.customer_room)

    def _readings(self) -> QWidget:
        from app.ui.readings.page import ReadingsPage

        return ReadingsPage(self.rooms.reading_room)

    def _bills(self) -> QWidget:
        from app.ui.bills.page import BillsPage

        return BillsPage(self.rooms.money_room)

    def _cash(self) -> QWidget:
        from app.ui.cash.page import CashPage

        page = CashPage(self.rooms.money_room)
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
                desk.month_work_queries, desk.letter_queries, self.rooms.request_room.viewer,
            )  # fmt: skip

        return ReportsPage(self.rooms.money_room, sources)

    def _rules(self) -> QWidget:
        from app.ui.rules.page import RulesPage

        return RulesPage(self.rooms.rule_room)

    def _exceptions(self) -> QWidget:
        from app.ui.exceptions.page import ExceptionsPage

        return ExceptionsPage(self.rooms.exception_room)

    def _sync(self) -> QWidget:
        from app.ui.sync.page import SyncPage

        desk = self.desk
        where = desk.identity.hub_url or tr("on this PC")
        page = SyncPage(
            Room(**self.rooms.shared), self._sync_queries, desk, lambda: desk.identity.desk, where
        )
        self.window.contact_changed.connect(page.show_contact)
        return page

    @cached_property
    def _sync_queries(self) -> SyncQueries:
        return sync_queries(self.desk)

    def _settings(self) -> QWidget:
        from app.window.settings import settings_page

        return settings_page(self.window, self.desk)

    # -- badges ---------------------------------------------------------------------------------------

    def _mine(self) -> int:
        room = self.rooms.request_room
        return room.queries.counts(room.viewer, self.desk.clock.now()).mine

    def _late_orders(self) -> int:
        room = self.rooms.field_room
        return room.queries.counts(room.viewer, self.desk.clock.now()).late

    def _unsettled(self) -> int:
        return self.desk.exception_queries.count()

    def _stuck(self) -> int:
        return self._sync_queries.stuck_count()
