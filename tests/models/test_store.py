"""What every kind of store promises (`app/models/store.py`)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.errors import AppError
from app.models import Allocation, Customer, database, postgres_connections
from app.models.database import open_database
from app.models.postgres import FEW, open_postgres
from app.models.store import Cursor, Store
from tests.models.rows import ALLOCATION, allocation

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def amounts(store: Store) -> list[int]:
    with store.reading() as cur:
        return amounts_in(cur)


def amounts_in(cur: Cursor) -> list[int]:
    cur.execute("SELECT amount FROM allocation ORDER BY amount")
    return [amount for (amount,) in cur.fetchall()]


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])

    def fail() -> None:
        with store.transaction(1) as cur:
            store.add(cur, "allocation", ALLOCATION, [allocation(amount=2)])
            store.add(cur, "allocation", ALLOCATION, [allocation(amount=n) for n in range(10, 50)])
            assert amounts_in(cur)[:3] == [1, 2, 10]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert amounts(store) == [1]
    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=3)])
    assert amounts(store) == [1, 3]


def test_there_is_no_transaction_within_another(store: Store) -> None:
    with store.transaction(1), pytest.raises(RuntimeError, match="one transaction"), store.transaction(2):
        pass
    with store.transaction(2) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
    assert amounts(store) == [1]


def test_a_part_fails_by_itself(store: Store) -> None:
    def part_that_fails(cur: Cursor, amount: int) -> None:
        with store.part(cur):
            store.add(cur, "allocation", ALLOCATION, [allocation(amount=amount)])
            with store.part(cur):
                store.add(cur, "allocation", ALLOCATION, [allocation(amount=amount + 1)])
            raise ZeroDivisionError

    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
        with store.part(cur):
            store.add(cur, "allocation", ALLOCATION, [allocation(amount=2)])
            with pytest.raises(ZeroDivisionError):
                part_that_fails(cur, 10)
            store.add(cur, "allocation", ALLOCATION, [allocation(amount=3)])
        with pytest.raises(ZeroDivisionError):
            part_that_fails(cur, 20)
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=4)])
    assert amounts(store) == [1, 2, 3, 4]


def test_a_reading_sees_one_moment(store: Store) -> None:
    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
    with store.reading() as cur:
        assert amounts_in(cur) == [1]
        with store.transaction(1) as writing:
            store.add(writing, "allocation", ALLOCATION, [allocation(amount=2)])
            assert amounts(store) == [1]
        assert amounts(store) == [1, 2]
        assert amounts_in(cur) == [1]
    assert amounts(store) == [1, 2]


SIZES = [0, 1, FEW, FEW + 1, 600]
"""Numbers of rows that are written in different ways."""


def test_rows_are_added(store: Store) -> None:
    for many in SIZES:
        with store.transaction(1) as cur:
            cur.execute("DELETE FROM allocation")
            store.add(cur, "allocation", ALLOCATION, [allocation(amount=n) for n in range(many)])
        assert amounts(store) == list(range(many))


def test_of_rows_that_are_there_the_first_stands(store: Store) -> None:
    for many in SIZES:
        rows = [allocation(amount=n) for n in range(many)]
        again = [(*row[:-1], 10_000 + row[-1]) for row in rows[::2]]
        of_another_office = [allocation(office=2, amount=20_000, id=row[1]) for row in rows]
        more = [allocation(amount=30_000) for _ in rows]
        with store.transaction(1) as cur:
            cur.execute("DELETE FROM allocation")
            assert store.add_new(cur, "allocation", ALLOCATION, rows) == []
            found = store.add_new(cur, "allocation", ALLOCATION, [*again, *more])
            assert sorted(found) == sorted(row[1] for row in again)
            assert store.add_new(cur, "allocation", ALLOCATION, of_another_office[:1]) == []
            found = store.add_new(cur, "allocation", ALLOCATION, of_another_office)
            assert found == [row[1] for row in of_another_office[:1]]
        assert amounts(store) == [*range(many), *[20_000] * many, *[30_000] * many]


def test_values_come_back_as_they_were(store: Store) -> None:
    text = "Nước sạch 100 % hết? \\N \\x41 $1 %s ''\"\t\n\r 水表 😀"
    row = (1, bytes(range(16)), 2**63 - 1, -(2**63), "KH1", text, "", None)
    columns = ("office_no", "id", "made_hlc", "made_device", "code", "name", "address", "edited")
    packed = (2, bytes(16), 1, 2, "KH2", "%", "?", b"\x00\xff\\x00")
    for many in (1, FEW + 1):
        with store.transaction(1) as cur:
            cur.execute("DELETE FROM customer")
            others = [(3, bytes([n]) * 16, *row[2:]) for n in range(many)]
            store.add(cur, "customer", columns, [row, packed, *others])
            names = ", ".join(f'"{c}"' for c in columns)
            cur.execute(f"SELECT {names} FROM customer WHERE office_no < ? ORDER BY office_no", (3,))
            assert [tuple(found) for found in cur.fetchall()] == [row, packed]
            cur.execute("SELECT edited FROM customer WHERE name = ?", ("%",))
            assert type(cur.fetchone()[0]) is bytes
    with store.read.connect() as read:
        found = read.execute(select(Customer.name, Customer.edited).where(Customer.code == "KH2")).one()
        assert tuple(found) == ("%", b"\x00\xff\\x00")


def test_sums_are_integers(store: Store) -> None:
    large = 2**62
    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=large), allocation(amount=large - 5)])
        cur.execute("SELECT sum(amount), count(*), CAST(sum(amount) AS bigint) / 2 FROM allocation")
        found = cur.fetchone()
        assert (tuple(found), {type(n) for n in found}) == ((2 * large - 5, 2, large - 3), {int})
    with store.read.connect() as read:
        total = read.scalar(select(func.sum(Allocation.amount)).where(Allocation.amount > 2**40))
        assert (total, type(total)) == (2 * large - 5, int)


def test_integers_that_are_given_have_64_bits(store: Store) -> None:
    with store.transaction(1) as cur:
        cur.execute("SELECT ? * ?, ? + ?", (30_000, 300_000_000, 32_767, 1))
        assert tuple(cur.fetchone()) == (9_000_000_000_000, 32_768)


def test_text_is_ordered_by_its_bytes(store: Store) -> None:
    names = ["Đông", "an", "Zoe", "Ánh", "a", "B", "ă", "1"]
    columns = ("office_no", "id", "made_hlc", "made_device", "code", "name", "address")
    rows = [(1, bytes([n]) * 16, 1, 1, "", name, "") for n, name in enumerate(names)]
    with store.transaction(1) as cur:
        store.add(cur, "customer", columns, rows)
        cur.execute("SELECT name FROM customer ORDER BY name")
        assert [name for (name,) in cur.fetchall()] == sorted(names)
        cur.execute("SELECT min(name), max(name) FROM customer WHERE name > ?", ("B",))
        assert tuple(cur.fetchone()) == ("Zoe", "Đông")


def test_what_was_written_is_at_fault(store: Store) -> None:
    there = allocation(id=bytes(16), amount=5)
    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [there])
        for column, value in (("amount", None), ("customer_id", None), ("id", bytes(16))):
            wrong = list(allocation())
            wrong[ALLOCATION.index(column)] = value
            for many in (1, FEW + 1):
                rows = [*[allocation() for _ in range(many)], wrong]
                with pytest.raises(Exception) as failed, store.part(cur):  # noqa: PT011 each has its own
                    store.add(cur, "allocation", ALLOCATION, rows)
                assert store.at_fault(failed.value), column
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=6)])
    assert amounts(store) == [5, 6]


def test_a_sum_that_is_too_large_is_the_rows_fault(store: Store) -> None:
    with store.transaction(1) as cur:
        store.add(cur, "allocation", ALLOCATION, [allocation(amount=2**63 - 1) for _ in range(2)])
        with pytest.raises(Exception) as failed, store.part(cur):  # noqa: PT011
            cur.execute("INSERT INTO series SELECT 1, 'x', CAST(sum(amount) AS bigint) FROM allocation")
        assert store.at_fault(failed.value)


def test_a_mistake_in_the_program_is_no_trouble_of_the_database(store: Store) -> None:
    with pytest.raises(Exception) as failed, store.transaction(1) as cur:  # noqa: PT011
        cur.execute("SELECT nothing FROM nowhere")
    assert not isinstance(failed.value, AppError)


def test_other_errors_are_not_the_rows_fault(store: Store) -> None:
    assert not store.at_fault(ZeroDivisionError())
    assert not store.at_fault(AppError("disk.full"))


def test_what_reads_cannot_write(store: Store) -> None:
    with store.read.connect() as read, pytest.raises(Exception, match=r"readonly|read-only"):
        read.exec_driver_sql("DELETE FROM customer")
    with pytest.raises(Exception) as failed, store.reading() as cur:  # noqa: PT011
        cur.execute("DELETE FROM customer")
    assert "read" in str(failed.value.__cause__ or failed.value)


@pytest.fixture(params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One database, opened twice as by two programs, the second of which has little patience."""
    opened: list[Store] = []
    for patience in (30.0, 0.2):
        if request.param == "sqlite":
            monkeypatch.setattr(database, "WAIT", patience)
            opened.append(open_database(tmp_path / "store.db", NOW))
        else:
            monkeypatch.setattr(postgres_connections, "WAIT", patience)
            opened.append(open_postgres(request.getfixturevalue("postgres_url"), NOW))
            with opened[-1].transaction():
                pass  # connected while it is so
    yield opened
    for store in opened:
        store.close()


def test_who_waits_too_long_is_told_that_it_is_busy(pair: list[Store]) -> None:
    one, other = pair
    with one.transaction(7) as cur:
        one.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
        with pytest.raises(AppError) as refused, other.transaction(7):
            pytest.fail("two writers for one office")
        assert refused.value.code == "database.busy"
    with other.transaction(7) as cur:
        assert amounts_in(cur) == [1]
        other.add(cur, "allocation", ALLOCATION, [allocation(amount=2)])
    assert amounts(one) == [1, 2]


def test_transactions_of_one_office_come_one_after_the_other(store: Store) -> None:
    """Each reads what is there and adds to it: none may overlook what another has added."""
    problems: list[BaseException] = []

    def add_some() -> None:
        try:
            for _ in range(20):
                with store.transaction(1) as cur:
                    cur.execute("SELECT count(*) FROM allocation")
                    (count,) = cur.fetchone()
                    store.add(cur, "allocation", ALLOCATION, [allocation(amount=count)])
        except BaseException as error:
            problems.append(error)
            raise

    threads = [threading.Thread(target=add_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []
    assert amounts(store) == list(range(80))
