"""Publishing, revising and withdrawing proposals; supporting and following them."""

from collections.abc import Sequence
from typing import Protocol

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import (
    Attachment,
    Comment,
    Draft,
    Follow,
    Institution,
    Person,
    Process,
    Proposal,
    ProposalVersion,
    Support,
)
from deliberate.operations.moderation.holds import hold_by_rule
from deliberate.operations.moderation.open_items import close_open_items, note_edit
from deliberate.operations.proposals.attachments import throw_away
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.permissions.proposals.proposals import (
    is_own,
    may_revise,
    may_submit,
    may_support,
    may_withdraw,
)
from deliberate.queries.processes.working_days import response_due
from deliberate.recording import Act, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html, to_slug
from deliberate.vocabulary import AccountClass, Initiator, Kind, Role


def submit_proposal(
    author: Person,
    process: Process,
    title: str,
    body: str,
    *,
    topic: str = "",
    area: str = "",
    institution: Institution | None = None,
    language: str = "id",
    draft: Draft | None = None,
) -> Proposal:
    """Publish a proposal at once; a draft it began as goes with the same act."""
    with recorded(author, Kind.PROPOSAL_SUBMITTED) as act:
        require(may_submit(act.locked(author), act.locked(process)))
        proposal = Proposal(
            process=process,
            author=author,
            institution_id=institution.id if institution else None,
            initiator=_initiator(author),
            topic=clean_line(topic),
            area=clean_line(area),
            language=language,
            version=1,
            published_at=now(),
        )
        _write(proposal, title, body)
        act.session.add(proposal)
        proposal.versions.append(_version(proposal, "", ()))
        process.proposal_count += 1
        if draft is not None:
            _consume_draft(act, author, draft, proposal)
        act.about(
            proposal,
            written=_written(proposal),
            salt=proposal.salt,
            initiator=proposal.initiator.value,
        )
        hold_by_rule(act, proposal)
        if process.support_threshold == 0:
            qualify(act, proposal)
    return proposal


def _consume_draft(act: Act, author: Person, draft: Draft, proposal: Proposal) -> None:
    """The draft is gone; its files are the proposal's, each with a row of its own in the log."""
    kept = act.session.scalar(select(Draft).where(Draft.id == draft.id).with_for_update())
    if kept is None or kept.person_id != author.id:
        raise Refused(_("This draft was published or thrown away already."))
    for one in kept.files:
        attachment = Attachment(proposal=proposal, added_at=now(), **one)
        act.session.add(attachment)
        act.consequence(Kind.ATTACHMENT_ADDED, attachment, type=one["kind"], bytes=one["size"])
    act.session.delete(kept)


def _initiator(author: Person) -> Initiator:
    if author.role in {Role.STAFF, Role.ADMIN}:
        return Initiator.AUTHORITY
    if author.account_class == AccountClass.ORGANISATION:
        return Initiator.ORGANISATION
    return Initiator.RESIDENT


def _write(proposal: Proposal, title: str, body: str) -> None:
    proposal.title, proposal.body = clean_line(title), clean(body)
    proposal.slug = to_slug(proposal.title)
    proposal.body_html, proposal.renderer = to_html(proposal.body), RENDERER


def _written(proposal: Proposal) -> str:
    return f"{proposal.title}\n\n{proposal.body}"


def _version(proposal: Proposal, note: str, credits: Sequence[int]) -> ProposalVersion:
    return ProposalVersion(
        number=proposal.version,
        title=proposal.title,
        body=proposal.body,
        note=clean_line(note),
        credits=sorted(set(credits)),
        written_at=now(),
    )


def revise_proposal(
    author: Person,
    proposal: Proposal,
    title: str,
    body: str,
    note: str,
    credits: Sequence[int] = (),
) -> None:
    """Publish a new version; older ones stay, and supports keep the version they were given to."""
    with recorded(author, Kind.PROPOSAL_REVISED) as act:
        require(may_revise(author, act.locked(proposal)))
        _refuse_foreign(act, proposal, credits)
        proposal.version += 1
        _write(proposal, title, body)
        proposal.versions.append(_version(proposal, note, credits))
        act.about(
            proposal,
            written=_written(proposal),
            salt=proposal.salt,
            version=proposal.version,
            credits=sorted(set(credits)),
        )
        note_edit(act, proposal)
        hold_by_rule(act, proposal)


def _refuse_foreign(act: Act, proposal: Proposal, credits: Sequence[int]) -> None:
    found = select(func.count(Comment.id)).where(
        Comment.proposal_id == proposal.id, Comment.id.in_(credits)
    )
    if credits and act.session.scalar(found) != len(set(credits)):
        raise Refused(_("Only comments of this thread can have led to a change."))


