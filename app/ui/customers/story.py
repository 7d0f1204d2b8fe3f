"""A customer at a glance, in the inspector: who, where, meters, money, what was read, billed and asked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from app.domain.money import format_money
from app.queries.customers import BillView, ConnectionView, CustomerCard, ReadingView
from app.ui.customers.room import CustomerRoom
from app.ui.customers.words import (
    class_words,
    field_words,
    flag_words,
    mean_words,
    period_words,
    phone_words,
    quantity_words,
)
from app.ui.kit.inspector import Details, lines_of
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr


def details_of(card: CustomerCard, room: CustomerRoom) -> Details:
    """The upper part: the customer, what is owed, connections with their meters."""
    currency = room.rules.utility.currency
    notice, tone = "", Tone.ATTENTION
    if card.retired_at is not None:
        notice = tr("No longer a customer")
    elif card.owed:
        owed = format_money(card.owed, currency, tr.language)
        notice = tr("Owes {amount} · unpaid bills: {count}", amount=owed, count=card.unpaid)
        if card.oldest_due is not None and card.oldest_due < room.today():
            tone = Tone.WRONG
    elif card.credit:
        notice = tr("Credit {amount}", amount=format_money(card.credit, currency, tr.language))
        tone = Tone.GOOD
    fields = [
        (tr("Address"), card.address),
        (tr("Phone"), phone_words(card.phone)),
        *(connection_field(each, room, len(card.connections) > 1) for each in card.connections),
        (tr("Tax code"), card.tax_code or ""),
        (tr("Bank account"), card.bank_account or ""),
        (tr("Note"), card.note or ""),
    ]
    if card.requests:
        counted = tr("{count} open of {all}", count=card.open_requests, all=card.requests)
        fields.append((tr("Requests"), counted))
    return Details(
        code=card.code,
        title=card.name,
        notice=notice,
        notice_tone=tone,
        fields=[each for each in fields if each[1]],
    )


def connection_field(each: ConnectionView, room: CustomerRoom, several: bool) -> tuple[str, str]:
    """One connection in a few lines: its code where there are several, class, route, meter, usual use."""
    kind = [class_words(each.customer_class)]
    if each.quotas > 1:
        kind.append(tr("{count} quotas", count=each.quotas))
    if each.route:
        place = each.route if each.route_seq is None else f"{each.route} / {each.route_seq}"
        kind.append(tr("route {route}", route=place))
    lines = [" · ".join(kind)]
    meter = each.meter
    if meter is not None:
        index = each.last_index if each.last_index is not None else meter.first_index
        lines.append(tr("meter {serial} · index {index}", serial=meter.serial, index=quantity_words(index)))
    else:
        lines.append(tr("no meter"))
    if each.usual is not None:
        lines.append(tr("usually {use} {unit}", use=mean_words(each.usual), unit=room.unit))
    if several:
        lines.insert(0, each.address)
    return (tr("Connection {code}", code=each.code) if several else tr("Connection"), "\n".join(lines))


def add_lists(card: CustomerCard, room: CustomerRoom, into: QVBoxLayout) -> None:
    """The lower part: bills and readings, the newest first."""
    if card.bills:
        _table(into, tr("Bills"), [_bill_cells(each, room) for each in card.bills])
    if card.readings:
        _table(into, tr("Readings"), [_reading_cells(each) for each in card.readings])


Cell = tuple[str, Tone]


def _bill_cells(bill: BillView, room: CustomerRoom) -> Sequence[Cell]:
    currency = room.rules.utility.currency
    money = format_money(bill.total, currency, tr.language, symbol=False)
    if not bill.total:
        state: Cell = (tr("nothing to pay"), Tone.SOFT)
    elif bill.paid >= bill.total:
        state = (tr("paid"), Tone.SOFT)
    elif bill.due_on < room.today():
        state = (tr("overdue {day}", day=f"{bill.due_on:%d/%m}"), Tone.WRONG)
    else:
        state = (tr("due {day}", day=f"{bill.due_on:%d/%m}"), Tone.ATTENTION)
    return (period_words(bill.period), Tone.SOFT), state, (money, Tone.PLAIN)


def _reading_cells(reading: ReadingView) -> Sequence[Cell]:
    words = flag_words()
    odd = ", ".join(words.get(f, f).lower() for f in reading.flags)
    indexes = f"{quantity_words(reading.previous)} → {quantity_words(reading.present)}"
    return (
        (period_words(reading.period), Tone.SOFT),
        (f"{indexes}\n{odd}" if odd else indexes, Tone.PLAIN if not odd else Tone.ATTENTION),
        (quantity_words(reading.usage) or "0", Tone.PLAIN),
    )


def _table(into: QVBoxLayout, title: str, rows: Sequence[Sequence[Cell]]) -> None:
    into.addSpacing(px(10))
    into.addWidget(Label(title, bold=True))
    shown = [
        [
            Label(when[0], tone=when[1], points=9.5),
            Label(what[0], tone=what[1], points=9.5, wrap=True),
            Label(amount[0], tone=amount[1]),
        ]
        for when, what, amount in rows
    ]
    into.addLayout(lines_of(shown))


def history_lines(card: CustomerCard, room: CustomerRoom) -> list[tuple[str, str]]:
    """Who changed what, the newest first: ("20/11/2026 08:14", "Hoàng Thị Yến · Điện thoại: … → …")."""
    titles = field_words()
    lines = []
    for change in room.queries.history(card.id):
        name = titles.get(f"{change.table}.{change.field}", change.field)
        before, after = (_shown(change.field, value) for value in (change.before, change.after))
        said = f"{name}: {before} → {after}" if before else f"{name}: {after or '–'}"
        at = change.at.astimezone(room.zone)
        lines.append((f"{at:%d/%m/%Y %H:%M}", f"{change.by} · {said}" if change.by else said))
    return lines


def _shown(field: str, value: object) -> str:
    if value is None:
        return ""
    if field == "customer_class":
        return class_words(str(value))
    if field == "first_index" and isinstance(value, int):
        return quantity_words(value)
    return str(value)
