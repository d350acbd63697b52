"""Answers in the making and the words an office keeps for them."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person, Proposal, ResponseDraft, ResponseTemplate
from deliberate.queries.responses.response_owner import must_sign_ids


def draft_of(proposal_id: int, institution_id: int | None) -> ResponseDraft | None:
    """The answer in the making of an institution on a proposal."""
    return db.session.scalar(
        select(ResponseDraft).where(
            ResponseDraft.proposal_id == proposal_id,
            ResponseDraft.institution_id == institution_id,
        )
    )


def draft_to_sign(proposal_id: int, draft_id: int) -> ResponseDraft | None:
    """An answer in the making on a proposal that asks to be checked or signed."""
    draft = db.session.get(ResponseDraft, draft_id)
    asks = draft is not None and draft.proposal_id == proposal_id and draft.check_asked_at
    return draft if asks else None


def drafts_to_sign(proposal: Proposal, person: Person) -> Sequence[ResponseDraft]:
    """Answers in the making that ask the person's institution to sign."""
    if person.institution_id not in must_sign_ids(proposal.process):
        return []
    return db.session.scalars(
        select(ResponseDraft).where(
            ResponseDraft.proposal_id == proposal.id,
            ResponseDraft.institution_id != person.institution_id,
            ResponseDraft.check_asked_at.is_not(None),
        )
    ).all()


def templates_of(institution_id: int | None) -> Sequence[ResponseTemplate]:
    """The templates of an institution, by name."""
    return db.session.scalars(
        select(ResponseTemplate)
        .where(ResponseTemplate.institution_id == institution_id)
        .order_by(ResponseTemplate.name)
    ).all()


def template_numbered(template_id: int) -> ResponseTemplate | None:
    """One template."""
    return db.session.get(ResponseTemplate, template_id)
