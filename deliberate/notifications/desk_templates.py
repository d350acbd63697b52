"""Texts of notices to the staff of institutions."""

from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.notifications.notice_texts import NoticeSubjects, NoticeText, notice_text
from deliberate.vocabulary.notices import (
    AssignedNotice,
    CheckedNotice,
    CheckRequestedNotice,
    DueSoonNotice,
    OverdueNotice,
    ReferralOfferedNotice,
    ReferralReturnedNotice,
    SignatureRequestedNotice,
    UnpublishedNotice,
    WeeklySummaryNotice,
)


@notice_text.register
def _due_soon(_event: DueSoonNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Due in 3 working days"),
        _("“%(title)s” is due within 3 working days.", title=about.title),
    )


@notice_text.register
def _overdue(_event: OverdueNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Overdue"), _("“%(title)s” is overdue; everyone can see it.", title=about.title)
    )


@notice_text.register
def _unpublished(_event: UnpublishedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Not published"),
        _("Your response to “%(title)s” could not be published on its day.", title=about.title),
    )


@notice_text.register
def _offered(_event: ReferralOfferedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Referral offered"),
        _(
            "%(giver)s referred “%(title)s” to you: accept it within 3 working days.",
            giver=about.name_of(about.giver),
            title=about.title,
        ),
    )


@notice_text.register
def _returned(_event: ReferralReturnedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Referral returned"),
        _("No institution accepted “%(title)s”: it is now with you.", title=about.title),
    )


@notice_text.register
def _check_requested(_event: CheckRequestedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Please check a response"),
        _("A colleague asks you to check the response to “%(title)s”.", title=about.title),
    )


@notice_text.register
def _signature_requested(_event: SignatureRequestedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Please sign a response"),
        _("The response to “%(title)s” waits for your institution's signature.", title=about.title),
    )


@notice_text.register
def _checked(_event: CheckedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Your response was checked"),
        _("A colleague checked your response to “%(title)s”.", title=about.title),
    )


@notice_text.register
def _assigned(_event: AssignedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(_("A case for you"), _("“%(title)s” was assigned to you.", title=about.title))


@notice_text.register
def _weekly_summary(event: WeeklySummaryNotice, _about: NoticeSubjects) -> NoticeText:
    open_cases, due_soon, overdue = event.open_cases, event.due_soon, event.overdue
    parts = [
        ngettext("%(n)s case waits", "%(n)s cases wait", open_cases, n=open_cases),
        ngettext("%(n)s is due soon", "%(n)s are due soon", due_soon, n=due_soon),
        ngettext("%(n)s is overdue", "%(n)s are overdue", overdue, n=overdue),
    ]
    return NoticeText(_("Your week"), ", ".join(parts) + ".")
