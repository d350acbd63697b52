"""A poll's life: opening it with rules that stay, moving its close, publishing, its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Option, Outcome, Person, Poll, PollChange, Process, Proposal
from deliberate.models.proposals.proposal import new_salt
from deliberate.operations.polls.ballots import (
    BallotReceipt,
    CodeRefused,
    cast_ballot,
    change_ballot,
    enter_ballot,
    hash_code,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.polls import may_open_poll, may_run_poll
from deliberate.queries.polls.electorate import count_entitled, small_areas
from deliberate.recording import recorded
from deliberate.text import RENDERER, clean, clean_line, to_html
from deliberate.vocabulary import (
    ChangeGround,
    Counting,
    Electorate,
    Kind,
    PollType,
    ResultRule,
    Switch,
)

__all__ = [
    "BallotReceipt",
    "CodeRefused",
    "Rules",
    "cast_ballot",
    "change_ballot",
    "change_poll",
    "enter_ballot",
    "hash_code",
    "open_poll",
    "publish_result",
    "state_outcome",
]


@dataclass(frozen=True)
class Rules:
    """What is decided at opening and never again: the type, who votes, what counts, what shows."""

    type: PollType = PollType.SINGLE
    is_secret: bool = True
    result_rule: ResultRule = ResultRule.AFTER_CLOSE
    electorate: Electorate = Electorate.RESIDENTS
    areas: Sequence[str] = ()
    counts_areas: bool = False
    shuffles: bool = False
    counting: Counting = Counting.INSTANT_RUNOFF
    min_choices: int = 1
    max_choices: int | None = None
    amount: int | None = None
    min_share: int = 0
    costs: Sequence[int] = ()

    def as_columns(self) -> dict[str, Any]:
        """What the poll itself keeps of them; costs are its options'."""
        return {
            "type": self.type,
            "is_secret": self.is_secret,
            "result_rule": self.result_rule,
            "electorate": self.electorate,
            "areas": sorted(self.areas),
            "counts_areas": self.counts_areas,
            "shuffles": self.shuffles,
            "counting": self.counting if self.type == PollType.RANKED else None,
            "min_choices": self.min_choices,
            "max_choices": self.max_choices,
            "amount": self.amount,
            "min_share": self.min_share,
        }


SINGLE_CHOICE = Rules()


def open_poll(
    opener: Person,
    process: Process,
    question: str,
    options: Sequence[str],
    closes_at: datetime,
    *,
    proposal: Proposal | None = None,
    background: str = "",
    quorum: int = 0,
    with_pass: str = "",
    opens_at: datetime | None = None,
    rules: Rules = SINGLE_CHOICE,
) -> Poll:
    """Open a poll, now or at a moment to come; `with_pass` is the words for "not sure".

    Raises Refused when dates, options or rules do not go together.
    """
    with recorded(opener, Kind.POLL_OPENED) as act:
        require(may_open_poll(opener, act.locked(process)))
        begins = opens_at or now()
        _refuse_dates(process, begins, closes_at)
        _refuse_rules(rules, len(options))
        poll = Poll(
            process=process,
            proposal=proposal,
            opened_by_id=opener.id,
            question=clean_line(question),
            background=clean(background),
            quorum=quorum,
            opens_at=begins,
            closes_at=closes_at,
            options=_options(options, with_pass, rules),
            **rules.as_columns(),
        )
        act.session.add(poll)
        act.session.flush()
        act.about(poll, **_told(poll))
    return poll


def _told(poll: Poll) -> dict[str, Any]:
    """What the log says of a poll."""
    return {
        "type": poll.type.value,
        "secret": int(poll.is_secret),
        "result_rule": poll.result_rule.value,
        "quorum": poll.quorum,
    }


