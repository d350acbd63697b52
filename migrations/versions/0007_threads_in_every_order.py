"""Threads in every order, and the least seen proposals."""

from math import sqrt

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'

big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
comment = sa.table('comment', sa.column('id', big), sa.column('root_id', big),
                   sa.column('author_role', sa.String), sa.column('strong_count', big),
                   sa.column('weak_count', big), sa.column('strength', big),
                   sa.column('is_answered', sa.Boolean))


def upgrade() -> None:
    """Go forward."""
    op.add_column('comment', sa.Column('strength', big, server_default='0', nullable=False))
    op.add_column('comment', sa.Column('is_answered', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('ix_comment_stance', 'comment', ['proposal_id', 'depth', 'stance', 'weight', 'id'])
    op.create_index('ix_comment_strongest', 'comment', ['proposal_id', 'depth', 'strength', 'id'])
    stored = op.get_bind().dialect.name == 'postgresql'  # SQLite adds no stored column to a table
    attention = sa.Computed('comment_count + support_count', persisted=stored)
    op.add_column('proposal', sa.Column('attention', big, attention, nullable=False))
    op.create_index('ix_proposal_attention', 'proposal', ['attention', 'id'])
    op.create_index('ix_proposal_published_at', 'proposal', ['published_at', 'id'])
    fill(op.get_bind())


def fill(connection: sa.Connection) -> None:
    """Give the comments that are there what the new columns say of them."""
    reply = comment.alias()
    answered = sa.exists().where(reply.c.root_id == comment.c.id, reply.c.author_role == 'staff')
    connection.execute(sa.update(comment).where(comment.c.root_id.is_(None), answered).values(is_answered=True))
    weighed = sa.select(comment.c.id, comment.c.strong_count, comment.c.weak_count).where(
        comment.c.strong_count + comment.c.weak_count > 0)
    for row in connection.execute(weighed).all():
        connection.execute(sa.update(comment).where(comment.c.id == row.id).values(
            strength=strength_of(row.strong_count, row.weak_count)))


def strength_of(strong: int, weak: int) -> int:
    """As the model had it when this was written."""
    n, z = strong + weak, 1.959964
    share, spread = strong / n, z * z / n
    margin = z * sqrt((share * (1 - share) + spread / 4) / n)
    return round(1_000_000 * max(0.0, (share + spread / 2 - margin) / (1 + spread)))


def downgrade() -> None:
    """Go back."""
    op.drop_index('ix_proposal_published_at', 'proposal')
    op.drop_index('ix_proposal_attention', 'proposal')
    op.drop_column('proposal', 'attention')
    op.drop_index('ix_comment_strongest', 'comment')
    op.drop_index('ix_comment_stance', 'comment')
    op.drop_column('comment', 'is_answered')
    op.drop_column('comment', 'strength')
