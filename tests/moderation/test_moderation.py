"""Test reports, holds by reports, decisions and appeals."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db, unrecorded
from deliberate.models import Comment, Notice, Proposal, Report
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.moderation.public_record import moderation_record
from deliberate.queries.moderation.queue import open_appeals, reported_contributions
from deliberate.vocabulary import AppealOutcome, ModerationRule, Role, Stance
from deliberate.vocabulary.events.accounts import PersonJoined
from deliberate.vocabulary.events.moderation import (
    AppealDecided,
    CommentHeld,
    CommentHidden,
    CommentKept,
    CommentRestored,
    ProposalHidden,
    ReportFiled,
)
from tests import factories


def post_argument(author=None, stance=Stance.FOR):
    return comment_operations.post_comment(
        author or factories.create_resident(),
        factories.create_proposal(),
        "Karena panas.",
        stance=stance,
    )


def create_moderator():
    return factories.create_staff(role=Role.MODERATOR)


def create_verified_resident():
    person = factories.create_resident()
    with unrecorded("test settings"):
        person.verified_at = person.joined_at
    return person


def report(contribution, person=None, network=""):
    moderation_operations.report_contribution(
        person or factories.create_resident(),
        contribution,
        ModerationRule.SPAM,
        context=factories.request_from(network),
    )


def hide_argument(author=None, moderator=None):
    comment = post_argument(author)
    moderation_operations.hide_contribution(
        moderator or create_moderator(), comment, ModerationRule.INSULT, "Aturan 2."
    )
    return comment


def notice_kinds():
    kinds = select(Notice.kind).where(Notice.kind.like("moderation.%")).order_by(Notice.id)
    return list(db.session.scalars(kinds))


def test_report_is_logged_privately_with_its_reason(app, log):
    comment, person = post_argument(), factories.create_resident()
    log()
    report(comment, person)
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == (
        ReportFiled.KIND,
        comment.id,
        {"reason": "spam"},
    )


def test_report_is_accepted_once_per_person_and_never_on_own_text(app, log):
    author, person = factories.create_resident(), factories.create_resident()
    comment = post_argument(author)
    report(comment, person)
    log()
    for somebody in (person, author):
        with pytest.raises(Refused):
            report(comment, somebody)
    assert log() == []


def test_reports_of_three_verified_residents_hold_a_text_for_a_day(app, clock, log):
    comment = post_argument()
    for number in range(3):
        assert comment.hidden_at is None
        report(comment, create_verified_resident(), f"198.51.100.{number}")
    assert log()[-1].kind == CommentHeld.KIND
    assert comment.is_held and not comment.is_visible_to(None)
    shown = select(Comment.id).where(Comment.visible_to(None))
    assert comment.id not in db.session.scalars(shown).all()
    clock.shift(timedelta(hours=24))
    factories.reload(comment)
    assert comment.is_visible_to(None) and not comment.is_held
    assert comment.id in db.session.scalars(shown).all()
    assert notice_kinds() == ["moderation.held"]


def test_reports_of_one_network_count_once(app):
    comment = post_argument()
    for _ in range(4):
        report(comment, create_verified_resident(), "198.51.100.1")
    assert comment.is_visible_to(None)


def test_reports_of_new_accounts_hold_nothing(app):
    comment = post_argument()
    for number in range(8):
        report(comment, network=f"198.51.100.{number}")
    assert comment.is_visible_to(None)


def test_reports_of_five_established_accounts_hold_a_text(app, clock):
    known = [factories.create_resident() for _ in range(5)]
    for person in known:
        post_argument(person)
    clock.shift(timedelta(days=15))
    comment = post_argument()
    for number, person in enumerate(known):
        report(comment, person, f"198.51.100.{number}")
    assert comment.is_held


def test_kept_text_is_not_held_again_by_reports(app, log):
    comment = post_argument()
    report(comment, create_verified_resident(), "a")
    log()
    moderation_operations.keep_contribution(create_moderator(), comment)
    assert [e.kind for e in log()][-1] == CommentKept.KIND
    for number in range(3):
        report(comment, create_verified_resident(), f"198.51.100.{number}")
    assert comment.is_visible_to(None)


def test_hiding_logs_the_rule_resolves_reports_and_notifies_the_author(app, log):
    comment, moderator = post_argument(), create_moderator()
    report(comment, network="198.51.100.1")
    log()
    moderation_operations.hide_contribution(moderator, comment, ModerationRule.INSULT, "Aturan 2.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (CommentHidden.KIND, {"ground": "insult", "reports": 1})
    assert comment.hidden_ground == "insult" and not comment.is_visible_to(None)
    assert db.session.scalars(select(Report.network_hash)).all() == [""]
    assert notice_kinds() == ["moderation.hidden"]
    assert comment.proposal.for_count == 0


def test_moderation_decision_is_for_moderators_and_never_on_own_text(app, log):
    moderator = create_moderator()
    comment, own = post_argument(), post_argument(moderator)
    others = [
        (factories.create_resident(), comment),
        (factories.create_staff(), comment),
        (moderator, own),
    ]
    log()
    for person, contribution in others:
        with pytest.raises(Refused):
            moderation_operations.hide_contribution(person, contribution, ModerationRule.SPAM, "x")
        with pytest.raises(Refused):
            moderation_operations.keep_contribution(person, contribution)
    assert log() == []


def test_restored_comment_counts_again(app, log):
    comment = hide_argument()
    log()
    moderation_operations.restore_contribution(create_moderator(), comment)
    assert [e.kind for e in log()][-1] == CommentRestored.KIND
    factories.reload(comment)
    assert comment.is_visible_to(None) and comment.proposal.for_count == 1
    with pytest.raises(Refused):
        moderation_operations.restore_contribution(create_moderator(), comment)


def test_proposal_can_be_hidden_and_restored(app, log):
    proposal = factories.create_proposal()
    log()
    moderation_operations.hide_contribution(
        create_moderator(), proposal, ModerationRule.UNLAWFUL, "x"
    )
    assert [e.kind for e in log()][-1] == ProposalHidden.KIND
    shown = select(Proposal.id).where(Proposal.visible_to(None))
    assert db.session.scalars(shown).all() == []
    moderation_operations.restore_contribution(create_moderator(), proposal)
    assert db.session.scalars(shown).all() == [proposal.id]


def test_appeal_granted_by_another_moderator_restores_the_text(app, log):
    author, first = factories.create_resident(), create_moderator()
    comment = hide_argument(author, first)
    moderation_operations.file_appeal(author, comment, "Ini kritik, bukan hinaan.")
    ((appeal, _thing),) = open_appeals()
    log()
    with pytest.raises(Refused):
        moderation_operations.decide_appeal(first, appeal, AppealOutcome.GRANTED, "x")
    moderation_operations.decide_appeal(create_moderator(), appeal, AppealOutcome.GRANTED, "Benar.")
    decided, restored = [e for e in log() if e.kind != PersonJoined.KIND]
    assert (decided.kind, decided.details) == (AppealDecided.KIND, {"outcome": "granted"})
    assert (restored.kind, restored.cause) == (CommentRestored.KIND, decided.id)
    assert comment.is_visible_to(None) and open_appeals() == []


def test_appeal_refused_leaves_the_text_hidden_and_is_final(app):
    author = factories.create_resident()
    comment = hide_argument(author)
    moderation_operations.file_appeal(author, comment, "Tidak setuju.")
    ((appeal, _thing),) = open_appeals()
    moderation_operations.decide_appeal(create_moderator(), appeal, AppealOutcome.REFUSED, "Tetap.")
    assert not comment.is_visible_to(None) and notice_kinds()[-1] == "moderation.refused"
    with pytest.raises(Refused):
        moderation_operations.file_appeal(author, comment, "Sekali lagi.")
    with pytest.raises(Refused):
        moderation_operations.decide_appeal(create_moderator(), appeal, AppealOutcome.GRANTED, "x")


def test_appeal_is_for_the_author_within_thirty_days(app, clock):
    author = factories.create_resident()
    comment = hide_argument(author)
    with pytest.raises(Refused):
        moderation_operations.file_appeal(factories.create_resident(), comment, "x")
    clock.shift(timedelta(days=31))
    with pytest.raises(Refused):
        moderation_operations.file_appeal(author, comment, "Terlambat.")


def test_withdrawn_text_can_be_neither_reported_nor_hidden(app):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    proposal_operations.withdraw_proposal(author, proposal, "")
    with pytest.raises(Refused):
        report(proposal)
    with pytest.raises(Refused):
        moderation_operations.hide_contribution(
            create_moderator(), proposal, ModerationRule.SPAM, "x"
        )


def test_moderation_record_counts_months_by_the_calendar_of_the_site(app, clock):
    clock.move_to(datetime(2026, 3, 31, 15, tzinfo=UTC))  # the last hour of March there
    hide_argument()
    clock.move_to(datetime(2026, 3, 31, 17, tzinfo=UTC))
    hide_argument()
    hide_argument()
    months = [(month, sum(counts.values())) for month, counts in moderation_record().by_month]
    assert months == [(date(2026, 4, 1), 2), (date(2026, 3, 1), 1)]
    clock.move_to(datetime(2027, 3, 31, 17, tzinfo=UTC))
    assert moderation_record().by_month == []


def test_moderation_record_counts_by_rule_and_stance(app, clock):
    hide_argument()
    moderation_operations.hide_contribution(
        create_moderator(), post_argument(stance=Stance.AGAINST), ModerationRule.INSULT, "x"
    )
    report(post_argument())
    clock.shift(timedelta(hours=73))
    record = moderation_record()
    assert record.by_rule == {"insult": {1: 1, -1: 1}}
    assert record.by_month == [(date(2026, 3, 1), {1: 1, -1: 1})]
    assert (record.waiting, record.overdue) == (1, 1)
    assert record.outcomes["hidden"] == 2


def test_moderation_queue_lists_oldest_reports_first(app, clock):
    first, second = post_argument(), factories.create_proposal()
    report(first)
    clock.shift(timedelta(hours=25))
    report(second)
    report(first)
    reported = reported_contributions()
    assert [(row.contribution, row.report_count, row.is_late) for row in reported] == [
        (first, 2, True),
        (second, 1, False),
    ]


def test_moderation_record_counts_a_granted_appeal_as_shown_again(app):
    author = factories.create_resident()
    comment = hide_argument(author)
    moderation_operations.file_appeal(author, comment, "Bukan hinaan.")
    ((appeal, _text),) = open_appeals()
    moderation_operations.decide_appeal(create_moderator(), appeal, AppealOutcome.GRANTED, "Ya.")
    record = moderation_record()
    assert (record.shown_again, record.appeals["granted"]) == (1, 1)


def test_moderation_record_names_only_reported_texts_as_kept_after_reports(app):
    reported, doubtful, moderator = post_argument(), post_argument(), create_moderator()
    report(reported)
    moderation_operations.keep_contribution(moderator, reported)
    moderation_operations.request_edit(moderator, doubtful, ModerationRule.INSULT, "Ubah.")
    moderation_operations.keep_contribution(create_moderator(), doubtful)
    record = moderation_record()
    assert (record.kept_after_reports, record.kept_without_report) == (1, 1)
