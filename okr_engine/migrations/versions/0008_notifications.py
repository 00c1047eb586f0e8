"""Channels to people, who is told of which step, digests on their way, and calendars of due dates."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notification_channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("paused_at", _MOMENT, nullable=True),
        sa.Column("paused_because", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_channel")),
        sa.UniqueConstraint("code", name=op.f("uq_notification_channel_code")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        _to("digest", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
    )
    op.create_index(op.f("ix_digest_person_id"), "digest", ["person_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        _to("notification", "event_id", "action_event"),
        _to("notification", "person_id", "person"),
        _to("notification", "digest_id", "digest"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_notification_event_id_person_id")),
    )
    op.create_index(op.f("ix_notification_person_id"), "notification", ["person_id"], unique=False)
    op.create_index(op.f("ix_notification_digest_id"), "notification", ["digest_id"], unique=False)
    _index_some("notification", "waiting", ["due_at"], "digest_id IS NULL")
    op.create_table(
        "digest_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("held_by", sa.String(100), nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        _to("digest_delivery", "digest_id", "digest"),
        _to("digest_delivery", "channel_id", "notification_channel"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_delivery")),
        sa.UniqueConstraint("digest_id", "channel_id", name=op.f("uq_digest_delivery_digest_id_channel_id")),
    )
    _index_some("digest_delivery", "due", ["channel_id", "due_at"], "due_at IS NOT NULL")
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        _to("calendar_feed", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("code", name=op.f("uq_calendar_feed_code")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"], unique=False)


def _index_some(table: str, name: str, columns: list[str], which: str) -> None:
    rows = sa.text(which)
    op.create_index(f"ix_{table}_{name}", table, columns, unique=False, sqlite_where=rows, postgresql_where=rows)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    for gone in ("calendar_feed", "digest_delivery", "notification", "digest", "notification_channel"):
        op.drop_table(gone)
