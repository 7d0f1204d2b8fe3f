"""What is measured of requests. Moments are milliseconds since 1970, as they are stored.

Handling time runs from receipt to answer. A request that was reopened is measured by its last answer. A due
time has moved with every hold, so a hold needs no looking at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ON_TIME, LATE, OPEN_YET = "on_time", "late", "open_yet"
LEVELS = ("", "head", "leader", "company")
LOW_SCORE = 2
"""So content or less: looked into at the meeting."""

MEDIAN, NINE_TENTHS = 500, 900


def nearest_rank(ordered: Sequence[int], permille: int) -> int | None:
    """The least of `ordered` (ascending) that so many thousandths of them do not exceed: the value at rank
    ⌈n · p⌉. It is always one of the values, none is made up between two. None of nothing."""
    if not ordered:
        return None
    return ordered[max(1, -(-len(ordered) * permille // 1000)) - 1]


@dataclass(frozen=True, slots=True)
class Mark:
    """All of a request that is counted and not measured in time; requests alike have marks alike.

    `timing`: ON_TIME, answered by the due time, or without one; LATE, answered later, or still without an
    answer when the time was up; OPEN_YET, not decided. One that waits for its customer is late only if it was
    before the hold. `level`: how high it went before the answer or the hold, of `LEVELS`. Whom a kind
    concerns from its receipt on, however quickly it is answered, was not called in because it was late.
    """

    timing: str
    answered: bool
    told: bool
    open: bool
    reopened: bool
    level: str
    score: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests together. `open`: without an end when the figures were made; `late`: answered late, or not
    answered though the time was up; `escalated` at least to the head of the unit, `to_leader` and
    `to_company` as far as these. Handling times by nearest rank, of the answered ones: in whole minutes of
    working time, and in thousandths of a calendar day. `scored` customers were asked and said how content
    they are; `told` could have been."""

    received: int = 0
    answered: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    reopened: int = 0
    escalated: int = 0
    to_leader: int = 0
    to_company: int = 0
    told: int = 0
    scored: int = 0
    score_sum: int = 0
    low_scores: int = 0
    median_minutes: int | None = None
    most_minutes: int | None = None
    median_days: int | None = None
    most_days: int | None = None

    @property
    def decided(self) -> int:
        """Those of which is known whether they were in time: an office looks no better for leaving late ones
        unanswered."""
        return self.on_time + self.late

    @property
    def on_time_share(self) -> float | None:
        """The part of `decided` that was in time."""
        return self.on_time / self.decided if self.decided else None

    @property
    def score(self) -> int | None:
        """The mean score in thousandths, half up."""
        return (2000 * self.score_sum + self.scored) // (2 * self.scored) if self.scored else None


def figures(marks: Mapping[Mark, int], minutes: Sequence[int], days: Sequence[int]) -> Figures:
    """Requests counted by their marks, with their handling times in ascending order."""

    def count(found: Iterable[int]) -> int:
        return sum(found)

    return Figures(
        received=count(marks.values()),
        answered=count(n for m, n in marks.items() if m.answered),
        on_time=count(n for m, n in marks.items() if m.timing == ON_TIME),
        late=count(n for m, n in marks.items() if m.timing == LATE),
        open=count(n for m, n in marks.items() if m.open),
        reopened=count(n for m, n in marks.items() if m.reopened),
        escalated=count(n for m, n in marks.items() if m.level),
        to_leader=count(n for m, n in marks.items() if m.level in ("leader", "company")),
        to_company=count(n for m, n in marks.items() if m.level == "company"),
        told=count(n for m, n in marks.items() if m.told),
        scored=count(n for m, n in marks.items() if m.score is not None),
        score_sum=count(n * m.score for m, n in marks.items() if m.score is not None),
        low_scores=count(n for m, n in marks.items() if m.score is not None and m.score <= LOW_SCORE),
        median_minutes=nearest_rank(minutes, MEDIAN),
        most_minutes=nearest_rank(minutes, NINE_TENTHS),
        median_days=nearest_rank(days, MEDIAN),
        most_days=nearest_rank(days, NINE_TENTHS),
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """What came in and went out in a span: `before` open at its beginning, `after` at its end.
    before + received = ended + after."""

    before: int
    received: int
    ended: int
    after: int
