"""Reports of consultations; parts of draft texts assigned, answers that wait for consent."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "consultation_report",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("document_id", BIG_INT, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("contributions", BIG_INT, nullable=False),
        sa.Column("considered", BIG_INT, nullable=False),
        sa.Column("explained", BIG_INT, nullable=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
        sa.Column("published_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
    )
    op.create_index("ix_consultation_report_document_id", "consultation_report", ["document_id"])
    _create_assignments()
    _create_drafts()


def _create_assignments() -> None:
    op.create_table(
        "unit_assignment",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column(
            "unit_id", BIG_INT, sa.ForeignKey("document_unit.id"), nullable=False, unique=True
        ),
        sa.Column("document_id", BIG_INT, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("assignee_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("assigned_at", TIMESTAMP, nullable=False),
    )
    op.create_index("ix_unit_assignment_document_id", "unit_assignment", ["document_id"])


def _create_drafts() -> None:
    op.create_table(
        "unit_answer_draft",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("document_id", BIG_INT, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("unit_id", BIG_INT, sa.ForeignKey("document_unit.id"), nullable=False),
        sa.Column("version_id", BIG_INT, sa.ForeignKey("document_version.id"), nullable=False),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("author_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("ground", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("contribution_ids", sa.Text(), nullable=False),
        sa.Column("saved_at", TIMESTAMP, nullable=False),
        sa.Column("checked_at", TIMESTAMP),
        sa.Column("checked_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.Column("check_note", sa.Text(), nullable=False),
    )
    op.create_index("ix_unit_answer_draft_document_id", "unit_answer_draft", ["document_id"])
    op.create_table(
        "unit_answer_signature",
        sa.Column(
            "draft_id",
            BIG_INT,
            sa.ForeignKey("unit_answer_draft.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id"), primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("signed_at", TIMESTAMP, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "unit_answer_signature",
        "unit_answer_draft",
        "unit_assignment",
        "consultation_report",
    ):
        op.drop_table(table)