def _refuse_dates(process: Process, opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= max(now(), opens_at):
        raise Refused(_("A poll closes later than now and later than it opens."))
    if not process.allows(Switch.VOTE, opens_at):
        raise Refused(_("A poll opens in a phase of its process that has voting."))


def _refuse_rules(rules: Rules, options: int) -> None:
    if rules.is_secret and rules.result_rule == ResultRule.LIVE:
        raise Refused(_("A secret poll never shows its counts while it is open."))
    if rules.counts_areas and (
        rules.electorate != Electorate.VERIFIED or len(set(rules.areas)) < 2
    ):
        raise Refused(_("Areas are counted only among verified residents of two or more areas."))
    if rules.counts_areas and (small := small_areas(rules.areas)):
        raise Refused(
            _("Too few verified residents to count this area apart: %(areas)s.", areas=small[0])
        )
    most = rules.max_choices
    if rules.min_choices < 1 or (most is not None and not rules.min_choices <= most <= options):
        raise Refused(_("The most and the least number of choices do not fit the options."))
    if rules.type == PollType.BUDGET:
        _refuse_budget(rules, options)


def _refuse_budget(rules: Rules, options: int) -> None:
    if len(rules.costs) != options or any(cost < 1 for cost in rules.costs):
        raise Refused(_("Every option of a budget poll needs its cost."))
    if rules.amount is None and rules.max_choices is None:
        raise Refused(_("A budget poll needs an amount or a number of projects."))
    if rules.amount is not None and max(rules.costs) > rules.amount:
        raise Refused(_("An option costs more than the whole amount."))
    if not 0 <= rules.min_share <= 100:
        raise Refused(_("The share to spend is between 0 and 100 percent."))


def _options(labels: Sequence[str], with_pass: str, rules: Rules) -> list[Option]:
    cleaned = [clean_line(label) for label in labels]
    least = 1 if rules.type in {PollType.STATEMENTS, PollType.SCORE} else 2
    passing = clean_line(with_pass) if rules.type != PollType.STATEMENTS else ""
    every = [*cleaned, passing] if passing else cleaned
    if len(cleaned) + bool(passing) < least or len(set(every)) < len(every) or "" in every:
        raise Refused(_("A poll needs two different options at least."))
    costs = list(rules.costs) or [0] * len(cleaned)
    options = [
        Option(position=place, label=label, cost=cost)
        for place, (label, cost) in enumerate(zip(cleaned, costs, strict=True))
    ]
    if passing:
        options.append(Option(position=len(cleaned), label=passing, is_pass=True))
    return options


def change_poll(
    changer: Person, poll: Poll, closes_at: datetime, ground: ChangeGround, reason: str
) -> None:
    """Move the closing time of a running poll, with a reason that stands on its page."""
    with recorded(changer, Kind.POLL_CHANGED) as act:
        require(may_run_poll(changer, act.locked(poll)))
        if poll.is_closed(now()):
            raise Refused(_("This poll is closed; a closed poll is not opened again."))
        if closes_at <= max(now(), poll.opens_at) or closes_at == poll.closes_at:
            raise Refused(_("The new closing time lies in the future and differs from the old."))
        if not clean(reason):
            raise Refused(_("A change of a running poll needs a reason."))
        poll.changes.append(
            PollChange(
                changed_by_id=changer.id,
                ground=ground.value,
                reason=clean(reason),
                closed_before=poll.closes_at,
                closes_after=closes_at,
            )
        )
        poll.closes_at = closes_at
        act.about(poll, reason=ground.value)


def publish_result(publisher: Person, poll: Poll) -> None:
    """Publish the result of a closed poll; from then on the number of entitled people stands."""
    with recorded(publisher, Kind.POLL_PUBLISHED) as act:
        require(may_run_poll(publisher, act.locked(poll)))
        if not poll.is_closed(now()):
            raise Refused(_("A result is published after the close."))
        if poll.published_at is not None:
            raise Refused(_("This result is published already."))
        poll.entitled_count = count_entitled(poll)
        poll.published_at = now()
        act.about(poll, turnout=poll.ballot_count)


def state_outcome(speaker: Person, poll: Poll, body: str) -> Outcome:
    """Say what came of a poll; later words stand below the first."""
    with recorded(speaker, Kind.OUTCOME_STATED) as act:
        require(may_run_poll(speaker, act.locked(poll)))
        if not poll.is_closed(now()) or not poll.shows_result(now()):
            raise Refused(_("What came of a poll is said once its result is shown."))
        if not clean(body):
            raise Refused(_("Say in a sentence what came of this poll."))
        outcome = Outcome(
            body=clean(body),
            body_html=to_html(clean(body)),
            renderer=RENDERER,
            salt=new_salt(),
            stated_at=now(),
            stated_by_id=speaker.id,
        )
        poll.outcomes.append(outcome)
        act.about(poll, written=outcome.body, salt=outcome.salt)
    return outcome
