"""The measured effect of notices: who came back by kind, and the weeks left out by chance."""

import random
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, DigestTrial, Notice, NoticeEffects, Person
from deliberate.notifications import digests
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.digests import HELD_OUT_ONE_IN, create_digests, is_held_out
from deliberate.operations.notices.digests import choose_digest
from deliberate.operations.notices.effects import store_notice_effects
from deliberate.operations.proposals.follows import follow_subject
from deliberate.queries.notices.effects import (
    MIN_GROUP,
    DigestEffect,
    KindEffect,
    count_returns,
    estimate_difference,
    measure_digest,
    measure_kinds,
    newest_effects,
)
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

SATURDAY = datetime(2026, 3, 7, 0, 30, tzinfo=UTC)
"""Half past eight at the site."""


def send(person, kind="response.published", *, channel="mail", at=None, error=""):
    """Store a notice that was sent to a person."""
    with unrecorded("test notices") as session:
        notice = Notice(key=f"{kind}.{person.id}.{channel}.{at}", kind=kind, created_at=now())
        session.add(notice)
        session.flush()
        delivery = Delivery(
            notice_id=notice.id, notice_key=notice.key, person_id=person.id, channel=channel
        )
        delivery.sent_at, delivery.error = at or now(), error
        session.add(delivery)


def notified(count, returning, proposal, clock, **kwargs):
    """Return residents to whom a notice was sent, of whom the first come back after a day."""
    people = [factories.create_resident() for _number in range(count)]
    clock.shift(timedelta(days=30))
    for person in people:
        send(person, **kwargs)
    clock.shift(timedelta(days=1))
    for person in people[:returning]:
        follow_subject(person, proposal)
    clock.shift(timedelta(days=10))
    return people


@pytest.fixture
def proposal(app):
    return factories.create_proposal()


def test_share_who_came_back_is_counted_by_kind_and_rounded(proposal, clock):
    notified(13, 6, proposal, clock)
    assert count_returns() == {"response.published": (13, 6)}
    assert measure_kinds(3) == [KindEffect("response.published", 10, 45)]


def test_share_is_not_shown_for_few_who_came_back_nor_for_few_who_did_not(proposal, clock):
    notified(11, 2, proposal, clock)
    notified(11, 9, proposal, clock, kind="poll.opened")
    shown = [(effect.people, effect.share) for effect in measure_kinds(3)]
    assert shown == [(10, None), (10, None)]
    assert measure_kinds(12) == []


def test_message_in_the_account_and_failed_mail_notify_nobody(proposal, clock):
    notified(4, 2, proposal, clock, channel="account")
    notified(4, 2, proposal, clock, error="rejected")
    assert count_returns() == {}


def test_act_before_the_notice_or_a_week_after_is_no_return(proposal, clock):
    early, late = factories.create_resident(), factories.create_resident()
    clock.shift(timedelta(days=30))
    follow_subject(early, proposal)
    clock.shift(timedelta(hours=1))
    send(early)
    send(late)
    clock.shift(timedelta(days=7, hours=1))
    follow_subject(late, proposal)
    assert count_returns() == {"response.published": (2, 0)}


def test_person_counts_once_for_a_kind(proposal, clock):
    (person,) = notified(1, 1, proposal, clock)
    send(person, at=now() - timedelta(days=9))
    assert count_returns() == {"response.published": (1, 1)}


def test_erased_person_is_not_counted(proposal, clock):
    people = notified(3, 3, proposal, clock)
    with unrecorded("test erasure") as session:
        session.delete(session.get(Person, people[0].id).key)
    assert count_returns() == {"response.published": (2, 2)}


# The weeks left out by chance.


@pytest.fixture
def mailing(monkeypatch):
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)


def create_readers(count, *, joins_trial=True):
    """Return residents with a message in the account, shortly before their weekly mail."""
    people = [factories.create_resident() for _number in range(count)]
    with unrecorded("test readers") as session:
        for person in people:
            session.get(Person, person.id).email_confirmed_at = now()
    for person in people:
        choose_digest(person, is_wanted=True, weekday=6, hour=8, joins_trial=joins_trial)
        send(person, "poll.opened", channel="account")
    return people


def mailed():
    db.session.rollback()
    rows = db.session.scalars(select(Notice.person_id).where(Notice.kind == "digest.week"))
    return set(rows)


def test_weekly_mail_is_left_out_for_those_whom_chance_chose_and_no_others(
    app, clock, mailing, monkeypatch
):
    people = create_readers(3)
    strangers = create_readers(2, joins_trial=False)
    left_out = {people[0].id, strangers[0].id}
    monkeypatch.setattr(digests, "is_held_out", lambda person_id, _week: person_id in left_out)
    clock.move_to(SATURDAY)
    assert (create_digests(), create_digests()) == (4, 0)
    assert mailed() == {person.id for person in people + strangers} - {people[0].id}
    weeks = db.session.scalars(select(DigestTrial)).all()
    assert {row.person_id for row in weeks} == {person.id for person in people}
    assert [row.person_id for row in weeks if row.is_held_out] == [people[0].id]


