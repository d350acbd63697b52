"""Notices on the text of a proposal and on mergers."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    Audience,
    EntryMadeNotice,
    JoinedNotice,
    MergedNotice,
    RevisedNotice,
    SummarySuggestedNotice,
    SummaryWaitsNotice,
    UnmergedNotice,
)

LINES = (
    Line(
        EntryMadeNotice,
        ("entry.made",),
        Audience.PERSON,
        _("Entered for you at an office"),
        _(
            "An officer entered your contribution to “%(title)s”. If it was not you, withdraw it "
            "and tell the office."
        ),
    ),
    Line(
        RevisedNotice,
        ("proposal.revised",),
        Audience.SUPPORTERS,
        _("The text you support was changed"),
        _("“%(title)s” has a new version. Compare both, and keep or withdraw your support."),
    ),
    Line(
        MergedNotice,
        ("proposal.merged",),
        Audience.PARTICIPANTS,
        _("Merged into another proposal"),
        _(
            "“%(title)s” asks for the same as proposal %(into)s and was merged into it. Your "
            "support counts there; the thread stays readable."
        ),
    ),
    Line(
        JoinedNotice,
        ("proposal.merged",),
        Audience.PERSON,
        _("A proposal was merged into yours"),
        _("Proposal %(joined)s asks for the same and was merged into “%(title)s”."),
    ),
    Line(
        UnmergedNotice,
        ("proposal.unmerged",),
        Audience.PARTICIPANTS,
        _("A proposal is separate again"),
        _("“%(title)s” is no longer merged with proposal %(into)s. Everything is as it was."),
    ),
    Line(
        SummaryWaitsNotice,
        (),
        Audience.PERSON,
        _("A summary waits for you"),
        _("A moderator suggests a summary of “%(title)s”. Read it, and agree or change it."),
    ),
    Line(
        SummarySuggestedNotice,
        (),
        Audience.MODERATORS,
        _("A summary waits for a moderator"),
        _("The author of “%(title)s” suggests a summary. Read it, and agree or change it."),
    ),
)
