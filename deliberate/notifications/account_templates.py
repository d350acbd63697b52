"""Texts of notices about an account: address, recovery, verification, sanctions, data requests."""

from datetime import date

from flask_babel import gettext as _

from deliberate.days import date_text
from deliberate.notifications.notice_texts import NoticeSubjects, NoticeText, notice_text
from deliberate.vocabulary.notices import (
    AddressGivenNotice,
    AddressLeftNotice,
    DataAccessEndsNotice,
    DataRequestDecidedNotice,
    FactorRemovedNotice,
    NewAddressNotice,
    RecoveryBegunNotice,
    RecoveryConfirmedNotice,
    RecoveryLinkNotice,
    RecoveryStoppedNotice,
    SanctionAppealGrantedNotice,
    SanctionAppealRefusedNotice,
    SanctionLiftedNotice,
    SanctionNotice,
    VerificationEndedNotice,
    VerifiedNotice,
)


@notice_text.register
def _address_given(_event: AddressGivenNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Confirm your address"),
        _(
            "This address was given for a new account. If it was you, confirm it. Otherwise do "
            "nothing."
        ),
    )


@notice_text.register
def _new_address(_event: NewAddressNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Confirm your new address"),
        _(
            "Messages of an account are to be sent here from now on. If it was you, confirm it "
            "here and at the present address. Otherwise do nothing."
        ),
    )


@notice_text.register
def _address_left(_event: AddressLeftNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Another address for your account?"),
        _(
            "Another address, or none, was requested for your account while signed in. If it "
            "was you, agree. Otherwise do nothing and change your passphrase."
        ),
    )


@notice_text.register
def _recovery_link(_event: RecoveryLinkNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A new passphrase"),
        _(
            "A new passphrase was requested for your account. If it was you, use the link in "
            "the mail: it is valid once and for one hour. Otherwise do nothing."
        ),
    )


@notice_text.register
def _recovery_begun(_event: RecoveryBegunNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Staff at an office want to open your account"),
        _(
            "An officer is helping a person who says that this account is theirs and that they "
            "lost its passphrase. If it is not you, stop it at once."
        ),
    )


@notice_text.register
def _recovery_confirmed(_event: RecoveryConfirmedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A code for your account was issued at an office"),
        _(
            "A second officer confirmed it: for 24 hours the code opens your account once. If "
            "you did not receive it, stop it at once."
        ),
    )


@notice_text.register
def _recovery_stopped(_event: RecoveryStoppedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Recovery at the office was stopped"),
        _("No code from the office opens your account any more."),
    )


@notice_text.register
def _factor_removed(_event: FactorRemovedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your second factor was removed"),
        _(
            "An administrator removed the second factor of your account and signed you out "
            "everywhere. Set up a new one. If you did not ask for this, contact an "
            "administrator."
        ),
    )


@notice_text.register
def _verified(_event: VerifiedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("You are a verified resident"),
        _("Your account was verified by a list or a code. You can vote in polls of residents."),
    )


@notice_text.register
def _verification_ended(_event: VerificationEndedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("You are no longer a verified resident"),
        _(
            "An administrator revoked the verification. If this is wrong, ask at an office for "
            "another code."
        ),
    )


@notice_text.register
def _sanction(_event: SanctionNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your account is limited"),
        _(
            "A moderator limited your account for a time. The page says why, until when, and "
            "how to appeal."
        ),
    )


@notice_text.register
def _sanction_lifted(_event: SanctionLiftedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your account is no longer limited"),
        _("The limit on your account was lifted."),
    )


@notice_text.register
def _sanction_appeal_granted(
    _event: SanctionAppealGrantedNotice, _about: NoticeSubjects
) -> NoticeText:
    return NoticeText(
        _("Your appeal was granted"),
        _("A second moderator decided: the limit on your account ends now."),
    )


@notice_text.register
def _sanction_appeal_refused(
    _event: SanctionAppealRefusedNotice, _about: NoticeSubjects
) -> NoticeText:
    return NoticeText(
        _("The limit remains"),
        _("A second moderator decided: the limit on your account remains until it expires."),
    )


@notice_text.register
def _data_request_decided(event: DataRequestDecidedNotice, _about: NoticeSubjects) -> NoticeText:
    if event.granted:
        return NoticeText(
            _("Your request for data was granted"),
            _("The files are built within minutes. You find them with your requests."),
        )
    return NoticeText(
        _("Your request for data was refused"), _("The reason is shown with your requests.")
    )


@notice_text.register
def _data_access_ends(event: DataAccessEndsNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Access to research data ends"),
        _(
            "Your access to the protected data you asked for ends on %(day)s. Delete every "
            "copy by then.",
            day=date_text(date.fromisoformat(event.until)),
        ),
    )
