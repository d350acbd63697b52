"""What authors do with an amendment later: revise it, or make a proposal of it."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import (
    AmendmentVersion,
    Draft,
    Person,
    Proposal,
    UnitContribution,
)
from deliberate.operations.moderation.holds import hold_by_rule
from deliberate.operations.moderation.open_items import record_requested_edit
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.proposals.drafts import save_draft
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.documents import may_promote_amendment, may_revise_amendment
from deliberate.permissions.proposals.proposals import is_author, may_submit
from deliberate.queries.documents.contributions import has_same_words, list_joined_people
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary.events.documents import AmendmentPromoted, AmendmentRevised
from deliberate.vocabulary.notices import (
    AmendmentPromotedNotice,
    AmendmentRevisedNotice,
    NoticeEvent,
)


@dataclass(frozen=True)
class Wording:
    """The new words and reason of an amendment; `base` is the number of the wording it changes."""

    base: int
    replacement: str
    reason: str


class SupersededWording(Refused):
    """Another author changed the amendment meanwhile."""


def revise_amendment(
    author: Person,
    amendment: UnitContribution,
    wording: Wording,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Change the words of an amendment; earlier ones stay readable, unless a moderator asked.

    Its other authors and who joined it are told.

    Raises Refused, InvalidInput, and SupersededWording where another wording was published.
    """
    with recorded(author, AmendmentRevised, context) as act:
        require(may_revise_amendment(author, act.lock(amendment)))
        if wording.base != amendment.number:
            raise SupersededWording(_("Another author changed it after you began."))
        replacement, reason = clean(wording.replacement), clean(wording.reason)
        _require_change(amendment, replacement, reason)
        _keep_wording(act, amendment)
        amendment.replacement, amendment.body = replacement, reason
        amendment.number += 1
        _keep_wording(act, amendment)
        act.set_text(lambda: amendment.sealed_text, amendment)
        act.about(amendment, version=amendment.number)
        record_requested_edit(act, amendment)
        hold_by_rule(act, amendment)
        notice = AmendmentRevisedNotice(document=amendment.document_id, amendment=amendment.id)
        _notify_others(act, author, amendment, notice)


def _require_change(amendment: UnitContribution, replacement: str, reason: str) -> None:
    if not replacement or not reason:
        raise InvalidInput(_("Please fill this in."))
    if has_same_words(replacement, amendment.quoted):
        raise InvalidInput(_("These are the words of the draft. Change at least one."))
    if (replacement, reason) == (amendment.replacement, amendment.body):
        raise InvalidInput(_("Nothing is changed yet."))


def _keep_wording(act: Act[...], amendment: UnitContribution) -> None:
    """Store the present wording among the versions, once."""
    stored = select(AmendmentVersion.id).where(
        AmendmentVersion.contribution_id == amendment.id,
        AmendmentVersion.number == amendment.number,
    )
    if act.session.scalar(stored) is None:
        act.session.add(
            AmendmentVersion(
                contribution_id=amendment.id,
                number=amendment.number,
                replacement=amendment.replacement,
                body=amendment.body,
                written_at=amendment.posted_at if amendment.number == 1 else now(),
            )
        )


def _notify_others(
    act: Act[...],
    author: Person,
    amendment: UnitContribution,
    event: NoticeEvent,
    proposal: Proposal | None = None,
) -> None:
    """Add a notice to the other authors of an amendment and to those who joined it."""
    process = None if proposal else amendment.process
    for person in [*amendment.authors, *list_joined_people([amendment.id])]:
        if person.id != author.id:
            notify_person(act, person, event, proposal, process=process)


def draft_of_amendment(author: Person, amendment: UnitContribution, title: str) -> Draft:
    """Return a draft of a proposal with the words and the reason of an amendment.

    Raises Refused if it cannot become a proposal now.
    """
    process = amendment.document.process
    require(may_promote_amendment(author, amendment))
    require(may_submit(author, process))
    quoted = "\n".join(f"> {line}".rstrip() for line in amendment.replacement.splitlines())
    fields = {
        "title": title,
        "process": process.slug,
        "body": f"{amendment.body}\n\n{quoted}",
        "amendment": str(amendment.id),
    }
    return save_draft(author, fields)


def promote_amendment(
    author: Person,
    amendment: UnitContribution,
    proposal: Proposal,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Link an amendment that was not adopted with the proposal that its author made of it.

    Its other authors and who joined it are told. Raises Refused.
    """
    with recorded(author, AmendmentPromoted, context) as act:
        require(may_promote_amendment(author, act.lock(amendment)))
        require(is_author(author, proposal))
        amendment.promoted_to_id = proposal.id
        act.about(amendment, into=proposal.id)
        _notify_others(act, author, amendment, AmendmentPromotedNotice(), proposal)
