"""The registry: each line is caused by an act or a date, and reaches its people once.

Kinds of notices about the account itself are tested with the acts that cause them.
"""

import re
from collections import defaultdict
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.delivery import send_due
from deliberate.notifications.digests import create_digests
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.registry import REGISTRY
from deliberate.notifications.reminders import create_reminders
from deliberate.notifications.smtp import Mailer
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.moderation.decisions import (
    decide_appeal,
    escalate,
    file_appeal,
    hide_contribution,
    report_contribution,
    request_edit,
    restore_contribution,
)
from deliberate.operations.moderation.sanctions import impose_sanction
from deliberate.operations.notices.messages import choose_topics, mark_messages_read
from deliberate.operations.polls.ballots import cast_ballot
from deliberate.operations.polls.office_ballots import enter_ballot, hold_ballot, object_to_ballot
from deliberate.operations.polls.polls import state_outcome
from deliberate.operations.processes.news import publish_news
from deliberate.operations.processes.process_setup import change_process
from deliberate.operations.proposals.follows import FollowedTopic, follow_subject
from deliberate.operations.proposals.merging import merge_proposals, unmerge_proposal
from deliberate.operations.proposals.proposals import revise_proposal
from deliberate.operations.proposals.summaries import suggest_summary
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.cases import acknowledge_proposal, assign_case, pause_clock
from deliberate.operations.responses.commitments import (
    drop_commitment,
    fulfil_commitment,
    update_commitment,
)
from deliberate.operations.responses.outside_systems import StatusReport, receive_status
from deliberate.operations.responses.referrals import (
    accept_referral,
    decline_referral,
    refer_proposal,
)
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.scores.questionnaires import open_questionnaire
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.moderation.queue import open_appeals
from deliberate.queries.polls.office_ballots import get_entered_ballot
from deliberate.vocabulary import (
    AppealOutcome,
    ModerationRule,
    OutsideState,
    PhaseKind,
    PhaseSwitch,
    QuestionnaireAudience,
    ResponseDecision,
    Role,
    Stance,
)
from deliberate.vocabulary.notices import Channel, NoticePage
from tests import factories
from tests.client import signed_in_client
from tests.notices.mail_server import running_mail_server
from tests.scores.questionnaires.test_reason_surveys import open_survey

OF_ACCOUNTS = {
    NoticePage.ACCOUNT,
    NoticePage.LIMIT,
    NoticePage.SECOND_FACTOR,
    NoticePage.VERIFICATION,
    NoticePage.RECLASSIFICATION,
    NoticePage.DATA_REQUESTS,
    NoticePage.WEBHOOKS,
    NoticePage.OUTSIDE_SYSTEMS,
}
"""Notices to the owner of an account, tested in tests/accounts and tests/moderation."""
ELSEWHERE = {"desk.check", "desk.checked", "desk.sign", "desk.unpublished", "ballot.receipt"} | {
    "moderation.held",
    "moderation.delayed",
    "moderation.kept",
    "entry.made",
    "coauthor.invited",
    "coauthor.joined",
    "coauthor.left",
    "withdrawal.requested",
    "withdrawal.objected",
    "amendment.revised",
    "amendment.promoted",
    "document.opened",
    "document.revised",
    "document.closed",
    "unit.answered",
    "amendment.decided",
    "desk.unit_assigned",
    "desk.unit_check",
    "desk.unit_checked",
    "desk.unit_sign",
}
"""Tested in tests of responses, polls, moderation, accounts, proposals and documents."""


