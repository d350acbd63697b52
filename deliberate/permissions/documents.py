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
from deliberate.queries.moderation.open_items import is_edit_requested
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


def is_contributing_offered(reader: Person | None, document: Document) -> Decision:
    """Allow what a page offers: contributions, which a reader without a session signs in for."""
    if reader is None:
        return is_open_to_contributions(document)
    return may_contribute(reader, document)


def may_withdraw_contribution(person: Person | None, contribution: UnitContribution) -> Decision:
    """Allow the author at any time, once, while the contribution is shown or held."""
    is_own = person is not None and contribution.author_id == person.id
    is_shown = contribution.is_held or not contribution.is_hidden
    return all_of(
        ALLOWED if is_own else not_yours(_("Another person wrote this.")),
        ALLOWED
        if contribution.withdrawn_at is None
        else Decision(_("This contribution is withdrawn already.")),
        ALLOWED if is_shown else Decision(_("A moderator hid this contribution.")),
    )


def may_change_contribution(person: Person | None, contribution: UnitContribution) -> Decision:
    """Allow the author of a comment or a question while a moderator's request to change it runs."""
    is_own = person is not None and contribution.author_id == person.id
    is_readable = contribution.is_held or contribution.is_visible_to(None)
    is_asked = contribution.kind != "amendment" and is_edit_requested(contribution)
    return all_of(
        ALLOWED if is_own else not_yours(_("Another person wrote this.")),
        may_take_part(person),
        ALLOWED if is_readable else Decision(_("This contribution was withdrawn or hidden.")),
        ALLOWED if is_asked else Decision(_("No moderator asks you to change this now.")),
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


def may_answer_contributions(person: Person | None, document: Document) -> Decision:
    """Allow those who may open a draft text in its process, also after the consultation."""
    return may_publish_news(person, document.process)
