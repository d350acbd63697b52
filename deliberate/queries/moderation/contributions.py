"""The texts that moderation decides on: comments and proposals, loaded by type and id."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Comment, Proposal
from deliberate.models.moderation.visibility import ANYONE

Contribution = Comment | Proposal
CONTRIBUTION_MODELS: dict[str, type[Comment] | type[Proposal]] = {
    "comment": Comment,
    "proposal": Proposal,
}
ContributionKey = tuple[str, int]
"""Subject type and id of a contribution, as reports and decisions refer to it."""


def get_contribution(subject_type: str, subject_id: int) -> Contribution | None:
    """Return a comment or a proposal, or None if there is none with this id."""
    if subject_type == "comment":
        return db.session.get(Comment, subject_id)
    return db.session.get(Proposal, subject_id)


def is_text_shown(contribution: Contribution) -> bool:
    """Return whether the public can read the text of a contribution."""
    if isinstance(contribution, Proposal):
        return contribution.is_text_visible_to(ANYONE)
    return contribution.is_visible_to(ANYONE)


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
