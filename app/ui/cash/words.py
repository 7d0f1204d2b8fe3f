"""Money as people at the counter speak of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from app.domain.amount_words import amount_in_words
from app.domain.cash import make_change
from app.domain.money import Currency, format_money
from app.queries.cash import SessionView
from app.ui.kit.theme import Tone
from app.words import tr


def in_words(amount: int, currency: Currency) -> str:
    """The amount in words, in small letters as it stands below the figure."""
    words = amount_in_words(amount, currency, tr.language)
    return words[:1].lower() + words[1:]


def notes_words(amount: int, notes: Sequence[int], currency: Currency) -> str:
    """Which notes to give: "100.000 × 1 · 50.000 × 1", and what no note can give."""
    given = make_change(amount, notes)
    parts = [f"{format_money(note, currency, tr.language, False)} × {count}" for note, count in given]
    rest = amount - sum(note * count for note, count in given)
    if rest and parts:
        parts.append(tr("small change {amount}", amount=format_money(rest, currency, tr.language)))
    elif rest:
        parts.append(tr("less than the smallest note"))
    return " · ".join(parts)


def period_words(period: str) -> str:
    """ "2026-11" as people write it: "11/2026"."""
    return f"{period[5:]}/{period[:4]}"


def due_words(due_on: date, today: date) -> tuple[str, Tone]:
    """Until when, or how long it is overdue."""
    late = (today - due_on).days
    if late > 0:
        return tr("{count} days overdue", count=late), Tone.WRONG
    if late == 0:
        return tr("due today"), Tone.ATTENTION
    return (f"{due_on:%d/%m}" if due_on.year == today.year else f"{due_on:%d/%m/%Y}"), Tone.PLAIN


def session_words(session: SessionView | None, today: date, zone: tzinfo) -> str:
    """How a person's cash session stands, for the foot of the window."""
    if session is None:
        return tr("Cash session: not open")
    return tr("Cash session: open since {time}", time=clock_words(session.opened_at, today, zone))


def clock_words(moment: datetime, today: date, zone: tzinfo) -> str:
    """The hour of today, the day and hour of another day."""
    at = moment.astimezone(zone)
    if at.date() == today:
        return f"{at:%H:%M}"
    return f"{at:%d/%m %H:%M}" if at.year == today.year else f"{at:%d/%m/%Y}"
