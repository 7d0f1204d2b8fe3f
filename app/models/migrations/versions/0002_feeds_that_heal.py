"""Feeds that heal: the journal's keys begin with the office; seals, orphans, rulings, settlements, digests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGES: tuple[str, ...] = ("local", "parked", "series")

KEYS = {
    "entry": (["office_no", "device", "number"], ["device", "number"]),
    "feed": (["office_no", "device"], ["device"]),
}
"""Table -> its primary key from now on, and before."""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("entry") as batch_op:
        batch_op.drop_index("ix_entry_hlc")
    for table, (key, _) in KEYS.items():
        _rekey(table, key)
    with op.batch_alter_table("entry") as batch_op:
        batch_op.create_index("ix_entry_hlc", ["hlc", "origin"], unique=False)
    op.create_index("ix_feed_device", "feed", ["device"])
    op.create_index("ix_office_parent_no", "office", ["parent_no"])
    op.create_index("ix_exception_row_id", "exception", ["row_id"])
    op.create_index("ix_session_opened_code", "session_opened", ["code"])
    op.create_index("ix_remittance_code", "remittance", ["code"])
    with op.batch_alter_table("device") as batch_op:
        batch_op.add_column(sa.Column("succeeds", sa.Integer(), nullable=True))
        batch_op.create_index("ix_device_number", ["number"], unique=False)
        batch_op.create_index("ix_device_desk", ["desk"], unique=False)
    _anew(
        "parked",
        [
            sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        ],
        [sa.Column("reason", sa.String(), nullable=False)],
        "SELECT f.office_no, p.device, p.number, p.reason FROM parked_before p "
        "JOIN feed f ON f.device = p.device",
    )
    _last_usages()
    # The second part of a series' name is the desk's.
    _anew(
        "series",
        [
            sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("series", sa.String(), nullable=False),
        ],
        [sa.Column("last", sa.Integer(), nullable=False)],
        "SELECT (SELECT d.office_no FROM device d WHERE s.series LIKE '%-' || d.desk || '-%' "
        "ORDER BY d.number LIMIT 1), s.series, s.last FROM series_before s "
        "WHERE EXISTS (SELECT 1 FROM device d WHERE s.series LIKE '%-' || d.desk || '-%')",
    )
    # From now on it names the feed, too; the head office says it anew at the next contact.
    op.execute("""DELETE FROM local WHERE "key" = 'acked'""")
    op.create_table(
        "seal",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "device", "number", name=op.f("pk_seal")),
    )
    op.create_table(
        "orphan",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tip", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("office_no", "tip", "number", name=op.f("pk_orphan")),
    )
    op.create_table(
        "digest",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("sum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "table_name", name=op.f("pk_digest")),
    )
    op.create_table(
        "ruling",
        sa.Column("entry_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry_hlc", sa.BigInteger(), nullable=False),
        sa.Column("entry_origin", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("counts_hlc", sa.BigInteger(), nullable=True),
        *_fact("ruling"),
    )
    op.create_index("ix_ruling_entry_id", "ruling", ["entry_id"])
    op.create_index("ix_ruling_entry_hlc", "ruling", ["entry_hlc"])
    op.create_table(
        "settlement",
        sa.Column("exception_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=False),
        *_fact("settlement"),
    )
    op.create_index("ix_settlement_exception_id", "settlement", ["exception_id"])
    if sqlite:
        for table, index, counts in STATISTICS:
            op.execute(f"INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '{counts}')")


def _last_usages() -> None:
    """What the usual use goes on from when the next index comes."""
    with op.batch_alter_table("connection_use") as batch_op:
        batch_op.add_column(sa.Column("last_usage", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("earlier_usage", sa.Integer(), nullable=True))
    for column, which, without in (("last_usage", "=", "usual"), ("earlier_usage", "<", "NULL")):
        op.execute(
            f'UPDATE connection_use SET {column} = coalesce((SELECT r."usage" FROM reading r '
            "WHERE r.connection_id = connection_use.id AND r.office_no = connection_use.office_no "
            f"AND r.period {which} connection_use.last_period "
            f"ORDER BY r.period DESC, r.hlc DESC, r.device DESC, r.id DESC LIMIT 1), {without})"
        )
    with op.batch_alter_table("connection_use") as batch_op:
        batch_op.alter_column("last_usage", existing_type=sa.Integer(), nullable=False)


STATISTICS = (
    ("entry", "sqlite_autoindex_entry_1", "1000000 1000000 100000 1"),
    ("entry", "ix_entry_id", "1000000 1"),
    ("entry", "ix_entry_hlc", "1000000 1 1"),
    ("ruling", "sqlite_autoindex_ruling_1", "1000000 1000000 1"),
    ("settlement", "sqlite_autoindex_settlement_1", "1000000 1000000 1"),
)
"""As in the first release: what the planner cannot learn from tables that are empty."""


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("DELETE FROM sqlite_stat1 WHERE tbl IN ('entry', 'ruling', 'settlement')")
    op.drop_index("ix_settlement_exception_id", "settlement")
    op.drop_index("ix_ruling_entry_hlc", "ruling")
    op.drop_index("ix_ruling_entry_id", "ruling")
    for table in ("settlement", "ruling", "digest", "orphan", "seal"):
        op.drop_table(table)
    _anew(
        "series",
        [sa.Column("series", sa.String(), nullable=False)],
        [sa.Column("last", sa.Integer(), nullable=False)],
        "SELECT series, max(last) FROM series_before GROUP BY series",
    )
    _anew(
        "parked",
        [
            sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        ],
        [sa.Column("reason", sa.String(), nullable=False)],
        "SELECT device, number, reason FROM parked_before",
    )
    with op.batch_alter_table("connection_use") as batch_op:
        batch_op.drop_column("earlier_usage")
        batch_op.drop_column("last_usage")
    op.drop_index("ix_remittance_code", "remittance")
    op.drop_index("ix_session_opened_code", "session_opened")
    op.drop_index("ix_exception_row_id", "exception")
    op.drop_index("ix_office_parent_no", "office")
    op.drop_index("ix_feed_device", "feed")
    with op.batch_alter_table("device") as batch_op:
        batch_op.drop_index("ix_device_desk")
        batch_op.drop_index("ix_device_number")
        batch_op.drop_column("succeeds")
    with op.batch_alter_table("entry") as batch_op:
        batch_op.drop_index("ix_entry_hlc")
    for table, (_, key) in KEYS.items():
        _rekey(table, key)
    with op.batch_alter_table("entry") as batch_op:
        batch_op.create_index("ix_entry_hlc", ["hlc", "device"], unique=False)


def _fact(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f(f"pk_{table}")),
    ]


def _rekey(table: str, key: list[str]) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(f"pk_{table}", type_="primary")
        batch_op.create_primary_key(f"pk_{table}", key)


def _anew(table: str, keys: list[sa.Column[object]], others: list[sa.Column[object]], rows: str) -> None:
    """Make a small table anew from `rows`, a query of what it held before."""
    op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
    op.drop_table(table)
    names = [c.name for c in keys]
    op.create_table(table, *keys, *others, sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}")))
    op.execute(f"INSERT INTO {table} {rows}")
    op.drop_table(f"{table}_before")
