"""The channels that a person linked to the account, and the code that links another one."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.notices.intake import request_link_code, unlink_channel
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.notices import may_use_channels
from deliberate.queries.notices.intake import get_own_link, list_channels, list_links
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

blueprint = LocalizedBlueprint("intake_links", url_prefix="/account/channels")


@blueprint.page("", "signed_in")
def index() -> ResponseReturnValue:
    """List the linked channels."""
    return _page()


@blueprint.page("/code", "signed_in", methods=["POST"], rate_limit=CLICKS)
def create_code() -> ResponseReturnValue:
    """Show a new code that links a channel."""
    code = request_link_code(signed_in_person())
    return _page(f"{code[:4]} {code[4:]}"), {"Cache-Control": "no-store"}


@blueprint.page("/<id:link_id>/end", "signed_in", methods=["POST"])
def end(link_id: int) -> ResponseReturnValue:
    """End the link of a channel."""
    person = signed_in_person()
    link = get_or_404(get_own_link(person, link_id))
    unlink_channel(person, link, context=request_context())
    return redirect_with_message(url_for("intake_links.index"), _("The channel is unlinked."))


def _page(code: str = "") -> str:
    person = signed_in_person()
    return render_template(
        "notices/intake/links.html",
        code=code,
        links=list_links(person),
        channels=list_channels(),
        may_link=may_use_channels(person),
    )
