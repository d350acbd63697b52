"""Texts of notices to the staff of institutions."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.models import Notice


def desk_text(notice: Notice, title: str, from_institution: str) -> tuple[str, str]:
    """Return subject and sentence of a notice on a proposal with a title.

    `from_institution` is the name of the referring institution, empty for other notices.
    """
    if notice.kind == "desk.week":
        return _weekly_summary(notice.details)
    return {**_deadline_texts(title), **_colleague_texts(title, from_institution)}[notice.kind]


def _deadline_texts(title: str) -> dict[str, tuple[str, str]]:
    return {
        "desk.new": (_("New case"), _("“%(title)s” is waiting for your response.", title=title)),
        "desk.soon": (
            _("Due in 3 working days"),
            _("“%(title)s” is due within 3 working days.", title=title),
        ),
        "desk.overdue": (
            _("Overdue"),
            _("“%(title)s” is overdue; everyone can see it.", title=title),
        ),
        "desk.unpublished": (
            _("Not published"),
            _("Your response to “%(title)s” could not be published on its day.", title=title),
        ),
    }


def _colleague_texts(title: str, from_institution: str) -> dict[str, tuple[str, str]]:
    return {
        "desk.offered": (
            _("Referral offered"),
            _(
                "%(giver)s referred “%(title)s” to you: accept it within 3 working days.",
                giver=from_institution,
                title=title,
            ),
        ),
        "desk.bounced": (
            _("Referral returned"),
            _("No institution accepted “%(title)s”: it is now with you.", title=title),
        ),
        "desk.check": (
            _("Please check a response"),
            _("A colleague asks you to check the response to “%(title)s”.", title=title),
        ),
        "desk.checked": (
            _("Your response was checked"),
            _("A colleague checked your response to “%(title)s”.", title=title),
        ),
        "desk.assigned": (
            _("A case for you"),
            _("“%(title)s” was assigned to you.", title=title),
        ),
    }


def _weekly_summary(counts: Mapping[str, int]) -> tuple[str, str]:
    open_cases, due_soon, overdue = counts["open_cases"], counts["due_soon"], counts["overdue"]
    parts = [
        ngettext("%(n)s case waits", "%(n)s cases wait", open_cases, n=open_cases),
        ngettext("%(n)s is due soon", "%(n)s are due soon", due_soon, n=due_soon),
        ngettext("%(n)s is overdue", "%(n)s are overdue", overdue, n=overdue),
    ]
    return _("Your week"), ", ".join(parts) + "."
