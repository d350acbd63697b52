"""Offices of institutions, and what is entered there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
ENTERED = ("proposal", "comment")


def upgrade() -> None:
    """Add the tables, and the office to what is entered there."""
    big_int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "office",
        sa.Column("id", big_int, primary_key=True),
        sa.Column(
            "institution_id", big_int, sa.ForeignKey("institution.id"), nullable=False, index=True
        ),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("hours", sa.String(300), nullable=False),
        sa.Column("hours_en", sa.String(300), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("directions_en", sa.Text(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "office_account",
        sa.Column("person_id", big_int, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("institution_id", big_int, sa.ForeignKey("institution.id"), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False, index=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
    )
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "office_ballot",
        sa.Column("id", big_int, primary_key=True),
        sa.Column("poll_id", big_int, sa.ForeignKey("poll.id"), nullable=False, index=True),
        sa.Column("person_id", big_int, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column(
            "institution_id", big_int, sa.ForeignKey("institution.id"), nullable=False, index=True
        ),
        sa.Column("entered_by_id", big_int, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("entered_at", moment, nullable=False),
        sa.Column("slip_number", sa.String(40), nullable=False),
        sa.Column("confirmed_by_id", big_int, sa.ForeignKey("person.id")),
        sa.Column("confirmed_at", moment),
        sa.Column("objected_at", moment),
        sa.Column("ballot_key", sa.String(64), nullable=False),
        sa.Column("code_key", sa.String(64), nullable=False),
        sa.Column("choice", sa.Text()),
    )
    for table in ENTERED:
        _add_reference(table, "desk_institution_id", "institution")


def _add_reference(table: str, name: str, target: str) -> None:
    """Add a nullable reference; for SQLite Alembic would copy the table without its triggers."""
    type_ = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    constraint = f"CONSTRAINT fk_{table}_{name} REFERENCES {target} (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {type_} {constraint}")


def downgrade() -> None:
    """Remove them."""
    for table in ENTERED:
        op.drop_column(table, "desk_institution_id")
    op.drop_table("office_ballot")
    op.drop_table("office_account")
    op.drop_table("office")
