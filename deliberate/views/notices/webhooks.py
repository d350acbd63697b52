"""Webhooks: administrators enter addresses of other systems and see what was sent to them."""

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.notices import WebhookForm
from deliberate.operations.notices.receivers import MAX_TRIES, require_public_address
from deliberate.operations.notices.webhooks import (
    add_webhook,
    remove_webhook,
    require_public_kinds,
    resend_act,
    resume_webhook,
    rotate_webhook_secret,
)
from deliberate.operations.site.rate_limits import INVITATIONS
from deliberate.queries.notices.webhooks import get_webhook, list_tries, list_webhooks
from deliberate.queries.processes.processes import get_process, list_opened_processes
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    is_accepted,
    redirect_with_message,
    render_secret,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    int_field,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Webhook

blueprint = LocalizedBlueprint("webhooks", url_prefix="/desk/webhooks")
MAX_PROCESSES = 200


@blueprint.page("", "admin", methods=BOTH, rate_limit=INVITATIONS)
def index() -> ResponseReturnValue:
    """List the webhooks, or enter one and show its secret once."""
    form = WebhookForm(submitted_data())
    institutions = {row.slug: row for row in list_institutions()}
    form.set_choices(
        ((row.slug, row.title) for row in list_opened_processes(None, MAX_PROCESSES)),
        ((slug, localized_name(row)) for slug, row in institutions.items()),
    )

    def submit() -> ResponseReturnValue | None:
        if not is_accepted(form.kinds, lambda _kinds: require_public_kinds(form.kind_names)):
            return None
        if not is_accepted(form.url, require_public_address):
            return None
        webhook, secret = add_webhook(
            signed_in_person(),
            form.url.data or "",
            form.kind_names,
            process=get_process(form.process_slug.data or ""),
            institution=institutions.get(form.institution_slug.data or ""),
            context=request_context(),
        )
        return _render_secret(webhook, secret)

    return form_page(form, submit, "notices/webhooks/index.html", webhooks=list_webhooks())


def _render_secret(webhook: "Webhook", secret: str) -> ResponseReturnValue:
    return render_secret("notices/webhooks/secret.html", webhook=webhook, secret=secret)


@blueprint.page("/<id:webhook_id>", "admin")
def show(webhook_id: int) -> ResponseReturnValue:
    """Show a webhook with the newest attempts to send to it."""
    webhook = get_or_404(get_webhook(webhook_id))
    return render_template(
        "notices/webhooks/show.html",
        webhook=webhook,
        tries=list_tries(webhook),
        max_tries=MAX_TRIES,
    )


@blueprint.page("/<id:webhook_id>/secret", "admin", methods=["POST"])
def rotate(webhook_id: int) -> ResponseReturnValue:
    """Give a webhook a new secret and show it once."""
    webhook = get_or_404(get_webhook(webhook_id))
    secret = rotate_webhook_secret(signed_in_person(), webhook, context=request_context())
    return _render_secret(webhook, secret)


@blueprint.page("/<id:webhook_id>/resume", "admin", methods=["POST"])
def resume(webhook_id: int) -> ResponseReturnValue:
    """Have a paused webhook sent to again."""
    webhook = get_or_404(get_webhook(webhook_id))
    resume_webhook(signed_in_person(), webhook, context=request_context())
    return redirect_with_message(_url_of(webhook), _("It is sent to again within a minute."))


@blueprint.page("/<id:webhook_id>/resend", "admin", methods=["POST"])
def resend(webhook_id: int) -> ResponseReturnValue:
    """Have an act sent to a webhook once more."""
    webhook = get_or_404(get_webhook(webhook_id))
    position = get_or_404(int_field("position"))
    resend_act(signed_in_person(), webhook, position, context=request_context())
    return redirect_with_message(_url_of(webhook), _("It is sent once more within a minute."))


@blueprint.page("/<id:webhook_id>/remove", "admin", methods=["POST"])
def remove(webhook_id: int) -> ResponseReturnValue:
    """Remove a webhook."""
    webhook = get_or_404(get_webhook(webhook_id))
    remove_webhook(signed_in_person(), webhook, context=request_context())
    return redirect_with_message(
        url_for("webhooks.index"), _("The webhook is removed; nothing more is sent to it.")
    )


def _url_of(webhook: "Webhook") -> str:
    return url_for("webhooks.show", webhook_id=webhook.id)
