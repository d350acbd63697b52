"""What a person follows, with a button to stop each."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.proposals.follows import end_follow
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.queries.proposals.follows import PAGE, get_own_follow, list_followed
from deliberate.queries.responses.institutions import localized_name
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    int_field,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("follows", url_prefix="/account/follows")


@blueprint.page("", "signed_in")
def index() -> ResponseReturnValue:
    """Show what the person follows, newest first."""
    rows = list_followed(signed_in_person(), int_arg("before") or 0)
    shown = rows[:PAGE]
    return render_template(
        "proposals/follows.html",
        followed=shown,
        localized_name=localized_name,
        next_url=url_for("follows.index", before=shown[-1].id) if len(rows) > PAGE else "",
    )


@blueprint.page("/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def end() -> ResponseReturnValue:
    """Stop one follow."""
    person = signed_in_person()
    follow = get_or_404(get_own_follow(person, int_field("follow") or 0))
    end_follow(person, follow, context=request_context())
    return redirect_with_message(url_for("follows.index"), _("You no longer follow this."))
