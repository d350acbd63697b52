"""Samples for coders and readers: drawable items, progress of coders and their agreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from deliberate.citivoice import load_formulas
from deliberate.citivoice.framework.catalogue import load_code_books
from deliberate.database import db
from deliberate.models import (
    Comment,
    MachineCoding,
    Person,
    Proposal,
    Response,
    Sample,
    SampledItem,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.vocabulary import AccountClass, ResponseDecision, Role, SampleKind


def count_codes(book: SampleKind | str) -> int:
    """Return how many codes a code book has; they begin with 0."""
    return len(load_code_books()[book]["codes"])


def codable_comment_ids(process_id: int) -> list[int]:
    """Return the ids of residents' visible comments of a process, as the scores count them."""
    query = (
        select(Comment.id)
        .join(Proposal, Comment.proposal_id == Proposal.id)
        .join(Person, Comment.author_id == Person.id)
        .where(
            Proposal.process_id == process_id,
            Comment.author_role == Role.RESIDENT,
            Person.account_class != AccountClass.SYSTEM,
            Comment.visible_to(ANYONE),
        )
    )
    return list(db.session.scalars(query))


def auditable_response_ids(process_id: int) -> list[int]:
    """Return the ids of the final responses in force: the last version on each proposal."""
    responses = db.session.scalars(
        select(Response)
        .join(Proposal)
        .where(
            Proposal.process_id == process_id,
            Response.decision.not_in([ResponseDecision.NEEDS_STUDY, ResponseDecision.NOT_OURS]),
        )
        .order_by(Response.version)
    )
    return list({response.proposal_id: response.id for response in responses}.values())


def samples_of_process(process_id: int) -> Sequence[Sample]:
    """Return the samples of a process, newest first."""
    query = select(Sample).where(Sample.process_id == process_id).order_by(Sample.id.desc())
    return db.session.scalars(query.options(*_load_options())).all()


def newest_samples(before: int | None = None, limit: int = 21) -> Sequence[Sample]:
    """Return samples, newest first, optionally only those with an id below `before`."""
    query = select(Sample).order_by(Sample.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Sample.id < before)
    return db.session.scalars(query.options(joinedload(Sample.process), *_load_options())).all()


def get_sample(sample_id: int) -> Sample | None:
    """Return a sample with its texts and codes, or None."""
    query = select(Sample).where(Sample.id == sample_id)
    return db.session.scalar(query.options(joinedload(Sample.process), *_load_options()))


def _load_options() -> tuple[ExecutableOption, ...]:
    items = selectinload(Sample.items)
    return (
        items.selectinload(SampledItem.codings),
        items.joinedload(SampledItem.comment),
        items.joinedload(SampledItem.response),
    )


def has_incomplete_sample(process_id: int, kind: SampleKind, coders_needed: int) -> bool:
    """Return whether a sample of this kind still waits for the codes of `coders_needed` people."""
    return any(
        not is_complete(sample, coders_needed)
        for sample in samples_of_process(process_id)
        if sample.kind == kind
    )


def readable_items(sample: Sample) -> list[SampledItem]:
    """Return the items with a visible text. Others cannot be coded and are not waited for."""
    return [item for item in sample.items if item.has_visible_text]


def coder_ids(sample: Sample) -> list[int]:
    """Return the ids of the coders of a sample in the order in which they began."""
    codings = (coding for item in sample.items for coding in item.codings)
    ordered = sorted(codings, key=lambda coding: coding.id)
    return list(dict.fromkeys(coding.coder_id for coding in ordered))


def codes_by_position(sample: Sample, person: Person) -> dict[int, int]:
    """Return the codes that a person gave in a sample, by position."""
    return {
        item.position: coding.value
        for item in sample.items
        for coding in item.codings
        if coding.coder_id == person.id
    }


def next_uncoded_position(sample: Sample, person: Person, after: int = 0) -> int | None:
    """Return the position of the next text a person has not coded, starting again at the end."""
    coded = codes_by_position(sample, person)
    uncoded = [item.position for item in readable_items(sample) if item.position not in coded]
    return next((position for position in uncoded if position > after), next(iter(uncoded), None))


def is_complete(sample: Sample, coders_needed: int) -> bool:
    """Return whether `coders_needed` coders have coded every visible text."""
    coders = coder_ids(sample)[:coders_needed]
    return len(coders) == coders_needed and all(
        {coding.coder_id for coding in item.codings} >= set(coders)
        for item in readable_items(sample)
    )


