"""Contributions to the units of draft texts: comments, questions and amendments."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import (
    AmendmentJoin,
    Document,
    Person,
    UnitContribution,
    UnitText,
)
from deliberate.operations.moderation.holds import hold_by_rule
from deliberate.operations.moderation.open_items import close_open_items, record_requested_edit
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.documents import (
    may_change_contribution,
    may_contribute,
    may_join_amendment,
    may_reply_to,
    may_unjoin_amendment,
    may_withdraw_contribution,
)
from deliberate.queries.documents.contributions import has_same_words
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary import Stance
from deliberate.vocabulary.events.documents import (
    AmendmentJoined,
    AmendmentProposed,
    AmendmentUnjoined,
    AmendmentWithdrawn,
)
from deliberate.vocabulary.events.threads import CommentEdited, CommentPosted, CommentWithdrawn


@dataclass(frozen=True)
class AmendmentEntry:
    """The words that an amendment proposes for a unit, and its reason.

    `version` is the number of the version that the author read.
    """

    version: int
    replacement: str
    reason: str


class SupersededVersion(Refused):
    """An amendment was written on a version that is no longer in force."""


def comment_on_unit(
    author: Person,
    document: Document,
    unit: UnitText,
    body: str,
    stance: Stance,
    *,
    is_question: bool = False,
    parent: UnitContribution | None = None,
    context: RequestContext = NO_REQUEST,
) -> UnitContribution:
    """Post a comment or a question on a unit, on the version in which it was read.

    With a parent it is a reply to that contribution, which is on the same draft text.
    """
    with recorded(author, CommentPosted, context) as act:
        require(may_contribute(author, act.lock(document)))
        if parent is not None:
            require(may_reply_to(parent, document))
        kind = "question" if is_question else "comment"
        comment = _new_row(author, document, unit, kind, context)
        comment.body, comment.stance = _required(body), stance
        comment.parent_id = parent.id if parent else None
        act.session.add(comment)
        act.set_text(
            lambda: comment.sealed_text, comment, stance=stance, parent_id=comment.parent_id
        )
        logged = "question" if is_question else "argument"
        act.about(comment, kind=logged, unit=unit.unit_id)
        hold_by_rule(act, comment)
    return comment


def change_unit_comment(
    author: Person,
    comment: UnitContribution,
    body: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Change a comment or a question as a moderator asked. Raises Refused, InvalidInput."""
    with recorded(author, CommentEdited, context) as act:
        require(may_change_contribution(author, act.lock(comment)))
        comment.body, comment.edited_at = _required(body), now()
        act.set_text(lambda: comment.sealed_text, comment)
        act.about(comment)
        record_requested_edit(act, comment)
        hold_by_rule(act, comment)


def propose_amendment(
    author: Person,
    document: Document,
    unit: UnitText,
    entry: AmendmentEntry,
    *,
    context: RequestContext = NO_REQUEST,
) -> UnitContribution:
    """Propose other words for a unit of the version in force.

    Raises Refused, InvalidInput, and SupersededVersion where another version is in force.
    """
    with recorded(author, AmendmentProposed, context) as act:
        require(may_contribute(author, act.lock(document)))
        if entry.version != document.version:
            raise SupersededVersion(
                _("Version %(n)s was published after you began.", n=document.version)
            )
        amendment = _new_row(author, document, unit, "amendment", context)
        amendment.replacement = _required(entry.replacement)
        amendment.body = _required(entry.reason)
        require_other_words(unit, amendment.replacement)
        act.session.add(amendment)
        act.set_text(lambda: amendment.sealed_text, amendment)
        act.about(amendment, unit=unit.unit_id, version=document.version)
        hold_by_rule(act, amendment)
    return amendment


def require_other_words(unit: UnitText, replacement: str) -> None:
    """Refuse an amendment that leaves the words of its unit. Raises InvalidInput."""
    if has_same_words(clean(replacement), unit.body):
        raise InvalidInput(_("These are the words of the draft. Change at least one."))


def join_amendment(
    person: Person, amendment: UnitContribution, *, context: RequestContext = NO_REQUEST
) -> None:
    """Join an amendment that another person proposed. Raises Refused."""
    with recorded(person, AmendmentJoined, context) as act:
        require(may_join_amendment(person, act.lock(amendment)))
        if act.session.get(AmendmentJoin, (amendment.id, person.id)):
            raise Refused(_("You have joined this amendment already."))
        act.session.add(AmendmentJoin(contribution_id=amendment.id, person_id=person.id))
        amendment.join_count += 1
        act.about(amendment, into=amendment.id)


def unjoin_amendment(
    person: Person, amendment: UnitContribution, *, context: RequestContext = NO_REQUEST
) -> None:
    """Leave an amendment that one had joined. Raises Refused."""
    with recorded(person, AmendmentUnjoined, context) as act:
        require(may_unjoin_amendment(person, act.lock(amendment)))
        act.session.delete(act.session.get_one(AmendmentJoin, (amendment.id, person.id)))
        amendment.join_count -= 1
        act.about(amendment)


def withdraw_amendment(
    author: Person, amendment: UnitContribution, *, context: RequestContext = NO_REQUEST
) -> None:
    """Withdraw an amendment; that there was one stays visible. Raises Refused."""
    with recorded(author, AmendmentWithdrawn, context) as act:
        require(may_withdraw_contribution(author, act.lock(amendment)))
        if amendment.coauthor_count:
            raise Refused(_("Its authors withdraw it together: one of them requests it."))
        amendment.withdrawn_at = now()
        close_open_items(act, amendment)
        act.about(amendment)


def withdraw_unit_comment(
    author: Person, comment: UnitContribution, *, context: RequestContext = NO_REQUEST
) -> None:
    """Withdraw a comment or a question on a unit; that there was one stays visible."""
    with recorded(author, CommentWithdrawn, context) as act:
        require(may_withdraw_contribution(author, act.lock(comment)))
        comment.withdrawn_at = now()
        close_open_items(act, comment)
        act.about(comment)


def _required(text: str) -> str:
    text = clean(text)
    if not text:
        raise InvalidInput(_("Please fill this in."))
    return text


def _new_row(
    author: Person, document: Document, unit: UnitText, kind: str, context: RequestContext
) -> UnitContribution:
    return UnitContribution(
        document=document,
        unit_id=unit.unit_id,
        version_id=unit.version_id,
        kind=kind,
        quoted=unit.body,
        author=author,
        author_role=author.role,
        institution_id=author.institution_id,
        language=context.language,
        posted_at=now(),
    )
