"""New texts that a rule holds: what advertising does, two working days at most, never longer."""

from datetime import UTC, datetime, timedelta

import pytest

from deliberate.clock import now
from deliberate.models import Notice
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.moderation.moderation import decisions_on, held_waiting
from deliberate.vocabulary import HoldRule, Role, Rule, Stance
from tests import factories

LINK = "Lihat https://contoh.example untuk gambarnya."
PLAIN = "Anak sekolah berjalan di badan jalan setiap pagi."


def settled(name: str = "", clock=None):
    """A resident who joined two days ago and has written before."""
    person = factories.resident(name)
    clock.shift(timedelta(days=2))
    return person


def say(author, body=PLAIN, proposal=None, **more):
    return comment_operations.post_comment(
        author, proposal or factories.a_proposal(), body, stance=Stance.FOR, **more
    )


@pytest.mark.parametrize(
    "body", [LINK, "www.contoh.example murah", "[ini](https://contoh.example)"]
)
def test_a_link_of_a_new_account_waits_and_its_author_is_told(app, clock, log, body):
    author, proposal = factories.resident(), factories.a_proposal()
    log()
    comment = say(author, body, proposal)
    posted, delayed = log()
    assert (posted.kind, delayed.kind) == ("comment.posted", "comment.delayed")
    assert (delayed.details, delayed.cause) == ({"rule": "young_link"}, posted.id)
    assert comment.is_held and not comment.stands
    assert factories.db.session.query(Notice).filter_by(kind="moderation.delayed").count() == 1


def test_a_link_given_as_a_source_is_one_too(app, clock):
    assert say(factories.resident(), source="https://contoh.example").is_held


def test_without_a_link_it_is_shown_at_once(app, clock):
    assert say(factories.resident()).stands


def test_an_account_older_than_a_day_may_link(app, clock):
    assert say(settled(clock=clock), LINK).stands


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR])
def test_whoever_works_here_may_link(app, clock, role):
    assert say(factories.staff(role=role), LINK).stands


def test_many_links_in_the_first_text_wait_and_in_a_later_one_do_not(app, clock):
    many = "https://a.example https://b.example https://c.example"
    author = settled(clock=clock)
    first = say(author, many)
    assert (first.is_held, first.hidden_ground) == (True, HoldRule.MANY_LINKS)
    other = settled(clock=clock)
    say(other)
    assert say(other, many).stands


def test_the_same_text_again_waits_whatever_its_case_and_marks(app, clock):
    author = settled(clock=clock)
    assert say(author).stands
    again = say(author, PLAIN.upper().replace(" ", "  ") + "!!")
    assert again.hidden_ground == HoldRule.REPEATED
    assert say(settled(clock=clock)).stands


def test_short_words_may_come_again_and_old_ones_too(app, clock):
    author = settled(clock=clock)
    assert say(author, "Saya setuju.").stands
    assert say(author, "Saya setuju.").stands
    say(author)
    clock.shift(timedelta(days=31))
    assert say(author).stands


def test_a_proposal_waits_by_the_same_rules(app, clock, log):
    author, process = factories.resident(), factories.a_process()
    log()
    proposal = proposal_operations.submit_proposal(author, process, "Bangku", LINK)
    assert [entry.kind for entry in log()] == ["proposal.submitted", "proposal.delayed"]
    assert proposal.is_held and not proposal.is_open
    with pytest.raises(Refused):
        proposal_operations.support_proposal(factories.resident(), proposal)


def test_it_is_shown_by_itself_two_working_days_later_without_a_row(app, clock, log):
    clock.move_to(datetime(2026, 3, 6, 1, 0, tzinfo=UTC))  # Friday, nine in the morning there
    comment = say(factories.resident(), LINK)
    assert comment.held_until == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    log()
    clock.move_to(datetime(2026, 3, 10, 0, 59, tzinfo=UTC))
    assert comment.is_held
    clock.shift(timedelta(minutes=2))
    assert comment.stands and held_waiting() == []
    assert log() == []


def test_adding_the_link_later_does_not_help(app, clock):
    comment = say(author := factories.resident())
    comment_operations.edit_comment(author, comment, LINK)
    assert comment.is_held
    proposal = factories.a_proposal(author=author)
    proposal_operations.revise_proposal(author, proposal, proposal.title, LINK, "tautan")
    assert proposal.is_held


def test_what_is_held_stands_in_the_queue_and_a_moderator_shows_it_sooner(app, clock, log):
    comment, moderator = say(factories.resident(), LINK), factories.staff(role=Role.MODERATOR)
    assert held_waiting() == [comment]
    log()
    moderation_operations.keep_contribution(moderator, comment)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("comment.kept", {"reports": 0})
    assert comment.stands and held_waiting() == []
    assert comment.hidden_ground is None


def test_a_moderator_hides_it_by_a_rule_and_the_author_may_appeal(app, clock):
    author = factories.resident()
    comment = say(author, LINK)
    moderation_operations.hide_contribution(
        factories.staff(role=Role.MODERATOR), comment, Rule.SPAM, "Iklan."
    )
    clock.shift(timedelta(days=10))
    assert (comment.is_held, comment.stands) == (False, False)
    moderation_operations.file_appeal(author, comment, "Bukan iklan.")
    assert decisions_on(comment)[0].appeal is not None


def test_what_a_moderator_kept_is_not_held_again_by_an_edit(app, clock):
    author = factories.resident()
    comment = say(author, LINK)
    moderation_operations.keep_contribution(factories.staff(role=Role.MODERATOR), comment)
    comment_operations.edit_comment(author, comment, LINK + " Lagi.")
    assert comment.stands


def test_its_author_may_take_it_back_while_it_waits(app, clock):
    author = factories.resident()
    comment = say(author, LINK)
    comment_operations.withdraw_comment(author, comment)
    assert comment.withdrawn_at == now()
    assert held_waiting() == []


def test_reports_may_hold_what_waited_once_more(app, clock):
    comment = say(factories.resident(), LINK)
    clock.shift(timedelta(days=5))
    for number in range(3):
        reporter = factories.resident()
        with factories.unrecorded("test settings") as session:
            session.merge(reporter).verified_at = now()
        moderation_operations.report_contribution(
            reporter, comment, Rule.SPAM, network=f"n{number}"
        )
    assert (comment.is_held, comment.hidden_ground) == (True, None)
