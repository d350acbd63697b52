"""Whether discussion changed how people reason: two questionnaires, and the index of both."""

from typing import TYPE_CHECKING

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.days import local_today
from deliberate.forms.scores.reason_surveys import ReasonSurveyForm, build_reason_form
from deliberate.operations import RepeatedForm
from deliberate.operations.scores.reason_surveys import (
    SurveyDays,
    answer_reason_survey,
    open_reason_survey,
    withdraw_reason_answers,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.reason_surveys import (
    may_answer_reason_survey,
    may_open_reason_survey,
    may_run_reason_surveys,
    may_withdraw_reason_answers,
)
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.studies.reason_surveys import (
    get_reason_survey,
    individual_quantiles,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    form_page,
    redirect_with_message,
    remember_form,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Process, ReasonSurvey

blueprint = LocalizedBlueprint("reason_surveys")
PUBLIC = "/processes/<slug>/reasons"
DESK = "/desk/processes/<slug>/reasons"


@blueprint.page(PUBLIC, "public")
def show(slug: str) -> ResponseReturnValue:
    """Show the survey of a process: its days, its statements, and the index once it ended."""
    process, person = get_or_404(get_process(slug)), current_person()
    survey = get_reason_survey(process.id)
    stages = {}
    if survey is not None and survey.result is not None and not survey.result["reason"]:
        stages = {name: survey.result[name] for name in ("before", "after")}
    return render_template(
        "scores/reason_surveys/show.html",
        process=process,
        survey=survey,
        stages=stages,
        quantiles={
            name: individual_quantiles(list(stage["individuals"].values()))
            for name, stage in stages.items()
        },
        may_open=may_open_reason_survey(person, process),
        may_answer=survey is not None and may_answer_reason_survey(person, survey),
        may_withdraw=survey is not None and may_withdraw_reason_answers(person, survey),
    )


@blueprint.page(f"{PUBLIC}/answers", "signed_in", methods=BOTH)
def answer(slug: str) -> ResponseReturnValue:
    """Show the questions of the present stage with their form, or take the answers."""
    survey = _get_survey(slug)
    texts = [
        [(item.name, item.text_in(g.language)) for item in items]
        for items in (survey.considerations, survey.preferences)
    ]
    form = build_reason_form(*texts)(submitted_data())
    url = url_for("reason_surveys.show", slug=slug)

    def submit() -> ResponseReturnValue:
        try:
            answer_reason_survey(
                signed_in_person(),
                survey,
                form.values(),
                consents=form.consent.data,
                context=request_context(),
            )
        except RepeatedForm:
            return redirect_with_message(url, _("Your answers were counted already."))
        return redirect_with_message(url, _("Thank you. Your answers are counted."))

    return form_page(
        form,
        submit,
        "scores/reason_surveys/answer.html",
        show_refusal=True,
        process=survey.process,
        survey=survey,
        decision=may_answer_reason_survey(signed_in_person(), survey),
    )


@blueprint.page(f"{PUBLIC}/withdrawal", "signed_in", methods=BOTH)
def withdraw(slug: str) -> ResponseReturnValue:
    """Show what taking the answers back means, or do it."""
    survey = _get_survey(slug)
    require(may_withdraw_reason_answers(signed_in_person(), survey))
    if request.method == "GET":
        return render_template(
            "scores/reason_surveys/withdraw.html", process=survey.process, survey=survey
        )
    withdraw_reason_answers(signed_in_person(), survey, context=request_context())
    return redirect_with_message(
        url_for("reason_surveys.show", slug=slug), _("Your answers are deleted.")
    )


def _get_survey(slug: str) -> "ReasonSurvey":
    process = get_or_404(get_process(slug))
    return get_or_404(get_reason_survey(process.id))


@blueprint.page(DESK, "evaluator", "admin")
def manage(slug: str) -> ResponseReturnValue:
    """Show the survey of a process, or the form to open one."""
    process = _get_managed_process(slug)
    return _render_form(process, ReasonSurveyForm())


def _get_managed_process(slug: str) -> "Process":
    process = get_or_404(get_process_for_setup(slug))
    require(may_run_reason_surveys(signed_in_person()))
    return process


def _render_form(process: "Process", form: ReasonSurveyForm, *, is_preview: bool = False) -> str:
    return render_template(
        "scores/reason_surveys/manage.html",
        process=process,
        form=form,
        survey=get_reason_survey(process.id),
        decision=may_open_reason_survey(signed_in_person(), process),
        is_preview=is_preview,
    )


@blueprint.page(f"{DESK}/open", "evaluator", "admin", methods=["POST"])
def open_survey(slug: str) -> ResponseReturnValue:
    """Show the questionnaires as people will see them, then open them."""
    process, form = _get_managed_process(slug), ReasonSurveyForm(request.form)
    form.today = local_today(process)
    remember_form(form)
    require(may_open_reason_survey(signed_in_person(), process))
    if not form.validate():
        return _render_form(process, form), UNPROCESSABLE
    if "confirm" not in request.form:
        return _render_form(process, form, is_preview=True)
    return _open(process, form)


def _open(process: "Process", form: ReasonSurveyForm) -> ResponseReturnValue:
    first, second, last = (
        get_or_404(field.day) for field in (form.before_until, form.after_from, form.after_until)
    )
    try:
        open_reason_survey(
            signed_in_person(),
            process,
            form.considerations,
            form.preferences,
            SurveyDays(first, second, last),
            context=request_context(),
        )
    except Refused as refused:
        form.after_until.errors = [str(refused.reason)]
        return _render_form(process, form), UNPROCESSABLE
    return redirect_with_message(
        url_for("reason_surveys.show", slug=process.slug),
        _("The questions are open. Their link is on the page of the process."),
    )
