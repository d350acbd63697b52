"""Surveys for the Deliberative Reason Index."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reason_survey",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("opened_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        *(
            sa.Column(name, TIMESTAMP, nullable=False)
            for name in ("opened_at", "before_closes_at", "after_opens_at", "closes_at")
        ),
        sa.Column("link_key", sa.String(64)),
        sa.Column("published_at", TIMESTAMP),
        sa.Column("box_root", sa.String(64)),
        sa.Column("result", sa.Text()),
        sa.UniqueConstraint("process_id"),
    )
    _create_items()
    _create_answers()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("reason_answer", "reason_roll", "reason_item", "reason_survey"):
        op.drop_table(table)


def _create_items() -> None:
    op.create_table(
        "reason_item",
        sa.Column("id", BIG_INT, primary_key=True),
        _survey(),
        sa.Column("name", sa.String(8), nullable=False),
        sa.Column("text_id", sa.String(300), nullable=False),
        sa.Column("text_en", sa.String(300), nullable=False),
        sa.UniqueConstraint("survey_id", "name"),
    )


def _create_answers() -> None:
    # Who answered and what was answered share no column but the survey and the stage.
    op.create_table(
        "reason_roll",
        _survey(primary_key=True),
        sa.Column("stage", sa.String(8), primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reason_roll_person_id", "reason_roll", ["person_id"])
    op.create_table(
        "reason_answer",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("stage", sa.String(8), primary_key=True),
        sa.Column("item", sa.String(8), primary_key=True),
        _survey(),
        sa.Column("value", BIG_INT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reason_answer_survey_id", "reason_answer", ["survey_id"])


def _survey(*, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("reason_survey.id")
    return sa.Column("survey_id", BIG_INT, key, primary_key=primary_key, nullable=False)
