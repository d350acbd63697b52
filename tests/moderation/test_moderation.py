"""Reports, holds, decisions and appeals: each an act, each allowed to those who may alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db, unrecorded
from deliberate.models import Comment, Notice, Proposal, Report
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.moderation import moderation as moderation_queries
from deliberate.vocabulary import AppealOutcome, Kind, Role, Rule, Stance
from tests import factories


def an_argument(author=None, stance=Stance.FOR):
    return comment_operations.post_comment(
        author or factories.resident(), factories.a_proposal(), "Karena panas.", stance=stance
    )


def a_moderator():
    return factories.staff(role=Role.MODERATOR)


def verified():
    person = factories.resident()
    with unrecorded("test settings"):
        person.verified_at = person.joined_at
    return person


def report(thing, person=None, network=""):
    moderation_operations.report_contribution(
        person or factories.resident(), thing, Rule.SPAM, network=network
    )


def hidden(author=None, moderator=None):
    comment = an_argument(author)
    moderation_operations.hide_contribution(
        moderator or a_moderator(), comment, Rule.INSULT, "Aturan 2."
    )
    return comment


def told():
    return list(db.session.scalars(select(Notice.kind).where(Notice.kind.like("moderation.%"))))


def test_a_report_leaves_one_private_row_with_its_reason(app, log):
    comment, person = an_argument(), factories.resident()
    log()
    report(comment, person)
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == (
        Kind.REPORT_FILED,
        comment.id,
        {"reason": "spam"},
    )


def test_one_person_reports_a_thing_once_and_never_their_own(app, log):
    author, person = factories.resident(), factories.resident()
    comment = an_argument(author)
    report(comment, person)
    log()
    for somebody in (person, author):
        with pytest.raises(Refused):
            report(comment, somebody)
    assert log() == []


def test_three_verified_residents_hold_a_text_for_a_day_and_it_returns_by_itself(app, clock, log):
    comment = an_argument()
    for number in range(3):
        assert comment.hidden_at is None
        report(comment, verified(), f"net{number}")
    assert log()[-1].kind == Kind.COMMENT_HELD
    assert comment.is_held and not comment.stands
    shown = select(Comment.id).where(Comment.hidden_at.is_(None))
    assert comment.id not in db.session.scalars(shown).all()
    clock.shift(timedelta(hours=24))
    factories.again(comment)
    assert comment.stands and not comment.is_held
    assert comment.id in db.session.scalars(shown).all()
    assert told() == ["moderation.held"]


def test_reports_of_one_network_count_once(app):
    comment = an_argument()
    for _ in range(4):
        report(comment, verified(), "same")
    assert comment.stands


def test_throw_away_accounts_silence_nobody(app):
    comment = an_argument()
    for number in range(8):
        report(comment, network=f"net{number}")
    assert comment.stands


def test_five_known_accounts_hold_a_text_as_well(app, clock):
    known = [factories.resident() for _ in range(5)]
    for person in known:
        an_argument(person)
    clock.shift(timedelta(days=15))
    comment = an_argument()
    for number, person in enumerate(known):
        report(comment, person, f"net{number}")
    assert comment.is_held


def test_what_a_moderator_kept_is_never_held_again(app, log):
    comment = an_argument()
    report(comment, verified(), "a")
    log()
    moderation_operations.keep_contribution(a_moderator(), comment)
    assert [e.kind for e in log()][-1] == Kind.COMMENT_KEPT
    for number in range(3):
        report(comment, verified(), f"net{number}")
    assert comment.stands


def test_hiding_names_the_rule_settles_reports_and_tells_the_author(app, log):
    comment, moderator = an_argument(), a_moderator()
    report(comment, network="somewhere")
    log()
    moderation_operations.hide_contribution(moderator, comment, Rule.INSULT, "Aturan 2.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.COMMENT_HIDDEN, {"ground": "insult", "reports": 1})
    assert comment.hidden_ground == "insult" and not comment.stands
    assert db.session.scalars(select(Report.network)).all() == [""]
    assert told() == ["moderation.hidden"]
    assert comment.proposal.for_count == 0


def test_only_moderators_decide_and_never_on_their_own_text(app, log):
    moderator = a_moderator()
    comment, own = an_argument(), an_argument(moderator)
    others = [(factories.resident(), comment), (factories.staff(), comment), (moderator, own)]
    log()
    for person, thing in others:
        with pytest.raises(Refused):
            moderation_operations.hide_contribution(person, thing, Rule.SPAM, "x")
        with pytest.raises(Refused):
            moderation_operations.keep_contribution(person, thing)
    assert log() == []


def test_a_hidden_text_can_be_restored_and_counts_again(app, log):
    comment = hidden()
    log()
    moderation_operations.restore_contribution(a_moderator(), comment)
    assert [e.kind for e in log()][-1] == Kind.COMMENT_RESTORED
    factories.again(comment)
    assert comment.stands and comment.proposal.for_count == 1
    with pytest.raises(Refused):
        moderation_operations.restore_contribution(a_moderator(), comment)


def test_a_proposal_is_hidden_and_restored_too(app, log):
    proposal = factories.a_proposal()
    log()
    moderation_operations.hide_contribution(a_moderator(), proposal, Rule.UNLAWFUL, "x")
    assert [e.kind for e in log()][-1] == Kind.PROPOSAL_HIDDEN
    shown = select(Proposal.id).where(Proposal.hidden_at.is_(None))
    assert db.session.scalars(shown).all() == []
    moderation_operations.restore_contribution(a_moderator(), proposal)
    assert db.session.scalars(shown).all() == [proposal.id]


def test_somebody_else_grants_an_appeal_and_the_text_comes_back(app, log):
    author, first = factories.resident(), a_moderator()
    comment = hidden(author, first)
    moderation_operations.file_appeal(author, comment, "Ini kritik, bukan hinaan.")
    ((appeal, _thing),) = moderation_queries.appeals_waiting()
    log()
    with pytest.raises(Refused):
        moderation_operations.decide_appeal(first, appeal, AppealOutcome.GRANTED, "x")
    moderation_operations.decide_appeal(a_moderator(), appeal, AppealOutcome.GRANTED, "Benar.")
    decided, restored = [e for e in log() if e.kind != Kind.PERSON_JOINED]
    assert (decided.kind, decided.details) == (Kind.APPEAL_DECIDED, {"outcome": "granted"})
    assert (restored.kind, restored.cause) == (Kind.COMMENT_RESTORED, decided.id)
    assert comment.stands and moderation_queries.appeals_waiting() == []


def test_a_refused_appeal_leaves_the_text_hidden_and_is_the_last(app):
    author = factories.resident()
    comment = hidden(author)
    moderation_operations.file_appeal(author, comment, "Tidak setuju.")
    ((appeal, _thing),) = moderation_queries.appeals_waiting()
    moderation_operations.decide_appeal(a_moderator(), appeal, AppealOutcome.REFUSED, "Tetap.")
    assert not comment.stands and told()[-1] == "moderation.refused"
    with pytest.raises(Refused):
        moderation_operations.file_appeal(author, comment, "Sekali lagi.")
    with pytest.raises(Refused):
        moderation_operations.decide_appeal(a_moderator(), appeal, AppealOutcome.GRANTED, "x")


def test_only_the_author_appeals_and_within_thirty_days(app, clock):
    author = factories.resident()
    comment = hidden(author)
    with pytest.raises(Refused):
        moderation_operations.file_appeal(factories.resident(), comment, "x")
    clock.shift(timedelta(days=31))
    with pytest.raises(Refused):
        moderation_operations.file_appeal(author, comment, "Terlambat.")


def test_a_withdrawn_text_is_neither_reported_nor_hidden(app):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    proposal_operations.withdraw_proposal(author, proposal, "")
    with pytest.raises(Refused):
        report(proposal)
    with pytest.raises(Refused):
        moderation_operations.hide_contribution(a_moderator(), proposal, Rule.SPAM, "x")


def test_the_record_counts_by_rule_and_stance_without_the_text(app, clock):
    hidden()
    moderation_operations.hide_contribution(
        a_moderator(), an_argument(stance=Stance.AGAINST), Rule.INSULT, "x"
    )
    report(an_argument())
    clock.shift(timedelta(hours=73))
    record = moderation_queries.public_record()
    assert record.by_rule == {"insult": {1: 1, -1: 1}}
    assert record.by_month == [("2026-03", {1: 1, -1: 1})]
    assert (record.waiting, record.overdue) == (1, 1)
    assert record.outcomes["hidden"] == 2


def test_the_queue_shows_what_waits_longest_first(app, clock):
    first, second = an_argument(), factories.a_proposal()
    report(first)
    clock.shift(timedelta(hours=25))
    report(second)
    report(first)
    matters = moderation_queries.matters_waiting()
    assert [(m.thing, m.reports, m.is_late) for m in matters] == [
        (first, 2, True),
        (second, 1, False),
    ]
