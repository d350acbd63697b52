"""Hold a new text by a rule for at most two working days, after which it is shown automatically."""

from datetime import datetime

from deliberate.clock import now
from deliberate.days import local_hour, local_today, time_of_day
from deliberate.models import Process, authors_of
from deliberate.operations.notices.notices import notify_person
from deliberate.queries.moderation.contributions import Contribution, document_of, proposal_of
from deliberate.queries.moderation.decisions import list_decisions
from deliberate.queries.moderation.hold_rules import matching_hold_rule
from deliberate.queries.processes.working_days import add_process_days
from deliberate.recording import Act
from deliberate.vocabulary.events.moderation import (
    CommentDelayed,
    ContributionDelayed,
    ProposalDelayed,
)
from deliberate.vocabulary.notices import DelayedNotice

HOLD_WORKING_DAYS = 2
_DELAYED = {
    "comment": CommentDelayed,
    "proposal": ProposalDelayed,
    "unit_contribution": ContributionDelayed,
}


def hold_by_rule(act: Act[...], contribution: Contribution) -> None:
    """Hold a new text if a rule applies, and notify its author of the rule and the end time.

    A text is held once: an edit does not hold a text again that a moderator kept or that was held
    before.
    """
    author = contribution.author
    if author is None or contribution.hidden_since is not None:
        return
    rule = matching_hold_rule(author, contribution)
    if rule is None or list_decisions(contribution):
        return
    until, document = _hold_end(contribution.process), document_of(contribution)
    contribution.hold(until, rule.value)
    act.consequence(_DELAYED[contribution.subject_type], contribution, rule=rule)
    notice = DelayedNotice(
        subject=contribution.subject_type,
        id=contribution.id,
        document=document.id if document else None,
        until=until.isoformat(),
    )
    for writer in authors_of(contribution):
        notify_person(act, writer, notice, proposal_of(contribution))


def _hold_end(process: Process) -> datetime:
    """Return the same time of day, two working days later."""
    day = add_process_days(process, local_today(process), HOLD_WORKING_DAYS)
    return time_of_day(process, day, local_hour(process, now()))
