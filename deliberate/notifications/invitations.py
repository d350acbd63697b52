"""The mails of invitations to a role, to people who have no account yet."""

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import unrecorded
from deliberate.days import date_text
from deliberate.models import Invitation
from deliberate.notifications.channels.adapter import (
    ConnectionLost,
    PermanentFailure,
    TemporaryFailure,
)
from deliberate.notifications.links import invitation_tokens
from deliberate.notifications.mail import single_line_subject
from deliberate.notifications.smtp import Mailer
from deliberate.queries.accounts.invitations import list_invitations_to_mail

BATCH_SIZE = 20


def send_invitations(mailer: Mailer | None = None) -> int:
    """Mail the links of open invitations with an address; return the number of mails sent.

    A mail that the server does not take now is tried again at the next run, until the invitation
    expires. Without a mail server the administrator passes the link on.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.mail_url and mailer is None:
        return 0
    invitations = list_invitations_to_mail(BATCH_SIZE)
    if not invitations:
        return 0
    sent = 0
    with mailer or Mailer(settings.mail_url) as server:
        for invitation in invitations:
            try:
                problem = _send(server, invitation, settings)
            except ConnectionLost:
                break
            except TemporaryFailure:  # this address is tried again, the others now
                continue
            _mark_mailed(invitation.id, problem)
            sent += not problem
    return sent


def _send(server: Mailer, invitation: Invitation, settings: Settings) -> str:
    """Send one mail; return its problem, empty if it was sent. Raises TemporaryFailure."""
    token = _token_of(invitation)
    if token is None:
        return "the secret key was changed after the invitation"
    try:
        server.send(compose_invitation(invitation, token, settings))
    except PermanentFailure as error:
        return str(error)[:255]
    return ""


def _token_of(invitation: Invitation) -> str | None:
    """Return the token that the invitation was made with, under whichever key of the ring."""
    tokens = invitation_tokens(invitation.seed)
    hashes = {hashlib.sha256(token.encode()).hexdigest(): token for token in tokens}
    return hashes.get(invitation.token_hash)


def compose_invitation(invitation: Invitation, token: str, settings: Settings) -> EmailMessage:
    """Return the mail with the link of an invitation, in the language of its sender."""
    base = settings.base_url.rstrip("/")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = Address(addr_spec=invitation.email)
    mail["Message-ID"] = f"<invitation.{invitation.id}@{urlsplit(base).hostname or 'localhost'}>"
    with force_locale(invitation.language):
        brand = settings.brand_name
        mail["Subject"] = single_line_subject(_("Your invitation to %(name)s", name=brand))
        paragraphs = (
            _(
                "You are invited to work on %(name)s. Choose a name and a passphrase here:",
                name=brand,
            ),
            f"{base}/{invitation.language}/invitation/{token}",
            _(
                "The link works once, until %(time)s. If you do not expect it, do nothing.",
                time=date_text(invitation.expires_at, "d MMM y, HH.mm"),
            ),
        )
    mail.set_content("\n\n".join(paragraphs) + "\n")
    return mail


def _mark_mailed(invitation_id: int, problem: str) -> None:
    with unrecorded("delivery") as session:
        invitation = session.get_one(Invitation, invitation_id)
        invitation.mailed_at, invitation.mail_problem = now(), problem
