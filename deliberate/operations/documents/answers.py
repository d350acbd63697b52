"""Answers to contributions on draft texts: by unit, one for many."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.models import (
    AnsweredContribution,
    Document,
    Person,
    UnitAnswer,
    UnitAnswerDraft,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.documents import may_answer_contributions
from deliberate.queries.documents.answer_desk import missing_consents
from deliberate.queries.documents.contributions import list_joined_people
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary import ResponseGround, UnitDecision
from deliberate.vocabulary.events.documents import AmendmentDecided, UnitAnswered
from deliberate.vocabulary.notices import AmendmentDecidedNotice, ContributionAnsweredNotice


@dataclass(frozen=True)
class AnswerEntry:
    """What is answered; without a reason contributions are considered, but not explained."""

    decision: UnitDecision
    ground: ResponseGround
    reason: str
    contribution_ids: Sequence[int]


def answer_unit(
    staff: Person,
    document: Document,
    unit: UnitText,
    entry: AnswerEntry,
    *,
    draft: UnitAnswerDraft | None = None,
    context: RequestContext = NO_REQUEST,
) -> UnitAnswer:
    """Answer contributions to a unit together; a `draft` with all consents is deleted by the act.

    Raises Refused, also where a check or a signature is missing, and InvalidInput.
    """
    with recorded(staff, UnitAnswered, context) as act:
        require(may_answer_contributions(act.lock(staff), act.lock(document)))
        if missing_consents(staff, document, draft):
            raise Refused(_("Others must check or sign this answer before it is published."))
        contributions = named_contributions(act, document, entry.contribution_ids)
        answer = UnitAnswer(
            document=document,
            unit_id=unit.unit_id,
            version_id=unit.version_id,
            decision=entry.decision,
            ground=entry.ground,
            reason=clean(entry.reason),
            language=context.language,
            answered_by_id=staff.id,
            institution_id=staff.institution_id,
        )
        act.session.add(answer)
        act.set_text(lambda: answer.sealed_text, answer)
        for row in contributions:
            act.session.add(AnsweredContribution(contribution_id=row.id, answer_id=answer.id))
            if row.kind == "amendment":
                act.consequence(
                    AmendmentDecided, row, decision=entry.decision, grounds=entry.ground
                )
        act.about(
            answer,
            decision=entry.decision,
            reason_chars=len(answer.reason),
            grounds=entry.ground,
            answers=[row.id for row in contributions],
        )
        _notify_answered(act, answer, contributions)
        if draft is not None:
            act.session.delete(draft)
    return answer


def _notify_answered(
    act: Act[...], answer: UnitAnswer, contributions: Sequence[UnitContribution]
) -> None:
    """Notify all authors of what an answer names, then those who joined it, each once."""
    notified = {answer.answered_by_id}
    amendments = [row for row in contributions if row.join_count]
    written = [(row, row.authors, ContributionAnsweredNotice) for row in contributions]
    joined = [(row, list_joined_people([row.id]), AmendmentDecidedNotice) for row in amendments]
    for row, people, kind in [*written, *joined]:
        notice = kind(document=row.document_id, contribution=row.id, answer=answer.id)
        for person in people:
            if person.id not in notified:
                notified.add(person.id)
                notify_person(act, person, notice)


def named_contributions(
    act: Act[...], document: Document, ids: Sequence[int]
) -> Sequence[UnitContribution]:
    """Return the contributions that an answer names. Raises InvalidInput for any other id."""
    rows = act.session.scalars(
        select(UnitContribution)
        .where(
            UnitContribution.document_id == document.id,
            UnitContribution.id.in_(ids),
            UnitContribution.visible_to(ANYONE),
        )
        .order_by(UnitContribution.id)
    ).all()
    if not rows or len(rows) != len(set(ids)):
        raise InvalidInput(_("Choose the contributions that you answer."))
    return rows
