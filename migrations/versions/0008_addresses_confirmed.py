"""Addresses confirmed."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_to_send'))
        batch_op.create_index('ix_delivery_to_send', ['channel', 'sent_at', 'id'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email_confirmed_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('email_confirmed_at')

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_to_send')
        batch_op.create_index(batch_op.f('ix_delivery_to_send'), ['channel', 'sent_at', 'person_id', 'id'], unique=False)

