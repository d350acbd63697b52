"""Texts of notices about an account: address, recovery, verification, sanctions, data requests."""

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from deliberate.models import Notice
from deliberate.notifications.notice_kinds import (
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

SANCTION_KINDS = frozenset(
    {"sanction.imposed", "sanction.lifted", "sanction.granted", "sanction.refused"}
)
DATA_REQUEST_KINDS = frozenset({REQUEST_DECIDED, REQUEST_ENDS})
RECOVERY_KINDS = frozenset({RECOVERY_BEGUN, RECOVERY_CONFIRMED, RECOVERY_STOPPED})
STATUS_KINDS = frozenset({FACTOR_REMOVED, VERIFIED, VERIFICATION_ENDED})
ACCOUNT_KINDS = (
    SANCTION_KINDS
    | DATA_REQUEST_KINDS
    | RECOVERY_KINDS
    | STATUS_KINDS
    | {ADDRESS_GIVEN, ADDRESS_NEW, ADDRESS_LEFT, RECOVERY_ASKED}
)


def account_text(notice: Notice) -> tuple[str, str]:
    """Return subject and sentence of a notice in the current language."""
    if notice.kind in SANCTION_KINDS:
        return _sanction_text(notice)
    if notice.kind in DATA_REQUEST_KINDS:
        return _data_request_text(notice)
    if notice.kind in RECOVERY_KINDS:
        return _recovery_text(notice)
    if notice.kind in STATUS_KINDS:
        return _status_text(notice)
    texts: dict[str, tuple[str, str]] = {
        ADDRESS_GIVEN: (
            _("Confirm your address"),
            _(
                "This address was given for a new account. If it was you, confirm it. Otherwise do "
                "nothing."
            ),
        ),
        ADDRESS_NEW: (
            _("Confirm your new address"),
            _(
                "Messages of an account are to be sent here from now on. If it was you, confirm it "
                "here and at the present address. Otherwise do nothing."
            ),
        ),
        ADDRESS_LEFT: (
            _("Another address for your account?"),
            _(
                "Another address, or none, was requested for your account while signed in. If it "
                "was you, agree. Otherwise do nothing and change your passphrase."
            ),
        ),
        RECOVERY_ASKED: (
            _("A new passphrase"),
            _(
                "A new passphrase was requested for your account. If it was you, use the link in "
                "the mail: it is valid once and for one hour. Otherwise do nothing."
            ),
        ),
    }
    return texts[notice.kind]


def account_page(kind: str) -> str:
    """Return the path of the page that a notice links to, without the language."""
    if kind in DATA_REQUEST_KINDS:
        return "/data/requests"
    if kind == FACTOR_REMOVED:
        return "/account/second-factor"
    if kind in {VERIFIED, VERIFICATION_ENDED}:
        return "/verify"
    return "/account/limit" if kind in SANCTION_KINDS else "/account"


def _recovery_text(notice: Notice) -> tuple[str, str]:
    texts: dict[str, tuple[str, str]] = {
        RECOVERY_BEGUN: (
            _("Staff at an office want to open your account"),
            _(
                "An officer is helping a person who says that this account is theirs and that they "
                "lost its passphrase. If it is not you, stop it at once."
            ),
        ),
        RECOVERY_CONFIRMED: (
            _("A code for your account was issued at an office"),
            _(
                "A second officer confirmed it: for 24 hours the code opens your account once. If "
                "you did not receive it, stop it at once."
            ),
        ),
        RECOVERY_STOPPED: (
            _("Recovery at the office was stopped"),
            _("No code from the office opens your account any more."),
        ),
    }
    return texts[notice.kind]


def _status_text(notice: Notice) -> tuple[str, str]:
    texts: dict[str, tuple[str, str]] = {
        FACTOR_REMOVED: (
            _("Your second factor was removed"),
            _(
                "An administrator removed the second factor of your account and signed you out "
                "everywhere. Set up a new one. If you did not ask for this, contact an "
                "administrator."
            ),
        ),
        VERIFIED: (
            _("You are a verified resident"),
            _("Your account was verified by a list or a code. You can vote in polls of residents."),
        ),
        VERIFICATION_ENDED: (
            _("You are no longer a verified resident"),
            _(
                "An administrator revoked the verification. If this is wrong, ask at an office for "
                "another code."
            ),
        ),
    }
    return texts[notice.kind]


def _sanction_text(notice: Notice) -> tuple[str, str]:
    texts: dict[str, tuple[str, str]] = {
        "sanction.imposed": (
            _("Your account is limited"),
            _(
                "A moderator limited your account for a time. The page says why, until when, and "
                "how to appeal."
            ),
        ),
        "sanction.lifted": (
            _("Your account is no longer limited"),
            _("The limit on your account was lifted."),
        ),
        "sanction.granted": (
            _("Your appeal was granted"),
            _("A second moderator decided: the limit on your account ends now."),
        ),
        "sanction.refused": (
            _("The limit remains"),
            _("A second moderator decided: the limit on your account remains until it expires."),
        ),
    }
    return texts[notice.kind]


def _data_request_text(notice: Notice) -> tuple[str, str]:
    if notice.kind == REQUEST_ENDS:
        return (
            _("Access to research data ends"),
            _(
                "Your access to the protected data you asked for ends on %(day)s. Delete every "
                "copy by then.",
                day=format_date(date.fromisoformat(notice.details["until"])),
            ),
        )
    if notice.details["granted"]:
        return (
            _("Your request for data was granted"),
            _("The files are built within minutes. You find them with your requests."),
        )
    return _("Your request for data was refused"), _("The reason is shown with your requests.")
