"""What people experienced: questionnaires at the close of a process, answered in secret."""

from typing import TYPE_CHECKING

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice.framework.questionnaires import load_questions
from deliberate.forms.scores.questionnaires import OpenQuestionnaireForm, build_questionnaire_form
from deliberate.operations import RepeatedForm
from deliberate.operations.scores.questionnaires import (
    answer_questionnaire,
    open_questionnaire,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import may_set_up
from deliberate.permissions.scores.questionnaires import is_at_the_close, may_answer
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.questionnaires import (
    LEAST_ANSWERS,
    experienced_figures,
    get_questionnaire,
    list_questionnaires,
    questions_of,
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
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import QuestionnaireAudience

if TYPE_CHECKING:
    from deliberate.models import Questionnaire

blueprint = LocalizedBlueprint("questionnaires")
PUBLIC = "/processes/<slug>/questionnaires"
DESK = "/desk/processes/<slug>/questionnaires"


@blueprint.page(PUBLIC, "public")
def show(slug: str) -> ResponseReturnValue:
    """Show the figures of published questionnaires, and those that are open."""
    process, person = get_or_404(get_process(slug)), current_person()
    rows = list_questionnaires(process.id)
    return render_template(
        "scores/questionnaires/show.html",
        process=process,
        open_ones=[(row, may_answer(person, row)) for row in rows if row.is_open],
        published=experienced_figures(process.id),
        least=LEAST_ANSWERS[QuestionnaireAudience.PARTICIPANTS],
        version=load_questions().version,
    )


@blueprint.page(f"{PUBLIC}/<audience>", "signed_in", methods=BOTH)
def answer(slug: str, audience: str) -> ResponseReturnValue:
    """Show a questionnaire with its form, or take the answers."""
    questionnaire = get_or_404(_find_questionnaire(slug, audience))
    decision = may_answer(signed_in_person(), questionnaire)
    questions = questions_of(questionnaire)
    texts = [(question.id, question.text_in(g.language)) for question in questions]
    form = build_questionnaire_form(texts)(submitted_data())

    def submit() -> ResponseReturnValue:
        answers = {name: int(value) for name, value in form.data.items()}
        url = url_for("questionnaires.show", slug=slug)
        try:
            answer_questionnaire(
                signed_in_person(), questionnaire, answers, context=request_context()
            )
        except RepeatedForm:
            return redirect_with_message(url, _("Your answers were counted already."))
        return redirect_with_message(url, _("Thank you. Your answers are counted."))

    return form_page(
        form,
        submit,
        "scores/questionnaires/answer.html",
        show_refusal=True,
        process=questionnaire.process,
        questionnaire=questionnaire,
        decision=decision,
    )


def _find_questionnaire(slug: str, audience: str) -> "Questionnaire | None":
    known = {str(name): name for name in QuestionnaireAudience}
    process = get_or_404(get_process(slug))
    return get_questionnaire(process.id, get_or_404(known.get(audience)))


@blueprint.page(DESK, "admin", methods=BOTH)
def manage(slug: str) -> ResponseReturnValue:
    """Show the questionnaires of a process and their questions, or open one."""
    process = get_or_404(get_process_for_setup(slug))
    require(may_set_up(signed_in_person()))
    form = OpenQuestionnaireForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        try:
            open_questionnaire(
                signed_in_person(),
                process,
                QuestionnaireAudience(form.audience.data),
                form.days.data or 0,
                context=request_context(),
            )
        except Refused as error:
            form.audience.errors = [str(error.reason)]
            return None
        return redirect_with_message(
            url_for("questionnaires.manage", slug=slug),
            _("The questionnaire is open. Its link is on the page of the process."),
        )

    return form_page(
        form,
        submit,
        "scores/questionnaires/manage.html",
        process=process,
        rows=list_questionnaires(process.id),
        at_the_close=is_at_the_close(process),
        questions=load_questions().questions,
    )
