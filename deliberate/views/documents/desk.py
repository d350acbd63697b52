"""The desk of draft texts: import, look before publishing, revise with the origin of each unit."""

import re
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from deliberate.forms.documents import DraftForm, RevisionForm
from deliberate.legal_texts.matching import Lineage, match_versions
from deliberate.legal_texts.units import MAX_UNITS
from deliberate.operations.documents.reading import read_units, read_upload
from deliberate.operations.documents.versions import (
    DraftEntry,
    RevisionEntry,
    VersionPublishedMeanwhile,
    close_document,
    count_changes,
    open_document,
    revise_document,
)
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.documents import may_open_document, may_revise_document
from deliberate.queries.documents.answers import count_unanswered
from deliberate.queries.documents.contributions import count_contributions
from deliberate.queries.documents.documents import (
    get_document,
    get_version,
    list_draft_texts,
    list_units,
    plain_units,
)
from deliberate.queries.processes.processes import get_process
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    form_page,
    see_other,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

if TYPE_CHECKING:
    from deliberate.legal_texts.units import ParsedText
    from deliberate.models import Document, Process

blueprint = LocalizedBlueprint("document_desk", url_prefix="/desk")
SURE = 0.6
"""The likeness from which a match is not marked as doubtful."""
ORIGIN = "from:"
"""Prefix of the fields with the numbers of the units that a unit comes from."""


def _submitted() -> "CombinedMultiDict[str, Any] | None":  # files and texts
    if request.method != "POST":
        return None
    sent: list[MultiDict[str, Any]] = [request.files, request.form]
    return CombinedMultiDict(sent)


def _take_text(form: DraftForm | RevisionForm) -> "ParsedText | None":
    """Return the units of the file or the text of a form; None with an error at its field."""
    field = form.file if form.has_file else form.text
    try:
        if form.has_file:
            form.text.data = read_upload(request.files["file"].read())
        return read_units(form.text.data or "")
    except InvalidInput as invalid:
        field.errors = [*field.errors, str(invalid.reason)]
        return None


@blueprint.page("/processes/<slug>/documents", "staff", "admin")
def index(slug: str) -> str:
    """Show the draft texts of a process with what can be done to them."""
    process = get_or_404(get_process(slug))
    staff = signed_in_person()
    require(may_open_document(staff, process))
    return render_template(
        "documents/desk.html", process=process, documents=list_draft_texts(process)
    )


@blueprint.page(
    "/processes/<slug>/documents/new",
    "staff",
    "admin",
    methods=BOTH,
    rate_limit=TEXTS,
    files=True,
)
def new(slug: str) -> ResponseReturnValue:
    """Show the form of a draft, the draft as it was read, or open its consultation."""
    process, staff = get_or_404(get_process(slug)), signed_in_person()
    require(may_open_document(staff, process))
    form = DraftForm(_submitted())

    def submit() -> ResponseReturnValue | None:
        parsed = _take_text(form)
        if parsed is None:
            return None
        if "publish" not in request.form or form.has_file:
            return _preview(process, form, parsed)
        entry = DraftEntry(form.title.data or "", form.language.data, form.text.data or "")
        document = open_document(staff, process, entry, context=request_context())
        flash_with_receipt(_("The consultation on this draft is open."))
        return see_other(url_for("documents.show", document_id=document.id))

    return form_page(form, submit, "documents/new.html", show_refusal=True, process=process)


def _preview(process: "Process", form: DraftForm, parsed: "ParsedText") -> str:
    return render_template(
        "documents/new.html", process=process, form=form, refusal="", parsed=parsed
    )


@blueprint.page(
    "/documents/<id:document_id>/revise",
    "staff",
    "admin",
    methods=BOTH,
    rate_limit=TEXTS,
    form_parts=MAX_UNITS + 100,
    files=True,
)
def revise(document_id: int) -> ResponseReturnValue:
    """Show the form of a new version, where its units come from, or publish it."""
    document, staff = get_or_404(get_document(document_id)), signed_in_person()
    require(may_revise_document(staff, document))
    current = get_or_404(get_version(document))
    form = RevisionForm(_submitted(), base=str(document.version), text=current.source)

    def submit() -> ResponseReturnValue | None:
        parsed = _take_text(form)
        if parsed is None:
            return None
        sources, unknown = _typed_sources(document, parsed)
        if "publish" not in request.form or form.has_file or unknown:
            return _matched(document, form, parsed, sources, unknown), (
                UNPROCESSABLE if unknown else 200
            )
        return _publish(document, form, parsed, sources)

    def refused(**values: object) -> str:
        return _revise_page(document, form, str(values["refusal"]))

    return form_page(form, submit, refused, show_refusal=True)


