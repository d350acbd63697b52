"""Sources of studies: whose they are, which are used where, and what of them is published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import (
    Assessment,
    Assessor,
    Evidence,
    Excerpt,
    ExcerptCode,
    Finding,
    FindingSource,
    Person,
    Process,
    RespondentName,
    StudySource,
)
from deliberate.vocabulary import EvidenceKind

MAX_SOURCES = 300


def takes_part_in_study(person: Person, process_id: int) -> bool:
    """Return whether a person is an assessor who uses the study of a process."""
    own = (Assessor.person_id == person.id, Assessor.uses_study)
    return db.session.scalar(_assessors(process_id).where(*own).limit(1)) is not None


def assessors_awaiting_study(process_id: int) -> Sequence[Assessor]:
    """Return the assessors of a process whom nobody has admitted to its study."""
    admitted = (
        _assessors(process_id).where(Assessor.uses_study).with_only_columns(Assessor.person_id)
    )
    waiting = Assessor.person_id.not_in(admitted)
    query = _assessors(process_id).where(waiting).order_by(Assessor.id).limit(MAX_SOURCES)
    return db.session.scalars(query.options(joinedload(Assessor.person))).all()


def all_assessors_awaiting_study() -> list[tuple[Assessor, Process]]:
    """Return the assessors of processes with sources to whose study nobody has admitted them."""
    admitted = (
        select(Assessment.process_id, Assessor.person_id)
        .join(Assessment, Assessment.id == Assessor.assessment_id)
        .where(Assessor.uses_study)
    )
    query = (
        select(Assessor, Process)
        .join(Assessment, Assessment.id == Assessor.assessment_id)
        .join(Process, Process.id == Assessment.process_id)
        .where(
            Process.id.in_(select(StudySource.process_id)),
            tuple_(Assessment.process_id, Assessor.person_id).not_in(admitted),
        )
        .order_by(Assessor.id)
        .limit(MAX_SOURCES)
        .options(joinedload(Assessor.person))
    )
    return [(assessor, process) for assessor, process in db.session.execute(query)]


def sources_with_names() -> Sequence[StudySource]:
    """Return the respondents of all studies whose names are stored, the oldest first."""
    query = select(StudySource).join(RespondentName).order_by(StudySource.id).limit(MAX_SOURCES)
    return db.session.scalars(query.options(joinedload(StudySource.process))).all()


def _assessors(process_id: int) -> Select[Assessor]:
    query = select(Assessor).join(Assessment, Assessment.id == Assessor.assessment_id)
    return query.where(Assessment.process_id == process_id)


def has_sources(process_id: int) -> bool:
    """Return whether anything is recorded in the study of a process."""
    query = select(StudySource.id).where(StudySource.process_id == process_id).limit(1)
    return db.session.scalar(query) is not None


def list_sources(process_id: int, kind: EvidenceKind | None = None) -> Sequence[StudySource]:
    """Return the sources of a study by kind and number, at most MAX_SOURCES."""
    query = select(StudySource).where(StudySource.process_id == process_id)
    if kind is not None:
        query = query.where(StudySource.kind == kind)
    query = query.order_by(StudySource.kind, StudySource.number).limit(MAX_SOURCES)
    return db.session.scalars(query.options(joinedload(StudySource.name))).all()


def count_sources(process_id: int) -> dict[str, int]:
    """Return the number of sources of a study by kind."""
    query = select(StudySource.kind, func.count()).where(StudySource.process_id == process_id)
    return {
        str(kind): count for kind, count in db.session.execute(query.group_by(StudySource.kind))
    }


def get_source(source_id: int) -> StudySource | None:
    """Return a source with its process and the encrypted name, or None."""
    return db.session.scalar(
        select(StudySource)
        .where(StudySource.id == source_id)
        .options(joinedload(StudySource.process), joinedload(StudySource.name))
    )


def get_sources(process_id: int, ids: Collection[int]) -> Mapping[int, StudySource]:
    """Return the sources of a study with these ids, by id."""
    query = select(StudySource).where(StudySource.process_id == process_id)
    return {row.id: row for row in db.session.scalars(query.where(StudySource.id.in_(ids)))}


def next_number(process_id: int, kind: EvidenceKind) -> int:
    """Return the number of the next source of a kind."""
    last = db.session.scalar(
        select(func.max(StudySource.number)).where(
            StudySource.process_id == process_id, StudySource.kind == kind
        )
    )
    return (last or 0) + 1


def is_frozen(source: StudySource) -> bool:
    """Return whether a frozen assessment uses a source, so that it no longer changes."""
    evidence = select(Evidence.assessment_id).where(Evidence.source_id == source.id)
    findings = (
        select(Finding.assessment_id)
        .join(FindingSource, FindingSource.finding_id == Finding.id)
        .where(FindingSource.source_id == source.id)
    )
    used = Assessment.id.in_(evidence.union(findings))
    query = select(Assessment.id).where(used, Assessment.frozen_at.is_not(None)).limit(1)
    return db.session.scalar(query) is not None


def is_used(source: StudySource) -> bool:
    """Return whether any rating or finding rests on a source, saved or not."""
    evidence = select(Evidence.id).where(Evidence.source_id == source.id).limit(1)
    findings = select(FindingSource.source_id).where(FindingSource.source_id == source.id).limit(1)
    return any(db.session.scalar(query) is not None for query in (evidence, findings))


def is_coded_by_others(source: StudySource, person: Person) -> bool:
    """Return whether anybody else has added or coded an excerpt of a source."""
    excerpts = select(Excerpt.id).where(Excerpt.source_id == source.id)
    others = excerpts.outerjoin(ExcerptCode).where(
        (Excerpt.added_by_id != person.id) | (ExcerptCode.coder_id != person.id)
    )
    return db.session.scalar(others.limit(1)) is not None


def is_in_saved_judgement(source: StudySource) -> bool:
    """Return whether a rating that an assessor has saved rests on a source."""
    query = (
        select(Evidence.id)
        .join(Assessor, Assessor.id == Evidence.assessor_id)
        .where(Evidence.source_id == source.id, Assessor.saved_at.is_not(None))
        .limit(1)
    )
    return db.session.scalar(query) is not None


def own_uses(process_id: int, person: Person) -> dict[int, list[str]]:
    """Return the questions at which one assessor uses each source, by id of the source."""
    query = (
        select(Evidence.source_id, Evidence.question)
        .join(Assessor, Assessor.id == Evidence.assessor_id)
        .join(Assessment, Assessment.id == Evidence.assessment_id)
        .where(
            Assessment.process_id == process_id,
            Assessor.person_id == person.id,
            Evidence.source_id.is_not(None),
        )
        .distinct()
        .order_by(Evidence.question)
    )
    uses: dict[int, list[str]] = {}
    for source_id, question in db.session.execute(query):
        uses.setdefault(source_id or 0, []).append(question)
    return uses


def get_study_process(slug: str) -> Process | None:
    """Return the process of a study, opened or only planned."""
    return db.session.scalar(select(Process).where(Process.slug == slug))


@dataclass(frozen=True)
class PublicSource:
    """What is published of a source. Nothing else of it is on any public page or file."""

    kind: EvidenceKind
    title: str
    day: date
    is_month_only: bool
    """Of an interview the month alone is published."""
    place: str
    institution: str
    pages: str
    link: str
    text: str
    is_redacted: bool


def public_part(source: StudySource) -> PublicSource:
    """Return what is published of a source: of an interview the role, the month and the text.

    Without consent that is nothing: pages leave such a source out, and this is the second guard.
    """
    is_interview = source.kind == EvidenceKind.INTERVIEW
    if not source.has_consent:
        day, kind = source.dated.replace(day=1), EvidenceKind(source.kind)
        return PublicSource(kind, "", day, True, "", "", "", "", "", True)
    return PublicSource(
        kind=EvidenceKind(source.kind),
        title=source.title,
        day=source.dated.replace(day=1) if is_interview else source.dated,
        is_month_only=is_interview,
        place="" if is_interview else source.place,
        institution="" if is_interview else source.institution,
        pages=source.pages,
        link=source.link,
        text=source.public_text,
        is_redacted=source.redacted_at is not None,
    )
