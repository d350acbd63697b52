"""Invitations to a role; named and repeated phases; documents, contacts and news of processes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, and add names and numbers to phases."""
    _create_invitations()


def downgrade() -> None:
    """Remove them."""
    op.drop_table("invitation")


def _id() -> sa.Column:
    return sa.Column("id", BIG_INT, primary_key=True)


def _reference(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, BIG_INT, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, TIMESTAMP, nullable=nullable)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False)


def _create_invitations() -> None:
    op.create_table(
        "invitation",
        _id(),
        _text("seed", 64),
        _text("token_hash", 64),
        _text("name", 80),
        _text("email", 254),
        _text("role", 16),
        _reference("institution_id", "institution", nullable=True),
        _text("language", 2),
        _reference("invited_by_id", "person"),
        _reference("person_id", "person", nullable=True),
        _time("created_at"),
        _time("expires_at"),
        _time("accepted_at", nullable=True),
        _time("revoked_at", nullable=True),
        _time("mailed_at", nullable=True),
        _text("mail_problem", 255),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(None, "invitation", ["person_id"])
    op.create_index(None, "invitation", ["expires_at"])
    op.create_index("ix_invitation_to_mail", "invitation", ["mailed_at", "id"])
