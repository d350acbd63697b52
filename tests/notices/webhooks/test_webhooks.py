"""Webhooks: every public act in order, signed; outages, rotation, addresses that are refused."""

import base64
import hashlib
import hmac
import json
import socket
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Interaction, Notice, Position, Webhook, WebhookTry
from deliberate.notifications import signed_messages
from deliberate.notifications import webhooks as sending
from deliberate.notifications.channels import push_addresses
from deliberate.notifications.webhooks import send_webhooks
from deliberate.operations.notices.receivers import MAX_TRIES, WAITS, require_public_address
from deliberate.operations.notices.webhooks import (
    add_webhook,
    remove_webhook,
    resend_act,
    resume_webhook,
    rotate_webhook_secret,
)
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.log.public_acts import PUBLIC_KINDS
from deliberate.vocabulary import Role, Stance
from tests import factories

URL = "https://receiver.example.org/acts?from=here"
PUBLIC_ADDRESS = "93.184.216.34"


class Receiver:
    """Another system: what it received, and how it answers."""

    def __init__(self) -> None:
        self.status: int | None = 200
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []

    def post(self, _connection: Any, path: str, body: bytes, headers: Any, _s: float) -> Any:
        self.paths.append(path)
        if self.status is None:
            raise signed_messages.ExchangeFailed("TimeoutError")
        if 200 <= self.status < 300:
            self.messages.append((dict(headers), body))
        return self.status, b""

    @property
    def positions(self) -> list[int]:
        return [json.loads(body)["data"]["position"] for _headers, body in self.messages]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.messages]


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """Resolve names from a table; each look-up takes the next address of a name."""
    table: dict[str, list[str]] = {"receiver.example.org": [PUBLIC_ADDRESS]}

    def look_up(host: str, port: int, **_more: object) -> list[Any]:
        if host not in table:
            raise OSError("unknown")
        addresses = table[host]
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(push_addresses.socket, "getaddrinfo", look_up)
    return table


@pytest.fixture
def receiver(app, names, clock, monkeypatch) -> Receiver:
    receiver = Receiver()
    monkeypatch.setattr(signed_messages, "post", receiver.post)
    return receiver


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


def act(app, clock, comments: int = 3) -> Any:
    """Record public and private acts and publish them; return the proposal."""
    proposal = factories.create_proposal()
    for number in range(comments):
        resident = factories.create_resident()
        post_comment(resident, proposal, f"Argumen {number}.", stance=Stance.FOR)
        support_proposal(resident, proposal)
    publish(app, clock)
    return proposal


def publish(app, clock) -> None:
    clock.shift(timedelta(hours=1))
    sealing.seal_log(app.config["SETTINGS"])
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()


def public_positions(start: int = 0) -> list[int]:
    rows = select(Position.seq).join(Interaction, Interaction.id == Position.entry)
    rows = rows.where(Interaction.kind.in_(PUBLIC_KINDS), Position.seq >= start)
    return list(db.session.scalars(rows.order_by(Position.seq)))


def test_acts_after_the_entry_arrive_once_each_in_the_order_of_the_log(
    app, clock, receiver, admin, log
):
    act(app, clock)
    webhook, _secret = add_webhook(admin, URL)
    start = webhook.next_position
    act(app, clock)
    assert send_webhooks() == len(receiver.messages)
    assert receiver.positions == public_positions(start)
    assert send_webhooks() == 0
    assert set(receiver.paths) == {"/acts?from=here"}
    assert [row.kind for row in log() if row.kind.startswith("webhook")] == ["webhook.added"]


def test_messages_are_signed_as_standard_webhooks_describes(app, clock, receiver, admin):
    _webhook, secret = add_webhook(admin, URL)
    act(app, clock)
    send_webhooks()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    for headers, body in receiver.messages:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        content = json.loads(body)
        assert content["type"] == content["data"]["public"]["kind"]
        assert set(content["data"]) == {"position", "public", "private", "leaf"}


def test_old_secret_signs_as_well_for_a_day_after_a_rotation(app, clock, receiver, admin):
    webhook, _old = add_webhook(admin, URL)
    rotate_webhook_secret(admin, webhook)
    act(app, clock, 1)
    send_webhooks()
    assert all(h["webhook-signature"].count("v1,") == 2 for h, _b in receiver.messages)
    receiver.messages.clear()
    clock.shift(timedelta(hours=24))
    act(app, clock, 1)
    send_webhooks()
    assert all(h["webhook-signature"].count("v1,") == 1 for h, _b in receiver.messages)


