"""Study plans registered before the data; codes of machines beside those of people."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
TEXTS = ("questions", "hypotheses", "measures", "stopping_rule", "changes")


def upgrade() -> None:
    """Create the tables, and the entry of a release in the log."""
    op.add_column("release", sa.Column("entry", sa.String(32)))
    op.create_table(
        "study_plan",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("first_id", BIG_INT, sa.ForeignKey("study_plan.id")),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("registered_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("registered_at", TIMESTAMP, nullable=False),
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.UniqueConstraint("first_id", "version"),
    )
    op.create_index("ix_study_plan_process_id", "study_plan", ["process_id"])
    op.create_table(
        "study_plan_share",
        sa.Column("plan_id", BIG_INT, sa.ForeignKey("study_plan.id"), primary_key=True),
        sa.Column("earlier", BIG_INT, nullable=False),
        sa.Column("later", BIG_INT, nullable=False),
        sa.Column("counted_at", TIMESTAMP, nullable=False),
    )
    op.create_table(
        "machine_coding",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("sample_id", BIG_INT, sa.ForeignKey("sample.id"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("imported_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("imported_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("sample_id", "name"),
    )


def downgrade() -> None:
    """Drop the tables and the column."""
    op.drop_column("release", "entry")
    op.drop_table("machine_coding")
    op.drop_table("study_plan_share")
    op.drop_table("study_plan")
