"""Notices on devices: encrypted, signed, without text; bad endpoints harm nobody else."""

import math
import socket
import ssl
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.commands import cli
from deliberate.config import find_problems
from deliberate.database import db, unrecorded
from deliberate.database.data_version import read_version
from deliberate.models import Delivery, PushSubscription
from deliberate.models.accounts.device import public_device_id
from deliberate.notifications.channels import push, push_addresses
from deliberate.notifications.delivery import send_due
from deliberate.operations.accounts.devices import create_device, end_devices, hash_token
from deliberate.operations.notices import endpoints
from deliberate.operations.notices.endpoints import is_endpoint, is_https_port, is_public
from deliberate.operations.notices.messages import choose_topics
from deliberate.operations.notices.push_subscriptions import (
    MAX_DEVICES,
    MAX_FAILURES,
    add_push_subscription,
    remove_push_subscription,
)
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.notices.push_subscriptions import public_push_key
from deliberate.vocabulary.notices import Channel
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.notices.answered_proposals import answer_followed_proposal

pytest.importorskip("pywebpush", reason="the extra push is not installed")
from tests.notices.push.push_service import Browser, running_push_service, write_certificate

CHOICES = "/en/account/messages/choices"
DEVICES = "/en/account/messages/devices"
FIELDS = ("endpoint", "public_key", "secret")
UNLINKED = ("channel.unlinked", {"channel": "push"})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def settings(app, monkeypatch):
    key = app.test_cli_runner().invoke(cli, ["push-key"]).output.strip()
    settings = replace(app.config["SETTINGS"], push_key=key)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return settings


@pytest.fixture
def service(settings, certificate, monkeypatch):
    """Return a push service on this machine, which the test alone allows."""
    monkeypatch.setattr(push, "TIMEOUT_SECONDS", 1.0)
    monkeypatch.setattr(push_addresses, "is_public", lambda _address: True)
    for module in (endpoints, push_addresses):
        monkeypatch.setattr(module, "is_https_port", lambda _port: True)
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(push_addresses, "tls_context", lambda: trusted)
    with running_push_service(*certificate) as running:
        yield running


def subscribe(person, *browsers):
    with unrecorded("test devices") as session:
        for browser in browsers:
            endpoint, public_key, secret = browser.subscription
            session.add(
                PushSubscription(
                    person_id=person.id, endpoint=endpoint, public_key=public_key, secret=secret
                )
            )


def pushed():
    db.session.rollback()
    return db.session.scalars(select(Delivery).where(Delivery.channel == "push")).all()


def devices():
    db.session.rollback()
    return db.session.scalars(select(PushSubscription).order_by(PushSubscription.id)).all()


def test_device_gets_the_path_alone_encrypted_and_signed_by_the_key_of_the_site(service, settings):
    reader, browser = factories.create_resident(), Browser(service, "a")
    subscribe(reader, browser)
    proposal = answer_followed_proposal(reader)
    assert send_due() == 1
    assert browser.received == [{"path": f"/id/responses/{proposal.id}"}]
    (claims,), (key,), (headers,) = service.claims, service.keys, service.requests
    assert (claims["aud"], key) == (service.url, public_push_key(settings))
    assert claims["sub"] == f"mailto:{settings.mail_from}"
    assert now().timestamp() < claims["exp"] <= (now() + timedelta(days=1)).timestamp()
    assert headers["Content-Encoding"] == "aes128gcm" and int(headers["TTL"]) > 0
    assert send_due() == 0 and len(service.requests) == 1


def subscribe_unreachable(person, browser):
    """Add a device whose push service cannot be resolved; return its id."""
    subscribe(person, browser)
    device = devices()[-1]
    with unrecorded("test devices") as session:
        row = session.get(PushSubscription, device.id)
        row.endpoint = row.endpoint.replace("localhost", "unknown.invalid")
    return device.id


def test_device_that_fails_does_not_hold_back_later_messages_to_another(service):
    reader, good = factories.create_resident(), Browser(service, "a")
    failing = subscribe_unreachable(reader, Browser(service, "b"))
    subscribe(reader, good)
    answer_followed_proposal(reader)
    answer_followed_proposal(reader)
    assert send_due() == 2 and len(good.received) == 2
    assert {row.id: row.failures > 0 for row in devices()}[failing]


