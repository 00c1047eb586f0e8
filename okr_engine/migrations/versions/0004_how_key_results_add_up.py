"""How key results add up, decided and dated."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EXACT = sa.Numeric().with_variant(sa.Text(), "sqlite")
_CURRENT = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "roll_up_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("method", sa.String(30), nullable=False),
        sa.Column("on_track_from", EXACT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_up_policy")),
    )
    op.create_index(op.f("ix_roll_up_policy_recorded_at"), "roll_up_policy", ["recorded_at"], unique=False)
    op.create_index(
        "uq_roll_up_policy_current",
        "roll_up_policy",
        ["valid_from"],
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )


def downgrade() -> None:
    op.drop_table("roll_up_policy")
