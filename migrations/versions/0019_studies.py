"""Sources of studies; entries of each assessor apart; settlements by both; targets with a goal."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
SHARED = {"pledge": "question", "pledge_outcome": "pledge_id", "context_note": "code"}
"""Tables whose rows both assessors wrote, with the column that was unique in an assessment."""
ASSESSOR_FLAGS = {"is_declared": sa.false(), "is_named": sa.true(), "uses_study": sa.true()}


def upgrade() -> None:
    """Create and widen. Differences that were settled stay so.

    Shared rows of frozen assessments have no owner; of drafts each assessor has one to go on with.
    """
    _create_sources()
    for table, column in SHARED.items():
        _set_unique(table, [column], ["assessor_id", column], adds_assessor=True)
        _give_to_assessors(table)
    op.add_column("pledge", sa.Column("goal", sa.String(8)))
    with op.batch_alter_table("evidence") as batch:
        batch.add_column(sa.Column("source_id", BIG_INT))
        batch.create_foreign_key(
            "fk_evidence_source_id", "study_source", ["source_id"], ["id"]
        )
        batch.create_index("ix_evidence_source_id", ["source_id"])
    for flag, default in ASSESSOR_FLAGS.items():
        op.add_column(
            "assessor", sa.Column(flag, sa.Boolean(), nullable=False, server_default=default)
        )
    _widen_adjudications()


def _give_to_assessors(table: str) -> None:
    """Copy the shared rows of drafts to each assessor: forms show nothing but one's own."""
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    copied = ", ".join(name for name in columns if name not in ("id", "assessor_id"))
    values = ", ".join(f"shared.{name}" for name in copied.split(", "))
    first = "SELECT min(id) FROM assessor WHERE assessor.assessment_id = {}.assessment_id"
    op.execute(
        f"INSERT INTO {table} ({copied}, assessor_id)"  # noqa: S608  # names of this file
        f" SELECT {values}, assessor.id FROM {table} AS shared"
        " JOIN assessor ON assessor.assessment_id = shared.assessment_id"
        " JOIN assessment ON assessment.id = shared.assessment_id"
        " WHERE shared.assessor_id IS NULL AND assessment.frozen_at IS NULL"
        f" AND assessor.id > ({first.format('shared')})"
    )
    op.execute(
        f"UPDATE {table} SET assessor_id = ({first.format(table)})"  # noqa: S608  # names of this file
        " WHERE assessor_id IS NULL AND assessment_id IN"
        " (SELECT id FROM assessment WHERE frozen_at IS NULL)"
    )


