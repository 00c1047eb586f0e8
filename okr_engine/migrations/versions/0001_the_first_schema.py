"""The first schema."""

import sqlalchemy as sa
from alembic import op

EXACT = sa.Numeric().with_variant(sa.Text(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("change", sa.String(30), nullable=False),
        sa.Column("noun", sa.String(60), nullable=False),
        sa.Column("row", sa.String(60), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_table(
        "org_unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["org_unit.id"], name=op.f("fk_org_unit_parent_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_org_unit_code")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(30), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("subject", name=op.f("uq_person_subject")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_role_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("code", name=op.f("uq_role_code")),
    )
    op.create_index(op.f("ix_role_unit_id"), "role", ["unit_id"], unique=False)
    op.create_table(
        "strategy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_strategy_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy")),
        sa.UniqueConstraint("code", name=op.f("uq_strategy_code")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("unit", sa.String(30), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("better", sa.String(30), nullable=False),
        sa.Column("cadence", sa.String(30), nullable=False),
        sa.Column("lag_days", sa.Integer(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("definition_fi", sa.String(), nullable=True),
        sa.Column("definition_sv", sa.String(), nullable=True),
        sa.Column("definition_en", sa.String(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("lowest", EXACT, nullable=True),
        sa.Column("highest", EXACT, nullable=True),
        sa.Column("steward_role_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["steward_role_id"], ["role.id"], name=op.f("fk_indicator_steward_role_id_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", name=op.f("uq_indicator_code")),
    )
    op.create_table(
        "priority",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("strategy_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["strategy_id"], ["strategy.id"], name=op.f("fk_priority_strategy_id_strategy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority")),
        sa.UniqueConstraint("code", name=op.f("uq_priority_code")),
    )
    op.create_index(op.f("ix_priority_strategy_id"), "priority", ["strategy_id"], unique=False)
    op.create_table(
        "role_holding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_holding_person_id_person")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_role_holding_role_id_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_holding")),
        sa.UniqueConstraint("role_id", "person_id", "starts", name=op.f("uq_role_holding_role_id_person_id_starts")),
    )
    op.create_index(op.f("ix_role_holding_person_id"), "role_holding", ["person_id"], unique=False)
    op.create_index(op.f("ix_role_holding_role_id"), "role_holding", ["role_id"], unique=False)
    op.create_table(
        "comparability_break",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("text_fi", sa.String(), nullable=True),
        sa.Column("text_sv", sa.String(), nullable=True),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_comparability_break_indicator_id_indicator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparability_break")),
    )
    op.create_index(op.f("ix_comparability_break_indicator_id"), "comparability_break", ["indicator_id"], unique=False)
    op.create_index(op.f("ix_comparability_break_recorded_at"), "comparability_break", ["recorded_at"], unique=False)
    op.create_index(
        "uq_comparability_break_current",
        "comparability_break",
        ["indicator_id", "day"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "goal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("priority_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("owner_role_id", sa.Uuid(), nullable=True),
        sa.Column("sponsor_role_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_role_id"], ["role.id"], name=op.f("fk_goal_owner_role_id_role")),
        sa.ForeignKeyConstraint(["priority_id"], ["priority.id"], name=op.f("fk_goal_priority_id_priority")),
        sa.ForeignKeyConstraint(["sponsor_role_id"], ["role.id"], name=op.f("fk_goal_sponsor_role_id_role")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_goal_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("code", name=op.f("uq_goal_code")),
    )
    op.create_index(op.f("ix_goal_priority_id"), "goal", ["priority_id"], unique=False)
    op.create_index(op.f("ix_goal_unit_id"), "goal", ["unit_id"], unique=False)
    op.create_table(
        "measurement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("value", EXACT, nullable=True),
        sa.Column("no_data_reason", sa.String(30), nullable=True),
        sa.Column("numerator", EXACT, nullable=True),
        sa.Column("denominator", EXACT, nullable=True),
        sa.Column("responses", sa.Integer(), nullable=True),
        sa.Column("sample", sa.Integer(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("interval_low", EXACT, nullable=True),
        sa.Column("interval_high", EXACT, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_measurement_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_measurement_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
    )
    op.create_index("ix_measurement_period", "measurement", ["period"], unique=False)
    op.create_index("ix_measurement_period_start", "measurement", ["period_start"], unique=False)
    op.create_index(op.f("ix_measurement_recorded_at"), "measurement", ["recorded_at"], unique=False)
    op.create_index(
        "uq_measurement_current",
        "measurement",
        ["indicator_id", "unit_id", "period"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "statutory_limit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("value", EXACT, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("section_of_law", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_statutory_limit_indicator_id_indicator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statutory_limit")),
    )
    op.create_index(op.f("ix_statutory_limit_indicator_id"), "statutory_limit", ["indicator_id"], unique=False)
    op.create_index(op.f("ix_statutory_limit_recorded_at"), "statutory_limit", ["recorded_at"], unique=False)
    op.create_index(
        "uq_statutory_limit_current",
        "statutory_limit",
        ["indicator_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "key_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=True),
        sa.Column("name_sv", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("direction", sa.String(30), nullable=False),
        sa.Column("baseline", EXACT, nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("weight", EXACT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_key_result_goal_id_goal")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_key_result_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_key_result_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_result")),
        sa.UniqueConstraint("code", name=op.f("uq_key_result_code")),
    )
    op.create_index(op.f("ix_key_result_goal_id"), "key_result", ["goal_id"], unique=False)
    op.create_index(op.f("ix_key_result_indicator_id"), "key_result", ["indicator_id"], unique=False)
    op.create_table(
        "narrative",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("what_happened", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("what_we_do", sa.String(), nullable=False),
        sa.Column("what_we_need", sa.String(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("language", sa.String(30), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_narrative_goal_id_goal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_narrative")),
    )
    op.create_index(op.f("ix_narrative_recorded_at"), "narrative", ["recorded_at"], unique=False)
    op.create_index(
        "uq_narrative_current",
        "narrative",
        ["goal_id", "period", "language"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "corrective_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key_result_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("rule_version", sa.String(100), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("assigned_role_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_person_id", sa.Uuid(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assigned_person_id"], ["person.id"], name=op.f("fk_corrective_action_assigned_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_role_id"], ["role.id"], name=op.f("fk_corrective_action_assigned_role_id_role")
        ),
        sa.ForeignKeyConstraint(
            ["key_result_id"], ["key_result.id"], name=op.f("fk_corrective_action_key_result_id_key_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_action")),
        sa.UniqueConstraint("code", name=op.f("uq_corrective_action_code")),
    )
    op.create_index(op.f("ix_corrective_action_key_result_id"), "corrective_action", ["key_result_id"], unique=False)
    op.create_index(
        "uq_corrective_action_open",
        "corrective_action",
        ["key_result_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "owner_assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("key_result_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_result_id"], ["key_result.id"], name=op.f("fk_owner_assessment_key_result_id_key_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_assessment")),
    )
    op.create_index(op.f("ix_owner_assessment_recorded_at"), "owner_assessment", ["recorded_at"], unique=False)
    op.create_index(
        "uq_owner_assessment_current",
        "owner_assessment",
        ["key_result_id", "period"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "status_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("key_result_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("rule_version", sa.String(100), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_result_id"], ["key_result.id"], name=op.f("fk_status_decision_key_result_id_key_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_decision")),
    )
    op.create_index("ix_status_decision_period", "status_decision", ["period"], unique=False)
    op.create_index(op.f("ix_status_decision_recorded_at"), "status_decision", ["recorded_at"], unique=False)
    op.create_index(
        "uq_status_decision_current",
        "status_decision",
        ["key_result_id", "period"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("key_result_id", sa.Uuid(), nullable=False),
        sa.Column("value", EXACT, nullable=True),
        sa.Column("low", EXACT, nullable=True),
        sa.Column("high", EXACT, nullable=True),
        sa.Column("basis", sa.String(30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["key_result_id"], ["key_result.id"], name=op.f("fk_target_key_result_id_key_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    op.create_index(op.f("ix_target_key_result_id"), "target", ["key_result_id"], unique=False)
    op.create_index(op.f("ix_target_recorded_at"), "target", ["recorded_at"], unique=False)
    op.create_index(
        "uq_target_current",
        "target",
        ["key_result_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "action_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corrective_action.id"], name=op.f("fk_action_event_action_id_corrective_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_event")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_action_event_action_id_number")),
    )
    op.create_index(op.f("ix_action_event_action_id"), "action_event", ["action_id"], unique=False)
    op.create_table(
        "action_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corrective_action.id"], name=op.f("fk_action_step_action_id_corrective_action")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_action_step_role_id_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_step")),
        sa.UniqueConstraint("action_id", "level", name=op.f("uq_action_step_action_id_level")),
    )
    op.create_index(op.f("ix_action_step_action_id"), "action_step", ["action_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_action_step_action_id"), table_name="action_step")
    op.drop_table("action_step")
    op.drop_index(op.f("ix_action_event_action_id"), table_name="action_event")
    op.drop_table("action_event")
    op.drop_index(
        "uq_target_current",
        table_name="target",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_target_recorded_at"), table_name="target")
    op.drop_index(op.f("ix_target_key_result_id"), table_name="target")
    op.drop_table("target")
    op.drop_index(
        "uq_status_decision_current",
        table_name="status_decision",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_status_decision_recorded_at"), table_name="status_decision")
    op.drop_index("ix_status_decision_period", table_name="status_decision")
    op.drop_table("status_decision")
    op.drop_index(
        "uq_owner_assessment_current",
        table_name="owner_assessment",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_owner_assessment_recorded_at"), table_name="owner_assessment")
    op.drop_table("owner_assessment")
    op.drop_index(
        "uq_corrective_action_open",
        table_name="corrective_action",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_corrective_action_key_result_id"), table_name="corrective_action")
    op.drop_table("corrective_action")
    op.drop_index(
        "uq_narrative_current",
        table_name="narrative",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_narrative_recorded_at"), table_name="narrative")
    op.drop_table("narrative")
    op.drop_index(op.f("ix_key_result_indicator_id"), table_name="key_result")
    op.drop_index(op.f("ix_key_result_goal_id"), table_name="key_result")
    op.drop_table("key_result")
    op.drop_index(
        "uq_statutory_limit_current",
        table_name="statutory_limit",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_statutory_limit_recorded_at"), table_name="statutory_limit")
    op.drop_index(op.f("ix_statutory_limit_indicator_id"), table_name="statutory_limit")
    op.drop_table("statutory_limit")
    op.drop_index(
        "uq_measurement_current",
        table_name="measurement",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_measurement_recorded_at"), table_name="measurement")
    op.drop_index("ix_measurement_period_start", table_name="measurement")
    op.drop_index("ix_measurement_period", table_name="measurement")
    op.drop_table("measurement")
    op.drop_index(op.f("ix_goal_unit_id"), table_name="goal")
    op.drop_index(op.f("ix_goal_priority_id"), table_name="goal")
    op.drop_table("goal")
    op.drop_index(
        "uq_comparability_break_current",
        table_name="comparability_break",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_comparability_break_recorded_at"), table_name="comparability_break")
    op.drop_index(op.f("ix_comparability_break_indicator_id"), table_name="comparability_break")
    op.drop_table("comparability_break")
    op.drop_index(op.f("ix_role_holding_role_id"), table_name="role_holding")
    op.drop_index(op.f("ix_role_holding_person_id"), table_name="role_holding")
    op.drop_table("role_holding")
    op.drop_index(op.f("ix_priority_strategy_id"), table_name="priority")
    op.drop_table("priority")
    op.drop_table("indicator")
    op.drop_table("strategy")
    op.drop_index(op.f("ix_role_unit_id"), table_name="role")
    op.drop_table("role")
    op.drop_table("person")
    op.drop_table("org_unit")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_table("audit_entry")
