"""Keep with a support what mergers replaced in it; drop counters of processes nobody reads."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MERGER = sa.table(
    "merger",
    sa.column("id", sa.Integer),
    sa.column("target_id", sa.BigInteger),
    sa.column("replaced_supports", sa.Text),
)
SUPPORT = sa.table(
    "support",
    sa.column("person_id", sa.BigInteger),
    sa.column("proposal_id", sa.BigInteger),
    sa.column("replaced", sa.Text),
)
EMPTY = sa.text("'[]'")


def upgrade() -> None:
    """Move the replaced supports from mergers to supports; drop the counters."""
    op.add_column("support", sa.Column("replaced", sa.Text, nullable=False, server_default=EMPTY))
    _move_to_supports(op.get_bind())
    op.drop_column("merger", "replaced_supports")
    op.drop_column("process", "proposal_count")
    op.drop_column("process", "comment_count")


def _move_to_supports(connection: sa.Connection) -> None:
    """Give each support what mergers replaced in it, in the order of the mergers."""
    for merger in connection.execute(sa.select(MERGER).order_by(MERGER.c.id)).all():
        for person_id, version, given_at in json.loads(merger.replaced_supports or "[]"):
            support = sa.and_(
                SUPPORT.c.person_id == person_id, SUPPORT.c.proposal_id == merger.target_id
            )
            kept = connection.scalar(sa.select(SUPPORT.c.replaced).where(support))
            if kept is not None:
                replaced = _to_text([*json.loads(kept), [merger.id, version, given_at]])
                connection.execute(sa.update(SUPPORT).where(support).values(replaced=replaced))


def downgrade() -> None:
    """Move the replaced supports back to their mergers; count the rows of each process again."""
    replaced = sa.Column("replaced_supports", sa.Text, nullable=False, server_default=EMPTY)
    op.add_column("merger", replaced)
    _move_to_mergers(op.get_bind())
    op.drop_column("support", "replaced")
    for name, counted in (("proposal_count", "count(*)"), ("comment_count", "sum(comment_count)")):
        op.add_column("process", sa.Column(name, BIG_INT, nullable=False, server_default="0"))
        op.execute(
            f"UPDATE process SET {name} = (SELECT coalesce({counted}, 0) FROM proposal "  # noqa: S608
            "WHERE proposal.process_id = process.id)"
        )


def _move_to_mergers(connection: sa.Connection) -> None:
    rows_by_merger: dict[int, list[list[object]]] = {}
    supports = sa.select(SUPPORT.c.person_id, SUPPORT.c.replaced).where(SUPPORT.c.replaced != "[]")
    for person_id, replaced in connection.execute(supports).all():
        for merger_id, version, given_at in json.loads(replaced):
            rows_by_merger.setdefault(merger_id, []).append([person_id, version, given_at])
    for merger_id, rows in rows_by_merger.items():
        merger = sa.update(MERGER).where(MERGER.c.id == merger_id)
        connection.execute(merger.values(replaced_supports=_to_text(rows)))


def _to_text(rows: list[list[object]]) -> str:
    return json.dumps(rows, sort_keys=True, separators=(",", ":"))
