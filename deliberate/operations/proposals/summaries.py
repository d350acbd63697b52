"""A proposal in short: suggested by its author or a moderator, in force when the other agrees."""

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Person, Proposal, Summary
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.summaries import may_agree, may_summarise
from deliberate.queries.proposals.summaries import suggested_summary
from deliberate.recording import recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind


def suggest_summary(
    writer: Person, proposal: Proposal, asked: str, best_for: str, best_against: str
) -> Summary:
    """Suggest a summary, or other words for the one that waits; nobody else sees it yet."""
    with unrecorded("a suggestion is seen by author and moderators alone") as session:
        session.refresh(proposal, with_for_update={"of": Proposal})
        require(may_summarise(writer, proposal))
        summary = suggested_summary(proposal)
        if summary is None:
            summary = Summary(proposal=proposal, revision=0)
            session.add(summary)
        summary.asked, summary.best_for = clean_line(asked), clean_line(best_for)
        summary.best_against = clean_line(best_against)
        summary.written_by_id, summary.written_at = writer.id, now()
        summary.revision += 1
    return summary


def agree_to_summary(person: Person, summary: Summary, seen: int) -> None:
    """Agree to a summary as one read it: from now on it stands above the proposal.

    `seen` is the revision read; Refused where the words are others meanwhile.
    """
    with recorded(person, Kind.PROPOSAL_SUMMARISED) as act:
        proposal = act.locked(summary.proposal)
        require(may_agree(person, act.locked(summary)))
        if summary.revision != seen:
            raise Refused(_("The words were changed meanwhile: read them again."))
        newest = select(func.max(Summary.number)).where(Summary.proposal_id == proposal.id)
        summary.number = (act.session.scalar(newest) or 0) + 1
        summary.agreed_by_id, summary.agreed_at = person.id, now()
        act.about(proposal, version=summary.number)
