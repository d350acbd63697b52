"""Measurements of the effect of notices: who came back, and what the weekly mail adds to that.

Coming back is an act on the page, in the log, within seven days. People who are notified are the
more active ones, so the shares by kind are no effects; the weeks that are left out by chance are.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Delivery, DigestTrial, Interaction, Notice, NoticeEffects, PersonKey
from deliberate.vocabulary import Origin
from deliberate.vocabulary.notices import NOTICE_TYPES, Channel

RETURN = timedelta(days=7)
PERIOD = timedelta(days=180)
"""Notices of this long ago and since are counted, but for those of the last seven days."""
MIN_GROUP = 50
"""People in each group of a published estimate."""
PEOPLE_STEP, SHARE_STEP = 10, 5
"""Steps of published numbers of people, and of shares in per cent."""
PAGE_SIZE = 500
Z_95 = 1.959964


@dataclass(frozen=True)
class KindEffect:
    """How many people came back after their first notice of a kind, too coarse to single one out.

    Figures of two nights could be subtracted: `people` is rounded down to tens, `share` to 5 per
    cent. It is None where too few came back or did not.
    """

    kind: str
    people: int
    share: int | None


@dataclass(frozen=True)
class DigestEffect:
    """The difference that a weekly mail makes to the share who came back, with its interval.

    `people` had the mail of a week, `held_out` a week without it; many had both, at other times.
    Everything is None where a group, or those in it who came back or did not, are too few.
    """

    people: int | None = None
    held_out: int | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Effects:
    """The figures as they are shown."""

    computed_at: datetime
    kinds: Sequence[KindEffect]
    digest: DigestEffect


def newest_effects() -> Effects | None:
    """Return the figures that were computed last, those by kind in the order of their size."""
    row = db.session.scalar(select(NoticeEffects).order_by(NoticeEffects.id.desc()).limit(1))
    if row is None:
        return None
    kinds = [KindEffect(**kind) for kind in row.figures["kinds"] if kind["kind"] in NOTICE_TYPES]
    return Effects(row.computed_at, kinds, DigestEffect(**row.figures["digest"]))


def measure_effects(min_cell: int) -> dict[str, Any]:
    """Return the figures to store; nothing in them is about fewer than `min_cell` people."""
    return {
        "kinds": [asdict(effect) for effect in measure_kinds(min_cell)],
        "digest": asdict(measure_digest(min_cell)),
    }


def measure_kinds(min_cell: int) -> list[KindEffect]:
    """Return how many came back after a notice was sent to them, by kind, most people first."""
    effects = [
        _kind_effect(kind, people, returned, min_cell)
        for kind, (people, returned) in count_returns().items()
        if people >= max(min_cell, PEOPLE_STEP)
    ]
    return sorted(effects, key=lambda effect: (-effect.people, effect.kind))


def count_returns() -> dict[str, tuple[int, int]]:
    """Return exact counts of people notified and of those who came back, by kind.

    A person counts once for a kind, with the first notice of the period. Messages that are only in
    the account are not counted: their readers are back already.
    """
    people, returned = defaultdict[str, int](int), defaultdict[str, int](int)
    for firsts in _first_notices():
        acts = _acts_of({person_id for person_id, _kind, _at in firsts})
        for person_id, kind, at in firsts:
            if person_id in acts:
                people[kind] += 1
                returned[kind] += has_returned(acts[person_id], at)
    return {kind: (people[kind], returned[kind]) for kind in people}


def _kind_effect(kind: str, people: int, returned: int, min_cell: int) -> KindEffect:
    """Return a figure without its share where it would name few people: those back, or the rest."""
    is_shown = min(returned, people - returned) >= min_cell
    share = round(100 * returned / people / SHARE_STEP) * SHARE_STEP
    return KindEffect(kind, _rounded_down(people), share if is_shown else None)


def _rounded_down(people: int) -> int:
    return people // PEOPLE_STEP * PEOPLE_STEP


def _first_notices() -> Iterator[Sequence[tuple[int, str, datetime]]]:
    """Yield pages of (person, kind, moment) of first notices, whole people in each page."""
    until, last_id = now() - RETURN, 0
    while True:
        of_page = (
            select(PersonKey.person_id)
            .where(PersonKey.person_id > last_id)
            .order_by(PersonKey.person_id)
            .limit(PAGE_SIZE)
        )
        person_ids = db.session.scalars(of_page).all()
        if not person_ids:
            return
        last_id = person_ids[-1]
        rows = db.session.execute(
            select(Delivery.person_id, Notice.kind, func.min(Delivery.sent_at))
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(
                Delivery.person_id.in_(person_ids),
                Delivery.channel.in_((Channel.MAIL, Channel.PHONE, Channel.PUSH)),
                Delivery.error == "",
                Delivery.sent_at > until - PERIOD,
                Delivery.sent_at <= until,
            )
            .group_by(Delivery.person_id, Notice.kind)
        )
        yield [(person_id, kind, at) for person_id, kind, at in rows if at is not None]


def _acts_of(person_ids: Iterable[int]) -> dict[int, list[datetime]]:
    """Return the moments of what people did on the page, by person; erased people are left out."""
    keys = select(PersonKey.person_id, PersonKey.actor_id)
    rows = db.session.execute(keys.where(PersonKey.person_id.in_(list(person_ids))))
    people = {actor_id: person_id for person_id, actor_id in rows}
    acts: dict[int, list[datetime]] = {person_id: [] for person_id in people.values()}
    for actor_id, at in db.session.execute(
        select(Interaction.actor_id, Interaction.occurred_at).where(
            Interaction.actor_id.in_(list(people)),
            Interaction.origin == Origin.WEB,
            Interaction.cause.is_(None),
            Interaction.occurred_at > now() - RETURN - PERIOD,
        )
    ):
        if actor_id is not None:
            acts[people[actor_id]].append(at)
    return acts


def has_returned(acts: Iterable[datetime], at: datetime) -> bool:
    """Return whether one of some moments is within seven days after another."""
    return any(at < act <= at + RETURN for act in acts)


def measure_digest(min_cell: int) -> DigestEffect:
    """Return what the weekly mail adds to the share who came back, from the weeks left out.

    Groups are rounded down to tens, the difference and its interval to whole points.
    """
    weeks: dict[int, list[tuple[bool, datetime]]] = defaultdict(list)
    until = now() - RETURN
    for person_id, is_held_out, at in db.session.execute(
        select(DigestTrial.person_id, DigestTrial.is_held_out, DigestTrial.assigned_at).where(
            DigestTrial.assigned_at > until - PERIOD, DigestTrial.assigned_at <= until
        )
    ):
        weeks[person_id].append((is_held_out, at))
    people: list[tuple[list[bool], list[bool]]] = []
    person_ids = sorted(weeks)
    for start in range(0, len(person_ids), PAGE_SIZE):
        acts = _acts_of(person_ids[start : start + PAGE_SIZE])
        people += [_outcomes(weeks[person_id], acts[person_id]) for person_id in acts]
    return _rounded(estimate_difference(people, min_cell))


def _rounded(effect: DigestEffect) -> DigestEffect:
    """Return an estimate in whole points, its interval rounded outwards."""
    people, held_out, difference = effect.people, effect.held_out, effect.difference
    if people is None or held_out is None or difference is None:
        return effect
    low, high = effect.low or 0.0, effect.high or 0.0
    return DigestEffect(
        _rounded_down(people),
        _rounded_down(held_out),
        round(difference, 2),
        math.floor(low * 100) / 100,
        math.ceil(high * 100) / 100,
    )


def _outcomes(
    weeks: Iterable[tuple[bool, datetime]], acts: Sequence[datetime]
) -> tuple[list[bool], list[bool]]:
    """Return whether a person came back in each week with the mail, and in each one without."""
    outcomes: tuple[list[bool], list[bool]] = ([], [])
    for is_held_out, at in weeks:
        outcomes[is_held_out].append(has_returned(acts, at))
    return outcomes


def estimate_difference(
    people: Sequence[tuple[list[bool], list[bool]]], min_cell: int
) -> DigestEffect:
    """Return the difference between weeks with and without the mail, with its 95 % interval.

    Chance decides week by week, so the shares of weeks are compared.
    """
    groups = [[weeks[group] for weeks in people] for group in (0, 1)]
    if not all(_is_large(group, min_cell) for group in groups):
        return DigestEffect()
    totals = [sum(map(len, group)) for group in groups]
    shares = [sum(map(sum, group)) / total for group, total in zip(groups, totals, strict=True)]
    variance = _variance(people, shares, totals)
    if math.isclose(variance, 0, abs_tol=1e-12):
        return DigestEffect()  # everybody did the same: there is nothing to estimate chance from
    difference, margin = shares[0] - shares[1], Z_95 * math.sqrt(variance)
    with_mail, held_out_people = (sum(map(bool, group)) for group in groups)
    low, high = difference - margin, difference + margin
    return DigestEffect(with_mail, held_out_people, difference, low, high)


def _variance(
    people: Sequence[tuple[list[bool], list[bool]]],
    shares: Sequence[float],
    totals: Sequence[int],
) -> float:
    """Return the variance of the difference between the shares of two groups of weeks.

    A person's weeks resemble one another, so it is that of a ratio over people (linearised, as for
    clusters).
    """
    residuals = [
        (sum(mailed) - shares[0] * len(mailed)) / totals[0]
        - (sum(held_out) - shares[1] * len(held_out)) / totals[1]
        for mailed, held_out in people
    ]
    return sum(value**2 for value in residuals) * len(people) / (len(people) - 1)


def _is_large(group: Sequence[list[bool]], min_cell: int) -> bool:
    """Return whether a group has enough people, of whom enough came back in a week and did not."""
    people = sum(map(bool, group))
    back, away = sum(True in weeks for weeks in group), sum(False in weeks for weeks in group)
    return people >= max(MIN_GROUP, min_cell) and min(back, away) >= min_cell
