"""The house stands."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('head',
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('prev', sa.String(length=64), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.Column('key_id', sa.String(length=64), nullable=False),
    sa.Column('peaks', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_head'))
    )
    op.create_table('institution',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('name_en', sa.String(length=160), nullable=False),
    sa.Column('is_coordinator', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution')),
    sa.UniqueConstraint('slug', name=op.f('uq_institution_slug'))
    )
    op.create_table('interaction',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('actor_id', sa.String(length=64), nullable=True),
    sa.Column('actor_role', sa.String(length=16), nullable=False),
    sa.Column('account_class', sa.String(length=16), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('subject_type', sa.String(length=24), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('stance', sa.SmallInteger(), nullable=True),
    sa.Column('origin', sa.String(length=16), nullable=False),
    sa.Column('cause', sa.String(length=32), nullable=True),
    sa.Column('content', sa.String(length=64), nullable=True),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('form_key', sa.String(length=64), nullable=True),
    sa.Column('form_digest', sa.String(length=64), nullable=True),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('leaf', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interaction')),
    sa.UniqueConstraint('actor_id', 'form_key', name=op.f('uq_interaction_actor_id_form_key')),
    sa.UniqueConstraint('seq', name=op.f('uq_interaction_seq'))
    )
    with op.batch_alter_table('interaction', schema=None) as batch_op:
        batch_op.create_index('ix_interaction_process_id_seq', ['process_id', 'seq'], unique=False)
        batch_op.create_index('ix_interaction_proposal_id_seq', ['proposal_id', 'seq'], unique=False)

    op.create_table('process',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('question_en', sa.Text(), nullable=False),
    sa.Column('decides', sa.Text(), nullable=False),
    sa.Column('decides_en', sa.Text(), nullable=False),
    sa.Column('open_points', sa.Text(), nullable=False),
    sa.Column('open_points_en', sa.Text(), nullable=False),
    sa.Column('fixed_points', sa.Text(), nullable=False),
    sa.Column('fixed_points_en', sa.Text(), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('support_threshold', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('response_days', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=True),
    sa.Column('proposal_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('comment_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process')),
    sa.UniqueConstraint('slug', name=op.f('uq_process_slug'))
    )
    op.create_table('person',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('sign_in_name', sa.String(length=80), nullable=True),
    sa.Column('display_name', sa.String(length=80), nullable=False),
    sa.Column('passphrase_hash', sa.String(length=255), nullable=True),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('account_class', sa.String(length=16), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('area', sa.String(length=80), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('research_consent', sa.Boolean(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=True),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_person_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('sign_in_name', name=op.f('uq_person_sign_in_name')),
    sa.UniqueConstraint('source', name=op.f('uq_person_source'))
    )
    op.create_table('phase',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('switches', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_phase_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phase')),
    sa.UniqueConstraint('process_id', 'kind', name=op.f('uq_phase_process_id_kind'))
    )
    op.create_table('process_institution',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('part', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_process_institution_institution_id')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_process_institution_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process_institution')),
    sa.UniqueConstraint('process_id', 'institution_id', name=op.f('uq_process_institution_process_id_institution_id'))
    )
    op.create_table('draft',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('written', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_draft_person_id')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_draft_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_person_id'), ['person_id'], unique=False)

    op.create_table('follow',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('subject_type', sa.String(length=24), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_follow_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow')),
    sa.UniqueConstraint('person_id', 'subject_type', 'subject_id', name=op.f('uq_follow_person_id_subject_type_subject_id'))
    )
    op.create_table('person_key',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('actor_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_key_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_person_key')),
    sa.UniqueConstraint('actor_id', name=op.f('uq_person_key_actor_id'))
    )
    op.create_table('proposal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('initiator', sa.String(length=16), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.String(length=24), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('topic', sa.String(length=80), nullable=False),
    sa.Column('area', sa.String(length=80), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('qualified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=24), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('support_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('comment_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('for_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('against_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('neutral_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('source_id', sa.String(length=64), nullable=True),
    sa.Column('source_url', sa.String(length=500), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_proposal_author_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_proposal_institution_id')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_proposal_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('process_id', 'source_id', name=op.f('uq_proposal_process_id_source_id'))
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_proposal_comment_count', ['comment_count', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_institution_id'), ['institution_id'], unique=False)
        batch_op.create_index('ix_proposal_process_id_published_at', ['process_id', 'published_at', 'id'], unique=False)
        batch_op.create_index('ix_proposal_support_count', ['support_count', 'id'], unique=False)

    op.create_table('comment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('root_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('depth', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('author_role', sa.String(length=16), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.String(length=24), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=True),
    sa.Column('source_note', sa.String(length=500), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('stance', sa.SmallInteger(), nullable=True),
    sa.Column('is_question', sa.Boolean(), nullable=False),
    sa.Column('is_orphan', sa.Boolean(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_ground', sa.String(length=24), nullable=True),
    sa.Column('strong_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('weak_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('weight', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('branch_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('source_id', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_comment_author_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_comment_institution_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['comment.id'], name=op.f('fk_comment_parent_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_comment_proposal_id')),
    sa.ForeignKeyConstraint(['root_id'], ['comment.id'], name=op.f('fk_comment_root_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment')),
    sa.UniqueConstraint('proposal_id', 'source_id', name=op.f('uq_comment_proposal_id_source_id'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_comment_branch', ['root_id', 'id'], unique=False)
        batch_op.create_index('ix_comment_discussed', ['proposal_id', 'depth', 'branch_count', 'id'], unique=False)
        batch_op.create_index('ix_comment_newest', ['proposal_id', 'depth', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index('ix_comment_weighed', ['proposal_id', 'depth', 'weight', 'id'], unique=False)

    op.create_table('poll',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('process_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('opened_by_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('question', sa.String(length=255), nullable=False),
    sa.Column('background', sa.Text(), nullable=False),
    sa.Column('type', sa.String(length=16), nullable=False),
    sa.Column('is_secret', sa.Boolean(), nullable=False),
    sa.Column('result_rule', sa.String(length=20), nullable=False),
    sa.Column('quorum', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ballot_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_poll_opened_by_id')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_poll_process_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_poll_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_poll'))
    )
    with op.batch_alter_table('poll', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_poll_process_id'), ['process_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_poll_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('proposal_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('credits', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_version_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_version')),
    sa.UniqueConstraint('proposal_id', 'number', name=op.f('uq_proposal_version_proposal_id_number'))
    )
    op.create_table('response',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('responder_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('decision', sa.String(length=24), nullable=False),
    sa.Column('headline', sa.String(length=255), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.String(length=24), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=True),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_response_institution_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_response_proposal_id')),
    sa.ForeignKeyConstraint(['responder_id'], ['person.id'], name=op.f('fk_response_responder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response')),
    sa.UniqueConstraint('proposal_id', 'version', name=op.f('uq_response_proposal_id_version'))
    )
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_response_institution_id'), ['institution_id'], unique=False)

    op.create_table('support',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_support_person_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_support_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_support')),
    sa.UniqueConstraint('person_id', 'proposal_id', name=op.f('uq_support_person_id_proposal_id'))
    )
    with op.batch_alter_table('support', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_support_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('commitment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('response_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('what', sa.String(length=255), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('fulfilled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dropped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dropped_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_commitment_institution_id')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_commitment_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitment'))
    )
    with op.batch_alter_table('commitment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_commitment_response_id'), ['response_id'], unique=False)

    op.create_table('poll_option',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('poll_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('is_pass', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_option_poll_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_poll_option'))
    )
    with op.batch_alter_table('poll_option', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_poll_option_poll_id'), ['poll_id'], unique=False)

    op.create_table('poll_roll',
    sa.Column('poll_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_poll_roll_person_id')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_roll_poll_id')),
    sa.PrimaryKeyConstraint('poll_id', 'person_id', name=op.f('pk_poll_roll')),
    sqlite_with_rowid=False
    )
    op.create_table('rating',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('comment_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('is_strong', sa.Boolean(), nullable=False),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_rating_comment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rating_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating')),
    sa.UniqueConstraint('person_id', 'comment_id', name=op.f('uq_rating_person_id_comment_id'))
    )
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rating_comment_id'), ['comment_id'], unique=False)

    op.create_table('poll_ballot',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('poll_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('option_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.ForeignKeyConstraint(['option_id'], ['poll_option.id'], name=op.f('fk_poll_ballot_option_id')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_ballot_poll_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_poll_ballot')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('poll_ballot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_poll_ballot_poll_id'), ['poll_id'], unique=False)
    guard_log()


def guard_log() -> None:
    """Refuse every change of a log row except the one that sets `seq` from NULL and nothing else."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRES:
            op.execute(statement)
    else:
        for statement in SQLITE:
            op.execute(statement)


