"""Pages on which an assessor drafts: ratings, evidence, plans, context, outcomes and practices."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, cast

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_formulas, load_framework
from deliberate.days import local_today
from deliberate.forms.scores.assessments import (
    ContextForm,
    OutcomeForm,
    PledgeForm,
    PracticesForm,
    RatingForm,
)
from deliberate.operations.scores.assessments import (
    EvidenceInput,
    PledgeInput,
    RatingInput,
    rate_questions,
    record_pledge_outcomes,
    write_context_notes,
    write_practices,
)
from deliberate.operations.scores.assessments import (
    remove_evidence as remove_evidence_from,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import may_edit_assessment, may_rate
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.scores.assessments import (
    Question,
    assessor_of,
    pledges_in_force,
    questions_of,
)
from deliberate.views.scores.assessments import (
    ASSESSMENT,
    framework_context,
    get_assessment_or_404,
    redirect_to_assessment,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, redirect_with_message, submitted_data
from deliberate.views.site.request_context import get_or_404, int_field, signed_in_person
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PledgeState

if TYPE_CHECKING:
    from datetime import date

    from wtforms import Form

    from deliberate.models import Assessment, Assessor, Pledge

blueprint = LocalizedBlueprint("assessment_answers", url_prefix="/desk/assessments")


class QuestionForms(NamedTuple):
    """A question with its rating form and, before a process, its pledge form."""

    question: Question
    rating: RatingForm
    pledge: PledgeForm | None

    @property
    def forms(self) -> "list[Form]":
        """Return the forms of the question."""
        return [self.rating] if self.pledge is None else [self.rating, self.pledge]


@blueprint.page(f"{ASSESSMENT}/criteria/<criterion>", "evaluator", methods=BOTH)
def criterion(assessment_id: int, criterion: str) -> ResponseReturnValue:
    """Show the questions of a criterion to an assessor, or save the answers and pledges."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_rate(person, assessment))
    assessor = assessor_of(assessment, person)
    questions = get_or_404(questions_of(criterion) or None)
    rows = [_question_forms(assessment, assessor, question) for question in questions]
    forms = [form for row in rows for form in row.forms]
    refusal = ""
    if _is_submitted(forms):
        try:
            rate_questions(person, assessment, _ratings(rows), _pledges(rows))
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            message = _("Saved. Only you can see your answers until both have saved.")
            return redirect_with_message(_next_url(assessment_id, criterion), message)
    return _page(
        "criterion",
        assessment,
        forms,
        refusal,
        criterion=criterion,
        forms=rows,
        own_part=assessor,
    )


def _is_submitted(forms: "Iterable[Form]") -> bool:
    """Return whether this is a POST request with valid forms; each form collects its errors."""
    return request.method == "POST" and all([form.validate() for form in forms])  # noqa: C419  # every form shows its errors


def _page(
    name: str,
    assessment: "Assessment",
    all_forms: "list[Form]",
    refusal: str = "",
    **context: object,
) -> ResponseReturnValue:
    """Return a page of several forms, with the errors of all of them on top."""
    failed = bool(refusal) or any(form.errors for form in all_forms)
    page = render_template(
        f"scores/assessment_answers/{name}.html",
        assessment=assessment,
        all_forms=all_forms,
        failed=failed,
        refusal=refusal,
        **context,
        **framework_context(),
    )
    return page, (422 if failed else 200)


def _next_url(assessment_id: int, criterion: str) -> str:
    """Return the URL of the next criterion, or of the assessment after the last one."""
    criteria = list(load_framework()["criteria"])
    index = criteria.index(criterion) + 1
    if request.form.get("go") == "on" and index < len(criteria):
        return url_for(
            "assessment_answers.criterion",
            assessment_id=assessment_id,
            criterion=criteria[index],
        )
    return url_for("assessments.show", assessment_id=assessment_id)


def _question_forms(
    assessment: "Assessment", assessor: "Assessor | None", question: Question
) -> QuestionForms:
    submitted = submitted_data()
    ratings = assessor.ratings if assessor else []
    rating = next((row for row in ratings if row.question == question.id), None)
    rating_form = RatingForm(submitted, obj=rating, prefix=f"{question.id}-")
    rating_form.today = local_today(assessment.process)
    if assessment.stage != AssessmentStage.EX_ANTE:
        return QuestionForms(question, rating_form, None)
    pledge = next((row for row in assessment.pledges if row.question == question.id), None)
    pledge_form = PledgeForm(submitted, prefix=f"{question.id}-pledge-", data=_pledge_data(pledge))
    pledge_form.owner.choices = [
        ("", "–"),
        *((institution.slug, localized_name(institution)) for institution in list_institutions()),
    ]
    pledge_form.indicator.choices = [("", "–"), *_indicator_choices()]
    return QuestionForms(question, rating_form, pledge_form)


