"""Actions with plan, round, clock and closing; support requests, effect checks, escalation policies and absences."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")
_HAS_CLOCK = sa.text("clock_at IS NOT NULL")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_policies()
    _let_actions_run_to_their_end()
    _make_support_requests()
    _make_effect_checks()
    _make_absences()


def _make_policies() -> None:
    op.create_table(
        "escalation_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(20000), nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_policy")),
        sa.UniqueConstraint("number", name=op.f("uq_escalation_policy_number")),
    )


def _let_actions_run_to_their_end() -> None:
    # The partial indexes are made anew: SQLite copies the table to change a column.
    for name in ("uq_corrective_action_open", "uq_corrective_action_open_of_source"):
        op.drop_index(name, "corrective_action")
    with op.batch_alter_table("corrective_action") as table:
        table.add_column(sa.Column("policy_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("clock_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("since", _MOMENT, nullable=True))
        table.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("plan", sa.JSON(), nullable=True))
        table.add_column(sa.Column("accept_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("done_by", sa.String(100), nullable=True))
    # Whoever has an open action from before is asked at once.
    op.execute("UPDATE corrective_action SET since = raised_at")
    op.execute("UPDATE corrective_action SET clock_at = raised_at WHERE closed_at IS NULL")
    # Until now only sources were verified: by themselves, once the rule found nothing more.
    op.execute("UPDATE action_event SET kind = 'ceased' WHERE kind = 'verified'")
    with op.batch_alter_table("corrective_action") as table:
        table.alter_column("since", existing_type=_MOMENT, nullable=False)
        for column in ("round", "reminders", "extensions"):
            table.alter_column(column, existing_type=sa.Integer(), server_default=None)
        table.create_foreign_key(
            op.f("fk_corrective_action_policy_id_escalation_policy"), "escalation_policy", ["policy_id"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_corrective_action_closed_has_no_clock"), "(closed_at IS NULL) OR (clock_at IS NULL)"
        )
    for name, subject in (
        ("uq_corrective_action_open", "key_result_id"),
        ("uq_corrective_action_open_of_source", "source_id"),
    ):
        op.create_index(name, "corrective_action", [subject], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    _index_clocks("corrective_action")


def _make_support_requests() -> None:
    op.create_table(
        "support_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("need", sa.String(20000), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Date(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("clock_at", _MOMENT, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answer_text", sa.String(20000), nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answered_by", sa.String(100), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_support_request_answered_with_an_answer")
        ),
        _to("support_request", "action_id", "corrective_action"),
        _to("support_request", "role_id", "role"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_request")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_support_request_action_id_number")),
    )
    op.create_index(op.f("ix_support_request_action_id"), "support_request", ["action_id"], unique=False)
    _index_clocks("support_request")


def _make_effect_checks() -> None:
    op.create_table(
        "effect_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Numeric().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("baseline_ends", sa.Date(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=True),
        sa.Column("method", sa.String(30), nullable=True),
        sa.Column("registered_at", _MOMENT, nullable=False),
        sa.Column("is_recorded_before", sa.Boolean(), nullable=False),
        sa.Column("proposed", sa.String(40), nullable=True),
        sa.Column("proposed_at", _MOMENT, nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("confirmed_by", sa.String(100), nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.Column("note", sa.String(20000), nullable=True),
        _to("effect_check", "action_id", "corrective_action"),
        _to("effect_check", "indicator_id", "indicator"),
        _to("effect_check", "unit_id", "org_unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_check")),
        sa.UniqueConstraint("action_id", "round", "number", name=op.f("uq_effect_check_action_id_round_number")),
    )
    op.create_index(op.f("ix_effect_check_action_id"), "effect_check", ["action_id"], unique=False)


def _make_absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_absence_starts_before_it_ends")),
        _to("absence", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)


def _index_clocks(table: str) -> None:
    op.create_index(
        f"ix_{table}_clock", table, ["clock_at"], unique=False, sqlite_where=_HAS_CLOCK, postgresql_where=_HAS_CLOCK
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    for gone in ("absence", "effect_check", "support_request"):
        op.drop_table(gone)
    op.drop_index("ix_corrective_action_clock", "corrective_action")
    for name in ("uq_corrective_action_open", "uq_corrective_action_open_of_source"):
        op.drop_index(name, "corrective_action")
    with op.batch_alter_table("corrective_action") as table:
        table.drop_constraint(op.f("ck_corrective_action_closed_has_no_clock"), type_="check")
        table.drop_constraint(op.f("fk_corrective_action_policy_id_escalation_policy"), type_="foreignkey")
        for column in (
            "policy_id",
            "clock_at",
            "since",
            "round",
            "reminders",
            "extensions",
            "plan",
            "accept_until",
            "done_by",
        ):
            table.drop_column(column)
    for name, subject in (
        ("uq_corrective_action_open", "key_result_id"),
        ("uq_corrective_action_open_of_source", "source_id"),
    ):
        op.create_index(name, "corrective_action", [subject], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_table("escalation_policy")
