"""Authors asked to change a text, and texts passed on to a second moderator."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("settled_at IS NULL")
CLOSED = """
UPDATE report SET settled_at = CURRENT_TIMESTAMP, network = ''
WHERE settled_at IS NULL AND subject_type = '{kind}' AND EXISTS
  (SELECT 1 FROM {kind} WHERE {kind}.id = report.subject_id AND withdrawn_at IS NOT NULL)
"""


def upgrade() -> None:
    """Go forward; reports on what was taken back meanwhile wait for nobody any more."""
    op.create_table(
        "edit_request",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("decision_id", BIG_ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"], name="fk_edit_request_decision_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_edit_request"),
        sa.UniqueConstraint("decision_id", name="uq_edit_request_decision_id"),
    )
    op.create_index(
        "ix_edit_request_open", "edit_request", ["id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    _make_handovers()
    op.add_column("proposal_version", sa.Column("hidden_ground", sa.String(24), nullable=True))
    for kind in ("comment", "proposal"):
        op.execute(CLOSED.format(kind=kind))


def _make_handovers() -> None:
    op.create_table(
        "handover",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("moderator_id", BIG_ID, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("passed_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["person.id"], name="fk_handover_moderator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
    )
    op.create_index(
        "ix_handover_subject", "handover", ["subject_type", "subject_id", "settled_at"]
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("proposal_version", "hidden_ground")
    op.drop_table("handover")
    op.drop_table("edit_request")