class City:
    """People with confirmed addresses around one process, and who was notified of what."""

    def __init__(self):
        self.institution = factories.create_institution("sarpras")
        self.other = factories.create_institution("dishub", is_coordinator=True)
        self.process = factories.create_process(self.institution, threshold=3, days=200)
        self.officer = self.known(factories.create_staff(self.institution))
        self.colleague = self.known(factories.create_staff(self.institution))
        self.stranger_officer = self.known(factories.create_staff(self.other))
        self.moderator, self.second = (
            self.known(factories.create_staff(self.other, Role.MODERATOR)) for _ in range(2)
        )
        self.author, self.supporter, self.commenter, self.follower = (
            self.known(factories.create_resident(), language) for language in ("id", "en") * 2
        )
        self.stranger = self.known(factories.create_resident())
        self.proposal = factories.create_proposal(self.process, self.author)
        with unrecorded("test settings") as session:
            self.proposal.topic, self.proposal.institution_id = "Halte", self.institution.id
            session.add(self.proposal)
        self.told = defaultdict(list)
        self.last_id = 0

    def known(self, person, language="id"):
        with unrecorded("test settings") as session:
            person.email, person.email_confirmed_at = f"p{person.id}@example.org", now()
            person.language = language
            session.add(person)
        return person

    def deliver(self):
        """Run the jobs; return the ids of who was notified since the last call, by kind."""
        create_reminders()
        create_digests()
        fan_out()
        db.session.rollback()
        rows = db.session.execute(
            select(Delivery.id, Notice.kind, Delivery.person_id)
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(Delivery.id > self.last_id, Delivery.channel == "account")
            .order_by(Delivery.id)
        ).all()
        mailed = db.session.scalars(select(Notice.kind).where(Notice.kind == "digest.week"))
        self.told["digest.week"] += list(mailed)
        new = defaultdict(list)
        for id_, kind, person_id in rows:
            self.last_id = max(self.last_id, id_)
            new[kind].append(person_id)
            self.told[kind].append(person_id)
        return {kind: sorted(people) for kind, people in new.items()}

    def ids(self, *people):
        return sorted(person.id for person in people)


@pytest.fixture
def city(app, clock, monkeypatch):
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)
    return City()


def take_part(city):
    """Bring author, supporter, commenter and follower together; return all of them."""
    support_proposal(city.supporter, city.proposal)
    post_comment(city.commenter, city.proposal, "Setuju, teduh.", stance=Stance.FOR)
    follow_subject(city.follower, FollowedTopic("halte"))
    return city.ids(city.author, city.supporter, city.commenter, city.follower)


def threads_and_proposals(city, clock, everyone):
    comment = post_comment(city.commenter, city.proposal, "Sebab panas.", stance=Stance.FOR)
    post_comment(city.author, city.proposal, "Terima kasih.", parent=comment)
    post_comment(city.commenter, city.proposal, "Sama-sama.", parent=comment)
    assert city.deliver()["comment.replied"] == city.ids(city.commenter)
    revise_proposal(city.author, city.proposal, "Bangku dan atap", "Lansia menunggu.", "Atap")
    assert city.deliver()["proposal.revised"] == city.ids(city.supporter)
    for _ in range(2):
        support_proposal(factories.create_resident(), city.proposal)
    told = city.deliver()
    assert set(everyone) <= set(told["proposal.qualified"])
    assert told["desk.new"] == city.ids(city.officer, city.colleague)
    suggest_summary(city.author, city.proposal, "Bangku", "Lansia", "Biaya")
    assert city.deliver()["queue.summary"] == city.ids(city.moderator, city.second)
    suggest_summary(city.moderator, city.proposal, "Bangku", "Lansia", "Biaya tinggi")
    assert city.deliver()["summary.waits"] == city.ids(city.author)
    clock.shift(timedelta(days=1))
    assert city.deliver()["comment.arguments"] == city.ids(city.author)
    twin = factories.create_proposal(city.process, city.stranger)
    merge_proposals(city.moderator, twin, city.proposal)
    told = city.deliver()
    assert city.stranger.id in told["proposal.merged"]
    assert told["proposal.joined"] == city.ids(city.author)
    unmerge_proposal(city.moderator, twin)
    assert city.stranger.id in city.deliver()["proposal.unmerged"]


