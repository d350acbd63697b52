"""Webhooks, the acts that they receive, and the attempts to send them."""

from collections.abc import Sequence

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Interaction, Position, PublishedTreeHead, Webhook, WebhookTry
from deliberate.queries.log.public_acts import PUBLIC_KINDS, PublicAct, public_act

TRIES_SHOWN = 50
WANTED = "wanted"
"""The code of an attempt that an administrator asked for and that waits for the job."""


def list_webhooks() -> Sequence[Webhook]:
    """Return the webhooks that are not removed, oldest first."""
    rows = select(Webhook).where(Webhook.removed_at.is_(None))
    return db.session.scalars(rows.order_by(Webhook.id)).all()


def get_webhook(webhook_id: int) -> Webhook | None:
    """Return a webhook that is not removed, or None."""
    row = db.session.get(Webhook, webhook_id)
    return row if row is not None and row.removed_at is None else None


def list_due_webhooks() -> Sequence[int]:
    """Return the ids of the webhooks that may be sent to now; the one longest without first."""
    newest = select(func.max(WebhookTry.id)).where(WebhookTry.webhook_id == Webhook.id)
    last_try = func.coalesce(newest.scalar_subquery(), 0)
    is_due = Webhook.next_try_at.is_(None) | (Webhook.next_try_at <= now())
    rows = select(Webhook.id).where(
        Webhook.removed_at.is_(None), Webhook.paused_at.is_(None), is_due
    )
    return db.session.scalars(rows.order_by(last_try, Webhook.id)).all()


def list_tries(webhook: Webhook) -> Sequence[WebhookTry]:
    """Return the newest attempts, newest first."""
    rows = select(WebhookTry).where(WebhookTry.webhook_id == webhook.id)
    return db.session.scalars(rows.order_by(WebhookTry.id.desc()).limit(TRIES_SHOWN)).all()


def list_wanted_tries(webhook: Webhook) -> Sequence[WebhookTry]:
    """Return the attempts that administrators asked for, oldest first."""
    rows = select(WebhookTry).where(WebhookTry.webhook_id == webhook.id, WebhookTry.error == WANTED)
    return db.session.scalars(rows.order_by(WebhookTry.id)).all()


def next_act(webhook: Webhook, below: int) -> PublicAct | None:
    """Return the next public act at or after the cursor of a webhook that it wants."""
    rows = (
        select(Interaction)
        .join(Position, Position.entry == Interaction.id)
        .where(Position.seq >= webhook.next_position, Position.seq < below)
        .where(Interaction.kind.in_(webhook.kinds or PUBLIC_KINDS))
    )
    if webhook.process_id is not None:
        rows = rows.where(Interaction.process_id == webhook.process_id)
    if webhook.institution_id is not None:
        rows = rows.where(Interaction.institution_id == webhook.institution_id)
    row = db.session.scalar(rows.order_by(Position.seq).limit(1))
    return public_act(row) if row is not None else None


def get_public_act(position: int) -> PublicAct | None:
    """Return the public act at a position below the published head, or None."""
    row = db.session.scalar(
        select(Interaction)
        .join(Position, Position.entry == Interaction.id)
        .where(Position.seq == position, Position.seq < published_size())
        .where(Interaction.kind.in_(PUBLIC_KINDS))
    )
    return public_act(row) if row is not None else None


def published_size() -> int:
    """Return the number of entries that the newest published tree head covers."""
    return db.session.scalar(select(func.max(PublishedTreeHead.size))) or 0
