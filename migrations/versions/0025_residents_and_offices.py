"""Residents by list and code; coming back into an account at an office."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "person",
        sa.Column("area_is_verified", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "resident_list",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("made_by_id", BIG_ID, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_resident_list_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_resident_list"),
    )
    op.create_table(
        "resident_entry",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["resident_list.id"], name="fk_resident_entry_list_id"),
        sa.PrimaryKeyConstraint("key", name="pk_resident_entry"),
    )
    op.create_index("ix_resident_entry_list_id", "resident_entry", ["list_id"])
    _make_recoveries()


def _make_recoveries() -> None:
    people = ("person_id", "begun_by_id", "confirmed_by_id")
    op.create_table(
        "office_recovery",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("institution_id", BIG_ID, nullable=False),
        sa.Column("proof", sa.String(16), nullable=False),
        sa.Column("begun_by_id", BIG_ID, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("confirmed_by_id", BIG_ID, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=f"fk_office_recovery_{name}")
            for name in people
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name="fk_office_recovery_institution_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_office_recovery"),
    )
    op.create_index("ix_office_recovery_person", "office_recovery", ["person_id", "begun_at"])
    op.create_index(
        "ix_office_recovery_institution", "office_recovery", ["institution_id", "begun_at"]
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("office_recovery")
    op.drop_table("resident_entry")
    op.drop_table("resident_list")
    op.drop_column("person", "area_is_verified")
