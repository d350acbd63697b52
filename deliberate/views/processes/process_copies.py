"""Copies of earlier processes with shifted dates, and the deletion of planned ones."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.days import end_of_day, last_day, local_date, local_today, start_of_day
from deliberate.forms.processes import (
    CopiedPhaseForm,
    CopyProcessForm,
    DeleteProcessForm,
    StartDayForm,
)
from deliberate.operations.processes.process_setup import (
    FIELDS,
    PhasePlan,
    copy_process,
    delete_process,
)
from deliberate.permissions.processes import may_delete_process
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.views.processes.process_setup import (
    fill_parts,
    redirect_to_planned,
    selected_parts,
    set_institutions,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, form_page, redirect_with_message, submitted_data
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.vocabulary import PhaseKind

if TYPE_CHECKING:
    from deliberate.models import Phase, Process

blueprint = LocalizedBlueprint("process_copies", url_prefix="/desk/processes")


@blueprint.page("/<slug>/copy", "admin", methods=BOTH)
def copy(slug: str) -> ResponseReturnValue:
    """Show a new process with everything of an earlier one, to be changed, or plan it."""
    source = get_or_404(get_process_for_setup(slug))
    start_form, start = _start_day(source)
    form = CopyProcessForm(submitted_data(), data=_defaults(source, start))
    institutions = set_institutions(form)
    if request.method == "GET":
        fill_parts(form, source)

    def plan() -> "Process":
        return copy_process(
            signed_in_person(),
            form.slug.data or "",
            form.values(FIELDS),
            selected_parts(form, institutions),
            [_planned_phase(form, phase) for phase in form.kept_phases()],
            {day: name for day, name in source.days_off.items() if "days_off" in request.form},
            context=request_context(),
        )

    return form_page(
        form,
        lambda: redirect_to_planned(form, plan),
        "processes/process_setup/copy.html",
        show_refusal=True,
        source=source,
        start_form=start_form,
        keeps_days_off=request.method == "GET" or "days_off" in request.form,
    )


def _start_day(source: "Process") -> "tuple[StartDayForm, date]":
    """Return the form of the first day, and that day: today where none is chosen."""
    form = StartDayForm(request.args if "start" in request.args else None)
    is_chosen = "start" in request.args and form.validate()
    start = (form.start.day if is_chosen else None) or local_today(source)
    if not form.start.data:
        form.start.data = start.isoformat()
    return form, start


def _defaults(source: "Process", start: date) -> dict[str, object]:
    """Return the values of a process for the form, its phases moved to begin on a day."""
    first = min((local_date(source, phase.opens_at) for phase in source.phases), default=start)
    phases = [_copied_phase(phase, start - first) for phase in source.phases]
    return {name: getattr(source, name) for name in FIELDS} | {"phases": phases}


def _copied_phase(phase: "Phase", shift: timedelta) -> dict[str, object]:
    process = phase.process
    return {
        "kind": phase.kind,
        "is_kept": True,
        "name": phase.name,
        "name_en": phase.name_en,
        "opens": (local_date(process, phase.opens_at) + shift).isoformat(),
        "closes": (last_day(process, phase.closes_at) + shift).isoformat(),
        "switches": phase.switches,
    }


def _planned_phase(form: CopyProcessForm, phase: CopiedPhaseForm) -> PhasePlan:
    place = form.place()
    opens, closes = phase.dates()
    return PhasePlan(
        PhaseKind(phase.kind.data),
        (phase.name.data or "", phase.name_en.data or ""),
        start_of_day(place, opens),
        end_of_day(place, closes),
        [switch.value for switch in phase.selected_switches()],
    )


@blueprint.page("/<slug>/delete", "admin", methods=BOTH)
def delete(slug: str) -> ResponseReturnValue:
    """Show what deleting a planned process means, or delete it."""
    process = get_or_404(get_process_for_setup(slug))
    form = DeleteProcessForm(submitted_data())

    def submit() -> ResponseReturnValue:
        delete_process(signed_in_person(), process, context=request_context())
        return redirect_with_message(
            url_for("process_setup.index"), _("The planned process is deleted.")
        )

    return form_page(
        form,
        submit,
        "processes/process_setup/delete.html",
        show_refusal=True,
        process=process,
        answer=may_delete_process(signed_in_person(), process),
    )
