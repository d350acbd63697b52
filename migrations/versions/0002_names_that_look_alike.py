"""Display names that look alike are one name: each account gets a key to compare by."""

import sqlalchemy as sa
from alembic import op

from deliberate.text import name_key

revision = "0002"
down_revision = "0001"

PERSON = sa.table(
    "person",
    sa.column("id", sa.BigInteger),
    sa.column("sign_in_name", sa.String),
    sa.column("display_name", sa.String),
    sa.column("name_key", sa.String),
)
SIGNS_IN = "sign_in_name IS NOT NULL"


def upgrade() -> None:
    """Add the key, work it out for those who are here, and let no two accounts share one."""
    op.add_column(
        "person", sa.Column("name_key", sa.String(160), nullable=False, server_default="")
    )
    _give_keys()
    op.create_index("ix_person_name_key", "person", ["name_key"])
    op.create_index(
        "uq_person_name_key_signing_in",
        "person",
        ["name_key"],
        unique=True,
        sqlite_where=sa.text(SIGNS_IN),
        postgresql_where=sa.text(SIGNS_IN),
    )


def _give_keys() -> None:
    """Those who already share a name keep it: their keys are told apart by number."""
    connection = op.get_bind()
    taken: set[str] = set()
    people = connection.execute(sa.select(PERSON).order_by(PERSON.c.id)).all()
    for person in people:
        key = name_key(person.display_name)[:140]
        if person.sign_in_name is not None:
            key = f"{key}#{person.id}" if key in taken else key
            taken.add(key)
        connection.execute(sa.update(PERSON).where(PERSON.c.id == person.id).values(name_key=key))


def downgrade() -> None:
    """Forget the keys."""
    op.drop_index("uq_person_name_key_signing_in", "person")
    op.drop_index("ix_person_name_key", "person")
    op.drop_column("person", "name_key")
