"""Made-up offices of any size: the same seed gives the same people, and nothing is held in memory.

Each route is drawn from a random stream of its own, so the first rows are the same whatever the count.
Quantities are thousandths of a cubic metre.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count as count_from
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from app.demo.words import (
    COMPANY_FORMS,
    COMPANY_NAMES,
    HAMLETS,
    MOBILE_PREFIXES,
    OFFICES,
    SHOPS,
    STREETS,
    TRADES,
    RequestText,
    name_parts,
    request_texts,
    wards,
)

CLASSES = ("household", "office", "production", "service")
_SHARES = (0.92, 0.945, 0.96)  # households, and offices, and production; the rest are services
_TYPICAL = {
    "household": (14.0, 0.5),
    "office": (55.0, 0.9),
    "production": (160.0, 1.1),
    "service": (35.0, 0.8),
}
"""Median of the monthly use in m³, and the spread (sigma of its logarithm). Households average 15.9 m³."""

_SERIALS = 99_999_989
"""A prime below 10**8: multiplying by anything modulo it gives every meter another serial."""


class MadeUpCustomer(NamedTuple):
    """A customer with one connection and one meter. Quantities in thousandths of m³, `usual_use` by month."""

    number: int
    code: str
    name: str
    phone: str | None
    address: str
    ward: str
    province: str
    customer_class: str
    route: str
    sequence: int
    meter_serial: str
    meter_digits: int
    connection_code: str
    installed_on: date
    last_index: int
    usual_use: int
    quotas: int
    tax_code: str | None
    note: str | None


class MadeUpReading(NamedTuple):
    """What the collector writes for a month; without `present` the meter could not be read.

    `kind`: usual, zero, lower (than the previous index), far_above, far_below, rolled_over, not_read.
    """

    previous: int
    present: int | None
    read_on: date
    kind: str
    note: str | None


def made_up_name(rng: Random) -> str:
    """A person's name, family name first."""
    parts = name_parts()
    pick = rng.random
    family = parts.family[int(pick() * len(parts.family))]
    if pick() < 0.55:
        middles, givens = parts.male_middle, parts.male_given
    else:
        middles, givens = parts.female_middle, parts.female_given
    middle = middles[int(pick() * len(middles))]
    given = givens[int(pick() * len(givens))]
    while family in middle:
        middle = middles[int(pick() * len(middles))]
    while given in middle or given == family:
        given = givens[int(pick() * len(givens))]
    return f"{family} {middle} {given}"


def made_up_phone(rng: Random) -> str:
    """A mobile number with a prefix that is in use."""
    return f"{MOBILE_PREFIXES[int(rng.random() * len(MOBILE_PREFIXES))]}{int(rng.random() * 10**7):07d}"


def _organisation(rng: Random, kind: str, ward: str) -> str:
    if kind == "office":
        return f"{rng.choice(OFFICES)} {ward}"
    if kind == "service" and rng.random() < 0.6:
        return f"{rng.choice(SHOPS)} {made_up_name(rng).rsplit(' ', 1)[1]}"
    return f"{rng.choice(COMPANY_FORMS)} {rng.choice(TRADES[kind])} {rng.choice(COMPANY_NAMES)}"


def _street_address(rng: Random, street: str, house: int) -> str:
    """A house, a house in an alley or in an alley of an alley: "12/5 ngõ 34 đường Nguyễn Gia Thiều"."""
    draw = rng.random()
    if draw < 0.45:
        suffix = "ABC"[int(rng.random() * 3)] if draw < 0.05 else ""
        return f"{house}{suffix} {street}"
    inside = 1 + int(rng.random() * 60)
    if draw < 0.8:
        return f"Số {inside} ngõ {house} {street}"
    return f"{inside}/{1 + int(rng.random() * 20)} ngõ {house} {street}"