def test_devices_after_the_time_of_a_run_get_the_message_later_and_none_twice(
    service, clock, monkeypatch
):
    reader, first, second = (
        factories.create_resident(),
        Browser(service, "a"),
        Browser(service, "b"),
    )
    subscribe(reader, first, second)
    answer_followed_proposal(reader)
    with monkeypatch.context() as patch:
        patch.setattr(push, "monotonic", lambda: math.inf if service.requests else 0.0)
        assert send_due() == 0
    assert (len(first.received), len(second.received)) == (1, 0)
    assert [row.failures for row in devices()] == [0, 0]
    clock.shift(timedelta(hours=1))
    assert send_due() == 1
    assert (len(first.received), len(second.received)) == (1, 1)


@pytest.mark.parametrize("status", [401, 403])
def test_signature_that_is_refused_is_an_error_and_forgets_no_device(service, caplog, status):
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    service.behaviour = status
    answer_followed_proposal(reader)
    assert send_due() == 0
    assert [row.failures for row in devices()] == [1]
    assert [str(status) in row.getMessage() for row in caplog.records if row.levelname == "ERROR"]


@pytest.mark.parametrize("status", [404, 410])
def test_device_that_is_gone_is_forgotten_and_the_others_get_the_message(service, status):
    gone, reader = factories.create_resident(), factories.create_resident()
    subscribe(gone, Browser(service, "gone"))
    service.behaviour = status
    answer_followed_proposal(gone)
    assert send_due() == 0
    assert devices() == [] and [row.error for row in pushed()] == ["no device is left"]
    service.behaviour = 201
    browser = Browser(service, "b")
    subscribe(reader, browser)
    answer_followed_proposal(reader)
    assert send_due() == 1 and len(browser.received) == 1


def test_push_service_that_hangs_is_cut_off_and_asked_once_in_a_run(service, clock):
    readers = [factories.create_resident() for _number in range(3)]
    for reader in readers:
        subscribe(reader, Browser(service, f"of-{reader.id}"))
    service.behaviour = "hang"
    answer_followed_proposal(*readers)
    assert send_due() == 0
    assert len(service.requests) == 1
    assert sorted(row.failures for row in devices()) == [0, 0, 1]
    service.behaviour = 201
    clock.shift(timedelta(hours=1))
    assert send_due() == 3


@pytest.mark.parametrize("behaviour", ["hang", "hang in the body"])
def test_answer_that_drips_is_cut_off_wherever_it_hangs(service, behaviour):
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    service.behaviour = behaviour
    answer_followed_proposal(reader)
    assert send_due() == 0
    assert len(service.requests) == 1 and not service.was_heard_out


def test_connection_that_opens_after_the_time_of_the_exchange_is_cut_off(service, monkeypatch):
    connect = socket.create_connection

    def connect_late(*arguments):
        threading.Event().wait(1.2 * push.TIMEOUT_SECONDS)
        return connect(*arguments)

    monkeypatch.setattr(socket, "create_connection", connect_late)
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    service.behaviour = "hang"
    answer_followed_proposal(reader)
    assert send_due() == 0
    assert not service.was_heard_out


def test_device_that_fails_for_days_is_dropped(service, clock):
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    service.behaviour = 503
    answer_followed_proposal(reader)
    for _attempt in range(MAX_FAILURES):
        assert send_due() == 0
        clock.shift(timedelta(hours=7))
    assert devices() == [] and [row.error for row in pushed()] == ["no device is left"]


def test_endpoint_that_resolves_to_a_private_address_gets_nothing(service, settings, monkeypatch):
    monkeypatch.setattr(push_addresses, "is_public", is_public)  # as it is outside of tests
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "inside"))
    answer_followed_proposal(reader)
    assert send_due() == 0
    assert service.requests == [] and devices() == []


def test_endpoint_on_another_port_is_forgotten_without_a_request(service, monkeypatch):
    monkeypatch.setattr(push_addresses, "is_https_port", is_https_port)  # as outside of tests
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    answer_followed_proposal(reader)
    assert send_due() == 0
    assert service.requests == [] and devices() == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::"),
        *("fec0::1", "::127.0.0.1", "::10.0.0.1", "64:ff9b:1::a00:1", "192.0.0.8", "192.0.0.9"),
        *("64:ff9b::a00:1", "224.0.0.1", "255.255.255.255", "ff02::1", "not an address"),
    ],
)
def test_address_that_is_not_of_the_internet_is_private(address):
    assert not is_public(address)


