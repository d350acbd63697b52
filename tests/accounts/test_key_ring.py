"""The key ring: what a rotation leaves valid, what an installation without a ring has as before."""

import hashlib
import hmac
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from deliberate import keys
from deliberate.clock import now
from deliberate.config import InvalidSetting
from deliberate.database import db, unrecorded
from deliberate.models import LinkedIdentity, Notice, SecondFactor, Webhook
from deliberate.notifications import links
from deliberate.notifications.digests import is_held_out
from deliberate.notifications.return_addresses import read_return_address, return_address
from deliberate.operations.accounts.identity_provider import ProvenIdentity
from deliberate.operations.accounts.invitations import invite
from deliberate.operations.accounts.linked_identities import link_provider, sign_in_from_provider
from deliberate.operations.accounts.second_factor import (
    _decrypt_secret,
    issue_pending_sign_in,
    resolve_pending_sign_in,
    sign_in_by_code,
)
from deliberate.operations.accounts.verified_residents import add_resident_list
from deliberate.operations.notices.phone_numbers import _codes_of, code_of
from deliberate.operations.notices.webhooks import PURPOSE as WEBHOOK
from deliberate.operations.notices.webhooks import secrets_of
from deliberate.operations.site.encryption import decrypt_value, encrypt_value
from deliberate.operations.site.key_rotation import count_values_by_key, encrypt_again
from deliberate.vocabulary import Role
from tests import factories
from tests.accounts.test_second_factor import person_with_factor, totp_code
from tests.accounts.test_verified_residents import person_with_email, verification_of
from tests.client import _token, signed_in_client, submit_form

SECRET = "test" * 10


@pytest.fixture
def ring(app, clock, tmp_path):
    """Give the application a key ring of its own, without a file yet."""
    before = app.extensions["key_ring"]
    ring = keys.KeyRing(tmp_path / "keys", lambda: app.config["SECRET_KEY"])
    app.extensions["key_ring"] = ring
    yield ring
    app.extensions["key_ring"] = before


def rotate(ring, times=1):
    for _time in range(times):
        keys.add_key(ring.path, now())
        encrypt_again()


def test_without_a_ring_the_secret_key_is_used_as_before(ring):
    expected = hmac.new(SECRET.encode(), b"resident\na@b.example", hashlib.sha256).hexdigest()
    assert keys.keyed_hash("resident", "resident\na@b.example") == expected
    signed = URLSafeSerializer(SECRET, salt="unsubscribe").dumps([7, "digest"])
    assert links.read_unsubscribe_token(signed) == (7, "digest")
    derived = HKDF(SHA256(), 32, salt=None, info=b"second factor").derive(SECRET.encode())
    assert ring.writer().for_encryption("second factor") == derived


def test_purposes_have_different_keys(ring):
    rotate(ring)
    key = ring.writer()
    derived = [key.for_signing(purpose.name) for purpose in keys.PURPOSES]
    derived += [key.for_encryption(purpose.name) for purpose in keys.PURPOSES]
    assert len(set(derived)) == len(derived)
    with pytest.raises(KeyError):
        key.for_signing("unlisted")


def test_second_factor_signs_in_after_two_rotations(ring):
    person, secret = person_with_factor()
    pending = issue_pending_sign_in(person)
    rotate(ring, 2)
    assert resolve_pending_sign_in(pending) == person
    assert sign_in_by_code(pending, totp_code(secret, 1))[0] == person
    assert count_values_by_key() == {ring.writer().id: 1}


def test_second_factor_of_an_old_backup_opens_after_two_rotations(ring):
    person, secret = person_with_factor()
    factor = db.session.get(SecondFactor, person.id)
    stored = factor.encrypted_secret
    rotate(ring, 2)
    with unrecorded("a restored row") as session:
        session.get(SecondFactor, person.id).encrypted_secret = stored
    assert _decrypt_secret(db.session.get(SecondFactor, person.id)) == secret
    assert count_values_by_key() == {"settings": 1}


