"""Requests of a former register: made-up rows for each rule, and 4,969 real complaints against figures that
the sqlite3 command line gives."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.bootstrap import Desktop
from app.documents.tables import read_table
from app.domain.deadlines import due, zone_named
from app.domain.errors import AppError, Cancelled
from app.domain.import_mapping import parse_mapping, reader_of
from app.domain.import_requests import former, request_id, source_of
from app.failures import sentence
from app.models import Customer, Request, RequestEvent, RequestState
from app.queries.requests import Viewer
from app.sync.verify import verify
from app.words import Words
from tests.former_register import CLOSED, MAPPING, OPEN, csv_of, planned, taken, why
from tests.offices import Company, person
from tests.requests import at, past

COMPLAINTS = Path(__file__).parents[3] / "shared" / "data" / "complaints-311.csv"
OF_311 = Path(__file__).parents[1] / "data" / "complaints-311.mapping.json"


def states(desktop: Desktop) -> dict[str, Any]:
    """By the key in the former register."""
    r, s = Request, RequestState
    wanted = select(
        r.source, s.state, s.unit_code, s.received_at, s.due, s.answered_at, s.told_at, s.closed_at,
        s.outcome, s.misfits, r.words, r.contact_name, r.phone, r.address, r.area, r.channel, r.arrived_at,
        r.code, r.customer_id, s.step, s.type_code,
    ).join(s, (s.office_no == r.office_no) & (s.id == r.id))  # fmt: skip
    with desktop.database.read.connect() as read:
        return {str(row.source).rpartition(" ")[2]: row for row in read.execute(wanted)}


def good(desktop: Desktop) -> bool:
    return verify(desktop.home / "office.db", desktop.clock.now()).good


def changed(**parts: Any) -> dict[str, Any]:
    """The mapping with parts put in place of others."""
    return {**MAPPING, **{name: {**MAPPING.get(name, {}), **part} for name, part in parts.items()}}


def test_times_states_and_due_times_are_those_of_the_register(desktop: Desktop, tmp_path: Path) -> None:
    waited = OPEN | {"Số": "19", "Ngày đến": "30/10/2026 9:00", "Hạn": "9/11/2026 16:30", "Tình trạng": "Mới"}
    told = CLOSED | {"Số": "20", "Tình trạng": "Đã trả lời", "Tổ": "NETWORK", "Báo": ""}
    plan, done = taken(desktop, csv_of(tmp_path / "so.csv", OPEN, CLOSED, waited, told))
    assert (plan.rows, plan.wrong, plan.told) == (4, [], [])
    assert (done.new, done.open, done.answered, done.closed) == (4, 2, 1, 1)
    found = states(desktop)
    a, b, c, d = (found[key] for key in ("17", "18", "19", "20"))
    assert (a.state, a.unit_code, a.received_at, a.due) == (
        "routed", "REPAIR", at("11-02 08:00"), at("11-03 08:00"),
    )  # fmt: skip
    assert (a.words, a.contact_name, a.phone, a.address, a.area, a.channel) == (
        "Vỡ ống · trước nhà", "Nguyễn Văn Bình", "0912345678", "3 Ngô Gia Tự", "Vệ An", "phone",
    )  # fmt: skip
    ended = at("11-02 10:30")
    assert (b.state, b.outcome, b.answered_at, b.told_at, b.closed_at) == (
        "closed", "solved", ended, ended, ended,
    )  # fmt: skip
    assert (c.state, c.arrived_at, c.due) == ("received", at("10-30 09:00"), at("11-09 16:30"))
    assert (d.state, d.unit_code, d.answered_at, d.told_at) == ("answered", "NETWORK", ended, None)
    assert {row.misfits for row in found.values()} == {0}
    with desktop.database.read.connect() as read:
        ways = select(RequestEvent.data).where(RequestEvent.kind == "told")
        assert read.execute(ways).scalars().all() == [{"how": "phone"}]
    assert good(desktop)


def test_a_file_read_twice_or_at_two_desks_counts_once(company: Company, tmp_path: Path) -> None:
    first, second = company.desk("BN03"), company.desk("BN04")
    path = csv_of(tmp_path / "so.csv", OPEN, CLOSED)
    taken(first, path)
    again, done = taken(first, csv_of(path, OPEN | {"Tình trạng": "Mới"}, CLOSED, OPEN | {"Số": "21"}))
    assert (again.unchanged, len(again.new), done.new) == (2, 1, 1)
    taken(second, path)  # before it hears of the first
    company.sync()
    for desk in (first, second):
        found = states(desk)
        assert {key: row.state for key, row in found.items()} == {
            "17": "routed", "18": "closed", "21": "routed",
        }  # fmt: skip
        assert {row.misfits for row in found.values()} == {0}
        assert good(desk)
    # Another register has keys of its own.
    assert len(planned(first, path, MAPPING | {"register": "Sổ Võ Cường"}).new) == 3


NO_WAY_IN: list[tuple[dict[str, str], dict[str, str], list[tuple[str, str]]]] = [
    (OPEN, {"Ngày nhận": "2/12/2026 8:00"}, [("Ngày nhận", "import.received_future")]),
    (CLOSED, {"Ngày trả lời": "1/11/2026 8:00"}, [("Ngày trả lời", "import.closed_before_received")]),
    (CLOSED, {"Ngày trả lời": "1/12/2026 8:00"}, [("Ngày trả lời", "import.closed_future")]),
    (CLOSED, {"Ngày trả lời": ""}, [("Ngày trả lời", "import.no_end")]),
    (OPEN, {"Hạn": "1/11/2026 8:00"}, [("Hạn", "import.due_before_received")]),
    (OPEN, {"Ngày đến": "3/11/2026 8:00"}, [("Ngày đến", "import.arrived_later")]),
    (OPEN, {"Ngày trả lời": "3/11/2026 8:00"}, [("Ngày trả lời", "import.open_with_an_end")]),
    (CLOSED, {"Trả lời": ""}, [("Trả lời", "import.no_answer")]),
    (CLOSED, {"Kết quả": ""}, [("Kết quả", "import.no_outcome")]),
    (CLOSED, {"Báo": ""}, [("Báo", "import.no_notice")]),
    (CLOSED, {"Trả lời": "", "Kết quả": "", "Báo": ""}, [
        ("Trả lời", "import.no_answer"), ("Kết quả", "import.no_outcome"), ("Báo", "import.no_notice"),
    ]),
    (OPEN, {"Tình trạng": "Treo"}, [("Tình trạng", "import.not_in_mapping")]),
    (OPEN, {"Loại": "Khác"}, [("Loại", "import.not_in_mapping")]),
    (OPEN, {"Loại": "Tố cáo"}, [("Loại", "import.type_restricted")]),
    (OPEN, {"Tổ": "MOON"}, [("Tổ", "import.not_in_mapping")]),
    (OPEN, {"Ngày nhận": "11/30/2026 8:00"}, [("Ngày nhận", "import.not_a_moment")]),
    (OPEN, {"Ngày nhận": ""}, [("Ngày nhận", "import.required")]),
    (OPEN, {"Nội dung": " ", "Chi tiết": ""}, [("Nội dung", "import.required")]),
    (OPEN, {"Nội dung": "n" * 4001}, [("Nội dung", "import.too_long")]),
]  # fmt: skip


@pytest.mark.parametrize(("row", "wrong", "told"), NO_WAY_IN)
def test_a_row_that_cannot_be_is_refused_with_where_and_why(
    desktop: Desktop,
    tmp_path: Path,
    row: dict[str, str],
    wrong: dict[str, str],
    told: list[tuple[str, str]],
) -> None:
    plan, done = taken(desktop, csv_of(tmp_path / "so.csv", row | {"Số": "1"}, row | wrong))
    problems = [each for code in (dict(found) for _, found in why(plan)) for each in code.items()]
    assert done.new == 1
    assert [number for number, _ in why(plan)] == [3]
    assert [each for each in problems if each in told] == told
    for problem in plan.wrong[0].problems:
        words = sentence(problem.as_error(3), Words("vi"))
        assert words.startswith("Dòng 3, cột ")
        assert "{" not in words


def test_nothing_is_closed_silently_by_import(desktop: Desktop, tmp_path: Path) -> None:
    """Only a mapping that says what is known of the notice lets a row without one in, and says so."""
    silent = CLOSED | {"Trả lời": "", "Kết quả": "", "Báo": ""}
    plan, done = taken(desktop, csv_of(tmp_path / "so.csv", silent))
    assert (done.new, len(plan.wrong), states(desktop)) == (0, 1, {})
    said = {"answer": "Như sổ cũ", "outcome": "solved", "how": "register"}
    _, done = taken(desktop, tmp_path / "so.csv", changed(constants=said))
    with desktop.database.read.connect() as read:
        e = RequestEvent
        found = read.execute(select(e.kind, e.text, e.data).where(e.kind.in_(("answered", "told")))).all()
    assert {kind: (text, data) for kind, text, data in found} == {
        "answered": ("Như sổ cũ", {"outcome": "solved"}), "told": ("Như sổ cũ", {"how": "register"}),
    }  # fmt: skip


def test_a_key_that_comes_twice_is_told_with_its_first_row(desktop: Desktop, tmp_path: Path) -> None:
    plan = planned(desktop, csv_of(tmp_path / "so.csv", OPEN, CLOSED, OPEN))
    assert why(plan) == [(4, [("Số", "import.code_twice")])]
    assert plan.wrong[0].problems[0].first_row == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_every_way_of_unicode_is_read(desktop: Desktop, tmp_path: Path, encoding: str, between: str) -> None:
    plan = planned(desktop, csv_of(tmp_path / "so.csv", CLOSED, encoding=encoding, between=between))
    assert plan.new[0].row.values["answer"] == "Đã thay ống"


def test_an_older_encoding_must_be_named(desktop: Desktop, tmp_path: Path) -> None:
    path = csv_of(tmp_path / "so.csv", OPEN | {"Nội dung": "Ho"})
    old = path.read_text("utf-8").replace("Ho", "Hỏng").replace("ỏ", "o\u0309")
    path.write_bytes(old.encode("cp1258", "replace"))
    with pytest.raises(AppError) as refused:
        planned(desktop, path)
    assert refused.value.code == "csv.encoding"
    headings = path.read_text("cp1258").splitlines()[0].split(",")
    named = MAPPING | {
        "encoding": "cp1258",
        "columns": {"key": headings[0], "received": headings[1], "words": headings[6]},
        "constants": {"channel": "phone", "type": "leak"},
    }
    assert planned(desktop, path, named).new[0].row.values["words"] == "Hỏng"


def test_a_torn_file_is_refused_and_a_torn_row_told(desktop: Desktop, tmp_path: Path) -> None:
    path = csv_of(tmp_path / "so.csv", OPEN, CLOSED | {"Trả lời": 'Đã thay "van", xong'})
    whole = path.read_bytes()
    answer = whole.index(b' ""van')
    for cut in (answer + 1, answer + 5, whole.index('ã thay ""'.encode()) + 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(AppError) as refused:
            planned(desktop, path)
        assert refused.value.code == "csv.torn"
    # Torn between two cells: its end is missing, and so would be the answer.
    path.write_bytes(whole[: whole.index(b"2/11/2026 10:30") + 9])
    plan = planned(desktop, path)
    assert (len(plan.new), [number for number, _ in why(plan)]) == (1, [3])
    assert plan.wrong[0].problems[-1].code == "import.cells_differ"
    path.write_bytes(b"")
    with pytest.raises(AppError) as refused:
        planned(desktop, path)
    assert refused.value.code == "csv.empty"


def test_so_many_rows_and_no_more(desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.tables.MOST_ROWS", 2)
    path = csv_of(tmp_path / "so.csv", OPEN, CLOSED)
    assert len(planned(desktop, path).new) == 2
    with pytest.raises(AppError) as refused:
        planned(desktop, csv_of(path, OPEN, CLOSED, OPEN | {"Số": "3"}))
    assert (refused.value.code, refused.value.params["limit"]) == ("csv.too_many", 2)


def test_what_looks_like_a_formula_stays_words(desktop: Desktop, tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0"
    taken(desktop, csv_of(tmp_path / "so.csv", OPEN | {"Nội dung": evil, "Chi tiết": "", "Họ tên": "+84"}))
    row = states(desktop)["17"]
    assert (row.words, row.contact_name) == (evil, "+84")


def test_a_workbook_comes_in_as_well(desktop: Desktop, tmp_path: Path) -> None:
    """Its dates are dates, its headings stand below a title, its empty cells at the end are left out."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["SỔ TIẾP NHẬN"])
    heads = [*OPEN, "Tổ", "Ngày trả lời", "Trả lời", "Kết quả", "Báo", "Mã KH", "Hạn", "Ngày đến"]
    sheet.append(heads)
    received, answered = (
        (at(f"11-02 {text}") + timedelta(hours=7)).replace(tzinfo=None) for text in ("08:00", "10:30")
    )
    row: dict[str, Any] = CLOSED | {"Ngày nhận": received, "Ngày trả lời": answered, "Số": 5}
    sheet.append([row.get(h) for h in heads])
    sheet.append([(OPEN | {"Số": "6", "Ngày nhận": "mai"}).get(h) for h in heads])
    book.save(tmp_path / "so.xlsx")
    plan, _ = taken(desktop, tmp_path / "so.xlsx")
    assert states(desktop)["5"].closed_at == at("11-02 10:30")
    assert why(plan) == [(4, [("Ngày nhận", "import.not_a_moment")])]


