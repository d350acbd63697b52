"""What notices about one's own account say: addresses, ways back, limits."""

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from deliberate.models import Notice
from deliberate.notifications.preferences import (
    ADDRESS_GIVEN,
    ADDRESS_LEFT,
    ADDRESS_NEW,
    FACTOR_REMOVED,
    RECOVERY_ASKED,
    RECOVERY_BEGUN,
    RECOVERY_CONFIRMED,
    RECOVERY_STOPPED,
    REQUEST_DECIDED,
    REQUEST_ENDS,
    VERIFICATION_ENDED,
    VERIFIED,
)

OF_LIMITS = frozenset(
    {"sanction.imposed", "sanction.lifted", "sanction.granted", "sanction.refused"}
)
OF_REQUESTS = frozenset({REQUEST_DECIDED, REQUEST_ENDS})
OF_RECOVERY = frozenset({RECOVERY_BEGUN, RECOVERY_CONFIRMED, RECOVERY_STOPPED})
OF_STANDING = frozenset({FACTOR_REMOVED, VERIFIED, VERIFICATION_ENDED})
OF_ACCOUNT = (
    OF_LIMITS
    | OF_REQUESTS
    | OF_RECOVERY
    | OF_STANDING
    | {ADDRESS_GIVEN, ADDRESS_NEW, ADDRESS_LEFT, RECOVERY_ASKED}
)


def of_account(notice: Notice) -> tuple[str, str]:
    """Subject and sentence, in the language that is set."""
    if notice.kind in OF_LIMITS:
        return _of_limit(notice)
    if notice.kind in OF_REQUESTS:
        return _of_request(notice)
    if notice.kind in OF_RECOVERY:
        return _of_recovery(notice)
    if notice.kind in OF_STANDING:
        return _of_standing(notice)
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


def page_of_account(kind: str) -> str:
    """Where a notice leads, after the language."""
    if kind in OF_REQUESTS:
        return "/data/requests"
    if kind == FACTOR_REMOVED:
        return "/account/second-factor"
    if kind in {VERIFIED, VERIFICATION_ENDED}:
        return "/verify"
    return "/account/limit" if kind in OF_LIMITS else "/account"


def _of_recovery(notice: Notice) -> tuple[str, str]:
    words: dict[str, tuple[str, str]] = {
        RECOVERY_BEGUN: (
            _("Somebody at an office wants to open your account"),
            _(
                "An officer began to help somebody who says that your account is theirs and lost "
                "its passphrase. If it is not you, stop it at once."
            ),
        ),
        RECOVERY_CONFIRMED: (
            _("A code for your account was given at an office"),
            _(
                "A second officer confirmed it: for 24 hours the code opens your account once. If "
                "it was not given to you, stop it at once."
            ),
        ),
        RECOVERY_STOPPED: (
            _("Help at the office was stopped"),
            _("No code from the office opens your account any more."),
        ),
    }
    return words[notice.kind]


def _of_standing(notice: Notice) -> tuple[str, str]:
    words: dict[str, tuple[str, str]] = {
        FACTOR_REMOVED: (
            _("Your second factor was taken away"),
            _(
                "An administrator took the second factor of your account away and signed you out "
                "everywhere. Set up a new one; if you did not ask for it, tell an administrator."
            ),
        ),
        VERIFIED: (
            _("You are a verified resident"),
            _("Your account was found on a list or verified by a code. Polls for residents open."),
        ),
        VERIFICATION_ENDED: (
            _("You are no longer a verified resident"),
            _(
                "An administrator took this back. If that is wrong, ask at an office for another "
                "code."
            ),
        ),
    }
    return words[notice.kind]


def _of_limit(notice: Notice) -> tuple[str, str]:
    words: dict[str, tuple[str, str]] = {
        "sanction.imposed": (
            _("Your account is limited"),
            _(
                "A moderator limited your account for a time. The page says why, until when, and "
                "how to appeal."
            ),
        ),
        "sanction.lifted": (
            _("Your account is free again"),
            _("The limit on your account was lifted."),
        ),
        "sanction.granted": (
            _("Your appeal was granted"),
            _("A second moderator decided: the limit on your account ends now."),
        ),
        "sanction.refused": (
            _("The limit stands"),
            _("A second moderator decided: the limit on your account stands until its time."),
        ),
    }
    return words[notice.kind]


def _of_request(notice: Notice) -> tuple[str, str]:
    if notice.kind == REQUEST_ENDS:
        return (
            _("Access to research data ends"),
            _(
                "Your access to the protected data you asked for ends on %(day)s. Delete every "
                "copy by then.",
                day=format_date(date.fromisoformat(notice.told["until"])),
            ),
        )
    if notice.told["granted"]:
        return (
            _("Your request for data was granted"),
            _("The files are built within minutes. You find them with your requests."),
        )
    return _("Your request for data was refused"), _("The reason stands with your requests.")
