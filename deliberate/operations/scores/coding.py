"""Drawing texts by chance and judging them: codes of reasons, audits of answers."""

import random
import secrets

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Coding, Comment, Person, Process, Response, Sample, SampledItem
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.coding import REASONS, is_readable, may_code_item, may_draw
from deliberate.queries.scores.coding import answer_ids, comment_ids
from deliberate.recording import recorded
from deliberate.vocabulary import Kind, SampleOf

SIZE = 60
"""Somewhat above the 50 that the indicator needs: some texts go before they are read."""
_SEEDS = 2**31


def draw_sample(
    coder: Person, process: Process, of: SampleOf, size: int = SIZE, seed: int | None = None
) -> Sample:
    """Draw residents' comments, or answers, by chance; the seed is kept and logged.

    So nobody can draw again in silence until a sample pleases.
    """
    with recorded(coder, Kind.SAMPLE_DRAWN) as act:
        act.locked(process)
        require(may_draw(coder, process, of))
        found = comment_ids(process.id) if of == SampleOf.REASONS else answer_ids(process.id)
        if not found:
            raise Refused(_("There is nothing to draw from yet."))
        seed = secrets.randbelow(_SEEDS) if seed is None else seed
        sample = Sample(process=process, of=of, seed=seed, population=len(found), drawn_at=now())
        column = "comment_id" if of == SampleOf.REASONS else "response_id"
        for place, number in enumerate(drawn(found, size, seed), start=1):
            sample.items.append(SampledItem(place=place, **{column: number}))
        act.session.add(sample)
        act.session.flush()
        act.about(sample, of=of, size=len(sample.items), seed=seed)
    return sample


def drawn(found: list[int], size: int, seed: int) -> list[int]:
    """So many of the numbers, by chance; the same seed draws the same ones in the same order."""
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    return chance.sample(sorted(found), min(size, len(found)))


def code_comment(coder: Person, item: SampledItem, reason: int) -> None:
    """Say how far a comment gives reasons, 0 to 3; the other coder's code stays hidden."""
    with recorded(coder, Kind.COMMENT_CODED) as act:
        act.locked(item.sample)
        require(may_code_item(coder, item, SampleOf.REASONS))
        require(is_readable(item))
        if reason not in REASONS:
            raise Refused(_("Choose one of the codes."))
        _keep(item, coder, reason)
        act.about(_thing(item), reason=reason)


def audit_answer(coder: Person, item: SampledItem, confirmed: bool) -> None:
    """Say whether the reasons of an official answer hold as it states them."""
    with recorded(coder, Kind.ANSWER_AUDITED) as act:
        act.locked(item.sample)
        require(may_code_item(coder, item, SampleOf.ANSWERS))
        _keep(item, coder, int(confirmed))
        act.about(_thing(item), confirmed=int(confirmed))


def _thing(item: SampledItem) -> Comment | Response:
    thing = item.comment or item.response
    if thing is None:
        raise LookupError(item.id)
    return thing


def _keep(item: SampledItem, coder: Person, value: int) -> None:
    mine = next((one for one in item.codings if one.coder_id == coder.id), None)
    if mine is None:
        mine = Coding(coder_id=coder.id)
        item.codings.append(mine)
    mine.value, mine.coded_at = value, now()
