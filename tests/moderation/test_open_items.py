"""Asking an author for other words, and passing a text on: who may, what follows, what stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import EditRequest, Escalation, Notice
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.moderation import moderation as moderation_queries
from deliberate.queries.moderation import open_items as open_item_queries
from deliberate.vocabulary import Kind, Role, Rule, Stance
from tests import factories


def a_moderator():
    return factories.staff(role=Role.MODERATOR)


@pytest.fixture
def comment(app, clock):
    """An argument posted an hour ago."""
    written = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), "Telepon Pak Budi: 0812.", stance=Stance.FOR
    )
    clock.shift(timedelta(hours=1))
    return written


def report(thing):
    moderation_operations.report_contribution(factories.resident(), thing, Rule.PERSONAL)


def ask(thing, moderator=None):
    moderation_operations.ask_for_edit(
        moderator or a_moderator(), thing, Rule.PERSONAL, "Tanpa nomor."
    )


def told():
    return list(db.session.scalars(select(Notice.kind).where(Notice.kind.like("moderation.%"))))


def test_asking_names_a_rule_tells_the_author_and_hides_nothing(comment, log):
    report(comment)
    moderator = a_moderator()
    log()
    ask(comment, moderator)
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.EDIT_ASKED, {"ground": "personal"})
    assert comment.stands and told() == ["moderation.asked"]
    assert len(moderation_queries.open_reports(comment)) == 1


def test_whoever_is_asked_changes_the_words_and_the_moderator_sees_both(comment, log):
    with pytest.raises(Refused):
        comment_operations.edit_comment(comment.author, comment, "Hubungi kantor desa.")
    ask(comment)
    log()
    comment_operations.edit_comment(comment.author, comment, "Hubungi kantor desa.")
    (entry,) = log()
    assert entry.kind == Kind.COMMENT_EDITED and comment.body == "Hubungi kantor desa."
    ((request, thing),) = moderation_queries.requests_waiting()
    assert thing.id == comment.id and request.edited_at is not None
    assert request.words == "Telepon Pak Budi: 0812."


def test_keeping_ends_the_request_and_forgets_what_was_said_before(comment):
    ask(comment)
    comment_operations.edit_comment(comment.author, comment, "Hubungi kantor desa.")
    moderation_operations.keep_contribution(a_moderator(), comment)
    assert moderation_queries.requests_waiting() == [] and told() == [
        "moderation.asked",
        "moderation.kept",
    ]
    assert db.session.scalars(select(EditRequest.words)).all() == [""]
    with pytest.raises(Refused):
        comment_operations.edit_comment(comment.author, comment, "Lagi.")


def test_a_text_that_is_not_changed_in_time_can_still_be_hidden(comment, clock):
    ask(comment)
    clock.shift(timedelta(days=2))
    with pytest.raises(Refused):
        comment_operations.edit_comment(comment.author, comment, "Terlambat.")
    moderation_operations.hide_contribution(
        a_moderator(), comment, Rule.PERSONAL, "Nomor orang lain."
    )
    assert not comment.stands and moderation_queries.requests_waiting() == []


def test_a_held_text_can_be_changed_when_asked_and_its_hold_gets_no_longer(app, clock):
    author = factories.resident()
    held = comment_operations.post_comment(
        author, factories.a_proposal(), "Beli di https://contoh.example", stance=Stance.FOR
    )
    until = held.held_until
    clock.shift(timedelta(minutes=1))
    with pytest.raises(Refused):
        comment_operations.edit_comment(author, held, "Tanpa tautan.")
    ask(held)
    comment_operations.edit_comment(author, held, "Tanpa tautan.")
    assert held.held_until == until and held.is_held
    clock.shift(until - held.posted_at)
    factories.again(held)
    assert held.stands


def test_only_moderators_ask_once_and_never_their_own_or_what_is_answered(comment, log):
    moderator = a_moderator()
    own = comment_operations.post_comment(moderator, comment.proposal, "Saya.", stance=Stance.FOR)
    ask(comment)
    cases = [
        (factories.resident(), own),
        (factories.staff(), own),
        (moderator, own),
        (moderator, comment),
    ]
    log()
    for person, thing in cases:
        with pytest.raises(Refused):
            ask(thing, person)
    assert log() == []


def test_what_a_proposal_said_before_an_asked_change_is_compared_no_more(app, clock):
    proposal = factories.a_proposal()
    author = proposal.author
    proposal_operations.revise_proposal(author, proposal, proposal.title, "Telepon 0812. " * 3, "")
    ask(proposal)
    proposal_operations.revise_proposal(
        author, proposal, proposal.title, "Hubungi kantor desa. " * 3, ""
    )
    grounds = [version.hidden_ground for version in proposal.versions]
    assert grounds == ["personal", "personal", None]


def test_a_change_nobody_asked_for_keeps_all_versions_comparable(app):
    proposal = factories.a_proposal()
    proposal_operations.revise_proposal(
        proposal.author, proposal, proposal.title, "Lebih jelas. " * 9, ""
    )
    assert [version.hidden_ground for version in proposal.versions] == [None, None]


def test_what_its_author_took_back_or_erased_waits_for_nobody(comment):
    other = comment_operations.post_comment(
        comment.author, comment.proposal, "Dua.", stance=Stance.FOR
    )
    for thing in (comment, other):
        report(thing)
        ask(thing)
    comment_operations.withdraw_comment(comment.author, comment)
    assert [thing.id for _request, thing in moderation_queries.requests_waiting()] == [other.id]
    assert [matter.thing.id for matter in moderation_queries.matters_waiting()] == [other.id]
    deletion_operations.erase_account(other.author, factories.PASSPHRASE)
    assert (
        moderation_queries.requests_waiting() == [] and moderation_queries.matters_waiting() == []
    )
    assert set(db.session.scalars(select(EditRequest.words))) == {""}


def test_a_text_passed_on_is_decided_by_somebody_else(comment, log):
    first, second = a_moderator(), a_moderator()
    report(comment)
    log()
    moderation_operations.pass_on(first, comment, "Saya kenal orangnya.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.MATTER_PASSED, comment.id)
    with pytest.raises(Refused):
        moderation_operations.hide_contribution(first, comment, Rule.PERSONAL, "x")
    with pytest.raises(Refused):
        moderation_operations.keep_contribution(first, comment)
    with pytest.raises(Refused):
        moderation_operations.pass_on(second, comment, "Kembali.")
    moderation_operations.keep_contribution(second, comment)
    assert open_item_queries.open_handover(comment) is None
    assert db.session.scalar(select(Escalation.settled_at)) is not None


def test_nothing_is_passed_on_that_nobody_waits_for_or_to_nobody(comment, log):
    moderator = a_moderator()
    log()
    with pytest.raises(Refused, match="Tidak ada yang melaporkan"):
        moderation_operations.pass_on(moderator, comment, "x")
    report(comment)
    with pytest.raises(Refused, match="Tidak ada moderator kedua"):
        moderation_operations.pass_on(moderator, comment, "x")
    assert Kind.MATTER_PASSED not in {entry.kind for entry in log()}


def test_reports_hold_a_text_whose_author_was_only_asked(comment, clock):
    ask(comment)
    known = [factories.resident() for _ in range(5)]
    for person in known:
        comment_operations.post_comment(person, comment.proposal, "Ada.", stance=Stance.FOR)
    clock.shift(timedelta(days=15))
    for number, person in enumerate(known):
        moderation_operations.report_contribution(
            person, comment, Rule.PERSONAL, network=f"n{number}"
        )
    assert comment.is_held
