"""The page on which two assessors, or a third person, settle the differences."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.scores.assessments import AdjudicationForm
from deliberate.operations.scores.settling import adjudicate_difference, agree_to_settlement
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import may_adjudicate, may_read_judgements
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.studies.settling import (
    Difference,
    ItemKind,
    differences,
    notes_by,
    pledge_pairs,
    proposal_fingerprint,
)
from deliberate.queries.scores.studies.sources import public_part
from deliberate.views.scores.assessments import (
    ASSESSMENT,
    framework_context,
    get_assessment_or_404,
)
from deliberate.views.scores.settled_values import choice_labels
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import get_or_404, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Assessment

blueprint = LocalizedBlueprint("assessment_settling", url_prefix="/desk/assessments")


@blueprint.page(f"{ASSESSMENT}/settle", "evaluator")
def show(assessment_id: int) -> ResponseReturnValue:
    """Show both assessors' entries side by side where they differ."""
    return _render(get_assessment_or_404(assessment_id))


def _render(
    assessment: "Assessment",
    item: str = "",
    submitted: AdjudicationForm | None = None,
    refusal: str = "",
) -> ResponseReturnValue:
    person = signed_in_person()
    require(may_read_judgements(person, assessment))
    rows = differences(assessment)
    forms = {row.id: _form(row) for row in rows}
    if submitted is not None:
        forms[item] = submitted
    assessors = assessment_queries.saved_assessors(assessment)[:2]
    page = render_template(
        "scores/assessment_settling/show.html",
        assessment=assessment,
        assessors=assessors,
        own_part=assessment_queries.assessor_of(assessment, person),
        differences=rows,
        forms=forms,
        open_form=submitted or AdjudicationForm(),
        refusal=refusal,
        agreement=assessment_queries.assessor_agreement(assessment),
        notes=[notes_by(assessment, row) for row in assessors],
        pledge_pairs=pledge_pairs(assessment),
        outcomes={row.pledge_id: row.pledge for row in assessment.outcomes},
        may_settle=bool(may_adjudicate(person, assessment)),
        public_part=public_part,
        choice_labels=choice_labels,
        fingerprint=proposal_fingerprint,
        **framework_context(assessment.framework),
    )
    return page, (422 if submitted is not None or refusal else 200)


def _form(row: Difference, *, data: bool = False) -> AdjudicationForm:
    form = AdjudicationForm(request.form if data else None, prefix=f"{row.id}-")
    labels = choice_labels(ItemKind(row.kind))
    form.value.choices = [(value, labels[value]) for value in row.choices]
    return form


@blueprint.page(f"{ASSESSMENT}/adjudicate/<item>", "evaluator", methods=("POST",))
def adjudicate(assessment_id: int, item: str) -> ResponseReturnValue:
    """Propose how to settle a difference, or settle it as a third person."""
    assessment = get_assessment_or_404(assessment_id)
    row = get_or_404(next((row for row in differences(assessment) if row.id == item), None))
    form = _form(row, data=True)
    if not form.validate():
        return _render(assessment, item, form)
    try:
        adjudicate_difference(
            signed_in_person(), assessment, item, form.value.data, form.reason.data or ""
        )
    except Refused as refused:
        return _render(assessment, item, form, str(refused.reason))
    if assessment_queries.assessor_of(assessment, signed_in_person()) is None:
        message = _("The difference is settled. Both original answers are kept.")
    else:
        message = _("Proposed. It counts once the other assessor agrees.")
    return redirect_with_message(
        url_for("assessment_settling.show", assessment_id=assessment_id), message
    )


@blueprint.page(f"{ASSESSMENT}/agree/<item>", "evaluator", methods=("POST",))
def agree(assessment_id: int, item: str) -> ResponseReturnValue:
    """Agree to what the other assessor proposed."""
    assessment = get_assessment_or_404(assessment_id)
    seen = request.form.get("seen", "")
    try:
        agree_to_settlement(signed_in_person(), assessment, item, seen)
    except Refused as refused:
        return _render(assessment, refusal=str(refused.reason))
    message = _("The difference is settled. Both original answers are kept.")
    return redirect_with_message(
        url_for("assessment_settling.show", assessment_id=assessment_id), message
    )
