"""PostgreSQL: its schema, several programs at once, and what may befall it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, inspect, select

from app.domain.errors import AppError
from app.failures import sentence
from app.models import Base, Bill
from app.models.database import HEAD
from app.models.migrate import alembic_config
from app.models.postgres import FEW, OFFICE, PostgresDatabase, open_postgres
from app.words import tr
from tests.models.rows import ALLOCATION, allocation
from tests.postgres import EMPTY, USER, Server

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ROOT = Path(__file__).parent.parent.parent

Plain = psycopg.Connection[Any]


@pytest.fixture
def opened(postgres_url: str) -> Iterator[PostgresDatabase]:
    database = open_postgres(postgres_url, NOW)
    yield database
    database.close()


@pytest.fixture
def plain(postgres_url: str) -> Iterator[Plain]:
    """A connection beside the program's own."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def schema(postgres_url: str) -> Iterator[Connection]:
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


# -- the schema --------------------------------------------------------------------------------------------

NOT_SCOPED = {"alembic_version", "local", "draft", "read_mark", "saved_view", "blob", "blob_part"}
"""Tables that belong to one program and to no office: the revision of the schema, what a desk knows about
itself, the forms that its people have left unfinished and how they see lists, the contents of scans."""

KEYS = """
SELECT t.relname, c.conname, {columns_of_c}, f.relname, {referred}
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_class f ON f.oid = c.confrelid
WHERE c.contype IN ('p', 'u', 'x', 'f') AND t.relnamespace = 'public'::regnamespace
UNION ALL
SELECT t.relname, n.relname, {columns_of_i}, NULL, NULL
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace
""".format(
    **{
        name: f"ARRAY(SELECT a.attname::text FROM unnest({numbers}) WITH ORDINALITY AS k (number, place) "
        f"JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number ORDER BY k.place)"
        for name, numbers, table in (
            ("columns_of_c", "c.conkey", "c.conrelid"),
            ("referred", "c.confkey", "c.confrelid"),
            ("columns_of_i", "i.indkey::int2[]", "i.indrelid"),
        )
    }
)
"""Table, name, columns, and of a foreign key the table and columns it refers to."""


def keys_without_the_office(connection: Plain) -> list[str]:
    """What Citus would refuse of a distributed table, and what does not begin with the office."""
    found = []
    for table, name, columns, referred, referred_columns in connection.execute(KEYS.encode()).fetchall():
        if table in NOT_SCOPED:
            continue
        right = columns[:1] == ["office_no"]
        if referred is not None:
            right = ("office_no", "office_no") in zip(columns, referred_columns, strict=True)
        if not right:
            found.append(f"{table}: {name}")
    return sorted(found)


def test_every_key_of_a_scoped_table_holds_the_office(plain: Plain) -> None:
    tables = dict(
        plain.execute(
            "SELECT t.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid "
            "AND a.attname = 'office_no') FROM pg_class t WHERE t.relkind IN ('r', 'p') "
            "AND t.relnamespace = 'public'::regnamespace"
        ).fetchall()
    )
    assert {name for name, scoped in tables.items() if not scoped} == NOT_SCOPED
    models = {t.name for t in Base.metadata.sorted_tables}
    assert models - {"search_doc"} == tables.keys() - {"alembic_version"}
    with_a_key = {key[0] for key in plain.execute(KEYS.encode()).fetchall()}
    assert tables.keys() <= with_a_key
    assert len(tables) > 35
    assert keys_without_the_office(plain) == []


def test_a_key_without_the_office_is_found(plain: Plain) -> None:
    for statement, found in {
        "ALTER TABLE customer ADD CONSTRAINT one_code UNIQUE (code)": "customer: one_code",
        "CREATE UNIQUE INDEX one_serial ON meter (serial)": "meter: one_serial",
        "ALTER TABLE seal DROP CONSTRAINT pk_seal; "
        "ALTER TABLE seal ADD CONSTRAINT pk_seal PRIMARY KEY (device, number)": "seal: pk_seal",
        "CREATE UNIQUE INDEX late ON bill (code, office_no)": "bill: late",
        "CREATE UNIQUE INDEX whole ON customer (id); ALTER TABLE connection ADD CONSTRAINT whose "
        "FOREIGN KEY (customer_id) REFERENCES customer (id)": "connection: whose",
    }.items():
        with plain.transaction(force_rollback=True):
            plain.execute(statement.encode())
            assert found in keys_without_the_office(plain)
    assert keys_without_the_office(plain) == []


