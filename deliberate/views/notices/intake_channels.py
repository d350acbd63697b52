"""Intake channels: administrators issue and revoke tokens."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.notices import IntakeChannelForm
from deliberate.operations.notices.intake import issue_token, revoke_token
from deliberate.operations.site.rate_limits import INVITATIONS
from deliberate.queries.notices.intake import count_links, get_channel, list_channels
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    render_secret,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

blueprint = LocalizedBlueprint("intake_channels", url_prefix="/desk/intake-channels")


@blueprint.page("", "admin", methods=BOTH, rate_limit=INVITATIONS)
def index() -> ResponseReturnValue:
    """List the channels, or set one up and show its token once."""
    form = IntakeChannelForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        if not form.scopes:
            form.may_comment.errors = [_("Choose what the channel may enter.")]
            return None
        channel, token = issue_token(
            signed_in_person(),
            form.name.data or "",
            form.scopes,
            form.hourly_limit.data or 0,
            context=request_context(),
        )
        return render_secret("notices/intake/token.html", channel=channel, token=token)

    return form_page(
        form,
        submit,
        "notices/intake/index.html",
        channels=list_channels(),
        link_counts=count_links(),
    )


@blueprint.page("/<id:channel_id>/revoke", "admin", methods=["POST"])
def revoke(channel_id: int) -> ResponseReturnValue:
    """Revoke the token of a channel."""
    channel = get_or_404(get_channel(channel_id))
    revoke_token(signed_in_person(), channel, context=request_context())
    return redirect_with_message(
        url_for("intake_channels.index"), _("The token is revoked; nothing more is taken with it.")
    )
