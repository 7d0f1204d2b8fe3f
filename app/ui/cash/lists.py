"""The columns of the counter's lists: customers found, receipts just given."""

from __future__ import annotations

from app.queries.cash import ReceiptRow
from app.queries.customers import CustomerHit
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import clock_words
from app.ui.kit.tables import RIGHT, Column
from app.ui.kit.theme import Tone
from app.ui.requests.words import phone_words
from app.words import tr


def recent_columns(room: MoneyRoom) -> list[Column[ReceiptRow]]:
    """Hour, payer, code, what is to be known of it, amount."""

    def state(row: ReceiptRow) -> str:
        if row.reversed_by:
            return tr("taken back")
        return tr("not sent") if row.unsent else ""

    def tone(row: ReceiptRow) -> Tone:
        if row.reversed_by:
            return Tone.WRONG
        return Tone.ATTENTION if row.unsent else Tone.PLAIN

    return [
        Column("", lambda r: clock_words(r.taken_at, room.today(), room.zone), width=60),
        Column("", lambda r: r.payer, width=140, grow=2),
        Column("", lambda r: r.code, mono=True, width=190, grow=1, gives_way=1),
        Column("", state, align=RIGHT, tone=tone, width=124),
        Column("", lambda r: room.money(r.total, symbol=False), align=RIGHT, width=108),
    ]


def hit_columns(room: MoneyRoom) -> list[Column[CustomerHit]]:
    """By what people tell customers apart, and what each owes."""

    def owed(row: CustomerHit) -> str:
        return room.money(row.owed, symbol=False) if row.owed else ""

    return [
        Column(tr("Code"), lambda r: r.code, mono=True, width=110),
        Column(tr("Customer"), lambda r: r.name, width=180, grow=2, strong=lambda r: bool(r.owed)),
        Column(tr("Address"), lambda r: r.address, width=200, grow=3, gives_way=1),
        Column(tr("Phone"), lambda r: phone_words(r.phone), width=110, gives_way=2),
        Column(tr("Owes"), owed, align=RIGHT, width=110),
    ]
