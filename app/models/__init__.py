"""What is stored: tables, the same for SQLite and PostgreSQL."""

from app.models.base import Base, Card, Fact
from app.models.bills import Bill, BillState, CustomerBalance
from app.models.cash import (
    Allocation,
    Receipt,
    Remittance,
    Reversal,
    SessionClosed,
    SessionOpened,
    SessionState,
)
from app.models.customers import Connection, Customer, Meter, SearchDoc
from app.models.journal import (
    Digest,
    Draft,
    Entry,
    Exception_,
    Feed,
    FieldChange,
    Local,
    Orphan,
    Parked,
    Seal,
    Series,
)
from app.models.offices import Device, Office, Staff, Unit, Utility
from app.models.readings import ConnectionUse, Reading
from app.models.requests import Request, RequestEvent, RequestState
from app.models.rules import CalendarDay, CollectionPoint, RequestType, Tariff
from app.models.settling import Ruling, Settlement

__all__ = [
    "Allocation",
    "Base",
    "Bill",
    "BillState",
    "CalendarDay",
    "Card",
    "CollectionPoint",
    "Connection",
    "ConnectionUse",
    "Customer",
    "CustomerBalance",
    "Device",
    "Digest",
    "Draft",
    "Entry",
    "Exception_",
    "Fact",
    "Feed",
    "FieldChange",
    "Local",
    "Meter",
    "Office",
    "Orphan",
    "Parked",
    "Reading",
    "Receipt",
    "Remittance",
    "Request",
    "RequestEvent",
    "RequestState",
    "RequestType",
    "Reversal",
    "Ruling",
    "Seal",
    "SearchDoc",
    "Series",
    "SessionClosed",
    "SessionOpened",
    "SessionState",
    "Settlement",
    "Staff",
    "Tariff",
    "Unit",
    "Utility",
]
