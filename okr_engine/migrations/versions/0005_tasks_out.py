"""Endpoints on task platforms, the outbox with its deliveries, and the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT_THE_HEAD = sa.text("due_at IS NOT NULL")
_OPEN = sa.text("finished_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "task_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("platform", sa.String(60), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_endpoint")),
        sa.UniqueConstraint("code", name=op.f("uq_task_endpoint_code")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("task", sa.JSON(), nullable=False),
        _to("outbox_message", "action_id", "corrective_action"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_outbox_message_action_id_number")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.String(100), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(500), nullable=True),
        sa.Column("revision", sa.String(200), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        _to("delivery", "message_id", "outbox_message"),
        _to("delivery", "endpoint_id", "task_endpoint"),
        _to("delivery", "action_id", "corrective_action"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("endpoint_id", "message_id", name=op.f("uq_delivery_endpoint_id_message_id")),
    )
    op.create_index(op.f("ix_delivery_message_id"), "delivery", ["message_id"])
    op.create_index("ix_delivery_action", "delivery", ["action_id", "endpoint_id", "number"])
    _where("uq_delivery_head", ["endpoint_id", "action_id"], _AT_THE_HEAD, unique=True)
    _where("ix_delivery_due", ["endpoint_id", "due_at"], _AT_THE_HEAD)
    _where("ix_delivery_open", ["endpoint_id", "action_id", "number"], _OPEN)
    op.create_table(
        "inbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(100), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_echo", sa.Boolean(), nullable=False),
        _to("inbox_message", "endpoint_id", "task_endpoint"),
        _to("inbox_message", "action_id", "corrective_action"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
        sa.UniqueConstraint("endpoint_id", "message_id", name=op.f("uq_inbox_message_endpoint_id_message_id")),
    )
    op.create_index(op.f("ix_inbox_message_action_id"), "inbox_message", ["action_id"])


def downgrade() -> None:
    for table in ("inbox_message", "delivery", "outbox_message", "task_endpoint"):
        op.drop_table(table)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _where(name: str, columns: list[str], condition: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, "delivery", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