def _pledge_data(pledge: "Pledge | None") -> dict[str, str]:
    if pledge is None:
        return {}
    return {
        "plan": pledge.plan,
        "action": pledge.action,
        "owner": pledge.owner.slug if pledge.owner else "",
        "due_on": pledge.due_on.isoformat(),
        "indicator": pledge.indicator,
        "target": pledge.target,
    }


def _indicator_choices() -> list[tuple[str, str]]:
    return [
        (name, f"{name} {indicator.en if g.language == 'en' else indicator.name_id}")
        for name, indicator in load_formulas().indicators.items()
    ]


def _ratings(rows: list[QuestionForms]) -> list[RatingInput]:
    return [
        RatingInput(
            row.question.id, row.rating.value.data, row.rating.reason.data or "", _evidence(row)
        )
        for row in rows
        if row.rating.value.data
    ]


def _evidence(row: QuestionForms) -> EvidenceInput | None:
    form = row.rating
    if not form.kind.data:
        return None
    return EvidenceInput(
        EvidenceKind(form.kind.data),
        cast("date", form.dated.day),  # required by the form
        form.reference.data or "",
    )


def _pledges(rows: list[QuestionForms]) -> dict[str, PledgeInput]:
    institutions = {institution.slug: institution for institution in list_institutions()}
    return {
        row.question.id: PledgeInput(
            form.plan.data or "",
            form.action.data,
            cast("date", form.due_on.day),  # required by the form
            institutions.get(form.owner.data),
            form.indicator.data or "",
            form.target.data or "",
        )
        for row in rows
        if (form := row.pledge) is not None and form.action.data and form.action.data.strip()
    }


@blueprint.page(f"{ASSESSMENT}/context", "evaluator", methods=BOTH)
def context(assessment_id: int) -> ResponseReturnValue:
    """Show or save enabling conditions and context factors, which are never scored."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_edit_assessment(person, assessment))
    framework, submitted = load_framework(), submitted_data()
    notes = {note.code: note for note in assessment.notes}
    forms = {
        code: ContextForm(submitted, obj=notes.get(code), prefix=f"{code}-")
        for part in ("enabling_conditions", "context_factors")
        for code in framework[part]
    }
    if _is_submitted(forms.values()):
        write_context_notes(
            person,
            assessment,
            {code: (form.value.data or "", form.note.data or "") for code, form in forms.items()},
        )
        return redirect_to_assessment(assessment_id, _("The context is saved with the assessment."))
    return _page("context", assessment, list(forms.values()), forms=forms)


@blueprint.page(f"{ASSESSMENT}/pledges", "evaluator", methods=BOTH)
def pledges(assessment_id: int) -> ResponseReturnValue:
    """Show or save the outcome of each pledge in an assessment after the process."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_edit_assessment(person, assessment))
    submitted = submitted_data()
    outcomes = {outcome.pledge_id: outcome for outcome in assessment.outcomes}
    rows = [
        (pledge, OutcomeForm(submitted, obj=outcomes.get(pledge.id), prefix=f"p{pledge.id}-"))
        for pledge in pledges_in_force(assessment.process_id)
    ]
    if _is_submitted(form for _pledge, form in rows):
        record_pledge_outcomes(
            person,
            assessment,
            [
                (pledge, PledgeState(form.outcome.data), form.note.data or "")
                for pledge, form in rows
                if form.outcome.data
            ],
        )
        return redirect_to_assessment(assessment_id, _("The outcomes of the pledges are saved."))
    return _page("pledges", assessment, [form for _pledge, form in rows], rows=rows)


@blueprint.page(f"{ASSESSMENT}/practices", "evaluator", methods=BOTH)
def practices(assessment_id: int) -> ResponseReturnValue:
    """Show or save what worked, by criterion, for processes that are weak there."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_edit_assessment(person, assessment))
    submitted = submitted_data()
    practices = {practice.criterion: practice for practice in assessment.practices}
    forms = {
        name: PracticesForm(submitted, obj=practices.get(name), prefix=f"{name}-")
        for name in load_framework()["criteria"]
    }
    if _is_submitted(forms.values()):
        texts = {name: form.body.data or "" for name, form in forms.items()}
        write_practices(person, assessment, texts)
        message = _("What worked is saved and will be published with the assessment.")
        return redirect_to_assessment(assessment_id, message)
    return _page("practices", assessment, list(forms.values()), forms=forms)


@blueprint.page(f"{ASSESSMENT}/evidence", "evaluator", methods=("POST",))
def remove_evidence(assessment_id: int) -> ResponseReturnValue:
    """Remove a piece of the assessor's own evidence."""
    evidence_id = int_field("evidence") or 0
    remove_evidence_from(signed_in_person(), get_assessment_or_404(assessment_id), evidence_id)
    return redirect_to_assessment(assessment_id, _("The evidence is removed."))