def _revise_page(document: "Document", form: RevisionForm, refusal: str) -> str:
    """Return the page of a new version; the origins that were typed stay, whatever is wrong."""
    is_readable = request.method == "POST" and not (form.text.errors or form.file.errors)
    parsed = _take_text(form) if is_readable else None
    if parsed is None:
        return render_template(
            "documents/revise.html", document=document, form=form, refusal=refusal
        )
    sources, unknown = _typed_sources(document, parsed)
    return _matched(document, form, parsed, sources, unknown, refusal)


def _publish(
    document: "Document", form: RevisionForm, parsed: "ParsedText", sources: dict[str, list[str]]
) -> ResponseReturnValue:
    """Publish a version; where another was published meanwhile, show the text matched with it."""
    entry = RevisionEntry(form.base_version, form.text.data or "", form.note.data or "", sources)
    try:
        version = revise_document(signed_in_person(), document, entry, context=request_context())
    except VersionPublishedMeanwhile as meanwhile:
        fresh = get_or_404(get_document(document.id))
        page = _matched(fresh, form, parsed, {}, (), refusal=str(meanwhile.reason))
        return page, 409
    flash_with_receipt(_("Version %(n)s is published.", n=version.number))
    return see_other(url_for("documents.show", document_id=document.id))


def _typed_sources(
    document: "Document", parsed: "ParsedText"
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the origins that were typed, by address, and the numbers that the draft lacks."""
    known = {unit.address for unit in list_units(get_or_404(get_version(document)))}
    sources: dict[str, list[str]] = {}
    unknown: list[str] = []
    for unit in parsed.units:
        typed = request.form.get(f"{ORIGIN}{unit.address}")
        if typed is None:
            continue
        numbers = [number for number in re.split(r"[,;\s]+", typed.strip()) if number]
        addresses = [_address(unit.kind, number) for number in numbers]
        unknown += [
            number for number, at in zip(numbers, addresses, strict=True) if at not in known
        ]
        sources[unit.address] = [address for address in addresses if address in known]
    return sources, unknown


def _address(kind: str, number: str) -> str:
    prefix = {"annex": "lampiran", "heading": "judul"}.get(kind, kind)
    return number if number.startswith("lampiran") else f"{prefix}-{number}"


def _numbers(addresses: list[str]) -> str:
    """Return addresses as an officer types them: numbers; an annex without one by its address."""
    return ", ".join(address.split("-", 1)[-1] for address in addresses)


def _matched(
    document: "Document",
    form: RevisionForm,
    parsed: "ParsedText",
    sources: dict[str, list[str]],
    unknown: "list[str] | tuple[()]",
    refusal: str = "",
) -> str:
    """Return the page with the origin of each Pasal, as matched or as the officer corrected it."""
    units = list_units(get_or_404(get_version(document)))
    lineage = match_versions(plain_units(units), parsed.units, sources)
    form.base.data = str(document.version)
    return render_template(
        "documents/revise.html",
        document=document,
        form=form,
        refusal=refusal,
        parsed=parsed,
        rows=_match_rows(lineage, parsed, [unit.address for unit in units]),
        counts=count_changes(lineage),
        dropped=[unit for unit in units if unit.address in _top_level(lineage.dropped)],
        placed=count_contributions(document, units, document.version),
        unknown=unknown,
        origin=ORIGIN,
    )


def _top_level(addresses: list[str]) -> set[str]:
    return {address for address in addresses if "/" not in address}


def _match_rows(
    lineage: Lineage, parsed: "ParsedText", order: list[str]
) -> list[dict[str, object]]:
    """Return a row for each Pasal, annex and heading, the doubtful ones first."""
    units = {unit.address: unit for unit in parsed.units}
    rows: list[dict[str, object]] = [
        {
            "unit": units[match.to],
            "match": match,
            "numbers": _numbers(sorted(match.sources, key=order.index)),
            "is_unsure": match.status not in ("kept", "renumbered") and match.likeness < SURE,
        }
        for match in lineage.matches
        if match.kind in ("pasal", "annex", "heading")
    ]
    return sorted(rows, key=lambda row: not row["is_unsure"])


@blueprint.page(
    "/documents/<id:document_id>/close", "staff", "admin", methods=BOTH, rate_limit=CLICKS
)
def close(document_id: int) -> ResponseReturnValue:
    """Show what closing the consultation on a draft text means, or end it."""
    document, staff = get_or_404(get_document(document_id)), signed_in_person()
    if request.method == "GET":
        require(may_revise_document(staff, document))
        waiting = count_unanswered(document)
        return render_template("documents/close.html", document=document, waiting=waiting)
    close_document(staff, document, context=request_context())
    flash_with_receipt(_("The consultation on this draft is closed."))
    return see_other(url_for("documents.show", document_id=document.id))
