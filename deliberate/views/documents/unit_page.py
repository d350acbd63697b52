"""The page of a Pasal, with the forms to contribute to it."""

from typing import TYPE_CHECKING

from flask import render_template

from deliberate.forms.documents import UnitCommentForm
from deliberate.permissions.documents import is_open_to_contributions
from deliberate.queries.documents.contributions import joined_ids
from deliberate.views.site.request_context import current_person

if TYPE_CHECKING:
    from deliberate.queries.documents.unit_pages import UnitPage


def render_unit_page(page: "UnitPage", form: UnitCommentForm | None = None) -> str:
    """Return the page of a Pasal; `form` is a comment that was not posted, with its errors."""
    document, reader = page.document, current_person()
    is_current = page.version.number == document.version
    return render_template(
        "documents/unit.html",
        page=page,
        document=document,
        process=document.process,
        form=form or UnitCommentForm(version=str(page.version.number)),
        is_current=is_current,
        takes_contributions=is_open_to_contributions(document) if is_current else None,
        joined=joined_ids(reader, [shown.row.id for shown in page.amendments]),
        reader_id=reader.id if reader else None,
    )
