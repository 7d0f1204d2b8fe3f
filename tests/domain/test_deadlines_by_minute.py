"""The rules of working time against a count minute by minute."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, timedelta

from app.domain.deadlines import Limit, after, before, due, shifted, working_minutes
from tests.domain.calendars import CN, VN, at
from tests.domain.minute_model import DAY, MinuteModel, random_calendar

DAYS = 40
MIDDLE = range(12 * DAY, 22 * DAY)
AMOUNTS = {"working_minutes": 1500, "working_hours": 24, "working_days": 5, "hours": 150}
CASES = 3_000
OF_EACH = 25
"""Cases of each calendar."""


def test_thousands_of_cases_of_random_calendars() -> None:
    chance = random.Random(20261122)
    seen: Counter[str] = Counter()
    while seen["case"] < CASES:
        first = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
        calendar = random_calendar(chance, [VN, CN], first, DAYS)
        model = MinuteModel(calendar, first, DAYS)
        for _ in range(OF_EACH):
            start = chance.choice(MIDDLE)
            unit = chance.choice(list(AMOUNTS))
            amount = chance.choice((0, 1, chance.randint(0, AMOUNTS[unit])))
            held_from, held_until = start + chance.randint(-500, 5000), start + chance.randint(-500, 5000)
            try:
                ended = model.due(start, amount, unit)
                expected = (
                    model.after(start, amount, unit),
                    model.before(start, amount, unit),
                    model.shifted(ended, unit, held_from, held_until),
                )
            except IndexError:
                seen["beyond"] += 1
                continue
            seen["case"] += 1
            limit, begun = Limit(amount, unit), model.moment(start).astimezone(UTC)
            found = due(calendar, begun, limit)
            case = (calendar, begun, limit)
            assert found == model.moment(ended), case
            held = (model.moment(held_from), model.moment(held_until))
            assert (
                after(calendar, begun, limit),
                before(calendar, begun, limit),
                shifted(calendar, found, unit, *held),
            ) == tuple(map(model.moment, expected)), (case, held)
            assert working_minutes(calendar, *held) == model.count(held_from, held_until), (calendar, held)
            seen["held"] += expected[2] > ended
            seen["midnight"] += ended % DAY == 0
            if unit in ("working_minutes", "working_hours"):
                minutes = amount * (60 if unit == "working_hours" else 1)
                assert working_minutes(calendar, begun, found) == minutes, case
                if amount:
                    assert working_minutes(calendar, before(calendar, begun, limit), begun) == minutes, case
    assert seen["held"] > CASES / 10
    assert seen["midnight"] > 20
    assert seen["beyond"] < CASES / 20


def test_the_model_itself() -> None:
    model = MinuteModel(VN, date(2026, 8, 20), 20)

    def minute(text: str) -> int:
        return (at(text) - model.midnight) // timedelta(minutes=1)

    assert model.count(minute("20/8 00:00"), minute("24/8 00:00")) == 3 * 450  # Saturday 22/8 is worked
    assert model.due(minute("21/8 16:30"), 60, "working_minutes") == minute("22/8 08:00")
    assert model.before(minute("24/8 08:00"), 1, "working_hours") == minute("22/8 16:30")
    assert model.before(minute("23/8 10:00"), 1, "hours") == minute("22/8 13:30")
    held = minute("22/8 16:00"), minute("24/8 09:00")
    assert model.shifted(minute("24/8 10:00"), "working_hours", *held) == minute("24/8 14:30")
