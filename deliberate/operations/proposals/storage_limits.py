"""Ceilings of what one person and the installation store in files and drafts."""

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deliberate.config import Settings
from deliberate.file_storage import file_storage
from deliberate.models import Draft, Person
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.drafts import MAX_DRAFTS
from deliberate.queries.proposals.stored_files import person_file_bytes

MEGABYTE = 1024 * 1024


def refuse_full_storage(author: Person, size: int) -> None:
    """Raise Refused if a file of a size would exceed a ceiling; `author` is locked."""
    settings: Settings = current_app.config["SETTINGS"]
    limit = settings.person_storage_mb
    if person_file_bytes(author) + size > limit * MEGABYTE:
        raise Refused(
            _(
                "The files of one person can take %(limit)s MB. Remove one of yours from a draft "
                "or a proposal first.",
                limit=limit,
            )
        )
    refuse_full_installation()


def refuse_full_installation() -> None:
    """Raise Refused if the files of the installation exceed its ceiling."""
    settings: Settings = current_app.config["SETTINGS"]
    # The file itself is stored already: only so does a full disk refuse it before the commit.
    if file_storage().total_bytes(settings.upload_path) > settings.upload_storage_mb * MEGABYTE:
        raise Refused(_("This site cannot store more files now. Continue without the file."))


def refuse_too_many_drafts(session: Session, author: Person) -> None:
    """Raise Refused if a person has as many drafts as are listed; `author` is locked."""
    count = select(func.count(Draft.id)).where(Draft.person_id == author.id)
    if (session.scalar(count) or 0) >= MAX_DRAFTS:
        raise Refused(
            _("You have %(n)s drafts. Publish or discard one of them first.", n=MAX_DRAFTS)
        )
