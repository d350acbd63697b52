"""Queries on response drafts and response templates."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person, Proposal, ResponseDraft, ResponseTemplate
from deliberate.queries.responses.response_owner import required_signatory_ids


def get_response_draft(proposal_id: int, institution_id: int | None) -> ResponseDraft | None:
    """Return the draft of an institution on a proposal."""
    return db.session.scalar(
        select(ResponseDraft).where(
            ResponseDraft.proposal_id == proposal_id,
            ResponseDraft.institution_id == institution_id,
        )
    )


def get_draft_to_check(proposal_id: int, draft_id: int) -> ResponseDraft | None:
    """Return a draft on a proposal for which a check or a signature was requested."""
    draft = db.session.get(ResponseDraft, draft_id)
    if draft is None or draft.proposal_id != proposal_id or draft.check_requested_at is None:
        return None
    return draft


def list_drafts_to_sign(proposal: Proposal, person: Person) -> Sequence[ResponseDraft]:
    """Return the drafts on a proposal that the person's institution is asked to sign."""
    if person.institution_id not in required_signatory_ids(proposal.process):
        return []
    return db.session.scalars(
        select(ResponseDraft).where(
            ResponseDraft.proposal_id == proposal.id,
            ResponseDraft.institution_id != person.institution_id,
            ResponseDraft.check_requested_at.is_not(None),
        )
    ).all()


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
