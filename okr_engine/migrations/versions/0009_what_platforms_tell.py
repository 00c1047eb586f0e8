"""What was done about each report, how far each task was seen on its platform, and when platforms are asked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_WAITS = sa.text("outcome = 'waiting'")
_HAS_REF = sa.text("ref IS NOT NULL")


def upgrade() -> None:
    _say_what_was_done_about_reports()
    op.create_table(
        "platform_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("said_at", _MOMENT, nullable=True),
        sa.Column("gone_at", _MOMENT, nullable=True),
        _to("platform_task", "endpoint_id", "task_endpoint"),
        _to("platform_task", "action_id", "corrective_action"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_task")),
        sa.UniqueConstraint("endpoint_id", "action_id", name=op.f("uq_platform_task_endpoint_id_action_id")),
    )
    op.create_table(
        "asking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("held_by", sa.String(100), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        _to("asking", "endpoint_id", "task_endpoint"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("endpoint_id", "kind", name=op.f("uq_asking_endpoint_id_kind")),
    )
    op.create_index(
        "ix_delivery_ref", "delivery", ["endpoint_id", "ref"], sqlite_where=_HAS_REF, postgresql_where=_HAS_REF
    )


def _say_what_was_done_about_reports() -> None:
    with op.batch_alter_table("inbox_message") as table:
        table.add_column(sa.Column("code", sa.String(100), nullable=True))
        table.add_column(sa.Column("by", sa.String(100), nullable=True))
        table.add_column(sa.Column("said_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("outcome", sa.String(30), nullable=True))
    # Reports moved no action before; those that are there are not read again.
    op.execute("UPDATE inbox_message SET outcome = CASE WHEN is_echo THEN 'echo' ELSE 'nothing_new' END")
    op.execute(
        "UPDATE inbox_message SET code = "
        "(SELECT code FROM corrective_action WHERE corrective_action.id = inbox_message.action_id)"
    )
    with op.batch_alter_table("inbox_message") as table:
        table.alter_column("action_id", existing_type=sa.Uuid(), nullable=True)
        table.alter_column("code", existing_type=sa.String(100), nullable=False)
        table.alter_column("outcome", existing_type=sa.String(30), nullable=False)
        table.drop_column("is_echo")
    op.create_index(
        "ix_inbox_message_waiting", "inbox_message", ["endpoint_id"], sqlite_where=_WAITS, postgresql_where=_WAITS
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_ref", "delivery")
    op.drop_table("asking")
    op.drop_table("platform_task")
    op.drop_index("ix_inbox_message_waiting", "inbox_message")
    op.execute("DELETE FROM inbox_message WHERE action_id IS NULL")
    with op.batch_alter_table("inbox_message") as table:
        table.add_column(sa.Column("is_echo", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.alter_column("action_id", existing_type=sa.Uuid(), nullable=False)
    op.execute("UPDATE inbox_message SET is_echo = (outcome = 'echo')")
    with op.batch_alter_table("inbox_message") as table:
        table.alter_column("is_echo", existing_type=sa.Boolean(), server_default=None)
        for column in ("code", "by", "said_at", "outcome"):
            table.drop_column(column)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
