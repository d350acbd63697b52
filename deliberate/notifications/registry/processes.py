"""Notices on processes, to those who follow them or took part."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    Audience,
    NewsNotice,
    PhaseBeganNotice,
    ProcessChangedNotice,
    QuestionnaireOpenedNotice,
    Timing,
)

LINES = (
    Line(
        PhaseBeganNotice,
        (),
        Audience.PROCESS,
        _("A new phase: %(phase_name)s"),
        _("“%(process_title)s” is in the phase “%(phase_name)s” now, until %(phase_end)s."),
        Timing.ON_DATE,
    ),
    Line(
        QuestionnaireOpenedNotice,
        ("questionnaire.opened",),
        Audience.PROCESS,
        _("What did you experience?"),
        _(
            "“%(process_title)s” comes to its close. Residents who took part are asked how it was "
            "for them; the answers are secret. The questions are on the page of the process."
        ),
    ),
    Line(
        NewsNotice,
        ("news.published",),
        Audience.FOLLOWERS,
        _("%(sender)s: news of a process"),
        _("“%(process_title)s”: %(news_text)s"),
        name=_("News from the people of a process"),
    ),
    Line(
        ProcessChangedNotice,
        ("process.changed", "phase.scheduled", "process.closed"),
        Audience.PROCESS,
        _("A process was changed"),
        _("“%(process_title)s” was changed. Reason: %(change_reason)s"),
    ),
)