def _create_sources() -> None:
    op.create_table(
        "study_source",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("number", BIG_INT, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("institution", sa.String(200), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("minutes", BIG_INT),
        sa.Column("pages", sa.String(40), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("archived_on", sa.Date()),
        sa.Column("consent", sa.String(12), nullable=False),
        sa.Column("consent_on", sa.Date()),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("private_text", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("added_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("added_at", TIMESTAMP, nullable=False),
        sa.Column("redacted_at", TIMESTAMP),
        sa.UniqueConstraint("process_id", "kind", "number"),
    )
    op.create_table(
        "study_excerpt",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("source_id", BIG_INT, sa.ForeignKey("study_source.id"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("added_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("added_at", TIMESTAMP, nullable=False),
    )
    op.create_index("ix_study_excerpt_source_id", "study_excerpt", ["source_id"])
    op.create_table(
        "study_excerpt_code",
        sa.Column(
            "excerpt_id", BIG_INT, sa.ForeignKey("study_excerpt.id"), primary_key=True
        ),
        sa.Column("coder_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("code", sa.String(12), primary_key=True),
    )
    op.create_table(
        "study_excerpt_memo",
        sa.Column(
            "excerpt_id", BIG_INT, sa.ForeignKey("study_excerpt.id"), primary_key=True
        ),
        sa.Column("coder_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("memo", sa.Text(), nullable=False),
    )
    _create_findings()
    op.create_table(
        "respondent_name",
        sa.Column("source_id", BIG_INT, sa.ForeignKey("study_source.id"), primary_key=True),
        sa.Column("encrypted_name", sa.LargeBinary(), nullable=False),
    )


def _create_findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("assessment_id", BIG_INT, sa.ForeignKey("assessment.id"), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("addressee", sa.String(200), nullable=False),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("written_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("assessment_id", "topic", "version"),
    )
    op.create_table(
        "finding_source",
        sa.Column("finding_id", BIG_INT, sa.ForeignKey("finding.id"), primary_key=True),
        sa.Column("source_id", BIG_INT, sa.ForeignKey("study_source.id"), primary_key=True),
    )


def _unique_name(table: str, columns: list[str]) -> str:
    """Return the name under which the database stores a constraint, or one of ours."""
    wanted = {"assessment_id", *columns}
    for constraint in sa.inspect(op.get_bind()).get_unique_constraints(table):
        if set(constraint["column_names"]) == wanted and constraint["name"]:
            return str(constraint["name"])
    return f"uq_{table}"


def _set_unique(
    table: str, before: list[str], after: list[str], *, adds_assessor: bool
) -> None:
    name = _unique_name(table, before)
    with op.batch_alter_table(
        table, naming_convention={"uq": "uq_%(table_name)s"}
    ) as batch:
        batch.drop_constraint(name, type_="unique")
        if adds_assessor:
            batch.add_column(sa.Column("assessor_id", BIG_INT))
            batch.create_foreign_key(f"fk_{table}_assessor_id", "assessor", ["assessor_id"], ["id"])
        else:
            batch.drop_constraint(f"fk_{table}_assessor_id", type_="foreignkey")
            batch.drop_column("assessor_id")
        batch.create_unique_constraint(
            f"uq_{table}_{'assessor' if adds_assessor else 'assessment'}", ["assessment_id", *after]
        )


def _widen_adjudications() -> None:
    with op.batch_alter_table("adjudication") as batch:
        batch.alter_column("question", type_=sa.String(40), existing_type=sa.String(12))
        batch.alter_column("value", type_=sa.String(12), existing_type=sa.String(2))
        batch.add_column(sa.Column("agreed_by_id", BIG_INT))
        batch.add_column(sa.Column("settled_at", TIMESTAMP))
        batch.create_foreign_key(
            "fk_adjudication_agreed_by_id", "person", ["agreed_by_id"], ["id"]
        )
    op.execute(
        "UPDATE adjudication SET settled_at = (SELECT coalesce(frozen_at, begun_at)"
        " FROM assessment WHERE assessment.id = adjudication.assessment_id)"
    )


def downgrade() -> None:
    """Drop them; what only one assessor or a longer id needs goes with them."""
    op.execute("DELETE FROM adjudication WHERE length(question) > 12 OR length(value) > 2")
    with op.batch_alter_table("adjudication") as batch:
        batch.drop_constraint("fk_adjudication_agreed_by_id", type_="foreignkey")
        batch.drop_column("settled_at")
        batch.drop_column("agreed_by_id")
        batch.alter_column("value", type_=sa.String(2), existing_type=sa.String(12))
        batch.alter_column("question", type_=sa.String(12), existing_type=sa.String(40))
    for flag in ASSESSOR_FLAGS:
        op.drop_column("assessor", flag)
    with op.batch_alter_table("evidence") as batch:
        batch.drop_constraint("fk_evidence_source_id", type_="foreignkey")
        batch.drop_index("ix_evidence_source_id")
        batch.drop_column("source_id")
    op.drop_column("pledge", "goal")
    _drop_second_entries()
    for table, column in SHARED.items():
        _set_unique(table, ["assessor_id", column], [column], adds_assessor=False)
    for table in ("finding_source", "finding"):
        op.drop_table(table)
    op.drop_table("study_excerpt_memo")
    op.drop_table("study_excerpt_code")
    op.drop_table("study_excerpt")
    op.drop_table("respondent_name")
    op.drop_table("study_source")


def _drop_second_entries() -> None:
    """Leave one row for each pledge, outcome and note: that of the first assessor."""
    op.execute(
        "DELETE FROM pledge_outcome WHERE pledge_id NOT IN (SELECT min(id) FROM pledge"
        " GROUP BY assessment_id, question)"
    )
    for table, column in reversed(SHARED.items()):
        op.execute(
            f"DELETE FROM {table} WHERE id NOT IN (SELECT min(id) FROM {table}"  # noqa: S608  # names of this file
            f" GROUP BY assessment_id, {column})"
        )
