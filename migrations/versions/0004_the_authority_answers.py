"""The authority answers."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    """Go forward."""
    op.create_table('response_template',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_response_template_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response_template')),
    sa.UniqueConstraint('institution_id', 'name', name=op.f('uq_response_template_institution_id_name'))
    )
    op.create_table('muted_notice',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('topic', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_muted_notice_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'topic', name=op.f('pk_muted_notice'))
    )
    op.create_table('desk_case',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('assignee_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('referral_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('referral_count', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pause_question', sa.Text(), nullable=False),
    sa.Column('pause_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignee_id'], ['person.id'], name=op.f('fk_desk_case_assignee_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_desk_case_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_case')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_desk_case_proposal_id'))
    )
    with op.batch_alter_table('desk_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_case_assignee_id'), ['assignee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_desk_case_referral_count'), ['referral_count'], unique=False)
        batch_op.create_index(batch_op.f('ix_desk_case_referral_id'), ['referral_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('act', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('told', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reached_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_notice_institution_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_notice_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('act', name=op.f('uq_notice_act'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_done_at'), ['done_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('referral',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('from_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('to_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('external_system', sa.String(length=40), nullable=False),
    sa.Column('external_reference', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('referred_by_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('referred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accept_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('declined_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['from_id'], ['institution.id'], name=op.f('fk_referral_from_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_referral_proposal_id')),
    sa.ForeignKeyConstraint(['referred_by_id'], ['person.id'], name=op.f('fk_referral_referred_by_id')),
    sa.ForeignKeyConstraint(['to_id'], ['institution.id'], name=op.f('fk_referral_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral'))
    )
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_proposal_id'), ['proposal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_referral_to_id'), ['to_id'], unique=False)

    op.create_table('response_draft',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('written', sa.Text(), nullable=False),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('check_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('checked_revision', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('check_note', sa.Text(), nullable=False),
    sa.Column('publish_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_response_draft_author_id')),
    sa.ForeignKeyConstraint(['checked_by_id'], ['person.id'], name=op.f('fk_response_draft_checked_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_response_draft_institution_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_response_draft_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response_draft')),
    sa.UniqueConstraint('proposal_id', 'institution_id', name=op.f('uq_response_draft_proposal_id_institution_id'))
    )
    with op.batch_alter_table('response_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_response_draft_institution_id'), ['institution_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_response_draft_publish_at'), ['publish_at'], unique=False)

    op.create_table('case_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_case_note_author_id')),
    sa.ForeignKeyConstraint(['case_id'], ['desk_case.id'], name=op.f('fk_case_note_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_note'))
    )
    with op.batch_alter_table('case_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_note_case_id'), ['case_id'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('notice_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('act', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('why', sa.String(length=16), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=255), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_delivery_notice_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_delivery_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('act', 'person_id', 'channel', name=op.f('uq_delivery_act_person_id_channel'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_inbox', ['person_id', 'channel', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_notice_id'), ['notice_id'], unique=False)
        batch_op.create_index('ix_delivery_to_send', ['channel', 'sent_at', 'person_id', 'id'], unique=False)

    op.create_table('judgement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('response_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('question', sa.String(length=8), nullable=False),
    sa.Column('answer', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_judgement_person_id')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_judgement_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_judgement')),
    sa.UniqueConstraint('response_id', 'question', 'person_id', name=op.f('uq_judgement_response_id_question_person_id'))
    )
    op.create_table('response_answer',
    sa.Column('response_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('comment_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('point', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_response_answer_comment_id')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_response_answer_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'comment_id', name=op.f('pk_response_answer'))
    )
    with op.batch_alter_table('response_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_response_answer_comment_id'), ['comment_id'], unique=False)

    op.create_table('settled_question',
    sa.Column('comment_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_settled_question_comment_id')),
    sa.PrimaryKeyConstraint('comment_id', name=op.f('pk_settled_question'))
    )
    op.create_table('signature',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('draft_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('institution_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['response_draft.id'], name=op.f('fk_signature_draft_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_signature_institution_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signature_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('draft_id', 'institution_id', name=op.f('uq_signature_draft_id_institution_id'))
    )
    op.create_table('commitment_step',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('commitment_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('evidence', sa.String(length=500), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['commitment_id'], ['commitment.id'], name=op.f('fk_commitment_step_commitment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_commitment_step_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitment_step'))
    )
    with op.batch_alter_table('commitment_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_commitment_step_commitment_id'), ['commitment_id'], unique=False)

    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index('ix_comment_people', ['proposal_id', 'author_id'], unique=False)

    with op.batch_alter_table('commitment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_commitment_due_on'), ['due_on'], unique=False)

    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.create_index('ix_follow_people', ['subject_type', 'subject_id', 'person_id'], unique=False)

    with op.batch_alter_table('institution', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needs_check', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('process', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar', sa.String(length=8), nullable=False, server_default='ID'))

    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_qualified_at', ['qualified_at', 'id'], unique=False)
        batch_op.create_index('ix_proposal_owed', ['answered_at', 'due_at', 'id'], unique=False)

    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('points', sa.Text(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('signatories', sa.Text(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('study_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('outside_body', sa.String(length=160), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('note', sa.String(length=255), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('answers_yes', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('answers_partly', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('answers_no', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('built_yes', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('built_partly', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('built_no', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default='0'))
        batch_op.create_index(batch_op.f('ix_response_published_at'), ['published_at'], unique=False)

    with op.batch_alter_table('support', schema=None) as batch_op:
        batch_op.create_index('ix_support_people', ['proposal_id', 'person_id'], unique=False)



def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table('support', schema=None) as batch_op:
        batch_op.drop_index('ix_support_people')

    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_published_at'))
        batch_op.drop_column('built_no')
        batch_op.drop_column('built_partly')
        batch_op.drop_column('built_yes')
        batch_op.drop_column('answers_no')
        batch_op.drop_column('answers_partly')
        batch_op.drop_column('answers_yes')
        batch_op.drop_column('note')
        batch_op.drop_column('outside_body')
        batch_op.drop_column('study_until')
        batch_op.drop_column('signatories')
        batch_op.drop_column('points')

    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_owed')
        batch_op.drop_index('ix_proposal_qualified_at')

    with op.batch_alter_table('process', schema=None) as batch_op:
        batch_op.drop_column('calendar')

    with op.batch_alter_table('institution', schema=None) as batch_op:
        batch_op.drop_column('needs_check')

    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.drop_index('ix_follow_people')

    with op.batch_alter_table('commitment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_commitment_due_on'))

    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_people')

    with op.batch_alter_table('commitment_step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_commitment_step_commitment_id'))

    op.drop_table('commitment_step')
    op.drop_table('signature')
    op.drop_table('settled_question')
    with op.batch_alter_table('response_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_answer_comment_id'))

    op.drop_table('response_answer')
    op.drop_table('judgement')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_to_send')
        batch_op.drop_index(batch_op.f('ix_delivery_notice_id'))
        batch_op.drop_index('ix_delivery_inbox')

    op.drop_table('delivery')
    with op.batch_alter_table('case_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_note_case_id'))

    op.drop_table('case_note')
    with op.batch_alter_table('response_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_draft_publish_at'))
        batch_op.drop_index(batch_op.f('ix_response_draft_institution_id'))

    op.drop_table('response_draft')
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referral_to_id'))
        batch_op.drop_index(batch_op.f('ix_referral_proposal_id'))

    op.drop_table('referral')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_notice_done_at'))

    op.drop_table('notice')
    with op.batch_alter_table('desk_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_case_referral_id'))
        batch_op.drop_index(batch_op.f('ix_desk_case_referral_count'))
        batch_op.drop_index(batch_op.f('ix_desk_case_assignee_id'))

    op.drop_table('desk_case')
    op.drop_table('muted_notice')
    op.drop_table('response_template')