def _route(prefix: str, seed: int, route: int, first: int, province: str) -> Iterator[MadeUpCustomer]:
    """The 170 to 230 customers of one route, in the order in which the collector walks."""
    rng = Random(f"{seed}/{prefix}/{route}")  # noqa: S311 - made-up people, no secrets
    places = wards(province)
    name, kind = places[(route * 7 + seed) % len(places)]
    ward = f"{kind} {name}"
    urban = kind == "Phường"
    streets = [f"{'đường' if rng.random() < 0.8 else 'phố'} {street}" for street in rng.sample(STREETS, 3)]
    hamlets = rng.sample(HAMLETS, 3)
    size = rng.randint(170, 230)
    route_code = f"L{route:03d}"
    factor = 38_196_601 + 2 * (seed % 10_000)
    random, gauss = rng.random, rng.gauss
    for sequence in range(1, size + 1):
        number = first + sequence - 1
        draw = random()
        household = draw < _SHARES[0]
        customer_class = CLASSES[bisect(_SHARES, draw)]
        where = (sequence - 1) * 3 // size
        house = 1 + 2 * (((sequence - 1) * 3 % size) // 3) + int(random() * 2)
        if urban:
            street = _street_address(rng, streets[where], house)
        elif random() < 0.7:
            street = f"Xóm {1 + int(random() * 12)}, thôn {hamlets[where]}"
        else:
            street = f"Thôn {hamlets[where]}"
        median, spread = _TYPICAL[customer_class]
        usual = 0 if random() < 0.012 else round(median * math.exp(gauss(0, spread)) * 1000)
        installed = date(2015, 1, 1) + timedelta(days=int(random() * 4015))
        months = max(0, (date(2026, 1, 1) - installed).days // 30)
        digits = 5 if usual < 200_000 else 6
        code = f"{prefix}{number:06d}"
        quotas = 1
        if household and random() < 0.06:
            quotas = 2 + int(random() * 4)
        yield MadeUpCustomer(
            number,
            code,
            made_up_name(rng) if household else _organisation(rng, customer_class, name),
            made_up_phone(rng) if random() < 0.93 else None,
            f"{street}, {ward}",
            ward,
            province,
            customer_class,
            route_code,
            sequence,
            f"{number * factor % _SERIALS:08d}",
            digits,
            code,
            installed,
            round(usual * months * (0.8 + random() * 0.4) / 1000) % 10**digits * 1000,
            usual,
            quotas,
            None if household else f"00{int(random() * 10**8):08d}",  # no tax office has 00: nobody's code
            "Đồng hồ đặt trong nhà" if random() < 0.02 else None,
        )


def made_up_customers(
    count: int, seed: int, office_prefix: str = "BN", *, province: str = "Bắc Ninh"
) -> Iterator[MadeUpCustomer]:
    """`count` customers of an office, route after route; `province` is one of data/wards.csv.

    Numbers, codes and meter serials are each once within an office of fewer than 99,999,989 customers.
    """
    first = 1
    for route in count_from(1):
        for customer in _route(office_prefix, seed, route, first, province):
            if customer.number > count:
                return
            yield customer
        first = customer.number + 1


_WAVE = 2**64 - 1
_BELL = NormalDist()
_SEASON = (0.92, 0.9, 0.95, 1.0, 1.08, 1.15, 1.18, 1.15, 1.05, 1.0, 0.95, 0.93)
"""How much is used in each month of the year, against the mean of the year."""


def _mixed(*numbers: int) -> int:
    """64 bits that look random, always the same for the same numbers (SplitMix64, Steele et al. 2014)."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & _WAVE
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _WAVE
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _WAVE
        state ^= state >> 31
    return state


def usual_reading(
    customer: MadeUpCustomer, month: date, seed: int, previous: int | None = None
) -> MadeUpReading:
    """The reading of `month` (any day of it), whole cubic metres as a mechanical meter shows.

    `previous` is the index of the month before, the customer's last index unless given. About one
    reading in thirty is out of the ordinary.
    """
    before = customer.last_index if previous is None else previous
    bits = _mixed(seed, customer.number, month.year * 12 + month.month)
    chance = (bits & 0xFFFF) / 0x10000
    swing = _BELL.inv_cdf((((bits >> 16) & 0xFFFF) + 0.5) / 0x10000)
    read_on = month.replace(day=1 + customer.sequence // 12 % 20)
    expected = customer.usual_use * _SEASON[month.month - 1] * max(0.2, 1 + 0.18 * swing)
    kind, note = "usual", None
    if chance < 0.006:
        return MadeUpReading(before, None, read_on, "not_read", "Khách hàng vắng nhà, đóng cửa")
    if chance < 0.014:
        kind, expected, note = "zero", 0.0, "Nhà không có người ở"
    elif chance < 0.019 and before >= 5000:
        kind, expected, note = "lower", -min(before, expected + 3000), "Nghi đọc nhầm số"
    elif chance < 0.028:
        kind, expected, note = (
            "far_above",
            expected * (4 + (bits >> 40) % 5) + 20_000,
            "Nghi rò rỉ sau đồng hồ",
        )
    elif chance < 0.034:
        kind, expected = "far_below", customer.usual_use * 0.2
    present = before + round(expected / 1000) * 1000
    limit = 10**customer.meter_digits * 1000
    if present >= limit:
        kind, present = "rolled_over", present - limit
    return MadeUpReading(before, present, read_on, kind, note)


_OFTEN = {
    "info": 240, "bill": 130, "no_supply": 110, "leak": 100, "contract_change": 80, "quality": 60,
    "meter": 55, "repair": 50, "payment": 40, "new_supply": 35, "reconnect": 20, "complaint": 15,
    "contract_query": 15, "new_supply_rural": 10, "overflow": 10, "suggestion": 10, "refund": 10,
    "staff": 6, "danger": 6, "capacity": 5, "new_supply_works": 5, "denunciation": 2,
}  # fmt: skip
"""How often people come with each type of request, against each other; a guess."""


def made_up_request(customer: MadeUpCustomer, rng: Random, type_code: str | None = None) -> RequestText:
    """What this customer says at the counter, of any type or of `type_code`; the places are filled in."""
    kind = type_code or rng.choices(tuple(_OFTEN), tuple(_OFTEN.values()))[0]
    chosen = rng.choice([each for each in request_texts() if each.type == kind])
    text = chosen.text.format(
        address=customer.address.rsplit(",", 1)[0],
        code=customer.code,
        serial=customer.meter_serial,
        days=rng.randint(2, 9),
        month=rng.randint(1, 12),
        amount=f"{rng.randint(12, 180) * 10_000:,}".replace(",", "."),
        use=rng.randint(35, 160),
        usual=rng.randint(8, 20),
        name=made_up_name(rng),
        phone=made_up_phone(rng),
    )
    return chosen._replace(text=text)
