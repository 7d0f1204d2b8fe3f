"""How people speak of the line to the head office."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.money import format_number
from app.domain.names import entry_kinds
from app.sync.client import Progress
from app.sync.loop import SyncState
from app.ui.kit.theme import Tone
from app.words import tr

KILO = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """A state in one word, with its tone and sign."""

    word: str
    tone: Tone
    sign: str


class Carried(Protocol):
    """What became of a file with entries: see `app.sync.bundle.BundleReport`."""

    @property
    def kind(self) -> str: ...
    @property
    def entries(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def known(self) -> int: ...
    @property
    def scans(self) -> int: ...
    @property
    def scans_left(self) -> int: ...
    @property
    def desks(self) -> tuple[str, ...]: ...
    @property
    def answer(self) -> Path | None: ...
    @property
    def more(self) -> bool: ...


def standing(state: SyncState) -> Standing:
    """How it stands, for a pill and for the bar at the foot."""
    match state.state:
        case "online":
            return Standing(tr("Online"), Tone.GOOD, "cloud")
        case "syncing":
            return Standing(progress_word(state.progress), Tone.INFO, "refresh")
        case "offline":
            return Standing(tr("Offline"), Tone.ATTENTION, "cloud-off")
        case "refused":
            return Standing(tr("Cannot send"), Tone.WRONG, "")
        case "paused":
            return Standing(tr("Paused"), Tone.ATTENTION, "hourglass")
    return Standing(tr("Not connected yet"), Tone.ATTENTION, "cloud-off")


def progress_word(progress: Progress | None) -> str:
    """What is under way, with how much of it is done."""
    if progress is None:
        return tr("Sending…")
    percent = share(progress)
    if progress.phase == "sending":
        return tr("Sending {percent} %", percent=percent)
    return tr("Receiving {percent} %", percent=percent)


def share(progress: Progress) -> int:
    """How much is done, in percent."""
    return min(100, progress.done_bytes * 100 // max(progress.total_bytes, 1))


def sync_sentence(state: SyncState, last: str) -> str:
    """What the state means for the work, in one sentence; `last`: when the head office was last heard of."""
    contact = " " + tr("Last contact: {when}.", when=last) if last else ""
    waiting = format_number(state.unsent, tr.language)
    match state.state:
        case "online" if not state.unsent:
            return tr("Everything is with the head office.") + contact
        case "online" | "syncing":
            return tr("{count} items are on their way to the head office.", count=waiting) + contact
        case "offline" if not state.unsent:
            return tr("Work goes on as usual; everything is sent.") + contact
        case "offline":
            return (
                tr("Work goes on as usual; {count} items will be sent by themselves.", count=waiting)
                + contact
            )
        case "refused" if not state.unsent:
            return tr("The head office does not answer as it should. Work goes on as usual.") + contact
        case "refused":
            return tr("{count} items cannot be sent. Work goes on as usual.", count=waiting) + contact
        case "paused":
            return tr("Nothing is sent or received until Go on is pressed. Work goes on as usual.") + contact
    return tr("This desk has not reached the head office yet. Work goes on as usual.")


def progress_words(progress: Progress) -> str:
    """How far it is and how long it takes still."""
    done, total = size_words(progress.done_bytes), size_words(progress.total_bytes)
    phase = {
        "sending": tr("Sending: {done} of {total}", done=done, total=total),
        "receiving": tr("Receiving: {done} of {total}", done=done, total=total),
        "snapshot": tr("Receiving the office's data: {done} of {total}", done=done, total=total),
    }.get(progress.phase, tr("Receiving: {done} of {total}", done=done, total=total))
    rest = rest_words(progress.seconds_left)
    return f"{phase} · {rest}" if rest else phase


def size_words(size: int) -> str:
    """Bytes as people read them: "640 kB", "1,2 MB"."""
    if size < KILO * KILO:
        return tr("{size} kB", size=format_number(-(-size // KILO), tr.language))
    return tr("{size} MB", size=format_number(round(size / KILO / KILO * 10), tr.language, 1))


def rest_words(seconds: int | None) -> str:
    """About how long something takes still; "" where nobody knows."""
    if seconds is None:
        return ""
    if seconds < 10:
        return tr("a few seconds left")
    if seconds < 90:
        return tr("about {count} seconds left", count=-(-seconds // 10) * 10)
    if seconds < 5400:
        return tr("about {count} minutes left", count=-(-seconds // 60))
    return tr("about {count} hours left", count=-(-seconds // 3600))


def kind_word(kind: str) -> str:
    """What an entry is the record of; a newer release may write kinds that this one has no word for."""
    return entry_kinds(tr).get(kind) or tr("Another entry")


def why(reason: str) -> str:
    """Why an entry takes no effect here, in few words."""
    return {
        "newer_release": tr("Written by a newer release"),
        "not_allowed": tr("The author may not do this"),
        "cannot_apply": tr("Does not fit the data"),
        "unreadable": tr("Cannot be read"),
        "unknown_table": tr("Of a kind this release does not know"),
        "not_the_head_office": tr("Only the head office may change this"),
    }.get(reason, tr("Does not fit the data"))


def what_to_do(reason: str, desk: str) -> str:
    """What a person does about it; `desk` is where it was written."""
    desk = tr("desk {name}", name=desk) if desk else tr("the desk where it was written")
    return {
        "newer_release": tr(
            "Nothing is lost: it is taken in by itself once this PC has the newest release. Ask the "
            "administrator for the update."
        ),
        "not_allowed": tr(
            "It is kept but takes no effect. Have somebody with the right to it do it again, or ask the "
            "administrator whether the author's roles are correct."
        ),
        "cannot_apply": tr(
            "It is kept but takes no effect. Compare the record with the paper, enter at this desk what is "
            "missing, and tell the administrator the entry named here."
        ),
        "unreadable": tr(
            "It is kept but takes no effect. Look up at {desk} what was entered then, enter it again, and "
            "tell the administrator the entry named here.",
            desk=desk,
        ),
        "unknown_table": tr(
            "It is taken in by itself once this PC has a release that knows it. Ask the administrator for "
            "the update."
        ),
        "not_the_head_office": tr(
            "Nothing was changed. Prices, time limits, staff and desks are changed at the head office: ask "
            "the administrator."
        ),
    }.get(reason, tr("Tell the administrator the entry named here."))


def exported_words(name: str, done: Carried) -> str:
    """What a file that was written carries, and what happens to it next."""
    if done.entries:
        words = tr(
            "{name} carries {count} entries. Bring it to the head office; the answer comes back as a file to "
            "import here.",
            name=name,
            count=_number(done.entries),
        )
    else:
        words = tr(
            "{name} is written. It carries no entry, since everything is sent; the answer to it brings what "
            "is new.",
            name=name,
        )
    if done.scans:
        words += " " + tr("{count} scans and photos go along.", count=_number(done.scans))
    if done.scans_left:
        left = _number(done.scans_left)
        words += " " + tr("{count} scans and photos wait for the next file, or for a line.", count=left)
    return _with_rest(words, done)


def imported_words(name: str, done: Carried) -> str:
    """What a file that was read has brought."""
    words = _handed_on(name, done) if done.kind == "carried" else _brought(name, done)
    waiting = done.entries - done.new - done.known
    if waiting > 0:
        words += " " + tr("{count} of its entries wait for an earlier file.", count=_number(waiting))
    if done.scans:
        count = _number(done.scans)
        words += " " + tr("{count} scans and photos that were wanted here have come.", count=count)
    return _with_rest(words, done)


def _brought(name: str, done: Carried) -> str:
    new, known = _number(done.new), _number(done.known)
    if done.new and done.known:
        return tr(
            "{name}: {new} new entries came in, {known} were here before.", name=name, new=new, known=known
        )
    if done.new:
        return tr("{name}: {new} new entries came in.", name=name, new=new)
    if done.known:
        return tr("{name}: nothing new; all its {known} entries are here already.", name=name, known=known)
    return tr("{name}: the head office has confirmed; there was nothing new.", name=name)


def _handed_on(name: str, done: Carried) -> str:
    desks = ", ".join(tr("desk {name}", name=desk) for desk in done.desks)
    words = tr(
        "{name}: the head office has {new} new entries of {desks} now, handed on over this desk's line.",
        name=name,
        new=_number(done.new),
        desks=desks,
    )
    if done.answer is None:
        return words
    return (
        words + " " + tr("Bring the answer, {answer}, back to {desks}.", answer=done.answer.name, desks=desks)
    )


def _with_rest(words: str, done: Carried) -> str:
    return words + " " + tr("Not all has come over: write another file.") if done.more else words


def _number(count: int) -> str:
    return format_number(count, tr.language)
