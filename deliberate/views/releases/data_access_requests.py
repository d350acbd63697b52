"""The protected tier of research data: asked for, decided on, fetched."""

from typing import Any

from flask import current_app, flash, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.releases import RefusalForm, RemovalForm, RequestForm
from deliberate.operations import RepeatedForm
from deliberate.operations.releases.data_access_requests import (
    fetch_release,
    grant_request,
    refuse_request,
    request_release,
)
from deliberate.operations.releases.releases import remove_release
from deliberate.permissions.releases import may_decide_request, may_fetch
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.data_access_requests import (
    PAGE,
    processes_to_ask_for,
    request_numbered,
    requests_decided,
    requests_of,
    requests_waiting,
)
from deliberate.queries.releases.releases import open_releases, release_numbered
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg, see_other

blueprint = LocalizedBlueprint("data_access_requests")
NUMBER = "<id:number>"


@blueprint.page("/data/requests", "researcher", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """My requests, and the form for another."""
    form: Any = RequestForm(request.form if request.method == "POST" else None)
    processes = processes_to_ask_for()
    form.slug.choices = [(p.slug, p.said("title", g.language)) for p in processes]
    if request.method == "POST" and form.validate():
        process = get_or_404(get_process(form.slug.data))
        request_release(
            current_person(), process, form.purpose.data, form.ethics.data, form.until.day
        )
        flash(_("Your request is filed. An administrator decides; you are told here."), "success")
        return see_other(url_for("data_access_requests.mine"))
    page = render_template(
        "releases/data_access_requests/mine.html",
        form=form,
        requests=requests_of(current_person().id),
        may=may_fetch,
    )
    return page, (422 if form.errors else 200)


@blueprint.page(f"/data/requests/{NUMBER}/files", "researcher", methods=["POST"])
def files(number: int) -> ResponseReturnValue:
    """Fetch the files; each time is an act, so a form sent twice leads back for another."""
    asked = get_or_404(request_numbered(number))
    folder = current_app.config["SETTINGS"].releases_path
    try:
        packed = fetch_release(current_person(), asked, folder)
    except RepeatedForm:
        return see_other(url_for("data_access_requests.mine"))
    return send_file(packed, as_attachment=True, max_age=0)


# --- the administrators' desk --------------------------------------------------------------------


@blueprint.page("/desk/requests", "admin")
def queue() -> str:
    """Requests that wait, those decided, and the releases that may be taken away."""
    decided = requests_decided(int_arg("after"))
    shown = decided[:PAGE]
    return render_template(
        "releases/data_access_requests/queue.html",
        waiting=requests_waiting(),
        decided=shown,
        releases=open_releases(),
        next_url=url_for("data_access_requests.queue", after=shown[-1].id)
        if len(decided) > len(shown)
        else "",
        first_url=url_for("data_access_requests.queue") if int_arg("after") else "",
    )


@blueprint.page(f"/desk/requests/{NUMBER}", "admin")
def asked(number: int) -> ResponseReturnValue:
    """One request, with the decision on it or the ways to decide."""
    return _asked_page(number, RefusalForm())


def _asked_page(number: int, form: RefusalForm) -> str:
    one = get_or_404(request_numbered(number))
    return render_template(
        "releases/data_access_requests/asked.html",
        asked=one,
        form=form,
        may=may_decide_request(current_person(), one),
    )


@blueprint.page(f"/desk/requests/{NUMBER}/grant", "admin", methods=["POST"])
def grant(number: int) -> ResponseReturnValue:
    """Give access."""
    grant_request(current_person(), get_or_404(request_numbered(number)))
    flash(_("Access is given; the files are built within minutes."), "success")
    return see_other(url_for("data_access_requests.queue"))


@blueprint.page(f"/desk/requests/{NUMBER}/refuse", "admin", methods=["POST"])
def refuse(number: int) -> ResponseReturnValue:
    """Give no access, with the reason."""
    form = RefusalForm(request.form)
    if not form.validate():
        return _asked_page(number, form), 422
    one = get_or_404(request_numbered(number))
    refuse_request(current_person(), one, form.reason.data)
    flash(_("The request is refused; the reason stands with it."), "success")
    return see_other(url_for("data_access_requests.queue"))


@blueprint.page(f"/desk/releases/{NUMBER}", "admin", methods=["GET", "POST"])
def removal(number: int) -> ResponseReturnValue:
    """Take a release away; its address says why."""
    release = get_or_404(release_numbered(number))
    form = RemovalForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        remove_release(current_person(), release, form.reason.data)
        flash(_("The release is taken away; its address says why."), "success")
        return see_other(url_for("data_access_requests.queue"))
    page = render_template("releases/data_access_requests/removal.html", release=release, form=form)
    return page, (422 if form.errors else 200)