def test_a_day_without_a_time_is_kept_until_its_end(desktop: Desktop, tmp_path: Path) -> None:
    only = {"Ngày nhận": "2/11/2026", "Ngày trả lời": "2/11/2026", "Hạn": "3/11/2026"}
    taken(desktop, csv_of(tmp_path / "so.csv", CLOSED | only), changed(dates={"format": "d/m/yyyy"}))
    row = states(desktop)["18"]
    assert (row.received_at, row.closed_at, row.due) == (
        at("11-02 00:00"), at("11-02 00:00"), at("11-03 23:59"),
    )  # fmt: skip


def test_whose_request_it_is_and_whose_it_is_not(desktop: Desktop, tmp_path: Path) -> None:
    with desktop.writer.entry("customers.add", None) as draft:
        where = {"address": "5 Nguyễn Du", "ward": "Đáp Cầu"}
        draft.add(Customer, code="BN-1", name="Trần Thị Hoa", phone=None, **where)
    bare = {"Họ tên": "", "Địa chỉ": "", "SĐT": "", "Khu vực": ""}
    rows = OPEN | bare | {"Mã KH": "BN-1"}, OPEN | {"Số": "18", "Mã KH": "BN-2"}
    plan, _ = taken(desktop, csv_of(tmp_path / "so.csv", *rows))
    row = states(desktop)["17"]
    assert (row.contact_name, row.address, row.area) == ("Trần Thị Hoa", "5 Nguyễn Du", "Đáp Cầu")
    assert row.customer_id is not None
    assert [(r.row_number, r.problems[0].code) for r in plan.told] == [(3, "import.no_such_customer")]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ('{"register": "x",\n "columns": }', "mapping.not_json", None),
        ("[1]", "mapping.part", "{}"),
        (MAPPING | {"colums": {}}, "mapping.unknown_part", "colums"),
        (MAPPING | {"register": " "}, "mapping.part", "register"),
        (changed(columns={"nmae": "Họ tên"}), "mapping.unknown_part", "columns.nmae"),
        (changed(columns={"key": ["Số", "Loại"]}), "mapping.part", "columns.key"),
        (changed(columns={"key": "Mã số phiếu"}), "mapping.unknown_column", "columns.key"),
        (changed(columns={"words": ["Nội dung", "Đâu"]}), "mapping.unknown_column", "columns.words"),
        (changed(values={"type": {"Rò rỉ": "leek"}}), "mapping.unknown_value", "values.type.Rò rỉ"),
        (changed(values={"unit": {"Tổ 1": "MOON"}}), "mapping.unknown_value", "values.unit.Tổ 1"),
        (changed(constants={"how": "shouted"}), "mapping.unknown_value", "constants.how"),
        (changed(constants={"received": "1/1/2026"}), "mapping.unknown_part", "constants.received"),
        (MAPPING | {"columns": {"key": "Số"}}, "mapping.lacking", "columns.received"),
        (changed(dates={"format": "d/m"}), "mapping.date_format", "dates.format"),
        (changed(dates={"format": "d.m.yyyy q"}), "mapping.date_format", "dates.format"),
        (changed(dates={"zone": "Hà Nội"}), "mapping.zone", "dates.zone"),
        (MAPPING | {"encoding": "tcvn3"}, "mapping.encoding", "encoding"),
        (MAPPING | {"encoding": "rot13"}, "mapping.encoding", "encoding"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(
    desktop: Desktop, tmp_path: Path, text: object, code: str, where: str | None
) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    with pytest.raises(AppError) as refused:
        planned(desktop, csv_of(tmp_path / "so.csv", OPEN), path)
    assert (refused.value.code, refused.value.params.get("where")) == (code, where)
    if code == "mapping.not_json":
        assert (refused.value.params["line"], refused.value.params["column"]) == (2, 13)


@pytest.mark.parametrize(
    ("form", "text", "means"),
    [
        ("m/d/yyyy h:mm", "3/14/2025 1:20", "2025-03-14 01:20:00"),
        ("dd/mm/yyyy hh:mm:ss", "14/03/2025 01:20:30", "2025-03-14 01:20:30"),
        ("m/d/yy h:mm AM/PM", "3/14/25 12:20 am", "2025-03-14 00:20:00"),
        ("m/d/yy h:mm AM/PM", "3/14/25 12:20 PM", "2025-03-14 12:20:00"),
        ("m/d/yy h:mm AM/PM", "3/14/25 13:20 PM", None),
        ("m/d/yyyy h:mm", "14/3/2025 1:20", None),
        ("m/d/yyyy h:mm", "3/14/2025", "2025-03-14 00:00:00"),
        ("m/d/yyyy h:mm", "3/14/2025 ", None),
        ("d/m/yyyy h:mm:ss AM/PM", "14/3/2025", "2025-03-14 00:00:00"),
        ("h:mm d/m/yyyy", "14/3/2025", "2025-03-14 00:00:00"),
        ("h:mm d/m/yyyy", "1:20 14/3/2025", "2025-03-14 01:20:00"),
        ("m/d/yyyy h:mm", "2/30/2025 1:20", None),
        ("m/d/yyyy h:mm", "3/14/1025 1:20", None),
        ("iso", "2025-03-14T01:20", "2025-03-14 01:20:00"),
        ("iso", "2025-03-14T01:20:00+00:00", "2025-03-14 08:20:00"),
        ("iso", "14/3/2025", None),
    ],
)
def test_how_times_are_written(form: str, text: str, means: str | None) -> None:
    zone = zone_named("Asia/Ho_Chi_Minh")
    found = reader_of(form, zone)(text, text)
    assert (f"{found.at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if found else None) == means


def test_a_day_without_hours_lasts_to_its_end(desktop: Desktop, tmp_path: Path) -> None:
    """By a format with hours, too: one that came at 8:00 and was closed "that day" contradicts nothing."""
    zone = zone_named("Asia/Ho_Chi_Minh")
    one, plain = (reader_of(form, zone)("2/11/2026", "2/11/2026") for form in ("d/m/yyyy h:mm", "d/m/yyyy"))
    assert one == plain
    assert one is not None
    assert one.day
    came = OPEN | {"Ngày nhận": "2/11/2026"}
    path = csv_of(tmp_path / "so.csv", CLOSED | {"Ngày trả lời": "2/11/2026"}, came)
    plan = planned(desktop, path)
    assert (len(plan.new), plan.wrong) == (2, [])


@given(st.text("ab 1-", min_size=1), st.text("ab 1-/", min_size=1))
def test_the_former_number_is_known_by_the_id(register: str, key: str) -> None:
    id = request_id(1, register, key)
    assert former(1, id, source_of(register, key)) == (register, key)
    assert former(2, id, source_of(register, key)) is None


def test_people_ask_by_the_number_of_the_former_register(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (OPEN | {"Số": "SR 10/02"}, CLOSED | {"Số": "SR-1003"}, OPEN | {"Số": "SR-1002"})
    taken(desktop, csv_of(tmp_path / "so.csv", *rows))
    asked = past(desktop, "11-02 09:00", words="Báo SR-1002", source="Báo Bắc Ninh SR-1002", closed=False)
    queries, viewer = desktop.request_queries, Viewer(person(desktop, "yen").id, None, restricted=False)
    (first, *others) = queries.best("sr-1002", viewer, 8)
    assert others == [asked]  # by its words
    found = queries.rows([first, asked])
    assert (found[first].former, found[asked].former) == (("Sổ Vệ An", "SR-1002"), None)
    # However many newer ones there are.
    monkeypatch.setattr("app.queries.request_search.LOOKED_THROUGH", 0)
    for words, key in (("SR 10/02", "SR 10/02"), ("SR-1003", "SR-1003")):
        (id,) = queries.best(words, viewer, 8)
        assert queries.rows([id])[id].former == ("Sổ Vệ An", key)
    assert queries.best("SR_1003", viewer, 8) == []
    story = queries.story(id, viewer)
    assert story is not None
    before = {event.kind for event in story.events if event.former}
    assert before == {"received", "answered", "told", "closed"}
    desktop.requests.reopen(person(desktop, "mai"), id, "Lại rò")
    again = queries.story(id, viewer)
    assert again is not None
    assert [event.kind for event in again.events if not event.former] == ["reopened"]
    entries = desktop.register_queries.register(date(2026, 11, 1), date(2026, 11, 30), viewer)
    assert sorted(each.former for each in entries) == ["", "SR 10/02", "SR-1002", "SR-1003"]


def test_a_new_request_is_found_by_its_words_before_imported_ones(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id of an imported request comes from its number: it says nothing of when it was received."""
    taken(desktop, csv_of(tmp_path / "so.csv", *(OPEN | {"Số": f"SR-{n}"} for n in range(4))))
    asked = past(desktop, "11-02 09:00", words="Vỡ ống ở ngõ 5", closed=False)
    queries, viewer = desktop.request_queries, Viewer(person(desktop, "yen").id, None, restricted=False)
    monkeypatch.setattr("app.queries.request_search.LOOKED_THROUGH", 2)
    best = queries.best("vo ong", viewer, 8)
    assert (best[0], len(best)) == (asked, 2)


def test_only_who_may_takes_requests_in(desktop: Desktop, tmp_path: Path) -> None:
    with pytest.raises(AppError) as refused:
        taken(desktop, csv_of(tmp_path / "so.csv", OPEN), login="yen")
    assert (refused.value.code, states(desktop)) == ("not_allowed", {})


def test_a_run_that_was_stopped_is_completed_by_the_next(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.import_requests.CHUNK", 2)
    path = csv_of(tmp_path / "so.csv", *(OPEN | {"Số": str(n)} for n in range(5)))
    plan = planned(desktop, path)

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        desktop.request_imports.apply(person(desktop, "mai"), plan, stop)
    assert len(states(desktop)) == 4
    # The plan has grown old, and does no harm.
    assert desktop.request_imports.apply(person(desktop, "mai"), plan).new == 1
    assert len(states(desktop)) == 5


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*MAPPING, *MAPPING["columns"], "format", "zone", "x"]), inner, max_size=4
    ),
)  # fmt: skip


@given(name=st.sampled_from([*MAPPING, "constants", "encoding"]), part=ANYTHING)
def test_whatever_a_mapping_holds_it_is_read_or_refused(name: str, part: object) -> None:
    with suppress(AppError):
        parse_mapping(json.dumps(MAPPING | {name: part}))


@pytest.mark.parametrize("text", ["", "[" * 100_000, "9" * 5000, '{"register": "\\ud800"}', "\ufeff{}"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(AppError) as refused:
        parse_mapping(text)
    assert refused.value.code in ("mapping.not_json", "mapping.part")


@given(raw=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "so.csv"
    path.write_bytes(raw)
    for encoding in ("", "cp1258", "idna", "utf-16"):
        with suppress(AppError), read_table(path, encoding) as table:
            assert list(table.rows(table.names[0]))


# -- 4,969 real complaints --------------------------------------------------------------------------------

# As Vietnam's clock has it: New York is twelve hours behind, eleven from 9 March 2025, 2:00 on.
COUNTED = """
.mode csv
.import '{path}' c
CREATE VIEW v AS SELECT *, {received} AS r, {closed} AS z FROM c;
.mode list
SELECT 'state', Status, count(*) FROM v GROUP BY 2;
SELECT 'unit', Agency, count(*) FROM v GROUP BY 2;
SELECT 'area', upper(Borough), count(*) FROM v GROUP BY 2;
SELECT 'type', "Complaint Type", count(*) FROM v GROUP BY 2;
SELECT 'month', substr(r, 1, 7), count(*) FROM v GROUP BY 2;
CREATE TABLE d AS SELECT (strftime('%s', z) - strftime('%s', r)) * 1000 / 86400 AS n FROM v WHERE z <> '';
SELECT 'days', 5, n FROM d ORDER BY n LIMIT 1 OFFSET (SELECT (count(*) * 5 + 9) / 10 - 1 FROM d);
SELECT 'days', 9, n FROM d ORDER BY n LIMIT 1 OFFSET (SELECT (count(*) * 9 + 9) / 10 - 1 FROM d);
CREATE TABLE l AS SELECT 'Animal-Abuse' AS t, '+24 hours' AS n UNION SELECT 'Dead Animal', '+12 hours';
SELECT 'on time', t, sum(z <= datetime(r, n)) FROM v JOIN l ON t = "Complaint Type" GROUP BY t;
SELECT 'due', "Due Date" <> '', count(*) FROM v GROUP BY 2;
SELECT 'moment', "Unique Key", r || '|' || coalesce(z, '') FROM v;
"""


def local(column: str) -> str:
    """SQL: "3/14/2025 1:20" of New York as "2025-03-14 13:20:00" of Vietnam."""
    c = f'"{column}"'
    day = f"instr({c}, '/')"
    rest = f"substr({c}, {day} + 1)"
    clock = f"substr({c}, instr({c}, ' ') + 1)"
    iso = (
        f"printf('%04d-%02d-%02d %05s', substr({rest}, instr({rest}, '/') + 1, 4), "
        f"substr({c}, 1, {day} - 1), substr({rest}, 1, instr({rest}, '/') - 1), substr('0' || {clock}, -5))"
    )
    shift = f"CASE WHEN {iso} < '2025-03-09 02:00' THEN '+12 hours' ELSE '+11 hours' END"
    return f"CASE WHEN {c} <> '' THEN datetime({iso}, {shift}) END"


def by_sqlite3() -> dict[str, dict[str, str]]:
    """The figures of the file, by another program."""
    script = COUNTED.format(path=COMPLAINTS, received=local("Created Date"), closed=local("Closed Date"))
    done = subprocess.run(["sqlite3"], input=script, capture_output=True, text=True, check=True)
    assert not done.stderr
    figures: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        what, key, value = line.split("|", 2)
        figures.setdefault(what, {})[key] = value
    return figures


@pytest.mark.skipif(not COMPLAINTS.exists(), reason="the real complaints (../shared/data) are not here")
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 command line is not here")
def test_real_complaints_come_in_as_another_program_counts_them(desktop: Desktop) -> None:
    plan, done = taken(desktop, COMPLAINTS, OF_311)
    theirs = by_sqlite3()
    assert (plan.wrong, plan.told, done.new) == ([], [], sum(map(int, theirs["state"].values())))
    assert (done.closed, done.open) == (int(theirs["state"]["Closed"]), int(theirs["state"]["In Progress"]))
    found = states(desktop)
    assert {row.misfits for row in found.values()} == {0}

    def shown(moment: datetime | None) -> str:
        return f"{moment + timedelta(hours=7):%Y-%m-%d %H:%M:%S}" if moment else ""

    ours = {key: f"{shown(row.received_at)}|{shown(row.closed_at)}" for key, row in found.items()}
    assert ours == theirs["moment"]
    assert all((row.state == "closed") == (row.closed_at is not None) for row in found.values())

    # The file has the column, but no due time in it: each is worked out by the limit of its kind.
    assert theirs["due"] == {"0": str(len(found))}
    kinds, calendar = desktop.rules.request_types_ever(), desktop.rules.calendar()
    for row in found.values():
        assert row.due == due(calendar, row.received_at, kinds[row.type_code].limit)

    mai = person(desktop, "mai")
    viewer = desktop.request_queries.viewer(mai.id, mai.roles)
    now = desktop.clock.now()
    analysis = desktop.measure_queries.analysis(date(2025, 1, 1), date(2025, 3, 31), viewer, now)
    mapping = json.loads(OF_311.read_text("utf-8"))["values"]

    def by(what: str, mapped: dict[str, str] | None = None) -> dict[str, int]:
        counted: dict[str, int] = {}
        for key, value in theirs[what].items():
            code = mapped[key] if mapped else key
            counted[code] = counted.get(code, 0) + int(value)
        return counted

    def groups(name: str) -> dict[str, int]:
        return {each.key: each.figures.received for each in analysis.by[name]}

    assert analysis.total.received == len(found)
    assert groups("unit") == by("unit", mapping["unit"])
    assert groups("type") == by("type", mapping["type"])
    assert {key.upper(): n for key, n in groups("area").items()} == by("area")
    assert groups("channel") == {"web": len(found)}
    assert {f"{m.first_day:%Y-%m}": m.figures.received for m in analysis.months} == by("month")
    assert (analysis.balance.received, analysis.balance.after) == (len(found), done.open)
    total = analysis.total
    assert (total.answered, total.told, total.open) == (done.closed, done.closed, done.open)
    assert (total.median_days, total.most_days) == (int(theirs["days"]["5"]), int(theirs["days"]["9"]))
    kinds_of = {each.key: each.figures for each in analysis.by["type"]}
    for theirs_called, in_time in theirs["on time"].items():
        kind = kinds_of[mapping["type"][theirs_called]]
        assert (kind.on_time, kind.late) == (int(in_time), kind.received - int(in_time))

    again, nothing = taken(desktop, COMPLAINTS, OF_311)
    assert (again.unchanged, again.to_write, nothing.new) == (len(found), 0, 0)
