"""Notices to the author of a text that is held or was moderated, and to moderators."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    AppealGrantedNotice,
    AppealRefusedNotice,
    Audience,
    DelayedNotice,
    EditRequestedNotice,
    EscalatedNotice,
    HeldNotice,
    HiddenNotice,
    KeptNotice,
    ReportLateNotice,
    RestoredNotice,
    ShownNotice,
    Timing,
)

LINES = (
    Line(
        HeldNotice,
        ("comment.held", "proposal.held", "contribution.held"),
        Audience.PERSON,
        _("Your text is held"),
        _(
            "Several people reported your text on “%(title)s”. It is held for at most "
            "24 hours, until a moderator has decided."
        ),
    ),
    Line(
        DelayedNotice,
        ("comment.delayed", "proposal.delayed", "contribution.delayed"),
        Audience.PERSON,
        _("Your text waits"),
        _(
            "Your text on “%(title)s” is held by a rule for at most two working days, then it "
            "is shown. The page says which rule."
        ),
    ),
    Line(
        ShownNotice,
        (),
        Audience.PERSON,
        _("Your text is shown"),
        _("The hold of your text on “%(title)s” ended. Everyone can read it now."),
        Timing.ON_DATE,
    ),
    Line(
        EditRequestedNotice,
        ("edit.asked",),
        Audience.PERSON,
        _("Please change your text"),
        _(
            "A moderator asks you to change your text on “%(title)s” by a rule, within two "
            "days. The page says which, and what is asked."
        ),
    ),
    Line(
        KeptNotice,
        ("comment.kept", "proposal.kept", "contribution.kept"),
        Audience.PERSON,
        _("Your text stays"),
        _("A moderator decided: your text on “%(title)s” stays as it is."),
    ),
    Line(
        HiddenNotice,
        ("comment.hidden", "proposal.hidden", "contribution.hidden"),
        Audience.PERSON,
        _("Your text was hidden"),
        _(
            "A moderator hid your text on “%(title)s” by a rule. The page says which, and "
            "how to appeal within 30 days."
        ),
    ),
    Line(
        RestoredNotice,
        ("comment.restored", "proposal.restored", "contribution.restored"),
        Audience.PERSON,
        _("Your text is shown again"),
        _("A moderator decided: your text on “%(title)s” is shown again."),
    ),
    Line(
        AppealGrantedNotice,
        ("appeal.decided",),
        Audience.PERSON,
        _("Your appeal was granted"),
        _("A second moderator decided: your text on “%(title)s” is shown again."),
    ),
    Line(
        AppealRefusedNotice,
        ("appeal.decided",),
        Audience.PERSON,
        _("Your appeal was refused"),
        _("A second moderator decided: your text on “%(title)s” stays hidden."),
    ),
    Line(
        ReportLateNotice,
        (),
        Audience.MODERATORS,
        _("A report waits for more than a day"),
        _("A text on “%(title)s” was reported more than 24 hours ago. Nobody has decided yet."),
        Timing.ON_DATE,
    ),
    Line(
        EscalatedNotice,
        ("matter.passed",),
        Audience.MODERATORS,
        _("A text was passed on to you"),
        _("A moderator asks somebody else to decide on a text on “%(title)s”."),
    ),
)
