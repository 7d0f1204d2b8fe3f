"""What can go wrong in a run: each fault is a named switch with a probability that the seed draws."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields


def _fault(most: float) -> float:
    """A fault's switch; `most` is the greatest probability that a seed may draw."""
    chance: float = field(default=0.0, metadata={"most": most})
    return chance


@dataclass(frozen=True, slots=True)
class Switches:
    """Probabilities: of the network's faults for each message, of the others for each thing a PC does."""

    # The network.
    request_lost: float = _fault(0.2)
    reply_lost: float = _fault(0.2)
    """After the head office has handled the request."""
    doubled: float = _fault(0.2)
    late: float = _fault(0.15)
    """A request is lost to its sender, and comes before somebody's later one."""
    old_again: float = _fault(0.1)
    """An old request comes once more, perhaps days later, before a new one."""
    request_torn: float = _fault(0.05)
    reply_torn: float = _fault(0.05)
    old_reply: float = _fault(0.05)
    """The answer is one that was given to an earlier request."""
    portal: float = _fault(0.05)
    """A captive portal answers with a page of its own."""
    hub_out: float = _fault(0.02)
    """The head office cannot be reached by anybody for minutes to hours."""
    desk_out: float = _fault(0.05)
    """One PC's line is dead for minutes to days."""
    slow_line: float = _fault(0.3)
    """Messages over it bring an entry or two."""

    # Sticks: requests and answers in files, for a PC without a line and, now and then, for any other.
    no_line: float = _fault(0.3)
    """A PC has no line, for good: all that it says and hears travels on sticks, to the very end."""
    bundle: float = _fault(0.2)
    """A PC that has a line writes a bundle all the same."""
    bundle_carried: float = _fault(0.4)
    """Another desk hands a request to the head office, over its line."""
    bundle_lost: float = _fault(0.1)
    bundle_twice: float = _fault(0.2)
    """A bundle that was used lies about, and will be used again."""
    bundle_disorder: float = _fault(0.5)
    """Not the oldest bundle travels next, but any: so the oldest come late."""
    bundle_torn: float = _fault(0.1)
    bundle_astray: float = _fault(0.1)
    """A desk gets what is not for it."""

    # Disks and programs.
    kill: float = _fault(0.1)
    power_cut: float = _fault(0.1)
    disk_error: float = _fault(0.05)
    disk_full: float = _fault(0.03)
    hub_kill: float = _fault(0.05)
    """While it handles a message."""
    hub_power_cut: float = _fault(0.03)

    upgrade: float = _fault(0.03)
    """A PC, or the head office's, gets the next release; until then it cannot read what that writes."""

    # PCs and their data.
    backup: float = _fault(0.1)
    restore: float = _fault(0.05)
    """A PC's disk is put back to its last backup."""
    clone: float = _fault(0.03)
    """A PC's disk is copied to another PC, and both go on."""
    destroyed: float = _fault(0.01)
    """A PC's disk is gone for good."""
    new_desk: float = _fault(0.02)
    """Another PC is let in."""
    revoked: float = _fault(0.01)
    """A desk is let in no more; it goes on working, and asking."""
    hub_backup: float = _fault(0.1)
    hub_restore: float = _fault(0.04)

    # People.
    forbidden: float = _fault(0.1)
    """Somebody does what he may not, at a program that lets him."""
    role_taken: float = _fault(0.02)
    """Somebody may do no more what he could."""
    holiday: float = _fault(0.02)
    """Nobody is at work, for up to ten days."""

    # Clocks.
    same_moment: float = _fault(0.3)
    """No time goes by between two things."""
    clock_off: float = _fault(0.02)
    """By minutes."""
    clock_jump: float = _fault(0.01)
    """By years, in either direction."""
    clock_still: float = _fault(0.01)
    battery_dead: float = _fault(0.01)
    """At each start the clock begins anew in the past."""
    clock_set_right: float = _fault(0.05)

    @classmethod
    def draw(cls, rng: random.Random) -> Switches:
        """Half of all faults are left out of a run, so that each meets runs where few others disturb it."""
        return cls(
            **{
                f.name: round(rng.random() * f.metadata["most"], 4) if rng.random() < 0.5 else 0.0
                for f in fields(cls)
            }
        )

    def __str__(self) -> str:
        on = {f.name: getattr(self, f.name) for f in fields(self)}
        return " ".join(f"{name}={chance:.3f}" for name, chance in on.items() if chance) or "nothing"
