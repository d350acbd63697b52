"""Test edit requests and escalations."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import EditRequest, Escalation, Notice
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.moderation import open_items as open_item_queries
from deliberate.queries.moderation.decisions import open_reports
from deliberate.queries.moderation.queue import open_edit_requests, reported_contributions
from deliberate.vocabulary import ModerationRule, Role, Stance
from deliberate.vocabulary.events.moderation import EditAsked, MatterPassed
from deliberate.vocabulary.events.threads import CommentEdited
from tests import factories


def create_moderator():
    return factories.create_staff(role=Role.MODERATOR)


@pytest.fixture
def comment(app, clock):
    """Create an argument posted an hour ago."""
    written = comment_operations.post_comment(
        factories.create_resident(),
        factories.create_proposal(),
        "Telepon Pak Budi: 0812.",
        stance=Stance.FOR,
    )
    clock.shift(timedelta(hours=1))
    return written


def report(contribution):
    moderation_operations.report_contribution(
        factories.create_resident(), contribution, ModerationRule.PERSONAL
    )


def request_edit(contribution, moderator=None):
    moderation_operations.request_edit(
        moderator or create_moderator(), contribution, ModerationRule.PERSONAL, "Tanpa nomor."
    )


def notice_kinds():
    kinds = select(Notice.kind).where(Notice.kind.like("moderation.%")).order_by(Notice.id)
    return list(db.session.scalars(kinds))


def test_edit_request_logs_the_rule_notifies_the_author_and_hides_nothing(comment, log):
    report(comment)
    moderator = create_moderator()
    log()
    request_edit(comment, moderator)
    (entry,) = log()
    assert (entry.kind, entry.details) == (EditAsked.KIND, {"ground": "personal"})
    assert comment.is_visible_to(None) and notice_kinds() == ["moderation.asked"]
    assert len(open_reports(comment)) == 1


def test_edit_request_shows_both_texts_to_the_moderator(comment, log):
    with pytest.raises(Refused):
        comment_operations.edit_comment(comment.author, comment, "Hubungi kantor desa.")
    request_edit(comment)
    log()
    comment_operations.edit_comment(comment.author, comment, "Hubungi kantor desa.")
    (entry,) = log()
    assert entry.kind == CommentEdited.KIND and comment.body == "Hubungi kantor desa."
    ((request, contribution),) = open_edit_requests()
    assert contribution.id == comment.id and request.edited_at is not None
    assert request.original_text == "Telepon Pak Budi: 0812."


def test_keeping_closes_the_edit_request_and_clears_the_original_text(comment):
    request_edit(comment)
    comment_operations.edit_comment(comment.author, comment, "Hubungi kantor desa.")
    moderation_operations.keep_contribution(create_moderator(), comment)
    assert open_edit_requests() == [] and notice_kinds() == [
        "moderation.asked",
        "moderation.kept",
    ]
    assert db.session.scalars(select(EditRequest.original_text)).all() == [""]
    with pytest.raises(Refused):
        comment_operations.edit_comment(comment.author, comment, "Lagi.")


def test_text_not_edited_in_time_can_still_be_hidden(comment, clock):
    request_edit(comment)
    clock.shift(timedelta(days=2))
    with pytest.raises(Refused):
        comment_operations.edit_comment(comment.author, comment, "Terlambat.")
    moderation_operations.hide_contribution(
        create_moderator(), comment, ModerationRule.PERSONAL, "Nomor orang lain."
    )
    assert not comment.is_visible_to(None) and open_edit_requests() == []


def test_edit_request_allows_editing_a_held_text_without_extending_the_hold(app, clock):
    author = factories.create_resident()
    held = comment_operations.post_comment(
        author, factories.create_proposal(), "Beli di https://contoh.example", stance=Stance.FOR
    )
    until = held.held_until
    clock.shift(timedelta(minutes=1))
    with pytest.raises(Refused):
        comment_operations.edit_comment(author, held, "Tanpa tautan.")
    request_edit(held)
    comment_operations.edit_comment(author, held, "Tanpa tautan.")
    assert held.held_until == until and held.is_held
    clock.shift(until - held.posted_at)
    factories.reload(held)
    assert held.is_visible_to(None)


def test_edit_request_is_for_moderators_once_and_not_on_answered_proposals(comment, log):
    moderator = create_moderator()
    own = comment_operations.post_comment(moderator, comment.proposal, "Saya.", stance=Stance.FOR)
    request_edit(comment)
    cases = [
        (factories.create_resident(), own),
        (factories.create_staff(), own),
        (moderator, own),
        (moderator, comment),
    ]
    log()
    for person, contribution in cases:
        with pytest.raises(Refused):
            request_edit(contribution, person)
    assert log() == []


def test_requested_edit_hides_earlier_versions_of_a_proposal(app, clock):
    proposal = factories.create_proposal()
    author = proposal.author
    proposal_operations.revise_proposal(author, proposal, proposal.title, "Telepon 0812. " * 3, "")
    request_edit(proposal)
    proposal_operations.revise_proposal(
        author, proposal, proposal.title, "Hubungi kantor desa. " * 3, ""
    )
    grounds = [version.hidden_ground for version in proposal.versions]
    assert grounds == ["personal", "personal", None]


def test_unrequested_edit_keeps_all_versions_comparable(app):
    proposal = factories.create_proposal()
    proposal_operations.revise_proposal(
        proposal.author, proposal, proposal.title, "Lebih jelas. " * 9, ""
    )
    assert [version.hidden_ground for version in proposal.versions] == [None, None]


def test_withdrawn_or_erased_text_has_no_open_items(comment):
    other = comment_operations.post_comment(
        comment.author, comment.proposal, "Dua.", stance=Stance.FOR
    )
    for contribution in (comment, other):
        report(contribution)
        request_edit(contribution)
    comment_operations.withdraw_comment(comment.author, comment)
    assert [contribution.id for _request, contribution in open_edit_requests()] == [other.id]
    assert [row.contribution.id for row in reported_contributions()] == [other.id]
    deletion_operations.erase_account(other.author, factories.PASSPHRASE)
    assert open_edit_requests() == [] and reported_contributions() == []
    assert set(db.session.scalars(select(EditRequest.original_text))) == {""}


def test_escalated_text_is_decided_by_another_moderator(comment, log):
    first, second = create_moderator(), create_moderator()
    report(comment)
    log()
    moderation_operations.escalate(first, comment, "Saya kenal orangnya.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (MatterPassed.KIND, comment.id)
    with pytest.raises(Refused):
        moderation_operations.hide_contribution(first, comment, ModerationRule.PERSONAL, "x")
    with pytest.raises(Refused):
        moderation_operations.keep_contribution(first, comment)
    with pytest.raises(Refused):
        moderation_operations.escalate(second, comment, "Kembali.")
    moderation_operations.keep_contribution(second, comment)
    assert open_item_queries.get_open_escalation(comment) is None
    assert db.session.scalar(select(Escalation.resolved_at)) is not None


def test_escalation_needs_an_open_item_and_a_second_moderator(comment, log):
    moderator = create_moderator()
    log()
    with pytest.raises(Refused, match="Tidak ada yang melaporkan"):
        moderation_operations.escalate(moderator, comment, "x")
    report(comment)
    with pytest.raises(Refused, match="Tidak ada moderator kedua"):
        moderation_operations.escalate(moderator, comment, "x")
    assert MatterPassed.KIND not in {entry.kind for entry in log()}


def test_reports_can_hold_a_text_with_an_edit_request(comment, clock):
    request_edit(comment)
    known = [factories.create_resident() for _ in range(5)]
    for person in known:
        comment_operations.post_comment(person, comment.proposal, "Ada.", stance=Stance.FOR)
    clock.shift(timedelta(days=15))
    for number, person in enumerate(known):
        moderation_operations.report_contribution(
            person,
            comment,
            ModerationRule.PERSONAL,
            context=factories.request_from(f"198.51.100.{number}"),
        )
    assert comment.is_held
