"""Draft texts under consultation: versions, units, contributions."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
TABLES = (
    "document",
    "document_version",
    "document_unit",
    "unit_text",
    "unit_source",
    "unit_contribution",
    "amendment_join",
)


def upgrade() -> None:
    """Create the tables."""
    _create_document()
    _create_units()
    _create_contributions()


def _create_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("opened_at", TIMESTAMP, nullable=False),
        sa.Column("closed_at", TIMESTAMP),
        sa.Column("opened_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
    )
    op.create_index("ix_document_process_id", "document", ["process_id"])
    op.create_table(
        "document_version",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("document_id", BIG_INT, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("number", BIG_INT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("preamble", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
        sa.Column("published_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.UniqueConstraint("document_id", "number"),
    )


def _create_units() -> None:
    op.create_table(
        "document_unit",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("document_id", BIG_INT, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
    )
    op.create_index("ix_document_unit_document_id", "document_unit", ["document_id"])
    op.create_table(
        "unit_text",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("version_id", BIG_INT, sa.ForeignKey("document_version.id"), nullable=False),
        sa.Column("unit_id", BIG_INT, sa.ForeignKey("document_unit.id"), nullable=False),
        sa.Column("position", BIG_INT, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("address", sa.String(120), nullable=False),
        sa.Column("parent", sa.String(120), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("is_moved", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("version_id", "address"),
        sa.UniqueConstraint("version_id", "unit_id"),
    )
    op.create_index("ix_unit_text_unit_id", "unit_text", ["unit_id"])
    op.create_table(
        "unit_source",
        *(
            sa.Column(f"{name}_id", BIG_INT, sa.ForeignKey(f"{table}.id"), primary_key=True)
            for name, table in (
                ("version", "document_version"),
                ("unit", "document_unit"),
                ("source", "document_unit"),
            )
        ),
    )
    op.create_index("ix_unit_source_source_id", "unit_source", ["source_id", "version_id"])


def _create_contributions() -> None:
    op.create_table(
        "unit_contribution",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("document_id", BIG_INT, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("unit_id", BIG_INT, sa.ForeignKey("document_unit.id"), nullable=False),
        sa.Column("version_id", BIG_INT, sa.ForeignKey("document_version.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("stance", sa.SmallInteger()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("replacement", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("author_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("author_role", sa.String(16), nullable=False),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("join_count", BIG_INT, nullable=False),
        sa.Column("posted_at", TIMESTAMP, nullable=False),
        sa.Column("withdrawn_at", TIMESTAMP),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("hidden_at", TIMESTAMP),
        sa.Column("hidden_ground", sa.String(24)),
        sa.Column("held_until", TIMESTAMP),
    )
    op.create_index("ix_unit_contribution_unit_id", "unit_contribution", ["unit_id", "id"])
    op.create_index("ix_unit_contribution_document_id", "unit_contribution", ["document_id", "id"])
    op.create_index("ix_unit_contribution_version_id", "unit_contribution", ["version_id"])
    op.create_index("ix_unit_contribution_author_id", "unit_contribution", ["author_id"])
    op.create_index(
        "ix_unit_contribution_held_until",
        "unit_contribution",
        ["held_until"],
        sqlite_where=sa.text("held_until IS NOT NULL"),
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.create_table(
        "amendment_join",
        sa.Column("contribution_id", BIG_INT, sa.ForeignKey("unit_contribution.id"), primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("joined_at", TIMESTAMP, nullable=False),
    )
    op.create_index("ix_amendment_join_person_id", "amendment_join", ["person_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)
