"""What people do at a desk and what they ask there. Each is made, and what it is made of imported, when it is
first wanted: a program that starts does not wait for pages that nobody has opened."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.sync.enrolment import Identity, own_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from app.models.database import Database
    from app.queries.attachments import AttachmentQueries
    from app.queries.bills import BillQueries
    from app.queries.callbacks import CallbackQueries
    from app.queries.cash import CashQueries
    from app.queries.charter import CharterQueries
    from app.queries.customers import CustomerQueries
    from app.queries.drafts import DraftQueries
    from app.queries.duty import DutyQueries
    from app.queries.exceptions import ExceptionQueries
    from app.queries.field import FieldQueries
    from app.queries.incidents import IncidentQueries
    from app.queries.letters import LetterQueries
    from app.queries.measures import MeasureQueries
    from app.queries.month_work import MonthWorkQueries
    from app.queries.readings import ReadingQueries
    from app.queries.refunds import RefundQueries
    from app.queries.register import RegisterQueries
    from app.queries.reports import ReportQueries
    from app.queries.requests import RequestQueries
    from app.queries.rule_book import RuleBook
    from app.queries.rules import RuleQueries
    from app.queries.supply import SupplyQueries
    from app.queries.today import TodayQueries
    from app.queries.vault import Vault
    from app.queries.views import ViewQueries
    from app.services.attachments import AttachmentService
    from app.services.billing import BillingService
    from app.services.callbacks import CallbackService
    from app.services.cash import CashService
    from app.services.customers import CustomerService
    from app.services.drafts import DraftService
    from app.services.duty import DutyService
    from app.services.exceptions import ExceptionService
    from app.services.field import FieldService
    from app.services.import_readings import ReadingImportService
    from app.services.import_requests import RequestImportService
    from app.services.imports import ImportService
    from app.services.incidents import IncidentService
    from app.services.letters import LetterService
    from app.services.pins import PinService
    from app.services.readings import ReadingService
    from app.services.refunds import RefundService
    from app.services.request_batches import RequestBatchService
    from app.services.request_work import RequestWorkService
    from app.services.requests import RequestService
    from app.services.rules import RuleService
    from app.services.signin import SignIn
    from app.services.supply import SupplyService
    from app.services.views import ViewService
    from app.sync.contents import Contents
    from app.sync.writer import JournalWriter


class DeskWork:
    """The services and the queries of a desk; whoever has it open sets what they work with."""

    home: Path
    clock: Clock
    identity: Identity
    database: Database
    writer: JournalWriter
    contents: Contents

    @property
    def office_no(self) -> int:
        """The office whose data this desk works on."""
        return self.identity.office_no

    def _keys(self) -> list[Ed25519PrivateKey]:
        """This desk's keys, also those of its former numbers."""
        return own_keys(self.home)

    @cached_property
    def vault(self) -> Vault:
        """Opens what is sealed to this desk."""
        from app.queries.vault import Vault

        return Vault(self.office_no, self._keys)

    @cached_property
    def rules(self) -> RuleQueries:
        """What the head office has laid down."""
        from app.queries.rules import RuleQueries

        return RuleQueries(self.database.read, self.office_no)

    @cached_property
    def rule_book(self) -> RuleBook:
        """The rules of the office with their history."""
        from app.queries.rule_book import RuleBook

        return RuleBook(self.database.read, self.office_no, self.rules)

    @cached_property
    def rule_service(self) -> RuleService:
        """What a supervisor does with the rules."""
        from app.services.rules import RuleService

        return RuleService(self.writer, self.rules, self.today)

    @cached_property
    def duty(self) -> DutyService:
        """Who sees to it that somebody is at the contact desk."""
        from app.services.duty import DutyService

        return DutyService(self.writer, self.duty_queries, self.today)

    @cached_property
    def duty_queries(self) -> DutyQueries:
        """Who is at the contact desk when."""
        from app.queries.duty import DutyQueries

        return DutyQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def requests(self) -> RequestService:
        """What people do with requests."""
        from app.services.requests import RequestService

        return RequestService(self.writer, self.rules)

    @cached_property
    def views(self) -> ViewService:
        """How people like to see lists, and what they have read."""
        from app.services.views import ViewService

        return ViewService(self.writer)

    @cached_property
    def request_batches(self) -> RequestBatchService:
        """What people do with several requests at once."""
        from app.services.request_batches import RequestBatchService

        return RequestBatchService(self.writer, self.rules)

    @cached_property
    def view_queries(self) -> ViewQueries:
        """Reads the same."""
        from app.queries.views import ViewQueries

        return ViewQueries(self.database.read)

    @cached_property
    def request_work(self) -> RequestWorkService:
        """What units do with requests."""
        from app.services.request_work import RequestWorkService

        return RequestWorkService(self.writer, self.rules)

    @cached_property
    def field(self) -> FieldService:
        """What people do about work in the field."""
        from app.services.field import FieldService

        return FieldService(self.writer, self.rules)

    @cached_property
    def field_queries(self) -> FieldQueries:
        """What people ask about work in the field."""
        from app.queries.field import FieldQueries

        return FieldQueries(self.database.read, self.office_no, self.rules, self.vault)

    @cached_property
    def supply(self) -> SupplyService:
        """The steps of a new supply."""
        from app.services.supply import SupplyService

        return SupplyService(self.writer, self.rules, self.request_work, self.customers, self.today)

    @cached_property
    def supply_queries(self) -> SupplyQueries:
        """What people ask about new supplies."""
        from app.queries.supply import SupplyQueries

        return SupplyQueries(self.database.read, self.office_no)

    @cached_property
    def incidents(self) -> IncidentService:
        """What concerns many at once."""
        from app.services.incidents import IncidentService

        return IncidentService(self.writer, self.rules)

    @cached_property
    def attachments(self) -> AttachmentService:
        """What people do with scans and photos."""
        from app.services.attachments import AttachmentService

        return AttachmentService(self.writer, self.rules, self.contents, self.attachment_queries)

    @cached_property
    def attachment_queries(self) -> AttachmentQueries:
        """What people ask about scans and photos."""
        from app.queries.attachments import AttachmentQueries

        return AttachmentQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def incident_queries(self) -> IncidentQueries:
        """What people ask about incidents."""
        from app.queries.incidents import IncidentQueries

        return IncidentQueries(self.database.read, self.office_no)

    @cached_property
    def letters(self) -> LetterService:
        """What people do with letters."""
        from app.services.letters import LetterService

        return LetterService(self.writer, self.rules)

    @cached_property
    def letter_queries(self) -> LetterQueries:
        """What people ask about letters."""
        from app.queries.letters import LetterQueries

        return LetterQueries(self.database.read, self.office_no, self.rules, self.vault)

    @cached_property
    def callbacks(self) -> CallbackService:
        """What people do when they call back."""
        from app.services.callbacks import CallbackService

        return CallbackService(self.writer, self.rules)

    @cached_property
    def callback_queries(self) -> CallbackQueries:
        """Whom to call back."""
        from app.queries.callbacks import CallbackQueries

        return CallbackQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def request_queries(self) -> RequestQueries:
        """What people ask about requests."""
        from app.queries.requests import RequestQueries

        return RequestQueries(self.database.read, self.office_no, self.rules, self.vault)

    @cached_property
    def today_queries(self) -> TodayQueries:
        """What waits for a person today."""
        from app.queries.today import TodayQueries

        return TodayQueries(self.database.read, self.office_no, self.rules, self.request_queries)

    def today(self) -> date:
        """The day it is at the office."""
        return self.clock.now().astimezone(zone_named(self.identity.zone)).date()

    @cached_property
    def customers(self) -> CustomerService:
        """What people do with customers."""
        from app.services.customers import CustomerService

        return CustomerService(self.writer, self.customer_queries, self.rules, self.today)

    @cached_property
    def customer_queries(self) -> CustomerQueries:
        """What people ask about customers."""
        from app.queries.customers import CustomerQueries

        return CustomerQueries(self.database.read, self.office_no)

    @cached_property
    def imports(self) -> ImportService:
        """Customers from a workbook."""
        from app.services.imports import ImportService

        return ImportService(self.writer, self.database.read, self.office_no)

    @cached_property
    def readings(self) -> ReadingService:
        """What people do with readings."""
        from app.services.readings import ReadingService

        return ReadingService(self.writer, self.today)

    @cached_property
    def reading_queries(self) -> ReadingQueries:
        """What people ask about readings."""
        from app.queries.readings import ReadingQueries

        return ReadingQueries(self.database.read, self.office_no)

    @cached_property
    def reading_imports(self) -> ReadingImportService:
        """Readings from a workbook."""
        from app.services.import_readings import ReadingImportService

        return ReadingImportService(self.writer, self.database.read, self.office_no, self.today)

    @cached_property
    def request_imports(self) -> RequestImportService:
        """Requests from a former register."""
        from app.services.import_requests import RequestImportService

        return RequestImportService(self.writer, self.database.read, self.office_no, self.rules, self.today)

    @cached_property
    def billing(self) -> BillingService:
        """From readings to bills."""
        from app.services.billing import BillingService

        return BillingService(self.writer, self.rules, self.bill_queries)

    @cached_property
    def bill_queries(self) -> BillQueries:
        """What people ask about bills."""
        from app.queries.bills import BillQueries

        return BillQueries(self.database.read, self.office_no)

    @cached_property
    def cash(self) -> CashService:
        """What a cashier does."""
        from app.services.cash import CashService

        return CashService(self.writer, self.rules)

    @cached_property
    def cash_queries(self) -> CashQueries:
        """What a cashier asks."""
        from app.queries.cash import CashQueries

        return CashQueries(self.database.read, self.office_no)

    @cached_property
    def refunds(self) -> RefundService:
        """Paying back what was paid too much."""
        from app.services.refunds import RefundService

        return RefundService(self.writer, self.rules)

    @cached_property
    def refund_queries(self) -> RefundQueries:
        """What those ask who refund."""
        from app.queries.refunds import RefundQueries

        return RefundQueries(self.database.read, self.office_no)

    @cached_property
    def report_queries(self) -> ReportQueries:
        """What a supervisor asks."""
        from app.queries.reports import ReportQueries

        return ReportQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def measure_queries(self) -> MeasureQueries:
        """What requests come to."""
        from app.queries.measures import MeasureQueries

        return MeasureQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def charter_queries(self) -> CharterQueries:
        """Which promises were kept."""
        from app.queries.charter import CharterQueries

        return CharterQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def register_queries(self) -> RegisterQueries:
        """Requests one by one, for paper."""
        from app.queries.register import RegisterQueries

        return RegisterQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def month_work_queries(self) -> MonthWorkQueries:
        """What people did."""
        from app.queries.month_work import MonthWorkQueries

        return MonthWorkQueries(self.database.read, self.office_no, self.rules)

    @cached_property
    def exception_queries(self) -> ExceptionQueries:
        """What disagrees."""
        from app.queries.exceptions import ExceptionQueries
        from app.sync.exceptions import written

        return ExceptionQueries(self.database.read, self.office_no, written)

    @cached_property
    def exceptions(self) -> ExceptionService:
        """What a supervisor does about what disagrees."""
        from app.services.cash import CashService
        from app.services.exceptions import ExceptionService
        from app.services.readings import ReadingService
        from app.services.requests import RequestService

        return ExceptionService(
            self.writer,
            lambda writer: CashService(writer, self.rules),
            lambda writer: ReadingService(writer, self.today),
            lambda writer: RequestService(writer, self.rules),
        )

    @cached_property
    def drafts(self) -> DraftService:
        """Forms that are not finished yet."""
        from app.services.drafts import DraftService

        return DraftService(self.writer)

    @cached_property
    def draft_queries(self) -> DraftQueries:
        """Forms that were left unfinished."""
        from app.queries.drafts import DraftQueries

        return DraftQueries(self.database.read)

    @cached_property
    def sign_in(self) -> SignIn:
        """Who is at the desk."""
        from app.services.signin import SignIn

        return SignIn(self.database.read, self.office_no)

    @cached_property
    def pins(self) -> PinService:
        """Who unlocks the window."""
        from app.services.pins import PinService

        return PinService(self.database.read, self.writer, self.office_no, self.sign_in)
