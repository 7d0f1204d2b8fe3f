"""Every failure has its sentence: the code is read for what it raises, the sentences for what they name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError, Cancelled, Invalid
from app.domain.import_fields import FIELDS_CUSTOMERS, FIELDS_READINGS, field_titles
from app.domain.importing import Problem, parse_rows
from app.domain.money import CNY
from app.domain.people import ACTS
from app.failures import TABLES, field_error, places_of, problem_words, sentence
from app.failures.cells import cells
from app.failures.fields import fields
from app.words import LANGUAGES, Words

APP = Path(__file__).parent.parent / "app"
CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
CELL = re.compile(r"import\.[a-z][a-z0-9_]*")
CELL_PLACES = {"row", "column", "value", "first_row"}
"""What `Problem.as_error` fills."""
ENGLISH = Words("en")


@dataclass(frozen=True)
class Raised:
    """Where a code is raised, and the places of a sentence that it fills; None: whatever was passed on."""

    where: str
    code: str
    places: frozenset[str] | None


@cache
def modules() -> dict[str, ast.Module]:
    return {
        str(file.relative_to(APP.parent)): ast.parse(file.read_text("utf-8"))
        for file in sorted(APP.rglob("*.py"))
        if "failures" not in file.parts
    }


def texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def calls_of(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and named(node.func) == name:
            yield node


@cache
def raised() -> tuple[Raised, ...]:
    return tuple(each for path, tree in modules().items() for each in _raised(path, tree))


def _raised(path: str, tree: ast.Module) -> Iterator[Raised]:
    for call in calls_of(tree, "AppError"):
        starred = any(keyword.arg is None for keyword in call.keywords)
        places = None if starred else frozenset(k.arg for k in call.keywords if k.arg)
        code = call.args[0]
        plain = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
        if all(isinstance(each, ast.Constant) for each in plain):
            codes = set(texts(code))
        elif isinstance(code, ast.Attribute) and code.attr == "code":
            continue  # somebody else's failure, passed on
        else:
            codes = _kept(tree)
        for each in codes:
            yield Raised(f"{path}:{call.lineno}", each, places)

    for call in calls_of(tree, "Refusal"):  # the head office's, raised again where it arrives
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Dict):
            named_places = frozenset(k.value for k in call.args[1].keys if isinstance(k, ast.Constant))
            yield Raised(f"{path}:{call.lineno}", str(call.args[0].value), named_places)


def _kept(tree: ast.Module) -> set[str]:
    """The codes that a module keeps in tables and functions and raises from there."""
    entries = {text for call in calls_of(tree, "entry") for text in texts(call)}
    literal = {text for call in calls_of(tree, "AppError") for text in texts(call.args[0])}
    rights = {text for call in calls_of(tree, "require") for text in texts(call)}
    prefixes = ("disk.", "database.", "folder.", "file.", "request.", "sync.")
    return {
        text
        for text in texts(tree)
        if CODE.fullmatch(text)
        and text.startswith(prefixes)
        and text not in entries | literal | rights | ACTS.keys()
    }


def in_cells() -> set[str]:
    """The codes of wrong cells: whatever the rooms of imports call by such a name."""
    found = set()
    for path, tree in modules().items():
        if "/import" in path and path.startswith(("app/domain", "app/services")):
            found |= {text for text in texts(tree) if CELL.fullmatch(text)}
    return found - raised_plainly()


def raised_plainly() -> set[str]:
    """Codes of imports that concern the sheet as a whole."""
    return {each.code for each in raised() if each.code.startswith("import.")} - cells(ENGLISH).keys()


def of_fields() -> set[str]:
    """The codes that `Invalid` is given for a field, however they are gathered before."""
    found: set[str] = set()
    for tree in modules().values():
        given = list(calls_of(tree, "Invalid"))
        for call in given:
            found |= {text for keyword in call.keywords if keyword.arg for text in texts(keyword.value)}
        if not any(keyword.arg is None for call in given for keyword in call.keywords):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                if named(node.targets[0].value) in ("wrong", "errors"):
                    found |= {t for t in texts(node.value) if t}
            elif isinstance(node, ast.Call) and named(node.func) in ("ValueError", "_whole"):
                found |= {t for arg in node.args for t in texts(arg) if t}
            elif isinstance(node, ast.Return) and node.value is not None:
                found |= {t for t in texts(node.value) if CODE.fullmatch(t) and t not in known()}
            elif isinstance(node, ast.Dict) and len(node.keys) == 1:
                found |= {t for t in texts(node.values[0]) if CODE.fullmatch(t)}
    return found


def known() -> dict[str, tuple[str, ...]]:
    """Code -> its sentences."""
    tables = {code: text for table in TABLES for code, text in table(ENGLISH).items()}
    return {code: (text,) if isinstance(text, str) else text for code, text in tables.items()}


# -- the code and the sentences ---------------------------------------------------------------------------


def test_the_code_is_found() -> None:
    codes = {each.code for each in raised()}
    assert len(codes) > 80
    # One of each way in which a code comes to be raised.
    assert {"already_saved", "file.in_use", "request.open_still", "disk.full", "home.in_use"} <= codes
    assert {"import.not_a_number", "import.other_name", "import.billed"} <= in_cells()
    assert {"required", "too_long", "quotas.wrong", "way.unknown", "cash.nothing", "taken"} <= of_fields()


def test_every_code_has_its_sentence() -> None:
    missing = {
        f"{each.where}: {each.code}"
        for each in raised()
        if each.code not in known() and each.code not in cells(ENGLISH)
    }
    assert missing == set()


def test_every_wrong_cell_has_its_words() -> None:
    assert in_cells() - cells(ENGLISH).keys() == set()


def test_every_field_error_has_its_words() -> None:
    assert of_fields() - fields(ENGLISH).keys() == set()


def test_no_sentence_is_for_a_code_that_nothing_raises() -> None:
    codes = {each.code for each in raised()} | {Cancelled().code}
    assert known().keys() - codes == set()
    assert cells(ENGLISH).keys() - in_cells() == set()
    assert fields(ENGLISH).keys() - of_fields() == set()


def test_a_code_is_in_one_table() -> None:
    codes = [code for table in (*TABLES, cells) for code in table(ENGLISH)]
    assert sorted(codes) == sorted(set(codes))


def test_wherever_a_code_is_raised_one_of_its_sentences_has_all_its_places() -> None:
    lacking = []
    for each in raised():
        if each.places is None or each.code not in known():
            continue
        if not any(places_of(text) <= each.places for text in known()[each.code]):
            lacking.append(f"{each.where}: {each.code}")
    assert lacking == []


def test_every_place_of_a_sentence_is_filled_somewhere() -> None:
    filled: dict[str, set[str]] = defaultdict(set)
    for each in raised():
        filled[each.code] |= each.places or frozenset()
    unfilled = {
        f"{code}: {place}"
        for code, sentences in known().items()
        for text in sentences
        for place in places_of(text) - filled[code]
    }
    assert unfilled == set()
    for code, text in cells(ENGLISH).items():
        assert isinstance(text, str)
        assert places_of(text) <= CELL_PLACES, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole(language: str) -> None:
    tr = Words(language)
    filled = {place: "X" for each in raised() for place in each.places or ()}
    for code in [*known(), *cells(ENGLISH)]:
        text = sentence(
            AppError(code, **{**filled, "row": 3, "column": "B", "value": "v", "first_row": 2}), tr
        )
        assert text[0].isupper() or not text[0].isalpha(), text
        assert text.endswith("."), text
        assert not re.search(r"[{}–]", text), text
        assert code not in text, text


# -- how they read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "vietnamese", "english"),
    [
        (
            Problem("present_index", "Chỉ số mới", "import.not_a_number", "abc").as_error(14),
            "Dòng 14, cột Chỉ số mới: “abc” không phải là số. Sửa ô này rồi nhập lại.",
            "Row 14, column Chỉ số mới: “abc” is not a number. Correct this cell and import again.",
        ),
        (
            Problem("address", "", "import.became_a_date", "2026-05-12").as_error(1234),
            "Dòng 1234: Excel đã đổi ô này thành ngày 12/05/2026. Định dạng ô là văn bản, gõ lại "
            "rồi nhập lại.",
            "Row 1234: Excel turned this cell into the date 12/05/2026. Format it as text, type it again and "
            "import again.",
        ),
        (
            AppError("cash.drawer_short", number="BL-BN03-26-000007", amount=1_234_567, held=500_000),
            "Hủy biên lai BL-BN03-26-000007 phải trả 1.234.567 đ, trong khi quỹ còn 500.000 đ. Bổ sung tiền "
            "vào quỹ trước, hoặc liên hệ người phụ trách.",
            "To take receipt BL-BN03-26-000007 back, 1,234,567 đ has to be paid out, and the drawer holds "
            "500,000 đ. Bring money to the drawer first, or ask a supervisor.",
        ),
        (
            AppError("reading.lower", previous=1_234_500, present=17_000),
            "Chỉ số mới 17 nhỏ hơn chỉ số cũ 1.234,5. Kiểm tra đồng hồ, hoặc nhập số chữ số nếu đồng hồ đã "
            "quay hết vòng.",
            "The present index 17 is lower than the previous one 1,234.5. Check the meter, or enter its "
            "number of digits if it went past its end.",
        ),
        (
            AppError("tariff.missing", customer_class="household", day=date(2026, 11, 2)),
            "Chưa có giá cho nhóm Hộ gia đình ngày 02/11/2026. Đề nghị công ty nhập giá.",
            "No price for class Household on 02/11/2026. Ask the head office to enter it.",
        ),
        (
            AppError("reading.billed", period="2026-11"),
            "Hóa đơn kỳ 11/2026 đã phát hành. Không thể sửa chỉ số ở đây.",
            "The bill of period 11/2026 is out already. Its index can no longer be changed here.",
        ),
        (
            AppError("workbook.too_wide", path="a.xlsx", rows=1_048_576, columns=16_384),
            "a.xlsx kéo dài đến dòng 1.048.576 và cột 16.384, quá mức đọc được. Xóa các ô ở xa ngoài bảng "
            "rồi lưu lại.",
            "a.xlsx reaches to row 1,048,576 and column 16,384, farther than can be read. Delete the cells "
            "far outside the table and save it again.",
        ),
        (
            AppError("no.such.code"),
            "Chưa làm được việc này (lý do: no.such.code). Thử lại, hoặc liên hệ quản trị.",
            "This could not be done (reason: no.such.code). Try again, or ask your administrator.",
        ),
    ],
)
def test_sentences(error: AppError, vietnamese: str, english: str) -> None:
    assert sentence(error, Words("vi")) == vietnamese
    assert sentence(error, Words("en")) == english


def test_the_sentence_fits_what_is_known() -> None:
    with_sheet = AppError("workbook.broken", path="a.xlsx", sheet="KH")
    without = AppError("workbook.broken", path="a.xlsx", sheet="")
    assert "“KH” of a.xlsx is damaged" in sentence(with_sheet, ENGLISH)
    assert sentence(without, ENGLISH).startswith("a.xlsx is damaged")
    nowhere = AppError("folder.not_writable")
    assert "data folder" in sentence(nowhere, ENGLISH)
    assert "10,23 ¥" in sentence(AppError("vietqr.amount", amount=1023), Words("vi"), CNY)


def test_a_missing_column_is_named_as_on_the_screen() -> None:
    with pytest.raises(AppError) as raised_error:
        parse_rows([], {0: "name"}, {})
    assert (
        sentence(raised_error.value, Words("vi")) == "Chưa chọn cột cho Mã khách hàng. Chọn cột rồi tiếp tục."
    )
    assert {f.name for f in (*FIELDS_CUSTOMERS, *FIELDS_READINGS)} <= field_titles(ENGLISH).keys()


def test_a_form_tells_each_wrong_thing_once() -> None:
    error = Invalid(name="required", address="required", phone="phone.wrong")
    told = sentence(error, ENGLISH)
    assert told.count(field_error("required", ENGLISH)) == 1
    assert told.endswith(field_error("phone.wrong", ENGLISH))
    assert field_error("something.new", Words("vi")) == "Vui lòng sửa lại."


def test_a_problem_in_a_list_names_its_column() -> None:
    assert problem_words(Problem("phone", "SĐT", "import.required"), Words("vi")) == (
        "SĐT: ô này trống. Điền rồi nhập lại."
    )
    assert problem_words(Problem("phone", "", "import.required"), Words("vi")).startswith("Ô này trống")


anything = st.one_of(st.none(), st.integers(), st.text(), st.dates(), st.booleans(), st.floats())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*known(), *cells(ENGLISH), "?"]), st.data(), st.sampled_from(LANGUAGES))
def test_whatever_the_places_hold_a_sentence_comes(code: str, data: st.DataObject, language: str) -> None:
    """Also braces in a name, a number that came as text from the head office, and nothing at all."""
    names = {place for text in known().get(code, ()) for place in places_of(text)} | {
        "row",
        "column",
        "value",
    }
    params = {name: data.draw(anything) for name in names if data.draw(st.booleans())}
    assert sentence(AppError(code, **params), Words(language))
