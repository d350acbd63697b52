"""Sealing keeps roots of full subtrees, segments and the heads that were given out."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table('published_head',
    sa.Column('size', BIG, autoincrement=False, nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('consistency', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_published_head'))
    )
    op.create_index(op.f('ix_published_head_published_at'), 'published_head', ['published_at'])
    op.create_table('segment',
    sa.Column('first', BIG, autoincrement=False, nullable=False),
    sa.Column('last', BIG, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('first', name=op.f('pk_segment'))
    )
    subtree = op.create_table('subtree',
    sa.Column('level', BIG, autoincrement=False, nullable=False),
    sa.Column('place', BIG, autoincrement=False, nullable=False),
    sa.Column('root', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('level', 'place', name=op.f('pk_subtree'))
    )
    waiting = sa.text('seq IS NULL')
    op.create_index('ix_interaction_waiting', 'interaction', ['id'], sqlite_where=waiting, postgresql_where=waiting)
    _keep_subtrees(subtree)


def _keep_subtrees(subtree: sa.Table) -> None:
    """Keep the roots over what was sealed before: entries by 256, these by 256, and so on."""
    leaves = sa.text("SELECT leaf FROM interaction WHERE seq IS NOT NULL ORDER BY seq")
    level, below = 0, [bytes(leaf) for (leaf,) in op.get_bind().execute(leaves)]
    while len(below) >= 256:
        level += 8
        below = [_root(below[start : start + 256]) for start in range(0, len(below) // 256 * 256, 256)]
        rows = [{"level": level, "place": place, "root": root} for place, root in enumerate(below)]
        op.bulk_insert(subtree, rows)


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0]


def downgrade() -> None:
    """Go back."""
    op.drop_index('ix_interaction_waiting', table_name='interaction')
    op.drop_table('subtree')
    op.drop_table('segment')
    op.drop_index(op.f('ix_published_head_published_at'), table_name='published_head')
    op.drop_table('published_head')
