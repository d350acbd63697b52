"""Pages to look at before a judgement is saved, frozen or published, each with what is missing."""

from typing import TYPE_CHECKING

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.scores.assessments import SaveJudgementForm
from deliberate.operations.scores.assessment_publishing import freeze_assessment, publish_assessment
from deliberate.operations.scores.assessments import save_judgement
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores import assessments as permissions
from deliberate.queries.scores.assessments import assessor_of
from deliberate.queries.scores.studies.pledges import outcomes_by, pledges_by
from deliberate.queries.scores.studies.settling import own_notes
from deliberate.views.scores.assessments import (
    ASSESSMENT,
    framework_context,
    get_assessment_or_404,
    judgements_context,
    outcomes_and_findings,
    own_progress,
    redirect_to_assessment,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, submitted_data
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from deliberate.models import Assessment

blueprint = LocalizedBlueprint("assessment_publishing", url_prefix="/desk/assessments")


@blueprint.page(f"{ASSESSMENT}/save", "evaluator", methods=BOTH)
def save(assessment_id: int) -> ResponseReturnValue:
    """Show what counts and what does not, or save the assessor's judgement for good."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(permissions.may_rate(person, assessment))
    assessor = get_or_404(assessor_of(assessment, person))
    form = SaveJudgementForm(submitted_data(), data={"is_named": True})

    def submit() -> ResponseReturnValue:
        save_judgement(person, assessment, is_named=bool(form.is_named.data))
        message = _("Your judgement is saved and can no longer be changed.")
        return redirect_to_assessment(assessment_id, message)

    return _look_before(
        "save",
        assessment,
        submit,
        form=form,
        own=own_progress(assessment, assessor),
        notes=own_notes(assessment, assessor),
        pledges=pledges_by(assessment, assessor),
        outcomes=outcomes_by(assessment, assessor).values(),
    )


@blueprint.page(f"{ASSESSMENT}/freeze", "evaluator", methods=BOTH)
def freeze(assessment_id: int) -> ResponseReturnValue:
    """Show what freezing publishes or what is missing, or freeze and log the hash."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(permissions.may_read_frozen_preview(person, assessment))

    def submit() -> ResponseReturnValue:
        freeze_assessment(person, assessment, context=request_context())
        return redirect_to_assessment(assessment_id, _("Frozen. Its hash is in the log."))

    missing = permissions.missing_before_freezing(assessment)
    return _look_before(
        "freeze",
        assessment,
        submit,
        missing=missing,
        **judgements_context(assessment),
        **outcomes_and_findings(assessment),
    )


@blueprint.page(f"{ASSESSMENT}/publish", "evaluator", methods=BOTH)
def publish(assessment_id: int) -> ResponseReturnValue:
    """Show what is published with which replies, or publish the assessment."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(permissions.may_publish_assessment(person, assessment))

    def submit() -> ResponseReturnValue:
        publish_assessment(person, assessment, context=request_context())
        return redirect_to_assessment(assessment_id, _("The assessment is published."))

    return _look_before(
        "publish",
        assessment,
        submit,
        **judgements_context(assessment),
        **outcomes_and_findings(assessment),
    )


def _look_before(
    name: str,
    assessment: "Assessment",
    submit: "Callable[[], ResponseReturnValue]",
    **context: object,
) -> ResponseReturnValue:
    """Return the page before a step, or the response of the step; a refusal is shown on it."""
    refusal = ""
    if request.method == "POST":
        try:
            return submit()
        except Refused as refused:
            refusal = str(refused.reason)
    page = render_template(
        f"scores/assessment_publishing/{name}.html",
        assessment=assessment,
        refusal=refusal,
        failed=bool(refusal),
        **context,
        **framework_context(assessment.framework),
    )
    return page, (422 if refusal else 200)
