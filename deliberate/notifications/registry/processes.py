"""Notices on processes, to those who follow them or took part."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    Audience,
    NewsNotice,
    OrganisersAskedNotice,
    PhaseBeganNotice,
    ProcessChangedNotice,
    QuestionnaireOpenedNotice,
    ReasonSurveyAfterNotice,
    ReasonSurveyOpenedNotice,
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
        OrganisersAskedNotice,
        ("questionnaire.opened",),
        Audience.PERSON,
        _("How did you run this process?"),
        _(
            "“%(process_title)s” comes to its close. Those who run it are asked how it went; the "
            "answers are secret, and are shown beside those of residents."
        ),
    ),
    Line(
        ReasonSurveyOpenedNotice,
        ("reason_survey.opened",),
        Audience.PROCESS,
        _("What do you think now, before the discussion?"),
        _(
            "“%(process_title)s” asks what weighs with you and what you prefer, once now and once "
            "later. Taking part is your choice. The questions are on the page of the process."
        ),
    ),
    Line(
        ReasonSurveyAfterNotice,
        ("reason_survey.opened",),
        Audience.PROCESS,
        _("What do you think now, after the discussion?"),
        _(
            "“%(process_title)s” asks those who answered before the discussion a second time. The "
            "questions are on the page of the process."
        ),
        Timing.ON_DATE,
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
