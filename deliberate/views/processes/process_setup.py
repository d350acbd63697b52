"""Setting up processes at the desk: words and limits, phases, days off, the check, opening."""

from datetime import date
from typing import Any

from flask import current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.forms.processes import DayOffForm, NewProcessForm, PhaseForm, ProcessForm
from deliberate.operations.processes import process_setup as process_setup_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.responses.institutions import AddressTaken
from deliberate.permissions.decision import Refused
from deliberate.permissions.processes import missing_for_opening
from deliberate.queries.accounts.accounts import institutions_by_name
from deliberate.queries.processes import working_days as working_day_queries
from deliberate.queries.processes.process_setup import (
    PAGE,
    is_assessed_before,
    process_to_set_up,
    processes_to_set_up,
)
from deliberate.queries.responses.responses import name_here
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg, see_other
from deliberate.vocabulary import PhaseKind

blueprint = LocalizedBlueprint("process_setup", url_prefix="/desk/processes")
BOTH = ("GET", "POST")
PHASE = f"<any({','.join(PhaseKind)}):kind>"


@blueprint.page("", "admin")
def index() -> str:
    """Every process, planned ones too."""
    listed = processes_to_set_up(int_arg("after"))
    shown = listed[:PAGE]
    after = shown[-1].id if len(listed) > len(shown) else None
    return render_template(
        "processes/process_setup/index.html",
        shown=shown,
        next_url=url_for("process_setup.index", after=after) if after else "",
    )


@blueprint.page("/new", "admin", methods=BOTH)
def new() -> ResponseReturnValue:
    """Begin to set up a process that nobody else sees yet."""
    form: Any = NewProcessForm(request.form if request.method == "POST" else None, data=_usual())
    offices = _offices(form)
    if request.method == "POST" and form.validate():
        try:
            process = process_setup_operations.plan_process(
                current_person(),
                form.slug.data,
                form.told(process_setup_operations.FIELDS),
                _parts(form, offices),
            )
        except AddressTaken:
            form.slug.errors = [_("Another process has this address.")]
        else:
            flash(_("The process is planned; only administrators see it."), "success")
            return see_other(url_for("process_setup.process", slug=process.slug))
    page = render_template("processes/process_setup/new.html", form=form)
    return page, (422 if form.errors else 200)


def _usual() -> dict[str, Any]:
    """What the installation's settings say of every process."""
    settings = current_app.config["SETTINGS"]
    names = ("support_threshold", "response_days", "timezone")
    return {
        **{name: getattr(settings, name) for name in names},
        "calendar": working_day_queries.INDONESIA,
    }


def _offices(form: Any) -> dict[str, Any]:
    offices = {str(office.id): office for office in institutions_by_name()}
    form.offer((number, name_here(office)) for number, office in offices.items())
    return offices


def _parts(form: Any, offices: dict[str, Any]) -> list[tuple[Any, str]]:
    return [(offices[number], part) for number, part in form.parts().items()]


@blueprint.page("/<slug>", "admin", methods=BOTH)
def process(slug: str) -> ResponseReturnValue:
    """One process: its words, limits, institutions and rules; the ways to phases and the check."""
    here = get_or_404(process_to_set_up(slug))
    form: Any = ProcessForm(request.form if request.method == "POST" else None, obj=here)
    offices = _offices(form)
    refusal = ""
    if request.method == "POST" and form.validate():
        told, parts = form.told(process_setup_operations.FIELDS), _parts(form, offices)
        try:
            process_setup_operations.change_process(
                current_person(), here, told, parts, form.reason.data or ""
            )
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            flash(_("The process is changed."), "success")
            return see_other(url_for("process_setup.process", slug=slug))
    elif request.method == "GET":
        _show_parts(form, here)
    page = render_template(
        "processes/process_setup/process.html", process=here, form=form, refusal=refusal
    )
    return page, (422 if form.errors or refusal else 200)


def _show_parts(form: Any, process: Any) -> None:
    by_part: dict[str, list[str]] = {"lead": [""], "consulted": [], "must_sign": []}
    for member in process.institutions:
        by_part.setdefault(member.part, []).append(str(member.institution_id))
    form.lead.data = by_part["lead"][-1]
    form.consulted.data, form.must_sign.data = by_part["consulted"], by_part["must_sign"]


