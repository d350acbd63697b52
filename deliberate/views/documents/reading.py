"""Reading a draft text: its contents, one Pasal at a time, the whole, two versions compared."""

from typing import TYPE_CHECKING

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from deliberate.days import local_date
from deliberate.forms.documents import DECISIONS
from deliberate.legal_texts.akoma_ntoso import MIMETYPE, Publication, write_akoma_ntoso
from deliberate.permissions.documents import is_contributing_offered, may_revise_document
from deliberate.queries.documents.answer_desk import get_answer_deadlines
from deliberate.queries.documents.contributions import (
    count_contributions,
    list_dropped_pages,
)
from deliberate.queries.documents.documents import (
    get_document,
    get_parsed_text,
    get_unit,
    get_version,
    list_units,
)
from deliberate.queries.documents.unit_pages import (
    MAX_HITS,
    get_linked_text,
    get_unit_page,
    search_units,
)
from deliberate.queries.documents.version_comparison import (
    PAGE,
    compare_document_versions,
    explain_units,
)
from deliberate.views.documents.unit_page import render_unit_page, unit_url
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import see_other
from deliberate.views.site.request_context import current_person, get_or_404, int_arg

if TYPE_CHECKING:
    from deliberate.models import Document, DocumentVersion

blueprint = LocalizedBlueprint("documents", url_prefix="/documents")
_LANGUAGES = {"id": "ind", "en": "eng"}
"""Codes of languages with three letters, as Akoma Ntoso has them."""


def _get(document_id: int, number: int | None = None) -> "tuple[Document, DocumentVersion]":
    document = get_or_404(get_document(document_id))
    return document, get_or_404(get_version(document, number))


@blueprint.page("/<id:document_id>", "public", cached=True)
def show(document_id: int) -> str:
    """Show the contents of a draft text in its version in force."""
    return _contents(*_get(document_id))


@blueprint.page("/<id:document_id>/versions/<id:number>", "public", cached=True)
def version(document_id: int, number: int) -> str:
    """Show the contents of a draft text in one of its versions."""
    return _contents(*_get(document_id, number))


def _contents(document: "Document", version: "DocumentVersion") -> str:
    units, words = list_units(version), request.args.get("q", "").strip()[:100]
    placed = count_contributions(document, units, version.number)
    return render_template(
        "documents/show.html",
        document=document,
        version=version,
        process=document.process,
        units=units,
        placed=placed,
        dropped_pages=list_dropped_pages(document, placed),
        deadlines=get_answer_deadlines(document),
        words=words,
        hits=search_units(units, words) if words else None,
        max_hits=MAX_HITS,
        may_revise=may_revise_document(current_person(), document),
        takes_contributions=is_contributing_offered(current_person(), document),
    )


@blueprint.page("/<id:document_id>/whole", "public", cached=True)
def whole(document_id: int) -> str:
    """Show a version as one page, to be printed."""
    document, version = _get(document_id, int_arg("version"))
    return render_template(
        "documents/whole.html",
        document=document,
        version=version,
        process=document.process,
        units=get_linked_text(list_units(version)),
    )


@blueprint.page("/<id:document_id>/akoma-ntoso", "public", cached=True)
def akoma_ntoso(document_id: int) -> Response:
    """Return a version as Akoma Ntoso, with the lasting ids of its units."""
    document, version = _get(document_id, int_arg("version"))
    publication = Publication(
        uri=f"/akn/id/bill/{document.id}",
        title=document.title,
        language=_LANGUAGES[document.language],
        number=version.number,
        published_on=local_date(document.process, version.published_at).isoformat(),
        publisher=document.institution.name if document.institution else "",
    )
    ids = {unit.address: unit.unit_id for unit in list_units(version)}
    content = write_akoma_ntoso(get_parsed_text(version), publication, ids)
    response = Response(content, content_type=MIMETYPE)
    name = f"document-{document.id}-v{version.number}.xml"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@blueprint.page("/<id:document_id>/compare", "public", cached=True)
def compare(document_id: int) -> str:
    """Show what differs between two versions, unit by unit."""
    document, new = _get(document_id, int_arg("to"))
    before = int_arg("from")
    number = max(new.number - 1, 1) if before is None else before
    old = get_or_404(get_version(document, number))
    if old.number > new.number:
        old, new = new, old
    rows, after = compare_document_versions(document, old, new), int_arg("after") or 0
    return render_template(
        "documents/compare.html",
        document=document,
        process=document.process,
        old=old,
        new=new,
        count=len(rows),
        rows=explain_units(document, old, new, rows[after : after + PAGE]),
        decisions=DECISIONS,
        next_after=after + PAGE if len(rows) > after + PAGE else None,
    )


@blueprint.page("/<id:document_id>/<path:address>", "public", cached=True)
def unit(document_id: int, address: str) -> ResponseReturnValue:
    """Show a Pasal of the version in force with what was contributed to it."""
    return _unit(*_get(document_id), address)


@blueprint.page("/<id:document_id>/versions/<id:number>/<path:address>", "public", cached=True)
def unit_in_version(document_id: int, number: int, address: str) -> ResponseReturnValue:
    """Show a Pasal of one of the versions of a draft text."""
    return _unit(*_get(document_id, number), address)


def _unit(document: "Document", version: "DocumentVersion", address: str) -> ResponseReturnValue:
    """Return the page of a Pasal; an ayat leads to its place there, a BAB to its contents."""
    if address.startswith("bab-") and get_unit(version, address):
        return see_other(f"{contents_url(document, version)}#{address.replace('/', '-')}")
    page = get_unit_page(document, version, address, after=int_arg("after") or 0)
    if page is None:
        abort(404)
    if page.top.address != address:
        anchor = address.removeprefix(f"{page.top.address}/").replace("/", "-")
        return see_other(unit_url(document, version, page.top.address) + f"#{anchor}")
    return render_unit_page(page)


def contents_url(document: "Document", version: "DocumentVersion") -> str:
    """Return the address of the contents of a version; without its number for the one in force."""
    if version.number == document.version:
        return url_for("documents.show", document_id=document.id)
    return url_for("documents.version", document_id=document.id, number=version.number)
