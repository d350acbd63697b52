"""Second factors: the sealed secret of an account's phone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "second_factor",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(80), nullable=False),
        sa.Column("last_step", BIG_ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_second_factor_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_second_factor"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("second_factor")
