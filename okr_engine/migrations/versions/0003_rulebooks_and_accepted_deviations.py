"""Editions and drafts of rulebooks, and deviations that are accepted until a day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EXACT = sa.Numeric().with_variant(sa.Text(), "sqlite")
_CURRENT = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "rulebook_edition",
        *_recorded(),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("rule_version", sa.String(100), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("back_test", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_edition")),
    )
    op.create_index(op.f("ix_rulebook_edition_recorded_at"), "rulebook_edition", ["recorded_at"], unique=False)
    _only_one_current("uq_rulebook_edition_current", "rulebook_edition", ["name", "rule_version"])
    op.create_table(
        "rulebook_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_draft")),
        sa.UniqueConstraint("name", name=op.f("uq_rulebook_draft_name")),
    )
    op.create_table(
        "accepted_deviation",
        *_recorded(),
        sa.Column("key_result_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("level", EXACT, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_result_id"], ["key_result.id"], name=op.f("fk_accepted_deviation_key_result_id_key_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_deviation")),
    )
    op.create_index(op.f("ix_accepted_deviation_recorded_at"), "accepted_deviation", ["recorded_at"], unique=False)
    _only_one_current("uq_accepted_deviation_current", "accepted_deviation", ["key_result_id"])


def downgrade() -> None:
    op.drop_table("accepted_deviation")
    op.drop_table("rulebook_draft")
    op.drop_table("rulebook_edition")


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
    ]


def _only_one_current(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT)
