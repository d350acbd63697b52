"""Load the text that a URL of moderation names."""

from typing import TYPE_CHECKING

from flask import abort

from deliberate.queries.moderation.contributions import get_contribution

if TYPE_CHECKING:
    from deliberate.queries.moderation.contributions import Contribution


def contribution_or_404(subject_type: str, subject_id: int) -> "Contribution":
    """Return a contribution; respond with 404 if there is none with this id."""
    contribution = get_contribution(subject_type, subject_id)
    if contribution is None:
        abort(404)
    return contribution
