"""Requests for protected data: a researcher's own requests and the administrators' queue."""

from datetime import date
from typing import cast

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.releases import DataAccessRequestForm, RefuseAccessForm, RemoveReleaseForm
from deliberate.operations import RepeatedForm
from deliberate.operations.releases.data_access_requests import (
    fetch_protected_release,
    grant_data_access,
    refuse_data_access,
    request_data_access,
)
from deliberate.operations.releases.releases import remove_release as remove_release_files
from deliberate.permissions.releases import may_decide_request, may_fetch_data
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.data_access_requests import (
    PAGE,
    decided_requests,
    get_data_access_request,
    pending_requests,
    requestable_processes,
    requests_by_person,
)
from deliberate.queries.releases.releases import get_release, newest_releases
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("data_access_requests")
REQUEST = "<id:request_id>"


@blueprint.page("/data/requests", "researcher", methods=BOTH)
def own_requests() -> ResponseReturnValue:
    """List the researcher's requests, or file another."""
    person = signed_in_person()
    form = DataAccessRequestForm(submitted_data())
    form.slug.choices = [
        (process.slug, process.text_in("title", g.language)) for process in requestable_processes()
    ]

    def submit() -> ResponseReturnValue:
        request_data_access(
            person,
            get_or_404(get_process(form.slug.data)),
            form.purpose.data or "",
            form.ethics_reference.data or "",
            cast(date, form.access_until.day),  # required by the form
            context=request_context(),
        )
        return redirect_with_message(
            url_for("data_access_requests.own_requests"),
            _("Your request has been sent. An administrator decides; see the decision here."),
        )

    return form_page(
        form,
        submit,
        "releases/data_access_requests/own_requests.html",
        requests=requests_by_person(person.id),
        may=may_fetch_data,
    )


@blueprint.page(f"/data/requests/{REQUEST}/files", "researcher", methods=["POST"])
def download(request_id: int) -> ResponseReturnValue:
    """Return the files; each download is an act, so a repeated form leads back to the page."""
    access_request = get_or_404(get_data_access_request(request_id))
    folder = current_settings().releases_path
    try:
        archive = fetch_protected_release(
            signed_in_person(), access_request, folder, context=request_context()
        )
    except RepeatedForm:
        return see_other(url_for("data_access_requests.own_requests"))
    return send_stored_file(archive.parent, archive.name, as_attachment=True, max_age=0)


@blueprint.page("/desk/requests", "admin")
def queue() -> str:
    """List pending and decided requests, and the releases that can be removed."""
    after = int_arg("after")
    decided = decided_requests(after)
    has_more = len(decided) > PAGE
    queue_url = url_for("data_access_requests.queue")
    return render_template(
        "releases/data_access_requests/queue.html",
        waiting=pending_requests(),
        decided=decided[:PAGE],
        releases=newest_releases(),
        next_url=url_for("data_access_requests.queue", after=decided[PAGE - 1].id)
        if has_more
        else "",
        first_url=queue_url if after else "",
    )


@blueprint.page(f"/desk/requests/{REQUEST}", "admin")
def show(request_id: int) -> ResponseReturnValue:
    """Show a request with its decision or the forms to decide."""
    return _render_request(request_id, RefuseAccessForm())


def _render_request(request_id: int, form: RefuseAccessForm) -> str:
    access_request = get_or_404(get_data_access_request(request_id))
    return render_template(
        "releases/data_access_requests/show.html",
        access_request=access_request,
        form=form,
        may=may_decide_request(signed_in_person(), access_request),
    )


@blueprint.page(f"/desk/requests/{REQUEST}/grant", "admin", methods=["POST"])
def grant(request_id: int) -> ResponseReturnValue:
    """Grant access."""
    grant_data_access(
        signed_in_person(),
        get_or_404(get_data_access_request(request_id)),
        context=request_context(),
    )
    message = _("Access is granted. The files will be built within minutes.")
    return redirect_with_message(url_for("data_access_requests.queue"), message)


@blueprint.page(f"/desk/requests/{REQUEST}/refuse", "admin", methods=["POST"])
def refuse(request_id: int) -> ResponseReturnValue:
    """Refuse access with a reason."""
    form = RefuseAccessForm(request.form)
    if not form.validate():
        return _render_request(request_id, form), 422
    access_request = get_or_404(get_data_access_request(request_id))
    refuse_data_access(
        signed_in_person(), access_request, form.reason.data or "", context=request_context()
    )
    message = _("The request is refused. The researcher can read the reason.")
    return redirect_with_message(url_for("data_access_requests.queue"), message)


@blueprint.page("/desk/releases/<id:release_id>", "admin", methods=BOTH)
def remove_release(release_id: int) -> ResponseReturnValue:
    """Show the form for removing a release, or remove it; its URL then shows the reason."""
    release = get_or_404(get_release(release_id))
    form = RemoveReleaseForm(submitted_data())

    def submit() -> ResponseReturnValue:
        remove_release_files(signed_in_person(), release, form.reason.data or "")
        message = _("The release is removed. Its address shows the reason.")
        return redirect_with_message(url_for("data_access_requests.queue"), message)

    return form_page(
        form, submit, "releases/data_access_requests/remove_release.html", release=release
    )
