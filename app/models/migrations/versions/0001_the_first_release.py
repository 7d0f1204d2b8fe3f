"""The first release"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CHANGES: tuple[str, ...] = ()


def upgrade() -> None:
    op.create_table(
        "allocation",
        sa.Column("receipt_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("bill_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("customer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_allocation")),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_bill_id", ["bill_id"], unique=False)
        batch_op.create_index("ix_allocation_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_allocation_receipt_id", ["receipt_id"], unique=False)

    op.create_table(
        "bill",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("connection_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("reading_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("usage", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_bill")),
    )
    with op.batch_alter_table("bill", schema=None) as batch_op:
        batch_op.create_index("ix_bill_code", ["code"], unique=False)
        batch_op.create_index("ix_bill_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_bill_period", ["period"], unique=False)

    op.create_table(
        "bill_state",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_bill_state")),
    )
    with op.batch_alter_table("bill_state", schema=None) as batch_op:
        batch_op.create_index("ix_bill_state_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_bill_state_open_due_on", ["open", "due_on"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("intervals", sa.Text(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "collection_point",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_collection_point")),
    )
    op.create_table(
        "connection",
        sa.Column("customer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("customer_class", sa.String(), nullable=False),
        sa.Column("quotas", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=True),
        sa.Column("route_seq", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_connection")),
    )
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.create_index("ix_connection_code", ["code"], unique=False)
        batch_op.create_index("ix_connection_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_connection_route", ["route", "route_seq"], unique=False)

    op.create_table(
        "connection_use",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("last_period", sa.String(), nullable=False),
        sa.Column("last_index", sa.Integer(), nullable=False),
        sa.Column("last_read_on", sa.String(length=10), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_connection_use")),
    )
    op.create_table(
        "customer",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("ward", sa.String(), nullable=True),
        sa.Column("tax_code", sa.String(), nullable=True),
        sa.Column("bank_account", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_customer")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index("ix_customer_code", ["code"], unique=False)
        batch_op.create_index("ix_customer_phone", ["phone"], unique=False)

    op.create_table(
        "customer_balance",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_customer_balance")),
    )
    op.create_table(
        "device",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_device")),
    )
    op.create_table(
        "draft",
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("form", "by", name=op.f("pk_draft")),
    )
    op.create_table(
        "entry",
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("office_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", "number", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_hlc", ["hlc", "device"], unique=False)
        batch_op.create_index("ix_entry_id", ["id"], unique=False)

    op.create_table(
        "exception",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_exception")),
    )
    op.create_table(
        "feed",
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("office_no", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_feed")),
    )
    op.create_table(
        "field_change",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("base_hlc", sa.BigInteger(), nullable=False),
        sa.Column("base_device", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "office_no", "table_name", "row_id", "field", "hlc", "device", name=op.f("pk_field_change")
        ),
    )
    op.create_table(
        "local",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_local")),
    )
    op.create_table(
        "meter",
        sa.Column("connection_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=True),
        sa.Column("first_index", sa.Integer(), nullable=False),
        sa.Column("installed_on", sa.String(length=10), nullable=True),
        sa.Column("removed_on", sa.String(length=10), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_meter")),
    )
    with op.batch_alter_table("meter", schema=None) as batch_op:
        batch_op.create_index("ix_meter_connection_id", ["connection_id"], unique=False)
        batch_op.create_index("ix_meter_serial", ["serial"], unique=False)

    op.create_table(
        "office",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_no", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_office")),
    )
    op.create_table(
        "parked",
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("device", "number", name=op.f("pk_parked")),
    )
    op.create_table(
        "reading",
        sa.Column("connection_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("meter_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("read_on", sa.String(length=10), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("usage", sa.Integer(), nullable=False),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("replaces", sa.LargeBinary(length=16), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index("ix_reading_connection_id_period", ["connection_id", "period"], unique=False)
        batch_op.create_index("ix_reading_period", ["period"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("session_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("tendered", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("cashier", sa.LargeBinary(length=16), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_receipt")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index("ix_receipt_code", ["code"], unique=False)
        batch_op.create_index("ix_receipt_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_receipt_session_id", ["session_id"], unique=False)

    op.create_table(
        "remittance",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("session_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remitted_at", sa.BigInteger(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_remittance")),
    )
    with op.batch_alter_table("remittance", schema=None) as batch_op:
        batch_op.create_index("ix_remittance_session_id", ["session_id"], unique=False)

    op.create_table(
        "request",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("type_code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_request")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index("ix_request_code", ["code"], unique=False)
        batch_op.create_index("ix_request_customer_id", ["customer_id"], unique=False)

    op.create_table(
        "request_event",
        sa.Column("request_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_request_event")),
    )
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.create_index("ix_request_event_request_id", ["request_id"], unique=False)

    op.create_table(
        "request_state",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("misfits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_request_state")),
    )
    with op.batch_alter_table("request_state", schema=None) as batch_op:
        batch_op.create_index("ix_request_state_state_due", ["state", "due"], unique=False)

    op.create_table(
        "request_type",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("limit_amount", sa.Integer(), nullable=False),
        sa.Column("limit_unit", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("restricted", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_request_type")),
    )
    op.create_table(
        "reversal",
        sa.Column("receipt_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("session_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("reversed_at", sa.BigInteger(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_reversal")),
    )
    with op.batch_alter_table("reversal", schema=None) as batch_op:
        batch_op.create_index("ix_reversal_receipt_id", ["receipt_id"], unique=False)
        batch_op.create_index("ix_reversal_session_id", ["session_id"], unique=False)

    op.create_table(
        "series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_series")),
    )
    op.create_table(
        "session_closed",
        sa.Column("session_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_session_closed")),
    )
    with op.batch_alter_table("session_closed", schema=None) as batch_op:
        batch_op.create_index("ix_session_closed_session_id", ["session_id"], unique=False)

    op.create_table(
        "session_opened",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("cashier", sa.LargeBinary(length=16), nullable=False),
        sa.Column("float_amount", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_session_opened")),
    )
    op.create_table(
        "session_state",
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("receipts", sa.Integer(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("reversals", sa.Integer(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("remitted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_session_state")),
    )
    op.create_table(
        "staff",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_staff")),
    )
    op.create_table(
        "tariff",
        sa.Column("customer_class", sa.String(), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("blocks", sa.Text(), nullable=False),
        sa.Column("vat_permille", sa.Integer(), nullable=False),
        sa.Column("fee_permille", sa.Integer(), nullable=False),
        sa.Column("vat_included", sa.Integer(), nullable=False),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_tariff")),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_unit")),
    )
    op.create_table(
        "utility",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tax_code", sa.String(), nullable=True),
        sa.Column("bank_bin", sa.String(), nullable=True),
        sa.Column("bank_account", sa.String(), nullable=True),
        sa.Column("made_hlc", sa.BigInteger(), nullable=False),
        sa.Column("made_device", sa.Integer(), nullable=False),
        sa.Column("edited", sa.LargeBinary(), nullable=True),
        sa.Column("office_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("office_no", "id", name=op.f("pk_utility")),
    )

    if op.get_bind().dialect.name == "sqlite":
        _for_sqlite()


def _for_sqlite() -> None:
    """What a desk needs and a head office on another database does not: search, and help for the planner."""
    op.create_table(
        "search_doc",
        sa.Column("rowid", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rowid", name=op.f("pk_search_doc")),
        sa.UniqueConstraint("id", name=op.f("uq_search_doc_id")),
    )
    op.execute(
        "CREATE VIRTUAL TABLE customer_search USING fts5(name, codes, address, content='search_doc', "
        "content_rowid='rowid', detail=column, prefix='1 2 3', tokenize='unicode61 remove_diacritics 0')"
    )
    # What the planner cannot learn from tables that are empty when it first sees them: one office may hold all
    # the rows, so the office alone, the first column of every key, finds nothing.
    op.execute("ANALYZE sqlite_schema")
    for table in (
        *("customer", "connection", "meter", "reading", "connection_use", "bill", "bill_state"),
        *("receipt", "allocation", "reversal", "session_opened", "session_closed", "session_state"),
        *("remittance", "customer_balance", "request", "request_event", "request_state", "exception"),
    ):
        index = f"sqlite_autoindex_{table}_1"
        op.execute(f"INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '1000000 1000000 1')")
    op.execute(
        "INSERT INTO sqlite_stat1 VALUES "
        "('field_change', 'sqlite_autoindex_field_change_1', '1000000 1000000 300000 4 2 1 1')"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE sqlite_stat1")
        op.execute("DROP TABLE customer_search")
        op.drop_table("search_doc")
    op.drop_table("utility")
    op.drop_table("unit")
    op.drop_table("tariff")
    op.drop_table("staff")
    op.drop_table("session_state")
    op.drop_table("session_opened")
    with op.batch_alter_table("session_closed", schema=None) as batch_op:
        batch_op.drop_index("ix_session_closed_session_id")

    op.drop_table("session_closed")
    op.drop_table("series")
    with op.batch_alter_table("reversal", schema=None) as batch_op:
        batch_op.drop_index("ix_reversal_session_id")
        batch_op.drop_index("ix_reversal_receipt_id")

    op.drop_table("reversal")
    op.drop_table("request_type")
    with op.batch_alter_table("request_state", schema=None) as batch_op:
        batch_op.drop_index("ix_request_state_state_due")

    op.drop_table("request_state")
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.drop_index("ix_request_event_request_id")

    op.drop_table("request_event")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index("ix_request_customer_id")
        batch_op.drop_index("ix_request_code")

    op.drop_table("request")
    with op.batch_alter_table("remittance", schema=None) as batch_op:
        batch_op.drop_index("ix_remittance_session_id")

    op.drop_table("remittance")
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_receipt_session_id")
        batch_op.drop_index("ix_receipt_customer_id")
        batch_op.drop_index("ix_receipt_code")

    op.drop_table("receipt")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index("ix_reading_period")
        batch_op.drop_index("ix_reading_connection_id_period")

    op.drop_table("reading")
    op.drop_table("parked")
    op.drop_table("office")
    with op.batch_alter_table("meter", schema=None) as batch_op:
        batch_op.drop_index("ix_meter_serial")
        batch_op.drop_index("ix_meter_connection_id")

    op.drop_table("meter")
    op.drop_table("local")
    op.drop_table("field_change")
    op.drop_table("feed")
    op.drop_table("exception")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index("ix_entry_id")
        batch_op.drop_index("ix_entry_hlc")

    op.drop_table("entry")
    op.drop_table("draft")
    op.drop_table("device")
    op.drop_table("customer_balance")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_phone")
        batch_op.drop_index("ix_customer_code")

    op.drop_table("customer")
    op.drop_table("connection_use")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_index("ix_connection_route")
        batch_op.drop_index("ix_connection_customer_id")
        batch_op.drop_index("ix_connection_code")

    op.drop_table("connection")
    op.drop_table("collection_point")
    op.drop_table("calendar_day")
    with op.batch_alter_table("bill_state", schema=None) as batch_op:
        batch_op.drop_index("ix_bill_state_open_due_on")
        batch_op.drop_index("ix_bill_state_customer_id")

    op.drop_table("bill_state")
    with op.batch_alter_table("bill", schema=None) as batch_op:
        batch_op.drop_index("ix_bill_period")
        batch_op.drop_index("ix_bill_customer_id")
        batch_op.drop_index("ix_bill_code")

    op.drop_table("bill")
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_receipt_id")
        batch_op.drop_index("ix_allocation_customer_id")
        batch_op.drop_index("ix_allocation_bill_id")

    op.drop_table("allocation")
