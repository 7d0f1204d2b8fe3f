"""The data that comes with the program obeys the rules it is for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain import letters
from app.domain.charter import MEASURES, WHOLE
from app.domain.deadlines import Limit, WorkingCalendar, due
from app.domain.tariffs import Block, Tariff, charge, tariff_on
from tests.domain.calendars import CN, VN, default


def tariffs(name: str) -> list[Tariff]:
    return [
        Tariff(
            row["customer_class"],
            date.fromisoformat(row["valid_from"]),
            row["decision"],
            tuple(Block(*block) for block in row["blocks"]),
            row["vat_permille"],
            row["fee_permille"],
            row["vat_included"],
        )
        for row in default("tariffs")[name]
    ]


@pytest.mark.parametrize(
    ("prices", "customer_class", "on", "units", "total"),
    [
        ("tra_vinh_water", "household", date(2026, 8, 1), 17, 131_675),
        ("tra_vinh_water", "household", date(2026, 8, 1), 25, 211_370),
        ("hai_phong_water", "household", date(2026, 8, 1), 25, 384_100),
        ("electricity_6", "household", date(2026, 8, 1), 401, 1_164_197),
        ("electricity_5", "household", date(2026, 8, 1), 750, 2_490_102),
        ("electricity_6", "household", date(2027, 1, 1), 75, 165_495),
    ],
)
def test_bills_by_the_price_lists(prices: str, customer_class: str, on: date, units: int, total: int) -> None:
    assert charge(tariff_on(tariffs(prices), customer_class, on), units * 1000).total == total


def test_every_price_says_where_it_is_from_and_how_sure_it_is() -> None:
    for name, rows in default("tariffs").items():
        assert tariffs(name)
        assert all(row["source"] and row["certainty"] for row in rows)
    for name in ("tra_vinh_water", "hai_phong_water"):
        assert {"household", "office", "production", "service"} <= {t.customer_class for t in tariffs(name)}


@pytest.mark.parametrize(
    ("where", "day", "worked"),
    [
        (VN, date(2026, 8, 22), True),  # a Saturday, for 31/8
        (VN, date(2026, 8, 31), False),
        (VN, date(2026, 9, 2), False),
        (VN, date(2026, 11, 24), False),  # new from 2026
        (VN, date(2026, 1, 2), False),
        (VN, date(2026, 1, 10), True),
        (VN, date(2026, 2, 17), False),  # Tết
        (VN, date(2026, 4, 27), False),  # for Sunday 26/4
        (VN, date(2026, 8, 20), True),
        (VN, date(2026, 8, 23), False),
        (VN, date(2025, 4, 26), True),
        (VN, date(2027, 2, 8), False),
        (CN, date(2026, 2, 14), True),
        (CN, date(2026, 10, 1), False),
        (CN, date(2025, 10, 11), True),
    ],
)
def test_days_off_and_days_worked(where: WorkingCalendar, day: date, worked: bool) -> None:
    assert bool(where.hours(day)) is worked
    if worked:
        assert where.hours(day) == ((450, 690), (810, 1020))


def test_a_limit_over_the_holidays_of_september() -> None:
    friday = datetime(2026, 8, 28, 15, 0, tzinfo=VN.zone)
    assert due(VN, friday, Limit(3, "working_days")) == datetime(2026, 9, 7, 15, 0, tzinfo=VN.zone)


@pytest.mark.parametrize(("country", "years"), [("vn", (2025, 2026, 2027)), ("cn", (2025, 2026))])
def test_calendars_name_each_day_once_and_say_why(country: str, years: tuple[int, ...]) -> None:
    rows = default(f"calendar_{country}")
    days = [date.fromisoformat(row["day"]) for row in rows]
    assert days == sorted(set(days))
    assert {day.year for day in days} == set(years)
    assert all(row["note"] for row in rows)
    for row, day in zip(rows, days, strict=True):
        if row["intervals"] is None:  # only a weekend is worked in exchange
            assert day.weekday() >= 5


def test_request_types_can_be_kept() -> None:
    units = {unit["code"] for unit in default("units")}
    types = default("request_types")
    assert len({each["code"] for each in types}) == len(types)
    for each in types:
        assert each["unit"] in units
        assert set(each["name"]) == {"vi", "en", "zh"}
        assert each["source"]
        assert each["certainty"]
        limit = Limit(each["limit"]["amount"], each["limit"]["unit"])
        start = datetime(2026, 8, 20, 9, 0, tzinfo=VN.zone)
        assert timedelta(0) < due(VN, start, limit) - start <= timedelta(days=30)
    assert {each["code"] for each in types if each["restricted"]} == {"denunciation", "staff"}
    for kind, other in (("water", r"công tơ|[Đđ]iện"), ("electricity", r"[Nn]ước|đồng hồ")):
        named = [each.get(f"name_{kind}", each["name"]) for each in types]
        assert not [name["vi"] for name in named if re.search(other, name["vi"])]
        assert all(set(name) == {"vi", "en", "zh"} for name in named)
        for language in ("vi", "en", "zh"):
            assert len({name[language] for name in named}) == len(types)
    for name in ("vi", "en", "zh"):
        assert len({each["name"][name] for each in types}) == len(types)
        assert len({unit["name"][name] for unit in default("units")}) == len(units)


def test_the_charter_can_be_measured_and_every_kind_has_its_target() -> None:
    targets = {each["code"]: each for each in default("charter")}
    assert len(targets) == len(default("charter"))
    types = default("request_types")
    of_orders = {code for code in targets if code.startswith("on_site_")}  # chosen when a crew is sent
    assert {each["charter"] for each in types if "charter" in each} == set(targets) - of_orders
    for each in targets.values():
        assert each["measure"] in MEASURES
        assert 0 < each["share"] <= WHOLE
        assert Limit(each["limit"]["amount"], each["limit"]["unit"]).amount > 0
        assert each["source"]
        assert each["certainty"] in ("seen", "second-hand", "guess")
    for kind in ("water", "electricity"):
        named = [each.get(f"name_{kind}", each["name"]) for each in targets.values()]
        assert all(set(name) == {"vi", "en", "zh"} for name in named)
        for language in ("vi", "en", "zh"):
            assert len({name[language] for name in named}) == len(targets)


def test_notes_and_banks() -> None:
    for notes in default("denominations").values():
        assert notes == sorted(set(notes), reverse=True)
    banks = default("banks")
    assert len({bank["bin"] for bank in banks}) == len(banks) == len({bank["code"] for bank in banks})
    assert all(len(bank["bin"]) == 6 and bank["bin"].isdigit() and bank["name"] for bank in banks)
    known = {bank["bin"]: bank["short"] for bank in banks}
    assert (known["970436"], known["970415"], known["970418"]) == ("Vietcombank", "VietinBank", "BIDV")


def test_every_letter_is_there_in_three_languages_with_the_same_places() -> None:
    templates = default("letter_templates")
    assert [each["code"] for each in templates] == list(letters.KINDS)
    for each in templates:
        for part in ("name", "subject", "text"):
            assert set(each[part]) == set(letters.LANGUAGES)
            for text in each[part].values():
                assert text.strip()
                assert letters.readable(text)
                assert letters.unknown(text) == ()
        needed = {"words", "due", "outcome", "start", "end", "missing", "amount", "answer", "reason", "code"}
        named = {
            language: needed & set(letters.places(each["subject"][language] + each["text"][language]))
            for language in letters.LANGUAGES
        }
        assert named["vi"] == named["en"] == named["zh"], each["code"]


# -- the steps of a kind within its limit -------------------------------------------------------------------


def _limit(row: dict[str, object]) -> Limit:
    amount, unit = row["amount"], row["unit"]
    assert isinstance(amount, int)
    assert isinstance(unit, str)
    return Limit(amount, unit)


@pytest.mark.parametrize(
    "kind", [k for k in default("request_types") if k.get("steps")], ids=lambda k: k["code"]
)
@pytest.mark.parametrize("calendar", [VN, CN], ids=["vn", "cn"])
def test_the_steps_of_a_kind_take_no_longer_than_the_kind(
    kind: dict[str, object], calendar: WorkingCalendar
) -> None:
    """From every quarter of an hour of a year with its holidays, extra days and half days."""
    steps = kind["steps"]
    whole = kind["limit"]
    assert isinstance(steps, list)
    assert isinstance(whole, dict)
    start = datetime(2026, 1, 5, tzinfo=UTC)
    for quarter in range(0, 364 * 96, 7):  # 7: all times of day come, and the test stays quick
        begun = start + timedelta(minutes=15 * quarter)
        at = begun
        for step in steps:
            at = due(calendar, at, _limit(step["limit"]))
        assert at <= due(calendar, begun, _limit(whole)), begun


def test_the_limits_of_new_supplies_are_the_published_ones() -> None:
    limits = {k["code"]: k["limit"] for k in default("request_types") if k["code"].startswith("new_supply")}
    assert limits == {
        code: {"amount": days, "unit": "working_days"}
        for code, days in (("new_supply", 3), ("new_supply_rural", 5), ("new_supply_works", 7))
    }
