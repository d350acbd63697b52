"""Who takes part: comparison with the population, own declarations, the table of figures."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.scores.inclusion import GroupForm, PopulationForm
from deliberate.operations.scores.inclusion import declare_group, retract_group, state_population
from deliberate.operations.scores.population_csv import (
    InvalidPopulation,
    PopulationTable,
    parse_population,
)
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.scores.inclusion import may_declare_group, may_state_population
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.inclusion import (
    LEAST_PEOPLE,
    bands_by_field,
    compare_with_population,
    get_last_round,
    list_population,
    missing_groups,
    own_declarations,
    population_hash,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.uploads import UnreadableUpload, uploaded_table
from deliberate.views.site.form_pages import (
    UNPROCESSABLE,
    redirect_with_message,
)
from deliberate.views.site.rate_limits import count_upload
from deliberate.views.site.request_context import (
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import PopulationField

if TYPE_CHECKING:
    from deliberate.models import Process

blueprint = LocalizedBlueprint("inclusion")
DESK = "/desk/processes/<slug>/population"
OWN = "/processes/<slug>/groups"


@blueprint.page("/processes/<slug>/inclusion", "public", cached=True)
def show(slug: str) -> ResponseReturnValue:
    """Compare those who take part in a process with its population, without small groups."""
    process = get_or_404(get_process(slug))
    fields = compare_with_population(process.id)
    bands = list_population(process.id)
    return render_template(
        "scores/inclusion/show.html",
        process=process,
        fields=fields,
        missing=missing_groups(fields),
        last=get_last_round(process.id),
        least=LEAST_PEOPLE,
        table_hash=population_hash(bands) if bands else "",
        rows=[band.as_row() for band in bands],
    )


@blueprint.page(OWN, "signed_in")
def own_groups(slug: str) -> ResponseReturnValue:
    """Show the fields that a resident may declare, each with a form of its own."""
    return _render_own(get_or_404(get_process(slug)))


def _render_own(process: "Process", submitted: tuple[str, GroupForm] | None = None) -> str:
    person = signed_in_person()
    own = own_declarations(person, process)
    fields = bands_by_field(list_population(process.id))
    forms = {name: _group_form(name, own.get(name, "")) for name in fields}
    for name, form in forms.items():
        form.set_bands((band.band, band.name) for band in fields[name])
    if submitted:
        forms[PopulationField(submitted[0])] = submitted[1]
    return render_template(
        "scores/inclusion/own_groups.html",
        process=process,
        forms=forms,
        own=own,
        may_declare=may_declare_group(person, process),
    )


def _group_form(name: str, band: str) -> GroupForm:
    return GroupForm(prefix=f"{name}-", data={"band": band})


@blueprint.page(f"{OWN}/<field>", "signed_in", methods=["POST"], rate_limit=CLICKS)
def declare(slug: str, field: str) -> ResponseReturnValue:
    """Declare a band of one field."""
    process, name = get_or_404(get_process(slug)), _field(field)
    form = GroupForm(request.form, prefix=f"{name}-")
    bands = bands_by_field(list_population(process.id)).get(name, [])
    form.set_bands((band.band, band.name) for band in get_or_404(bands or None))
    if form.validate():
        try:
            declare_group(
                signed_in_person(), process, name, form.band.data, context=request_context()
            )
        except InvalidInput as error:
            form.band.errors = [str(error.reason)]
    if form.errors:
        return _render_own(process, (name, form)), UNPROCESSABLE
    return redirect_with_message(
        url_for("inclusion.own_groups", slug=slug),
        _("Your answer is saved. You can change it or take it back here at any time."),
    )


@blueprint.page(f"{OWN}/<field>/retract", "signed_in", methods=["POST"], rate_limit=CLICKS)
def retract(slug: str, field: str) -> ResponseReturnValue:
    """Take the declaration of one field back."""
    process = get_or_404(get_process(slug))
    retract_group(signed_in_person(), process, _field(field), context=request_context())
    return redirect_with_message(
        url_for("inclusion.own_groups", slug=slug), _("Your answer is deleted.")
    )


def _field(text: str) -> PopulationField:
    """Return the field with a name, or raise NotFound."""
    known = {str(name): name for name in PopulationField}
    return get_or_404(known.get(text))


@blueprint.page(DESK, "admin")
def population(slug: str) -> ResponseReturnValue:
    """Show the stated population of a process, with the form for a table."""
    return _render_population(_managed_process(slug), PopulationForm())


def _managed_process(slug: str) -> "Process":
    process = get_or_404(get_process_for_setup(slug))
    require(may_state_population(signed_in_person(), process))
    return process


def _render_population(
    process: "Process",
    form: PopulationForm,
    table: PopulationTable | None = None,
    *,
    is_preview: bool = False,
) -> str:
    return render_template(
        "scores/inclusion/population.html",
        process=process,
        form=form,
        table=table,
        is_preview=is_preview,
        stated=bands_by_field(list_population(process.id)),
    )


@blueprint.page(f"{DESK}/state", "admin", methods=["POST"], files=True)
def state(slug: str) -> ResponseReturnValue:
    """Show a table as it was read, then state it; if a line is wrong, nothing is stored."""
    process, form = _managed_process(slug), PopulationForm(request.form)
    file = request.files.get("file")
    if file is not None and file.filename:
        count_upload()
        try:
            form.table.data = uploaded_table(file)
        except UnreadableUpload as error:
            form.file.errors = [str(error)]
            return _render_population(process, form, None), UNPROCESSABLE
    table = _parse(form) if form.validate() else None
    if table is None or form.errors:
        return _render_population(process, form, table), UNPROCESSABLE
    if "confirm" not in request.form:
        return _render_population(process, form, table, is_preview=True)
    state_population(signed_in_person(), process, table.bands, context=request_context())
    return redirect_with_message(
        url_for("inclusion.population", slug=slug),
        _("The figures are stated. Residents can say now to which group they belong."),
    )


def _parse(form: PopulationForm) -> PopulationTable | None:
    """Return the table of a form; its errors say what is wrong."""
    try:
        table = parse_population(form.table.data or "")
    except InvalidPopulation as error:
        form.table.errors = [str(error)]
        return None
    if table.problems:
        form.table.errors = [_("Some lines are wrong; nothing was stored.")]
    return table
