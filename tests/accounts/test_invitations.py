"""Invitations to a role: made, mailed, revoked and accepted once."""

import re
from datetime import timedelta

import pytest

from deliberate.database import db
from deliberate.models import Invitation, Person
from deliberate.notifications.invitations import send_invitations
from deliberate.notifications.smtp import ConnectionLost, PermanentFailure
from deliberate.operations.accounts.invitations import accept_invitation, invite, revoke_invitation
from deliberate.operations.accounts.roles import revoke_role
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

DESK = "/en/desk/invitations"
ACCOUNT = {
    "sign_in_name": "rina.air",
    "display_name": "Rina Dewi",
    "passphrase": factories.PASSPHRASE,
    "terms": "y",
}


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


def make_link(client, **fields):
    page = submit_form(client, DESK, **fields)
    assert page.status_code == 200 and page.headers["Cache-Control"] == "private, no-store"
    return re.search(r"/en/invitation/[\w-]+", page.text).group()


def test_invited_person_chooses_names_and_has_the_role(app, admin, log):
    client, office = signed_in_client(app, admin), factories.create_institution("air")
    log()
    link = make_link(client, role="staff", institution=office.id, name="Rina")
    assert "Rina" in client.get(DESK).text
    guest = anonymous_client(app)
    page = guest.get(link)
    assert "staff" in page.text and "Kantor air" in page.text and "Rina" not in page.text
    wrong = guest.post(link, data={**ACCOUNT, "passphrase": "pendek"})
    assert wrong.status_code == 422 and 'value="rina.air"' in wrong.text
    taken = guest.post(link, data={**ACCOUNT, "sign_in_name": admin.sign_in_name})
    assert taken.status_code == 422 and 'id="sign_in_name-error"' in taken.text
    accepted = guest.post(link, data=ACCOUNT)
    assert (accepted.status_code, accepted.location) == (303, "/en/desk")
    assert guest.get("/en/desk").status_code == 200
    db.session.rollback()
    person = db.session.query(Person).filter_by(sign_in_name="rina.air").one()
    assert (person.role, person.institution_id) == (Role.STAFF, office.id)
    assert [row.kind for row in log()] == ["invitation.made", "invitation.accepted"]
    again = anonymous_client(app).post(
        link, data={**ACCOUNT, "sign_in_name": "lain", "display_name": "Lain"}
    )
    assert again.status_code == 409
    assert "Rina" not in client.get(DESK).text


def test_link_is_stored_only_as_a_hash(admin):
    invitation, token = invite(admin, Role.MODERATOR)
    stored = {value for value in vars(invitation).values() if isinstance(value, str)}
    assert not any(token in value for value in stored)


def test_invitation_ends_when_revoked_expired_or_its_sender_loses_the_role(app, admin, clock):
    client, other = signed_in_client(app, admin), factories.create_staff(role=Role.ADMIN)
    revoked, _ = invite(admin, Role.MODERATOR, name="Budi")
    address = f"{DESK}/{revoked.id}/revoke"
    assert submit_form(client, DESK, address).status_code == 303
    assert submit_form(client, DESK, address).status_code == 409
    orphan, _ = invite(other, Role.MODERATOR)
    revoke_role(admin, other)
    late, _ = invite(admin, Role.MODERATOR)
    for invitation in (revoked, orphan):
        with pytest.raises(Refused):
            accept_invitation(invitation, "budi1", "Budi Satu", factories.PASSPHRASE)
    clock.shift(timedelta(days=7))
    with pytest.raises(Refused):
        accept_invitation(late, "budi1", "Budi Satu", factories.PASSPHRASE)


def test_only_administrators_invite_and_revoke(app, admin):
    invitation, _ = invite(admin, Role.MODERATOR)
    for role in (Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESIDENT):
        person = factories.create_staff(role=role)
        assert signed_in_client(app, person).get(DESK).status_code == 403
        with pytest.raises(Refused):
            invite(person, Role.ADMIN)
        with pytest.raises(Refused):
            revoke_invitation(person, invitation)
    assert anonymous_client(app).get("/en/invitation/unknown").status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "staff"}, "institution"),
        ({"role": "resident"}, "role"),
        ({"role": "moderator", "email": "x"}, "email"),
    ],
)
def test_invitation_form_shows_error_at_field(app, admin, fields, field):
    page = submit_form(signed_in_client(app, admin), DESK, name="Rina", **fields)
    assert page.status_code == 422 and f'id="{field}-error"' in page.text and "Rina" in page.text


class Server:
    """A mail server that fails as told."""

    def __init__(self, failure=None):
        self.failure, self.mails = failure, []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def send(self, mail):
        if self.failure:
            raise self.failure
        self.mails.append(mail)


def test_invitation_is_mailed_once_and_again_after_an_outage(app, admin):
    _invitation, token = invite(admin, Role.MODERATOR, email="rina@example.org")
    invite(admin, Role.MODERATOR)
    assert send_invitations(Server(ConnectionLost("down"))) == 0
    server = Server()
    assert (send_invitations(server), send_invitations(server)) == (1, 0)
    (mail,) = server.mails
    assert mail["To"] == "rina@example.org"
    assert f"/id/invitation/{token}" in mail.get_content()
    refused, _ = invite(admin, Role.MODERATOR, email="tak.ada@example.org")
    assert send_invitations(Server(PermanentFailure("550 unknown"))) == 0
    factories.reload(refused)
    assert refused.mail_problem == "550 unknown" and send_invitations(server) == 0


def test_person_with_the_address_confirms_it_after_joining(app, admin):
    invitation, _ = invite(admin, Role.MODERATOR, email="rina@example.org")
    person, _token = accept_invitation(invitation, "rina", "Rina Dewi", factories.PASSPHRASE)
    assert (person.email, person.email_confirmed_at) == ("rina@example.org", None)
    assert db.session.get(Invitation, invitation.id).person_id == person.id
