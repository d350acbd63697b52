"""What a ballot may say: the rules of every question type, asked by form, act and import alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from deliberate.models import Option, Poll
from deliberate.vocabulary import PollType

Choice = Sequence[tuple[int, int]]
"""Pairs of option id and value: a rank from 1, a score from 0 to 5, a view from -1 to 1, else 1."""

HIGHEST_SCORE = 5


@dataclass(frozen=True)
class Fault:
    """Why a choice is no ballot; `option_id` says at which option, None at the whole."""

    reason: Any
    option_id: int | None = None


def fault_in(poll: Poll, choice: Choice) -> Fault | None:
    """The first thing that is wrong with a choice, or None for a ballot that counts."""
    options = {option.id: option for option in poll.shown_options}
    if not choice:
        return Fault(_("Choose an answer first."))
    for place, (option_id, _value) in enumerate(choice):
        if option_id not in options:
            return Fault(_("This option belongs to another poll."))
        if option_id in [earlier for earlier, _ in choice[:place]]:
            return Fault(_("An option can be chosen once."), option_id)
    chosen = [(options[option_id], value) for option_id, value in choice]
    if any(option.is_pass for option, _value in chosen):
        return _fault_in_pass(chosen)
    return _RULES[poll.type](poll, chosen)


Chosen = list[tuple[Option, int]]


def _fault_in_pass(chosen: Chosen) -> Fault | None:
    if len(chosen) == 1 and chosen[0][1] == 1:
        return None
    return Fault(_("“Not sure” stands alone: take it away, or every other answer."))


def _fault_in_marks(chosen: Chosen) -> Fault | None:
    for option, value in chosen:
        if value != 1:
            return Fault(_("An option is chosen or it is not."), option.id)
    return None


def _fault_in_single(_poll: Poll, chosen: Chosen) -> Fault | None:
    if len(chosen) > 1:
        return Fault(_("Choose one answer only."))
    return _fault_in_marks(chosen)


def _fault_in_number(poll: Poll, chosen: Chosen) -> Fault | None:
    most, least = poll.max_choices, poll.min_choices
    if most is not None and len(chosen) > most:
        return Fault(_("You chose %(n)s; at most %(most)s count.", n=len(chosen), most=most))
    if len(chosen) < least:
        return Fault(_("You chose %(n)s; choose at least %(least)s.", n=len(chosen), least=least))
    return None


def _fault_in_multiple(poll: Poll, chosen: Chosen) -> Fault | None:
    return _fault_in_number(poll, chosen) or _fault_in_marks(chosen)


def _fault_in_ranking(_poll: Poll, chosen: Chosen) -> Fault | None:
    taken: set[int] = set()
    for option, rank in chosen:
        if rank < 1 or rank > len(_poll.shown_options):
            return Fault(_("A rank is a number from 1 to the number of options."), option.id)
        if rank in taken:
            return Fault(_("Rank %(n)s is given twice.", n=rank), option.id)
        taken.add(rank)
    missing = min(set(range(1, len(chosen) + 2)) - taken)
    if missing <= len(chosen):
        return Fault(_("Rank %(n)s is missing: rank without gaps.", n=missing))
    return None


def _fault_in_scores(_poll: Poll, chosen: Chosen) -> Fault | None:
    for option, score in chosen:
        if not 0 <= score <= HIGHEST_SCORE:
            return Fault(_("A score is a number from 0 to 5."), option.id)
    return None


def _fault_in_budget(poll: Poll, chosen: Chosen) -> Fault | None:
    spent = sum(option.cost for option, _value in chosen)
    if poll.amount is not None and spent > poll.amount:
        over = spent - poll.amount
        return Fault(_("Your choice costs %(over)s more than there is.", over=_number(over)))
    if poll.amount is not None and spent * 100 < poll.min_share * poll.amount:
        return Fault(_("Spend at least %(share)s %% of the amount.", share=poll.min_share))
    return _fault_in_multiple(poll, chosen)


def _number(value: int) -> Any:
    return f"{value:,}".replace(",", " ")


def _fault_in_views(_poll: Poll, chosen: Chosen) -> Fault | None:
    for option, view in chosen:
        if view not in {-1, 0, 1}:
            return Fault(_("Agree, disagree or pass."), option.id)
    return None


_RULES = {
    PollType.SINGLE: _fault_in_single,
    PollType.MULTIPLE: _fault_in_multiple,
    PollType.RANKED: _fault_in_ranking,
    PollType.SCORE: _fault_in_scores,
    PollType.BUDGET: _fault_in_budget,
    PollType.STATEMENTS: _fault_in_views,
}
