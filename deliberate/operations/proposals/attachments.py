"""Putting files beside one's proposal and taking them away again."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.models import Attachment, Person, Proposal
from deliberate.operations.proposals.file_types import kept_form
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.attachments import may_attach, may_detach
from deliberate.recording import Act, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind

MOST = 5
TOO_MANY = _("A proposal has at most five files; remove one first.")


def add_attachment(author: Person, proposal: Proposal, title: str, content: bytes) -> Attachment:
    """Put a file beside a proposal, told by its content; pictures are made anew."""
    require(may_attach(author, proposal))
    kept = kept_form(content)
    name = new_name(kept.kind)
    keep_file(name, kept.content)
    try:
        with recorded(author, Kind.ATTACHMENT_ADDED) as act:
            require(may_attach(author, act.locked(proposal)))
            _refuse_more(act, proposal)
            attachment = Attachment(
                proposal=proposal,
                title=clean_line(title),
                name=name,
                kind=kept.kind,
                size=len(kept.content),
                added_at=now(),
            )
            act.session.add(attachment)
            act.about(attachment, type=kept.kind, bytes=len(kept.content))
    except BaseException:
        throw_away([name])
        raise
    return attachment


def _refuse_more(act: Act, proposal: Proposal) -> None:
    there = select(func.count(Attachment.id)).where(
        Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)
    )
    if (act.session.scalar(there) or 0) >= MOST:
        raise Refused(TOO_MANY)


def remove_attachment(remover: Person, attachment: Attachment) -> None:
    """Take a file away from a proposal: by its author, or by a moderator."""
    with recorded(remover, Kind.ATTACHMENT_REMOVED) as act:
        proposal = act.locked(attachment.proposal)
        require(may_detach(remover, act.locked(attachment), proposal))
        attachment.removed_at, attachment.title = now(), ""
        act.about(attachment)
    throw_away([attachment.name])


def take_files_of(act: Act, proposal: Proposal) -> list[str]:
    """Mark every file of a proposal as gone; gives the names to throw away once it is kept."""
    own = select(Attachment).where(
        Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)
    )
    names = []
    for attachment in act.session.scalars(own):
        attachment.removed_at, attachment.title = now(), ""
        names.append(attachment.name)
    return names


def new_name(kind: str) -> str:
    """A random name with the ending of a kind."""
    return f"{secrets.token_hex(16)}.{kind}"


def _folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.upload_path


def keep_file(name: str, content: bytes) -> None:
    """Write a file to the disk, whole, before any row speaks of it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    there = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(there, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def throw_away(names: Iterable[str]) -> None:
    """Delete files; one that is gone already is no fault."""
    for name in names:
        (_folder() / name).unlink(missing_ok=True)