def test_secrets_of_a_webhook_sign_after_two_rotations(ring):
    admin = factories.create_staff(role=Role.ADMIN)
    webhook = Webhook(
        owner_id=admin.id,
        url="https://example.org/hook",
        kinds=["proposal.submitted"],
        secret=b"",
        next_position=0,
        added_at=now(),
    )
    with unrecorded("a webhook") as session:
        session.add(webhook)
        session.flush()
        webhook.secret = encrypt_value(WEBHOOK, webhook.id, "rahasia")
        webhook.old_secret = encrypt_value(WEBHOOK, webhook.id, "lama")
        webhook.old_secret_until = now() + timedelta(hours=1)
    rotate(ring, 2)
    assert secrets_of(db.session.get(Webhook, webhook.id)) == ["rahasia", "lama"]
    assert count_values_by_key() == {ring.writer().id: 2}


def test_value_without_its_key_stays_as_it_is(ring, app):
    person_with_factor()
    app.config["SECRET_KEY"], kept = "another" * 6, app.config["SECRET_KEY"]
    try:
        rotate(ring)
        assert count_values_by_key() == {"none": 1}
    finally:
        app.config["SECRET_KEY"] = kept
    assert encrypt_again() == 1


def test_linked_identity_signs_in_after_two_rotations_and_is_stored_anew(ring):
    def identity():
        newest, *earlier = keys.keyed_hashes("provider", "provider\nissuer\nsubject")
        return ProvenIdentity(newest, False, tuple(earlier))

    person = factories.create_resident()
    link_provider(person, identity())
    rotate(ring, 2)
    assert sign_in_from_provider(identity())[0] == person
    assert db.session.scalars(select(LinkedIdentity)).one().subject_hash == identity().subject_hash


def test_address_on_a_list_verifies_after_two_rotations(ring):
    admin = factories.create_staff(role=Role.ADMIN)
    add_resident_list(admin, {"sari@example.id": "Sepaku", "tono@example.id": "Sepaku"})
    rotate(ring, 2)
    assert verification_of(person_with_email("sari@example.id")) == (True, "Sepaku")
    add_resident_list(admin, {"sari@example.id": "Sepaku", "tono@example.id": "Bumi Harapan"})
    assert verification_of(person_with_email("sari@example.id"))[0] is False
    assert verification_of(person_with_email("tono@example.id")) == (True, "Bumi Harapan")


def test_links_and_return_addresses_live_after_two_rotations(ring, app):
    person = person_with_email("sari@example.id")
    settings = SimpleNamespace(mail_domain="surat.example")
    made = (
        links.address_token(person),
        links.address_change_token(person, "baru@example.id"),
        links.unsubscribe_token(person.id, links.DIGEST),
        links.recovery_token(person),
        links.recovery_stop_token(person),
    )
    address = return_address("reply", 41, settings)
    request = SimpleNamespace(person_id=person.id, number="+62812", seed="s")
    code = code_of(request)
    rotate(ring, 2)
    read = (
        links.read_address_token,
        links.read_address_change_token,
        links.read_unsubscribe_token,
        links.read_recovery_token,
        links.read_recovery_stop_token,
    )
    assert all(function(token) for function, token in zip(read, made, strict=True))
    assert read_return_address(address, settings) == ("reply", 41)
    assert return_address("reply", 41, settings) != address
    assert read_return_address(return_address("reply", 41, settings), settings) == ("reply", 41)
    assert code in _codes_of(request) and code != code_of(request)
    assert is_held_out(person.id, "2026-11") in {True, False}


def test_invitation_made_before_a_rotation_has_its_token(ring):
    admin = factories.create_staff(role=Role.ADMIN)
    invitation, token = invite(admin, Role.MODERATOR, None, email="tini@example.id")
    rotate(ring, 2)
    assert token in links.invitation_tokens(invitation.seed)[1:]


INVITATIONS = "/en/desk/invitations"


def test_session_and_open_form_stay_valid_after_two_rotations(ring, app):
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    html = client.get(INVITATIONS).text
    rotate(ring, 2)
    tokens = {name: _token(html, name) for name in ("csrf_token", "form_key")}
    assert client.post(INVITATIONS, data={**tokens, "role": "moderator"}).status_code == 200
    assert client.get("/en/account").status_code == 200


def test_form_with_the_token_of_a_key_that_is_gone_stores_nothing(ring, app, log):
    rotate(ring)
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    client.get(INVITATIONS)
    log()
    response = submit_form(client, INVITATIONS, role="moderator", csrf_token="x")
    assert (response.status_code, log()) == (400, [])


