"""Documents and contact persons of a process: managed by its staff, shown to all readers."""

from typing import TYPE_CHECKING

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from deliberate.forms.processes import ContactForm, DocumentForm
from deliberate.operations.processes import process_information as operations
from deliberate.operations.proposals.file_store import CONTENT_TYPES
from deliberate.operations.site.rate_limits import TEXTS, TooManyAttempts
from deliberate.permissions.decision import RefusalKind, Refused, require
from deliberate.permissions.processes import may_inform
from deliberate.queries.processes.process_information import (
    get_contact,
    get_document,
    get_document_by_name,
    list_contacts,
    list_documents,
)
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.text import to_file_name
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.framing import SANDBOXED
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.form_pages import UNPROCESSABLE, redirect_with_message
from deliberate.views.site.rate_limits import count_upload, retry_message
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Process

blueprint = LocalizedBlueprint("process_information")
DESK = "/desk/processes/<slug>/information"


def _managed_process(slug: str) -> "Process":
    """Return a process that the signed-in person may publish on, or raise Refused."""
    process = get_or_404(get_process_for_setup(slug))
    require(may_inform(signed_in_person(), process))
    return process


@blueprint.page(DESK, "staff", "admin")
def manage(slug: str) -> str:
    """Show documents and contact persons of a process with the forms to change them."""
    return _render(_managed_process(slug))


def _render(
    process: "Process",
    document_form: DocumentForm | None = None,
    contact_form: ContactForm | None = None,
) -> str:
    documents = list_documents(process)
    document_form = document_form or DocumentForm()
    document_form.set_documents((str(row.document.id), row.document.title) for row in documents)
    return render_template(
        "processes/information/manage.html",
        process=process,
        documents=documents,
        contacts=list_contacts(process),
        document_form=document_form,
        contact_form=contact_form or ContactForm(),
    )


def _redirect(slug: str, message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("process_information.manage", slug=slug), message)


@blueprint.page(
    f"{DESK}/documents", "staff", "admin", methods=["POST"], rate_limit=TEXTS, files=True
)
def add_document(slug: str) -> ResponseReturnValue:
    """Add a document: a file or a link."""
    process = _managed_process(slug)
    form = DocumentForm(CombinedMultiDict([request.files, request.form]))
    if not form.validate() or not _add_document(process, form):
        return _render(process, document_form=form), UNPROCESSABLE
    return _redirect(slug, _("The document is on the page of the process."))


def _add_document(process: "Process", form: DocumentForm) -> bool:
    """Add the submitted document; return False with an error at a field if it is refused."""
    field = form.url if form.url.data else form.file
    try:
        _add_link_or_file(process, form)
    except TooManyAttempts as error:
        field.errors = [retry_message(error)]
    except Refused as refusal:
        if refusal.kind in {RefusalKind.ROLE, RefusalKind.PERSON}:
            raise
        field.errors = [str(refusal.reason)]
    return not field.errors


def _add_link_or_file(process: "Process", form: DocumentForm) -> None:
    staff, file = signed_in_person(), request.files.get("file")
    replaced_id = form.replaces.data or ""
    entry = operations.DocumentEntry(
        form.title.data or "",
        form.language.data or "",
        get_or_404(form.dated_on.day),
        get_document(process, int(replaced_id)) if replaced_id.isdecimal() else None,
    )
    if form.url.data or file is None:
        operations.add_document_link(
            staff, process, entry, form.url.data or "", context=request_context()
        )
    else:
        count_upload()
        operations.add_document_file(staff, process, entry, file.read(), context=request_context())


@blueprint.page(f"{DESK}/documents/<id:document_id>/remove", "staff", "admin", methods=["POST"])
def remove_document(slug: str, document_id: int) -> ResponseReturnValue:
    """Remove a document and its file."""
    process = _managed_process(slug)
    document = get_or_404(get_document(process, document_id))
    operations.remove_document(signed_in_person(), document, context=request_context())
    return _redirect(slug, _("The document is removed."))


@blueprint.page(f"{DESK}/contacts", "staff", "admin", methods=["POST"], rate_limit=TEXTS)
def add_contact(slug: str) -> ResponseReturnValue:
    """Name a contact person."""
    process, form = _managed_process(slug), ContactForm(request.form)
    if not form.validate():
        return _render(process, contact_form=form), UNPROCESSABLE
    operations.add_contact(
        signed_in_person(),
        process,
        form.contact_name.data,
        form.office.data,
        form.reach.data,
        context=request_context(),
    )
    return _redirect(slug, _("The contact person is on the page of the process."))


@blueprint.page(f"{DESK}/contacts/<id:contact_id>/remove", "staff", "admin", methods=["POST"])
def remove_contact(slug: str, contact_id: int) -> ResponseReturnValue:
    """Remove a contact person."""
    process = _managed_process(slug)
    contact = get_or_404(get_contact(process, contact_id))
    operations.remove_contact(signed_in_person(), contact, context=request_context())
    return _redirect(slug, _("The contact person is removed."))


@blueprint.page("/processes/<slug>/documents/<name>", "public")
def download(slug: str, name: str) -> ResponseReturnValue:
    """Send the file of a document as a download; return 410 once it was removed."""
    process = get_or_404(get_process_for_setup(slug))
    document = get_or_404(get_document_by_name(process, name))
    if process.opened_at is None and not may_inform(current_person(), process):
        abort(404)
    if document.removed_at is not None:
        reason = _("It was removed by the office.")
        return render_template("site/errors/410.html", reason=reason, at=document.removed_at), 410
    response = send_stored_file(
        current_settings().upload_path,
        name,
        mimetype=CONTENT_TYPES[document.kind],
        as_attachment=True,
        download_name=to_file_name(document.title, document.kind),
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = SANDBOXED
    return response
