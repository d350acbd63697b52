"""Taking part in a thread: commenting, editing, taking back, weighing."""

from flask_babel import lazy_gettext as _
from sqlalchemy import literal, or_, select, update

from deliberate.clock import now
from deliberate.models import Comment, Person, Proposal, Rating
from deliberate.models.threads.comment import strength_of
from deliberate.operations.moderation.holds import hold_by_rule
from deliberate.operations.moderation.open_items import close_open_items, note_edit
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.threads import (
    is_shown,
    may_comment,
    may_edit,
    may_rate,
    may_withdraw_comment,
)
from deliberate.recording import Act, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html
from deliberate.vocabulary import Kind, Role, Stance


def post_comment(
    author: Person,
    proposal: Proposal,
    body: str,
    *,
    parent: Comment | None = None,
    stance: Stance | None = None,
    is_question: bool = False,
    source: str = "",
    language: str = "id",
) -> Comment:
    """Add an argument or question to a proposal's thread, or reply to one at any depth.

    A comment on the proposal needs a stance; on a reply it may be left open.
    """
    with recorded(author, Kind.COMMENT_POSTED) as act:
        require(may_comment(author, act.locked(proposal)))
        _refuse_misplaced(proposal, parent, stance)
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
            language=language,
            posted_at=now(),
        )
        _write(comment, body)
        _count(act, comment)
        act.about(
            comment,
            parent_id=comment.parent_id,
            stance=stance,
            written=comment.body,
            salt=comment.salt,
            kind="question" if is_question else "argument",
            source_given=int(bool(comment.source_note)),
        )
        hold_by_rule(act, comment)
    return comment


def _refuse_misplaced(proposal: Proposal, parent: Comment | None, stance: Stance | None) -> None:
    if parent is None and stance is None:
        raise Refused(_("Say first where you stand: for, against, or neutral."))
    if parent is None:
        return
    if parent.proposal_id != proposal.id:
        raise Refused(_("The comment replied to stands in another thread."))
    require(is_shown(parent))


def _write(comment: Comment, body: str) -> None:
    comment.body = clean(body)
    comment.body_html, comment.renderer = to_html(comment.body), RENDERER


def _count(act: Act, comment: Comment) -> None:
    proposal = comment.proposal
    act.session.add(comment)
    proposal.comment_count += 1
    act.locked(proposal.process).comment_count += 1
    if comment.root_id is not None:
        act.session.execute(
            update(Comment)
            .where(Comment.id == comment.root_id)
            .values(
                branch_count=Comment.branch_count + 1,
                is_answered=or_(Comment.is_answered, literal(comment.author_role == Role.STAFF)),
            )
        )
    elif comment.author_role == Role.RESIDENT:
        count_stance(proposal, comment.stance, 1)


def count_stance(proposal: Proposal, stance: int | None, by: int) -> None:
    """Keep the proposal's balance of top-level arguments by residents."""
    if stance == Stance.FOR:
        proposal.for_count += by
    elif stance == Stance.AGAINST:
        proposal.against_count += by
    elif stance == Stance.NEUTRAL:
        proposal.neutral_count += by


def edit_comment(author: Person, comment: Comment, body: str) -> None:
    """Change a comment's words within fifteen minutes of posting."""
    with recorded(author, Kind.COMMENT_EDITED) as act:
        require(may_edit(author, act.locked(comment)))
        _write(comment, body)
        comment.edited_at = now()
        act.about(comment, written=comment.body, salt=comment.salt)
        note_edit(act, comment)
        hold_by_rule(act, comment)


def withdraw_comment(author: Person, comment: Comment) -> None:
    """Take a comment back: a tombstone stays in its place, and the replies below it."""
    with recorded(author, Kind.COMMENT_WITHDRAWN) as act:
        proposal = act.locked(comment.proposal)
        require(may_withdraw_comment(author, act.locked(comment)))
        comment.withdrawn_at = now()
        if comment.depth == 0 and comment.author_role == Role.RESIDENT:
            count_stance(proposal, comment.stance, -1)
        close_open_items(act, comment)
        act.about(comment)


def rate_comment(rater: Person, comment: Comment, is_strong: bool) -> None:
    """Weigh a comment as a strong or a weak point; weighing again changes one's view."""
    with recorded(rater, Kind.COMMENT_RATED) as act:
        require(may_rate(rater, act.locked(comment)))
        rating = act.session.scalar(
            select(Rating).where(Rating.person_id == rater.id, Rating.comment_id == comment.id)
        )
        if rating is not None and rating.is_strong == is_strong:
            raise Refused(_("You weighed this comment so already."))
        if rating is None:
            rating = Rating(person_id=rater.id, comment_id=comment.id, rated_at=now())
            act.session.add(rating)
            comment.weight += 1
        else:
            comment.strong_count -= int(rating.is_strong)
            comment.weak_count -= int(not rating.is_strong)
        rating.is_strong = is_strong
        comment.strong_count += int(is_strong)
        comment.weak_count += int(not is_strong)
        comment.strength = strength_of(comment.strong_count, comment.weak_count)
        act.about(comment, strong=int(is_strong))
