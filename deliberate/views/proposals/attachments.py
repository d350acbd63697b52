"""Files beside a proposal: adding, removing, and handing them out harmlessly."""

from typing import Any

from flask import abort, current_app, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from deliberate.forms.proposals.attachments import AttachmentForm
from deliberate.operations.proposals.attachments import MOST, add_attachment, remove_attachment
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.attachments import may_attach
from deliberate.permissions.proposals.proposals import is_author
from deliberate.queries.proposals.attachments import (
    attachment_named,
    attachment_numbered,
    attachments_of,
)
from deliberate.queries.proposals.proposals import is_readable, proposal_shown
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("attachments", url_prefix="/proposals")
AT = "/<id:number>/files"
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "csv": "text/csv"}


def _proposal(number: int) -> Any:
    return get_or_404(proposal_shown(number)).proposal


@blueprint.page(AT, "signed_in")
def index(number: int) -> ResponseReturnValue:
    """The files of one's own proposal, and the form for another one."""
    proposal = _proposal(number)
    require(is_author(current_person(), proposal))
    return _page(proposal, AttachmentForm())


@blueprint.page(AT, "signed_in", methods=["POST"], name="add", rate_limit=TEXTS)
def add(number: int) -> ResponseReturnValue:
    """Put a file beside one's own proposal."""
    proposal = _proposal(number)
    file = request.files.get("file")
    form = AttachmentForm(CombinedMultiDict([request.files, request.form]))
    require(may_attach(current_person(), proposal))
    if not form.validate() or file is None:
        form.file.errors = [] if file else [_("Choose a file.")]
        return _page(proposal, form), 422
    try:
        add_attachment(current_person(), proposal, form.title.data, file.read())
    except Refused as refusal:
        form.file.errors = [str(refusal.reason)]
        return _page(proposal, form), 422
    after_act(_("The file is added."))
    return see_other(address_of(proposal))


@blueprint.page(f"{AT}/<id:file>/removal", "signed_in", methods=["POST"])
def remove(number: int, file: int) -> ResponseReturnValue:
    """Take a file away."""
    attachment = get_or_404(attachment_numbered(number, file))
    remove_attachment(current_person(), attachment)
    after_act(_("The file is removed."))
    return see_other(address_of(attachment.proposal))


@blueprint.page(f"{AT}/<name>", "public")
def show(number: int, name: str) -> ResponseReturnValue:
    """A file to keep, never to be run: while its proposal is shown, and it was not removed."""
    attachment = get_or_404(attachment_named(number, name))
    if not is_readable(attachment.proposal):
        abort(404)
    if attachment.removed_at is not None:
        reason = _("It was removed by its author or a moderator.")
        return render_template("site/errors/410.html", reason=reason, at=attachment.removed_at), 410
    answer = send_from_directory(
        current_app.config["SETTINGS"].upload_path,
        attachment.name,
        mimetype=TYPES[attachment.kind],
        as_attachment=True,
        download_name=attachment.name,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


def _page(proposal: Any, form: AttachmentForm) -> str:
    return render_template(
        "proposals/attachments.html",
        proposal=proposal,
        form=form,
        files=attachments_of(proposal),
        may_add=may_attach(current_person(), proposal),
        most=MOST,
        back=address_of(proposal),
    )
