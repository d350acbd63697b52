"""What moderation hides is in no answer of the read API, nor where else it can be read."""

import pytest

from deliberate.database import unrecorded
from deliberate.models import Comment, Proposal
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client

pytestmark = pytest.mark.sqlite


def test_id_on_another_platform_goes_with_the_text(app):
    """With it the text is found there, as with the address that is null already."""
    proposal = factories.create_proposal()
    comment = post_comment(factories.create_resident(), proposal, "Setuju.", stance=Stance.FOR)
    with unrecorded("test") as session:
        session.get_one(Proposal, proposal.id).source_id = "4711"
        session.get_one(Comment, comment.id).source_id = "4712"
    client = anonymous_client(app)
    paths = f"/api/v1/proposals/{proposal.id}", f"/api/v1/comments/{comment.id}"
    assert [client.get(path).json["source_id"] for path in paths] == ["4711", "4712"]
    moderator = factories.create_staff(role=Role.MODERATOR)
    for hidden in (proposal, comment):
        hide_contribution(moderator, hidden, ModerationRule.INSULT, "Tidak pantas.")
    assert [client.get(path).json["source_id"] for path in paths] == [None, None]
