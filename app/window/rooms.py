"""What each page of a person's window works with, made when the page is first wanted."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.domain import people
from app.services.writer import Person
from app.ui.kit.lists import Lists
from app.ui.kit.paper import show_paper
from app.window.preferences import papers_folder
from app.words import tr

if TYPE_CHECKING:
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


class Rooms:
    """Of a person at a desk; their modules are loaded with them."""

    def __init__(self, window: DeskWindow, desk: Desktop, person: Person) -> None:
        self.window, self.desk, self.person = window, desk, person

    def may(self, act: str) -> bool:
        """Whether the person's roles allow an act."""
        return people.may(self.person.roles, act)

    @cached_property
    def shared(self) -> dict[str, Any]:
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
            **self.shared,
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
            **self.shared,
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
            **self.shared,
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
            **self.shared,
            readings=desk.readings,
            queries=desk.reading_queries,
            imports=desk.reading_imports,
        )

    @cached_property
    def money_room(self) -> MoneyRoom:
        from app.ui.cash.room import MoneyRoom

        desk = self.desk
        return MoneyRoom(
            **self.shared,
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
            **self.shared,
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
            **self.shared,
            exceptions=desk.exceptions,
            queries=desk.exception_queries,
            cash_queries=desk.cash_queries,
            device=lambda: desk.identity.device,
        )
