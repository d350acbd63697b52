"""Operations on proposals: submit, revise, withdraw."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.geography.places import NO_PLACE, Place
from deliberate.models import (
    Attachment,
    Comment,
    Draft,
    Institution,
    Person,
    Process,
    Proposal,
    ProposalVersion,
)
from deliberate.operations.accounts.office_entry import record_clerk
from deliberate.operations.moderation.holds import hold_by_rule
from deliberate.operations.moderation.open_items import close_open_items, record_requested_edit
from deliberate.operations.notices.notices import notify_participants
from deliberate.operations.proposals.places import logged_place, set_place, update_mark
from deliberate.operations.proposals.supports import qualify
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.proposals.proposals import (
    may_revise,
    may_submit,
    may_withdraw,
)
from deliberate.queries.processes.name_lists import NameList, areas_of, topics_of
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html, to_slug
from deliberate.vocabulary import AccountClass, Initiator, Role
from deliberate.vocabulary.events.proposals import (
    AttachmentAdded,
    ProposalRevised,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from deliberate.vocabulary.notices import RevisedNotice


def submit_proposal(
    author: Person,
    process: Process,
    title: str,
    body: str,
    *,
    topic: str = "",
    area: str = "",
    institution: Institution | None = None,
    place: Place = NO_PLACE,
    draft: Draft | None = None,
    context: RequestContext = NO_REQUEST,
) -> Proposal:
    """Publish a proposal and consume the draft it was written in.

    Raises Refused if the phase does not allow proposals or the draft was used already.
    """
    with recorded(author, ProposalSubmitted, context) as act:
        require(may_submit(act.lock(author), act.lock(process)))
        proposal = Proposal(
            process=process,
            author=author,
            institution_id=institution.id if institution else None,
            initiator=_initiator(author),
            topic=_listed_name(topics_of(process), topic),
            area=_listed_name(areas_of(process), area),
            language=context.language,
            version=1,
            published_at=now(),
            desk_institution_id=context.office_id,
        )
        _set_text(proposal, title, body)
        set_place(proposal, place)
        update_mark(proposal)
        act.session.add(proposal)
        proposal.versions.append(_version(proposal, "", ()))
        if draft is not None:
            _consume_draft(act, author, draft, proposal)
        act.set_text(lambda: proposal.sealed_text, proposal)
        act.about(
            proposal,
            initiator=proposal.initiator,
            place=logged_place(proposal),
        )
        record_clerk(act, context, author, process, proposal)
        hold_by_rule(act, proposal)
        if process.support_threshold == 0:
            qualify(act, proposal)
    return proposal


def _consume_draft(act: Act[...], author: Person, draft: Draft, proposal: Proposal) -> None:
    """Delete the draft and attach its files to the proposal, each as a consequence of the act."""
    locked = act.session.scalar(select(Draft).where(Draft.id == draft.id).with_for_update())
    if locked is None or locked.person_id != author.id:
        raise Refused(_("This draft has already been published or discarded."))
    for file in locked.files:
        attachment = Attachment(proposal=proposal, added_at=now(), **file)
        act.session.add(attachment)
        act.consequence(AttachmentAdded, attachment, type=file["kind"], bytes=file["size"])
    act.session.delete(locked)


def _initiator(author: Person) -> Initiator:
    if author.role in {Role.STAFF, Role.ADMIN}:
        return Initiator.AUTHORITY
    if author.account_class == AccountClass.ORGANISATION:
        return Initiator.ORGANISATION
    return Initiator.RESIDENT


def _listed_name(names: NameList, text: str, present: str = "") -> str:
    """Return the topic or area that a text names. Raises InvalidInput if the list has none.

    What the proposal has already stays allowed, though the list has changed.
    """
    name = clean_line(text)
    if name != present and not names.allows(name):
        raise InvalidInput(_("“%(name)s” is not on the list. Choose one of the list.", name=name))
    return names.find(name)


def _set_text(proposal: Proposal, title: str, body: str) -> None:
    proposal.title, proposal.body = clean_line(title), clean(body)
    proposal.slug = to_slug(proposal.title)
    proposal.body_html, proposal.renderer = to_html(proposal.body), RENDERER


def _version(proposal: Proposal, note: str, credits: Sequence[int]) -> ProposalVersion:
    return ProposalVersion(
        number=proposal.version,
        title=proposal.title,
        body=proposal.body,
        note=clean_line(note),
        credits=sorted(set(credits)),
        place=proposal.place,
        place_is_exact=proposal.place_is_exact,
        written_at=now(),
    )


def revise_proposal(
    author: Person,
    proposal: Proposal,
    title: str,
    body: str,
    note: str,
    credits: Sequence[int] = (),
    *,
    topic: str | None = None,
    area: str | None = None,
    place: Place | None = None,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Publish a new version; older versions stay, and supports still refer to their version.

    `credits` are the ids of comments of the thread that led to the change. Topic, area and place
    stay where none is given; `NO_PLACE` removes the place.
    """
    with recorded(author, ProposalRevised, context) as act:
        require(may_revise(author, act.lock(proposal)))
        _refuse_comments_of_other_threads(act, proposal, credits)
        proposal.version += 1
        _set_text(proposal, title, body)
        _set_topic_and_area(proposal, topic, area)
        if place is not None:
            set_place(proposal, place)
        update_mark(proposal)
        proposal.versions.append(_version(proposal, note, credits))
        act.set_text(lambda: proposal.sealed_text, proposal)
        act.about(
            proposal,
            version=proposal.version,
            credits=sorted(set(credits)),
            place=logged_place(proposal),
        )
        notify_participants(act, proposal, RevisedNotice(version=proposal.version))
        record_requested_edit(act, proposal)
        hold_by_rule(act, proposal)


def _set_topic_and_area(proposal: Proposal, topic: str | None, area: str | None) -> None:
    process = proposal.process
    if topic is not None:
        proposal.topic = _listed_name(topics_of(process), topic, proposal.topic)
    if area is not None:
        proposal.area = _listed_name(areas_of(process), area, proposal.area)


def _refuse_comments_of_other_threads(
    act: Act[...], proposal: Proposal, comment_ids: Sequence[int]
) -> None:
    count = select(func.count(Comment.id)).where(
        Comment.proposal_id == proposal.id, Comment.id.in_(comment_ids)
    )
    if comment_ids and act.session.scalar(count) != len(set(comment_ids)):
        raise InvalidInput(_("Only comments of this thread can have led to a change."))


def withdraw_proposal(
    author: Person, proposal: Proposal, reason: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Withdraw a proposal. Its thread stays readable.

    Raises Refused if the author may not withdraw it now.
    """
    with recorded(author, ProposalWithdrawn, context) as act:
        require(may_withdraw(author, act.lock(proposal)))
        if proposal.coauthor_count:
            raise Refused(_("Its authors withdraw it together: one of them requests it."))
        proposal.withdrawn_at, proposal.withdrawn_reason = now(), clean(reason)
        close_open_items(act, proposal)
        act.set_text(lambda: proposal.withdrawn_reason, proposal)
        act.about(proposal, reason_given=bool(proposal.withdrawn_reason))
