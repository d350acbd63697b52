"""Scores kept."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """Go forward."""
    op.create_table('score_snapshot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('formulas', sa.String(length=20), nullable=False),
    sa.Column('log_size', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('log_root', sa.String(length=64), nullable=True),
    sa.Column('inputs_hash', sa.String(length=64), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('drawn', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_score_snapshot_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_snapshot'))
    )
    with op.batch_alter_table('score_snapshot', schema=None) as batch_op:
        batch_op.create_index('ix_score_snapshot_process_id_computed_at', ['process_id', 'computed_at'], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """CREATE FUNCTION score_snapshot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'kept scores are never changed'; END $$"""
        )
        op.execute(
            """CREATE TRIGGER score_snapshot_stays BEFORE UPDATE OR DELETE ON score_snapshot
            FOR EACH ROW EXECUTE FUNCTION score_snapshot_guard()"""
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER score_snapshot_no_{change.lower()} BEFORE {change} ON score_snapshot
            BEGIN SELECT RAISE(ABORT, 'kept scores are never changed'); END"""
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table('score_snapshot', schema=None) as batch_op:
        batch_op.drop_index('ix_score_snapshot_process_id_computed_at')

    op.drop_table('score_snapshot')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION score_snapshot_guard()")
