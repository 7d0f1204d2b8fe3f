"""Requests as people speak of them: due times near and far, steps of the story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from app.domain import names
from app.domain.codes import parse_code
from app.domain.deadlines import WorkingCalendar, working_minutes
from app.domain.requests import HANDLED, UNTOLD
from app.queries.requests import Happened, RequestRow
from app.ui.kit.theme import Tone
from app.words import tr

MINUTE = timedelta(minutes=1)
NEAR = timedelta(hours=10)
"""With less left it is said how much."""
BY_MINUTES = 120
"""With less left it is said in minutes: a whole hour left off would be half of it."""
DUE_WIDTH = 148
"""Pixels, at 100 %, in which the due column has room for all that `due_of` says."""

NO_STEPS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Due:
    """What stands in the due column: the words, their tone, and an icon other than the tone's own."""

    text: str
    tone: Tone
    sign: str = ""


def contact_words(row: RequestRow, tr: names.Translate) -> str:
    """Who asks; of one who wants no name that none is given. A sealed request tells neither."""
    nobody = row.customer_id is None and row.words
    return row.contact_name or (tr("No name given") if nobody else "")


def due_of(row: RequestRow, now: datetime, calendar: WorkingCalendar, by_clock: bool) -> Due:
    """How long there is left, or what is waited for, or what is to be done next, or how it ended. `by_clock`:
    the limit runs day and night; the others are told in working time."""
    if row.state in UNTOLD:
        return Due(tr("tell customer"), Tone.INFO, "phone")
    if row.state == "lacking":
        return Due(tr("papers missing"), Tone.ATTENTION, "file-invoice")
    if row.closed_at is not None:
        return Due(_closed_words(row, row.closed_at, now, calendar.zone), Tone.SOFT)
    if row.held_at is not None:
        return Due(tr("awaits customer"), Tone.INFO, "hourglass")
    if row.due is None:
        return Due("", Tone.SOFT)
    if row.late(now):
        return Due(late_words(now - row.due), Tone.WRONG)
    today = calendar.local_day(row.due) == calendar.local_day(now)
    if today or (by_clock and row.due - now < NEAR):
        return Due(_near_words(row.due, now, calendar, by_clock), Tone.ATTENTION)
    warned = row.warn_at is not None and row.warn_at <= now
    words = due_words(row.due, now, calendar, by_clock)
    return Due(words, Tone.ATTENTION if warned else Tone.SOFT)


def _closed_words(row: RequestRow, closed: datetime, now: datetime, zone: tzinfo) -> str:
    """When it was closed and how its limit was kept: "20/11, đúng hạn"; of another year only the year, as the
    column has no room for more."""
    day = closed.astimezone(zone)
    said = f"{day:%d/%m}" if day.year == now.astimezone(zone).year else f"{day:%Y}"
    kept = _kept_words(row)
    return f"{said}, {kept}" if kept else said


def closed_notice(row: RequestRow, now: datetime, zone: tzinfo) -> str:
    """When a closed one was closed, and whether it was answered in time."""
    assert row.closed_at is not None, "it is closed"
    said, kept = tr("Closed {when}", when=day_words(row.closed_at, now, zone)), _kept_words(row)
    return tr("{closed}, answered {kept}", closed=said, kept=kept) if kept else said


def _kept_words(row: RequestRow) -> str:
    """Whether the answer came by when it was due, as reports count it; empty without a limit or an answer."""
    if row.due is None or row.answered_at is None:
        return ""
    return tr("in time") if row.answered_at <= row.due else late_words(row.answered_at - row.due)


