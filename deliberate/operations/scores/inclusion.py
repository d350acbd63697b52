"""Inclusion: the stated population of a process, declared groups, and counts of these.

The log has that a field was declared, never the band. Who is in which band stays in a table that a
person's own act empties again; the log receives only the numbers of a count.
"""

from collections.abc import Sequence
from contextlib import suppress

from flask_babel import lazy_gettext as _
from sqlalchemy import delete

from deliberate.clock import now
from deliberate.models import (
    GroupCount,
    GroupDeclaration,
    GroupRound,
    Person,
    PopulationBand,
    Process,
)
from deliberate.operations.scores.population_csv import StatedBand
from deliberate.permissions.decision import InvalidInput, Refused, is_signed_in, require
from deliberate.permissions.scores.inclusion import may_declare_group, may_state_population
from deliberate.queries.scores.inclusion import (
    GroupCounts,
    count_declared_people,
    countable_groups,
    get_declaration,
    get_last_round,
    list_population,
    population_hash,
    processes_due_for_count,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary import PopulationField
from deliberate.vocabulary.events.scores import (
    BandCounted,
    GroupDeclared,
    GroupRetracted,
    GroupsCounted,
    PopulationStated,
)


def state_population(
    admin: Person,
    process: Process,
    bands: Sequence[StatedBand],
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """State the shares of groups in the population; they replace those stated before.

    Declarations of bands that the new table lacks are no longer counted. The last count was of the
    table before: its numbers are deleted, and the next count is due as ever. Raises Refused.
    """
    with recorded(admin, PopulationStated, context) as act:
        require(may_state_population(act.lock(admin), act.lock(process)))
        if not bands:
            raise InvalidInput(_("The table is empty."))
        act.session.execute(delete(PopulationBand).where(PopulationBand.process_id == process.id))
        act.session.execute(delete(GroupCount).where(GroupCount.process_id == process.id))
        rows = [_row(process, band) for band in bands]
        act.session.add_all(rows)
        act.about(
            process,
            fields=list(dict.fromkeys(str(band.field) for band in bands)),
            year=max(band.year for band in bands),
            hash=population_hash(rows),
        )


def _row(process: Process, band: StatedBand) -> PopulationBand:
    return PopulationBand(
        process_id=process.id,
        field=band.field,
        band=band.band,
        name=band.name,
        share_millionths=band.share_millionths,
        source=band.source,
        year=band.year,
    )


def declare_group(
    person: Person,
    process: Process,
    field: PopulationField,
    band: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Declare a band of a field, or another one in place of it. Raises Refused."""
    with recorded(person, GroupDeclared, context) as act:
        require(may_declare_group(act.lock(person), process))
        offered = {row.band for row in list_population(process.id) if row.field == field}
        if band not in offered:
            raise InvalidInput(_("Choose one of these."))
        declaration = get_declaration(person, process, field)
        if declaration is None:
            declaration = GroupDeclaration(process_id=process.id, person_id=person.id, field=field)
            act.session.add(declaration)
        elif declaration.band == band:
            raise InvalidInput(_("This is your answer already."))
        declaration.band = band
        act.about(process, field=field)


def retract_group(
    person: Person,
    process: Process,
    field: PopulationField,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Take a declaration back, whatever became of process and account. Raises Refused."""
    with recorded(person, GroupRetracted, context) as act:
        require(is_signed_in(act.lock(person)))
        declaration = get_declaration(person, process, field)
        if declaration is None:
            raise Refused(_("You have not declared this, or have taken it back already."))
        act.session.delete(declaration)
        act.about(process, field=field)


def count_declared_groups() -> int:
    """Count the declared groups of each process that is due; return how many were counted."""
    due = processes_due_for_count()
    for process_id in due:
        with suppress(Refused):
            count_groups_of(process_id)
    return len(due)


def count_groups_of(process_id: int) -> None:
    """Count the declared groups of a process, for its scores and its page.

    No number of a small group is written anywhere: the log keeps what it receives.
    """
    with recorded(None, GroupsCounted) as act:
        process = act.lock(act.session.get_one(Process, process_id))
        last = get_last_round(process_id) or GroupRound(process_id=process_id, number=0)
        counts, people = countable_groups(process_id), count_declared_people(process_id)
        last.number, last.people, last.counted_at = last.number + 1, people, now()
        act.session.add(last)
        act.session.execute(delete(GroupCount).where(GroupCount.process_id == process_id))
        act.session.add_all(_count_rows(process_id, counts))
        act.about(process, round=last.number, people=people)
        for (field, band), number in sorted(counts.items()):
            act.consequence(
                BandCounted, process, round=last.number, field=field, band=band, people=number
            )


def _count_rows(process_id: int, counts: GroupCounts) -> list[GroupCount]:
    return [
        GroupCount(process_id=process_id, field=field, band=band, people=people)
        for (field, band), people in counts.items()
    ]