def cases_and_responses(city, clock, everyone):
    assign_case(city.officer, city.proposal, city.colleague)
    acknowledge_proposal(city.officer, city.proposal)
    told = city.deliver()
    assert told["desk.assigned"] == city.ids(city.colleague)
    assert set(everyone) <= set(told["proposal.acknowledged"])
    referral = refer_proposal(city.officer, city.proposal, city.other, "Halte.")
    told = city.deliver()
    assert set(everyone) <= set(told["proposal.referred"])
    assert told["desk.offered"] == city.ids(city.stranger_officer)
    accept_referral(city.stranger_officer, referral)
    assert set(everyone) <= set(city.deliver()["referral.accepted"])
    back = refer_proposal(city.stranger_officer, city.proposal, city.institution, "Taman.")
    decline_referral(city.officer, back, "Bukan kami.")
    assert city.deliver()["desk.bounced"] == city.ids(city.stranger_officer)
    outside = refer_proposal(
        city.stranger_officer, city.proposal, None, "Jalan nasional.", external_system="OSS"
    )
    receive_status(None, outside, "m1", StatusReport(OutsideState.RECEIVED))
    assert set(everyone) <= set(city.deliver()["outside_status.received"])
    clock.move_to(city.proposal.due_at - timedelta(days=1))
    assert city.deliver()["desk.soon"] == city.ids(city.stranger_officer)
    clock.move_to(city.proposal.due_at + timedelta(hours=1))
    told = city.deliver()
    assert set(everyone) <= set(told["deadline.missed"])
    assert told["desk.overdue"] == city.ids(city.stranger_officer)
    due = (now() + timedelta(days=3)).date()
    study = (ResponseDecision.NEEDS_STUDY, "Dikaji", "Kami menghitung.")
    publish_response(city.stranger_officer, city.proposal, *study, study_until=due)
    assert set(everyone) <= set(city.deliver()["response.interim"])
    response = publish_response(
        city.stranger_officer,
        city.proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[(what, city.other, due) for what in ("Atap", "Bangku", "Lampu")],
    )
    told = city.deliver()
    assert set(everyone) <= set(told["response.published"])
    assert set(everyone) <= set(told["commitment.due"])
    assert set(told["desk.commitment"]) == {city.stranger_officer.id}
    roof, bench, _lamp = response.commitments
    update_commitment(city.stranger_officer, roof, "Digali.")
    fulfil_commitment(city.stranger_officer, roof)
    drop_commitment(city.stranger_officer, bench, "Tidak ada dana.")
    clock.shift(timedelta(days=5))
    told = city.deliver()
    for kind in ("updated", "fulfilled", "dropped", "late"):
        assert set(everyone) <= set(told[f"commitment.{kind}"]), kind
    publish_response(
        city.stranger_officer,
        city.proposal,
        ResponseDecision.ACCEPTED,
        "Sebagian",
        "Atap saja.",
        note="Dana",
    )
    assert set(everyone) <= set(city.deliver()["response.again"])
    second = factories.create_proposal(city.process, city.commenter)
    for _ in range(3):
        support_proposal(factories.create_resident(), second)
    pause_clock(city.stranger_officer, second, "Di mana?")
    assert city.commenter.id in city.deliver()["clock.paused"]


