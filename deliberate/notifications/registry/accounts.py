"""Notices about an account: address, recovery, verification, sanctions, data requests."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    AccountReclassifiedNotice,
    AddressGivenNotice,
    AddressLeftNotice,
    Audience,
    DataAccessEndsNotice,
    DataRequestDecidedNotice,
    DigestNotice,
    FactorRemovedNotice,
    NewAddressNotice,
    OutsideCaseStoppedNotice,
    RecoveryBegunNotice,
    RecoveryConfirmedNotice,
    RecoveryLinkNotice,
    RecoveryStoppedNotice,
    SanctionAppealGrantedNotice,
    SanctionAppealRefusedNotice,
    SanctionLiftedNotice,
    SanctionNotice,
    Timing,
    VerificationEndedNotice,
    VerifiedNotice,
    WebhookPausedNotice,
)

LINES = (
    Line(
        AddressGivenNotice,
        ("person.joined",),
        Audience.PERSON,
        _("Confirm your address"),
        _(
            "This address was given for a new account. If it was you, confirm it. Otherwise do "
            "nothing."
        ),
    ),
    Line(
        NewAddressNotice,
        (),
        Audience.PERSON,
        _("Confirm your new address"),
        _(
            "Messages of an account are to be sent here from now on. If it was you, confirm it "
            "here and at the present address. Otherwise do nothing."
        ),
    ),
    Line(
        AddressLeftNotice,
        (),
        Audience.PERSON,
        _("Another address for your account?"),
        _(
            "Another address, or none, was requested for your account while signed in. If it "
            "was you, agree. Otherwise do nothing and change your passphrase."
        ),
    ),
    Line(
        RecoveryLinkNotice,
        (),
        Audience.PERSON,
        _("A new passphrase"),
        _(
            "A new passphrase was requested for your account. If it was you, use the link in "
            "the mail: it is valid once and for one hour. Otherwise do nothing."
        ),
    ),
    Line(
        RecoveryBegunNotice,
        ("recovery.begun",),
        Audience.PERSON,
        _("Staff at an office want to open your account"),
        _(
            "An officer is helping a person who says that this account is theirs and that they "
            "lost its passphrase. If it is not you, stop it at once."
        ),
    ),
    Line(
        RecoveryConfirmedNotice,
        ("recovery.confirmed",),
        Audience.PERSON,
        _("A code for your account was issued at an office"),
        _(
            "A second officer confirmed it: for 24 hours the code opens your account once. If "
            "you did not receive it, stop it at once."
        ),
    ),
    Line(
        RecoveryStoppedNotice,
        ("recovery.stopped",),
        Audience.PERSON,
        _("Recovery at the office was stopped"),
        _("No code from the office opens your account any more."),
    ),
    Line(
        FactorRemovedNotice,
        ("factor.removed",),
        Audience.PERSON,
        _("Your second factor was removed"),
        _(
            "An administrator removed the second factor of your account and signed you out "
            "everywhere. Set up a new one. If you did not ask for this, contact an "
            "administrator."
        ),
    ),
    Line(
        VerifiedNotice,
        ("resident.verified",),
        Audience.PERSON,
        _("You are a verified resident"),
        _("Your account was verified by a list or a code. You can vote in polls of residents."),
    ),
    Line(
        VerificationEndedNotice,
        ("verification.ended",),
        Audience.PERSON,
        _("You are no longer a verified resident"),
        _(
            "An administrator revoked the verification. If this is wrong, ask at an office for "
            "another code."
        ),
    ),
    Line(
        AccountReclassifiedNotice,
        ("account.reclassified",),
        Audience.PERSON,
        _("Your account has another class now"),
        _(
            "Two administrators decided together as what your account counts. The page says why, "
            "what that changes, and what you can do if it is wrong."
        ),
    ),
    Line(
        WebhookPausedNotice,
        ("webhook.paused",),
        Audience.PERSON,
        _("A webhook was paused"),
        _(
            "An address that you entered has not taken an act for a day, so nothing more is sent "
            "to it. Once it answers again, have it sent to again: it gets all that it lacks."
        ),
    ),
    Line(
        OutsideCaseStoppedNotice,
        ("outside_case.stopped",),
        Audience.PERSON,
        _("A case did not reach an outside system"),
        _(
            "An outside system that you entered has not taken a case for a day, so it is sent no "
            "more. Once the system answers again, have the case sent again."
        ),
    ),
    Line(
        SanctionNotice,
        ("sanction.imposed",),
        Audience.PERSON,
        _("Your account is limited"),
        _(
            "A moderator limited your account for a time. The page says why, until when, and "
            "how to appeal."
        ),
    ),
    Line(
        SanctionLiftedNotice,
        ("sanction.lifted",),
        Audience.PERSON,
        _("Your account is no longer limited"),
        _("The limit on your account was lifted."),
    ),
    Line(
        SanctionAppealGrantedNotice,
        ("sanction.reviewed",),
        Audience.PERSON,
        _("Your appeal was granted"),
        _("A second moderator decided: the limit on your account ends now."),
    ),
    Line(
        SanctionAppealRefusedNotice,
        ("sanction.reviewed",),
        Audience.PERSON,
        _("The limit remains"),
        _("A second moderator decided: the limit on your account remains until it expires."),
    ),
    Line(
        DigestNotice,
        (),
        Audience.PERSON,
        _("Your week: %(news)s"),
        _("What you have not seen yet:"),
        Timing.WEEKLY,
        is_mail_only=True,
    ),
    Line(
        DataRequestDecidedNotice,
        ("request.granted", "request.refused"),
        Audience.PERSON,
        _("Your request for research data was decided"),
        _("Your request for research data: %(request_outcome)s"),
    ),
    Line(
        DataAccessEndsNotice,
        (),
        Audience.PERSON,
        _("Access to research data ends"),
        _(
            "Your access to the protected data you asked for ends on %(until_day)s. Delete every "
            "copy by then."
        ),
        Timing.ON_DATE,
    ),
)
