"""The texts that moderation decides on, loaded by type and id.

These are comments, proposals, and contributions to draft texts.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Comment, Document, Proposal, UnitContribution
from deliberate.models.moderation.visibility import ANYONE

Contribution = Comment | Proposal | UnitContribution
ContributionModel = type[Comment] | type[Proposal] | type[UnitContribution]
CONTRIBUTION_MODELS: dict[str, ContributionModel] = {
    "comment": Comment,
    "proposal": Proposal,
    "unit_contribution": UnitContribution,
}
ContributionKey = tuple[str, int]
"""Subject type and id of a contribution, as reports and decisions refer to it."""


def get_contribution(subject_type: str, subject_id: int) -> Contribution | None:
    """Return the contribution of a type with an id, or None if there is none."""
    key = (subject_type, subject_id)
    return load_contributions([key]).get(key)


def is_text_shown(contribution: Contribution) -> bool:
    """Return whether the public can read the text of a contribution."""
    if isinstance(contribution, Proposal):
        return contribution.is_text_visible_to(ANYONE)
    return contribution.is_visible_to(ANYONE)


def proposal_of(contribution: Contribution) -> Proposal | None:
    """Return the proposal that a text is or is written on, None for one on a draft text."""
    if isinstance(contribution, Comment):
        return contribution.proposal
    return contribution if isinstance(contribution, Proposal) else None


def document_of(contribution: Contribution) -> Document | None:
    """Return the draft text that a contribution is written on, None for other texts."""
    return contribution.document if isinstance(contribution, UnitContribution) else None


def load_contributions(keys: Iterable[ContributionKey]) -> Mapping[ContributionKey, Contribution]:
    """Return contributions by their keys, with one query for each type."""
    wanted = set(keys)
    contributions: dict[ContributionKey, Contribution] = {}
    for subject_type, model in CONTRIBUTION_MODELS.items():
        ids = [subject_id for of_type, subject_id in wanted if of_type == subject_type]
        if ids:
            rows: Iterable[Contribution] = db.session.scalars(
                select(model).where(model.id.in_(ids))
            )
            contributions |= {(subject_type, row.id): row for row in rows}
    return contributions
