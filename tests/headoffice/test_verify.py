"""Does the head office's database equal its journal, on either kind of store?"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.models.postgres import open_postgres
from app.sync.verify import Verdict, verify_store
from tests.money import add_home, bill
from tests.offices import ON_BOTH, Company
from tests.sync.test_journal import save_customers


@pytest.fixture
def at_work(company: Company) -> Company:
    """A head office with customers and bills."""
    desktop = company.desk("BN03")
    bill(desktop, add_home(desktop, "BN-0001"), {"2026-09": 12})
    save_customers(desktop, "BN-0002", "BN-0003")
    desktop.client.once()
    return company


def change(company: Company, sql: str) -> None:
    with company.headoffice.database.transaction(1) as cur:
        cur.execute(sql)


def verdict(company: Company) -> Verdict:
    return verify_store(company.headoffice.database, company.clock.now())


@ON_BOTH
def test_all_is_well_also_while_it_is_in_use(at_work: Company) -> None:
    steps: list[tuple[int, int]] = []
    found = verify_store(at_work.headoffice.database, at_work.clock.now(), lambda *far: steps.append(far))
    assert found.good
    assert steps[-1] == (found.entries, found.entries)
    with at_work.headoffice.database.reading() as cur:
        cur.execute("SELECT count(*) FROM entry")
        assert cur.fetchone()[0] == found.entries


@ON_BOTH
@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE customer SET name = 'Kẻ Gian' WHERE code = 'BN-0002'", "customer"),
        ("UPDATE bill SET total = total - 1", "bill"),
        ("DELETE FROM bill_state", "bill_state"),
        ("UPDATE series SET \"last\" = 7 WHERE series LIKE 'HD%'", "series"),
        ("DELETE FROM digest WHERE table_name = 'meter'", "digest"),
    ],
)
def test_rows_that_the_journal_does_not_say_are_found(at_work: Company, sql: str, table: str) -> None:
    change(at_work, sql)
    assert [each.table for each in verdict(at_work).differences] == [table]


@ON_BOTH
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET hlc = hlc + 1 WHERE kind = 'customers.add'",
        "UPDATE feed SET hash = body FROM entry WHERE feed.device = 1 AND entry.device = 1",
        "DELETE FROM entry WHERE kind = 'staff.add'",
    ],
)
def test_a_changed_entry_breaks_its_chain(at_work: Company, sql: str) -> None:
    change(at_work, sql)
    assert verdict(at_work).broken_feeds


@pytest.mark.parametrize("company", ["postgresql"], indirect=True)
def test_the_command_takes_the_address_of_the_database(
    at_work: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*more: str) -> tuple[int, dict[str, Any], str]:
        here = ["--home", str(tmp_path), "--database", at_work.url]
        code = cli.main(["--language", "vi", "verify", *here, *more])
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in more else {}, said.out + said.err

    code, found, _ = run("--json")
    assert code == 0
    assert found["good"] is True
    change(at_work, "UPDATE bill SET total = total - 1")
    code, _, said = run()
    assert code == 1
    with closing(open_postgres(at_work.url, at_work.clock.now())) as store:
        assert f"{store.where} khác với nhật ký. Giữ nguyên và liên hệ quản trị." in said
    assert "Bảng bill:" in said
    assert at_work.url not in said  # it may hold a password


def test_an_address_that_leads_nowhere_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--home", str(tmp_path), "--database", "postgresql://127.0.0.1:1/x"]) == 2
    assert "127.0.0.1/x" in capsys.readouterr().err
