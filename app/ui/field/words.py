"""Work orders as people speak of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from app.domain import names
from app.domain.field import Material
from app.domain.money import format_money
from app.domain.quantities import format_quantity
from app.domain.requests import HANDLED, UNTOLD
from app.queries.field import OrderHappened, OrderRow
from app.ui.field.room import FieldRoom
from app.ui.kit.theme import Tone
from app.ui.requests.words import Due, day_words, late_words
from app.words import tr


def kind_words(row: OrderRow) -> str:
    """What the crew is sent for."""
    kind = names.order_kinds(tr).get(row.kind, row.kind)
    return tr("{kind}, unannounced", kind=kind) if row.unannounced else kind


def plain_day(day: date, today: date) -> str:
    """A day as people say it, near ones by name."""
    if day == today:
        return tr("Today")
    if day == today + timedelta(days=1):
        return tr("Tomorrow")
    return f"{day:%d/%m}" if day.year == today.year else f"{day:%d/%m/%Y}"


def when_of(row: OrderRow, now: datetime, zone: tzinfo) -> Due:
    """What stands in the column of time: what the clock waits for, else the day."""
    if not row.open:
        return Due("" if row.done_at is None else day_words(row.done_at, now, zone), Tone.SOFT)
    coming = row.clock.next()
    if coming is not None:
        what, by = coming
        if by < now:
            return Due(late_words(now - by), Tone.WRONG)
        hour = by.astimezone(zone)
        at = f"{hour:%H:%M}" if hour.date() == now.astimezone(zone).date() else f"{hour:%d/%m %H:%M}"
        said = tr("there by {time}", time=at) if what == "on_site" else tr("back by {time}", time=at)
        return Due(said, Tone.ATTENTION, "clock")
    if row.planned_on is None:
        return Due(tr("not planned"), Tone.INFO, "calendar")
    today = now.astimezone(zone).date()
    if row.planned_on < today:
        return Due(tr("was for {day}", day=plain_day(row.planned_on, today)), Tone.WRONG)
    return Due(plain_day(row.planned_on, today), Tone.SOFT)


def clock_notice(row: OrderRow, now: datetime, zone: tzinfo) -> tuple[str, Tone]:
    """The one line above the fields: how the clock of an emergency stands, or that nobody is sent yet."""
    if not row.open:
        return _closing_words(row)
    coming = row.clock.next()
    if coming is not None:
        what, by = coming
        at = day_words(by, now, zone)
        if by < now:
            late = late_words(now - by)
            if what == "on_site":
                return tr("The crew should be there: {late} · by {when}", late=late, when=at), Tone.WRONG
            return tr("The supply should be back: {late} · by {when}", late=late, when=at), Tone.WRONG
        left = left_words(by - now)
        if what == "on_site":
            return tr("Crew on site by {when}, {left} left", when=at, left=left), Tone.ATTENTION
        return tr("Supply back by {when}, {left} left", when=at, left=left), Tone.ATTENTION
    if row.planned_on is None or not row.crew:
        return tr("Day or crew are still to be chosen."), Tone.INFO
    return "", Tone.SOFT


def _closing_words(row: OrderRow) -> tuple[str, Tone]:
    """Of one that is over: whether its clock was kept, and what its request still waits for."""
    kept, tone = _kept_words(row)
    coming = ""
    if row.request_code is not None and row.request_state in HANDLED:
        coming = tr("Request {code} is not answered yet: F3 Show request", code=row.request_code)
    elif row.request_code is not None and row.request_state in UNTOLD:
        coming = tr("Request {code}: the customer is not told yet: F3 Show request", code=row.request_code)
    if not coming:
        return kept, tone
    if not kept:
        return coming, Tone.INFO
    return f"{kept.rstrip('.')}. {coming}", Tone.WRONG if tone is Tone.WRONG else Tone.INFO


def _kept_words(row: OrderRow) -> tuple[str, Tone]:
    kept = row.clock.kept()
    if not kept:
        return "", Tone.SOFT
    if all(kept.values()):
        return tr("The times of the emergency were kept."), Tone.GOOD
    missed = {"on_site": tr("crew on site"), "restored": tr("supply back")}
    what = ", ".join(missed[name] for name, in_time in kept.items() if not in_time)
    return tr("Later than promised: {what}", what=what), Tone.WRONG


def left_words(left: timedelta) -> str:
    """How long there is: "25 min", "1 h 10 min"; whole minutes, the rest left off."""
    minutes = int(left.total_seconds() // 60)
    if minutes < 60:
        return tr("{count} min", count=minutes)
    if minutes >= 48 * 60:
        return tr("{count} days", count=minutes // (24 * 60))
    if minutes % 60 == 0:
        return tr("{count} h", count=minutes // 60)
    return tr("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def restored_words(utility: str, about: str | None = None) -> str:
    """That the supply is back, as people say it of what the utility supplies (`UTILITIES`); of a request of
    the kind `about` in which no supply was gone, what was brought about instead."""
    if about in (other := {"overflow": tr("Drained"), "danger": tr("Made safe")}):
        return other[about]
    return {"water": tr("Water is back"), "electricity": tr("Power is back")}.get(utility, tr("Restored"))


def order_state_words(row: OrderRow, utility: str) -> str:
    """Where a work order stands."""
    if row.state == "restored":
        return restored_words(utility, row.request_type)
    return names.order_states(tr)[row.state]


def event_words(step: OrderHappened, today: date, restored: str) -> str:
    """One line of the story: what happened, by whom, and what was said. `restored`: see `restored_words`."""
    match step.kind:
        case "issued":
            head = tr("Issued by {name}", name=step.by)
        case "rescheduled" if step.planned_on is not None:
            head = tr("Planned for {day} ({name})", day=plain_day(step.planned_on, today), name=step.by)
        case "rescheduled":
            head = tr("No day any more ({name})", name=step.by)
        case "assigned":
            head = tr("Crew: {crew} ({name})", crew=", ".join(step.crew) or "–", name=step.by)
        case "done":
            result = names.order_results(tr).get(step.result or "", "")
            head = f"{result} ({step.by})" if result else step.by
        case "restored":
            head = f"{restored} ({step.by})"
        case _:
            what = names.order_events(tr).get(step.kind, step.kind)
            head = f"{what} ({step.by})"
    said = f"{head}: {step.text}" if step.text else head
    return said if step.fitted else tr("{step} (too late: another desk was first)", step=said)


def material_words(line: Material, room: FieldRoom) -> str:
    """A line of material: what, how much, whose, for how much."""
    parts = [
        f"{line.item}: {format_quantity(line.quantity, tr.language)} {line.unit}".rstrip(),
        names.bearers(tr)[line.by],
    ]
    if line.amount is not None:
        parts.append(format_money(line.amount, room.currency, tr.language))
    return " · ".join(parts)
