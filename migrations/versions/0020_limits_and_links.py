"""Limits on accounts; accounts linked to another house; what a rule holds is found quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "provider_link",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_provider_link_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_provider_link"),
        sa.UniqueConstraint("person_id", name="uq_provider_link_person_id"),
        sa.UniqueConstraint("mark", name="uq_provider_link_mark"),
    )
    _make_sanctions()


def _make_sanctions() -> None:
    op.create_table(
        "sanction",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("ground", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moderator_id", BIG_ID, nullable=False),
        sa.Column("imposed_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("appealed_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sanction_person_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["person.id"], name="fk_sanction_moderator_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_sanction_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sanction"),
    )
    op.create_index("ix_sanction_person", "sanction", ["person_id", "ends_at"])
    op.create_index("ix_sanction_appealed", "sanction", ["appealed_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("sanction")
    op.drop_table("provider_link")
