"""Scores kept to be compared."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'


def upgrade() -> None:
    """Go forward."""
    op.create_table('compared_score',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('phase', sa.String(length=20), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=True),
    sa.Column('formulas', sa.String(length=20), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('draws', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_compared_score_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_compared_score')),
    sa.UniqueConstraint('process_id', 'phase', name=op.f('uq_compared_score_process_id_phase'))
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table('compared_score')
