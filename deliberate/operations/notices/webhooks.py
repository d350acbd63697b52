"""Webhooks: addresses of other systems that receive public acts, kept by administrators."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _
from sqlalchemy import delete
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Institution, Person, Process, Webhook, WebhookTry
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.notices.receivers import (
    MAX_TRIES,
    WAITS,
    give_secret,
    replace_secret,
    require_public_address,
    valid_secrets,
)
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.processes import may_set_up
from deliberate.queries.log.public_acts import PUBLIC_KINDS
from deliberate.queries.notices.webhooks import WANTED, get_public_act, published_size
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.notices import (
    WebhookAdded,
    WebhookPaused,
    WebhookRemoved,
    WebhookResent,
    WebhookResumed,
    WebhookSecretRotated,
)
from deliberate.vocabulary.notices import WebhookPausedNotice

PURPOSE = "webhook secret"


def add_webhook(
    admin: Person,
    url: str,
    kinds: Collection[str] = (),
    *,
    process: Process | None = None,
    institution: Institution | None = None,
    context: RequestContext = NO_REQUEST,
) -> tuple[Webhook, str]:
    """Enter an address that receives public acts from now on; return it and its secret.

    The secret is shown once. Raises InvalidInput for another address than one of the internet with
    HTTPS, or for a kind that is not public, Refused for others than administrators.
    """
    require_public_address(url)
    require_public_kinds(kinds)
    with recorded(admin, WebhookAdded, context) as act:
        require(may_set_up(act.lock(admin)))
        webhook = Webhook(
            owner_id=admin.id,
            url=url,
            kinds=sorted(kinds),
            process_id=process.id if process else None,
            institution_id=institution.id if institution else None,
            secret=b"",
            next_position=published_size(),
            added_at=now(),
        )
        act.session.add(webhook)
        act.session.flush()
        secret = give_secret(PURPOSE, webhook)
        act.about(webhook, kinds=len(webhook.kinds))
    return webhook, secret


def require_public_kinds(kinds: Collection[str]) -> None:
    """Refuse kinds of acts that are not public."""
    if unknown := sorted(set(kinds) - set(PUBLIC_KINDS)):
        raise InvalidInput(_("There is no public kind of act %(name)s.", name=", ".join(unknown)))


def rotate_webhook_secret(
    admin: Person, webhook: Webhook, *, context: RequestContext = NO_REQUEST
) -> str:
    """Give a webhook a new secret and return it; the old one signs as well for a day."""
    with recorded(admin, WebhookSecretRotated, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(webhook))
        secret = replace_secret(PURPOSE, webhook)
        act.about(webhook)
    return secret


def resume_webhook(
    admin: Person, webhook: Webhook, *, context: RequestContext = NO_REQUEST
) -> None:
    """Have a paused webhook sent to again, from the act that it lacks."""
    with recorded(admin, WebhookResumed, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(webhook))
        if webhook.paused_at is None:
            raise Refused(_("This webhook is not paused."))
        webhook.paused_at = webhook.next_try_at = None
        webhook.failures = 0
        act.about(webhook)


def resend_act(
    admin: Person, webhook: Webhook, position: int, *, context: RequestContext = NO_REQUEST
) -> None:
    """Have an act sent to a webhook once more, with the same id."""
    with recorded(admin, WebhookResent, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(webhook))
        if webhook.paused_at is not None:
            raise Refused(_("This webhook is paused. Have it sent to again first."))
        if get_public_act(position) is None:
            raise Refused(_("There is no published act at this position."))
        act.session.add(
            WebhookTry(webhook_id=webhook.id, position=position, error=WANTED, tried_at=now())
        )
        act.about(webhook, position=position)


def remove_webhook(
    admin: Person, webhook: Webhook, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a webhook: nothing more is sent to it, its secrets and attempts are deleted."""
    with recorded(admin, WebhookRemoved, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(webhook))
        webhook.removed_at, webhook.secret, webhook.old_secret = now(), b"", None
        act.session.execute(delete(WebhookTry).where(WebhookTry.webhook_id == webhook.id))
        act.about(webhook)


def _require_kept(webhook: Webhook) -> None:
    if webhook.removed_at is not None:
        raise Refused(_("This webhook was removed."))


def secrets_of(webhook: Webhook) -> list[str]:
    """Return the secrets that sign messages now: the new one, then the old one for a day."""
    return valid_secrets(PURPOSE, webhook)


def record_try(webhook_id: int, position: int, status: int | None, error: str) -> bool:
    """Record an attempt at the cursor; return whether the webhook is sent to further now.

    The thirteenth failure of an act pauses the webhook and its owner is notified.
    """
    with unrecorded("sending to webhooks") as session:
        webhook = session.get_one(Webhook, webhook_id)
        _add_try(session, webhook, position, status, error)
        if not error:
            webhook.next_position, webhook.failures = position + 1, 0
            webhook.next_try_at = None
            return True
        webhook.failures += 1
        failures = webhook.failures
        if failures < MAX_TRIES:
            webhook.next_try_at = now() + WAITS[failures - 1]
    if failures >= MAX_TRIES:
        _pause(webhook_id, position)
    return False


def _add_try(
    session: Session, webhook: Webhook, position: int, status: int | None, error: str
) -> None:
    row = WebhookTry(webhook_id=webhook.id, position=position, status=status, error=error)
    row.tried_at = now()
    session.add(row)


def record_wanted_try(try_id: int, status: int | None, error: str) -> None:
    """Record the outcome of an attempt that an administrator asked for."""
    with unrecorded("sending to webhooks") as session:
        row = session.get_one(WebhookTry, try_id)
        row.status, row.error, row.tried_at = status, error, now()


def skip_to(webhook_id: int, position: int) -> None:
    """Move the cursor of a webhook over acts that are not for it."""
    with unrecorded("sending to webhooks") as session:
        session.get_one(Webhook, webhook_id).next_position = position


def _pause(webhook_id: int, position: int) -> None:
    with recorded(None, WebhookPaused) as act:
        webhook = act.lock(db.session.get_one(Webhook, webhook_id))
        webhook.paused_at, webhook.next_try_at = now(), None
        owner = act.session.get(Person, webhook.owner_id) if webhook.owner_id else None
        notify_person(act, owner, WebhookPausedNotice())
        act.about(webhook, position=position)
