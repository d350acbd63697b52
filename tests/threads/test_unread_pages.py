"""Unread comments of a thread: counted, marked and linked; reading positions are private."""

from datetime import timedelta

import pytest

from deliberate.database import transient
from deliberate.models import ReadingPosition
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.accounts.retention import purge_expired
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client

NEW_COMMENTS = "new since your visit"


def post_by(person, proposal, parent=None):
    return comment_operations.post_comment(
        person, proposal, "Ya.", stance=Stance.FOR, parent=parent
    )


@pytest.fixture
def proposal(app, clock):
    proposal = factories.create_proposal()
    post_by(factories.create_resident(), proposal)
    return proposal


def page_url(proposal):
    return f"/en/proposals/{proposal.id}-{proposal.slug}"


def count_positions():
    with transient(write=False) as store:
        return store.query(ReadingPosition).count()


def test_unread_comments_are_counted_and_linked_at_the_second_visit(app, proposal, clock):
    reader = factories.create_resident()
    client = signed_in_client(app, reader)
    assert NEW_COMMENTS not in client.get(page_url(proposal)).text
    clock.shift(timedelta(hours=1))
    first, _second = (post_by(factories.create_resident(), proposal) for _ in range(2))
    page = client.get(page_url(proposal)).text
    assert f"2 {NEW_COMMENTS}" in page and f"?at={first.id}#c{first.id}" in page
    assert page.count('<span class="tag warning">new</span>') == 2


def test_unread_marks_stay_during_a_visit(app, proposal, clock):
    client = signed_in_client(app, factories.create_resident())
    client.get(page_url(proposal))
    clock.shift(timedelta(hours=1))
    post_by(factories.create_resident(), proposal)
    for _ in range(2):
        assert f"1 {NEW_COMMENTS}" in client.get(page_url(proposal)).text
        clock.shift(timedelta(minutes=10))
    clock.shift(timedelta(hours=1))
    assert NEW_COMMENTS not in client.get(page_url(proposal)).text


def test_unread_comments_exclude_own_and_invisible_ones(app, proposal, clock):
    reader = factories.create_resident()
    client = signed_in_client(app, reader)
    client.get(page_url(proposal))
    clock.shift(timedelta(hours=1))
    post_by(reader, proposal)
    hidden, withdrawn = (post_by(factories.create_resident(), proposal) for _ in range(2))
    moderation_operations.hide_contribution(
        factories.create_staff(role=Role.MODERATOR), hidden, ModerationRule.SPAM, "x"
    )
    comment_operations.withdraw_comment(withdrawn.author, withdrawn)
    assert NEW_COMMENTS not in client.get(page_url(proposal)).text


def test_reading_position_is_deleted_on_erasure_and_after_half_a_year(app, proposal, clock):
    anonymous_client(app).get(page_url(proposal))
    assert count_positions() == 0
    leaving, staying = factories.create_resident(), factories.create_resident()
    for person in (leaving, staying):
        signed_in_client(app, person).get(page_url(proposal))
    assert count_positions() == 2
    deletion_operations.erase_account(leaving, factories.PASSPHRASE)
    assert count_positions() == 1
    clock.shift(timedelta(days=181))
    purge_expired()
    assert count_positions() == 0
