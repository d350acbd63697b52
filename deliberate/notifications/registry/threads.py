"""Notices on what is written in threads."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import ArgumentsNotice, Audience, ReplyNotice, Timing

LINES = (
    Line(
        ReplyNotice,
        ("comment.posted",),
        Audience.PERSON,
        _("A reply to your comment"),
        _("%(writer)s replied to your comment on “%(title)s”: %(excerpt)s"),
    ),
    Line(
        ArgumentsNotice,
        ("comment.posted",),
        Audience.PERSON,
        _("New arguments on your proposal"),
        _("“%(title)s” received %(arguments)s yesterday."),
        Timing.DAILY,
    ),
)
