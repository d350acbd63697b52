"""One notice an act; its deliveries reach each person once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select

from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Follow, Notice, Person
from deliberate.notifications import fanout
from deliberate.notifications.fanout import fan_out
from deliberate.operations.notices import messages as message_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import ResponseDecision, Stance
from tests import factories


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def proposal(office):
    return factories.a_proposal(factories.a_process(office, threshold=9))


def answer(officer, proposal):
    return response_operations.publish_response(
        officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun."
    )


def told(channel="account", kind="response.published"):
    db.session.rollback()
    rows = db.session.execute(
        select(Delivery.person_id, Delivery.why)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.channel == channel, Notice.kind == kind)
    )
    return dict(rows.all())


def reachable(person):
    with unrecorded("test settings") as session:
        person.email, person.email_confirmed_at = f"p{person.id}@example.org", person.joined_at
        session.add(person)
    return person


@pytest.fixture
def mails(monkeypatch):
    monkeypatch.setattr(fanout, "is_mail_configured", lambda: True)


def test_author_commenter_supporter_and_follower_are_told_why(office, proposal):
    commenter, supporter, follower = (factories.resident() for _ in range(3))
    comment_operations.post_comment(commenter, proposal, "Setuju.", stance=Stance.FOR)
    proposal_operations.support_proposal(supporter, proposal)
    proposal_operations.support_proposal(commenter, proposal)
    proposal_operations.follow(follower, proposal)
    answer(factories.staff(office), proposal)
    fan_out()
    assert told() == {
        proposal.author_id: "author",
        commenter.id: "commenter",
        supporter.id: "supporter",
        follower.id: "follower",
    }


def test_nobody_is_told_twice_however_often_it_runs(office, proposal):
    answer(factories.staff(office), proposal)
    assert fan_out() == fan_out() + 1
    with unrecorded("test settings") as session:
        for notice in session.scalars(select(Notice)):
            notice.done_at, notice.reached_id = None, 0
    fan_out()
    assert len(told()) == 1


def test_mail_goes_to_confirmed_addresses_that_did_not_switch_it_off(office, proposal, mails):
    wants, mutes, unconfirmed = (
        reachable(factories.resident()),
        reachable(factories.resident()),
        factories.resident(),
    )
    message_operations.mute(mutes.id, "response")
    for person in (wants, mutes, unconfirmed):
        proposal_operations.follow(person, proposal)
    answer(factories.staff(office), proposal)
    fan_out()
    assert set(told("mail")) == {wants.id}
    assert {wants.id, mutes.id, unconfirmed.id} < set(told("account"))


def test_a_new_address_is_asked_to_be_confirmed_before_anything_else(app, mails):
    from deliberate.operations.accounts import accounts as account_operations
    from deliberate.operations.accounts import email_addresses as email_addresse_operations

    joined = account_operations.join(
        "baru", "Warga Baru", factories.PASSPHRASE, email="baru@example.org"
    )
    fan_out()
    assert set(told("mail", "address.given")) == {joined.id}
    assert not email_addresse_operations.confirm_address(joined.id, "lain@example.org")
    assert email_addresse_operations.confirm_address(joined.id, "baru@example.org")


def crowd(proposal, size):
    """So many people who follow a proposal, put in at once."""
    with unrecorded("test settings") as session:
        first = 1_000_000 + (session.scalar(select(func.max(Person.id))) or 0)
        ids = range(first, first + size)
        session.execute(
            insert(Person),
            [{"id": n, "display_name": f"Warga ke-{n}", "name_key": f"k{n}"} for n in ids],
        )
        session.execute(
            insert(Follow),
            [{"person_id": n, "subject_type": "proposal", "subject_id": proposal.id} for n in ids],
        )


def statements_of(work):
    seen = []

    def note(_connection, _cursor, statement, *_more):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_publishing_costs_the_same_for_ten_thousand_followers(office):
    process, officer = factories.a_process(office, threshold=9), factories.staff(office)
    few, many = factories.a_proposal(process), factories.a_proposal(process)
    crowd(few, 10)
    crowd(many, 10_000)
    assert statements_of(lambda: answer(officer, few)) == statements_of(
        lambda: answer(officer, many)
    )
    fan_out()
    assert len(told()) == 10_012


def test_the_cost_of_a_page_of_people_does_not_grow(office):
    proposal = factories.a_proposal(factories.a_process(office, threshold=9))
    crowd(proposal, 3 * fanout.PAGE)
    answer(factories.staff(office), proposal)
    number = db.session.scalar(select(Notice.id).where(Notice.kind == "response.published"))
    first, second, third = (statements_of(lambda: fanout._page(number)) for _ in range(3))
    assert first == second == third


KILLED = """
import os, signal, sys
from deliberate import create_app
from deliberate.config import Settings
from deliberate.models import Person, Proposal
from deliberate.database import db
from deliberate.notifications import fanout
from deliberate.operations import responses
from deliberate.vocabulary import Decision
folder, officer, proposal, moment = sys.argv[1:]
settings = Settings(mode="test", data_dir=folder, secret_key="t" * 40, signing_key="1" * 64)
app = create_app(settings)
with app.app_context():
    responses.publish_response(
        db.session.get(Person, int(officer)), db.session.get(Proposal, int(proposal)),
        Decision.ACCEPTED, "Ya", "Dibangun.")
    if moment == "fanning":
        fanout.PAGE = 2
        fanout._page(fanout._next_notice())
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.sqlite
@pytest.mark.parametrize("moment", ["published", "fanning"])
def test_a_kill_between_act_and_mail_loses_nothing(app, office, proposal, moment):
    followers = [factories.resident() for _ in range(5)]
    for follower in followers:
        proposal_operations.follow(follower, proposal)
    told_later = {proposal.author_id, *(follower.id for follower in followers)}
    folder = str(Path(db.engine.url.database).parent)
    officer = factories.staff(office)
    words = [sys.executable, "-c", KILLED, folder, str(officer.id), str(proposal.id), moment]
    db.session.remove()
    killed = subprocess.run(words, check=False, cwd=Path(__file__).parents[2], env=dict(os.environ))
    assert killed.returncode == -signal.SIGKILL
    fan_out()
    assert set(told()) == told_later
