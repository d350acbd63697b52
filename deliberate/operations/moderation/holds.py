"""Holding a new text by a rule, for two working days at most; then it is shown by itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

from deliberate.clock import now
from deliberate.models import Comment, Process, Proposal
from deliberate.operations.notices.notices import tell_person
from deliberate.queries.moderation.hold_rules import rule_that_holds
from deliberate.queries.moderation.moderation import decisions_on
from deliberate.queries.processes.working_days import add_working_days, local_day
from deliberate.recording import Act
from deliberate.vocabulary import Kind

HOLD_DAYS = 2
_DELAYED = {"comment": Kind.COMMENT_DELAYED, "proposal": Kind.PROPOSAL_DELAYED}


def hold_by_rule(act: Act, thing: Comment | Proposal) -> None:
    """Hold what was just written where a rule says so; its author is told why and until when.

    Once only: what a moderator kept, or what waited before, is not held again by being edited.
    """
    author = thing.author
    if author is None or thing.hidden_since is not None:
        return
    rule = rule_that_holds(author, thing)
    if rule is None or decisions_on(thing):
        return
    proposal = thing.proposal if isinstance(thing, Comment) else thing
    thing.hidden_since, thing.held_until = now(), _until(proposal.process)
    thing.hidden_ground = rule.value
    act.consequence(_DELAYED[thing.subject_type], thing, rule=rule.value)
    tell_person(
        act,
        "moderation.delayed",
        author,
        proposal,
        subject=thing.subject_type,
        id=thing.id,
        until=thing.held_until.isoformat(),
    )


def _until(process: Process) -> datetime:
    """The same time of the day, two working days later."""
    there = now().astimezone(ZoneInfo(process.timezone))
    day = add_working_days(local_day(process, now()), HOLD_DAYS, process.calendar)
    return datetime.combine(day, there.time(), there.tzinfo)