def test_the_newest_database_is_what_the_models_say(schema: Connection) -> None:
    def on_postgres(_: object, name: str | None, kind: str, __: bool, ___: object) -> bool:
        return not (kind == "table" and name == "search_doc")

    assert len(inspect(schema).get_table_names()) > 35
    context = MigrationContext.configure(schema, opts={"include_object": on_postgres, "compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


CATALOGUE = (
    "SELECT c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "coalesce(pg_get_indexdef(i.indexrelid), pg_get_constraintdef(k.oid)), l.collname "
    "FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_constraint k ON k.conrelid = c.oid "
    "LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE c.relnamespace = 'public'::regnamespace"
)


def test_down_and_up_again_gives_the_same_schema(schema: Connection) -> None:
    before = set(schema.exec_driver_sql(CATALOGUE).all())
    assert len(before) > 500
    command.downgrade(alembic_config(schema), "0001")
    assert set(schema.exec_driver_sql(CATALOGUE).all()) != before
    command.downgrade(alembic_config(schema), "base")
    assert inspect(schema).get_table_names() == ["alembic_version"]
    command.upgrade(alembic_config(schema), "head")
    assert set(schema.exec_driver_sql(CATALOGUE).all()) == before


def test_columns_hold_and_order_what_they_do_in_sqlite(plain: Plain) -> None:
    """Integers of 64 bits; text by its bytes, whatever language the server is set to."""
    kinds = plain.execute(
        "SELECT DISTINCT format_type(a.atttypid, NULL), l.collname FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' "
        "LEFT JOIN pg_collation l ON l.oid = a.attcollation "
        "WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relname <> 'alembic_version'"
    ).fetchall()
    assert set(kinds) == {("bigint", None), ("bytea", None), ("character varying", "C"), ("text", "C")}


def test_a_query_compares_with_integers_of_64_bits(opened: PostgresDatabase) -> None:
    asked = select(Bill.id).where(Bill.usage > 2**40, Bill.code == "x")
    with opened.read.connect() as read:
        assert read.execute(asked).all() == []


# -- several at once ---------------------------------------------------------------------------------------

OPEN = """
import sys
from datetime import UTC, datetime
from app.models.postgres import open_postgres
open_postgres(sys.argv[1], datetime(2026, 11, 20, tzinfo=UTC)).close()
"""


def test_programs_that_start_at_once_bring_it_up_to_date_once(postgres: Server) -> None:
    with postgres.database(EMPTY) as url:
        programs = [
            subprocess.Popen([sys.executable, "-c", OPEN, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        assert [program.communicate(timeout=60)[1] for program in programs] == ["", "", ""]
        assert [program.returncode for program in programs] == [0, 0, 0]
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_for_one_office_one_writes_and_for_two_offices_two(postgres_url: str, plain: Plain) -> None:
    one, other = (open_postgres(postgres_url, NOW) for _ in range(2))
    done: list[int] = []

    def write(office: int) -> None:
        with other.transaction(office) as cur:
            other.add(cur, "allocation", ALLOCATION, [allocation(office, amount=office)])
            done.append(office)

    waiting, free = (threading.Thread(target=write, args=[office]) for office in (1, 2))
    with one.transaction(1) as cur:
        waiting.start()
        while not plain.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = 1 "
            "AND NOT granted",
            [OFFICE],
        ).fetchone():
            assert waiting.is_alive()
        free.start()
        free.join(30)
        assert done == [2]
        one.add(cur, "allocation", ALLOCATION, [allocation(amount=10)])
    waiting.join(30)
    assert done == [2, 1]
    one.close()
    other.close()


def test_what_others_have_written_meanwhile_is_seen(postgres_url: str, plain: Plain) -> None:
    """Whatever the database is set to: who has waited must not look at what was there before the wait."""
    name = plain.info.dbname
    plain.execute(f'ALTER DATABASE "{name}" SET default_transaction_isolation TO serializable'.encode())
    plain.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO off'.encode())
    opened = open_postgres(postgres_url, NOW)
    with opened.transaction(1) as cur:
        cur.execute("SHOW transaction_isolation")
        assert cur.fetchone() == ("read committed",)
        cur.execute("SHOW synchronous_commit")
        assert cur.fetchone() == ("on",)
    opened.close()


# -- what may befall it ------------------------------------------------------------------------------------


def test_who_overlooks_an_error_does_not_believe_that_it_was_kept(opened: PostgresDatabase) -> None:
    def overlook() -> None:
        with opened.transaction(1) as cur:
            opened.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
            with pytest.raises(psycopg.errors.NotNullViolation):
                opened.add(cur, "allocation", ALLOCATION, [allocation(amount=None)])

    with pytest.raises(RuntimeError, match="was to be committed"):
        overlook()
    with opened.transaction(1) as cur:
        cur.execute("SELECT count(*) FROM allocation")
        assert cur.fetchone() == (0,)


def end_connections(plain: Plain) -> int:
    ended = plain.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    ).fetchall()
    assert all(done for (done,) in ended)
    return len(ended)


def test_a_connection_that_is_lost_at_work_is_told(opened: PostgresDatabase, plain: Plain) -> None:
    def lose() -> None:
        with opened.transaction(1) as cur, opened.part(cur):
            opened.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
            assert end_connections(plain) == 1
            opened.add(cur, "allocation", ALLOCATION, [allocation(amount=2)])

    for _ in range(2):
        with pytest.raises(AppError) as lost:
            lose()
        assert lost.value.code == "database.unreachable"
        assert lost.value.params["where"] == opened.where
    with opened.transaction(1) as cur:
        cur.execute("SELECT count(*) FROM allocation")
        assert cur.fetchone() == (0,)


def test_a_connection_that_was_lost_at_rest_is_made_anew(opened: PostgresDatabase, plain: Plain) -> None:
    """As after a restart of the server: whoever comes next notices nothing."""
    with opened.transaction(1), opened.reading() as cur:
        cur.execute("SELECT 1")
    assert end_connections(plain) == 2
    with opened.transaction(1) as cur:
        opened.add(cur, "allocation", ALLOCATION, [allocation(amount=1)])
    with opened.reading() as cur:
        cur.execute("SELECT amount FROM allocation")
        assert cur.fetchall() == [(1,)]


def test_a_reading_that_loses_its_connection_is_told(opened: PostgresDatabase, plain: Plain) -> None:
    def by_cursor() -> None:
        with opened.reading() as cur:
            end_connections(plain)
            cur.execute("SELECT amount FROM allocation")

    def by_query() -> None:
        with opened.read.connect() as read:
            end_connections(plain)
            read.execute(select(Bill.id))

    for lose in (by_cursor, by_query):
        with pytest.raises(AppError) as lost:
            lose()
        assert lost.value.code == "database.unreachable"


SAYS = {
    "53100": "disk.full",
    "53300": "database.busy",
    "40P01": "database.busy",
    "40001": "database.busy",
    "57014": "database.busy",
    "58030": "database.not_writable",
    "42501": "database.not_writable",
    "XX001": "database.damaged",
    "XX002": "database.damaged",
}


def test_what_the_server_says_is_named(opened: PostgresDatabase) -> None:
    """What cannot be brought about here, a full disk for one, the server is made to say."""
    faults = []

    def fail(state: str) -> None:
        with opened.transaction(1) as cur:
            try:
                cur.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")
            except psycopg.Error as error:
                faults.append(opened.at_fault(error))
                raise

    for state, code in SAYS.items():
        with pytest.raises(AppError) as told:
            fail(state)
        assert (told.value.code, told.value.params) == (code, {"where": opened.where})
        assert opened.where in sentence(told.value, tr)
    assert faults == [False] * len(SAYS)


def test_what_postgresql_cannot_keep_is_at_fault(opened: PostgresDatabase) -> None:
    customer = ("office_no", "id", "made_hlc", "made_device", "code", "name", "address")
    with opened.transaction(1) as cur:
        for many in (1, FEW + 1):
            for amount in (2**63, "a thousand"):
                with pytest.raises(psycopg.Error) as failed, opened.part(cur):
                    opened.add_new(cur, "allocation", ALLOCATION, [allocation(amount=amount)] * many)
                assert opened.at_fault(failed.value), amount
            for code in ("a\0b", os.urandom(10_000).hex()):  # the second is too long for an index
                rows = [(1, bytes([n]) * 16, 1, 1, code, "", "") for n in range(many)]
                with pytest.raises(psycopg.Error) as failed, opened.part(cur):
                    opened.add_new(cur, "customer", customer, rows)
                assert opened.at_fault(failed.value), code
        opened.add(cur, "allocation", ALLOCATION, [allocation()])


# -- opening -----------------------------------------------------------------------------------------------


def refused(url: str) -> AppError:
    with pytest.raises(AppError) as told:
        open_postgres(url, NOW)
    return told.value


def test_why_it_cannot_be_opened_is_told_without_the_password(
    postgres: Server, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "s3cret wrong".replace(" ", "%20")
    addresses = {
        postgres_url.replace(f":{postgres.port}/", ":1/"): "database.unreachable",
        postgres_url.replace("127.0.0.1", "nowhere.invalid"): "database.unreachable",
        postgres.url("nothing_there"): "database.missing",
        postgres_url.replace(postgres.password, wrong): "database.refused",
        postgres_url.replace(f"{USER}:", "nobody:"): "database.refused",
        f"postgresql://{USER}:{wrong}%zz@127.0.0.1/x": "database.address",
        "mysql://127.0.0.1/x": "database.address",
        "office.db": "database.address",
    }
    for address, code in addresses.items():
        error = refused(address)
        assert error.code == code, address
        told = sentence(error, tr) + str(error) + repr(error) + caplog.text + repr(error.__cause__)
        assert postgres.password not in told
        assert "s3cret" not in told
    assert "127.0.0.1/nothing_there" in sentence(refused(postgres.url("nothing_there")), tr)


def test_a_database_of_a_newer_release_is_left_alone(postgres_url: str, plain: Plain) -> None:
    plain.execute("UPDATE alembic_version SET version_num = '9999'")
    assert refused(postgres_url).code == "database.newer"
    assert plain.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_a_database_that_does_not_keep_every_letter_is_refused(postgres: Server) -> None:
    postgres.run("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'")
    assert refused(postgres.url("ascii")).code == "database.encoding"
    postgres.run("DROP DATABASE ascii WITH (FORCE)")


def test_a_user_who_may_not_make_tables_is_told(postgres: Server) -> None:
    with postgres.database(EMPTY) as url:
        postgres.run("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        guest = url.replace(f"{USER}:{postgres.password}", "guest:guest")
        assert refused(guest).code == "database.not_writable"
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,)
    postgres.run("DROP ROLE guest")
