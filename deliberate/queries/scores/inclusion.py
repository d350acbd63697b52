"""Who takes part compared with the population: declared groups, their counts, who is missing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, func, select

from deliberate.citivoice.indicators.formulas import wilson
from deliberate.clock import now
from deliberate.database import canonical_json, db
from deliberate.models import (
    GroupCount,
    GroupDeclaration,
    GroupRound,
    Interaction,
    Person,
    PersonKey,
    PopulationBand,
    Process,
)
from deliberate.queries.polls.electorate import min_group_size
from deliberate.queries.scores.small_groups import suppress_small_cells
from deliberate.vocabulary import AccountClass, PopulationField, Role
from deliberate.vocabulary.events.polls import BallotCast
from deliberate.vocabulary.events.proposals import ProposalSubmitted, SupportGiven
from deliberate.vocabulary.events.scores import GroupDeclared, GroupRetracted
from deliberate.vocabulary.events.threads import CommentPosted

LEAST_PEOPLE = 10
"""Smallest number of people of a group that is shown, whatever the setting."""
LEAST_CHANGES = 5
"""People whose declarations changed before a count is due within its week."""
WEEK = timedelta(days=7)
MAX_MISSING = 3
TAKING_PART = (ProposalSubmitted.KIND, CommentPosted.KIND, SupportGiven.KIND, BallotCast.KIND)
CHANGES = (GroupDeclared.KIND, GroupRetracted.KIND)
GroupCounts = dict[tuple[PopulationField, str], int]
"""People by field and band."""


@dataclass(frozen=True)
class ComparedBand:
    """A band, or several small ones together, among the population and those who take part."""

    names: Sequence[str]
    population: float
    people: int | None
    """None where the number is too small to be shown."""
    share: float | None

    @property
    def is_missing(self) -> bool:
        """Return whether it is rarer here than chance from the population explains."""
        if self.people is None or not self.share:
            return False
        return wilson(self.people, round(self.people / self.share))[1] < self.population


@dataclass(frozen=True)
class ComparedField:
    """The bands of a field, with the number of people who took part and declared one."""

    field: PopulationField
    people: int | None
    bands: Sequence[ComparedBand]
    together: ComparedBand | None
    """The bands that are not shown singly, as one."""
    sources: Sequence[tuple[str, int]]


def list_population(process_id: int) -> Sequence[PopulationBand]:
    """Return the bands of the population of a process, in the order of the table."""
    bands = select(PopulationBand).where(PopulationBand.process_id == process_id)
    return db.session.scalars(bands.order_by(PopulationBand.id)).all()


def bands_by_field(bands: Sequence[PopulationBand]) -> dict[PopulationField, list[PopulationBand]]:
    """Return the bands of each field."""
    fields: dict[PopulationField, list[PopulationBand]] = defaultdict(list)
    for band in bands:
        fields[PopulationField(band.field)].append(band)
    return dict(fields)


def population_hash(bands: Sequence[PopulationBand]) -> str:
    """Return the SHA-256 of the table as canonical JSON, which the log has."""
    return sha256(canonical_json([band.as_row() for band in bands]).encode()).hexdigest()


def population_shares(process_id: int) -> dict[str, dict[str, float]]:
    """Return the shares of the population by field and band, as scores read them."""
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for band in list_population(process_id):
        shares[str(band.field)][band.band] = band.share
    return dict(shares)


def own_declarations(person: Person, process: Process) -> dict[str, str]:
    """Return the bands that a person declared for a process, by field."""
    own = select(GroupDeclaration.field, GroupDeclaration.band).where(
        GroupDeclaration.process_id == process.id, GroupDeclaration.person_id == person.id
    )
    return {str(name): band for name, band in db.session.execute(own)}


def get_declaration(
    person: Person, process: Process, field: PopulationField
) -> GroupDeclaration | None:
    """Return what a person declared of a field."""
    return db.session.scalar(
        select(GroupDeclaration).where(
            GroupDeclaration.process_id == process.id,
            GroupDeclaration.person_id == person.id,
            GroupDeclaration.field == field,
        )
    )


def get_last_round(process_id: int) -> GroupRound | None:
    """Return the last count of declared groups in a process."""
    return db.session.get(GroupRound, process_id)


def count_groups(process_id: int) -> GroupCounts:
    """Return the people who took part and declared a band of the present table, by band."""
    counts = (
        select(GroupDeclaration.field, GroupDeclaration.band, func.count())
        .join(
            PopulationBand,
            (PopulationBand.process_id == GroupDeclaration.process_id)
            & (PopulationBand.field == GroupDeclaration.field)
            & (PopulationBand.band == GroupDeclaration.band),
        )
        .where(*_is_counted(process_id))
        .group_by(GroupDeclaration.field, GroupDeclaration.band)
    )
    rows = db.session.execute(counts)
    return {(PopulationField(name), band): people for name, band, people in rows}


def count_declared_people(process_id: int) -> int:
    """Return the people who took part in a process and declared any group."""
    people = select(func.count(GroupDeclaration.person_id.distinct()))
    return db.session.scalar(people.where(*_is_counted(process_id))) or 0


def _is_counted(process_id: int) -> tuple[ColumnElement[bool], ...]:
    counted = select(Person.id).where(Person.account_class == AccountClass.PERSON)
    return (
        GroupDeclaration.process_id == process_id,
        GroupDeclaration.person_id.in_(counted),
        GroupDeclaration.person_id.in_(_people_taking_part(process_id)),
    )


def _people_taking_part(process_id: int) -> Select[int]:
    return (
        select(PersonKey.person_id)
        .join(Interaction, Interaction.actor_id == PersonKey.actor_id)
        .where(
            Interaction.process_id == process_id,
            Interaction.kind.in_(TAKING_PART),
            Interaction.actor_role == Role.RESIDENT,
        )
    )


def processes_due_for_count() -> list[int]:
    """Return the processes whose declared groups are due to be counted.

    That is once five people changed theirs, else after a week with any difference: what a single
    person declared cannot be read from two counts of following days.
    """
    processes = db.session.scalars(select(PopulationBand.process_id).distinct())
    return [process_id for process_id in sorted(processes) if _is_due(process_id)]


def _is_due(process_id: int) -> bool:
    last = get_last_round(process_id)
    people, first = _changes_since(process_id, last.counted_at if last else None)
    if people >= LEAST_CHANGES:
        return True
    begun = last.counted_at if last else first
    return begun is not None and begun <= now() - WEEK and _differs(process_id)


def _changes_since(process_id: int, moment: datetime | None) -> tuple[int, datetime | None]:
    """Return how many people changed a declaration since, and when the first did."""
    changes = select(
        func.count(Interaction.actor_id.distinct()), func.min(Interaction.occurred_at)
    ).where(Interaction.process_id == process_id, Interaction.kind.in_(CHANGES))
    if moment is not None:
        changes = changes.where(Interaction.occurred_at > moment)
    people, first = db.session.execute(changes).one()
    return people, first


def _differs(process_id: int) -> bool:
    return count_groups(process_id) != _stored_counts(process_id)


def _stored_counts(process_id: int) -> GroupCounts:
    stored = select(GroupCount.field, GroupCount.band, GroupCount.people)
    rows = db.session.execute(stored.where(GroupCount.process_id == process_id))
    return {(PopulationField(name), band): people for name, band, people in rows}


def compare_with_population(process_id: int) -> list[ComparedField]:
    """Return each field of the population beside the last count, without small groups."""
    counts = _stored_counts(process_id)
    fields = bands_by_field(list_population(process_id))
    return [_compare_field(name, bands, counts) for name, bands in fields.items()]


def _compare_field(
    name: PopulationField, bands: Sequence[PopulationBand], counts: GroupCounts
) -> ComparedField:
    people = [counts.get((name, band.band), 0) for band in bands]
    least, total = max(min_group_size(), LEAST_PEOPLE), sum(people)
    shown = suppress_small_cells(people, least) if total >= least else [False] * len(bands)
    rows = [
        _compared([band], count if is_shown else None, total)
        for band, count, is_shown in zip(bands, people, shown, strict=True)
    ]
    small = [band for band, is_shown in zip(bands, shown, strict=True) if not is_shown]
    hidden = sum(count for count, is_shown in zip(people, shown, strict=True) if not is_shown)
    is_rest_shown = bool(small) and len(small) < len(bands) and hidden >= least
    return ComparedField(
        name,
        total if total >= least else None,
        rows,
        _compared(small, hidden, total) if is_rest_shown else None,
        sorted({(band.source, band.year) for band in bands}),
    )


def _compared(bands: Sequence[PopulationBand], people: int | None, total: int) -> ComparedBand:
    population = sum(band.share for band in bands)
    share = None if people is None or not total else people / total
    return ComparedBand([band.name for band in bands], population, people, share)


def missing_groups(fields: Sequence[ComparedField]) -> list[tuple[PopulationField, ComparedBand]]:
    """Return the groups that are rarer here than in the population, the rarest first.

    Small groups are named only together with others, so that none is shown as being small.
    """
    rows = [
        (field.field, band)
        for field in fields
        for band in (*field.bands, field.together)
        if band is not None and band.is_missing
    ]
    return sorted(rows, key=lambda row: (row[1].share or 0) - row[1].population)[:MAX_MISSING]