def _near_words(due: datetime, now: datetime, calendar: WorkingCalendar, by_clock: bool) -> str:
    """Of the hour and what is left, as much as the column has room for."""
    left = _minutes_left(due, now, calendar, by_clock)
    if not 0 < left < NEAR // MINUTE:
        return due_words(due, now, calendar, by_clock)
    if left < BY_MINUTES:
        return tr("{count} min left", count=left)
    return tr("{time}, {count} h left", time=f"{due.astimezone(calendar.zone):%H:%M}", count=left // 60)


def _minutes_left(due: datetime, now: datetime, calendar: WorkingCalendar, by_clock: bool) -> int:
    return (due - now) // MINUTE if by_clock else working_minutes(calendar, now, due)


def due_words(due: datetime, now: datetime, calendar: WorkingCalendar, by_clock: bool) -> str:
    """When something is due, as people say it: a time at which the office opens is the start of that day, one
    at which it closes the day's end; a limit by the clock and any other time by the hour."""
    openings = [] if by_clock else calendar.openings(calendar.local_day(due))
    at_start = bool(openings) and due == openings[0][0]
    if not at_start and not (openings and due == openings[-1][1]):
        return day_words(due, now, calendar.zone)
    day, today = calendar.local_day(due), calendar.local_day(now)
    match (day - today).days:
        case 0:
            return tr("today at opening") if at_start else tr("today at closing")
        case 1:
            return tr("tomorrow at opening") if at_start else tr("tomorrow at closing")
        case -1:
            return tr("yesterday at opening") if at_start else tr("yesterday at closing")
    said = _date_words(day, today)
    return tr("{day} at opening", day=said) if at_start else tr("{day} at closing", day=said)


def state_words(row: RequestRow) -> str:
    """Where a request stands."""
    return tr("Waiting for the customer") if row.held_at is not None else names.states(tr)[row.state]


def due_notice(row: RequestRow, now: datetime, calendar: WorkingCalendar, by_clock: bool) -> tuple[str, Tone]:
    """The due time in full, for one request that is looked at; no words where there is none. `by_clock` as
    for `due_of`."""
    if row.state not in HANDLED:
        return "", Tone.SOFT
    if row.held_at is not None:
        since = day_words(row.held_at, now, calendar.zone)
        return tr("Waits for the customer since {when}. The time limit stands still.", when=since), Tone.INFO
    if row.due is None:
        return "", Tone.SOFT
    when = due_words(row.due, now, calendar, by_clock)
    if row.late(now):
        late = late_words(now - row.due)
        return tr("{late} · due {when}", late=late[:1].upper() + late[1:], when=when), Tone.WRONG
    tone = due_of(row, now, calendar, by_clock).tone
    near = row.due - now <= timedelta(days=2 if by_clock else 7)
    left = _minutes_left(row.due, now, calendar, by_clock) if near else 0
    if not left:
        return tr("Due {when}", when=when), tone
    if by_clock and left < BY_MINUTES:
        return tr("Due {when}, {count} min left", when=when, count=left), tone
    if by_clock:
        return tr("Due {when}, {count} h left", when=when, count=left // 60), tone
    if left < BY_MINUTES:
        return tr("Due {when}, {count} min of working time left", when=when, count=left), tone
    return tr("Due {when}, {count} h of working time left", when=when, count=left // 60), tone


def hit_note(row: RequestRow, today: date, zone: tzinfo) -> str:
    """When a request came and where it stands, beside it where it is found: "23/11 · đã kết thúc"."""
    came, state = row.received_at.astimezone(zone).date(), state_words(row)
    return f"{_date_words(came, today)} · {state[:1].lower()}{state[1:]}"


def received_words(code: str, when: str) -> str:
    """That a request is received now, and by when it will be answered, where that is known."""
    if not when:
        return tr("Received: {code}", code=code)
    return tr("Received: {code} · answer due {when}", code=code, when=when)


def joined(*parts: str | None) -> str:
    """Parts of a line with a dot between them; a full stop that someone typed before it is left off."""
    said = [part.strip() for part in parts if part and part.strip()]
    return " · ".join([*(part.rstrip(".") for part in said[:-1]), *said[-1:]])


def late_words(late: timedelta) -> str:
    """How late: "trễ 40 phút", "trễ 3 giờ", "trễ 2 ngày"; whole units, the smaller part left off."""
    minutes = int(late.total_seconds() // 60)
    if minutes < 60:
        return tr("{count} min late", count=max(minutes, 1))
    if minutes < 48 * 60:
        return tr("{count} h late", count=minutes // 60)
    return tr("{count} days late", count=minutes // (24 * 60))


def day_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment as people say it: "hôm nay 16:30", "hôm qua 09:15", "24/11 08:00", "05/01/2027 08:00"; without
    the year also in the month to come."""
    at, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (at.date() - today).days
    time = f"{at:%H:%M}"
    if days == 0:
        return tr("today {time}", time=time)
    if days == -1:
        return tr("yesterday {time}", time=time)
    if days == 1:
        return tr("tomorrow {time}", time=time)
    return f"{_date_words(at.date(), today)} {time}"


def _date_words(day: date, today: date) -> str:
    near = day.year == today.year or 0 < (day - today).days <= 31
    return f"{day:%d/%m}" if near else f"{day:%d/%m/%Y}"


def day_range(first: date | None, last: date | None) -> str:
    """Days in a row: "01/11/2026 – 20/11/2026"."""
    return " – ".join("…" if day is None else f"{day:%d/%m/%Y}" for day in (first, last))


def stamp(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The narrow column of a timeline: the hour of today, the day of another day."""
    at, today = moment.astimezone(zone), now.astimezone(zone).date()
    if at.date() == today:
        return f"{at:%H:%M}"
    return f"{at:%d/%m %H:%M}" if at.year == today.year else f"{at:%d/%m/%Y}"


def one_line(text: str) -> str:
    """The words of a request as the line of a list."""
    return " ".join(text.split())


def said(row: RequestRow) -> str:
    """What is asked, in the person's words; of what is sealed to other desks, where it is read."""
    return tr("Sealed: it is read at the leader's desk") if row.shut else row.words


def short_code(code: str, desk: str) -> str:
    """The number alone for this desk's own codes, the desk before it for others': 000412, BN01-000412. A
    complaint has a series of its own: KN-000412."""
    parts = parse_code(code)
    if parts is None:
        return code
    series = "KN" if parts.kind == "KN" else ""
    desk = "" if parts.desk == desk else parts.desk
    return "-".join(part for part in (series, desk, f"{parts.number:06d}") if part)


def phone_words(digits: str | None) -> str:
    """A number in the groups in which it is read aloud: 0912 345 678."""
    if not digits:
        return ""
    if len(digits) == 10:
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    if len(digits) == 11:
        return f"{digits[:4]} {digits[4:8]} {digits[8:]}"
    return digits


def step_words(step: Happened, units: Mapping[str, str], steps: Mapping[str, str] = NO_STEPS) -> str:
    """One line of the story: what happened, by whom, and what was said. `steps` are the names of the steps of
    its kind."""
    unit = units.get(step.unit_code or "", step.unit_code or "")
    if step.former and step.kind != "received":
        step = replace(step, by=tr("former register"))
    match step.kind:
        case "received" if step.former:
            head = tr("From the former register, imported by {name}", name=step.by)
        case "received":
            head = tr("Received by {name}", name=step.by)
        case "routed" if step.person:
            head = tr("Transferred to {person}, {unit} ({name})", person=step.person, unit=unit, name=step.by)
        case "routed":
            head = tr("Transferred to {unit} ({name})", unit=unit, name=step.by)
        case "stepped":
            code = str(step.data.get("step"))
            head = tr("{step} done ({name})", step=steps.get(code, code), name=step.by)
        case "answered":
            outcome = names.outcomes(tr).get(str(step.data.get("outcome")), "")
            head = tr("{outcome} ({name})", outcome=outcome or tr("Answered"), name=step.by)
        case "told":
            way = names.ways(tr).get(str(step.data.get("how")), "")
            head = tr("Customer told · {way} ({name})", way=way.lower(), name=step.by)
        case "lacking":
            head = tr("Noted by {name}, papers are missing", name=step.by)
        case "linked":
            head = tr("{name} found the customer", name=step.by)
        case "merged" if step.data.get("incident"):
            head = tr("{name} put it under an incident", name=step.by)
        case "merged":
            head = tr("{name} took it out of its incident", name=step.by)
        case "asked":
            head = tr("{name} asked {unit}", name=step.by, unit=unit)
        case "replied":
            head = tr("{unit} replied ({name})", name=step.by, unit=unit)
        case "held":
            why = names.holds(tr).get(str(step.data.get("reason")), "")
            head = tr("Waits for the customer, says {name}", name=step.by)
            head = f"{head} ({why[:1].lower()}{why[1:]})" if why else head
        case "resumed":
            head = tr("{name} went on with it", name=step.by)
        case "rated":
            score = str(step.data.get("score"))
            head = tr("Customer's opinion: {words}", words=names.scores(tr).get(score, score))
        case "closed":
            head = tr("Closed")
        case "reopened":
            head = tr("Reopened by {name}", name=step.by)
        case "noted" if step.data.get("call"):
            head = tr("{name} called and reached nobody", name=step.by)
        case _:
            head = tr("{name} noted", name=step.by)
    said = f"{head}: {step.text}" if step.text else head
    return said if step.fitted else tr("{step} (too late: another desk was first)", step=said)