@dataclass(frozen=True)
class Reliability:
    """Quadratic weighted kappa of two coders over `n` texts, and the kappa that is needed."""

    kappa: float | None
    n: int
    threshold: float

    @property
    def is_reliable(self) -> bool:
        """Return whether the coders agree enough for the scores to use their codes."""
        return self.kappa is not None and self.kappa >= self.threshold


def sample_reliability(sample: Sample) -> Reliability:
    """Return how far the first two coders of a sample agree."""
    coders = coder_ids(sample)[:2]
    codes = [codes_of_coder(sample, coder) for coder in coders]
    return _agreement(sample, *codes) if len(codes) == 2 else _agreement(sample, {}, {})


def codes_of_coder(sample: Sample, coder_id: int) -> dict[int, int]:
    """Return the codes of a coder by position, of the texts that can be read."""
    return {
        item.position: coding.value
        for item in readable_items(sample)
        for coding in item.codings
        if coding.coder_id == coder_id
    }


def _agreement(sample: Sample, first: Mapping[int, int], second: Mapping[int, int]) -> Reliability:
    from deliberate.citivoice.indicators.formulas import cross_table, kappa

    both = sorted(first.keys() & second.keys())
    table = cross_table(
        [first[position] for position in both],
        [second[position] for position in both],
        count_codes(sample.kind),
    )
    threshold = load_formulas().indicators["DQ5.1"].extra["kappa"]
    return Reliability(kappa(table), len(both), threshold)


def machine_codings(sample: Sample) -> Sequence[MachineCoding]:
    """Return the codes of machines for a sample, the first brought in first."""
    query = select(MachineCoding).where(MachineCoding.sample_id == sample.id)
    return db.session.scalars(query.order_by(MachineCoding.id)).all()


@dataclass(frozen=True)
class MachineAgreement:
    """How far a machine agrees with each of the two people."""

    name: str
    with_people: Sequence[Reliability]

    @property
    def is_reliable(self) -> bool:
        """Return whether it agrees enough with both of them."""
        return all(agreement.is_reliable for agreement in self.with_people)


def machine_agreements(sample: Sample) -> list[MachineAgreement]:
    """Return for each machine how far it agrees with the first two coders of a sample."""
    people = [codes_of_coder(sample, coder) for coder in coder_ids(sample)[:2]]
    return [
        MachineAgreement(
            row.name, [_agreement(sample, codes, machine_codes(row)) for codes in people]
        )
        for row in machine_codings(sample)
    ]


def machine_codes(row: MachineCoding) -> dict[int, int]:
    """Return the codes of a machine by position."""
    return {int(position): code for position, code in row.codes.items()}


def code_shares(sample: Sample) -> list[float]:
    """Return the share of each code among those that the first two coders gave."""
    coders = coder_ids(sample)[:2]
    values = [code for coder in coders for code in codes_of_coder(sample, coder).values()]
    codes = range(count_codes(sample.kind))
    return [values.count(code) / len(values) if values else 0.0 for code in codes]


def count_confirmed(sample: Sample) -> tuple[int, int]:
    """Return how many responses of a sample an audit confirmed, and how many were audited."""
    values = [coding.value for item in sample.items for coding in item.codings[:1]]
    return sum(values), len(values)


@dataclass(frozen=True)
class CodedFigure:
    """What two people found with a code book: shares of the codes, agreement, and machines."""

    sample: Sample
    agreement: Reliability
    shares: Sequence[float]
    """Empty where the two agree too little: then nothing is shown but the agreement."""
    machines: Sequence[MachineAgreement]
    """Those that agree with both people enough; of others nothing is shown."""


def coded_figures(process_id: int, coders_needed: int = 2) -> list[CodedFigure]:
    """Return the newest complete sample of each code book of a process, in their order."""
    newest: dict[str, Sample] = {}
    for sample in samples_of_process(process_id):
        if sample.kind != SampleKind.ANSWERS and is_complete(sample, coders_needed):
            newest.setdefault(sample.kind, sample)
    return [_coded_figure(newest[kind]) for kind in SampleKind if kind in newest]


def _coded_figure(sample: Sample) -> CodedFigure:
    agreement = sample_reliability(sample)
    return CodedFigure(
        sample,
        agreement,
        code_shares(sample) if agreement.is_reliable else (),
        [machine for machine in machine_agreements(sample) if machine.is_reliable],
    )
