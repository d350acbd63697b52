"""Reports, moderation decisions and appeals; holds that end by the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("settled_at IS NULL")
UNDECIDED = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.add_column("comment", sa.Column("held_until", MOMENT, nullable=True))
    op.add_column("proposal", sa.Column("held_until", MOMENT, nullable=True))
    op.add_column("proposal", sa.Column("hidden_ground", sa.String(24), nullable=True))
    _make_reports()
    _make_decisions()
    _make_appeals()


def _make_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_report_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint(
            "person_id",
            "subject_type",
            "subject_id",
            name="uq_report_person_id_subject_type_subject_id",
        ),
    )
    op.create_index("ix_report_subject", "report", ["subject_type", "subject_id", "settled_at"])
    op.create_index("ix_report_open", "report", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)


def _make_decisions() -> None:
    op.create_table(
        "moderation_decision",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("ground", sa.String(24), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("stance", sa.SmallInteger(), nullable=True),
        sa.Column("reports", BIG_ID, nullable=False),
        sa.Column("moderator_id", BIG_ID, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["person.id"], name="fk_moderation_decision_moderator_id"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_moderation_decision_proposal_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_decision"),
    )
    op.create_index(
        "ix_moderation_decision_subject",
        "moderation_decision",
        ["subject_type", "subject_id", "id"],
    )
    op.create_index("ix_moderation_decision_decided_at", "moderation_decision", ["decided_at"])


def _make_appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("decision_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"], name="fk_appeal_decision_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_appeal_person_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_appeal_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appeal"),
        sa.UniqueConstraint("decision_id", name="uq_appeal_decision_id"),
    )
    op.create_index("ix_appeal_person_id", "appeal", ["person_id"])
    op.create_index(
        "ix_appeal_open", "appeal", ["id"], sqlite_where=UNDECIDED, postgresql_where=UNDECIDED
    )


def downgrade() -> None:
    """Go back."""
    for table in ("appeal", "moderation_decision", "report"):
        op.drop_table(table)
    op.drop_column("proposal", "hidden_ground")
    op.drop_column("proposal", "held_until")
    op.drop_column("comment", "held_until")
