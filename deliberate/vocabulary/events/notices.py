"""Kinds of acts on webhooks, which send public acts, and on intake channels, which bring acts."""

from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, Event


class WebhookAdded(Event, kind="webhook.added", visibility=INTERNAL):
    """An administrator entered an address that receives public acts."""

    kinds: int = detail("number of kinds that it receives; 0: all public ones")


class WebhookSecretRotated(Event, kind="webhook.secret_rotated", visibility=INTERNAL):
    """An administrator gave a webhook a new secret."""


class WebhookPaused(Event, kind="webhook.paused", visibility=INTERNAL):
    """A webhook was paused, because it had not answered for a day."""

    position: int = detail("position in the log of the act that it did not receive")


class WebhookResumed(Event, kind="webhook.resumed", visibility=INTERNAL):
    """An administrator had a webhook sent to again, from the act that it lacks."""


class WebhookResent(Event, kind="webhook.resent", visibility=INTERNAL):
    """An administrator had an act sent to a webhook once more."""

    position: int = detail("position of the act in the log")


class WebhookRemoved(Event, kind="webhook.removed", visibility=INTERNAL):
    """An administrator removed a webhook."""


class TokenIssued(Event, kind="token.issued", visibility=INTERNAL):
    """An administrator issued the token of an intake channel."""

    scope: str = detail("what the channel may enter, with + between")


class TokenRevoked(Event, kind="token.revoked", visibility=INTERNAL):
    """An administrator revoked the token of an intake channel."""


class IntakeLinked(Event, kind="intake.linked", visibility=INTERNAL):
    """A person linked an intake channel to the account."""


class IntakeUnlinked(Event, kind="intake.unlinked", visibility=INTERNAL):
    """A person ended the link of an intake channel to the account."""