def polls_and_processes(city, clock, everyone):
    follow_subject(city.follower, city.process)
    poll = factories.create_poll(city.process, days=3)
    told = city.deliver()
    assert set(everyone) <= set(told["poll.opened"])
    cast_ballot(city.supporter, poll, poll.options[0])
    enter_ballot(city.officer, poll, city.author, [(poll.options[0].id, 1)], "A-17")
    hold_ballot(city.officer, poll, city.commenter, [(poll.options[0].id, 1)])
    told = city.deliver()
    assert told["ballot.entered"] == city.ids(city.author)
    assert told["ballot.held"] == city.ids(city.commenter)
    asked = told["ballot.to_confirm"]
    assert city.colleague.id in asked and city.officer.id not in asked
    object_to_ballot(city.commenter, get_entered_ballot(poll, city.commenter))
    alerted = city.deliver()["ballot.objected"]
    assert city.colleague.id in alerted and city.officer.id not in alerted
    clock.move_to(poll.closes_at - timedelta(hours=5))
    closing = set(city.deliver()["poll.closing"])
    assert city.commenter.id in closing and not closing & {city.author.id, city.supporter.id}
    clock.move_to(poll.closes_at)
    assert set(everyone) <= set(city.deliver()["poll.result"])
    state_outcome(city.officer, poll, "Rute 1 dibangun.")
    assert set(everyone) <= set(city.deliver()["poll.outcome"])
    admin = city.known(factories.create_staff(role=Role.ADMIN))
    change_process(
        admin, city.process, {"response_days": 25}, [(city.institution, "lead")], "Libur"
    )
    assert set(everyone) <= set(city.deliver()["process.changed"])
    publish_news(city.officer, city.process, ("Rapat warga", ""), ("Hari Sabtu.", ""))
    assert city.deliver()["news.published"] == city.ids(city.follower)
    phase = factories.add_phase
    phase(city.process, PhaseKind.REVIEW, now() + timedelta(days=300), 5, PhaseSwitch.COMMENT)
    clock.shift(timedelta(days=300, hours=1))
    assert set(everyone) <= set(city.deliver()["phase.began"])
    open_questionnaire(admin, city.process, QuestionnaireAudience.PARTICIPANTS, 14)
    assert set(everyone) <= set(city.deliver()["questionnaire.opened"])
    open_questionnaire(admin, city.process, QuestionnaireAudience.ORGANISERS, 14)
    staff = db.session.scalars(
        select(Person.id).where(Person.institution_id == city.institution.id)
    ).all()
    assert {city.officer.id, city.colleague.id} <= set(staff)
    organisers = {*staff, *city.ids(city.moderator, city.second)}
    assert set(city.deliver()["questionnaire.organisers"]) == organisers
    survey = open_survey(admin, city.process)
    assert set(everyone) <= set(city.deliver()["reason_survey.opened"])
    clock.move_to(survey.after_opens_at)
    assert set(everyone) <= set(city.deliver()["reason_survey.after"])
    clock.shift(timedelta(days=-20))
    clock.move_to(now() - timedelta(days=150))


def moderation(city, clock):
    comment = post_comment(city.commenter, city.proposal, "Beli di toko saya.", stance=Stance.FOR)
    report_contribution(city.stranger, comment, ModerationRule.SPAM)
    clock.shift(timedelta(hours=25))
    assert city.deliver()["queue.late"] == city.ids(city.moderator, city.second)
    escalate(city.moderator, comment, "Saya kenal dia.")
    assert city.deliver()["queue.passed"] == city.ids(city.second)
    request_edit(city.second, comment, ModerationRule.SPAM, "Hapus nama toko.")
    hide_contribution(city.second, comment, ModerationRule.SPAM, "Iklan.")
    restore_contribution(city.second, comment)
    told = city.deliver()
    for kind in ("asked", "hidden", "restored"):
        assert told[f"moderation.{kind}"] == city.ids(city.commenter), kind
    for outcome, kind in ((AppealOutcome.REFUSED, "refused"), (AppealOutcome.GRANTED, "granted")):
        text = post_comment(city.commenter, city.proposal, f"Toko {kind}.", stance=Stance.FOR)
        hide_contribution(city.moderator, text, ModerationRule.SPAM, "Iklan.")
        file_appeal(city.commenter, text, "Bukan iklan.")
        ((appeal, _text),) = open_appeals()
        decide_appeal(city.second, appeal, outcome, "Begitu.")
        assert city.deliver()[f"moderation.{kind}"] == city.ids(city.commenter)
    held = post_comment(city.commenter, city.proposal, "Lihat situs.", stance=Stance.FOR)
    with unrecorded("test settings") as session:
        session.merge(held).hold(now() + timedelta(days=2), "new_account_link")
    clock.shift(timedelta(days=2, minutes=1))
    assert city.deliver()["moderation.published"] == city.ids(city.commenter)


