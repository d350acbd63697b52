"""Notices on draft texts: their consultation, their versions, answers to contributions."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    AmendmentDecidedNotice,
    Audience,
    ConsultationClosedNotice,
    ConsultationOpenedNotice,
    ContributionAnsweredNotice,
    DraftRevisedNotice,
)

LINES = (
    Line(
        ConsultationOpenedNotice,
        ("document.opened",),
        Audience.PROCESS,
        _("A draft text is open for comments"),
        _("Read “%(title)s”, comment on it, ask, or propose other words."),
    ),
    Line(
        DraftRevisedNotice,
        ("document.revised",),
        Audience.CONTRIBUTORS,
        _("A draft you contributed to has a new version"),
        _(
            "“%(title)s” has version %(version)s. See what changed. What you wrote stays at its "
            "part of the text."
        ),
    ),
    Line(
        ContributionAnsweredNotice,
        ("unit.answered",),
        Audience.PERSON,
        _("%(institution)s: %(unit_decision)s"),
        _("Your contribution to “%(title)s”, %(place)s, has an answer."),
        name=_("Answer to a contribution to a draft text"),
    ),
    Line(
        AmendmentDecidedNotice,
        ("unit.answered",),
        Audience.PERSON,
        _("%(institution)s: %(unit_decision)s"),
        _("An amendment that you joined to “%(title)s”, %(place)s, has an answer."),
        name=_("Answer to an amendment that you joined"),
    ),
    Line(
        ConsultationClosedNotice,
        ("document.closed",),
        Audience.PROCESS,
        _("The consultation on a draft is closed"),
        _("“%(title)s” takes no more contributions. Everything in it stays readable."),
    ),
)
