"""Notices on responses, referrals, deadlines and commitments, to everyone who took part."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    AcknowledgedNotice,
    Audience,
    ClockPausedNotice,
    CommitmentDroppedNotice,
    CommitmentDueNotice,
    CommitmentFulfilledNotice,
    CommitmentLateNotice,
    CommitmentUpdatedNotice,
    DeadlineMissedNotice,
    NewResponseVersionNotice,
    QualifiedNotice,
    ReferralAcceptedNotice,
    ReferralNotice,
    ResponseNotice,
    Timing,
)

LINES = (
    Line(
        ResponseNotice,
        ("response.published",),
        Audience.PARTICIPANTS,
        _("%(institution)s: %(decision)s"),
        _("“%(title)s” has an official response: %(headline)s"),
    ),
    Line(
        NewResponseVersionNotice,
        ("response.published",),
        Audience.PARTICIPANTS,
        _("%(institution)s: new version of the response – %(decision)s"),
        _("The response to “%(title)s” has a new version: %(headline)s"),
    ),
    Line(
        QualifiedNotice,
        ("proposal.qualified",),
        Audience.PARTICIPANTS,
        _("Enough supporters: a response is due"),
        _("“%(title)s” reached %(supports)s. The institution has to respond by %(due)s."),
    ),
    Line(
        AcknowledgedNotice,
        ("proposal.acknowledged",),
        Audience.PARTICIPANTS,
        _("%(owner)s received the proposal"),
        _("%(owner)s confirmed that “%(title)s” has arrived. The response is due by %(due)s."),
    ),
    Line(
        ReferralNotice,
        ("proposal.referred",),
        Audience.PARTICIPANTS,
        _("Referred to %(to)s"),
        _("“%(title)s” was referred to %(to)s. The deadline stays. Reason: %(reason)s"),
    ),
    Line(
        ReferralAcceptedNotice,
        ("referral.accepted",),
        Audience.PARTICIPANTS,
        _("Accepted by %(to)s"),
        _("%(to)s accepted “%(title)s” and owes the response now. The deadline stays."),
    ),
    Line(
        ClockPausedNotice,
        ("clock.paused",),
        Audience.PARTICIPANTS,
        _("A question to the author"),
        _("The institution asked the author of “%(title)s” a question; the deadline is paused."),
    ),
    Line(
        DeadlineMissedNotice,
        (),
        Audience.PARTICIPANTS,
        _("Deadline missed"),
        _("“%(title)s” was due for a response by now and has none. It is listed as overdue."),
        Timing.ON_DATE,
    ),
    Line(
        CommitmentUpdatedNotice,
        ("commitment.updated",),
        Audience.PARTICIPANTS,
        _("Progress on a commitment"),
        _("“%(title)s”: news of a commitment: %(what)s"),
    ),
    Line(
        CommitmentDueNotice,
        (),
        Audience.PARTICIPANTS,
        _("A commitment is due soon"),
        _("“%(title)s”: promised for %(day)s: %(what)s"),
        Timing.ON_DATE,
    ),
    Line(
        CommitmentFulfilledNotice,
        ("commitment.fulfilled",),
        Audience.PARTICIPANTS,
        _("Commitment fulfilled"),
        _("“%(title)s”: according to the institution this is fulfilled: %(what)s. Is it?"),
    ),
    Line(
        CommitmentLateNotice,
        (),
        Audience.PARTICIPANTS,
        _("Commitment late"),
        _("“%(title)s”: promised for %(day)s and not done: %(what)s"),
        Timing.ON_DATE,
    ),
    Line(
        CommitmentDroppedNotice,
        ("commitment.dropped",),
        Audience.PARTICIPANTS,
        _("Commitment dropped"),
        _("“%(title)s”: no longer promised: %(what)s. Reason: %(reason)s"),
    ),
)