def links_that_lead_elsewhere(app, mails):
    """Open one link of each form as its recipient; return those that do not show their thing."""
    people = {person.email: person for person in db.session.scalars(select(Person))}
    clients, seen, wrong = {}, set(), []
    for address, mail in mails:
        html = mail.get_body(("html",)).get_content()
        for href in re.findall(r"<a href='([^']+)'>", html):
            url = urlsplit(unescape(href))
            form = (re.sub(r"\d+", "0", url.path.split("/unsubscribe/")[0]), bool(url.fragment))
            if form in seen:
                continue
            seen.add(form)
            client = clients.get(address) or signed_in_client(app, people[address])
            clients[address] = client
            answer = client.get(f"{url.path}?{url.query}", follow_redirects=True)
            if answer.status_code != 200 or (
                url.fragment and f'id="{url.fragment}"' not in answer.text
            ):
                wrong.append((answer.status_code, href, mail["Subject"]))
    return wrong


def test_every_line_reaches_its_people_once_in_their_language(app, city, clock):
    everyone = take_part(city)
    threads_and_proposals(city, clock, everyone)
    cases_and_responses(city, clock, everyone)
    moderation(city, clock)
    polls_and_processes(city, clock, everyone)
    expected = {event.KIND for event in REGISTRY if event.PAGE not in OF_ACCOUNTS} - ELSEWHERE
    assert expected - set(city.told) == set()
    with running_mail_server([]) as server:
        send_due(Mailer(f"smtp://127.0.0.1:{server.port}?tls=no", 5))
    ids = [message_id for _address, message_id, _done in server.received]
    assert len(ids) == len(set(ids)) > 100
    languages = {person.email: person.language for person in db.session.scalars(select(Person))}
    for (address, *_), content in zip(server.received, server.contents, strict=True):
        assert re.search(rb'html lang=(?:3D)?"(\w+)"', content)[1].decode() == languages[address]
    pairs = db.session.execute(
        select(Delivery.notice_key, Delivery.person_id, Delivery.channel)
    ).all()
    assert len(pairs) == len(set(pairs))
    for _address, mail in server.mails:
        assert len(mail.get_body(("html",)).get_content().encode()) <= 10_000, mail["Subject"]
    assert links_that_lead_elsewhere(app, server.mails) == []


def test_notice_is_kept_from_erased_sanctioned_unsubscribed_people_and_the_actor(city, clock):
    everyone = take_part(city)
    erased, limited, unsubscribed = (city.known(factories.create_resident()) for _ in range(3))
    for person in (erased, limited, unsubscribed):
        follow_subject(person, city.proposal)
    erase_account(erased, factories.PASSPHRASE)
    impose_sanction(city.moderator, limited, ModerationRule.SPAM, 7, "Iklan.")
    choose_topics(unsubscribed, dict.fromkeys(Channel, ()))
    support_proposal(city.stranger, city.proposal)
    support_proposal(city.follower, city.proposal)
    told = city.deliver()
    people = set(told["proposal.qualified"])
    assert set(everyone) - {city.follower.id} <= people
    assert not people & {erased.id, limited.id, unsubscribed.id, city.follower.id}


def test_weekly_mail_shows_once_what_was_not_seen_and_nothing_without_news(city, clock):
    take_part(city)
    publish_response(city.officer, city.proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
    city.deliver()
    with unrecorded("test settings") as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.sent_at = now()
    mark_messages_read(db.session.get(Person, city.supporter.id), 10**9)
    clock.shift(timedelta(days=6))
    for _ in range(3):
        city.deliver()
    keys = db.session.scalars(select(Notice.key).where(Notice.kind == "digest.week")).all()
    people = sorted(int(key.split(".")[1]) for key in keys)
    assert people == city.ids(city.author, city.commenter, city.follower)
    with running_mail_server([]) as server:
        send_due(Mailer(f"smtp://127.0.0.1:{server.port}?tls=no", 5))
    assert len(server.contents) == 3
    clock.shift(timedelta(days=7))
    city.deliver()
    count = db.session.scalars(select(Notice.key).where(Notice.kind == "digest.week")).all()
    assert len(count) == 3
