"""Reclassified accounts; population, declared groups and their counts; questionnaires."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_reclassification()
    _create_inclusion()
    _create_questionnaires()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("questionnaire_answer", "questionnaire_roll", "questionnaire"):
        op.drop_table(table)
    for table in ("group_count", "group_round", "group_declaration", "population_band"):
        op.drop_table(table)
    op.drop_table("reclassification")


def _create_reclassification() -> None:
    op.create_table(
        "reclassification",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("account_class", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("proposed_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("proposed_at", TIMESTAMP, nullable=False),
        sa.Column("confirmed_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("confirmed_at", TIMESTAMP),
        sa.Column("dismissed_at", TIMESTAMP),
    )
    op.create_index("ix_reclassification_person_id", "reclassification", ["person_id"])


def _create_inclusion() -> None:
    _create_of_process(
        "population_band",
        *_band_columns(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("share_millionths", BIG_INT, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("year", BIG_INT, nullable=False),
        sa.UniqueConstraint("process_id", "field", "band"),
    )
    _create_of_process(
        "group_declaration",
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        *_band_columns(),
        sa.UniqueConstraint("process_id", "person_id", "field"),
    )
    op.create_index("ix_group_declaration_person_id", "group_declaration", ["person_id"])
    op.create_table(
        "group_round",
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), primary_key=True),
        sa.Column("number", BIG_INT, nullable=False),
        sa.Column("people", BIG_INT, nullable=False),
        sa.Column("counted_at", TIMESTAMP, nullable=False),
    )
    _create_of_process(
        "group_count",
        *_band_columns(),
        sa.Column("people", BIG_INT, nullable=False),
        sa.UniqueConstraint("process_id", "field", "band"),
    )


def _band_columns() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("band", sa.String(40), nullable=False),
    )


def _create_of_process(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        *columns,
    )
    op.create_index(f"ix_{table}_process_id", table, ["process_id"])


def _create_questionnaires() -> None:
    _create_of_process(
        "questionnaire",
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("opened_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("opened_at", TIMESTAMP, nullable=False),
        sa.Column("closes_at", TIMESTAMP, nullable=False),
        sa.Column("published_at", TIMESTAMP),
        sa.Column("box_root", sa.String(64)),
        sa.UniqueConstraint("process_id", "audience"),
    )
    # Who answered and what was answered share no key, order or time, as with ballots.
    op.create_table(
        "questionnaire_roll",
        _questionnaire(primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "questionnaire_answer",
        sa.Column("key", sa.String(64), primary_key=True),
        _questionnaire(),
        sa.Column("question", sa.String(8), nullable=False),
        sa.Column("value", BIG_INT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_questionnaire_answer_questionnaire_id", "questionnaire_answer", ["questionnaire_id"]
    )


def _questionnaire(*, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("questionnaire.id")
    return sa.Column(
        "questionnaire_id", BIG_INT, key, primary_key=primary_key, nullable=False
    )