def test_address_of_the_internet_is_public():
    assert is_public("93.184.215.14") and is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert is_public("64:ff9b::5db8:d70e")
    assert is_endpoint("https://push.example/a") and is_endpoint("https://push.example:443/a")


@pytest.mark.parametrize(
    "endpoint",
    [
        *("http://push.example/a", "https://127.0.0.1/a", "https://[::1]/a", "https://10.0.0.1/a"),
        *("https://localhost/a", "https://printer.local/a", "https://user@push.example/a"),
        *("https://push.example:x/a", "https://push.example/a b", "ftp://push.example", ""),
        *("https://push.example:444/a", "https://224.0.0.1/a", "https://[fec0::1]/a"),
        f"https://push.example/{'a' * 1000}",
    ],
)
def test_endpoint_that_no_browser_gives_is_refused(app, endpoint):
    person = factories.create_resident()
    assert not is_endpoint(endpoint)
    with pytest.raises(InvalidInput):
        add_push_subscription(person, endpoint, "B" * 87, "A" * 22)
    assert devices() == []


def test_keys_that_no_browser_gives_are_refused(service):
    person, (endpoint, public_key, secret) = (
        factories.create_resident(),
        Browser(service, "a").subscription,
    )
    endpoint = endpoint.replace("localhost", "push.example")
    for key, auth in ((public_key[:-4], secret), ("B" + "A" * 86, secret), (public_key, "AA")):
        with pytest.raises(InvalidInput):
            add_push_subscription(person, endpoint, key, auth)


def test_device_is_switched_on_and_off_on_the_page(app, service, log):
    person = factories.create_resident()
    client = signed_in_client(app, person)
    page = client.get(CHOICES).text
    assert public_push_key(app.config["SETTINGS"]) in page and "On my devices" not in page
    fields = dict(zip(FIELDS, Browser(service, "a").subscription, strict=True))
    fields["endpoint"] = fields["endpoint"].replace("localhost", "push.example")
    log()
    assert submit_form(client, CHOICES, DEVICES, **fields).status_code == 303
    assert "On my devices" in client.get(CHOICES).text
    (device,) = devices()
    assert submit_form(client, CHOICES, f"{DEVICES}/{device.id}/end").status_code == 303
    assert devices() == []
    assert [(row.kind, row.details) for row in log()] == [
        ("channel.linked", {"channel": "push"}),
        ("channel.unlinked", {"channel": "push"}),
    ]
    bad = submit_form(client, CHOICES, DEVICES, **{**fields, "endpoint": "https://10.0.0.1/"})
    assert bad.status_code == 303 and "no address for notices" in client.get(CHOICES).text


def switch_on(app, service, person, name):
    """Sign a person in, switch notices on and return the client and the token of its device."""
    client = signed_in_client(app, person)
    with client.session_transaction() as session:
        token = session["_user_id"]
    fields = dict(zip(FIELDS, Browser(service, name).subscription, strict=True))
    fields["endpoint"] = fields["endpoint"].replace("localhost", "push.example")
    assert submit_form(client, CHOICES, DEVICES, **fields).status_code == 303
    return client, token


def public_id_of(token):
    return public_device_id(hash_token(token))


def details_of(rows):
    return [(row.kind, row.details) for row in rows]


def test_device_that_is_ended_on_the_page_gets_no_notices_any_more(app, service, log):
    person = factories.create_resident()
    first, token = switch_on(app, service, person, "a")
    _second, other_token = switch_on(app, service, person, "b")
    log()
    target = f"/en/account/devices/{public_id_of(other_token)}/sign-out"
    assert submit_form(first, "/en/account/devices", target).status_code == 303
    assert [device.device_id for device in devices()] == [public_id_of(token)]
    rows = log()
    assert details_of(rows) == [("device.ended", {}), UNLINKED]
    assert rows[1].cause == rows[0].id


