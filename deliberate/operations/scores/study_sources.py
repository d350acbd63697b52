"""Recording the sources of a study; the names of respondents apart, encrypted and erasable."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import (
    Assessment,
    Assessor,
    Evidence,
    Excerpt,
    Person,
    Process,
    RespondentName,
    StudySource,
)
from deliberate.operations.proposals.file_store import delete_files
from deliberate.operations.site.encryption import decrypt_value, encrypt_value
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.scores.studies import (
    may_admit_to_study,
    may_delete_source,
    may_edit_source,
    may_erase_name,
    may_read_name,
    may_redact_source,
    may_use_study,
)
from deliberate.queries.scores.studies.sources import MAX_SOURCES, count_sources, next_number
from deliberate.recording import NO_REQUEST, RequestContext, recorded, unrecorded_once
from deliberate.text import clean, clean_line
from deliberate.vocabulary import ConsentScope, EvidenceKind, RedactionGround
from deliberate.vocabulary.events.scores import RespondentNameErased, SourceRedacted

STUDY_REASON = "sources are visible to the assessors alone until an assessment is frozen"
NAME_PURPOSE = "respondent name"
ERASED = ("title", "institution", "place", "pages", "link", "public_text", "private_text")
NO_SALT = bytes(16)


@dataclass(frozen=True)
class SourceInput:
    """A source to record. `name` is kept apart, encrypted; empty leaves what is stored."""

    title: str
    dated: date
    institution: str = ""
    place: str = ""
    minutes: int | None = None
    pages: str = ""
    link: str = ""
    archived_on: date | None = None
    consent: ConsentScope = ConsentScope.NOT_NEEDED
    consent_on: date | None = None
    public_text: str = ""
    private_text: str = ""
    name: str = ""


def admit_to_study(evaluator: Person, assessor: Assessor) -> None:
    """Let an assessor who came later use the sources of the study."""
    with unrecorded(STUDY_REASON) as session:
        session.refresh(assessor, with_for_update={"of": Assessor})
        assessment = session.get_one(Assessment, assessor.assessment_id)
        require(may_admit_to_study(evaluator, assessment.process))
        assessor.uses_study = True


def add_source(
    evaluator: Person,
    process: Process,
    kind: EvidenceKind,
    content: SourceInput,
    *,
    context: RequestContext = NO_REQUEST,
) -> StudySource:
    """Record a source of a study. It has the next number of its kind."""
    with unrecorded_once(STUDY_REASON, evaluator, context) as session:
        session.refresh(process, with_for_update={"of": Process})
        require(may_use_study(evaluator, process))
        if sum(count_sources(process.id).values()) >= MAX_SOURCES:
            raise InvalidInput(_("A study has at most %(n)s sources.", n=MAX_SOURCES))
        source = StudySource(
            process_id=process.id,
            kind=kind,
            number=next_number(process.id, kind),
            added_by_id=evaluator.id,
            added_at=now(),
        )
        _fill(source, content)
        session.add(source)
        session.flush()
        _set_name(source, content.name)
    return source


def edit_source(evaluator: Person, source: StudySource, content: SourceInput) -> None:
    """Change a source, until a frozen assessment uses it."""
    with unrecorded(STUDY_REASON) as session:
        session.refresh(source, with_for_update={"of": StudySource})
        require(may_edit_source(evaluator, source))
        _fill(source, content)
        if content.name:
            require(may_read_name(evaluator, source))
            _set_name(source, content.name)


def delete_source(evaluator: Person, source: StudySource) -> None:
    """Delete a source that no judgement or finding uses, with its excerpts and files."""
    with unrecorded(STUDY_REASON) as session:
        session.refresh(source, with_for_update={"of": StudySource})
        require(may_delete_source(evaluator, source))
        names = [file.name for file in source.files]
        for excerpt in session.scalars(select(Excerpt).where(Excerpt.source_id == source.id)):
            session.delete(excerpt)
        session.flush()
        session.delete(source)
    delete_files(names)


def _fill(source: StudySource, content: SourceInput) -> None:
    _require_whole(EvidenceKind(source.kind), content)
    source.title = clean_line(content.title)[:200]
    source.institution = clean_line(content.institution)[:200]
    source.place, source.pages = clean_line(content.place)[:200], clean_line(content.pages)[:40]
    source.dated, source.minutes = content.dated, content.minutes
    source.link, source.archived_on = content.link.strip()[:500], content.archived_on
    source.consent, source.consent_on = content.consent, content.consent_on
    source.public_text, source.private_text = (
        clean(content.public_text),
        clean(content.private_text),
    )


def _require_whole(kind: EvidenceKind, content: SourceInput) -> None:
    if not clean_line(content.title):
        raise InvalidInput(_("Please fill this in."))
    if content.link and not is_link(content.link):
        raise InvalidInput(_("Enter a whole address that begins with https:// or http://."))
    is_respondent = kind == EvidenceKind.INTERVIEW
    if is_respondent == (content.consent == ConsentScope.NOT_NEEDED):
        raise InvalidInput(_("Choose what the respondent agreed to."))
    has_agreed = content.consent in (ConsentScope.SUMMARY, ConsentScope.QUOTES)
    if has_agreed and content.consent_on is None:
        raise InvalidInput(_("Give the day of the consent."))


def is_link(text: str) -> bool:
    """Return whether a text is a whole web address."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and " " not in text.strip()


def _set_name(source: StudySource, name: str) -> None:
    if not clean_line(name):
        return
    encrypted = encrypt_value(NAME_PURPOSE, source.id, clean_line(name))
    if source.name is None:
        source.name = RespondentName(encrypted_name=encrypted)
    else:
        source.name.encrypted_name = encrypted


def read_name(evaluator: Person, source: StudySource) -> str | None:
    """Return the name of a respondent to who recorded it; None if there is none."""
    if source.name is None or not may_read_name(evaluator, source):
        return None
    return decrypt_value(NAME_PURPOSE, source.id, source.name.encrypted_name)


def erase_name(
    evaluator: Person, source: StudySource, *, context: RequestContext = NO_REQUEST
) -> None:
    """Erase the name of a respondent for good; the pseudonym stays."""
    with recorded(evaluator, RespondentNameErased, context) as act:
        require(may_erase_name(evaluator, act.lock(source)))
        source.name = None
        act.about(source)


def redact_source(
    evaluator: Person,
    source: StudySource,
    ground: RedactionGround,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Erase the texts of a frozen or rated source; its fingerprint and the ratings stay.

    Its excerpts and files go too, and of the day of an interview the month alone stays.
    """
    with recorded(evaluator, SourceRedacted, context) as act:
        require(may_redact_source(evaluator, act.lock(source)))
        for column in ERASED:
            setattr(source, column, "")
        source.salt, source.name, source.redacted_at = NO_SALT, None, now()
        source.minutes, source.consent_on = None, None
        if source.kind == EvidenceKind.INTERVIEW:
            _forget_day(act.session, source)
        for excerpt in act.session.scalars(select(Excerpt).where(Excerpt.source_id == source.id)):
            act.session.delete(excerpt)
        names = [file.name for file in source.files]
        source.files.clear()
        act.about(source, ground=RedactionGround(ground))
    delete_files(names)


def _forget_day(session: Session, source: StudySource) -> None:
    source.dated = source.dated.replace(day=1)
    for row in session.scalars(select(Evidence).where(Evidence.source_id == source.id)):
        row.dated = source.dated
