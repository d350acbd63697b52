"""Outside systems: administrators enter where cases are sent, and see what became of each."""

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.notices import OutsideSystemForm
from deliberate.operations.notices.receivers import MAX_TRIES, require_public_address
from deliberate.operations.responses.outside_systems import (
    add_outside_system,
    remove_outside_system,
    require_free_name,
    resend_case,
    rotate_outside_secret,
)
from deliberate.operations.site.rate_limits import INVITATIONS
from deliberate.queries.responses.outside_systems import (
    get_outside_system,
    get_sent_case,
    list_outside_systems,
    list_sent_cases,
)
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
    current_settings,
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import OutsideSystem

blueprint = LocalizedBlueprint("outside_systems", url_prefix="/desk/outside-systems")


@blueprint.page("", "admin", methods=BOTH, rate_limit=INVITATIONS)
def index() -> ResponseReturnValue:
    """List the outside systems, or enter one and show its secret once."""
    form = OutsideSystemForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        if not is_accepted(form.name, require_free_name):
            return None
        if not is_accepted(form.url, require_public_address):
            return None
        system, secret = add_outside_system(
            signed_in_person(), form.name.data or "", form.url.data or "", context=request_context()
        )
        return _render_secret(system, secret)

    return form_page(
        form, submit, "responses/outside_systems/index.html", systems=list_outside_systems()
    )


def _render_secret(system: "OutsideSystem", secret: str) -> ResponseReturnValue:
    return render_secret(
        "responses/outside_systems/secret.html",
        system=system,
        secret=secret,
        statuses_url=_statuses_url(system),
    )


def _statuses_url(system: "OutsideSystem") -> str:
    base_url = current_settings().base_url.rstrip("/")
    return base_url + url_for("api.send_status", system_id=system.id)


@blueprint.page("/<id:system_id>", "admin")
def show(system_id: int) -> ResponseReturnValue:
    """Show an outside system with the newest cases that were sent to it."""
    system = get_or_404(get_outside_system(system_id))
    return render_template(
        "responses/outside_systems/show.html",
        system=system,
        cases=list_sent_cases(system),
        statuses_url=_statuses_url(system),
        max_tries=MAX_TRIES,
    )


@blueprint.page("/<id:system_id>/secret", "admin", methods=["POST"])
def rotate(system_id: int) -> ResponseReturnValue:
    """Give an outside system a new secret and show it once."""
    system = get_or_404(get_outside_system(system_id))
    secret = rotate_outside_secret(signed_in_person(), system, context=request_context())
    return _render_secret(system, secret)


@blueprint.page("/<id:system_id>/remove", "admin", methods=["POST"])
def remove(system_id: int) -> ResponseReturnValue:
    """Remove an outside system."""
    system = get_or_404(get_outside_system(system_id))
    remove_outside_system(signed_in_person(), system, context=request_context())
    return redirect_with_message(
        url_for("outside_systems.index"), _("The system is removed; nothing more is sent to it.")
    )


@blueprint.page("/cases/<id:case_id>/resend", "admin", methods=["POST"])
def resend(case_id: int) -> ResponseReturnValue:
    """Have a case sent to an outside system again."""
    case = get_or_404(get_sent_case(case_id))
    resend_case(signed_in_person(), case, context=request_context())
    return redirect_with_message(
        url_for("outside_systems.show", system_id=case.system_id),
        _("The case is sent again within a minute."),
    )
