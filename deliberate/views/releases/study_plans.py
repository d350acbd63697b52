"""Study plans registered before the data: the list of a process, each plan, and their forms."""

from typing import TYPE_CHECKING, cast

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.releases import StudyPlanAmendmentForm, StudyPlanForm
from deliberate.operations import RepeatedForm
from deliberate.operations.releases.study_plans import register_plan
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.releases import may_amend_plan, may_register_plan
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.study_plans import (
    PAGE,
    get_content_mark,
    get_plan,
    get_position,
    list_plans,
    list_versions,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Process, StudyPlan

blueprint = LocalizedBlueprint("study_plans")
PLANS = "/processes/<slug>/study-plans"
PLAN = f"{PLANS}/<id:plan_id>"


@blueprint.page(PLANS, "public")
def index(slug: str) -> ResponseReturnValue:
    """List the newest versions of the plans of a process, last registered first."""
    process, after = get_or_404(get_process(slug)), int_arg("after")
    rows = list_plans(process.id, after or None)
    shown = rows[:PAGE]
    is_last = len(rows) <= PAGE
    return render_template(
        "releases/study_plans/index.html",
        process=process,
        plans=shown,
        next_url="" if is_last else url_for("study_plans.index", slug=slug, after=shown[-1].id),
        may_register=may_register_plan(current_person()),
    )


@blueprint.page(PLAN, "public")
def show(slug: str, plan_id: int) -> ResponseReturnValue:
    """Show a version of a plan, with its place in the log and the other versions."""
    process = get_or_404(get_process(slug))
    plan = get_or_404(get_plan(process.id, plan_id))
    versions = list_versions(plan)
    return render_template(
        "releases/study_plans/show.html",
        process=process,
        plan=plan,
        versions=versions,
        position=get_position(plan),
        mark=get_content_mark(plan),
        may_amend=may_amend_plan(current_person(), versions[-1]),
    )


@blueprint.page(f"{PLANS}/new", "researcher", "evaluator", methods=BOTH, rate_limit=TEXTS)
def register(slug: str) -> ResponseReturnValue:
    """Show the form of a plan, or register one."""
    process = get_or_404(get_process(slug))
    require(may_register_plan(signed_in_person()))
    form = StudyPlanForm(submitted_data(), language=g.language)
    return _form_page(process, form, None)


@blueprint.page(f"{PLAN}/amend", "researcher", "evaluator", methods=BOTH, rate_limit=TEXTS)
def amend(slug: str, plan_id: int) -> ResponseReturnValue:
    """Show the form of another version with the texts of the newest, or register it."""
    process = get_or_404(get_process(slug))
    newest = list_versions(get_or_404(get_plan(process.id, plan_id)))[-1]
    require(may_amend_plan(signed_in_person(), newest))
    typed = submitted_data()
    form = StudyPlanAmendmentForm(typed, obj=newest if typed is None else None)
    if typed is None:
        form.changes.data = ""
    return _form_page(process, form, newest)


def _form_page(
    process: "Process", form: StudyPlanForm, amends: "StudyPlan | None"
) -> ResponseReturnValue:
    def submit() -> ResponseReturnValue:
        texts = {name: str(value or "") for name, value in form.data.items()}
        language = cast(str, form.language.data)  # required by the form
        try:
            plan_id = register_plan(
                signed_in_person(),
                process,
                texts,
                language,
                amends=amends,
                context=request_context(),
            ).id
        except RepeatedForm as repeated:
            plan_id = repeated.subject_id
        return redirect_with_message(
            url_for("study_plans.show", slug=process.slug, plan_id=plan_id),
            _("The plan is registered. Nobody can change it any more."),
        )

    return form_page(
        form,
        submit,
        "releases/study_plans/register.html",
        show_refusal=True,
        process=process,
        amends=amends,
    )
