"""Files of the sources of a study: stored as attachments are, read by the assessors alone."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Person, StudyFile, StudySource
from deliberate.operations.proposals.file_sanitizing import sanitize_file
from deliberate.operations.proposals.file_store import delete_files, stored_file
from deliberate.operations.proposals.storage_limits import refuse_full_storage
from deliberate.operations.scores.study_sources import STUDY_REASON
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.scores.studies import may_edit_source
from deliberate.recording import NO_REQUEST, RequestContext, unrecorded_once

MAX_FILES = 5


def add_file(
    evaluator: Person,
    source: StudySource,
    content: bytes,
    *,
    context: RequestContext = NO_REQUEST,
) -> StudyFile:
    """Add a file to a source; its type is detected from the content.

    Raises Refused for an unknown type, a file that is too large, too many files or full storage.
    """
    require(may_edit_source(evaluator, source))
    sanitized = sanitize_file(content)
    size = len(sanitized.content)
    with (
        stored_file(sanitized.kind, sanitized.content) as name,
        unrecorded_once(STUDY_REASON, evaluator, context) as session,
    ):
        session.refresh(evaluator, with_for_update={"of": Person})
        session.refresh(source, with_for_update={"of": StudySource})
        require(may_edit_source(evaluator, source))
        refuse_full_storage(evaluator, size)
        if len(source.files) >= MAX_FILES:
            raise InvalidInput(_("A source has at most %(n)s files.", n=MAX_FILES))
        file = StudyFile(name=name, kind=sanitized.kind, size=size, added_by_id=evaluator.id)
        file.added_at = now()
        source.files.append(file)
    return file


def remove_file(evaluator: Person, source: StudySource, file: StudyFile) -> None:
    """Remove a file of a source, until a frozen assessment uses the source."""
    with unrecorded(STUDY_REASON) as session:
        session.refresh(source, with_for_update={"of": StudySource})
        require(may_edit_source(evaluator, source))
        name = file.name
        source.files.remove(file)
    delete_files([name])
