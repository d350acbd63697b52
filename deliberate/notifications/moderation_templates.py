"""Texts of notices to the author of a text that is held or was moderated."""

from flask_babel import gettext as _

from deliberate.notifications.notice_texts import NoticeSubjects, NoticeText, notice_text
from deliberate.vocabulary.notices import (
    AppealRefusedNotice,
    DelayedNotice,
    EditRequestedNotice,
    HeldNotice,
    HiddenNotice,
    KeptNotice,
    RestoredNotice,
)


@notice_text.register
def _held(_event: HeldNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your text is held"),
        _(
            "Several people reported your text on “%(title)s”. It is held for at most "
            "24 hours, until a moderator has decided.",
            title=about.title,
        ),
    )


@notice_text.register
def _delayed(_event: DelayedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your text waits"),
        _(
            "Your text on “%(title)s” is held by a rule for at most two working days, then it "
            "is shown. The page says which rule.",
            title=about.title,
        ),
    )


@notice_text.register
def _asked(_event: EditRequestedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Please change your text"),
        _(
            "A moderator asks you to change your text on “%(title)s” by a rule, within two "
            "days. The page says which, and what is asked.",
            title=about.title,
        ),
    )


@notice_text.register
def _kept(_event: KeptNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your text stays"),
        _("A moderator decided: your text on “%(title)s” stays as it is.", title=about.title),
    )


@notice_text.register
def _hidden(_event: HiddenNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your text was hidden"),
        _(
            "A moderator hid your text on “%(title)s” by a rule. The page says which, and "
            "how to appeal within 30 days.",
            title=about.title,
        ),
    )


@notice_text.register
def _restored(_event: RestoredNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your text is shown again"),
        _("A moderator decided: your text on “%(title)s” is shown again.", title=about.title),
    )


@notice_text.register
def _refused(_event: AppealRefusedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your appeal was refused"),
        _("A second moderator decided: your text on “%(title)s” stays hidden.", title=about.title),
    )
