"""Made-up offices: the same for the same seed, plausible, and readable by the import."""

from __future__ import annotations

import json
import re
import statistics
import tracemalloc
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

import openpyxl
import pytest

from app.demo.generator import CLASSES, made_up_customers, made_up_request, usual_reading
from app.demo.sheets import customer_sheet, reading_sheet
from app.demo.spoilt import SPOILT, spoilt_rows
from app.demo.viet_tri import viet_tri_rows
from app.demo.words import MOBILE_PREFIXES, name_parts, request_texts, wards
from app.domain.errors import AppError
from app.domain.fold import nfc
from app.domain.importing import FIELDS_CUSTOMERS, FIELDS_READINGS, find_header, parse_readings, parse_rows
from app.domain.names import customer_classes
from app.domain.reads import judge
from app.settings import resources
from app.words import Words

KNOWN: dict[str, list[str]] = {code: [] for code in CLASSES}
JUNE = date(2026, 6, 1)
FIELDS = (
    "code", "name", "phone", "address", "customer_class", "route", "meter_serial", "quotas", "last_index",
    "meter_digits", "tax_code", "connection_code", "ward", "sequence",
)  # fmt: skip


@pytest.fixture(scope="module")
def people():
    return list(made_up_customers(5000, seed=11))


def test_the_same_seed_gives_the_same_people(people):
    assert list(made_up_customers(5000, seed=11)) == people
    assert list(made_up_customers(300, seed=11)) == people[:300]
    assert [p.name for p in made_up_customers(300, seed=12)] != [p.name for p in people[:300]]


def test_known_people_of_seed_1():
    """The generator must not change by accident: databases of the releases were made with it."""
    first, second = made_up_customers(2, seed=1)
    assert (first.code, first.name, first.route) == ("BN000001", "Nguyễn Thị Ngọc Tuyền", "L001")
    assert second.address == "26/15 ngõ 3 đường Hoàng Quốc Việt, Phường Nhân Hòa"


def test_codes_and_serials_are_each_once(people):
    assert len({p.code for p in people}) == len({p.meter_serial for p in people}) == len(people)
    assert all(re.fullmatch(r"[0-9]{8}", p.meter_serial) for p in people)
    assert any(p.meter_serial.startswith("0") for p in people)


def test_people_are_plausible(people):
    shares = Counter(p.customer_class for p in people)
    assert set(shares) == set(CLASSES)
    assert 0.9 < shares["household"] / len(people) < 0.94
    household = [p.usual_use / 1000 for p in people if p.customer_class == "household"]
    assert 14 < statistics.mean(household) < 18
    for p in people:
        assert p.name == nfc(p.name)
        assert 2 <= len(p.name.split()) <= 14
        assert p.phone is None or (p.phone[:3] in MOBILE_PREFIXES and len(p.phone) == 10)
        assert 0 <= p.last_index < 10**p.meter_digits * 1000
        assert p.address.endswith(p.ward)
        assert p.tax_code is None or p.customer_class != "household"
    families = Counter(p.name.split()[0] for p in people if p.customer_class == "household")
    assert families.most_common(1)[0][0] == "Nguyễn"
    assert any(re.search(r"\d+/\d+ ngõ \d+ đường ", p.address) for p in people)
    assert any(p.name.startswith("Công ty TNHH") for p in people)


def test_routes_hold_about_200_and_are_walked_in_order(people):
    routes = Counter(p.route for p in people)
    last = people[-1].route
    assert all(170 <= size <= 230 for route, size in routes.items() if route != last)
    assert "L012" in routes
    first = [p for p in people if p.route == "L001"]
    assert [p.sequence for p in first] == list(range(1, len(first) + 1))
    assert len({p.ward for p in first}) == 1


def test_a_large_office_needs_little_memory():
    next(made_up_customers(1, 1))  # the words are read once
    tracemalloc.start()
    for _ in islice(made_up_customers(500_000, 1), 8_000):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_readings_are_mostly_usual(people):
    readings = [usual_reading(p, JUNE, seed=3) for p in people]
    assert readings == [usual_reading(p, JUNE, seed=3) for p in people]
    kinds = Counter(r.kind for r in readings)
    assert set(kinds) >= {"usual", "zero", "lower", "far_above", "far_below", "not_read"}
    assert kinds["usual"] / len(readings) > 0.95
    for person, reading in zip(people, readings, strict=True):
        assert reading.previous == person.last_index
        assert reading.read_on.replace(day=1) == JUNE
        if reading.kind == "not_read":
            assert reading.present is None
            continue
        assert reading.present is not None
        assert reading.present % 1000 == 0
        assert 0 <= reading.present < 10**person.meter_digits * 1000
        if reading.kind == "usual":
            assert reading.present - reading.previous <= 2.2 * person.usual_use + 500
        if reading.kind in ("zero", "lower"):
            assert judge(reading.previous, reading.present, person.usual_use) == (reading.kind,)
        if reading.kind in ("far_above", "far_below") and person.usual_use > 5_000:
            assert judge(reading.previous, reading.present, person.usual_use) == (reading.kind,)


def test_a_meter_rolls_over():
    person = next(p for p in made_up_customers(50, 1) if p.usual_use > 20_000)
    reading = usual_reading(person, JUNE, 1, previous=99_999_000)
    assert (reading.kind, reading.previous) == ("rolled_over", 99_999_000)
    assert reading.present is not None
    assert reading.present < 200_000