def test_device_that_signs_out_gets_no_notices_any_more(app, service, log):
    person = factories.create_resident()
    client, _token = switch_on(app, service, person, "a")
    _other, other_token = switch_on(app, service, person, "b")
    log()
    assert submit_form(client, CHOICES, "/en/sign-out").status_code == 303
    assert [device.device_id for device in devices()] == [public_id_of(other_token)]
    assert details_of(log()) == [("person.signed_out", {}), UNLINKED]


def test_signing_out_without_notices_records_that_alone(app, service, log):
    client = signed_in_client(app, factories.create_resident())
    log()
    assert submit_form(client, CHOICES, "/en/sign-out").status_code == 303
    assert [row.kind for row in log()] == ["person.signed_out"]


def test_ending_all_others_leaves_the_notices_of_this_device_alone(app, service, log):
    owner, other = factories.create_resident(), factories.create_resident()
    _client, token = switch_on(app, service, owner, "a")
    switch_on(app, service, owner, "b")
    subscribe(owner, Browser(service, "of an unknown device"))
    switch_on(app, service, other, "c")
    log()
    end_devices(owner, token)
    assert [device.person_id for device in devices()] == [owner.id, other.id]
    assert devices()[0].device_id == public_id_of(token)
    assert details_of(log()) == [UNLINKED]
    end_devices(owner)
    assert [device.person_id for device in devices()] == [other.id]


def test_browser_that_signs_in_again_keeps_its_notices(service):
    person, other = factories.create_resident(), factories.create_resident()
    token = create_device(person)
    endpoint, *keys = Browser(service, "a").subscription
    endpoint = endpoint.replace("localhost", "push.example")
    add_push_subscription(person, endpoint, *keys, device_id=public_id_of(token))
    again = create_device(person, replaced_token=token)
    assert [device.device_id for device in devices()] == [public_id_of(again)]
    create_device(other, replaced_token=again)
    assert devices() == []


def test_account_shows_which_device_gets_notices(app, service):
    person = factories.create_resident()
    client, _token = switch_on(app, service, person, "a")
    subscribe(person, Browser(service, "b"))
    page = client.get(CHOICES).text
    assert page.count("this device</span>") == 1
    assert page.count("<b>A device that is not signed in</b>") == 1
    assert client.get("/en/account/devices").text.count("gets notices") == 1


def test_browser_of_two_accounts_belongs_to_the_one_that_switched_it_on_last(service):
    first, second = factories.create_resident(), factories.create_resident()
    endpoint, *keys = Browser(service, "a").subscription
    endpoint = endpoint.replace("localhost", "push.example")
    add_push_subscription(first, endpoint, *keys)
    add_push_subscription(second, endpoint, *keys)
    (device,) = devices()
    assert device.person_id == second.id
    with pytest.raises(Refused):
        remove_push_subscription(first, device.id)


def test_person_has_ten_devices_at_most(service):
    person = factories.create_resident()
    for number in range(MAX_DEVICES + 1):
        endpoint, *keys = Browser(service, f"b{number}").subscription
        endpoint = endpoint.replace("localhost", "push.example")
        if number < MAX_DEVICES:
            add_push_subscription(person, endpoint, *keys)
    with pytest.raises(Refused):
        add_push_subscription(person, endpoint, *keys)
    assert len(devices()) == MAX_DEVICES


def test_message_to_a_device_keeps_the_cached_pages(service):
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    answer_followed_proposal(reader)
    before = read_version(db.session.connection())
    assert send_due() == 1
    db.session.rollback()
    assert read_version(db.session.connection()) == before


def test_nothing_is_pushed_that_a_person_switched_off(service):
    reader = factories.create_resident()
    subscribe(reader, Browser(service, "a"))
    choose_topics(reader, {Channel.PUSH: []})
    answer_followed_proposal(reader)
    assert pushed() == []


def test_page_without_a_key_offers_no_devices(app):
    client = signed_in_client(app, factories.create_resident())
    assert "data-push-key" not in client.get(CHOICES).text
    assert submit_form(client, CHOICES, DEVICES).status_code == 404


def test_key_that_is_none_is_refused_at_the_start(app, settings):
    assert find_problems(settings) == []
    (problem,) = find_problems(replace(settings, push_key="short"))
    assert problem.startswith("DELIBERATE_PUSH_KEY")
