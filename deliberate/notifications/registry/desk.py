"""Notices to the staff of institutions."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    AssignedNotice,
    Audience,
    CheckedNotice,
    CheckRequestedNotice,
    CommitmentNearNotice,
    DueSoonNotice,
    NewCaseNotice,
    OverdueNotice,
    ReferralOfferedNotice,
    ReferralReturnedNotice,
    SignatureRequestedNotice,
    Timing,
    UnpublishedNotice,
    WeeklySummaryNotice,
)

LINES = (
    Line(
        NewCaseNotice,
        ("proposal.qualified",),
        Audience.STAFF,
        _("A new case"),
        _("“%(title)s” reached %(supports)s. Your institution has to respond by %(due)s."),
    ),
    Line(
        DueSoonNotice,
        (),
        Audience.STAFF,
        _("Due in 3 working days"),
        _("“%(title)s” is due within 3 working days."),
        Timing.ON_DATE,
    ),
    Line(
        OverdueNotice,
        (),
        Audience.STAFF,
        _("Overdue"),
        _("“%(title)s” is overdue; everyone can see it."),
        Timing.ON_DATE,
    ),
    Line(
        CommitmentNearNotice,
        (),
        Audience.STAFF,
        _("A commitment is due soon"),
        _("Your institution promised this for %(day)s: %(what)s"),
        Timing.ON_DATE,
    ),
    Line(
        UnpublishedNotice,
        (),
        Audience.PERSON,
        _("Not published"),
        _("Your response to “%(title)s” could not be published on its day."),
        Timing.ON_DATE,
    ),
    Line(
        ReferralOfferedNotice,
        ("proposal.referred",),
        Audience.STAFF,
        _("Referral offered"),
        _("%(giver)s referred “%(title)s” to you: accept it within 3 working days."),
    ),
    Line(
        ReferralReturnedNotice,
        ("referral.declined",),
        Audience.STAFF,
        _("Referral returned"),
        _("No institution accepted “%(title)s”: it is now with you."),
    ),
    Line(
        CheckRequestedNotice,
        ("check.asked",),
        Audience.STAFF,
        _("Please check a response"),
        _("A colleague asks you to check the response to “%(title)s”."),
    ),
    Line(
        SignatureRequestedNotice,
        ("signature.asked",),
        Audience.STAFF,
        _("Please sign a response"),
        _("The response to “%(title)s” waits for your institution's signature."),
    ),
    Line(
        CheckedNotice,
        ("check.given",),
        Audience.PERSON,
        _("Your response was checked"),
        _("A colleague checked your response to “%(title)s”: %(check_outcome)s."),
    ),
    Line(
        AssignedNotice,
        ("case.assigned",),
        Audience.PERSON,
        _("A case for you"),
        _("“%(title)s” was assigned to you."),
    ),
    Line(
        WeeklySummaryNotice,
        (),
        Audience.STAFF,
        _("Your week"),
        _("This week: %(week)s."),
        Timing.WEEKLY,
    ),
)
