"""The message shown after posting or changing a text."""

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from deliberate.days import date_text

if TYPE_CHECKING:
    from deliberate.queries.moderation.contributions import Contribution


def posted_message(content: "Contribution", message: str) -> str:
    """Return the message, or until when a rule holds the text where one does."""
    if not content.is_held or content.held_until is None:
        return message
    until = date_text(content.held_until, "d MMM y, HH.mm", content.process)
    return str(_("Your text is saved. A rule holds it until %(time)s at the latest.", time=until))