@blueprint.page(f"/<slug>/phases/{PHASE}", "admin", methods=BOTH)
def phase(slug: str, kind: str) -> ResponseReturnValue:
    """The days of a phase and what it makes possible."""
    here = get_or_404(process_to_set_up(slug))
    present = next((phase for phase in here.phases if phase.kind == kind), None)
    form: Any = PhaseForm(request.form if request.method == "POST" else None)
    refusal = ""
    if request.method == "POST" and form.validate():
        opens_at, closes_at = _moments(here, present, form)
        try:
            process_operations.schedule_phase(
                current_person(),
                here,
                PhaseKind(kind),
                opens_at,
                closes_at,
                form.chosen(),
                form.reason.data or "",
            )
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            flash(_("The phase has its dates."), "success")
            return see_other(url_for("process_setup.process", slug=slug))
    elif request.method == "GET" and present is not None:
        form.opens.data = working_day_queries.local_day(here, present.opens_at).isoformat()
        form.closes.data = working_day_queries.last_day(here, present.closes_at).isoformat()
        form.switches.data = present.switches
    page = render_template(
        "processes/process_setup/phase.html",
        process=here,
        phase=present,
        kind=kind,
        form=form,
        refusal=refusal,
    )
    return page, (422 if form.errors or refusal else 200)


def _moments(process: Any, phase: Any, form: Any) -> tuple[Any, Any]:
    """The days as moments; a day that was not changed keeps its hour."""
    opens, closes = form.opens.day, form.closes.day
    if phase is not None and working_day_queries.local_day(process, phase.opens_at) == opens:
        opens_at = phase.opens_at
    else:
        opens_at = working_day_queries.start_of(process, opens)
    if phase is not None and working_day_queries.last_day(process, phase.closes_at) == closes:
        return opens_at, phase.closes_at
    return opens_at, working_day_queries.end_of(process, closes)


@blueprint.page("/<slug>/check", "admin")
def check(slug: str) -> str:
    """What residents will see, what is missing, and the button that opens it."""
    here = get_or_404(process_to_set_up(slug))
    return render_template(
        "processes/process_setup/check.html",
        process=here,
        phases=working_day_queries.phase_steps(here),
        missing=[answer.reason for answer in missing_for_opening(here)],
        is_assessed=is_assessed_before(here),
    )


@blueprint.page("/<slug>/open", "admin", methods=("POST",), name="open")
def open_now(slug: str) -> ResponseReturnValue:
    """Open it: from now on residents see it."""
    process_setup_operations.open_planned_process(
        current_person(), get_or_404(process_to_set_up(slug))
    )
    flash(_("The process is open; everybody sees it."), "success")
    return see_other(url_for("processes.show", slug=slug))


@blueprint.page("/<slug>/close", "admin", methods=("POST",))
def close(slug: str) -> ResponseReturnValue:
    """End it; everything stays readable."""
    process_operations.close_process(current_person(), get_or_404(process_to_set_up(slug)))
    flash(_("The process is closed; everything stays readable."), "success")
    return see_other(url_for("processes.show", slug=slug))


@blueprint.page("/<slug>/days", "admin", methods=BOTH)
def days(slug: str) -> ResponseReturnValue:
    """Days on which its offices do not work: holidays, and days added."""
    here = get_or_404(process_to_set_up(slug))
    form: Any = DayOffForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        process_setup_operations.set_day_off(current_person(), here, form.day.day, form.name.data)
        flash(_("The day off is added."), "success")
        return see_other(url_for("process_setup.days", slug=slug))
    this_year = working_day_queries.local_day(here, now()).year
    page = render_template(
        "processes/process_setup/days.html",
        process=here,
        form=form,
        added=[(date.fromisoformat(day), name) for day, name in sorted(here.days_off.items())],
        holidays=[
            named
            for year in (this_year, this_year + 1)
            for named in working_day_queries.national_days(here.calendar, year, g.language)
        ],
    )
    return page, (422 if form.errors else 200)


@blueprint.page("/<slug>/days/end", "admin", methods=("POST",))
def end_day(slug: str) -> ResponseReturnValue:
    """Take a day off back."""
    here = get_or_404(process_to_set_up(slug))
    day = next((d for d in here.days_off if d == request.form.get("day")), None)
    process_setup_operations.set_day_off(
        current_person(), here, date.fromisoformat(get_or_404(day)), ""
    )
    flash(_("Offices work on that day again."), "success")
    return see_other(url_for("process_setup.days", slug=slug))
