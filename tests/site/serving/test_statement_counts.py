"""Limits on the database statements of a page: five, and one more for a signed-in person."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.operations.proposals.attachments import add_attachment
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import ResponseDecision, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.statement_counter import record_queries

LISTS = ("proposals", "polls", "processes", "search?q=bangku", "search?q=ya&kind=comments")


def talked_about(proposal, _officer):
    for stance in (Stance.FOR, Stance.AGAINST):
        argument = post_comment(factories.create_resident(), proposal, "Ya.", stance=stance)
        post_comment(factories.create_resident(), proposal, "Tidak.", parent=argument)


def with_files(proposal, _officer):
    for title in ("Halte", "Jalan"):
        add_attachment(proposal.author, proposal, title, b"a,b\n1,2\n3,4\n")


def with_polls(proposal, _officer):
    factories.create_poll(proposal.process, proposal=proposal)
    factories.close_poll(factories.create_poll(proposal.process, proposal=proposal))


def merged(proposal, officer):
    for _ in range(2):
        merge_proposals(officer, factories.create_proposal(proposal.process), proposal)


def handed_over(proposal, officer):
    for _ in range(2):
        support_proposal(factories.create_resident(), proposal)
    refer_proposal(officer, proposal, factories.create_institution(), "Jalan kabupaten.")


def answered(proposal, officer):
    until = (now() + timedelta(days=30)).date()
    for _version in range(2):
        publish_response(
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
    with record_queries() as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def everything(proposal, officer):
    for case in (talked_about, with_files, with_polls, merged, answered):
        case(proposal, officer)


@pytest.fixture
def proposal_and_officer(app):
    """A proposal, and an officer of the responsible institution."""
    office = factories.create_institution()
    return factories.create_proposal(factories.create_process(office)), factories.create_staff(
        office
    )


@pytest.mark.parametrize("case", [*EACH, everything])
def test_proposal_page_runs_at_most_five_statements(app, proposal_and_officer, case):
    proposal, officer = proposal_and_officer
    case(proposal, officer)
    page = f"/en/proposals/{proposal.id}-{proposal.slug}"
    assert asked_by(anonymous_client(app), page) <= 5
    for reader in (
        factories.create_resident(),
        proposal.author,
        officer,
        factories.create_staff(role=Role.MODERATOR),
    ):
        counted_unread = 1  # in the header of every page
        assert asked_by(signed_in_client(app, reader), page) <= 6 + counted_unread


@pytest.mark.parametrize("address", LISTS)
def test_list_page_runs_at_most_five_statements(app, proposal_and_officer, address):
    everything(*proposal_and_officer)
    assert asked_by(anonymous_client(app), f"/en/{address}") <= 5