def test_key_that_starts_later_reads_before_it_writes(ring, clock):
    rotate(ring)
    first = ring.writer()
    later = keys.add_key(ring.path, now() + timedelta(minutes=10))
    assert ring.writer() == first and later in ring.all_keys()
    encrypted = encrypt_value("second factor", 1, "rahasia")
    clock.shift(timedelta(minutes=11))
    assert ring.writer() == later
    assert decrypt_value("second factor", 1, encrypted) == "rahasia"


def test_ring_file_is_for_its_owner_alone_and_keeps_its_lines(ring):
    first = keys.add_key(ring.path, now())
    second = keys.add_key(ring.path, now())
    assert ring.path.stat().st_mode & 0o777 == 0o600
    assert keys.read_ring(ring.path) == [first, second]


def test_each_rotation_gives_the_key_that_writes(ring):
    first, second = (keys.add_key(ring.path, now()) for _time in range(2))
    assert ring.all_keys()[:2] == [second, first]


def test_ring_that_becomes_unreadable_serves_on(ring):
    rotate(ring)
    known = ring.all_keys()
    ring.path.write_text("broken\n")
    assert ring.all_keys() == known
    ring.path.unlink()
    assert ring.all_keys() == known


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "has no key"),
        ("# only a comment\n", "has no key"),
        ("a 2026-01-01T00:00:00Z short\n", "keys:1 is not a key"),
        (f"# x\na 2026-01-01T00:00:00 {'s' * 40}\n", "keys:2 is not a key"),
        (f"a yesterday {'s' * 40}\n", "keys:1 is not a key"),
        ("é\n", "cannot read"),
    ],
)
def test_unreadable_ring_is_refused_by_line(tmp_path, text, fault):
    path = tmp_path / "keys"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSetting, match=f"DELIBERATE_KEY_RING_FILE.*{fault}"):
        keys.KeyRing(path, lambda: "")


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=[*arguments])


def test_keys_commands_list_and_rotate(ring, app):
    person_with_factor()
    assert json.loads(run(app, "keys", "list", "--json").output)["keys"] == [
        {"id": "settings", "starts": "–", "state": "writes", "encrypted": 1}
    ]
    rotated = json.loads(run(app, "keys", "rotate", "--json").output)
    assert (rotated["path"], rotated["encrypted_again"]) == (str(ring.path), 1)
    result = run(app, "keys", "list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == [rotated["id"], "settings"]
    assert "encrypted again" in run(app, "keys", "rotate").output
    assert "deliberate keys encrypt-again" in run(app, "keys", "rotate", "--after", "5").output
    assert run(app, "keys", "encrypt-again").output == "values encrypted again: 0\n"


def test_keys_list_reports_values_whose_key_is_gone(ring, app):
    person_with_factor()
    rotate(ring)
    lines = ring.path.read_text().splitlines(keepends=True)
    keys.add_key(ring.path, now())
    text = ring.path.read_text().replace(lines[-1], "")
    ring.path.write_text(text)
    result = run(app, "keys", "list")
    assert (result.exit_code, "not in the ring: 1" in result.output) == (1, True)


def test_keys_rotate_reports_a_folder_that_cannot_be_written(ring, app, tmp_path):
    ring.path = tmp_path / "missing" / "keys"
    result = run(app, "keys", "rotate")
    assert (result.exit_code, "No such file" in result.output) == (1, True)


def test_second_factor_is_ended_on_the_command_line_with_a_reason(ring, app, log):
    person, _secret = person_with_factor()
    log()
    result = run(app, "user", "end-factor", person.sign_in_name, "--reason", "lost")
    assert (result.exit_code, result.output) == (0, "")
    (entry,) = log()
    assert (entry.kind, entry.actor_id, entry.details["reason"]) == ("factor.removed", None, "lost")
    assert db.session.get(SecondFactor, person.id) is None
    assert db.session.scalar(select(Notice.kind).where(Notice.person_id == person.id))
    again = run(app, "user", "end-factor", person.sign_in_name, "--reason", "lost")
    assert (again.exit_code, "has no second factor" in again.output) == (1, True)
    unknown = run(app, "user", "end-factor", "siapa", "--reason", "lost")
    assert (unknown.exit_code, "“siapa”" in unknown.output) == (1, True)
