"""Mails go through a server that fails, hangs and dies: each one, in order, under one name."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Notice
from deliberate.notifications.delivery import send_due, wait_after
from deliberate.notifications.smtp import Mailer
from tests import factories
from tests.notices.mail_server import serving


def some_mails(people: int, each: int) -> dict[int, list[str]]:
    """Mails waiting; gives for each person the names of theirs in order."""
    proposal = factories.a_proposal()
    readers = [factories.resident() for _ in range(people)]
    with unrecorded("test settings") as session:
        for reader in readers:
            reader.email = f"p{reader.id}@example.org"
            session.add(reader)
        for number in range(each):
            notice = Notice(act=f"act{number}", kind="deadline.missed", proposal_id=proposal.id)
            session.add(notice)
            session.flush()
            session.add_all(
                Delivery(notice_id=notice.id, act=notice.act, person_id=r.id, channel="mail")
                for r in readers
            )
    return {r.id: [f"<act{n}.{r.id}@127.0.0.1>" for n in range(each)] for r in readers}


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(
        select(func.count(Delivery.id)).where(
            Delivery.channel == "mail", Delivery.sent_at.is_(None), Delivery.act.like("act%")
        )
    )


def mailer(server, timeout: float = 0.3) -> Mailer:
    return Mailer(f"smtp://127.0.0.1:{server.port}?tls=no", timeout)


@pytest.mark.parametrize("seed", range(3))
def test_every_mail_arrives_in_order_whatever_the_server_does(app, clock, seed):
    wanted = some_mails(people=6, each=4)
    chance = random.Random(seed)
    moods = ["ok"] * 6 + ["busy", "away", "hang", "die_before", "die_after"]
    script = [chance.choice(moods) for _ in range(40)]
    with serving(script) as server:
        for _round in range(60):
            send_due(mailer(server))
            if not waiting():
                break
            clock.shift(timedelta(hours=7))
    assert waiting() == 0
    arrived = Counter(name for _address, name, _done in server.got)
    doubtful = {name for _address, name, done in server.got if not done}
    assert set(arrived) == {name for names in wanted.values() for name in names}
    assert all(count == 1 or name in doubtful for name, count in arrived.items())
    for person, names in wanted.items():
        mine = [n for a, n, _done in server.got if a == f"p{person}@example.org"]
        assert list(dict.fromkeys(mine)) == names


def test_a_mail_refused_for_good_is_given_up_and_the_next_one_goes(app, clock):
    some_mails(people=1, each=2)
    with serving(["refuse"]) as server:
        assert send_due(mailer(server)) == 1
    assert waiting() == 0 and len(server.got) == 1
    refused = db.session.scalars(select(Delivery).where(Delivery.error != "")).one()
    assert refused.error.startswith("550")


def test_a_mail_that_failed_waits_longer_each_time(app, clock):
    some_mails(people=1, each=1)
    with serving(["busy"]) as server:
        assert send_due(mailer(server)) == 0 and send_due(mailer(server)) == 0
        clock.shift(timedelta(minutes=2))
        assert send_due(mailer(server)) == 1
    assert wait_after(1) < wait_after(2) < wait_after(20) == timedelta(hours=6)


def test_a_claim_of_a_dead_process_ends(app, clock):
    some_mails(people=1, each=1)
    with unrecorded("test settings") as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.channel == "mail")):
            delivery.next_at, delivery.tries = now() + timedelta(minutes=10), 1
    with serving([]) as server:
        assert send_due(mailer(server)) == 0
        clock.shift(timedelta(minutes=11))
        assert send_due(mailer(server)) == 1


def test_a_later_mail_waits_for_the_earlier_one_of_its_person(app, clock):
    (names,) = some_mails(people=1, each=2).values()
    with serving(["busy"]) as server:
        assert send_due(mailer(server)) == 0
        clock.shift(timedelta(minutes=2))
        assert send_due(mailer(server)) == 2
    assert [name for _address, name, _done in server.got] == names


def test_without_a_server_nothing_is_sent_and_nothing_lost(app, clock):
    some_mails(people=1, each=1)
    assert send_due() == 0 and waiting() == 1