def test_kinds_process_and_institution_limit_what_is_sent(app, clock, receiver, admin):
    add_webhook(admin, URL, ["comment.posted"])
    act(app, clock)
    send_webhooks()
    assert {json.loads(body)["type"] for _h, body in receiver.messages} == {"comment.posted"}
    receiver.messages.clear()
    other = factories.create_process()
    for webhook in db.session.scalars(select(Webhook)).all():
        remove_webhook(admin, webhook)
    add_webhook(admin, URL, process=other, institution=factories.create_institution())
    act(app, clock)
    send_webhooks()
    assert receiver.messages == []
    assert db.session.scalars(select(Webhook).where(Webhook.removed_at.is_(None))).one()


def test_receiver_that_was_down_for_a_day_gets_everything_in_order_once(
    app, clock, receiver, admin
):
    webhook, _secret = add_webhook(admin, URL)
    start = webhook.next_position
    act(app, clock)
    receiver.status = 503
    for tries, wait in enumerate(WAITS, 1):
        assert send_webhooks() == 0
        assert db.session.get(Webhook, webhook.id).paused_at is None
        clock.shift(wait - timedelta(seconds=5))
        assert send_webhooks() == 0
        assert len(receiver.paths) == tries  # not tried before its time
        clock.shift(timedelta(seconds=5))
    assert sum(WAITS, timedelta()) == timedelta(hours=24)
    receiver.status = 200
    assert send_webhooks() == len(public_positions(start))
    assert receiver.positions == public_positions(start)
    assert len(set(receiver.ids)) == len(receiver.ids)


def test_thirteenth_failure_pauses_the_webhook_and_notifies_its_owner(
    app, clock, receiver, admin, log
):
    webhook, _secret = add_webhook(admin, URL)
    start = webhook.next_position
    act(app, clock, 1)
    receiver.status = None
    log()
    for _ in range(MAX_TRIES + 3):
        send_webhooks()
        clock.shift(timedelta(hours=8))
    assert len(receiver.paths) == MAX_TRIES
    db.session.rollback()
    assert db.session.get(Webhook, webhook.id).paused_at is not None
    (paused,) = [row for row in log() if row.kind == "webhook.paused"]
    assert (paused.actor_role, paused.details["position"]) == (
        "system",
        public_positions(start)[0],
    )
    notice = db.session.scalars(select(Notice).where(Notice.kind == "webhook.paused")).one()
    assert notice.person_id == admin.id
    receiver.status = 200
    resume_webhook(admin, db.session.get(Webhook, webhook.id))
    assert send_webhooks() > 0
    with pytest.raises(Refused):
        resume_webhook(admin, db.session.get(Webhook, webhook.id))


def test_webhook_that_fails_holds_back_no_other(app, clock, receiver, admin, names):
    names["gone.example.org"] = [PUBLIC_ADDRESS]
    add_webhook(admin, "https://gone.example.org/")
    add_webhook(admin, URL)
    del names["gone.example.org"]
    act(app, clock, 1)
    assert send_webhooks() > 0
    errors = set(db.session.scalars(select(WebhookTry.error)))
    assert errors == {"unknown_name", ""}


def test_webhook_that_fails_here_ends_the_run_for_no_other(
    app, clock, receiver, admin, names, monkeypatch, caplog
):
    names["other.example.org"] = [PUBLIC_ADDRESS]
    add_webhook(admin, "https://other.example.org/broken")
    add_webhook(admin, URL)
    act(app, clock)
    healthy = receiver.post

    def post(connection: Any, path: str, *more: Any) -> Any:
        if path == "/broken":
            raise RuntimeError("unforeseen")
        return healthy(connection, path, *more)

    monkeypatch.setattr(signed_messages, "post", post)
    assert send_webhooks() == len(receiver.messages) > 0
    assert "cannot be served" in caplog.text
    monkeypatch.setattr(signed_messages, "post", healthy)
    send_webhooks()
    assert "/broken" in receiver.paths


def test_webhook_that_answers_slowly_leaves_time_to_the_others(
    app, clock, receiver, admin, names, monkeypatch
):
    """A receiver that takes nine seconds for each act never ends its work in one run."""
    names["slow.example.org"] = [PUBLIC_ADDRESS]
    add_webhook(admin, "https://slow.example.org/slow")
    add_webhook(admin, URL)
    act(app, clock, 5)
    seconds = [0.0]

    def post(connection: Any, path: str, *more: Any) -> Any:
        seconds[0] += 9.0 if path == "/slow" else 0.1
        return Receiver.post(receiver, connection, path, *more)

    monkeypatch.setattr(signed_messages, "post", post)
    monkeypatch.setattr(sending, "monotonic", lambda: seconds[0])
    send_webhooks()
    assert receiver.paths.count("/slow") == 3
    assert receiver.paths.count("/acts?from=here") == len(public_positions())


