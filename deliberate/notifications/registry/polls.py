"""Notices on polls."""

from flask_babel import lazy_gettext as _

from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import (
    Audience,
    BallotEnteredNotice,
    BallotHeldNotice,
    BallotObjectedNotice,
    BallotReceiptNotice,
    BallotToConfirmNotice,
    PollClosingNotice,
    PollOpenedNotice,
    PollOutcomeNotice,
    PollResultNotice,
    Timing,
)

LINES = (
    Line(
        PollOpenedNotice,
        ("poll.opened",),
        Audience.PROCESS,
        _("A poll is open"),
        _("“%(question)s” You can vote until %(closing)s."),
    ),
    Line(
        PollClosingNotice,
        (),
        Audience.PROCESS,
        _("A poll closes soon"),
        _("“%(question)s” You have not voted yet. It closes on %(closing)s."),
        Timing.ON_DATE,
    ),
    Line(
        PollResultNotice,
        ("poll.published",),
        Audience.PROCESS,
        _("The result of a poll"),
        _("The result of “%(question)s” is public."),
        Timing.ON_DATE,
    ),
    Line(
        PollOutcomeNotice,
        ("outcome.stated",),
        Audience.PROCESS,
        _("What was decided after a poll"),
        _("“%(question)s”: %(outcome)s"),
    ),
    Line(
        BallotReceiptNotice,
        ("ballot.cast",),
        Audience.PERSON,
        _("Receipt of your ballot"),
        _(
            "Your ballot in poll %(poll_number)s is in the public log, never what you chose. "
            "Receipt: %(receipt)s"
        ),
    ),
    Line(
        BallotEnteredNotice,
        ("ballot.cast",),
        Audience.PERSON,
        _("A ballot was entered for you at an office"),
        _(
            "An officer entered a ballot in your name in “%(question)s”. If it was not you, object "
            "before the poll closes: the ballot is then void and you can vote yourself."
        ),
    ),
    Line(
        BallotHeldNotice,
        ("ballot.held",),
        Audience.PERSON,
        _("A ballot entered for you waits for a second officer"),
        _(
            "An officer entered a ballot in your name in “%(question)s”. It counts once a second "
            "officer confirms it before the poll closes. If it was not you, object: the ballot is "
            "then void and you can vote yourself."
        ),
    ),
    Line(
        BallotToConfirmNotice,
        ("ballot.held",),
        Audience.PERSON,
        _("A ballot waits for you to confirm it"),
        _(
            "A colleague entered a ballot in “%(question)s”. Confirm that the voter was there "
            "before the poll closes: otherwise it is not counted."
        ),
    ),
    Line(
        BallotObjectedNotice,
        ("ballot.objected",),
        Audience.PERSON,
        _("A voter objects to a ballot entered at your office"),
        _(
            "In “%(question)s” a ballot that a colleague entered is void: the voter did not cast "
            "it. Find out what happened."
        ),
    ),
)