COLUMNS = (
    "id occurred_at kind actor_id actor_role account_class institution_id process_id proposal_id "
    "subject_type subject_id parent_id stance origin cause content details form_key form_digest "
    "salt leaf"
).split()
SAME = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in COLUMNS)
SAME_PG = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in COLUMNS)

SQLITE = [
    f"""CREATE TRIGGER interaction_only_sealed BEFORE UPDATE ON interaction
    WHEN NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {SAME})
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER interaction_never_deleted BEFORE DELETE ON interaction
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER interaction_never_replaced BEFORE INSERT ON interaction
    WHEN EXISTS (SELECT 1 FROM interaction WHERE id = NEW.id)
      OR (NEW.seq IS NOT NULL AND EXISTS (SELECT 1 FROM interaction WHERE seq = NEW.seq))
      OR (NEW.form_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM interaction WHERE actor_id = NEW.actor_id AND form_key = NEW.form_key))
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER interaction_enters_unsealed BEFORE INSERT ON interaction
    WHEN NEW.seq IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a row is sealed after it is written'); END""",
]

POSTGRES = [
    f"""CREATE FUNCTION interaction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' AND NEW.seq IS NULL THEN RETURN NEW; END IF;
      IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {SAME_PG} THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'the interaction log is append-only';
    END $$""",
    """CREATE TRIGGER interaction_append_only BEFORE INSERT OR UPDATE OR DELETE ON interaction
    FOR EACH ROW EXECUTE FUNCTION interaction_guard()""",
    """CREATE TRIGGER interaction_never_emptied BEFORE TRUNCATE ON interaction
    FOR EACH STATEMENT EXECUTE FUNCTION interaction_guard()""",
]


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER interaction_append_only ON interaction")
        op.execute("DROP TRIGGER interaction_never_emptied ON interaction")
        op.execute("DROP FUNCTION interaction_guard()")
    with op.batch_alter_table('poll_ballot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_poll_ballot_poll_id'))

    op.drop_table('poll_ballot')
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rating_comment_id'))

    op.drop_table('rating')
    op.drop_table('poll_roll')
    with op.batch_alter_table('poll_option', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_poll_option_poll_id'))

    op.drop_table('poll_option')
    with op.batch_alter_table('commitment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_commitment_response_id'))

    op.drop_table('commitment')
    with op.batch_alter_table('support', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_support_proposal_id'))

    op.drop_table('support')
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_institution_id'))

    op.drop_table('response')
    op.drop_table('proposal_version')
    with op.batch_alter_table('poll', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_poll_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_poll_process_id'))

    op.drop_table('poll')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_weighed')
        batch_op.drop_index(batch_op.f('ix_comment_parent_id'))
        batch_op.drop_index('ix_comment_newest')
        batch_op.drop_index('ix_comment_discussed')
        batch_op.drop_index('ix_comment_branch')
        batch_op.drop_index(batch_op.f('ix_comment_author_id'))

    op.drop_table('comment')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_support_count')
        batch_op.drop_index('ix_proposal_process_id_published_at')
        batch_op.drop_index(batch_op.f('ix_proposal_institution_id'))
        batch_op.drop_index('ix_proposal_comment_count')
        batch_op.drop_index(batch_op.f('ix_proposal_author_id'))

    op.drop_table('proposal')
    op.drop_table('person_key')
    op.drop_table('follow')
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_person_id'))

    op.drop_table('draft')
    op.drop_table('process_institution')
    op.drop_table('phase')
    op.drop_table('person')
    op.drop_table('process')
    with op.batch_alter_table('interaction', schema=None) as batch_op:
        batch_op.drop_index('ix_interaction_proposal_id_seq')
        batch_op.drop_index('ix_interaction_process_id_seq')

    op.drop_table('interaction')
    op.drop_table('institution')
    op.drop_table('head')