@pytest.mark.parametrize("language", ["vi", "en"])
def test_customers_go_through_a_workbook_unchanged(tmp_path: Path, language: str):
    people = list(made_up_customers(300, seed=4))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in customer_sheet(people, language).all_rows():
        sheet.append(row)
    book.save(tmp_path / "customers.xlsx")
    read = openpyxl.load_workbook(tmp_path / "customers.xlsx", read_only=True)
    rows = list(enumerate(read.worksheets[0].iter_rows(values_only=True), 1))
    read.close()
    header = find_header(rows)
    assert (header.row_number, header.confidence) == (3, 1.0)
    parsed = list(parse_rows(rows, header.mapping, KNOWN, after=3, titles=header.titles, language=language))
    assert [row.problems for row in parsed] == [()] * 300
    for row, person in zip(parsed, people, strict=True):
        for field in FIELDS:
            assert row.values[field] == getattr(person, field), field


def test_class_names_are_understood_again():
    for language in ("vi", "en"):
        names = customer_classes(Words(language))
        rows = [(n, [str(n), "A", name]) for n, name in enumerate(names.values(), 1)]
        parsed = parse_rows(rows, {0: "code", 1: "name", 2: "customer_class"}, dict.fromkeys(names, ()))
        assert [row.values["customer_class"] for row in parsed] == list(names)


def test_readings_sheet_is_understood_again():
    people = list(made_up_customers(60, 5))
    pairs = [(p, usual_reading(p, JUNE, 5)) for p in people]
    rows = list(enumerate(reading_sheet(pairs, "L001").all_rows(), 1))
    header = find_header(rows, FIELDS_READINGS)
    parsed = list(parse_readings(rows, header.mapping, after=header.row_number))
    assert [row.values["present_index"] for row in parsed] == [r.present for _, r in pairs]
    assert [row.values["read_on"] for row in parsed] == [
        None if r.present is None else r.read_on for _, r in pairs
    ]


@pytest.mark.parametrize("kind", SPOILT)
def test_spoilt_sheets_tell_what_is_wrong_and_nothing_else(kind: str):
    spoilt = spoilt_rows(kind)
    rows = enumerate(spoilt.rows, 1)
    head = list(islice(rows, 30))
    header = find_header(head, FIELDS_READINGS if spoilt.readings else FIELDS_CUSTOMERS)
    if spoilt.readings:
        parsed = parse_readings([*head, *rows], header.mapping, after=header.row_number)
    else:
        parsed = parse_rows((r for part in (head, rows) for r in part), header.mapping, KNOWN,
                            after=header.row_number)  # fmt: skip
    found = list(parsed)
    assert 20 <= len(found) <= 21
    assert {problem.code for row in found for problem in row.problems} == spoilt.codes
    if not spoilt.codes:
        assert all(row.values["customer_class"] == "household" for row in found)


def test_request_texts_fill_their_places(people):
    texts = request_texts()
    types = Counter(text.type for text in texts)
    known = json.loads((resources() / "defaults" / "request_types.json").read_text("utf-8"))
    assert set(types) == {each["code"] for each in known}
    assert min(types.values()) >= 8
    assert sum(types.values()) > 480
    assert len({text.text for text in texts}) == len(texts)
    rng = Random(1)
    said_types = Counter()
    for _ in range(3000):
        said_type, _, said = made_up_request(people[0], rng)
        said_types[said_type] += 1
        assert not re.search("[{}]", said)
        assert said == nfc(said)
    assert said_types.most_common(1)[0][0] == "info"
    for code in types:
        assert made_up_request(people[0], rng, code).type == code


def test_words_are_clean():
    assert {p: len(wards(p)) for p in ("Bắc Ninh", "Phú Thọ", "Vĩnh Long")} == {
        "Bắc Ninh": 99, "Phú Thọ": 148, "Vĩnh Long": 124,
    }  # fmt: skip
    for part in name_parts():
        for text in part:
            assert text == nfc(text)
            assert not re.search(r"[ÑñøØûÛïÏåÅöÖ\d]", text), text


def test_real_meters_of_viet_tri():
    file = Path(__file__).parents[2].parent / "shared" / "data" / "viet-tri-readings.csv"
    if not file.exists():
        pytest.skip("the public readings of Việt Trì are not beside the project")
    rows = list(viet_tri_rows(file, seed=1))
    assert len(rows) == 105
    assert rows[0].customer.meter_serial == "51319"
    assert (rows[0].reading.previous, rows[0].reading.present) == (933_000, 957_000)
    assert sum(row.reading.present - row.reading.previous for row in rows) == 2_462_000
    assert all(21.29 < row.latitude < 21.31 and 105.44 < row.longitude < 105.46 for row in rows)
    sheet = list(enumerate(customer_sheet([row.customer for row in rows]).all_rows(), 1))
    header = find_header(sheet)
    parsed = list(parse_rows(sheet, header.mapping, KNOWN, after=header.row_number))
    assert [problem for row in parsed for problem in row.problems] == []
    assert {row.values["ward"] for row in parsed} == {"Phường Thanh Miếu"}


def test_a_torn_file_of_meters_is_told(tmp_path: Path):
    file = tmp_path / "meters.csv"
    file.write_text("meter_id,read_old,read_new,lat,lon\n1,5,9,21.1,105.1\n2,x,9,21.1,105.1\n", "utf-8")
    with pytest.raises(AppError) as told:
        list(viet_tri_rows(file, 1))
    assert (told.value.code, told.value.params["row"]) == ("demo.readings_unreadable", 3)
