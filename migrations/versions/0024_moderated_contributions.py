"""Moderation decisions on contributions to draft texts, and edits that a moderator asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


OF_CONTRIBUTIONS = "subject_type = 'unit_contribution'"


def upgrade() -> None:
    """Let a decision name a draft text in place of a proposal; add when a text was edited."""
    op.add_column("unit_contribution", sa.Column("edited_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("moderation_decision") as table:
        table.alter_column("proposal_id", existing_type=BIG_INT, nullable=True)
        table.add_column(sa.Column("document_id", BIG_INT))
        table.create_foreign_key(
            "fk_moderation_decision_document_id", "document", ["document_id"], ["id"]
        )


def downgrade() -> None:
    """Drop the columns; decisions, reports and appeals on contributions go with it."""
    decided = f"SELECT id FROM moderation_decision WHERE {OF_CONTRIBUTIONS}"
    for table in ("appeal", "edit_request"):
        op.execute(f"DELETE FROM {table} WHERE decision_id IN ({decided})")  # noqa: S608  # constants
    for table in ("moderation_decision", "report", "escalation"):
        op.execute(f"DELETE FROM {table} WHERE {OF_CONTRIBUTIONS}")  # noqa: S608  # constants
    op.drop_column("unit_contribution", "edited_at")
    with op.batch_alter_table("moderation_decision") as table:
        table.drop_constraint("fk_moderation_decision_document_id", type_="foreignkey")
        table.drop_column("document_id")
        table.alter_column("proposal_id", existing_type=BIG_INT, nullable=False)
