"""Notices on the text of a proposal and on mergers."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    AmendmentPromotedNotice,
    AmendmentRevisedNotice,
    Audience,
    CoAuthorInvitedNotice,
    CoAuthorJoinedNotice,
    CoAuthorLeftNotice,
    EntryMadeNotice,
    JoinedNotice,
    MergedNotice,
    RevisedNotice,
    SummarySuggestedNotice,
    SummaryWaitsNotice,
    UnmergedNotice,
    WithdrawalObjectedNotice,
    WithdrawalRequestedNotice,
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
    Line(
        CoAuthorInvitedNotice,
        ("coauthor.invited",),
        Audience.PERSON,
        _("You are invited to write with others"),
        _("An author asks you to be a co-author. Read the text first, then accept or decline."),
    ),
    Line(
        CoAuthorJoinedNotice,
        ("coauthor.joined",),
        Audience.PERSON,
        _("Somebody writes with you now"),
        _("A person you or another author invited is a co-author now."),
    ),
    Line(
        CoAuthorLeftNotice,
        ("coauthor.left",),
        Audience.PERSON,
        _("A co-author left"),
        _("A co-author left what you wrote together. The text stays with the others."),
    ),
    Line(
        WithdrawalRequestedNotice,
        ("withdrawal.requested",),
        Audience.PERSON,
        _("Another author wants to withdraw your text"),
        _("It is withdrawn when all authors agree, or after seven days if nobody objects."),
    ),
    Line(
        WithdrawalObjectedNotice,
        ("withdrawal.objected",),
        Audience.PERSON,
        _("Your text is not withdrawn"),
        _("An author objected to withdrawing it, so it stays."),
    ),
    Line(
        AmendmentRevisedNotice,
        ("amendment.revised",),
        Audience.PERSON,
        _("An amendment of yours or that you joined was changed"),
        _("One of its authors changed the words or the reason. Read what it says now."),
    ),
    Line(
        AmendmentPromotedNotice,
        ("amendment.promoted",),
        Audience.PERSON,
        _("An amendment of yours or that you joined is a proposal now"),
        _("“%(title)s” was made of an amendment that was not adopted. You can support it there."),
    ),
)
