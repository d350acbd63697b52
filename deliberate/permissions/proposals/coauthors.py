"""Permissions on what several people write: invite, join, leave, and decide on a withdrawal."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import (
    CoAuthor,
    Person,
    Proposal,
    UnitContribution,
    WithdrawalRequest,
    is_written_by,
)
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    is_signed_in,
    may_take_part,
    not_yours,
)
from deliberate.permissions.documents import is_consultation_open
from deliberate.permissions.proposals.proposals import is_active, is_unanswered

MAX_COAUTHORS = 10
Work = Proposal | UnitContribution
"""What can have co-authors: a proposal, or an amendment."""


def is_one_author(person: Person | None, work: Work) -> Decision:
    """Allow the author and the co-authors."""
    if is_written_by(work, person):
        return is_signed_in(person)
    return not_yours(_("Only its authors may do this."))


def is_open_to_authors(work: Work) -> Decision:
    """Allow what changes the authors of a text that is shown and can still be revised."""
    if isinstance(work, Proposal):
        return all_of(is_active(work), is_unanswered(work))
    is_shown = work.kind == "amendment" and work.is_visible_to(None)
    return all_of(
        ALLOWED if is_shown else Decision(_("This amendment was withdrawn or hidden.")),
        is_consultation_open(work.document),
    )


def may_invite_coauthor(person: Person | None, work: Work) -> Decision:
    """Allow any of the authors, up to a number of co-authors."""
    is_full = work.coauthor_count >= MAX_COAUTHORS
    return all_of(
        is_one_author(person, work),
        may_take_part(person),
        is_open_to_authors(work),
        Decision(_("A text has at most %(n)s co-authors.", n=MAX_COAUTHORS))
        if is_full
        else ALLOWED,
    )


def may_accept_coauthorship(person: Person | None, invitation: CoAuthor) -> Decision:
    """Allow the invited person, or one person with the link, whom no sanction limits."""
    work = invitation.work
    is_named = invitation.person_id is not None and invitation.joined_at is None
    is_other = person is not None and is_named and invitation.person_id != person.id
    is_full = work.coauthor_count >= MAX_COAUTHORS
    return all_of(
        may_take_part(person),
        not_yours(_("This invitation is for another person.")) if is_other else ALLOWED,
        Decision(_("You are one of its authors already."))
        if is_written_by(work, person)
        else ALLOWED,
        is_invitation_open(invitation),
        is_open_to_authors(work),
        Decision(_("A text has at most %(n)s co-authors.", n=MAX_COAUTHORS))
        if is_full
        else ALLOWED,
    )


def is_invitation_open(invitation: CoAuthor) -> Decision:
    """Allow what needs an invitation that was not used, revoked, and has not ended."""
    if invitation.is_open:
        return ALLOWED
    if invitation.revoked_at is not None:
        return Decision(_("This invitation was revoked by an author."))
    return Decision(_("This invitation was used or has ended."))


def may_revoke_invitation(person: Person | None, invitation: CoAuthor) -> Decision:
    """Allow the author who invited; any author once that person is no author any more."""
    work = invitation.work
    is_mine = person is not None and invitation.invited_by_id == person.id
    is_orphaned = invitation.invited_by_id not in work.author_ids
    other = not_yours(_("Another author sent this invitation."))
    return all_of(
        is_one_author(person, work),
        ALLOWED if is_mine or is_orphaned else other,
        is_invitation_open(invitation),
    )


def may_decline_coauthorship(person: Person | None, invitation: CoAuthor) -> Decision:
    """Allow the person who was invited by name."""
    is_mine = person is not None and invitation.person_id == person.id
    return all_of(
        is_signed_in(person),
        ALLOWED if is_mine else not_yours(_("This invitation is for another person.")),
        is_invitation_open(invitation),
    )


def may_leave(person: Person | None, work: Work) -> Decision:
    """Allow any author while another one remains."""
    return all_of(
        is_one_author(person, work),
        ALLOWED
        if work.coauthor_count
        else Decision(_("You are its only author. You can withdraw it.")),
    )


def may_request_withdrawal(person: Person | None, work: Work) -> Decision:
    """Allow any of several authors, while the text could be withdrawn."""
    return all_of(is_one_author(person, work), _is_withdrawable(work))


def _is_withdrawable(work: Work) -> Decision:
    if isinstance(work, Proposal):
        return all_of(ALLOWED if work.is_held else is_active(work), is_unanswered(work))
    return ALLOWED if work.withdrawn_at is None else Decision(_("It is withdrawn already."))


def may_decide_withdrawal(person: Person | None, request: WithdrawalRequest) -> Decision:
    """Allow the other authors to agree or to object before the date, which decides by itself."""
    is_over = request.ended_at is not None or request.due_at <= now()
    has_agreed = person is not None and person.id in request.agreed_ids
    return all_of(
        is_one_author(person, request.work),
        Decision(_("This is decided already.")) if is_over else ALLOWED,
        Decision(_("You agreed already.")) if has_agreed else ALLOWED,
    )
