"""Pages to attach files to a proposal, to remove and to download them."""

from typing import TYPE_CHECKING

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from deliberate.forms.proposals.attachments import AttachmentForm
from deliberate.operations.proposals.attachments import (
    MAX_ATTACHMENTS,
    add_attachment,
    remove_attachment,
)
from deliberate.operations.proposals.file_store import CONTENT_TYPES
from deliberate.operations.site.rate_limits import TEXTS, TooManyAttempts
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.attachments import may_add_attachment
from deliberate.permissions.proposals.proposals import is_author
from deliberate.queries.proposals.attachments import (
    get_attachment,
    get_attachment_by_name,
    list_attachments,
)
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.text import to_file_name
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.framing import SANDBOXED
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.form_pages import BOTH, flash_with_receipt, form_page, see_other
from deliberate.views.site.rate_limits import count_upload, refuse_attempt
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import proposal_url

if TYPE_CHECKING:
    from deliberate.models import Proposal

blueprint = LocalizedBlueprint("attachments", url_prefix="/proposals")
FILES = "/<id:proposal_id>/files"


@blueprint.page(FILES, "signed_in", methods=BOTH, rate_limit=TEXTS, files=True)
def index(proposal_id: int) -> ResponseReturnValue:
    """Show the files of a proposal to its author, or attach one."""
    person, proposal = signed_in_person(), get_or_404(get_proposal(proposal_id))
    require(is_author(person, proposal))
    form = AttachmentForm(CombinedMultiDict([request.files, request.form]))

    return form_page(
        form,
        lambda: _attach_file(proposal, form),
        "proposals/attachments.html",
        proposal=proposal,
        files=list_attachments(proposal),
        may_add=may_add_attachment(person, proposal),
        max_files=MAX_ATTACHMENTS,
        back=proposal_url(proposal),
    )


def _attach_file(proposal: "Proposal", form: AttachmentForm) -> ResponseReturnValue | None:
    """Attach the submitted file; return None with an error at the field if it is refused."""
    person, file = signed_in_person(), request.files.get("file")
    require(may_add_attachment(person, proposal))
    if file is None:
        form.file.errors = [_("Choose a file.")]
        return None
    try:
        count_upload()
        add_attachment(person, proposal, form.title.data, file.read(), context=request_context())
    except Refused as refusal:
        form.file.errors = [str(refusal.reason)]
        return None
    except TooManyAttempts as error:
        refuse_attempt(form.file, error)
        return None
    flash_with_receipt(_("The file has been added."))
    return see_other(proposal_url(proposal))


@blueprint.page(f"{FILES}/<id:attachment_id>/removal", "signed_in", methods=["POST"])
def remove(proposal_id: int, attachment_id: int) -> ResponseReturnValue:
    """Remove a file."""
    attachment = get_or_404(get_attachment(proposal_id, attachment_id))
    remove_attachment(signed_in_person(), attachment, context=request_context())
    flash_with_receipt(_("The file has been removed."))
    return see_other(proposal_url(attachment.proposal))


@blueprint.page(f"{FILES}/<name>", "public")
def download(proposal_id: int, name: str) -> ResponseReturnValue:
    """Send a file as a download, never to be displayed, while its proposal is visible.

    Return 410 for a removed file.
    """
    attachment = get_or_404(get_attachment_by_name(proposal_id, name))
    if not attachment.proposal.is_text_visible_to(current_person()):
        abort(404)
    if attachment.removed_at is not None:
        reason = _("It was removed by its author or a moderator.")
        return render_template("site/errors/410.html", reason=reason, at=attachment.removed_at), 410
    response = send_stored_file(
        current_settings().upload_path,
        attachment.name,
        mimetype=CONTENT_TYPES[attachment.kind],
        as_attachment=True,
        download_name=to_file_name(attachment.title, attachment.kind),
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = SANDBOXED
    return response
