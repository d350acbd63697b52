"""Permissions on draft texts: to open, revise and close them, and to contribute to their units."""

from flask_babel import lazy_gettext as _

from deliberate.models import (
    Document,
    Person,
    Process,
    UnitAnswerDraft,
    UnitContribution,
    is_written_by,
)
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    may_take_part,
    not_yours,
)
from deliberate.permissions.notices import may_publish_news
from deliberate.permissions.processes import is_not_closed, is_open_for
from deliberate.queries.documents.answer_desk import missing_consents
from deliberate.queries.documents.answers import list_answers
from deliberate.queries.documents.contributions import joined_ids
from deliberate.queries.moderation.open_items import is_edit_requested
from deliberate.queries.responses.response_owner import required_signatory_ids
from deliberate.vocabulary import PhaseSwitch, Role, UnitDecision

ADOPTED = {UnitDecision.ADOPTED, UnitDecision.ADOPTED_IN_PART}
"""Decisions after which an amendment has what it asks for, or a part of it."""


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
    is_own = is_written_by(contribution, person)
    is_shown = contribution.is_held or not contribution.is_hidden
    withdrawn = Decision(_("This contribution is withdrawn already."))
    return all_of(
        ALLOWED if is_own else not_yours(_("Another person wrote this.")),
        ALLOWED if contribution.withdrawn_at is None else withdrawn,
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
    is_own = is_written_by(amendment, person)
    is_shown = amendment.kind == "amendment" and amendment.is_visible_to(None)
    return all_of(
        may_contribute(person, amendment.document),
        not_yours(_("This is your own amendment.")) if is_own else ALLOWED,
        ALLOWED if is_shown else Decision(_("This amendment was withdrawn or hidden.")),
    )


def may_unjoin_amendment(person: Person | None, amendment: UnitContribution) -> Decision:
    """Allow a person to leave an amendment they joined, while the consultation is open."""
    is_shown = amendment.kind == "amendment" and amendment.is_visible_to(None)
    has_joined = bool(joined_ids(person, [amendment.id]))
    return all_of(
        is_signed_in(person),
        is_consultation_open(amendment.document),
        ALLOWED if has_joined else Decision(_("You have not joined this amendment.")),
        ALLOWED if is_shown else Decision(_("This amendment was withdrawn or hidden.")),
    )


def may_reply_to(contribution: UnitContribution, document: Document) -> Decision:
    """Allow replies to a contribution of the draft text that is shown, not to other replies."""
    is_shown = contribution.is_visible_to(None) and contribution.document_id == document.id
    if is_shown and contribution.parent_id is None:
        return ALLOWED
    return Decision(_("This contribution takes no replies."))


def may_revise_amendment(person: Person | None, amendment: UnitContribution) -> Decision:
    """Allow the authors while none has answered it and the draft text takes contributions.

    A moderator who asks them to change it gives them time after that too.
    """
    is_own = is_written_by(amendment, person)
    is_shown = amendment.kind == "amendment" and amendment.is_visible_to(person)
    return all_of(
        ALLOWED if is_own else not_yours(_("Only its authors may do this.")),
        may_take_part(person)
        if is_edit_requested(amendment)
        else may_contribute(person, amendment.document),
        ALLOWED if is_shown else Decision(_("This amendment was withdrawn or hidden.")),
        Decision(_("It was answered, so its words stay. You can propose another amendment."))
        if list_answers([amendment.id])
        else ALLOWED,
    )


def may_promote_amendment(person: Person | None, amendment: UnitContribution) -> Decision:
    """Allow the authors of an amendment that was answered and not adopted, once."""
    is_own = is_written_by(amendment, person)
    decisions = {answer.decision for answer in list_answers([amendment.id]).get(amendment.id, ())}
    is_declined = bool(decisions) and not decisions & ADOPTED
    return all_of(
        may_take_part(person),
        ALLOWED if is_own else not_yours(_("Only its authors may do this.")),
        ALLOWED
        if amendment.kind == "amendment" and amendment.is_visible_to(None)
        else Decision(_("This amendment was withdrawn or hidden.")),
        ALLOWED
        if is_declined
        else Decision(_("A proposal can be made of an amendment that was not adopted.")),
        Decision(_("It is a proposal already.")) if amendment.promoted_to_id else ALLOWED,
    )


def may_answer_contributions(person: Person | None, document: Document) -> Decision:
    """Allow those who may open a draft text in its process, also after the consultation."""
    return may_publish_news(person, document.process)


def may_report_consultation(person: Person | None, document: Document) -> Decision:
    """Allow those who may answer its contributions, once the consultation is closed."""
    is_closed = document.closed_at is not None
    still_open = Decision(_("Close the consultation first: a report has figures that stay."))
    return all_of(may_answer_contributions(person, document), ALLOWED if is_closed else still_open)


def may_assign_unit_to(officer: Person, colleague: Person) -> Decision:
    """Allow assignment to oneself and to staff of the same institution."""
    is_colleague = colleague.role == Role.STAFF and (
        colleague.institution_id == officer.institution_id and colleague.erased_at is None
    )
    if is_colleague or colleague.id == officer.id:
        return ALLOWED
    return not_yours(_("Choose a colleague of your institution."))


def may_read_answer_draft(person: Person | None, draft: UnitAnswerDraft) -> Decision:
    """Allow staff of the institution that wrote it and of those that must sign it."""
    institution_ids = {draft.institution_id, *required_signatory_ids(draft.document.process)}
    if person is None or person.role not in (Role.STAFF, Role.ADMIN):
        return has_role(person, Role.STAFF, Role.ADMIN)
    if person.institution_id in institution_ids:
        return ALLOWED
    return not_yours(_("Another institution wrote this answer."))


def may_check_answer(person: Person, draft: UnitAnswerDraft) -> Decision:
    """Allow colleagues of the author, not the author."""
    is_colleague = person.institution_id == draft.institution_id
    other = not_yours(_("Another institution wrote this answer."))
    own = not_yours(_("Another person must check what you wrote."))
    return all_of(
        may_answer_contributions(person, draft.document),
        ALLOWED if is_colleague else other,
        ALLOWED if person.id != draft.author_id else own,
    )


def may_sign_answer(person: Person, draft: UnitAnswerDraft) -> Decision:
    """Allow staff of the institutions that must sign the answers of a process."""
    if person.institution_id in required_signatory_ids(draft.document.process):
        return has_role(person, Role.STAFF)
    return not_yours(_("Your institution does not sign responses of this process."))


def may_publish_answer_draft(person: Person, draft: UnitAnswerDraft) -> Decision:
    """Allow the institution that wrote it, once nothing is missing."""
    is_own = person.institution_id == draft.institution_id
    other = not_yours(_("Another institution wrote this answer."))
    missing = missing_consents(person, draft.document, draft)
    waits = Decision(_("Others must check or sign this answer before it is published."))
    return all_of(
        may_answer_contributions(person, draft.document),
        ALLOWED if is_own else other,
        waits if missing else ALLOWED,
    )
