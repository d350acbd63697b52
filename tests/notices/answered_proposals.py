"""A proposal whose followers have been notified of its response."""

from deliberate.models import Person, Proposal
from deliberate.notifications.fanout import fan_out
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import ResponseDecision
from tests import factories


def answer_followed_proposal(*followers: Person) -> Proposal:
    """Return a proposal that these people follow, after an institution responded."""
    institution = factories.create_institution()
    proposal = factories.create_proposal(factories.create_process(institution))
    for follower in followers:
        follow_subject(follower, proposal)
    staff = factories.create_staff(institution)
    publish_response(staff, proposal, ResponseDecision.ACCEPTED, "Ya", "Teks")
    fan_out()
    return proposal
