"""Delivery of mails by a server that fails, hangs and dies: every mail, in order."""

import random
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications.channels.adapter import PermanentFailure
from deliberate.notifications.delivery import MAX_COMPOSE_ATTEMPTS, retry_delay, send_due
from deliberate.notifications.mail import single_line_subject
from deliberate.notifications.smtp import Mailer
from tests import factories
from tests.notices.mail_server import running_mail_server


def create_pending_mails(people: int, each: int, key: str = "act") -> dict[int, list[str]]:
    """Create pending mails; return the Message-IDs of each person in order."""
    proposal = factories.create_proposal()
    readers = [factories.create_resident() for _ in range(people)]
    with unrecorded("test settings") as session:
        for reader in readers:
            reader.email = f"p{reader.id}@example.org"
            session.add(reader)
        for number in range(each):
            notice = Notice(key=f"{key}{number}", kind="deadline.missed", proposal_id=proposal.id)
            session.add(notice)
            session.flush()
            session.add_all(
                Delivery(notice_id=notice.id, notice_key=notice.key, person_id=r.id, channel="mail")
                for r in readers
            )
    return {r.id: [f"<{key}{n}.{r.id}@127.0.0.1>" for n in range(each)] for r in readers}


def pending_count() -> int:
    db.session.rollback()
    return db.session.scalar(
        select(func.count(Delivery.id)).where(
            Delivery.channel == "mail", Delivery.sent_at.is_(None), Delivery.notice_key.like("act%")
        )
    )


def mailer(server, timeout: float = 0.3) -> Mailer:
    return Mailer(f"smtp://127.0.0.1:{server.port}?tls=no", timeout)


@pytest.mark.parametrize("seed", range(3))
def test_mails_arrive_in_order_despite_server_failures(app, clock, seed):
    expected = create_pending_mails(people=6, each=4)
    chance = random.Random(seed)
    steps = ["ok"] * 6 + ["busy", "unavailable", "hang", "die_before", "die_after"]
    script = [chance.choice(steps) for _ in range(40)]
    with running_mail_server(script) as server:
        for _round in range(60):
            send_due(mailer(server))
            if not pending_count():
                break
            clock.shift(timedelta(hours=7))
    assert pending_count() == 0
    arrived = Counter(name for _address, name, _done in server.received)
    doubtful = {name for _address, name, done in server.received if not done}
    assert set(arrived) == {name for names in expected.values() for name in names}
    assert all(count == 1 or name in doubtful for name, count in arrived.items())
    for person, names in expected.items():
        received = [
            name for address, name, _done in server.received if address == f"p{person}@example.org"
        ]
        assert list(dict.fromkeys(received)) == names


def test_mail_rejected_permanently_is_abandoned_and_the_next_is_sent(app, clock):
    create_pending_mails(people=1, each=2)
    with running_mail_server(["refuse"]) as server:
        assert send_due(mailer(server)) == 1
    assert pending_count() == 0 and len(server.received) == 1
    refused = db.session.scalars(select(Delivery).where(Delivery.error != "")).one()
    assert refused.error.startswith("550")


def test_mail_retry_delay_grows_with_each_attempt(app, clock):
    create_pending_mails(people=1, each=1)
    with running_mail_server(["busy"]) as server:
        assert send_due(mailer(server)) == 0 and send_due(mailer(server)) == 0
        clock.shift(timedelta(minutes=2))
        assert send_due(mailer(server)) == 1
    assert retry_delay(1) < retry_delay(2) < retry_delay(20) == timedelta(hours=6)


def test_mail_claimed_by_a_dead_process_is_sent_later(app, clock):
    create_pending_mails(people=1, each=1)
    with unrecorded("test settings") as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.channel == "mail")):
            delivery.next_attempt_at, delivery.attempts = now() + timedelta(minutes=10), 1
    with running_mail_server([]) as server:
        assert send_due(mailer(server)) == 0
        clock.shift(timedelta(minutes=11))
        assert send_due(mailer(server)) == 1


def test_mail_waits_for_an_earlier_mail_to_the_same_person(app, clock):
    (names,) = create_pending_mails(people=1, each=2).values()
    with running_mail_server(["busy"]) as server:
        assert send_due(mailer(server)) == 0
        clock.shift(timedelta(minutes=2))
        assert send_due(mailer(server)) == 2
    assert [name for _address, name, _done in server.received] == names


def set_address(person_id: int, address: str) -> None:
    with unrecorded("test settings") as session:
        session.get_one(Person, person_id).email = address


@pytest.mark.parametrize(
    "address",
    ["=?utf-8?q??=@b.org", "a..b@c.org", "a@c", "\u202ea@c.org", "x" * 70 + "@c.org", "@"],
)
def test_invalid_address_fails_its_own_mail_alone(app, clock, address):
    first, *others = create_pending_mails(people=3, each=1)
    set_address(first, address)
    with running_mail_server([]) as server:
        assert send_due(mailer(server)) == 2
    assert [to for to, *_ in server.received] == [f"p{person}@example.org" for person in others]
    failed = db.session.scalars(select(Delivery).where(Delivery.error != "")).one()
    assert (failed.person_id, failed.error, failed.attempts) == (first, "invalid address", 1)


def test_mail_that_cannot_be_composed_is_retried_alone_and_given_up(app, clock):
    _first, second = create_pending_mails(people=2, each=1)
    with unrecorded("test settings") as session:
        broken = Notice(key="actx", kind="no.such.kind", person_id=second, done_at=now())
        session.add(broken)
        session.flush()
        pending = Delivery(
            notice_id=broken.id, notice_key=broken.key, person_id=second, channel="mail"
        )
        session.add(pending)
    with running_mail_server([]) as server:
        assert send_due(mailer(server)) == 2
        assert pending_count() == 1
        for _ in range(MAX_COMPOSE_ATTEMPTS):
            clock.shift(timedelta(hours=7))
            send_due(mailer(server))
    assert pending_count() == 0
    assert (pending.attempts, pending.error) == (MAX_COMPOSE_ATTEMPTS, "KeyError: 'no.such.kind'")


def test_mail_that_cannot_be_written_is_a_permanent_failure_of_that_mail(app):
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "a@b.org", "x"
    mail["From"] = "a@b.org"
    mail.set_payload(object())
    with (
        running_mail_server([]) as server,
        mailer(server) as open_mailer,
        pytest.raises(PermanentFailure),
    ):
        open_mailer.send(mail)


def test_subject_shows_an_encoded_word_as_it_was_written(app):
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = single_line_subject("Jalan =?utf-8?q?palsu?= rusak")
    assert str(mail["Subject"]) == "Jalan = ?utf-8?q?palsu?= rusak"


def test_mail_stays_pending_without_a_server(app, clock):
    create_pending_mails(people=1, each=1)
    assert send_due() == 0 and pending_count() == 1
