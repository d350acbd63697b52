"""Polls of every type: rules on the poll, choices in the ballot, voting codes, changes."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = (
    ('electorate', sa.String(length=16), 'residents'),
    ('areas', sa.Text(), '[]'),
    ('counts_areas', sa.Boolean(), sa.false()),
    ('shuffles', sa.Boolean(), sa.false()),
    ('min_choices', ID, '1'),
    ('min_share', ID, '0'),
    ('ballot_version', ID, '0'),
)
OPTIONAL = (
    ('counting', sa.String(length=16)),
    ('max_choices', ID),
    ('amount', ID),
    ('published_at', sa.DateTime(timezone=True)),
    ('entitled_count', ID),
    ('source', sa.String(length=120)),
)


def upgrade() -> None:
    """Go forward. Columns are added in place: a copied `poll` would lose what points to it."""
    for name, kind, value in NEW:
        op.add_column('poll', sa.Column(name, kind, nullable=False, server_default=value))
    for name, kind in OPTIONAL:
        op.add_column('poll', sa.Column(name, kind, nullable=True))
    op.add_column('poll', sa.Column('salt', sa.LargeBinary(length=16), nullable=False, server_default=sa.text("''")))
    salt = "randomblob(16)" if _is_sqlite() else "decode(md5(random()::text || id::text), 'hex')"
    op.execute(f"UPDATE poll SET salt = {salt}, ballot_version = ballot_count")
    _ballots()
    _options()
    op.create_table('poll_code',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('poll_id', ID, nullable=False),
    sa.Column('is_used', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_code_poll_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_poll_code')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_poll_code_poll_id'), 'poll_code', ['poll_id'], unique=False)
    op.create_table('poll_change',
    sa.Column('id', ID, nullable=False),
    sa.Column('poll_id', ID, nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', ID, nullable=True),
    sa.Column('ground', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('closed_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_after', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_poll_change_changed_by_id')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_change_poll_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_poll_change'))
    )
    op.create_index(op.f('ix_poll_change_poll_id'), 'poll_change', ['poll_id'], unique=False)
    op.create_table('poll_outcome',
    sa.Column('id', ID, nullable=False),
    sa.Column('poll_id', ID, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.String(length=24), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stated_by_id', ID, nullable=True),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_outcome_poll_id')),
    sa.ForeignKeyConstraint(['stated_by_id'], ['person.id'], name=op.f('fk_poll_outcome_stated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_poll_outcome'))
    )
    op.create_index(op.f('ix_poll_outcome_poll_id'), 'poll_outcome', ['poll_id'], unique=False)


def _options() -> None:
    with op.batch_alter_table('poll_option', schema=None) as batch_op:
        batch_op.alter_column('label', existing_type=sa.String(length=255), type_=sa.String(length=1000))
        batch_op.add_column(sa.Column('cost', ID, nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('state', sa.String(length=16), nullable=False, server_default='shown'))
        batch_op.add_column(sa.Column('author_id', ID, nullable=True))
        batch_op.add_column(sa.Column('salt', sa.LargeBinary(length=16), nullable=True))
        batch_op.add_column(sa.Column('source_id', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('source_counts', sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_poll_option_author_id'), 'person', ['author_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_poll_option_author_id'), ['author_id'], unique=False)


def _ballots() -> None:
    """Move the ballots in key order into a table WITHOUT ROWID; a batch change would lose that."""
    op.create_table('poll_ballot_choice',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('poll_id', ID, nullable=False),
    sa.Column('choice', sa.Text(), nullable=True),
    sa.Column('area', sa.String(length=80), nullable=False),
    sa.Column('person_id', ID, nullable=True),
    sa.Column('source_group', ID, nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_poll_ballot_person_id')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_ballot_poll_id')),
    sqlite_with_rowid=False,
    *[sa.PrimaryKeyConstraint('key', name=op.f('pk_poll_ballot' if _is_sqlite() else 'pk_poll_ballot_choice'))]
    )
    op.execute(
        "INSERT INTO poll_ballot_choice (key, poll_id, choice, area) "
        "SELECT key, poll_id, '[[' || option_id || ',1]]', '' FROM poll_ballot ORDER BY key"
    )
    op.drop_table('poll_ballot')
    op.rename_table('poll_ballot_choice', 'poll_ballot')
    if not _is_sqlite():
        op.execute("ALTER TABLE poll_ballot RENAME CONSTRAINT pk_poll_ballot_choice TO pk_poll_ballot")
    op.create_index(op.f('ix_poll_ballot_poll_id'), 'poll_ballot', ['poll_id'], unique=False)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    """There is no way back: choices of other types than a single one have no place in the older shape."""
    raise RuntimeError("0005 cannot be undone: restore the backup made before it")
