"""What is new in a thread since one's last visit: counted, marked, found; told to nobody else."""

from datetime import timedelta

import pytest

from deliberate.database import transient
from deliberate.models import ReadingPosition
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.accounts.retention import purge_expired
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, Rule, Stance
from tests import factories
from tests.client import signed_in, visitor

SAID = "new since your visit"


def said_by(person, proposal, parent=None):
    return comment_operations.post_comment(
        person, proposal, "Ya.", stance=Stance.FOR, parent=parent
    )


@pytest.fixture
def proposal(app, clock):
    written = factories.a_proposal()
    said_by(factories.resident(), written)
    return written


def page_of(proposal):
    return f"/en/proposals/{proposal.id}-{proposal.slug}"


def places():
    with transient(write=False) as store:
        return store.query(ReadingPosition).count()


def test_a_first_visit_has_nothing_new_and_a_second_one_counts_and_leads_there(
    app, proposal, clock
):
    reader = factories.resident()
    client = signed_in(app, reader)
    assert SAID not in client.get(page_of(proposal)).text
    clock.shift(timedelta(hours=1))
    first, _second = (said_by(factories.resident(), proposal) for _ in range(2))
    page = client.get(page_of(proposal)).text
    assert f"2 {SAID}" in page and f"?at={first.id}#c{first.id}" in page
    assert page.count('<span class="tag warn">new</span>') == 2


def test_the_marks_stay_during_a_visit_and_are_gone_at_the_next(app, proposal, clock):
    client = signed_in(app, factories.resident())
    client.get(page_of(proposal))
    clock.shift(timedelta(hours=1))
    said_by(factories.resident(), proposal)
    for _ in range(2):
        assert f"1 {SAID}" in client.get(page_of(proposal)).text
        clock.shift(timedelta(minutes=10))
    clock.shift(timedelta(hours=1))
    assert SAID not in client.get(page_of(proposal)).text


def test_ones_own_words_and_tombstones_are_not_new(app, proposal, clock):
    reader = factories.resident()
    client = signed_in(app, reader)
    client.get(page_of(proposal))
    clock.shift(timedelta(hours=1))
    said_by(reader, proposal)
    hidden, gone = (said_by(factories.resident(), proposal) for _ in range(2))
    moderation_operations.hide_contribution(
        factories.staff(role=Role.MODERATOR), hidden, Rule.SPAM, "x"
    )
    comment_operations.withdraw_comment(gone.author, gone)
    assert SAID not in client.get(page_of(proposal)).text


def test_nothing_is_kept_of_a_visitor_and_nothing_after_erasure_or_half_a_year(
    app, proposal, clock
):
    visitor(app).get(page_of(proposal))
    assert places() == 0
    leaving, staying = factories.resident(), factories.resident()
    for person in (leaving, staying):
        signed_in(app, person).get(page_of(proposal))
    assert places() == 2
    deletion_operations.erase_account(leaving, factories.PASSPHRASE)
    assert places() == 1
    clock.shift(timedelta(days=181))
    purge_expired()
    assert places() == 0
