"""The page of a Pasal, with the forms to contribute to it."""

from typing import TYPE_CHECKING

from flask import render_template, url_for

from deliberate.forms.documents import DECISIONS, UnitCommentForm
from deliberate.permissions.documents import is_contributing_offered, may_answer_contributions
from deliberate.permissions.proposals.proposals import may_submit
from deliberate.queries.documents.answer_desk import get_answer_deadlines
from deliberate.queries.documents.answers import count_rights, list_answers
from deliberate.queries.documents.contributions import joined_ids, list_replies
from deliberate.queries.documents.effects import get_page_effects
from deliberate.views.site.request_context import current_person

if TYPE_CHECKING:
    from deliberate.models import Document, DocumentVersion
    from deliberate.queries.documents.unit_pages import UnitPage


def render_unit_page(page: "UnitPage", form: UnitCommentForm | None = None) -> str:
    """Return the page of a Pasal; `form` is a comment that was not posted, with its errors."""
    document, reader = page.document, current_person()
    causes, changed = get_page_effects(document, page.version, [part.unit for part in page.parts])
    is_current = page.version.number == document.version
    may_contribute = is_contributing_offered(reader, document)
    shown = [*page.amendments, *page.comments]
    replies = list_replies([row.row.id for row in shown])
    ids = [row.row.id for row in shown] + [
        row.id for found in replies.values() for row in found.rows
    ]
    deadlines = get_answer_deadlines(document).by_page
    return render_template(
        "documents/unit.html",
        rights=count_rights(document, page.version).by_page.get(page.top.address),
        deadline=deadlines.get((page.version.number, page.top.unit_id)),
        replies=replies,
        page=page,
        document=document,
        process=document.process,
        form=form or UnitCommentForm(version=str(page.version.number)),
        is_current=is_current,
        takes_contributions=may_contribute if is_current else None,
        may_contribute=may_contribute,
        may_propose=may_submit(reader, document.process) if reader else None,
        answers=list_answers(ids),
        decisions=DECISIONS,
        causes=causes,
        changed_versions=changed,
        may_answer=may_answer_contributions(reader, document),
        joined=joined_ids(reader, [shown.row.id for shown in page.amendments]),
        reader_id=reader.id if reader else None,
    )


def unit_url(document: "Document", version: "DocumentVersion", address: str) -> str:
    """Return the address of a unit in a version; without its number for the one in force."""
    if version.number == document.version:
        return url_for("documents.unit", document_id=document.id, address=address)
    return url_for(
        "documents.unit_in_version",
        document_id=document.id,
        number=version.number,
        address=address,
    )
