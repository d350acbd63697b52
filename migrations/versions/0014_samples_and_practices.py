"""Samples that people code; practices told for other processes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "sample",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("process_id", BIG_ID, nullable=False),
        sa.Column("of", sa.String(length=12), nullable=False),
        sa.Column("seed", BIG_ID, nullable=False),
        sa.Column("population", BIG_ID, nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name="fk_sample_process_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sample"),
    )
    op.create_index("ix_sample_process_id", "sample", ["process_id"])
    op.create_table(
        "sampled_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("sample_id", BIG_ID, nullable=False),
        sa.Column("place", BIG_ID, nullable=False),
        sa.Column("comment_id", BIG_ID, nullable=True),
        sa.Column("response_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name="fk_sampled_item_sample_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name="fk_sampled_item_comment_id"),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name="fk_sampled_item_response_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sampled_item"),
        sa.UniqueConstraint("sample_id", "place", name="uq_sampled_item_sample_id_place"),
    )
    op.create_table(
        "coding",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("coder_id", BIG_ID, nullable=False),
        sa.Column("value", BIG_ID, nullable=False),
        sa.Column("coded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["sampled_item.id"], name="fk_coding_item_id"),
        sa.ForeignKeyConstraint(["coder_id"], ["person.id"], name="fk_coding_coder_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coding"),
        sa.UniqueConstraint("item_id", "coder_id", name="uq_coding_item_id_coder_id"),
    )
    op.create_table(
        "practice",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("assessment_id", BIG_ID, nullable=False),
        sa.Column("criterion", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name="fk_practice_assessment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_practice"),
        sa.UniqueConstraint(
            "assessment_id", "criterion", name="uq_practice_assessment_id_criterion"
        ),
    )


def downgrade() -> None:
    """Go back."""
    for table in ("practice", "coding", "sampled_item", "sample"):
        op.drop_table(table)