def test_webhook_without_time_in_one_run_is_the_first_of_the_next(
    app, clock, receiver, admin, names, monkeypatch
):
    for name in ("a", "b", "c"):
        names[f"{name}.example.org"] = [PUBLIC_ADDRESS]
        add_webhook(admin, f"https://{name}.example.org/{name}")
    act(app, clock, 5)
    seconds = [0.0]

    def post(connection: Any, path: str, *more: Any) -> Any:
        seconds[0] += sending.MAX_SEND_SECONDS + 1
        return Receiver.post(receiver, connection, path, *more)

    monkeypatch.setattr(signed_messages, "post", post)
    monkeypatch.setattr(sending, "monotonic", lambda: seconds[0])
    for _run in range(4):
        send_webhooks()
    assert receiver.paths == ["/a", "/b", "/c", "/a"]


def test_act_is_sent_once_more_with_the_same_id(app, clock, receiver, admin):
    webhook, _secret = add_webhook(admin, URL)
    act(app, clock, 1)
    send_webhooks()
    first = receiver.ids[0]
    resend_act(admin, webhook, receiver.positions[0])
    send_webhooks()
    assert receiver.ids[-1] == first
    assert db.session.scalars(select(WebhookTry.error)).all().count("wanted") == 0
    private = set(range(max(public_positions()))) - set(public_positions())
    with pytest.raises(Refused):
        resend_act(admin, webhook, min(private))


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example.org/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://receiver.example.org:8443/",
        "https://user@receiver.example.org/",
        "https://localhost/",
        "https://inside.example.org/",
        "https://unknown.example.org/",
        "",
    ],
)
def test_address_that_is_not_of_the_internet_is_refused_at_save(app, names, admin, url):
    names["inside.example.org"] = ["10.0.0.7"]
    with pytest.raises(InvalidInput):
        add_webhook(admin, url)
    assert db.session.scalars(select(Webhook)).all() == []


def test_name_that_turns_to_an_inner_address_is_refused_at_connect(app, clock, admin, names):
    names["turning.example.org"] = [PUBLIC_ADDRESS, "169.254.169.254"]
    add_webhook(admin, "https://turning.example.org/")
    act(app, clock, 1)
    assert send_webhooks() == 0
    assert db.session.scalars(select(WebhookTry.error)).all() == ["private_address"]


def test_redirect_is_not_followed(app, clock, receiver, admin):
    add_webhook(admin, URL)
    act(app, clock, 1)
    receiver.status = 302
    assert send_webhooks() == 0
    assert len(receiver.paths) == 1
    row = db.session.scalars(select(WebhookTry)).one()
    assert (row.status, row.error) == (302, "status")


def test_secret_is_stored_encrypted_and_deleted_with_the_webhook(app, clock, receiver, admin):
    webhook, secret = add_webhook(admin, URL)
    assert secret.encode() not in webhook.secret
    act(app, clock, 1)
    send_webhooks()
    remove_webhook(admin, webhook)
    assert (webhook.secret, webhook.old_secret) == (b"", None)
    assert db.session.scalars(select(WebhookTry)).all() == []
    with pytest.raises(Refused):
        rotate_webhook_secret(admin, webhook)
    act(app, clock, 1)
    assert send_webhooks() == 0


def test_nothing_is_sent_unsigned_where_the_key_of_the_secret_is_gone(
    app, clock, receiver, admin, names
):
    webhook, _secret = add_webhook(admin, URL)
    act(app, clock, 1)
    with unrecorded("test") as session:
        session.get_one(Webhook, webhook.id).secret = b"encrypted with another key"
    assert send_webhooks() == 0
    assert receiver.paths == []
    assert db.session.scalars(select(WebhookTry.error)).all() == ["no_secret"]
    rotate_webhook_secret(admin, webhook)
    clock.shift(timedelta(minutes=2))
    assert send_webhooks() > 0


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESEARCHER])
def test_only_administrators_keep_webhooks(app, names, admin, role):
    webhook, _secret = add_webhook(admin, URL)
    other = factories.create_staff(role=role)
    for attempt in (
        lambda: add_webhook(other, URL),
        lambda: rotate_webhook_secret(other, webhook),
        lambda: resume_webhook(other, webhook),
        lambda: resend_act(other, webhook, 0),
        lambda: remove_webhook(other, webhook),
    ):
        with pytest.raises(Refused):
            attempt()


def test_unknown_kind_is_named(app, names, admin):
    with pytest.raises(InvalidInput, match=r"support\.given"):
        add_webhook(admin, URL, ["support.given", "comment.posted"])
    require_public_address(URL)
