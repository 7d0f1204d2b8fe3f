from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.demo.generator import made_up_customers
from app.domain.fold import fold
from app.models import Customer
from app.queries.customer_search import CAP, search_words
from app.queries.customers import CustomerFilter, CustomerQueries
from app.services.customers import EditCustomer, NewConnection, NewCustomer, NewMeter
from app.sync.verify import verify
from tests.money import add_home, bill
from tests.offices import Company, person
from tests.sheets import import_, parsed

PEOPLE = list(made_up_customers(3000, 11))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """An office with 3,000 made-up customers and three of our own."""
    company = Company(tmp_path_factory.mktemp("search"))
    desktop = company.desk("BN03")
    import_(desktop, parsed(PEOPLE))
    yen = person(desktop, "yen")
    for code, name, phone, address, serial in (
        ("ZZ-0001", "Đặng Thị Như Quỳnh", "0912 000 111", "12/5 Đào Duy Anh, phường Võ Cường", "SN-77-A"),
        ("ZZ-0002", "Dang Thi Nhu Quynh", "+84 912 000 222", "7 Lê Lợi", "A1234567"),
        ("zz-0003", "珠海水务集团有限公司", "0912000333; 0222 3821 777", "Khu công nghiệp", "ЖЖ9"),
    ):
        desktop.customers.add(
            yen,
            NewCustomer(
                uuid7(), code, name, address, NewConnection("household", meter=NewMeter(serial, 5)), phone
            ),
        )
    yield desktop
    company.close()


@pytest.fixture(scope="module")
def find(office: Desktop) -> CustomerQueries:
    return office.customer_queries


def codes(find: CustomerQueries, text: str) -> list[str]:
    return [hit.code for hit in find.search(text)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ZZ-0001", "ZZ-0001"),
        ("zz-0001", "ZZ-0001"),
        ("zz-0003", "zz-0003"),
        ("đặng thị như quỳnh", "ZZ-0001"),
        ("Đặng Thị Như Quỳnh", "ZZ-0001"),
        ("dang thi nhu quynh", "ZZ-0002"),  # typed without accents: the one written so stands first
        ("quynh dang như", "ZZ-0001"),
        ("0912000111", "ZZ-0001"),
        ("+84 912 000 111", "ZZ-0001"),
        ("0912 000 22", "ZZ-0002"),
        ("0222 3821 777", "zz-0003"),
        ("SN-77-A", "ZZ-0001"),
        ("sn-77", "ZZ-0001"),
        ("a1234567", "ZZ-0002"),
        ("珠海", "zz-0003"),
        ("水务集团", "zz-0003"),
        ("dao duy anh vo cuong", "ZZ-0001"),
        ("12/5 đào duy", "ZZ-0001"),
        ("đang  quynh 0912000111", "ZZ-0001"),
    ],
)
def test_a_customer_is_found_by_whatever_a_person_says(find: CustomerQueries, typed: str, first: str) -> None:
    assert codes(find, typed)[0] == first


def test_with_and_without_accents_finds_both(find: CustomerQueries) -> None:
    for typed in ("đặng thị như quỳnh", "dang thi nhu quynh", "DANG THI NHU QUYNH"):
        assert set(codes(find, typed)) >= {"ZZ-0001", "ZZ-0002"}


def test_everyone_is_found_by_code_phone_meter_and_full_address(find: CustomerQueries) -> None:
    for each in PEOPLE[::97]:
        assert codes(find, each.code)[0] == each.code
        assert codes(find, each.meter_serial)[0] == each.code
        assert find.search(each.meter_serial)[0].meter == each.meter_serial
        if each.phone:
            assert each.code in codes(find, each.phone)
        assert each.code in codes(find, f"{fold(each.name)} {each.address}")


