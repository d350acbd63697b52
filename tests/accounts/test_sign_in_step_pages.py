"""How often a page asks the database, in every case: five times, and once more for who asks."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.operations.proposals import attachments as attachment_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.responses import referrals as referral_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import ResponseDecision, Role, Stance
from tests import factories
from tests.client import signed_in, visitor
from tests.statement_counter import statements

LISTS = ("proposals", "polls", "processes", "search?q=bangku", "search?q=ya&kind=comments")


def talked_about(proposal, _officer):
    for stance in (Stance.FOR, Stance.AGAINST):
        argument = comment_operations.post_comment(
            factories.resident(), proposal, "Ya.", stance=stance
        )
        comment_operations.post_comment(factories.resident(), proposal, "Tidak.", parent=argument)


def with_files(proposal, _officer):
    for title in ("Halte", "Jalan"):
        attachment_operations.add_attachment(proposal.author, proposal, title, b"a,b\n1,2\n3,4\n")


def with_polls(proposal, _officer):
    factories.a_poll(proposal.process, proposal=proposal)
    factories.closed_now(factories.a_poll(proposal.process, proposal=proposal))


def merged(proposal, officer):
    for _ in range(2):
        merge_proposals(officer, factories.a_proposal(proposal.process), proposal)


def handed_over(proposal, officer):
    for _ in range(2):
        proposal_operations.support_proposal(factories.resident(), proposal)
    referral_operations.refer_proposal(
        officer, proposal, factories.an_institution(), "Jalan kabupaten."
    )


def answered(proposal, officer):
    until = (now() + timedelta(days=30)).date()
    for _version in range(2):
        response_operations.publish_response(
            officer,
            proposal,
            ResponseDecision.ACCEPTED,
            "Kami bangun",
            "Segera.",
            commitments=[("Bangku", officer.institution, until)] * 2,
        )


EACH = (talked_about, with_files, with_polls, merged, handed_over, answered)


def asked_by(client, address):
    client.get(address)
    with statements() as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def everything(proposal, officer):
    for case in (talked_about, with_files, with_polls, merged, answered):
        case(proposal, officer)


@pytest.fixture
def house(app):
    """A proposal, and an officer of the institution that is asked."""
    office = factories.an_institution()
    return factories.a_proposal(factories.a_process(office)), factories.staff(office)


@pytest.mark.parametrize("case", [*EACH, everything])
def test_a_proposal_page_asks_five_times_at_most(app, house, case):
    proposal, officer = house
    case(proposal, officer)
    page = f"/en/proposals/{proposal.id}-{proposal.slug}"
    assert asked_by(visitor(app), page) <= 5
    for reader in (
        factories.resident(),
        proposal.author,
        officer,
        factories.staff(role=Role.MODERATOR),
    ):
        assert asked_by(signed_in(app, reader), page) <= 6


@pytest.mark.parametrize("address", LISTS)
def test_a_list_asks_four_times_at_most(app, house, address):
    everything(*house)
    assert asked_by(visitor(app), f"/en/{address}") <= 4
