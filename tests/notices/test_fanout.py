"""Fan-out of notices: every recipient gets each notice once."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select, update

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Follow, Notice, Person
from deliberate.notifications import digests, fanout
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.digests import create_digests
from deliberate.notifications.fanout import fan_out
from deliberate.operations.notices.messages import stop_mails
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.notices.digests import due_slots, list_due_digests
from deliberate.vocabulary import ResponseDecision, Stance
from deliberate.vocabulary.notices import VerifiedNotice
from tests import factories


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def proposal(institution):
    return factories.create_proposal(factories.create_process(institution, threshold=9))


def publish(officer, proposal):
    return publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")


def recipients(channel="account", kind="response.published"):
    db.session.rollback()
    rows = db.session.execute(
        select(Delivery.person_id, Delivery.reason)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.channel == channel, Notice.kind == kind)
    )
    return dict(rows.all())


def test_notice_that_fails_does_not_stop_the_others(institution):
    resident = factories.create_resident()
    with unrecorded("test settings") as session:
        session.add(Notice(key="broken", kind="no.such.kind", person_id=resident.id))
        session.flush()
        session.add(Notice(key="fine", kind=VerifiedNotice.KIND, person_id=resident.id))
    assert fan_out() > 0
    rows = dict(db.session.execute(select(Notice.key, Notice.done_at)).all())
    assert rows["broken"] is None and rows["fine"] is not None


def confirm_address_of(person):
    with unrecorded("test settings") as session:
        person.email, person.email_confirmed_at = f"p{person.id}@example.org", person.joined_at
        session.add(person)
    return person


@pytest.fixture
def mails(monkeypatch):
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)


def test_notice_reaches_author_commenter_supporter_and_follower_with_reason(institution, proposal):
    commenter, supporter, follower = (factories.create_resident() for _ in range(3))
    comment_operations.post_comment(commenter, proposal, "Setuju.", stance=Stance.FOR)
    support_proposal(supporter, proposal)
    support_proposal(commenter, proposal)
    follow_subject(follower, proposal)
    publish(factories.create_staff(institution), proposal)
    fan_out()
    assert recipients() == {
        proposal.author_id: "author",
        commenter.id: "commenter",
        supporter.id: "supporter",
        follower.id: "follower",
    }


def test_notice_is_delivered_once_when_fan_out_is_repeated(institution, proposal):
    publish(factories.create_staff(institution), proposal)
    assert fan_out() == fan_out() + 1
    with unrecorded("test settings") as session:
        for notice in session.scalars(select(Notice)):
            notice.done_at, notice.last_person_id = None, 0
    fan_out()
    assert len(recipients()) == 1


def test_notice_is_mailed_to_confirmed_addresses_without_mute_only(institution, proposal, mails):
    subscriber, muting, unconfirmed = (
        confirm_address_of(factories.create_resident()),
        confirm_address_of(factories.create_resident()),
        factories.create_resident(),
    )
    stop_mails(muting.id, "response")
    for person in (subscriber, muting, unconfirmed):
        follow_subject(person, proposal)
    publish(factories.create_staff(institution), proposal)
    fan_out()
    assert set(recipients("mail")) == {subscriber.id}
    assert {subscriber.id, muting.id, unconfirmed.id} < set(recipients("account"))


def test_notice_to_confirm_is_mailed_to_a_new_address(app, mails):
    from deliberate.operations.accounts import registration as account_operations
    from deliberate.operations.accounts.email_addresses import confirm_email

    joined = account_operations.join(
        "baru", "Warga Baru", factories.PASSPHRASE, email="baru@example.org"
    )
    fan_out()
    assert set(recipients("mail", "address.given")) == {joined.id}
    assert not confirm_email(joined.id, "lain@example.org")
    assert confirm_email(joined.id, "baru@example.org")


def add_followers(proposal, size):
    """Add a number of followers to a proposal with two statements."""
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


def count_statements(function):
    statements = []

    def record(_connection, _cursor, statement, *_more):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", record)
    function()
    event.remove(db.engine, "before_cursor_execute", record)
    return len(statements)


def test_publishing_costs_the_same_with_ten_thousand_followers(institution, clock, mails):
    process, officer = (
        factories.create_process(institution, threshold=9),
        factories.create_staff(institution),
    )
    few, many = factories.create_proposal(process), factories.create_proposal(process)
    add_followers(few, 10)
    add_followers(many, 10_000)
    assert count_statements(lambda: publish(officer, few)) == count_statements(
        lambda: publish(officer, many)
    )
    with unrecorded("test settings") as session:
        session.execute(update(Person).values(email_confirmed_at=now()))
    begun = time.perf_counter()
    fan_out()
    assert len(recipients()) == 10_012
    clock.move_to(datetime(2026, 3, 7, 0, 30, tzinfo=UTC))  # half past eight on Saturday there
    assert create_digests() == 10_012 and create_digests() == 0
    fan_out()
    assert len(recipients("mail", "digest.week")) == 10_012
    assert time.perf_counter() - begun < 60


def test_slot_of_the_weekly_mail_is_read_in_its_first_hour_and_caught_up_once_an_hour(app, clock):
    saturday = datetime(2026, 3, 7, tzinfo=UTC)  # eight o'clock there
    due = []
    for minutes in (-1, 30, 59, 62, 90):
        clock.move_to(saturday + timedelta(minutes=minutes))
        due.append(bool(due_slots()))
    assert due == [False, True, True, True, False]


@pytest.mark.sqlite
def test_weekly_mail_is_found_by_the_index_of_unread_messages(app):
    statements = []

    def record(_connection, _cursor, statement, parameters, *_more):
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", record)
    list_due_digests(6, 8, 0, 5)
    event.remove(db.engine, "before_cursor_execute", record)
    statement, parameters = next(row for row in statements if "GROUP BY" in row[0])
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "ix_delivery_unread" in str(plan.all())


class Killed(BaseException):
    """The job died."""


def die_after(statements, function):
    """Run a function until it has executed some statements; return whether it finished."""
    left = iter(range(statements))

    def count(*_arguments):
        if next(left, None) is None:
            raise Killed

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        function()
    except Killed:
        return False
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
        db.session.remove()
    return True


@pytest.mark.sqlite
def test_fan_out_that_dies_twenty_times_reaches_everybody_once(
    institution, clock, mails, monkeypatch
):
    monkeypatch.setattr(fanout, "PAGE_SIZE", 5)
    monkeypatch.setattr(digests, "PAGE_SIZE", 5)
    proposal = factories.create_proposal(factories.create_process(institution, threshold=9))
    add_followers(proposal, 30)
    with unrecorded("test settings") as session:
        session.execute(update(Person).values(email_confirmed_at=now()))
    publish(factories.create_staff(institution), proposal)
    chance = random.Random(7)
    deaths = [die_after(chance.randrange(1, 25), fan_out) for _ in range(10)]
    fan_out()
    clock.move_to(datetime(2026, 3, 7, 0, 30, tzinfo=UTC))
    deaths += [die_after(chance.randrange(1, 12), create_digests) for _ in range(10)]
    create_digests()
    deaths += [die_after(chance.randrange(1, 25), fan_out) for _ in range(10)]
    fan_out()
    assert deaths.count(False) >= 20
    for channel, kind in (
        ("account", "response.published"),
        ("mail", "response.published"),
        ("mail", "digest.week"),
    ):
        rows = select(Delivery.person_id).join(Notice, Notice.id == Delivery.notice_id)
        people = db.session.scalars(
            rows.where(Delivery.channel == channel, Notice.kind == kind)
        ).all()
        assert len(people) == len(set(people)) == 31, (channel, kind)


def test_fan_out_page_has_a_constant_cost(institution):
    proposal = factories.create_proposal(factories.create_process(institution, threshold=9))
    add_followers(proposal, 3 * fanout.PAGE_SIZE)
    publish(factories.create_staff(institution), proposal)
    notice_id = db.session.scalar(select(Notice.id).where(Notice.kind == "response.published"))
    counts = [count_statements(lambda: fanout._fan_out_page(notice_id)) for _ in range(3)]
    assert len(set(counts)) == 1


def test_fan_out_inserts_a_page_of_two_channels_in_one_statement(institution, mails):
    proposal = factories.create_proposal(factories.create_process(institution, threshold=9))
    add_followers(proposal, 40)
    with unrecorded("test settings") as session:
        session.execute(
            update(Person)
            .where(Person.name_key.startswith("k"))
            .values(email=Person.name_key + "@example.org", email_confirmed_at=now())
        )
    publish(factories.create_staff(institution), proposal)
    notice_id = db.session.scalar(select(Notice.id).where(Notice.kind == "response.published"))
    assert count_statements(lambda: fanout._fan_out_page(notice_id)) < 40
    channels = db.session.scalars(select(Delivery.channel).where(Delivery.notice_id == notice_id))
    assert set(channels) == {"account", "mail"}


KILLED = """
import os, signal, sys
from deliberate import create_app
from deliberate.config import Settings
from deliberate.models import Person, Proposal
from deliberate.database import db
from deliberate.notifications import digests, fanout
from deliberate.notifications.digests import create_digests
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import ResponseDecision
folder, officer, proposal, moment = sys.argv[1:]
settings = Settings(mode="test", data_dir=folder, secret_key="t" * 40, signing_key="1" * 64)
app = create_app(settings)
with app.app_context():
    publish_response(
        db.session.get(Person, int(officer)), db.session.get(Proposal, int(proposal)),
        ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
    if moment == "fanning":
        fanout.PAGE_SIZE = 2
        fanout._fan_out_page(fanout._next_notice())
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.sqlite
@pytest.mark.parametrize("moment", ["published", "fanning"])
def test_notice_survives_a_kill_between_act_and_delivery(app, institution, proposal, moment):
    followers = [factories.create_resident() for _ in range(5)]
    for follower in followers:
        follow_subject(follower, proposal)
    expected = {proposal.author_id, *(follower.id for follower in followers)}
    folder = str(Path(db.engine.url.database).parent)
    officer = factories.create_staff(institution)
    command = [sys.executable, "-c", KILLED, folder, str(officer.id), str(proposal.id), moment]
    db.session.remove()
    killed = subprocess.run(
        command, check=False, cwd=Path(__file__).parents[2], env=dict(os.environ)
    )
    assert killed.returncode == -signal.SIGKILL
    fan_out()
    assert set(recipients()) == expected
