"""Queries on response drafts and response templates."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import contains_eager

from deliberate.database import db
from deliberate.models import (
    ProcessInstitution,
    Proposal,
    ResponseDraft,
    ResponseTemplate,
    Signature,
)

MAX_DRAFTS = 50


def get_response_draft(proposal_id: int, institution_id: int | None) -> ResponseDraft | None:
    """Return the draft of an institution on a proposal."""
    return db.session.scalar(
        select(ResponseDraft).where(
            ResponseDraft.proposal_id == proposal_id,
            ResponseDraft.institution_id == institution_id,
        )
    )


def get_draft_to_sign(proposal_id: int, draft_id: int) -> ResponseDraft | None:
    """Return a draft on a proposal whose current revision was submitted for signature."""
    draft = db.session.get(ResponseDraft, draft_id)
    if draft is None or draft.proposal_id != proposal_id:
        return None
    return draft if draft.signature_revision == draft.revision else None


def list_drafts_to_sign(
    institution_id: int | None, proposal_id: int | None = None
) -> Sequence[ResponseDraft]:
    """Return the drafts that an institution is asked to sign and has not signed, oldest first."""
    has_signed = exists().where(
        Signature.draft_id == ResponseDraft.id,
        Signature.institution_id == institution_id,
        Signature.revision == ResponseDraft.revision,
    )
    statement = (
        select(ResponseDraft)
        .join(ResponseDraft.proposal)
        .join(ProcessInstitution, ProcessInstitution.process_id == Proposal.process_id)
        .where(
            ProcessInstitution.institution_id == institution_id,
            ProcessInstitution.part == "must_sign",
            ResponseDraft.institution_id != institution_id,
            ResponseDraft.signature_revision == ResponseDraft.revision,
            Proposal.active(),
            ~has_signed,
        )
        .options(contains_eager(ResponseDraft.proposal))
        .order_by(ResponseDraft.saved_at, ResponseDraft.id)
        .limit(MAX_DRAFTS)
    )
    if proposal_id is not None:
        statement = statement.where(ResponseDraft.proposal_id == proposal_id)
    return db.session.scalars(statement).all()


def list_response_templates(institution_id: int | None) -> Sequence[ResponseTemplate]:
    """Return the response templates of an institution, ordered by name."""
    return db.session.scalars(
        select(ResponseTemplate)
        .where(ResponseTemplate.institution_id == institution_id)
        .order_by(ResponseTemplate.name)
    ).all()


def get_response_template(template_id: int) -> ResponseTemplate | None:
    """Return a response template by its id."""
    return db.session.get(ResponseTemplate, template_id)
