"""Operations on comments: post, edit, withdraw, rate."""

from flask_babel import lazy_gettext as _
from sqlalchemy import literal, or_, select, update

from deliberate.clock import now
from deliberate.models import Comment, Person, Proposal, Rating
from deliberate.models.threads.comment import rating_strength
from deliberate.operations.accounts.office_entry import record_clerk
from deliberate.operations.moderation.holds import hold_by_rule
from deliberate.operations.moderation.open_items import close_open_items, record_requested_edit
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.threads import (
    is_comment_visible,
    may_comment,
    may_edit_comment,
    may_rate_comment,
    may_withdraw_comment,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html
from deliberate.vocabulary import Role, Stance
from deliberate.vocabulary.events.threads import (
    CommentEdited,
    CommentPosted,
    CommentRated,
    CommentWithdrawn,
)
from deliberate.vocabulary.notices import ReplyNotice


def post_comment(
    author: Person,
    proposal: Proposal,
    body: str,
    *,
    parent: Comment | None = None,
    stance: Stance | None = None,
    is_question: bool = False,
    source: str = "",
    context: RequestContext = NO_REQUEST,
) -> Comment:
    """Post an argument or question in the thread of a proposal, or a reply at any depth.

    A comment on the proposal needs a stance; a reply may have one. Raises Refused if the phase
    does not allow comments or the parent is not visible in this thread.
    """
    with recorded(author, CommentPosted, context) as act:
        require(may_comment(author, act.lock(proposal)))
        _refuse_invalid_parent(proposal, parent, stance)
        comment = Comment(
            proposal=proposal,
            parent_id=parent.id if parent else None,
            root_id=(parent.root_id or parent.id) if parent else None,
            depth=parent.depth + 1 if parent else 0,
            author=author,
            author_role=author.role,
            institution_id=author.institution_id,
            stance=stance,
            is_question=is_question,
            source_note=clean_line(source),
            language=context.language,
            posted_at=now(),
            desk_institution_id=context.office_id,
        )
        _set_text(comment, body)
        _update_counters(act, comment)
        act.set_text(
            lambda: comment.sealed_text, comment, parent_id=comment.parent_id, stance=stance
        )
        act.about(
            comment,
            kind="question" if is_question else "argument",
            source_given=bool(comment.source_note),
        )
        record_clerk(act, context, author, proposal.process, comment)
        hold_by_rule(act, comment)
        _notify_answered(act, comment, parent)
    return comment


def _notify_answered(act: Act[...], comment: Comment, parent: Comment | None) -> None:
    """Notify the author of the comment that is replied to, once the reply is shown."""
    if parent is not None and parent.author_id != comment.author_id:
        notify_person(
            act,
            parent.author,
            ReplyNotice(comment=comment.id),
            comment.proposal,
            not_before=comment.held_until,
        )


def _refuse_invalid_parent(
    proposal: Proposal, parent: Comment | None, stance: Stance | None
) -> None:
    if parent is None and stance is None:
        raise InvalidInput(_("Choose your position first: for, against, or neutral."))
    if parent is None:
        return
    if parent.proposal_id != proposal.id:
        raise InvalidInput(_("The comment you reply to is in another thread."))
    require(is_comment_visible(parent))


def _set_text(comment: Comment, body: str) -> None:
    comment.body = clean(body)
    comment.body_html, comment.renderer = to_html(comment.body), RENDERER


def _update_counters(act: Act[...], comment: Comment) -> None:
    proposal = comment.proposal
    act.session.add(comment)
    proposal.comment_count += 1
    if comment.root_id is not None:
        act.session.execute(
            update(Comment)
            .where(Comment.id == comment.root_id)
            .values(
                reply_count=Comment.reply_count + 1,
                is_answered=or_(Comment.is_answered, literal(comment.author_role == Role.STAFF)),
            )
        )
    elif comment.author_role == Role.RESIDENT:
        adjust_stance_count(proposal, comment.stance, 1)


def adjust_stance_count(proposal: Proposal, stance: int | None, by: int) -> None:
    """Change the proposal's count of residents' top-level arguments with a stance."""
    if stance == Stance.FOR:
        proposal.for_count += by
    elif stance == Stance.AGAINST:
        proposal.against_count += by
    elif stance == Stance.NEUTRAL:
        proposal.neutral_count += by


def edit_comment(
    author: Person, comment: Comment, body: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Change the text of a comment within fifteen minutes of posting."""
    with recorded(author, CommentEdited, context) as act:
        require(may_edit_comment(author, act.lock(comment)))
        _set_text(comment, body)
        comment.edited_at = now()
        act.set_text(lambda: comment.sealed_text, comment)
        act.about(comment)
        record_requested_edit(act, comment)
        hold_by_rule(act, comment)


def withdraw_comment(
    author: Person, comment: Comment, *, context: RequestContext = NO_REQUEST
) -> None:
    """Withdraw a comment; a tombstone replaces it, and its replies stay."""
    with recorded(author, CommentWithdrawn, context) as act:
        proposal = act.lock(comment.proposal)
        require(may_withdraw_comment(author, act.lock(comment)))
        comment.withdrawn_at = now()
        if comment.depth == 0 and comment.author_role == Role.RESIDENT:
            adjust_stance_count(proposal, comment.stance, -1)
        close_open_items(act, comment)
        act.about(comment)


def _adjust_rating_count(comment: Comment, is_strong: bool, change: int) -> None:
    if is_strong:
        comment.strong_count += change
    else:
        comment.weak_count += change


def _get_rating(act: Act[...], rater: Person, comment: Comment) -> Rating | None:
    return act.session.scalar(
        select(Rating).where(Rating.person_id == rater.id, Rating.comment_id == comment.id)
    )


def rate_comment(
    rater: Person, comment: Comment, is_strong: bool, *, context: RequestContext = NO_REQUEST
) -> None:
    """Rate a comment as a strong or a weak point; a second rating replaces the first.

    Raises Refused if the phase does not allow ratings or the same rating was given already.
    """
    with recorded(rater, CommentRated, context) as act:
        require(may_rate_comment(rater, act.lock(comment)))
        rating = _get_rating(act, rater, comment)
        if rating is not None and rating.is_strong == is_strong:
            raise Refused(_("You have already given this rating."))
        if rating is None:
            rating = Rating(person_id=rater.id, comment_id=comment.id, rated_at=now())
            act.session.add(rating)
            comment.rating_count += 1
        else:
            _adjust_rating_count(comment, rating.is_strong, -1)
        rating.is_strong = is_strong
        _adjust_rating_count(comment, is_strong, 1)
        comment.strength = rating_strength(comment.strong_count, comment.weak_count)
        act.about(comment, strong=is_strong)
