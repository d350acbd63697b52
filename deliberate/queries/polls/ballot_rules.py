"""The rules that a ballot must meet, by type of poll; used by forms, operations and imports."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from deliberate.models import Option, Poll
from deliberate.money import money
from deliberate.vocabulary import PollType

Choice = Sequence[tuple[int, int]]
"""Pairs of option id and value: a rank from 1, a score from 0 to 5, a view from -1 to 1, otherwise
1.
"""

HIGHEST_SCORE = 5


@dataclass(frozen=True)
class BallotError:
    """The reason why a choice is not a valid ballot, at one option or the question (None)."""

    reason: str | LazyString
    option_id: int | None = None


def find_ballot_error(poll: Poll, choice: Choice) -> BallotError | None:
    """Return the first error of a choice, or None for a valid ballot."""
    options = {option.id: option for option in poll.shown_options}
    if not choice:
        return BallotError(_("Choose an answer first."))
    if error := _check_options(options, choice):
        return error
    chosen = [(options[option_id], value) for option_id, value in choice]
    if any(option.is_pass for option, _value in chosen):
        return _check_pass(chosen)
    return _CHECKS[poll.type](poll, chosen)


def _check_options(options: Container[int], choice: Choice) -> BallotError | None:
    """Return the error of an option that is none of the poll's, or is chosen twice."""
    chosen: set[int] = set()
    for option_id, _value in choice:
        if option_id not in options:
            return BallotError(_("This option belongs to another poll."))
        if option_id in chosen:
            return BallotError(_("An option can be chosen once."), option_id)
        chosen.add(option_id)
    return None


Chosen = list[tuple[Option, int]]


def _check_pass(chosen: Chosen) -> BallotError | None:
    if len(chosen) == 1 and chosen[0][1] == 1:
        return None
    return BallotError(_("“Not sure” cannot be combined with other answers."))


def _check_marks(chosen: Chosen) -> BallotError | None:
    for option, value in chosen:
        if value != 1:
            return BallotError(_("An option can only be selected or not selected."), option.id)
    return None


def _check_single(_poll: Poll, chosen: Chosen) -> BallotError | None:
    if len(chosen) > 1:
        return BallotError(_("Choose one answer only."))
    return _check_marks(chosen)


def _check_choice_count(poll: Poll, chosen: Chosen) -> BallotError | None:
    most, least, count = poll.max_choices, poll.min_choices, len(chosen)
    if most is not None and count > most:
        return BallotError(_("You chose %(n)s; at most %(most)s count.", n=count, most=most))
    if count < least:
        return BallotError(_("You chose %(n)s; choose at least %(least)s.", n=count, least=least))
    return None


def _check_multiple(poll: Poll, chosen: Chosen) -> BallotError | None:
    return _check_choice_count(poll, chosen) or _check_marks(chosen)


def _check_ranking(poll: Poll, chosen: Chosen) -> BallotError | None:
    ranks: set[int] = set()
    for option, rank in chosen:
        if rank < 1 or rank > len(poll.shown_options):
            return BallotError(_("A rank is a number from 1 to the number of options."), option.id)
        if rank in ranks:
            return BallotError(_("Rank %(n)s is given twice.", n=rank), option.id)
        ranks.add(rank)
    missing = min(set(range(1, len(chosen) + 2)) - ranks)
    if missing <= len(chosen):
        return BallotError(_("Rank %(n)s is missing: rank without gaps.", n=missing))
    return None


def _check_scores(_poll: Poll, chosen: Chosen) -> BallotError | None:
    for option, score in chosen:
        if not 0 <= score <= HIGHEST_SCORE:
            return BallotError(_("A score is a number from 0 to 5."), option.id)
    return None


def _check_budget(poll: Poll, chosen: Chosen) -> BallotError | None:
    spent = sum(option.cost for option, _value in chosen)
    if poll.amount is not None and spent > poll.amount:
        return BallotError(
            _(
                "Your choice costs %(spent)s: %(over)s more than the %(amount)s available.",
                spent=money(spent, poll.process),
                over=money(spent - poll.amount, poll.process),
                amount=money(poll.amount, poll.process),
            )
        )
    if poll.amount is not None and spent * 100 < poll.min_share * poll.amount:
        return BallotError(_("Spend at least %(share)s %% of the amount.", share=poll.min_share))
    return _check_multiple(poll, chosen)


def _check_views(_poll: Poll, chosen: Chosen) -> BallotError | None:
    for option, view in chosen:
        if view not in {-1, 0, 1}:
            return BallotError(_("Agree, disagree or pass."), option.id)
    return None


_CHECKS = {
    PollType.SINGLE: _check_single,
    PollType.MULTIPLE: _check_multiple,
    PollType.RANKED: _check_ranking,
    PollType.SCORE: _check_scores,
    PollType.BUDGET: _check_budget,
    PollType.STATEMENTS: _check_views,
}