def test_chance_leaves_out_one_mail_in_twenty_and_repeats_its_choice(app):
    weeks = [(person_id, f".2026.{week}") for person_id in range(400) for week in range(1, 11)]
    chosen = [is_held_out(*week) for week in weeks]
    assert 0.8 < sum(chosen) * HELD_OUT_ONE_IN / len(weeks) < 1.2
    assert chosen == [is_held_out(*week) for week in weeks]


def add_weeks(people, returning, *, is_held_out, week, proposal, clock):
    with unrecorded("test trial") as session:
        for person in people:
            session.add(
                DigestTrial(
                    person_id=person.id, week=week, is_held_out=is_held_out, assigned_at=now()
                )
            )
    clock.shift(timedelta(days=1))
    for person in people[:returning]:
        follow_subject(person, proposal)
    clock.shift(timedelta(days=10))


def test_difference_of_weeks_is_measured_from_acts_after_them(proposal, clock, monkeypatch):
    monkeypatch.setattr("deliberate.queries.notices.effects.MIN_GROUP", 4)
    people = [factories.create_resident() for _number in range(24)]
    clock.shift(timedelta(days=30))
    options = {"proposal": proposal, "clock": clock}
    add_weeks(people[:12], 9, is_held_out=False, week=".2026.10", **options)
    add_weeks(people[12:], 3, is_held_out=True, week=".2026.12", **options)
    effect = measure_digest(3)
    assert (effect.people, effect.held_out, effect.difference) == (10, 10, 0.5)
    assert effect.low < 0.5 < effect.high
    assert measure_digest(4) == DigestEffect()


MIXED = [([True], [])] * 450 + [([False], [])] * 450


def test_difference_is_not_published_below_fifty_people_a_group():
    few = [([], [True])] * 20 + [([], [False])] * (MIN_GROUP - 21)
    assert estimate_difference([*MIXED, *few], 1) == DigestEffect()
    assert estimate_difference([*MIXED, *few, ([], [False])], 1).difference is not None


@pytest.mark.parametrize("returning", [0, 9, 91, 100])
def test_difference_is_not_published_where_few_came_back_or_few_did_not(returning):
    held_out = [([], [True])] * returning + [([], [False])] * (100 - returning)
    assert estimate_difference([*MIXED, *held_out], 10) == DigestEffect()


def test_difference_without_any_spread_is_not_published():
    assert estimate_difference([([True, False], [True, False])] * 100, 10) == DigestEffect()


def test_interval_of_the_difference_holds_the_truth_with_weeks_of_a_person_alike():
    chance, hits, runs = random.Random(8), 0, 300
    for _run in range(runs):
        people = []
        for _person in range(200):
            habit = chance.choice((0.1, 0.7))
            outcomes = ([], [])
            for _week in range(20):
                held_out = chance.random() < 0.2
                outcomes[held_out].append(chance.random() < habit + 0.1 * (not held_out))
            people.append(outcomes)
        effect = estimate_difference(people, 10)
        hits += effect.low <= 0.1 <= effect.high
    assert 0.91 < hits / runs < 0.985


def test_leaving_the_trial_deletes_its_weeks(app, clock):
    person = factories.create_resident()
    choose_digest(person, is_wanted=True, weekday=6, hour=8, joins_trial=True)
    with unrecorded("test trial") as session:
        session.add(DigestTrial(person_id=person.id, week=".2026.9", is_held_out=False))
    choose_digest(person, is_wanted=True, weekday=6, hour=8)
    db.session.rollback()
    assert db.session.scalars(select(DigestTrial)).all() == []


def test_trial_is_off_until_a_person_agrees_on_the_page(app):
    person = factories.create_resident()
    client, page = signed_in_client(app, person), "/en/account/messages/choices"
    box = re.search(r'<input[^>]*name="joins_trial"[^>]*>', client.get(page).text).group()
    assert "checked" not in box
    fields = {"is_wanted": "y", "weekday": "6", "hour": "8", "joins_trial": "y"}
    assert submit_form(client, page, **fields).status_code == 303
    box = re.search(r'<input[^>]*name="joins_trial"[^>]*>', client.get(page).text).group()
    assert "checked" in box


def test_scoreboard_shows_stored_effects_without_small_cells(proposal, clock, app):
    notified(25, 12, proposal, clock)
    notified(12, 6, proposal, clock, kind="poll.opened")
    notified(9, 4, proposal, clock, kind="poll.result")
    store_notice_effects()
    assert len(db.session.scalars(select(NoticeEffects)).all()) == 1
    assert [effect.people for effect in newest_effects().kinds] == [20, 10]
    app.extensions["page_cache"].clear()
    page = " ".join(re.sub("<[^>]+>", " ", anonymous_client(app).get("/en/scores/").text).split())
    assert "at least 20 about 50 of 100" in page and "at least 10 too few to show" in page
    assert "it is not so yet" in page


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        (DigestEffect(900, 50, -0.02, -0.05, 0.01), "2 fewer of 100 came back"),
        (DigestEffect(900, 50, 0.03, 0.01, 0.05), "3 more of 100 came back"),
    ],
)
def test_scoreboard_words_a_difference_without_a_sign(app, effect, sentence):
    with unrecorded("test figures") as session:
        figures = {"kinds": [], "digest": asdict(effect)}
        session.add(NoticeEffects(computed_at=now(), figures=figures))
    app.extensions["page_cache"].clear()
    assert sentence in " ".join(anonymous_client(app).get("/en/scores/").text.split())
