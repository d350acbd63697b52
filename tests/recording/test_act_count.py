"""The count of acts by proposal: the key of what is cached of a proposal's page."""

from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import ActCount, Comment, Interaction, Person
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.proposals.proposal_page import get_proposal_page
from deliberate.recording import recorded
from deliberate.vocabulary import Stance
from deliberate.vocabulary.events.threads import CommentRated
from tests import factories


def counts(proposal_id):
    db.session.rollback()
    counted = db.session.scalar(select(ActCount.acts).where(ActCount.proposal_id == proposal_id))
    query = select(func.count(Interaction.id)).where(Interaction.proposal_id == proposal_id)
    return counted, db.session.scalar(query)


def test_every_act_on_a_proposal_counts_once(app):
    proposal = factories.create_proposal()
    counted, rows = counts(proposal.id)
    assert counted == rows > 0
    post_comment(factories.create_resident(), proposal, "Halte", stance=Stance.FOR)
    assert counts(proposal.id) == (counted + 1, rows + 1)


@pytest.mark.postgresql
def test_page_changes_when_an_act_with_a_lower_id_commits_later(app):
    """The newest id stays the same then; who cached the page under it would never see the act."""
    proposal = factories.create_proposal()
    comment = post_comment(factories.create_resident(), proposal, "Halte", stance=Stance.FOR)
    proposal_id, comment_id = proposal.id, comment.id
    early, late = factories.create_resident(), factories.create_resident()
    early_id, late_id = early.id, late.id
    db.session.rollback()
    has_id, may_commit = Event(), Event()

    def act_slowly():
        with app.app_context():
            try:
                rate(early_id, comment_id, has_id.set, may_commit.wait)
            finally:
                db.session.remove()

    thread = Thread(target=act_slowly)
    thread.start()
    assert has_id.wait(30)
    rate(late_id, comment_id)
    before = get_proposal_page(proposal_id, None).fingerprint
    newest = select(func.max(Interaction.id)).where(Interaction.proposal_id == proposal_id)
    newest_before = db.session.scalar(newest)
    db.session.rollback()
    may_commit.set()
    thread.join()
    assert db.session.scalar(newest) == newest_before
    assert get_proposal_page(proposal_id, None).fingerprint != before


def rate(person_id, comment_id, after_id=lambda: None, before_commit=lambda _seconds: None):
    """Record an act on a comment; its id is made before `after_id` and committed at the end."""
    person = db.session.get(Person, person_id)
    with recorded(person, CommentRated) as act:
        after_id()
        before_commit(30)
        act.about(act.session.get(Comment, comment_id), strong=True)