def test_every_word_counts(find: CustomerQueries) -> None:
    said = [fold(c.name) for c in PEOPLE]
    for typed in ("nguyen van", "tran thi h", "le", "hoang minh tu"):
        parts = typed.split()
        fits = sum(all(any(w.startswith(p) for w in name.split()) for p in parts) for name in said)
        found = find.search(typed, 200)
        assert len(found) >= min(fits, 200)
        for hit in found:
            words = fold(f"{hit.name} {hit.address} {hit.code}").replace(",", " ").split()
            assert all(any(w.startswith(p) for w in words) for p in parts), (typed, hit)


def add_people(desktop: Desktop, people: dict[str, tuple[str, str]]) -> None:
    """Customers by code, each with name and address."""
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        for code, (name, address) in people.items():
            draft.add(Customer, code=code, name=name, address=address)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("trân", "ACBDEF"),  # as it is written, then other accents, then elsewhere, then beginnings
        ("tran", "BACDEF"),
        ("trần", "CABDEF"),
        ("trần thị", "CF"),
        ("tran thi b", "CF"),  # only the last word may still be being typed
    ],
)
def test_whole_words_come_before_beginnings_and_the_typed_accents_before_others(
    desktop: Desktop, typed: str, wanted: str
) -> None:
    people = {
        "A": ("Lý Văn Trân", "Hồ Ngọc Lân"),
        "B": ("Tran Văn Nam", "Hồ Ngọc Lân"),
        "C": ("Trần Thị Bình", "Hồ Ngọc Lân"),
        "D": ("Lê Văn Hùng", "Trần Phú"),
        "E": ("Đặng Thu Trang", "Hồ Ngọc Lân"),
        "F": ("Trang Thị B", "Hồ Ngọc Lân"),
    }
    add_people(desktop, people)
    assert "".join(codes(desktop.customer_queries, typed)) == wanted


def test_a_whole_word_is_found_behind_hundreds_that_begin_so(desktop: Desktop) -> None:
    place = "1 Ngô Gia Tự"
    add_people(desktop, {f"BN-{n:04}": (f"Trang {n}", place) for n in range(CAP + 20)})
    add_people(desktop, {f"BT-{n:04}": (f"Trần {n}", place) for n in range(CAP + 20)})
    add_people(desktop, {"Z": ("Lê Trán", place)})
    find = desktop.customer_queries
    assert all(hit.name.startswith("Trần") for hit in find.search("tran", 8))
    assert codes(find, "trán")[0] == "Z"
    assert codes(find, "TRÁN lê")[0] == "Z"
    assert codes(find, "tran 7")[0] == "BT-0007"


def test_what_fits_nobody_finds_nobody(find: CustomerQueries) -> None:
    for typed in ("", " ", "n", "không ai tên thế này", "BN999999", "0999999999"):
        assert find.search(typed) == []


@given(st.text(max_size=60) | st.text(alphabet="\"'*-^():{}ABNORETD dđ0\\%_\x00", max_size=60))
@example('"')
@example("nguyen* OR name:x")
@example("NEAR(a b, 2)")
@example("a AND")
@example("-x ^y {a b}: c")
@example("'; DROP TABLE customer; --")
@example("\x00\ud800\U0001f600")
@example("\U0001e900a\U0001e922 ꟲ ᲀ")
@example("ab" * 5000)
@example("x " * 5000)
def test_nothing_that_can_be_typed_does_harm(find: CustomerQueries, typed: str) -> None:
    assert len(find.search(typed)) <= 50


@given(st.text(max_size=40))
def test_a_word_of_a_search_never_falls_apart_in_the_index(office: Desktop, typed: str) -> None:
    words = search_words(typed)
    with office.database.read.connect() as read:
        for word in words:
            assert read.exec_driver_sql(
                "SELECT count(*) FROM customer_search WHERE customer_search MATCH ?", (f'"{word}"*',)
            ).scalar_one() >= 0  # fmt: skip


