"""Co-authors of proposals and amendments: invite, revoke, accept, decline, leave."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from deliberate.clock import now
from deliberate.models import (
    AmendmentJoin,
    CoAuthor,
    Person,
    Proposal,
    Support,
    UnitContribution,
    WithdrawalRequest,
    is_written_by,
)
from deliberate.operations.accounts.devices import hash_token
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.proposals.coauthors import (
    MAX_COAUTHORS,
    Work,
    may_accept_coauthorship,
    may_decline_coauthorship,
    may_invite_coauthor,
    may_leave,
    may_revoke_invitation,
)
from deliberate.queries.proposals.coauthors import (
    get_person_by_public_name,
    is_open_invitation,
    of_work,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, actor_columns, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.proposals import (
    CoAuthorDeclined,
    CoAuthorInvited,
    CoAuthorJoined,
    CoAuthorLeft,
    CoAuthorUninvited,
    SupportTakenBack,
)
from deliberate.vocabulary.notices import (
    CoAuthorInvitedNotice,
    CoAuthorJoinedNotice,
    CoAuthorLeftNotice,
    NoticeEvent,
)

VALID_FOR = timedelta(days=14)
_UNSYNCHRONIZED = {"synchronize_session": False}


@dataclass(frozen=True)
class Invited:
    """An invitation to write with others; `token` is that of its link, empty for a name."""

    invitation: CoAuthor
    token: str


def invite_coauthor(
    author: Person, work: Work, name: str = "", *, context: RequestContext = NO_REQUEST
) -> Invited:
    """Invite the person with a public name, or without one whoever first uses a link.

    The token is shown once. Raises Refused, and InvalidInput for a name that does not fit.
    """
    token = "" if name else secrets.token_urlsafe(24)
    with recorded(author, CoAuthorInvited, context) as act:
        require(may_invite_coauthor(author, act.lock(work)))
        _refuse_more_invitations(act, work)
        person = _invited_person(act, work, name) if name else None
        invitation = CoAuthor(
            proposal_id=work.id if isinstance(work, Proposal) else None,
            contribution_id=None if isinstance(work, Proposal) else work.id,
            person_id=person.id if person else None,
            invited_by_id=author.id,
            token_hash=hash_token(token) if token else None,
            invited_at=now(),
            expires_at=now() + VALID_FOR,
        )
        act.session.add(invitation)
        act.about(work, by_link=person is None)
        if person is not None:
            notify_person(act, person, CoAuthorInvitedNotice(), process=work.process)
    return Invited(invitation, token)


def _refuse_more_invitations(act: Act[...], work: Work) -> None:
    rows = select(CoAuthor.id).where(of_work(CoAuthor, work), is_open_invitation())
    if len(act.session.scalars(rows).all()) + work.coauthor_count >= MAX_COAUTHORS:
        raise InvalidInput(
            _("At most %(n)s people can be invited. Wait for an answer.", n=MAX_COAUTHORS)
        )


def _invited_person(act: Act[...], work: Work, name: str) -> Person:
    person = get_person_by_public_name(clean_line(name))
    if person is None:
        raise InvalidInput(_("Nobody here has this public name. Check it, or pass on a link."))
    if is_written_by(work, person):
        raise InvalidInput(_("This person is one of the authors already."))
    invited = select(CoAuthor.id).where(
        of_work(CoAuthor, work), CoAuthor.person_id == person.id, is_open_invitation()
    )
    if act.session.scalar(invited) is not None:
        raise InvalidInput(_("This person is invited already."))
    return person


def revoke_coauthor_invitation(
    author: Person, invitation: CoAuthor, *, context: RequestContext = NO_REQUEST
) -> None:
    """End an invitation that was not accepted; its link says so from then on. Raises Refused."""
    with recorded(author, CoAuthorUninvited, context) as act:
        work = act.lock(invitation.work)
        require(may_revoke_invitation(author, act.lock(invitation)))
        invitation.revoked_at = now()
        act.about(work, by_link=invitation.person_id is None)


def accept_coauthorship(
    person: Person, invitation: CoAuthor, *, context: RequestContext = NO_REQUEST
) -> None:
    """Become a co-author. An invitation is accepted once, whoever has its link.

    An own support ends, as authors do not support what they wrote. Raises Refused.
    """
    with recorded(person, CoAuthorJoined, context) as act:
        work = act.lock(invitation.work)
        require(may_accept_coauthorship(act.lock(person), act.lock(invitation)))
        invitation.person_id, invitation.joined_at = person.id, now()
        invitation.expires_at = invitation.token_hash = None
        work.coauthor_count += 1
        act.about(work)
        _end_own_support(act, person, work)
        _notify_others(act, person, work, CoAuthorJoinedNotice())


def _end_own_support(act: Act[...], person: Person, work: Work) -> None:
    """End the support of who becomes an author, with a row of that person where it is logged."""
    if isinstance(work, UnitContribution):
        joined = act.session.get(AmendmentJoin, (work.id, person.id))
        if joined is not None:
            act.session.delete(joined)
            work.join_count -= 1
        return
    support = act.session.scalar(
        select(Support).where(Support.person_id == person.id, Support.proposal_id == work.id)
    )
    if support is not None:
        act.session.delete(support)
        work.support_count -= 1
        act.consequence(SupportTakenBack, work)
        act.consequences[-1] |= actor_columns(person)


def decline_coauthorship(
    person: Person, invitation: CoAuthor, *, context: RequestContext = NO_REQUEST
) -> None:
    """Decline an invitation by name. Raises Refused."""
    with recorded(person, CoAuthorDeclined, context) as act:
        require(may_decline_coauthorship(person, act.lock(invitation)))
        invitation.declined_at = now()
        act.about(invitation.work)


def leave_coauthorship(person: Person, work: Work, *, context: RequestContext = NO_REQUEST) -> None:
    """End one's part in a text; it stays with the others, the first of whom becomes its author.

    Raises Refused for the only author.
    """
    with recorded(person, CoAuthorLeft, context) as act:
        require(may_leave(person, act.lock(work)))
        remove_author(act, person, work)
        act.about(work)
        _notify_others(act, person, work, CoAuthorLeftNotice())


def remove_author(act: Act[...], person: Person, work: Work) -> None:
    """Take a person from the authors of a text that has others; a first author is succeeded."""
    rows = act.session.scalars(
        select(CoAuthor)
        .where(of_work(CoAuthor, work), CoAuthor.is_joined())
        .order_by(CoAuthor.id)
        .with_for_update(of=CoAuthor)
    ).all()
    is_first = work.author_id == person.id
    gone = rows[0] if is_first else next(row for row in rows if row.person_id == person.id)
    if is_first:
        _succeed(act, work, gone)
    gone.left_at = now()
    work.coauthor_count -= 1
    own_requests = update(WithdrawalRequest).where(
        of_work(WithdrawalRequest, work),
        WithdrawalRequest.requested_by_id == person.id,
        WithdrawalRequest.ended_at.is_(None),
    )
    act.session.flush()
    act.session.execute(own_requests.values(ended_at=now()), execution_options=_UNSYNCHRONIZED)
    act.session.expire(work, ["author", "coauthors"])


def _succeed(act: Act[...], work: Work, heir: CoAuthor) -> None:
    person = act.session.get_one(Person, heir.person_id)
    work.author_id = person.id
    if isinstance(work, UnitContribution):
        work.author_role, work.institution_id = person.role, person.institution_id


def leave_all_texts(act: Act[...], person: Person) -> None:
    """Take a person whose account is erased from all texts with other authors, which stay."""
    for model, key in (
        (Proposal, CoAuthor.proposal_id),
        (UnitContribution, CoAuthor.contribution_id),
    ):
        joined = select(key).where(CoAuthor.person_id == person.id, CoAuthor.is_joined())
        is_shared = (model.author_id == person.id) & (model.coauthor_count > 0)
        shared = select(model).where(is_shared | model.id.in_(joined)).order_by(model.id)
        works = cast(Sequence[Work], act.session.scalars(shared.with_for_update(of=model)).all())
        for work in works:
            remove_author(act, person, work)
            act.consequence(CoAuthorLeft, work)
    invited = update(CoAuthor).where(CoAuthor.person_id == person.id, is_open_invitation())
    act.session.execute(invited.values(declined_at=now()), execution_options=_UNSYNCHRONIZED)


def notify_coauthors(act: Act[...], person: Person | None, work: Work, event: NoticeEvent) -> None:
    """Add a notice to all authors of a text but one."""
    proposal = work if isinstance(work, Proposal) else None
    for author in work.authors:
        if person is None or author.id != person.id:
            process = None if proposal else work.process
            notify_person(act, author, event, proposal, process=process)


def _notify_others(act: Act[...], person: Person, work: Work, event: NoticeEvent) -> None:
    act.session.flush()
    act.session.expire(work, ["coauthors"])
    notify_coauthors(act, person, work, event)
