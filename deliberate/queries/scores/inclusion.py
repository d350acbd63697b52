"""Who takes part compared with the population: declared groups, their counts, who is missing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, func, select

from deliberate.citivoice.inputs.process import MERGED_BAND
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
from deliberate.models.log.detached import log_path, read_detached
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
"""Counted people whose declarations differ before a count is due."""
MAX_MISSING = 3
TAKING_PART = (ProposalSubmitted.KIND, CommentPosted.KIND, SupportGiven.KIND, BallotCast.KIND)
CHANGES = (GroupDeclared.KIND, GroupRetracted.KIND)
GroupCounts = dict[tuple[PopulationField, str], int]
"""People by field and band."""
GroupAct = tuple[bool, datetime]
"""Whether a field was declared, else retracted, and when."""


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
        from deliberate.citivoice.indicators.formulas import wilson

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
    actors = select(Interaction.actor_id).where(*_takes_part(process_id))
    detached = {act.actor_id for act in _detached_acts(process_id)}
    return select(PersonKey.person_id).where(
        PersonKey.actor_id.in_(actors) | PersonKey.actor_id.in_(detached)
    )


def _detached_acts(process_id: int) -> list[Interaction]:
    """Return the acts of taking part whose rows left the table with their month."""
    residents = "process_id = $process AND actor_role = $role"
    values = {"process": process_id, "role": Role.RESIDENT.value}
    acts = read_detached(db.session(), log_path(), residents, values)
    return [act for act in acts if act.kind in TAKING_PART]


def _takes_part(process_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Interaction.process_id == process_id,
        Interaction.kind.in_(TAKING_PART),
        Interaction.actor_role == Role.RESIDENT,
    )


def countable_groups(process_id: int) -> GroupCounts:
    """Return the people by band as a count writes them: no small group, nor what reveals one.

    Small bands of a field are one band together. A field of fewer people in all is left out.
    """
    counts, shown = count_groups(process_id), GroupCounts()
    for name, bands in bands_by_field(list_population(process_id)).items():
        shown |= _merge_small(name, [(row.band, counts.get((name, row.band), 0)) for row in bands])
    return shown


def _merge_small(name: PopulationField, bands: Sequence[tuple[str, int]]) -> GroupCounts:
    people = [number for _band, number in bands]
    least = max(min_group_size(), LEAST_PEOPLE)
    if sum(people) < least:
        return {}
    merged: GroupCounts = defaultdict(int)
    for (band, number), is_shown in zip(bands, suppress_small_cells(people, least), strict=True):
        merged[name, band if is_shown else MERGED_BAND] += number
    return dict(merged)


def processes_due_for_count() -> list[int]:
    """Return the processes whose declared groups are due to be counted.

    That is once the declarations of five counted people differ from the last count, and never
    sooner: a count after a week with one change would tell what that one person declared.
    """
    processes = db.session.scalars(select(PopulationBand.process_id).distinct())
    return [
        process_id
        for process_id in sorted(processes)
        if count_differing_people(process_id) >= LEAST_CHANGES
    ]


def count_differing_people(process_id: int) -> int:
    """Return the counted people whose declarations certainly differ from the last count.

    The log has no bands: of one declaration in place of another, a change is certain; after
    several acts in the same field the first answer may be back. Such people do not count here.
    """
    last = get_last_round(process_id)
    began = _first_acts(process_id)
    acts = _group_acts(process_id)
    people = {
        actor
        for (actor, _field), own in acts.items()
        if actor in began and _differs(own, began[actor], last.counted_at if last else None)
    }
    return len(people)


def _first_acts(process_id: int) -> dict[str, datetime]:
    """Return when each person that can be counted first took part, by actor."""
    first = (
        select(Interaction.actor_id, func.min(Interaction.occurred_at))
        .join(PersonKey, PersonKey.actor_id == Interaction.actor_id)
        .join(Person, Person.id == PersonKey.person_id)
        .where(*_takes_part(process_id), Person.account_class == AccountClass.PERSON)
        .group_by(Interaction.actor_id)
    )
    began = {actor: moment for actor, moment in db.session.execute(first) if actor is not None}
    counted = select(PersonKey.actor_id).join(Person, Person.id == PersonKey.person_id)
    people = counted.where(Person.account_class == AccountClass.PERSON)
    detached = [act for act in _detached_acts(process_id) if act.actor_id]
    known = set(db.session.scalars(people)) if detached else set()
    for act in detached:
        if act.actor_id in known:
            began[act.actor_id] = min(began.get(act.actor_id, act.occurred_at), act.occurred_at)
    return began


def _group_acts(process_id: int) -> dict[tuple[str, str], list[GroupAct]]:
    """Return whether each act declared or retracted, with its time, by actor and field."""
    rows = (
        select(Interaction.actor_id, Interaction.details, Interaction.kind, Interaction.occurred_at)
        .where(Interaction.process_id == process_id, Interaction.kind.in_(CHANGES))
        .order_by(Interaction.id)
    )
    acts: dict[tuple[str, str], list[GroupAct]] = defaultdict(list)
    for actor, details, kind, moment in db.session.execute(rows):
        if actor is not None:
            acts[actor, details["field"]].append((kind == GroupDeclared.KIND, moment))
    return acts


def _differs(acts: Sequence[GroupAct], began: datetime, counted: datetime | None) -> bool:
    """Return whether one field of a person certainly differs from the last count."""
    before = [declared for declared, moment in acts if counted and moment <= counted]
    later = [declared for declared, moment in acts if not counted or moment > counted]
    was_counted = counted is not None and began <= counted and bool(before) and before[-1]
    is_declared = (before + later)[-1]
    if was_counted and is_declared:
        return len(later) == 1
    return was_counted != is_declared


def _stored_counts(process_id: int) -> GroupCounts:
    stored = select(GroupCount.field, GroupCount.band, GroupCount.people)
    rows = db.session.execute(stored.where(GroupCount.process_id == process_id))
    return {(PopulationField(name), band): people for name, band, people in rows}


def compare_with_population(process_id: int) -> list[ComparedField]:
    """Return each field of the population beside the last count, which has no small groups."""
    counts = _stored_counts(process_id)
    fields = bands_by_field(list_population(process_id))
    return [_compare_field(name, bands, counts) for name, bands in fields.items()]


def _compare_field(
    name: PopulationField, bands: Sequence[PopulationBand], counts: GroupCounts
) -> ComparedField:
    people = {band: number for (field, band), number in counts.items() if field == name}
    total = sum(people.values())
    small = [band for band in bands if band.band not in people]
    is_together = MERGED_BAND in people and len(small) < len(bands)
    return ComparedField(
        name,
        total or None,
        [_compared([band], people.get(band.band), total) for band in bands],
        _compared(small, people[MERGED_BAND], total) if is_together else None,
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
