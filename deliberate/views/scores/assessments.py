"""Assessments at the desk: the list, one assessment, and its steps up to publication."""

import json
from typing import TYPE_CHECKING, Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_framework
from deliberate.forms.scores.assessments import (
    AdjudicationForm,
    AssessmentReplyForm,
    BeginAssessmentForm,
)
from deliberate.operations.scores.assessment_publishing import (
    freeze_assessment,
    publish_assessment,
    reply_to_assessment,
)
from deliberate.operations.scores.assessments import (
    adjudicate_difference,
    begin_assessment,
    join_assessment,
    save_judgement,
)
from deliberate.permissions.decision import require
from deliberate.permissions.scores import assessments as assessment_permissions
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.planned_judged_logged import logged_by_criterion
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import AssessmentStage

if TYPE_CHECKING:
    from deliberate.models import Assessment

blueprint = LocalizedBlueprint("assessments", url_prefix="/desk/assessments")
ASSESSMENT = "/<id:assessment_id>"
PAGE = 20


@blueprint.page("/", "evaluator", "staff", methods=BOTH)
def index() -> ResponseReturnValue:
    """List the assessments, or begin one."""
    person = signed_in_person()
    form = BeginAssessmentForm(submitted_data())
    form.about.choices = [
        (process.slug, process.text_in("title", g.language))
        for process in assessment_queries.assessable_processes()
    ]

    def submit() -> ResponseReturnValue:
        process = get_or_404(assessment_queries.get_assessable_process(form.about.data))
        assessment = begin_assessment(person, process, AssessmentStage(form.stage.data))
        return see_other(url_for("assessments.show", assessment_id=assessment.id))

    assessments = assessment_queries.newest_assessments(int_arg("after"), PAGE + 1)
    has_more = len(assessments) > PAGE
    return form_page(
        form,
        submit,
        "scores/assessments/index.html",
        show_refusal=True,
        may_begin=bool(assessment_permissions.may_assess(person)),
        assessments=assessments[:PAGE],
        next_url=url_for("assessments.index", after=assessments[PAGE - 1].id) if has_more else "",
    )


@blueprint.page(ASSESSMENT, "evaluator", "staff")
def show(assessment_id: int) -> ResponseReturnValue:
    """Show an assessment: its progress, open questions and settled values."""
    return _render_assessment(get_assessment_or_404(assessment_id))


def _render_assessment(
    assessment: "Assessment",
    *,
    question: str = "",
    adjudication: AdjudicationForm | None = None,
    reply: AssessmentReplyForm | None = None,
) -> str:
    """Return the page of an assessment, with the adjudication form of `question` if given."""
    person = signed_in_person()
    may_reply = bool(assessment_permissions.may_reply_to_assessment(person, assessment))
    sees_judgements = (
        may_reply
        or assessment.is_visible_to(None)
        or bool(assessment_permissions.may_read_judgements(person, assessment))
    )
    if not sees_judgements:
        require(assessment_permissions.may_assess(person))
    assessors = assessment_queries.saved_assessors(assessment) if sees_judgements else []
    snapshot = newest_snapshot(assessment.process_id)
    differences = assessment_queries.differences(assessment)
    adjudications = {name: AdjudicationForm(prefix=f"{name}-") for name in differences}
    if adjudication is not None:
        adjudications[question] = adjudication
    return render_template(
        "scores/assessments/show.html",
        assessment=assessment,
        own_part=assessment_queries.assessor_of(assessment, person),
        judgements=[assessment_queries.judgement_by(assessment, row) for row in assessors],
        settled=assessment_queries.settled_values(assessment) if assessors else {},
        differences=differences if assessors else [],
        agreement=assessment_queries.assessor_agreement(assessment) if assessors else (None, 0),
        logged=logged_by_criterion(json.loads(snapshot.document)) if snapshot and assessors else {},
        missing=assessment_permissions.missing_before_publishing(assessment),
        may={
            "join": bool(assessment_permissions.may_join_assessment(person, assessment)),
            "rate": bool(assessment_permissions.may_rate(person, assessment)),
            "edit": bool(assessment_permissions.may_edit_assessment(person, assessment)),
            "adjudicate": bool(assessment_permissions.may_adjudicate(person, assessment)),
            "freeze": bool(assessment_permissions.may_freeze_assessment(person, assessment)),
            "publish": bool(assessment_permissions.may_publish_assessment(person, assessment)),
            "reply": may_reply,
        },
        adjudications=adjudications,
        adjudication=adjudication or AdjudicationForm(),
        reply=reply or AssessmentReplyForm(),
        **framework_context(),
    )


