"""Operations on summaries: author or moderator suggest one, and the other agrees to it."""

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Notice, Person, Proposal, Summary, is_written_by
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.summaries import may_agree_to_summary, may_suggest_summary
from deliberate.queries.proposals.summaries import suggested_summary
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.proposals import ProposalSummarised
from deliberate.vocabulary.notices import SummarySuggestedNotice, SummaryWaitsNotice


def suggest_summary(
    writer: Person, proposal: Proposal, main_request: str, best_for: str, best_against: str
) -> Summary:
    """Suggest a summary or replace the pending suggestion, which only author and moderators see."""
    with unrecorded("a suggestion is visible to author and moderators only") as session:
        session.refresh(proposal, with_for_update={"of": Proposal})
        require(may_suggest_summary(writer, proposal))
        summary = suggested_summary(proposal)
        if summary is None:
            summary = Summary(proposal=proposal, revision=0)
            session.add(summary)
        summary.main_request = clean_line(main_request)
        summary.best_for = clean_line(best_for)
        summary.best_against = clean_line(best_against)
        summary.written_by_id, summary.written_at = writer.id, now()
        summary.revision += 1
        session.flush()
        _notify_other_side(session, writer, summary)
    return summary


def _notify_other_side(session: Session, writer: Person, summary: Summary) -> None:
    """Notify who has to agree: a moderator to the author's suggestion, the author to another."""
    proposal = summary.proposal
    by_author = is_written_by(proposal, writer)
    key = f"summary.{summary.id}.{summary.revision}"
    others = [] if by_author else [author.id for author in proposal.authors]
    for number, person_id in enumerate(others or [None]):
        session.add(
            Notice(
                key=f"{key}.{number}" if number else key,
                kind=(SummarySuggestedNotice if by_author else SummaryWaitsNotice).KIND,
                proposal_id=proposal.id,
                person_id=person_id,
                caused_by_id=writer.id,
            )
        )


def agree_to_summary(
    person: Person, summary: Summary, revision: int, *, context: RequestContext = NO_REQUEST
) -> None:
    """Agree to the suggested summary, which is shown above the proposal from now on.

    `revision` is the revision the person has read; raises Refused if it was edited since.
    """
    with recorded(person, ProposalSummarised, context) as act:
        proposal = act.lock(summary.proposal)
        require(may_agree_to_summary(person, act.lock(summary)))
        if summary.revision != revision:
            raise Refused(_("The text has changed since you read it. Please read it again."))
        newest = select(func.max(Summary.number)).where(Summary.proposal_id == proposal.id)
        summary.number = (act.session.scalar(newest) or 0) + 1
        summary.agreed_by_id, summary.agreed_at = person.id, now()
        act.set_text(lambda: summary.sealed_text, summary)
        act.about(proposal, version=summary.number)
