"""Processes set up at the desk: days off, changes with their reason; versions of the rules."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "process", sa.Column("days_off", sa.Text(), server_default="{}", nullable=False)
    )
    op.create_table(
        "process_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("process_id", BIG_ID, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_before", MOMENT, nullable=True),
        sa.Column("closed_before", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name="fk_process_change_process_id"),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name="fk_process_change_changed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_process_change"),
    )
    op.create_index("ix_process_change_process_id", "process_change", ["process_id"])
    op.create_table(
        "rules_version",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("body_en_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name="fk_rules_version_published_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rules_version"),
        sa.UniqueConstraint("version", name="uq_rules_version_version"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("rules_version")
    op.drop_table("process_change")
    op.drop_column("process", "days_off")
