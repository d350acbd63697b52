"""Texts to telephones: the number is proved by a code, a faulty gateway loses nothing."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now, override_now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Interaction, Notice, PhoneNumber
from deliberate.notifications import delivery
from deliberate.notifications.channels import gateway as gateway_client
from deliberate.notifications.channels import phone_codes
from deliberate.notifications.channels.phone import MAX_CHARACTERS, short_text
from deliberate.notifications.channels.phone_codes import send_phone_codes
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from deliberate.operations.notices.messages import choose_kinds, choose_topics
from deliberate.operations.notices.phone_numbers import (
    MAX_FAILURES,
    confirm_phone_number,
    international_number,
    remove_phone_number,
    request_phone_code,
)
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.vocabulary import Stance
from deliberate.vocabulary.notices import Channel, Topic
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.notices.answered_proposals import answer_followed_proposal
from tests.notices.gateway import SECRET, running_gateway

NUMBER = "+6281234567890"


@pytest.fixture
def gateway(app, monkeypatch):
    monkeypatch.setattr(gateway_client, "TIMEOUT_SECONDS", 0.5)
    with running_gateway() as running:
        settings = replace(app.config["SETTINGS"], gateway_url=running.url, gateway_secret=SECRET)
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield running


def create_reader():
    person = factories.create_resident()
    with unrecorded("test number") as session:
        session.add(PhoneNumber(person_id=person.id, number=NUMBER, confirmed_at=now()))
    return person


def phone_deliveries():
    db.session.rollback()
    return db.session.scalars(select(Delivery).where(Delivery.channel == "phone")).all()


def read_code(gateway):
    return gateway.texts[-1]["text"].split("kode Anda ")[-1].split("code is ")[-1][:6]


def test_response_comes_as_one_short_text_with_a_link_to_it(app, gateway):
    reader = create_reader()
    proposal = answer_followed_proposal(reader)
    send_due()
    (text,) = gateway.texts
    assert text["to"] == NUMBER
    assert text["language"] == reader.language
    assert len(text["text"]) <= MAX_CHARACTERS
    assert text["text"].endswith(f"/responses/{proposal.id}")
    assert send_due() == 0
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("fault", ["lie", "silent", "garbage", "deep", "busy", "hang"])
def test_text_is_sent_again_under_the_same_id_after_a_fault_of_the_gateway(app, gateway, fault):
    answer_followed_proposal(create_reader())
    gateway.behaviour = fault
    assert send_due() == 0
    gateway.behaviour = "accepted"
    with override_now(now() + timedelta(hours=1)):
        assert send_due() == 1
    assert len(gateway.texts) == 1
    assert {request["id"] for request in gateway.requests} == {gateway.texts[0]["id"]}


def test_rejected_text_does_not_hold_back_the_next_one(app, gateway):
    answer_followed_proposal(create_reader(), create_reader())
    gateway.behaviour = "rejected"
    assert send_due() == 0
    assert [delivery.sent_at is not None for delivery in phone_deliveries()] == [True, True]


def test_number_that_is_not_reached_several_times_is_set_aside(app, gateway):
    reader = create_reader()
    gateway.behaviour = "unreachable"
    for _ in range(MAX_FAILURES + 1):
        answer_followed_proposal(reader)
        send_due()
    assert len(gateway.requests) == MAX_FAILURES
    db.session.rollback()
    assert db.session.get_one(PhoneNumber, reader.id).confirmed_at is None
    page = signed_in_client(app, reader).get("/en/account/messages/phone").text
    assert f"Several texts did not reach {NUMBER}" in page


def test_number_that_is_reached_in_between_is_not_set_aside(app, gateway):
    reader = create_reader()
    behaviours = [*["unreachable"] * (MAX_FAILURES - 1), "accepted", "unreachable"]
    for behaviour in behaviours:
        gateway.behaviour = behaviour
        answer_followed_proposal(reader)
        send_due()
    db.session.rollback()
    phone = db.session.get_one(PhoneNumber, reader.id)
    assert phone.confirmed_at is not None and phone.failures == 1


def test_number_is_confirmed_by_the_code_that_was_sent_to_it(app, gateway):
    person = factories.create_resident()
    browser = signed_in_client(app, person)
    page = "/en/account/messages/phone"
    assert submit_form(browser, page, number="0812 3456 7890").status_code == 303
    assert send_phone_codes() == 1
    assert send_phone_codes() == 0
    assert gateway.texts[0]["to"] == NUMBER
    wrong = "0" * 6 if read_code(gateway) != "0" * 6 else "1" * 6
    assert submit_form(browser, f"{page}/confirm", code=wrong).status_code == 422
    assert submit_form(browser, f"{page}/confirm", code=read_code(gateway)).status_code == 303
    assert NUMBER in browser.get(page).text
    assert "By text" in browser.get("/en/account/messages/choices").text


def test_code_of_another_request_or_after_half_an_hour_is_refused(app, gateway):
    person = factories.create_resident()
    request_phone_code(person, NUMBER)
    send_phone_codes()
    first = read_code(gateway)
    request_phone_code(person, "+6281234567891")
    with pytest.raises(InvalidInput):
        confirm_phone_number(person, first)
    send_phone_codes()
    with override_now(now() + timedelta(minutes=31)), pytest.raises(Refused):
        confirm_phone_number(person, read_code(gateway))


def test_nobody_is_flooded_with_codes_from_many_accounts(app, gateway):
    for _ in range(31):
        try:
            request_phone_code(factories.create_resident(), NUMBER)
        except TooManyAttempts:
            break
    else:
        pytest.fail("no limit of codes to one number")


def test_removed_number_gets_no_text(app, gateway):
    reader = create_reader()
    remove_phone_number(reader)
    answer_followed_proposal(reader)
    assert phone_deliveries() == []


def test_no_number_is_in_the_log_a_notice_a_delivery_or_the_journal(app, gateway, caplog):
    caplog.set_level(logging.DEBUG)
    person = factories.create_resident()
    request_phone_code(person, NUMBER)
    send_phone_codes()
    confirm_phone_number(person, read_code(gateway))
    answer_followed_proposal(person)
    for gateway.behaviour in ("busy", "unreachable"):
        with override_now(now() + timedelta(hours=1)):
            send_due()
    digits = NUMBER[1:]
    for model in (Interaction, Notice, Delivery):
        rows = db.session.execute(select(model.__table__)).all()
        assert rows
        assert [row for row in rows if digits in json.dumps([*row], default=str)] == []
    assert digits not in caplog.text


@pytest.mark.parametrize(
    "written", ["0812-3456-7890", "62 812 3456 7890", "0062 812 34567890", "(0812) 3456.7890"]
)
def test_number_is_understood_as_people_write_it(written):
    assert international_number(written, "62") == NUMBER


@pytest.mark.parametrize("written", ["", "abc", "+0812345678", "12", "+62 812 3456 7890 1234 5"])
def test_what_is_no_number_is_refused(app, written):
    with pytest.raises(InvalidInput):
        international_number(written, "62")


def test_long_sentence_is_cut_before_the_address():
    text = short_text("Usulan  panjang\n" * 90, "https://kota.id/id/proposals/7")
    assert len(text) <= MAX_CHARACTERS
    assert text.endswith("… https://kota.id/id/proposals/7")


def test_kind_goes_before_its_topic_and_the_topic_ends_it(app, gateway):
    reader, other = create_reader(), factories.create_resident()
    proposal = factories.create_proposal()
    comment = post_comment(reader, proposal, "Panas.", stance=Stance.FOR)
    choose_kinds(reader, Topic.REPLY, {Channel.PHONE: {"comment.replied"}})
    post_comment(other, proposal, "Benar?", parent=comment)
    fan_out()
    assert len(phone_deliveries()) == 1
    choose_topics(reader, {Channel.PHONE: set(Topic)})
    choose_topics(reader, {Channel.PHONE: set()})
    post_comment(other, proposal, "Sungguh?", parent=comment)
    fan_out()
    assert len(phone_deliveries()) == 1


def test_slow_gateway_ends_a_run_after_its_time_and_the_next_run_sends_the_rest(
    app, gateway, monkeypatch
):
    answer_followed_proposal(*(create_reader() for _ in range(8)))
    seconds, send = [0.0], gateway_client.Gateway.send

    def send_slowly(self, message):
        seconds[0] += 9
        send(self, message)

    monkeypatch.setattr(gateway_client.Gateway, "send", send_slowly)
    monkeypatch.setattr(delivery, "monotonic", lambda: seconds[0])
    assert send_due() == 5  # the fifth begins before 40 seconds have passed
    with override_now(now() + timedelta(hours=1)):
        assert send_due() == 3
    assert len(gateway.texts) == len(gateway.requests) == 8


def test_slow_gateway_ends_the_sending_of_codes_after_its_time(app, gateway, monkeypatch):
    for n in range(4):
        request_phone_code(factories.create_resident(), f"+628123456780{n}")
    seconds, is_open = [0.0], []

    def send_slowly(_self, _message):
        is_open.append(db.session().in_transaction())
        seconds[0] += 11

    monkeypatch.setattr(gateway_client.Gateway, "send", send_slowly)
    monkeypatch.setattr(phone_codes, "monotonic", lambda: seconds[0])
    assert [send_phone_codes(), send_phone_codes()] == [2, 2]
    assert is_open == [False] * 4
