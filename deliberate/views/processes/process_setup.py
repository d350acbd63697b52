"""Set-up of processes by administrators: texts, rules, phases, days off, opening and closing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.days import end_of_day, last_day, local_date, local_today, start_of_day
from deliberate.forms.processes import (
    USUAL_SWITCHES,
    CloseProcessForm,
    DayOffForm,
    NewPhaseForm,
    NewProcessForm,
    PhaseForm,
    ProcessForm,
)
from deliberate.operations.processes.process_setup import (
    FIELDS,
    change_process,
    open_planned_process,
    plan_process,
    set_day_off,
)
from deliberate.operations.processes.processes import close_process, remove_phase, schedule_phase
from deliberate.operations.responses.institutions import SlugTaken
from deliberate.permissions.processes import (
    OpeningRequirement,
    may_delete_process,
    may_remove_phase,
    missing_for_opening,
)
from deliberate.queries.polls.polls import poll_without_outcome
from deliberate.queries.processes.name_lists import areas_of_residents
from deliberate.queries.processes.phases import phase_steps
from deliberate.queries.processes.process_setup import (
    PAGE,
    get_process_for_setup,
    has_ex_ante_assessment,
    list_processes_for_setup,
)
from deliberate.queries.processes.working_days import INDONESIA, list_public_holidays
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.responses.response_owner import owed_responses
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import PhaseKind, PhaseSwitch

if TYPE_CHECKING:
    from deliberate.models import Institution, Phase, Process

RESIDENTS_SWITCHES = {
    PhaseSwitch.PROPOSE,
    PhaseSwitch.SUPPORT,
    PhaseSwitch.COMMENT,
    PhaseSwitch.VOTE,
}
"""What residents can do; a process that permits none of it can only be read."""
blueprint = LocalizedBlueprint("process_setup", url_prefix="/desk/processes")


@blueprint.page("", "admin")
def index() -> str:
    """Show all processes, planned ones too."""
    processes = list_processes_for_setup(int_arg("after"))
    shown = processes[:PAGE]
    after = shown[-1].id if len(processes) > PAGE else None
    return render_template(
        "processes/process_setup/index.html",
        shown=shown,
        next_url=url_for("process_setup.index", after=after) if after else "",
    )


@blueprint.page("/new", "admin", methods=BOTH)
def new() -> ResponseReturnValue:
    """Show the form for a new process, or plan the process."""
    form = NewProcessForm(submitted_data(), data=_defaults())
    institutions = set_institutions(form)

    def plan() -> "Process":
        return plan_process(
            signed_in_person(),
            form.slug.data or "",
            form.values(FIELDS),
            selected_parts(form, institutions),
            context=request_context(),
        )

    template = "processes/process_setup/new.html"
    return form_page(form, lambda: redirect_to_planned(form, plan), template)


def redirect_to_planned(
    form: NewProcessForm, plan: "Callable[[], Process]"
) -> ResponseReturnValue | None:
    """Plan a process and redirect to its set-up; None with an error if its address is taken."""
    try:
        process = plan()
    except SlugTaken:
        form.slug.errors = [_("Another process has this address.")]
        return None
    return redirect_with_message(
        url_for("process_setup.edit", slug=process.slug),
        _("The process is planned; only administrators see it."),
    )


def _defaults() -> dict[str, object]:
    settings = current_settings()
    return {
        "support_threshold": settings.support_threshold,
        "response_days": settings.response_days,
        "timezone": settings.timezone,
        "calendar": INDONESIA,
        "areas": areas_of_residents(),
    }


def set_institutions(form: ProcessForm) -> "dict[str, Institution]":
    """Set the institutions that a form offers; return them by the value of the choice."""
    institutions = {str(row.id): row for row in list_institutions()}
    form.set_choices((id_, localized_name(row)) for id_, row in institutions.items())
    return institutions


def selected_parts(
    form: ProcessForm, institutions: "dict[str, Institution]"
) -> "list[tuple[Institution, str]]":
    """Return the selected institutions with their parts."""
    return [(institutions[id_], part) for id_, part in form.parts().items()]


@blueprint.page("/<slug>", "admin", methods=BOTH)
def edit(slug: str) -> ResponseReturnValue:
    """Show the form of a process, or change its texts, rules and institutions."""
    process = get_or_404(get_process_for_setup(slug))
    form = ProcessForm(submitted_data(), obj=process)
    institutions = set_institutions(form)
    if request.method == "GET":
        fill_parts(form, process)

    def submit() -> ResponseReturnValue:
        change_process(
            signed_in_person(),
            process,
            form.values(FIELDS),
            selected_parts(form, institutions),
            form.reason.data or "",
            context=request_context(),
        )
        return redirect_with_message(
            url_for("process_setup.edit", slug=slug), _("The process is changed.")
        )

    return form_page(
        form,
        submit,
        "processes/process_setup/edit.html",
        show_refusal=True,
        process=process,
        undated=[kind for kind in PhaseKind if process.get_phase(kind) is None],
        may_delete=may_delete_process(signed_in_person(), process),
    )


def fill_parts(form: ProcessForm, process: "Process") -> None:
    """Select the institutions of a process in a form."""
    ids: dict[str, list[str]] = {"lead": [""], "consulted": [], "must_sign": []}
    for member in process.institutions:
        ids.setdefault(member.part, []).append(str(member.institution_id))
    form.lead.data = ids["lead"][-1]
    form.consulted.data, form.must_sign.data = ids["consulted"], ids["must_sign"]


@blueprint.page("/<slug>/phases/new", "admin", methods=BOTH)
def new_phase(slug: str) -> ResponseReturnValue:
    """Show the form of another phase, or add it."""
    process = get_or_404(get_process_for_setup(slug))
    form = NewPhaseForm(submitted_data())
    return _phase_page(process, form, lambda: _schedule(process, form, form.kind.data, None))


@blueprint.page("/<slug>/phases/<key>", "admin", methods=BOTH)
def phase(slug: str, key: str) -> ResponseReturnValue:
    """Show the form of a phase, or set its names, its dates and what it permits."""
    process = get_or_404(get_process_for_setup(slug))
    present = process.get_phase(key)
    if present is None and key not in list(PhaseKind):
        abort(404)
    form = PhaseForm(submitted_data(), obj=present)
    if request.method == "GET":
        _fill_phase(form, process, present, key)
    kind, number = (present.kind, present.number) if present else (key, 1)

    return _phase_page(
        process,
        form,
        lambda: _schedule(process, form, kind, number, present),
        key=key,
        phase=present,
        may_remove=present is not None and may_remove_phase(signed_in_person(), process),
    )


def _fill_phase(form: PhaseForm, process: "Process", present: "Phase | None", key: str) -> None:
    """Show the dates of a phase, or of a new one what its kind usually permits."""
    if present is None:
        form.switches.data = [switch.value for switch in USUAL_SWITCHES[PhaseKind(key)]]
    else:
        form.opens.data = local_date(process, present.opens_at).isoformat()
        form.closes.data = last_day(process, present.closes_at).isoformat()


def _phase_page(
    process: "Process",
    form: PhaseForm,
    submit: Callable[[], ResponseReturnValue],
    **context: object,
) -> ResponseReturnValue:
    return form_page(
        form,
        submit,
        "processes/process_setup/phase.html",
        show_refusal=True,
        process=process,
        **context,
    )


def _schedule(
    process: "Process",
    form: PhaseForm,
    kind: str,
    number: int | None,
    present: "Phase | None" = None,
) -> ResponseReturnValue:
    schedule_phase(
        signed_in_person(),
        process,
        PhaseKind(kind),
        *_moments(process, present, *form.dates()),
        form.selected_switches(),
        form.reason.data or "",
        number=number,
        names=(form.name.data or "", form.name_en.data or ""),
        context=request_context(),
    )
    return redirect_with_message(
        url_for("process_setup.edit", slug=process.slug), _("The dates of the phase are saved.")
    )


@blueprint.page("/<slug>/phases/<key>/remove", "admin", methods=("POST",), name="remove_phase")
def remove(slug: str, key: str) -> ResponseReturnValue:
    """Remove a phase of a planned process."""
    process = get_or_404(get_process_for_setup(slug))
    remove_phase(
        signed_in_person(), process, get_or_404(process.get_phase(key)), context=request_context()
    )
    return redirect_with_message(
        url_for("process_setup.edit", slug=slug), _("The phase is removed.")
    )


def _moments(
    process: "Process", present: "Phase | None", opens: date, closes: date
) -> tuple[datetime, datetime]:
    """Return the dates of a phase as moments; the hour of an unchanged date remains."""
    opens_at, closes_at = start_of_day(process, opens), end_of_day(process, closes)
    if present is not None and local_date(process, present.opens_at) == opens:
        opens_at = present.opens_at
    if present is not None and last_day(process, present.closes_at) == closes:
        closes_at = present.closes_at
    return opens_at, closes_at


@blueprint.page("/<slug>/check", "admin")
def check(slug: str) -> str:
    """Show what residents will see of a process, and what is missing before it can open."""
    process = get_or_404(get_process_for_setup(slug))
    return render_template(
        "processes/process_setup/check.html",
        process=process,
        phases=phase_steps(process),
        missing=[
            (decision.reason, *_page_for(requirement, slug))
            for requirement, decision in missing_for_opening(process).items()
        ],
        is_assessed=has_ex_ante_assessment(process),
        is_for_reading_only=bool(process.phases)
        and not any(RESIDENTS_SWITCHES & set(phase.switches) for phase in process.phases),
    )


def _page_for(requirement: OpeningRequirement, slug: str) -> tuple[str, str]:
    """Return the URL and the name of the page on which a requirement is met."""
    if requirement == OpeningRequirement.MODERATORS:
        return url_for("invitations.index"), _("Invitations")
    anchor = {
        OpeningRequirement.QUESTION: "title",
        OpeningRequirement.LIMITS: "open_points",
        OpeningRequirement.LEAD: "lead",
        OpeningRequirement.PHASES: "phases",
    }[requirement]
    return url_for("process_setup.edit", slug=slug, _anchor=anchor), _("Set-up of the process")


@blueprint.page("/<slug>/open", "admin", methods=("POST",), name="open")
def open_process(slug: str) -> ResponseReturnValue:
    """Open a planned process to residents."""
    open_planned_process(
        signed_in_person(), get_or_404(get_process_for_setup(slug)), context=request_context()
    )
    return redirect_with_message(
        url_for("processes.show", slug=slug), _("The process is open; everybody sees it.")
    )


@blueprint.page("/<slug>/close", "admin", methods=BOTH)
def close(slug: str) -> ResponseReturnValue:
    """Show what closing a process means and which responses are owed, or close it."""
    process = get_or_404(get_process_for_setup(slug))
    form = CloseProcessForm(submitted_data())
    return form_page(
        form,
        lambda: _close(process, form),
        "processes/process_setup/close.html",
        show_refusal=True,
        process=process,
        owed=owed_responses(process),
        poll=poll_without_outcome(process.id),
    )


def _close(process: "Process", form: CloseProcessForm) -> ResponseReturnValue:
    close_process(
        signed_in_person(),
        process,
        form.reason.data or "",
        keeps_duty=bool(form.keeps_duty.data),
        context=request_context(),
    )
    return redirect_with_message(
        url_for("processes.show", slug=process.slug),
        _("The process is closed; everything stays readable."),
    )


@blueprint.page("/<slug>/days", "admin", methods=BOTH)
def days_off(slug: str) -> ResponseReturnValue:
    """Show the holidays and added days off of a process, or add a day off."""
    process = get_or_404(get_process_for_setup(slug))
    form = DayOffForm(submitted_data())

    def submit() -> ResponseReturnValue:
        day = get_or_404(form.day.day)
        set_day_off(
            signed_in_person(), process, day, form.name.data or "", context=request_context()
        )
        return redirect_with_message(
            url_for("process_setup.days_off", slug=slug), _("The day off is added.")
        )

    return form_page(
        form,
        submit,
        "processes/process_setup/days_off.html",
        process=process,
        added=[(date.fromisoformat(day), name) for day, name in sorted(process.days_off.items())],
        holidays=_coming_holidays(process),
    )


def _coming_holidays(process: "Process") -> list[tuple[date, str]]:
    """Return the public holidays of this year and the next with their names."""
    this_year = local_today(process).year
    return [
        holiday
        for year in (this_year, this_year + 1)
        for holiday in list_public_holidays(process.calendar, year, g.language)
    ]


@blueprint.page("/<slug>/days/end", "admin", methods=("POST",))
def remove_day_off(slug: str) -> ResponseReturnValue:
    """Remove an added day off."""
    process = get_or_404(get_process_for_setup(slug))
    day = next((day for day in process.days_off if day == request.form.get("day")), None)
    set_day_off(
        signed_in_person(),
        process,
        date.fromisoformat(get_or_404(day)),
        "",
        context=request_context(),
    )
    return redirect_with_message(
        url_for("process_setup.days_off", slug=slug), _("This day is a working day again.")
    )
