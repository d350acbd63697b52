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
    _name_and_number_phases()
    _create_process_information()


def downgrade() -> None:
    """Remove them."""
    for table in ("process_news", "process_contact", "process_document"):
        op.drop_table(table)
    with op.batch_alter_table("phase") as phase:
        phase.drop_constraint("uq_phase_process_id_kind_number", type_="unique")
        for name in ("name_en", "name", "number"):
            phase.drop_column(name)
        phase.create_unique_constraint("uq_phase_process_id_kind", ["process_id", "kind"])
    op.drop_table("invitation")


def _id() -> sa.Column:
    return sa.Column("id", BIG_INT, primary_key=True)


def _reference(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, BIG_INT, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, TIMESTAMP, nullable=nullable)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False)


def _name_and_number_phases() -> None:
    with op.batch_alter_table("phase") as phase:
        phase.add_column(sa.Column("number", BIG_INT, nullable=False, server_default="1"))
        phase.add_column(sa.Column("name", sa.String(80), nullable=False, server_default=""))
        phase.add_column(sa.Column("name_en", sa.String(80), nullable=False, server_default=""))
        phase.drop_constraint("uq_phase_process_id_kind", type_="unique")
        phase.create_unique_constraint(
            "uq_phase_process_id_kind_number", ["process_id", "kind", "number"]
        )


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


def _create_process_information() -> None:
    op.create_table(
        "process_document",
        _id(),
        _reference("process_id", "process"),
        _text("title", 160),
        _text("language", 2),
        sa.Column("dated_on", sa.Date, nullable=False),
        _text("url", 500),
        sa.Column("name", sa.String(64), unique=True),
        _text("kind", 8),
        sa.Column("size", BIG_INT, nullable=False),
        _reference("added_by_id", "person", nullable=True),
        _time("added_at"),
        _time("removed_at", nullable=True),
        _reference("replaced_by_id", "process_document", nullable=True),
    )
    op.create_index(None, "process_document", ["process_id"])
    op.create_table(
        "process_contact",
        _id(),
        _reference("process_id", "process"),
        _text("name", 80),
        _text("office", 160),
        _text("reach", 300),
        _reference("added_by_id", "person", nullable=True),
        _time("added_at"),
        _time("removed_at", nullable=True),
    )
    op.create_index(None, "process_contact", ["process_id"])
    op.create_table(
        "process_news",
        _id(),
        _reference("process_id", "process"),
        _text("title", 160),
        _text("title_en", 160),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("body_en", sa.Text, nullable=False),
        _time("published_at"),
        _reference("published_by_id", "person", nullable=True),
        _time("withdrawn_at", nullable=True),
    )
    op.create_index("ix_process_news_process_id_id", "process_news", ["process_id", "id"])
