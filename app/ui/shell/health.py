"""What is said when the PC itself is a worry: in few words at the foot, elsewhere with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.domain.health import Worry
from app.domain.money import format_number
from app.ui.kit.theme import Tone
from app.words import tr

MEGA = 1_000_000


def tone_of(worry: Worry) -> Tone:
    """How it is shown."""
    return Tone.WRONG if worry.presses else Tone.ATTENTION


def short_words(worry: Worry) -> str:
    """For the bar at the foot."""
    apart, size = apart_words(worry.apart), mega_words(worry.size)
    match worry.code:
        case "clock.office" if worry.apart > timedelta(0):
            return tr("PC clock {time} slow", time=apart)
        case "clock.office":
            return tr("PC clock {time} fast", time=apart)
        case "clock.back" | "clock.before" | "clock.after":
            return tr("Check the PC clock")
        case "disk.none":
            return tr("Disk full soon: {size} free", size=size)
        case "disk.little":
            return tr("Disk: {size} free", size=size)
        case "database.damaged":
            return tr("Data damaged")
    return tr("Close once a day")


def sentence_words(worry: Worry) -> str:
    """What it is, and what to do."""
    apart, size = apart_words(worry.apart), mega_words(worry.size)
    match worry.code:
        case "clock.office" if worry.apart > timedelta(0):
            return tr(
                "The clock of this PC is {time} behind the head office's. What is saved gets the right time; "
                "set date and time in Windows, so that what you see and print is right too.",
                time=apart,
            )
        case "clock.office":
            return tr(
                "The clock of this PC is {time} ahead of the head office's. What is saved gets the right "
                "time; set date and time in Windows, so that what you see and print is right too.",
                time=apart,
            )
        case "clock.back":
            return tr(
                "The clock of this PC was put back by {time} while the program was open. Check date and time "
                "in Windows before you take money or print.",
                time=apart,
            )
        case "clock.before":
            return tr(
                "The clock of this PC is {time} before the last thing that was saved here. Check date and "
                "time in Windows before you take money or print.",
                time=apart,
            )
        case "clock.after":
            return tr(
                "The last thing was saved here {time} ago by the clock of this PC. If that cannot be, set "
                "date and time in Windows.",
                time=apart,
            )
        case "disk.none":
            return tr(
                "Only {size} are free on the disk of the data: soon nothing can be saved. Make room now: "
                "empty the recycle bin, remove what is not needed, or call the administrator.",
                size=size,
            )
        case "disk.little":
            return tr(
                "Only {size} are free on the disk of the data. Make room this week, or tell the "
                "administrator.",
                size=size,
            )
        case "database.damaged":
            return tr(
                "The data on this PC is damaged in a place. Finish what you are typing, then close the "
                "program and open it again: it looks through the data and offers the ways to put it right. "
                "What was sent is safe."
            )
    return tr(
        "The log of the data has grown to {size}. Close the program today and open it again: that clears it.",
        size=size,
    )


def health_words(worries: Sequence[Worry]) -> str:
    """All of them, one to a line."""
    return "\n".join(sentence_words(each) for each in worries)


def mega_words(size: int) -> str:
    """A size as people read it, in MB."""
    return tr("{size} MB", size=format_number(size // MEGA, tr.language))


def apart_words(apart: timedelta) -> str:
    """About how long, without a sign: "12 minutes", "3 hours", "40 days"."""
    minutes = max(1, round(abs(apart).total_seconds() / 60))
    if minutes < 120:
        return tr("{count} minutes", count=minutes)
    if minutes < 48 * 60:
        return tr("{count} hours", count=round(minutes / 60))
    return tr("{count} days", count=format_number(round(minutes / 1440), tr.language))
