"""Limits on the database statements of a page: five, and one more for a signed-in person."""

import pytest

from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.site.serving.proposal_cases import EACH, everything
from tests.statement_counter import record_queries

LISTS = ("proposals", "polls", "processes", "search?q=bangku", "search?q=ya&kind=comments")


def asked_by(client, address):
    client.get(address)
    with record_queries() as asked:
        assert client.get(address).status_code == 200
    return len(asked)


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
    counted_unread = 1  # in the header of every page
    for reader, asked_what_is_theirs in (
        (factories.create_resident(), 1),
        (proposal.author, 1),
        (officer, 0),
        (factories.create_staff(role=Role.MODERATOR), 0),
    ):
        limit = 6 + counted_unread + asked_what_is_theirs
        assert asked_by(signed_in_client(app, reader), page) <= limit


@pytest.mark.parametrize("address", LISTS)
def test_list_page_runs_at_most_five_statements(app, proposal_and_officer, address):
    everything(*proposal_and_officer)
    assert asked_by(anonymous_client(app), f"/en/{address}") <= 5
