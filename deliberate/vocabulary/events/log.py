"""Kinds of acts on the log itself."""

from deliberate.vocabulary.events.event import INTERNAL, Event


class KeyRotated(Event, kind="key.rotated", visibility=INTERNAL):
    """The signing key of the log was replaced."""
