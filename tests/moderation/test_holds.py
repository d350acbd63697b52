"""Test the rules that hold new texts."""

from datetime import UTC, datetime, timedelta

import pytest

from deliberate.clock import now
from deliberate.models import Notice
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.moderation.decisions import list_decisions
from deliberate.queries.moderation.queue import held_contributions
from deliberate.vocabulary import HoldRule, ModerationRule, Role, Stance
from tests import factories

LINK = "Lihat https://contoh.example untuk gambarnya."
PLAIN = "Anak sekolah berjalan di badan jalan setiap pagi."


def create_established_resident(name: str = "", clock=None):
    """Create a resident who joined two days ago and has posted before."""
    person = factories.create_resident(name)
    clock.shift(timedelta(days=2))
    return person


def post_text(author, body=PLAIN, proposal=None, **more):
    return comment_operations.post_comment(
        author, proposal or factories.create_proposal(), body, stance=Stance.FOR, **more
    )


@pytest.mark.parametrize(
    "body", [LINK, "www.contoh.example murah", "[ini](https://contoh.example)"]
)
def test_hold_rule_holds_a_link_of_a_new_account_and_notifies_the_author(app, clock, log, body):
    author, proposal = factories.create_resident(), factories.create_proposal()
    log()
    comment = post_text(author, body, proposal)
    posted, delayed = log()
    assert (posted.kind, delayed.kind) == ("comment.posted", "comment.delayed")
    assert (delayed.details, delayed.cause) == ({"rule": "young_link"}, posted.id)
    assert comment.is_held and not comment.is_visible_to(None)
    assert factories.db.session.query(Notice).filter_by(kind="moderation.delayed").count() == 1


def test_hold_rule_counts_a_source_as_a_link(app, clock):
    assert post_text(factories.create_resident(), source="https://contoh.example").is_held


def test_hold_rule_ignores_a_text_without_links(app, clock):
    assert post_text(factories.create_resident()).is_visible_to(None)


def test_hold_rule_allows_a_link_of_an_older_account(app, clock):
    assert post_text(create_established_resident(clock=clock), LINK).is_visible_to(None)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR])
def test_hold_rule_allows_links_of_staff(app, clock, role):
    assert post_text(factories.create_staff(role=role), LINK).is_visible_to(None)


def test_hold_rule_holds_many_links_in_the_first_text_only(app, clock):
    many = "https://a.example https://b.example https://c.example"
    author = create_established_resident(clock=clock)
    first = post_text(author, many)
    assert (first.is_held, first.hidden_ground) == (True, HoldRule.MANY_LINKS)
    other = create_established_resident(clock=clock)
    post_text(other)
    assert post_text(other, many).is_visible_to(None)


def test_hold_rule_holds_a_repeated_text_ignoring_case_and_punctuation(app, clock):
    author = create_established_resident(clock=clock)
    assert post_text(author).is_visible_to(None)
    again = post_text(author, PLAIN.upper().replace(" ", "  ") + "!!")
    assert again.hidden_ground == HoldRule.REPEATED
    assert post_text(create_established_resident(clock=clock)).is_visible_to(None)


def test_hold_rule_allows_repeating_short_or_old_texts(app, clock):
    author = create_established_resident(clock=clock)
    assert post_text(author, "Saya setuju.").is_visible_to(None)
    assert post_text(author, "Saya setuju.").is_visible_to(None)
    post_text(author)
    clock.shift(timedelta(days=31))
    assert post_text(author).is_visible_to(None)


def test_hold_rule_applies_to_proposals(app, clock, log):
    author, process = factories.create_resident(), factories.create_process()
    log()
    proposal = proposal_operations.submit_proposal(author, process, "Bangku", LINK)
    assert [entry.kind for entry in log()] == ["proposal.submitted", "proposal.delayed"]
    assert proposal.is_held and not proposal.is_active
    with pytest.raises(Refused):
        support_proposal(factories.create_resident(), proposal)


def test_hold_ends_after_two_working_days_without_a_log_row(app, clock, log):
    # Friday, 09:00 in the time zone of the process
    clock.move_to(datetime(2026, 3, 6, 1, 0, tzinfo=UTC))
    comment = post_text(factories.create_resident(), LINK)
    assert comment.held_until == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    log()
    clock.move_to(datetime(2026, 3, 10, 0, 59, tzinfo=UTC))
    assert comment.is_held
    clock.shift(timedelta(minutes=2))
    assert comment.is_visible_to(None) and held_contributions() == []
    assert log() == []


def test_hold_rule_applies_to_edits(app, clock):
    comment = post_text(author := factories.create_resident())
    comment_operations.edit_comment(author, comment, LINK)
    assert comment.is_held
    proposal = factories.create_proposal(author=author)
    proposal_operations.revise_proposal(author, proposal, proposal.title, LINK, "tautan")
    assert proposal.is_held


def test_held_text_is_in_the_queue_and_can_be_kept_early(app, clock, log):
    comment, moderator = (
        post_text(factories.create_resident(), LINK),
        factories.create_staff(role=Role.MODERATOR),
    )
    assert held_contributions() == [comment]
    log()
    moderation_operations.keep_contribution(moderator, comment)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("comment.kept", {"reports": 0})
    assert comment.is_visible_to(None) and held_contributions() == []
    assert comment.hidden_ground is None


def test_held_text_can_be_hidden_and_appealed(app, clock):
    author = factories.create_resident()
    comment = post_text(author, LINK)
    moderation_operations.hide_contribution(
        factories.create_staff(role=Role.MODERATOR), comment, ModerationRule.SPAM, "Iklan."
    )
    clock.shift(timedelta(days=10))
    assert (comment.is_held, comment.is_visible_to(None)) == (False, False)
    moderation_operations.file_appeal(author, comment, "Bukan iklan.")
    assert list_decisions(comment)[0].appeal is not None


def test_kept_text_is_not_held_again_by_an_edit(app, clock):
    author = factories.create_resident()
    comment = post_text(author, LINK)
    moderation_operations.keep_contribution(factories.create_staff(role=Role.MODERATOR), comment)
    comment_operations.edit_comment(author, comment, LINK + " Lagi.")
    assert comment.is_visible_to(None)


def test_held_text_can_be_withdrawn_by_its_author(app, clock):
    author = factories.create_resident()
    comment = post_text(author, LINK)
    comment_operations.withdraw_comment(author, comment)
    assert comment.withdrawn_at == now()
    assert held_contributions() == []


def test_reports_can_hold_a_text_after_its_rule_hold(app, clock):
    comment = post_text(factories.create_resident(), LINK)
    clock.shift(timedelta(days=5))
    for number in range(3):
        reporter = factories.create_resident()
        with factories.unrecorded("test settings") as session:
            session.merge(reporter).verified_at = now()
        moderation_operations.report_contribution(
            reporter,
            comment,
            ModerationRule.SPAM,
            context=factories.request_from(f"198.51.100.{number}"),
        )
    assert (comment.is_held, comment.hidden_ground) == (True, None)