def withdraw_proposal(author: Person, proposal: Proposal, reason: str) -> None:
    """Take a proposal back. Its thread stays readable, as deliberated text does."""
    with recorded(author, Kind.PROPOSAL_WITHDRAWN) as act:
        require(may_withdraw(author, act.locked(proposal)))
        proposal.withdrawn_at, proposal.withdrawn_reason = now(), clean(reason)
        close_open_items(act, proposal)
        act.about(proposal, reason_given=int(bool(proposal.withdrawn_reason)))


def support_proposal(supporter: Person, proposal: Proposal) -> None:
    """Support a proposal, once a person; at the threshold a response is owed from this moment."""
    with recorded(supporter, Kind.SUPPORT_GIVEN) as act:
        require(may_support(supporter, act.locked(proposal)))
        if _support_of(act, supporter, proposal) is not None:
            raise Refused(_("You support this proposal already."))
        act.session.add(
            Support(
                person_id=supporter.id,
                proposal_id=proposal.id,
                version=proposal.version,
                given_at=now(),
            )
        )
        proposal.support_count += 1
        act.about(proposal)
        reached = proposal.support_count >= proposal.process.support_threshold
        if reached and proposal.qualified_at is None:
            qualify(act, proposal)


def qualify(act: Act, proposal: Proposal) -> None:
    """From this moment a response is owed: the rule's own row says so."""
    proposal.qualified_at = now()
    proposal.due_at = response_due(proposal.process, proposal.qualified_at)
    act.consequence(Kind.PROPOSAL_QUALIFIED, proposal, supports=proposal.support_count, verified=0)


def take_back_support(supporter: Person, proposal: Proposal) -> None:
    """Take one's support back while support is open; a threshold once reached stays reached."""
    with recorded(supporter, Kind.SUPPORT_TAKEN_BACK) as act:
        require(may_support(supporter, act.locked(proposal)))
        support = _support_of(act, supporter, proposal)
        if support is None:
            raise Refused(_("You do not support this proposal."))
        _take_back_first(act, support)
        act.session.delete(support)
        proposal.support_count -= 1
        act.about(proposal)


def _take_back_first(act: Act, support: Support) -> None:
    """What was given to a proposal that was joined to this one goes with it."""
    given: Support | None = support
    while given is not None and given.from_id is not None:
        first = select(Support).where(
            Support.person_id == given.person_id, Support.proposal_id == given.from_id
        )
        given = act.session.scalar(first)
        if given is not None:
            act.locked(act.session.get_one(Proposal, given.proposal_id)).support_count -= 1
            act.session.delete(given)


def _support_of(act: Act, person: Person, proposal: Proposal) -> Support | None:
    return act.session.scalar(
        select(Support).where(Support.person_id == person.id, Support.proposal_id == proposal.id)
    )


class Followed(Protocol):
    """What can be followed: proposals, processes, institutions."""

    subject_type: str
    id: int


def follow(follower: Person, thing: Followed) -> None:
    """Ask to be told of what happens to a thing."""
    with recorded(follower, Kind.FOLLOW_STARTED) as act:
        require(is_signed_in(follower))
        if _follow_of(act, follower, thing) is not None:
            raise Refused(_("You follow this already."))
        act.session.add(
            Follow(person_id=follower.id, subject_type=thing.subject_type, subject_id=thing.id)
        )
        act.about(thing)


def unfollow(follower: Person, thing: Followed) -> None:
    """Ask no longer to be told."""
    with recorded(follower, Kind.FOLLOW_ENDED) as act:
        follow_row = _follow_of(act, follower, thing)
        if follow_row is None:
            raise Refused(_("You do not follow this."))
        act.session.delete(follow_row)
        act.about(thing)


def _follow_of(act: Act, person: Person, thing: Followed) -> Follow | None:
    return act.session.scalar(
        select(Follow).where(
            Follow.person_id == person.id,
            Follow.subject_type == thing.subject_type,
            Follow.subject_id == thing.id,
        )
    )


def save_draft(author: Person, written: dict[str, str], draft: Draft | None = None) -> Draft:
    """Keep what was written so far for its author alone."""
    with unrecorded("a draft is seen by its author alone") as session:
        draft = draft or Draft(person_id=author.id)
        require(is_own(author, draft))
        draft.written, draft.saved_at = dict(written), now()
        session.add(draft)
    return draft


def discard_draft(author: Person, draft: Draft) -> None:
    """Throw one's draft away."""
    with unrecorded("a draft is seen by its author alone") as session:
        require(is_own(author, draft))
        names = [one["name"] for one in draft.files]
        session.delete(draft)
    throw_away(names)
