"""The single focal point: kinds of request with steps and documents, work in the field, letters, scans, rules
that supervisors lay down, money paid back"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHANGES: tuple[str, ...] = ("local",)

TYPES: dict[str, Any] = {
    "id": sa.LargeBinary(length=16),
    "text": sa.Text(),
    "word": sa.String(),
    "time": sa.BigInteger(),
    "day": sa.String(length=10),
    "whole": sa.Integer(),
    "large": sa.BigInteger(),
    "bytes": sa.LargeBinary(),
}

FACT = "hlc:large device:whole"
CARD = "made_hlc:large made_device:whole edited:bytes?"

SCOPED: dict[str, tuple[str, str]] = {
    "attachment": (
        f"{FACT} about_table:word about_id:id name:word media:word size:large digest:bytes by:id added_at:time",
        "about_id digest",
    ),
    "charter_target": (
        f"{CARD} code:word names:text measure:word limit_amount:whole limit_unit:word share:whole "
        "valid_from:day retired_at:time?",
        "",
    ),
    "contract": (
        f"{FACT} code:word request_id:id customer_id:id customer_code:word name:word phone:word? address:word "
        "tax_code:word? supply_address:word customer_class:word quotas:whole route:word? signed_on:day by:id "
        "written_at:time",
        "code request_id customer_id",
    ),
    "duty": (f"{CARD} staff_id:id day:day start:whole end:whole retired_at:time?", "day"),
    "incident": (
        f"{CARD} code:word title:word area:word ward:word? line:word? cause:word? planned:whole "
        "started_at:time expected_at:time? ended_at:time? note:text?",
        "code started_at",
    ),
    "letter": (
        f"{FACT} code:word request_id:id? template:word? language:word subject:word addressee:word "
        "address:word text:text signed_by:word signed_title:word by:id written_at:time sealed:bytes?",
        "code request_id",
    ),
    "letter_template": (
        f"{CARD} code:word language:word name:word subject:word text:word valid_from:day retired_at:time?",
        "",
    ),
    "list_item": (f"{CARD} list_name:word code:word names:text place:whole retired_at:time?", ""),
    "payout": (
        f"{FACT} code:word session_id:id customer_id:id request_id:id payee:word amount:large "
        "approved_by:id by:id paid_at:time",
        "code session_id customer_id request_id",
    ),
    "office_hours": (f"{CARD} hours:text valid_from:day", ""),
    "rule_change": (f"{FACT} table_name:word row:text by:id asked_at:time note:word?", ""),
    "sealed_key": (f"{FACT} about_id:id reader:bytes key:bytes", "about_id"),
    "work_order": (
        f"{FACT} code:word kind:word request_id:id? connection_id:id? unit_code:word? address:word words:text "
        "route:word? planned_on:day? crew:text made_at:time made_by:id unannounced:whole labour_free:whole "
        "reported_at:time? on_site_by:time? restore_by:time?",
        "code request_id planned_on",
    ),
    "work_order_event": (
        f"{FACT} work_order_id:id kind:word at:time by:id text:text? data:text",
        "work_order_id",
    ),
    "work_order_state": (
        "state:word planned_on:day? crew:text on_site_at:time? restored_at:time? done_at:time? result:word? "
        "misfits:whole",
        "state,planned_on",
    ),
}
"""Table -> its columns but for office and id, and its indexes."""

LOCAL: dict[str, tuple[str, str]] = {
    "blob": ("digest:bytes", "size:large done:large sent_at:time?"),
    "blob_part": ("digest:bytes number:whole", "content:bytes"),
    "read_mark": ("by:id request_id:id", "hlc:large"),
    "saved_view": ("by:id page:word name:word", "view:text"),
}
"""Table -> its key, and its other columns."""

ADDED: dict[str, str] = {
    "allocation": "payout_id:id?",
    "device": "leads:whole?",
    "request": "type_id:id? arrived_at:time? source:word? area:word? right_code:word? sealed:bytes?",
    "request_event": "person:id? sealed:bytes?",
    "request_type": "valid_from:day? category:word? channels:text? documents:text? steps:text? "
    "escalation:text? forms:text? charter:word? right_code:word?",
    "unit": "head:id?",
}

STATE = (
    "code:word type_code:word customer_id:id? received_at:time received_by:id channel:word area:word? "
    "state:word unit_code:word? person:id? step:word? step_due:time? due:time? held_at:time? warn_at:time? head_at:time? leader_at:time? "
    "company_at:time? asked:word? incident_id:id? outcome:word? cause:word? answered_at:time? told_at:time? "
    "closed_at:time? score:whole? reopened:whole misfits:whole moved_hlc:large moved_by:id?"
)
STATE_BEFORE = (
    "state:word unit_code:word? due:time? answered_at:time? told_at:time? closed_at:time? misfits:whole"
)
STATE_INDEXES = "received_at,code,office_no,id,type_code,received_by,person incident_id customer_id"

PLANNED = (
    "attachment contract duty incident letter payout work_order work_order_event work_order_state read_mark"
)
"""What the planner cannot learn from tables that are empty, as in the first release."""


def upgrade() -> None:
    for table, (columns, indexes) in SCOPED.items():
        op.create_table(table, *_columns(f"office_no:whole id:id {columns}"), _key(table, "office_no", "id"))
        for index in indexes.split():
            names = index.split(",")
            op.create_index(f"ix_{table}_{'_'.join(names)}", table, names)
    for table, (key, columns) in LOCAL.items():
        keys = [spec.partition(":")[0] for spec in key.split()]
        op.create_table(table, *_columns(f"{key} {columns}"), _key(table, *keys))
    op.create_index("ix_blob_sent_at", "blob", ["sent_at"])
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for column in _columns(columns):
                batch_op.add_column(column)
    with op.batch_alter_table("session_state") as batch_op:
        batch_op.add_column(sa.Column("paid_out", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("session_state") as batch_op:
        batch_op.alter_column("paid_out", existing_type=sa.BigInteger(), server_default=None)
    _states(
        STATE,
        "coalesce(r.code, ''), coalesce(r.type_code, ''), r.customer_id, coalesce(r.received_at, 0), "
        "coalesce(r.received_by, b.id), coalesce(r.channel, ''), NULL, b.state, b.unit_code, NULL, NULL, NULL, b.due, NULL, NULL, NULL, NULL, "
        "NULL, NULL, NULL, NULL, NULL, b.answered_at, b.told_at, b.closed_at, NULL, 0, b.misfits, "
        "coalesce(r.hlc, 0), r.received_by",
        STATE_INDEXES,
    )
    # What the rows alone do not say is worked out anew from the events by whoever writes here next.
    op.execute(
        """INSERT INTO local ("key", "value") SELECT 'stale', '["request"]' """
        "WHERE EXISTS (SELECT 1 FROM request_state)"
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in PLANNED.split():
            key = "1000000 1000000 1" if table not in LOCAL else "1000000 100000 1"
            op.execute(f"INSERT INTO sqlite_stat1 VALUES ('{table}', 'sqlite_autoindex_{table}_1', '{key}')")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        tables = ", ".join(f"'{table}'" for table in PLANNED.split())
        op.execute(f"DELETE FROM sqlite_stat1 WHERE tbl IN ({tables})")
    op.execute("""DELETE FROM local WHERE "key" = 'stale'""")
    _states(
        STATE_BEFORE,
        "b.state, b.unit_code, b.due, b.answered_at, b.told_at, b.closed_at, b.misfits",
        "",
    )
    with op.batch_alter_table("session_state") as batch_op:
        batch_op.drop_column("paid_out")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for column in _columns(columns):
                batch_op.drop_column(column.name)
    for table in (*SCOPED, *LOCAL):
        op.drop_table(table)


def _states(columns: str, values: str, indexes: str) -> None:
    """Make the states of requests anew from what they were and the requests."""
    op.drop_index("ix_request_state_state_due", "request_state")
    op.execute("CREATE TABLE request_state_before AS SELECT * FROM request_state")
    op.drop_table("request_state")
    op.create_table(
        "request_state",
        *_columns(f"office_no:whole id:id {columns}"),
        _key("request_state", "office_no", "id"),
    )
    op.execute(
        f"INSERT INTO request_state SELECT b.office_no, b.id, {values} FROM request_state_before b "
        "LEFT JOIN request r ON r.office_no = b.office_no AND r.id = b.id"
    )
    op.drop_table("request_state_before")
    op.create_index("ix_request_state_state_due", "request_state", ["state", "due"])
    for index in indexes.split():
        names = index.split(",")
        op.create_index(f"ix_request_state_{names[0]}", "request_state", names)


def _columns(specs: str) -> list[sa.Column[object]]:
    """Columns from "name:type", with "?" where they may be empty."""
    columns: list[sa.Column[object]] = []
    for spec in specs.split():
        name, _, kind = spec.partition(":")
        key = name in ("office_no", "number")
        columns.append(
            sa.Column(
                name,
                TYPES[kind.rstrip("?")],
                nullable=kind.endswith("?"),
                autoincrement=False if key else "auto",
            )
        )
    return columns


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))
