"""Permissions on draft texts: to open, revise and close them, and to contribute to their units."""

from flask_babel import lazy_gettext as _

from deliberate.models import Document, Person, Process, UnitContribution
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    may_take_part,
    not_yours,
)
from deliberate.permissions.notices import may_publish_news
from deliberate.permissions.processes import is_not_closed, is_open_for
from deliberate.vocabulary import PhaseSwitch


def may_open_document(person: Person | None, process: Process) -> Decision:
    """Allow administrators, and staff of institutions with a part, in a process that is open."""
    return all_of(may_publish_news(person, process), is_not_closed(process))


def may_revise_document(person: Person | None, document: Document) -> Decision:
    """Allow those who may open a draft text in its process, while the consultation is open."""
    return all_of(may_open_document(person, document.process), is_consultation_open(document))


def is_consultation_open(document: Document) -> Decision:
    """Allow what is done while the consultation on a draft text is open."""
    if document.closed_at is None:
        return ALLOWED
    return Decision(_("The consultation on this draft is closed."))


def is_open_to_contributions(document: Document) -> Decision:
    """Allow contributions while the consultation and the discussion of the process are open."""
    return all_of(
        is_consultation_open(document), is_open_for(document.process, PhaseSwitch.COMMENT)
    )


def may_contribute(person: Person | None, document: Document) -> Decision:
    """Allow any account while the draft text takes contributions."""
    return all_of(may_take_part(person), is_open_to_contributions(document))


def may_withdraw_contribution(person: Person | None, contribution: UnitContribution) -> Decision:
    """Allow the author at any time, once."""
    is_own = person is not None and contribution.author_id == person.id
    is_shown = contribution.withdrawn_at is None
    withdrawn = Decision(_("This contribution is withdrawn already."))
    return all_of(
        ALLOWED if is_own else not_yours(_("Another person wrote this.")),
        ALLOWED if is_shown else withdrawn,
    )


def may_join_amendment(person: Person | None, amendment: UnitContribution) -> Decision:
    """Allow any account but the author's, while the draft text takes contributions."""
    is_own = person is not None and amendment.author_id == person.id
    is_shown = amendment.kind == "amendment" and amendment.is_visible_to(None)
    return all_of(
        may_contribute(person, amendment.document),
        not_yours(_("This is your own amendment.")) if is_own else ALLOWED,
        ALLOWED if is_shown else Decision(_("This amendment was withdrawn or hidden.")),
    )
