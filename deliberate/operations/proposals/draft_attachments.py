"""Files of a draft: they become its proposal's when it is published, and go when it is not."""

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Draft, Person
from deliberate.operations.proposals.attachments import (
    MOST,
    TOO_MANY,
    keep_file,
    new_name,
    throw_away,
)
from deliberate.operations.proposals.file_types import kept_form
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.proposals import is_own
from deliberate.text import clean_line

WHY = "a draft is seen by its author alone"


def attach_to_draft(author: Person, draft: Draft, title: str, content: bytes) -> None:
    """Put a file beside one's draft, told by its content; pictures are made anew."""
    require(is_own(author, draft))
    kept = kept_form(content)
    name = new_name(kept.kind)
    keep_file(name, kept.content)
    one = {"title": clean_line(title), "name": name, "kind": kept.kind, "size": len(kept.content)}
    try:
        with unrecorded(WHY) as session:
            session.refresh(draft, with_for_update=True)
            require(is_own(author, draft))
            if len(draft.files) >= MOST:
                raise Refused(TOO_MANY)
            draft.files, draft.saved_at = [*draft.files, one], now()
    except BaseException:
        throw_away([name])
        raise


def detach_from_draft(author: Person, draft: Draft, name: str) -> None:
    """Take a file away from one's draft; one that is gone already is no fault."""
    with unrecorded(WHY) as session:
        session.refresh(draft, with_for_update=True)
        require(is_own(author, draft))
        names = [one["name"] for one in draft.files if one["name"] == name]
        draft.files = [one for one in draft.files if one["name"] != name]
    throw_away(names)
