"""Open a poll, move its closing time, publish its result and state its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import new_salt
from deliberate.models import Option, Person, Poll, PollChange, PollOutcome, Process, Proposal
from deliberate.operations.notices.notices import notify_process
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.polls import may_open_poll, may_run_poll
from deliberate.queries.polls.electorate import count_entitled, small_areas
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html
from deliberate.vocabulary import (
    CountingMethod,
    Electorate,
    PhaseSwitch,
    PollChangeReason,
    PollType,
    ResultRule,
)
from deliberate.vocabulary.events.polls import OutcomeStated, PollChanged, PollOpened, PollPublished
from deliberate.vocabulary.notices import PollOpenedNotice, PollOutcomeNotice


@dataclass(frozen=True)
class PollRules:
    """The rules of a poll, which cannot change after opening."""

    type: PollType = PollType.SINGLE
    is_secret: bool = True
    result_rule: ResultRule = ResultRule.AFTER_CLOSE
    electorate: Electorate = Electorate.RESIDENTS
    areas: Sequence[str] = ()
    counts_areas: bool = False
    shuffles: bool = False
    counting: CountingMethod = CountingMethod.INSTANT_RUNOFF
    min_choices: int = 1
    max_choices: int | None = None
    amount: int | None = None
    min_share: int = 0
    costs: Sequence[int] = ()

    def as_columns(self) -> dict[str, Any]:  # values of several columns
        """Return the values of the poll's own columns; costs belong to the options."""
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


SINGLE_CHOICE = PollRules()


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
    rules: PollRules = SINGLE_CHOICE,
    context: RequestContext = NO_REQUEST,
) -> Poll:
    """Open a poll now or at `opens_at`; `with_pass` is the label of the "not sure" option.

    Raises Refused if dates, options and rules do not fit together.
    """
    with recorded(opener, PollOpened, context) as act:
        require(may_open_poll(opener, act.lock(process)))
        starts_at = opens_at or now()
        _check_dates(process, starts_at, closes_at)
        _check_rules(rules, len(options))
        poll = Poll(
            process=process,
            proposal=proposal,
            opened_by_id=opener.id,
            language=context.language,
            question=clean_line(question),
            background=clean(background),
            quorum=quorum,
            opens_at=starts_at,
            closes_at=closes_at,
            options=_build_options(options, with_pass, rules),
            **rules.as_columns(),
        )
        act.session.add(poll)
        act.set_text(lambda: poll.sealed_text, poll)
        act.about(
            poll,
            type=poll.type,
            secret=poll.is_secret,
            result_rule=poll.result_rule,
            quorum=poll.quorum,
        )
        notify_process(act, process, PollOpenedNotice(poll=poll.id), not_before=poll.opens_at)
    return poll