def test_the_very_code_stands_before_longer_ones(desktop: Desktop) -> None:
    for code, name in (("BN-10", "An"), ("BN-1", "Yến"), ("BN-11", "Bình")):
        add_home(desktop, code, name)
    assert codes(desktop.customer_queries, "bn-1") == ["BN-1", "BN-10", "BN-11"]
    assert codes(desktop.customer_queries, "MBN-1")[0] == "BN-1"


def test_a_name_that_changed_is_found_by_the_new_one_only(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1", "Nguyễn Văn Cũ")
    edit = EditCustomer(uuid7(), home.customer, {"name": "Trần Thị Mới"}, {}, {home.meter: {"serial": "X9"}})
    assert desktop.customers.edit(person(desktop, "yen"), edit)
    find = desktop.customer_queries
    assert (codes(find, "tran moi"), codes(find, "nguyen cu")) == (["BN-1"], [])
    assert (codes(find, "x9"), codes(find, "MBN-1")) == (["BN-1"], [])
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_the_list_goes_by_code_and_by_debt(desktop: Desktop) -> None:
    homes = [add_home(desktop, f"BN-{n}") for n in (3, 1, 2)]
    bill(desktop, homes[0], {"2026-10": 12, "2026-11": 20})
    find = desktop.customer_queries
    by_code = find.rows(find.ids(CustomerFilter()))
    assert [by_code[i].code for i in find.ids(CustomerFilter())] == ["BN-1", "BN-2", "BN-3"]
    assert find.ids(CustomerFilter(), descending=True)[0] == homes[0].customer
    assert find.ids(CustomerFilter("owing")) == [homes[0].customer]
    assert by_code[homes[0].customer].owed > 0
    assert (find.count(), find.ids(CustomerFilter(search="bn-2"))) == (3, [homes[2].customer])


def test_the_card_tells_the_story(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    bill(desktop, home, {"2026-09": 10, "2026-10": 12, "2026-11": 20})
    card = desktop.customer_queries.card(home.customer)
    assert card is not None
    assert [(r.period, r.previous, r.present, r.usage) for r in card.readings] == [
        ("2026-11", 22_000, 42_000, 20_000),
        ("2026-10", 10_000, 22_000, 12_000),
        ("2026-09", 0, 10_000, 10_000),
    ]
    assert [b.period for b in card.bills] == ["2026-11", "2026-10", "2026-09"]
    assert card.owed == sum(b.total for b in card.bills) > 0
    (connection,) = card.connections
    assert connection.meter is not None
    assert (connection.meter.serial, connection.last_index, connection.usual) == ("MBN-1", 42_000, 14_000)
    assert (card.requests, card.open_requests) == (0, 0)
    assert desktop.customer_queries.card(uuid7()) is None


def test_the_history_says_who_changed_what(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1", "Cũ")
    for login, name in (("yen", "Mới"), ("mai", "Mới nữa")):
        desktop.customers.edit(
            person(desktop, login), EditCustomer(uuid7(), home.customer, {"name": name}, {})
        )
    desktop.customers.edit(
        person(desktop, "yen"), EditCustomer(uuid7(), home.customer, {}, {home.connection: {"quotas": 4}})
    )
    changes = desktop.customer_queries.history(home.customer)
    assert [(c.by, c.table, c.field, c.before, c.after) for c in changes] == [
        ("Hoàng Thị Yến", "connection", "quotas", None, 4),
        ("Bùi Thị Mai", "customer", "name", "Mới", "Mới nữa"),
        ("Hoàng Thị Yến", "customer", "name", None, "Mới"),
    ]  # fmt: skip


def test_one_office_sees_nothing_of_another(company: Company) -> None:
    desktop = company.desk("BN03")
    home = add_home(desktop, "BN-1")
    other = CustomerQueries(desktop.database.read, desktop.office_no + 1)
    assert (other.search("BN-1"), other.search("nguyen"), other.ids(CustomerFilter()), other.count()) == (
        [], [], [], 0,
    )  # fmt: skip
    assert (other.card(home.customer), other.rows([home.customer]), other.id_of("BN-1")) == (None, {}, None)