def framework_context() -> dict[str, Any]:
    """Return the framework and the functions that every page of an assessment uses."""
    return {
        "framework": load_framework(),
        "questions": assessment_queries.questions(),
        "questions_of": assessment_queries.questions_of,
        "localized_name": localized_name,
    }


def get_assessment_or_404(assessment_id: int) -> "Assessment":
    """Return an assessment or raise NotFound."""
    return get_or_404(assessment_queries.get_assessment(assessment_id))


def redirect_to_assessment(assessment_id: int, message: str) -> ResponseReturnValue:
    """Return a redirect to an assessment that shows a success message."""
    return redirect_with_message(url_for("assessments.show", assessment_id=assessment_id), message)


@blueprint.page(f"{ASSESSMENT}/join", "evaluator", methods=("POST",))
def join(assessment_id: int) -> ResponseReturnValue:
    """Join as the second assessor."""
    join_assessment(signed_in_person(), get_assessment_or_404(assessment_id))
    message = _("You are now an assessor. Answers are shown once both have saved.")
    return redirect_to_assessment(assessment_id, message)


@blueprint.page(f"{ASSESSMENT}/save", "evaluator", methods=("POST",))
def save(assessment_id: int) -> ResponseReturnValue:
    """Save the assessor's judgement."""
    save_judgement(signed_in_person(), get_assessment_or_404(assessment_id))
    return redirect_to_assessment(
        assessment_id, _("Your judgement is saved and can no longer be changed.")
    )


@blueprint.page(f"{ASSESSMENT}/adjudicate/<question>", "evaluator", methods=("POST",))
def adjudicate(assessment_id: int, question: str) -> ResponseReturnValue:
    """Settle a difference."""
    assessment = get_assessment_or_404(assessment_id)
    form = AdjudicationForm(request.form, prefix=f"{question}-")
    if not form.validate():
        return _render_assessment(assessment, question=question, adjudication=form), 422
    adjudicate_difference(
        signed_in_person(), assessment, question, form.value.data, form.reason.data or ""
    )
    message = _("The difference is settled. Both original answers are kept.")
    return redirect_to_assessment(assessment_id, message)


@blueprint.page(f"{ASSESSMENT}/reply", "staff", methods=("POST",))
def reply(assessment_id: int) -> ResponseReturnValue:
    """Write the reply of the person's institution."""
    assessment = get_assessment_or_404(assessment_id)
    form = AssessmentReplyForm(request.form)
    if not form.validate():
        return _render_assessment(assessment, reply=form), 422
    reply_to_assessment(signed_in_person(), assessment, form.body.data or "")
    message = _("Your reply will be published with the assessment.")
    return redirect_to_assessment(assessment_id, message)


@blueprint.page(f"{ASSESSMENT}/freeze", "evaluator", methods=("POST",))
def freeze(assessment_id: int) -> ResponseReturnValue:
    """Freeze an assessment and log its hash."""
    freeze_assessment(
        signed_in_person(), get_assessment_or_404(assessment_id), context=request_context()
    )
    return redirect_to_assessment(assessment_id, _("Frozen. Its hash is in the log."))


@blueprint.page(f"{ASSESSMENT}/publish", "evaluator", methods=("POST",))
def publish(assessment_id: int) -> ResponseReturnValue:
    """Publish an assessment."""
    publish_assessment(
        signed_in_person(), get_assessment_or_404(assessment_id), context=request_context()
    )
    return redirect_to_assessment(assessment_id, _("The assessment is published."))
