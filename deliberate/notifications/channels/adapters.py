"""All channels, in the order in which a person has them in the list of choices."""

from typing import Any

from deliberate.config import Settings
from deliberate.notifications.channels.account import AccountChannel
from deliberate.notifications.channels.adapter import ChannelAdapter
from deliberate.notifications.channels.mail import MailChannel
from deliberate.notifications.channels.phone import PhoneChannel
from deliberate.notifications.channels.push import PushChannel

ADAPTERS: tuple[ChannelAdapter[Any], ...] = (
    AccountChannel(),
    MailChannel(),
    PhoneChannel(),
    PushChannel(),
)


def configured_adapters(settings: Settings) -> list[ChannelAdapter[Any]]:
    """Return the channels of this installation."""
    return [adapter for adapter in ADAPTERS if adapter.is_configured(settings)]