def _check_dates(process: Process, opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= max(now(), opens_at):
        raise InvalidInput(_("The closing time must be in the future and after the opening time."))
    if not process.allows(PhaseSwitch.VOTE, opens_at):
        raise Refused(_("A poll can only open in a phase with voting."))


def _check_rules(rules: PollRules, option_count: int) -> None:
    if rules.is_secret and rules.result_rule == ResultRule.LIVE:
        raise InvalidInput(_("A secret poll never shows its counts while it is open."))
    if rules.counts_areas:
        _check_areas(rules)
    most = rules.max_choices
    if rules.min_choices < 1 or (
        most is not None and not rules.min_choices <= most <= option_count
    ):
        raise InvalidInput(
            _("The minimum and maximum number of choices do not fit the number of options.")
        )
    if rules.type == PollType.BUDGET:
        _check_budget(rules, option_count)


def _check_areas(rules: PollRules) -> None:
    if rules.electorate != Electorate.VERIFIED or len(set(rules.areas)) < 2:
        raise InvalidInput(
            _("Areas are counted only among verified residents of two or more areas.")
        )
    if small := small_areas(rules.areas):
        raise Refused(
            _(
                "Too few verified residents to count this area separately: %(areas)s.",
                areas=small[0],
            )
        )


def _check_budget(rules: PollRules, option_count: int) -> None:
    if len(rules.costs) != option_count or any(cost < 1 for cost in rules.costs):
        raise InvalidInput(_("Every option of a budget poll needs its cost."))
    if rules.amount is None and rules.max_choices is None:
        raise InvalidInput(_("A budget poll needs an amount or a number of projects."))
    if rules.amount is not None and max(rules.costs) > rules.amount:
        raise InvalidInput(_("An option costs more than the whole amount."))
    if not 0 <= rules.min_share <= 100:
        raise InvalidInput(_("The share to spend is between 0 and 100 percent."))


def _build_options(option_labels: Sequence[str], with_pass: str, rules: PollRules) -> list[Option]:
    cleaned = [clean_line(label) for label in option_labels]
    pass_label = clean_line(with_pass) if rules.type != PollType.STATEMENTS else ""
    _check_labels([*cleaned, pass_label] if pass_label else cleaned, rules.type)
    costs = list(rules.costs) or [0] * len(cleaned)
    options = [
        Option(position=position, label=label, cost=cost)
        for position, (label, cost) in enumerate(zip(cleaned, costs, strict=True))
    ]
    if pass_label:
        options.append(Option(position=len(cleaned), label=pass_label, is_pass=True))
    return options


def _check_labels(labels: Sequence[str], poll_type: PollType) -> None:
    """Raise InvalidInput for too few options, and for those that are empty or equal."""
    least = 1 if poll_type in {PollType.STATEMENTS, PollType.SCORE} else 2
    if len(labels) < least or len(set(labels)) < len(labels) or "" in labels:
        raise InvalidInput(_("A poll needs at least two different options."))


def _check_closing_time(poll: Poll, closes_at: datetime) -> None:
    if poll.is_closed(now()):
        raise Refused(_("This poll is closed and cannot be reopened."))
    if closes_at <= max(now(), poll.opens_at) or closes_at == poll.closes_at:
        raise InvalidInput(
            _("The new closing time must be in the future and different from the current one.")
        )


def change_poll(
    changer: Person,
    poll: Poll,
    closes_at: datetime,
    ground: PollChangeReason,
    reason: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Move the closing time of a running poll, with a public reason."""
    with recorded(changer, PollChanged, context) as act:
        require(may_run_poll(changer, act.lock(poll)))
        _check_closing_time(poll, closes_at)
        if not clean(reason):
            raise InvalidInput(_("A change of a running poll needs a reason."))
        change = _move_closing_time(changer, poll, closes_at, ground, clean(reason))
        act.set_text(lambda: change.sealed_text, change)
        act.about(poll, reason=ground)


def _move_closing_time(
    changer: Person, poll: Poll, closes_at: datetime, ground: PollChangeReason, reason: str
) -> PollChange:
    change = PollChange(
        changed_by_id=changer.id,
        ground=ground.value,
        reason=reason,
        previous_closes_at=poll.closes_at,
        new_closes_at=closes_at,
    )
    poll.changes.append(change)
    poll.closes_at = closes_at
    return change


def publish_result(publisher: Person, poll: Poll, *, context: RequestContext = NO_REQUEST) -> None:
    """Publish the result of a closed poll and freeze the number of people entitled to vote."""
    with recorded(publisher, PollPublished, context) as act:
        require(may_run_poll(publisher, act.lock(poll)))
        if not poll.is_closed(now()):
            raise Refused(_("A result can be published only after the poll has closed."))
        if poll.published_at is not None:
            raise Refused(_("This result has already been published."))
        poll.entitled_count = count_entitled(poll)
        poll.published_at = now()
        act.about(poll, turnout=poll.ballot_count)


def state_outcome(
    author: Person, poll: Poll, body: str, *, context: RequestContext = NO_REQUEST
) -> PollOutcome:
    """Publish what was decided after a poll, in addition to earlier statements."""
    with recorded(author, OutcomeStated, context) as act:
        require(may_run_poll(author, act.lock(poll)))
        if not poll.is_closed(now()) or not poll.shows_result(now()):
            raise Refused(_("The outcome can be published once the result is shown."))
        outcome = _new_outcome(author, clean(body))
        poll.outcomes.append(outcome)
        act.set_text(lambda: outcome.body, outcome)
        act.about(poll)
        notify_process(act, poll.process, PollOutcomeNotice(poll=poll.id))
    return outcome


def _new_outcome(author: Person, body: str) -> PollOutcome:
    if not body:
        raise InvalidInput(_("Write a sentence about the outcome of this poll."))
    return PollOutcome(
        body=body,
        body_html=to_html(body),
        renderer=RENDERER,
        salt=new_salt(),
        stated_at=now(),
        stated_by_id=author.id,
    )
