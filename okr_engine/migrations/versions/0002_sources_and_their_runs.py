"""Sources, their schedules and runs, the figures computed from them, and corrective actions on a source."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "remembered_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("headings_hash", sa.String(64), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("source_system", sa.String(60), nullable=False),
        sa.Column("column_map", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_mapping")),
        sa.UniqueConstraint("headings_hash", name=op.f("uq_remembered_mapping_headings_hash")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("working_days_only", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("connector", sa.String(60), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("rhythm", sa.String(30), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("steward_role_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["steward_role_id"], ["role.id"], name=op.f("fk_source_steward_role_id_role")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_source_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("code", name=op.f("uq_source_code")),
    )
    op.create_index(op.f("ix_source_unit_id"), "source", ["unit_id"], unique=False)
    op.create_table(
        "calculation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kpi", sa.String(60), nullable=False),
        sa.Column("kpi_version", sa.String(10), nullable=True),
        sa.Column("event_unit", sa.String(200), nullable=True),
        sa.Column("fewest", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("first_period", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_calculation_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_calculation_source_id_source")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_calculation_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calculation")),
        sa.UniqueConstraint("indicator_id", "unit_id", name=op.f("uq_calculation_indicator_id_unit_id")),
    )
    op.create_index(op.f("ix_calculation_indicator_id"), "calculation", ["indicator_id"], unique=False)
    op.create_index(op.f("ix_calculation_source_id"), "calculation", ["source_id"], unique=False)
    op.create_table(
        "finding_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("finding", sa.String(30), nullable=False),
        sa.Column("figure_revision", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_finding_answer_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_finding_answer_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_answer")),
    )
    op.create_index(op.f("ix_finding_answer_recorded_at"), "finding_answer", ["recorded_at"], unique=False)
    op.create_index(
        "uq_finding_answer_current",
        "finding_answer",
        ["indicator_id", "unit_id", "period", "finding"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "pull_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("from_the_start", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("records_read", sa.Integer(), nullable=False),
        sa.Column("records_set_aside", sa.Integer(), nullable=False),
        sa.Column("events_added", sa.Integer(), nullable=False),
        sa.Column("events_replaced", sa.Integer(), nullable=False),
        sa.Column("events_unchanged", sa.Integer(), nullable=False),
        sa.Column("events_superseded", sa.Integer(), nullable=False),
        sa.Column("values_written", sa.Integer(), nullable=False),
        sa.Column("values_restated", sa.Integer(), nullable=False),
        sa.Column("statuses_decided", sa.Integer(), nullable=False),
        sa.Column("actions_raised", sa.Integer(), nullable=False),
        sa.Column("error_kind", sa.String(60), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("remedy", sa.JSON(), nullable=True),
        sa.Column("try_again", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_pull_run_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_run")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_pull_run_source_id_number")),
    )
    op.create_index(op.f("ix_pull_run_source_id"), "pull_run", ["source_id"], unique=False)
    op.create_index("ix_pull_run_started_at", "pull_run", ["started_at"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.String(100), nullable=True),
        sa.Column("asked_by", sa.String(100), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watermark", sa.JSON(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_good_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_schedule_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("source_id", name=op.f("uq_schedule_source_id")),
    )
    op.create_index(op.f("ix_schedule_next_due"), "schedule", ["next_due"], unique=False)

    op.create_table(
        "computed_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calculation_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("computed_from", sa.String(64), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calculation_id"], ["calculation.id"], name=op.f("fk_computed_period_calculation_id_calculation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_computed_period")),
        sa.UniqueConstraint("calculation_id", "period", name=op.f("uq_computed_period_calculation_id_period")),
    )
    op.add_column("measurement", sa.Column("lineage", sa.JSON(), nullable=True))
    _let_actions_be_on_a_source()


def _let_actions_be_on_a_source() -> None:
    # The partial index is made anew: SQLite copies the table to change a column.
    op.drop_index("uq_corrective_action_open", "corrective_action")
    with op.batch_alter_table("corrective_action") as table:
        table.add_column(sa.Column("source_id", sa.Uuid(), nullable=True))
        table.alter_column("key_result_id", existing_type=sa.Uuid(), nullable=True)
        table.create_foreign_key(op.f("fk_corrective_action_source_id_source"), "source", ["source_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_corrective_action_one_subject"), "(key_result_id IS NULL) <> (source_id IS NULL)"
        )
    for name, subject in (
        ("uq_corrective_action_open", "key_result_id"),
        ("uq_corrective_action_open_of_source", "source_id"),
    ):
        op.create_index(name, "corrective_action", [subject], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
