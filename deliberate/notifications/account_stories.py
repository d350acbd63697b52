"""What notices about one's own account say: addresses, ways back, limits."""

from flask_babel import gettext as _

from deliberate.models import Notice
from deliberate.notifications.topics import (
    ADDRESS_GIVEN,
    ADDRESS_LEFT,
    ADDRESS_NEW,
    RECOVERY_ASKED,
)

OF_ACCOUNT = frozenset({ADDRESS_GIVEN, ADDRESS_NEW, ADDRESS_LEFT, RECOVERY_ASKED})


def of_account(notice: Notice) -> tuple[str, str]:
    """Subject and sentence, in the language that is set."""
    words: dict[str, tuple[str, str]] = {
        ADDRESS_GIVEN: (
            _("Confirm your address"),
            _("Somebody gave this address on joining. If it was you, confirm it; else do nothing."),
        ),
        ADDRESS_NEW: (
            _("Confirm your new address"),
            _(
                "Somebody wants messages of an account to come here from now on. If it was you, "
                "confirm it here and at the present address; else do nothing."
            ),
        ),
        ADDRESS_LEFT: (
            _("Another address for your account?"),
            _(
                "Somebody who is signed in to your account wants another address for it, or none. "
                "If it was you, agree; else do nothing and change your passphrase."
            ),
        ),
        RECOVERY_ASKED: (
            _("A new passphrase"),
            _(
                "Somebody asked to choose a new passphrase for your account. If it was you, the "
                "link in the mail holds for one hour and once; else do nothing."
            ),
        ),
    }
    return words[notice.kind]
