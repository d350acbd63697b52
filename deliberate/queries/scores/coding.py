"""Samples as coders and readers see them: what is drawn, who coded how much, who agrees."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.citivoice import load_formulas
from deliberate.citivoice.formulas import cross_table, kappa
from deliberate.database import db
from deliberate.models import Comment, Person, Proposal, Response, Sample, SampledItem
from deliberate.vocabulary import AccountClass, ResponseDecision, Role, SampleOf

GRADES = 4


def comment_ids(process_id: int) -> list[int]:
    """Residents' comments of a process whose text stands, as the scores count them."""
    found = (
        select(Comment.id)
        .join(Proposal, Comment.proposal_id == Proposal.id)
        .join(Person, Comment.author_id == Person.id)
        .where(
            Proposal.process_id == process_id,
            Comment.author_role == Role.RESIDENT,
            Person.account_class != AccountClass.SYSTEM,
            Comment.withdrawn_at.is_(None),
            Comment.hidden_at.is_(None),
        )
    )
    return list(db.session.scalars(found))


def answer_ids(process_id: int) -> list[int]:
    """The final answers of a process in force: the last version on each proposal."""
    found = db.session.scalars(
        select(Response)
        .join(Proposal)
        .where(
            Proposal.process_id == process_id,
            Response.decision.not_in([ResponseDecision.NEEDS_STUDY, ResponseDecision.NOT_OURS]),
        )
        .order_by(Response.version)
    )
    return list({one.proposal_id: one.id for one in found}.values())


def samples_of(process_id: int) -> Sequence[Sample]:
    """The samples of a process, the newest first."""
    found = select(Sample).where(Sample.process_id == process_id).order_by(Sample.id.desc())
    return db.session.scalars(found.options(*_coded())).all()


def newest_samples(before: int | None = None, limit: int = 21) -> Sequence[Sample]:
    """Samples for the desk, the newest first, those before a number."""
    found = select(Sample).order_by(Sample.id.desc()).limit(limit)
    if before is not None:
        found = found.where(Sample.id < before)
    return db.session.scalars(found.options(joinedload(Sample.process), *_coded())).all()


def sample_numbered(number: int) -> Sample | None:
    """One sample with its texts and codes."""
    found = select(Sample).where(Sample.id == number)
    return db.session.scalar(found.options(joinedload(Sample.process), *_coded()))


def _coded() -> tuple[Any, ...]:
    items = selectinload(Sample.items)
    return (
        items.selectinload(SampledItem.codings),
        items.joinedload(SampledItem.comment),
        items.joinedload(SampledItem.response),
    )


def is_under_way(process_id: int, of: SampleOf, needed: int) -> bool:
    """Whether a sample of this kind still waits for codes of so many people."""
    return any(
        not is_complete(sample, needed) for sample in samples_of(process_id) if sample.of == of
    )


# --- what is coded -------------------------------------------------------------------------------


def readable(sample: Sample) -> list[SampledItem]:
    """The items whose text still stands: what is gone cannot be coded and is not waited for."""
    return [item for item in sample.items if item.can_be_read]


def coders_of(sample: Sample) -> list[int]:
    """Who codes it, in the order in which they began."""
    codings = (one for item in sample.items for one in item.codings)
    return list(dict.fromkeys(one.coder_id for one in sorted(codings, key=lambda one: one.id)))


def coded_by(sample: Sample, person: Person) -> dict[int, int]:
    """One coder's own codes, by place."""
    return {
        item.place: one.value
        for item in sample.items
        for one in item.codings
        if one.coder_id == person.id
    }


def next_uncoded(sample: Sample, person: Person, after: int = 0) -> int | None:
    """The place of the next text that somebody has not coded, going round once."""
    done = coded_by(sample, person)
    left = [item.place for item in readable(sample) if item.place not in done]
    return next((place for place in left if place > after), next(iter(left), None))


def is_complete(sample: Sample, needed: int) -> bool:
    """Whether so many coders have coded every text that still stands."""
    coders = coders_of(sample)[:needed]
    return len(coders) == needed and all(
        {one.coder_id for one in item.codings} >= set(coders) for item in readable(sample)
    )


def reliability(sample: Sample) -> dict[str, Any]:
    """How far two coders agree: quadratic weighted kappa, n, and whether it is enough."""
    coders = coders_of(sample)[:2]
    codes = [{one.coder_id: one.value for one in item.codings} for item in readable(sample)]
    pairs = [[said[who] for who in coders] for said in codes if len(said) == 2]
    least = load_formulas().indicators["DQ5.1"].extra["kappa"]
    agreed = kappa(cross_table([a for a, _ in pairs], [b for _, b in pairs], GRADES))
    return {
        "kappa": agreed,
        "n": len(pairs),
        "least": least,
        "is_reliable": agreed is not None and agreed >= least,
    }


def confirmed_share(sample: Sample) -> tuple[int, int]:
    """How many answers an audit confirmed, of how many."""
    values = [one.value for item in sample.items for one in item.codings[:1]]
    return sum(values), len(values)
