"""What a notice says to those who answer: a subject and one sentence."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.models import Notice


def of_desk(notice: Notice, title: str, giver: str) -> tuple[str, str]:
    """Subject and sentence, for a proposal's title; `giver` hands it over, where one does."""
    if notice.kind == "desk.week":
        return _week(notice.told)
    return {**_of_dates(title), **_of_colleagues(title, giver)}[notice.kind]


def _of_dates(title: str) -> dict[str, tuple[str, str]]:
    return {
        "desk.new": (_("New case"), _("“%(title)s” waits for your answer.", title=title)),
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
            _("Your answer to “%(title)s” could not be published on its day.", title=title),
        ),
    }


def _of_colleagues(title: str, giver: str) -> dict[str, tuple[str, str]]:
    return {
        "desk.offered": (
            _("Referral offered"),
            _(
                "%(giver)s hands “%(title)s” over to you: accept it within 3 working days.",
                giver=giver,
                title=title,
            ),
        ),
        "desk.bounced": (
            _("Referral came back"),
            _("Nobody took “%(title)s”: it is with you now.", title=title),
        ),
        "desk.check": (
            _("Please check an answer"),
            _("A colleague asks you to check the answer to “%(title)s”.", title=title),
        ),
        "desk.checked": (
            _("Your answer was checked"),
            _("A colleague checked your answer to “%(title)s”.", title=title),
        ),
        "desk.assigned": (
            _("A case for you"),
            _("“%(title)s” was given to you.", title=title),
        ),
    }


def _week(told: dict[str, Any]) -> tuple[str, str]:
    waiting, soon, overdue = told["waiting"], told["soon"], told["overdue"]
    parts = [
        ngettext("%(n)s case waits", "%(n)s cases wait", waiting, n=waiting),
        ngettext("%(n)s is due soon", "%(n)s are due soon", soon, n=soon),
        ngettext("%(n)s is overdue", "%(n)s are overdue", overdue, n=overdue),
    ]
    return _("Your week"), ", ".join(parts) + "."
