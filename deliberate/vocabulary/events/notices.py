"""Kinds of acts on webhooks: addresses of other systems that receive public acts."""

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
