"""Pages on which an assessor drafts: ratings, evidence, context, pledges and practices."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, cast

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_formulas, load_framework
from deliberate.days import local_today
from deliberate.forms.scores.assessments import (
    ConditionForm,
    FactorForm,
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
    write_pledges,
    write_practices,
)
from deliberate.operations.scores.assessments import (
    remove_evidence as remove_evidence_from,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import may_rate, may_write_practices
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.responses.overlaps import overlap_map
from deliberate.queries.scores.assessments import (
    Question,
    assessor_of,
    public_assessments,
    questions,
    questions_of,
    replacing_questions,
    rubric_of,
)
from deliberate.queries.scores.planned_judged_logged import measured_indicators
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.scores.studies import pledges as pledge_queries
from deliberate.queries.scores.studies.settling import notes_by
from deliberate.queries.scores.studies.sources import list_sources
from deliberate.views.scores.assessments import (
    ASSESSMENT,
    framework_context,
    get_assessment_or_404,
    redirect_to_assessment,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, redirect_with_message, submitted_data
from deliberate.views.site.request_context import get_or_404, int_field, signed_in_person
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PledgeState, TargetGoal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from wtforms import Form

    from deliberate.models import Assessment, Assessor, Pledge, StudySource

blueprint = LocalizedBlueprint("assessment_answers", url_prefix="/desk/assessments")
BLANK_PLEDGES = 1


class QuestionForms(NamedTuple):
    """A question with its form and what stands beside it."""

    question: Question
    rating: RatingForm
    pledges: "list[pledge_queries.PledgeLine]"


@blueprint.page(f"{ASSESSMENT}/criteria/<criterion>", "evaluator", methods=BOTH)
def criterion(assessment_id: int, criterion: str) -> ResponseReturnValue:
    """Show the questions of a category or criterion, or one question; or save the answers."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_rate(person, assessment))
    assessor = get_or_404(assessor_of(assessment, person))
    asked = get_or_404(questions_of(criterion, assessment.framework) or None)
    sources = list_sources(assessment.process_id)
    lines = _pledge_lines_by_question(assessment)
    rows = [
        QuestionForms(
            question,
            _rating_form(assessment, assessor, question, sources),
            lines.get(question.id, []),
        )
        for question in asked
    ]
    forms: list[Form] = [row.rating for row in rows]
    refusal = ""
    if _is_submitted(forms):
        ratings = _ratings(rows, sources)
        refusal = _refusal_of(lambda: rate_questions(person, assessment, ratings))
        message = _("Saved. Only you can see your answers until both have saved.")
        if not refusal:
            return redirect_with_message(_next_url(assessment, criterion), message)
    return _page(
        "criterion",
        assessment,
        forms,
        refusal,
        criterion=criterion,
        forms=rows,
        own_part=assessor,
        sources=sources,
        is_one_question=criterion == asked[0].id,
    )


def _pledge_lines_by_question(
    assessment: "Assessment",
) -> "dict[str, list[pledge_queries.PledgeLine]]":
    """Return what was promised before, for the questions after a process."""
    if assessment.stage != AssessmentStage.EX_POST:
        return {}
    snapshot = newest_snapshot(assessment.process_id)
    lines: dict[str, list[pledge_queries.PledgeLine]] = {}
    for line in pledge_queries.pledge_lines(
        public_assessments(assessment.process_id),
        local_today(assessment.process),
        measured_indicators(json.loads(snapshot.document)) if snapshot else {},
    ):
        for question in replacing_questions(line.pledge.question, assessment.framework):
            lines.setdefault(question, []).append(line)
    return lines


def _refusal_of(act: "Callable[[], None]") -> str:
    """Run an act and return why it was refused, to be shown on the page; empty if it was not."""
    try:
        act()
    except Refused as refused:
        return str(refused.reason)
    return ""


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
        **framework_context(assessment.framework),
    )
    return page, (422 if failed else 200)


def _next_url(assessment: "Assessment", name: str) -> str:
    """Return the URL of the page after this one, of this one again, or of the assessment."""
    go = request.form.get("go")
    if go == "more":
        return _page_url(assessment.id, name)
    if go == "on" and (following := _following(name, assessment.framework)):
        return _page_url(assessment.id, following)
    if go == "on":
        return url_for("assessment_answers.context", assessment_id=assessment.id)
    return url_for("assessments.show", assessment_id=assessment.id)


def _page_url(assessment_id: int, name: str) -> str:
    return url_for("assessment_answers.criterion", assessment_id=assessment_id, criterion=name)


def _following(name: str, version: str) -> str:
    """Return the category, criterion or question after one, or an empty string."""
    framework = load_framework(version)
    series = (
        list(framework["categories"]),
        list(framework["criteria"]),
        [question.id for question in questions(version)],
    )
    names = next(names for names in series if name in names)
    return next(iter(names[names.index(name) + 1 :]), "")


def _rating_form(
    assessment: "Assessment",
    assessor: "Assessor",
    question: Question,
    sources: "Sequence[StudySource]",
) -> RatingForm:
    rating = next((row for row in assessor.ratings if row.question == question.id), None)
    used = [
        row.source_id
        for row in assessment.evidence
        if row.assessor_id == assessor.id and row.question == question.id and row.source_id
    ]
    form = RatingForm(
        submitted_data(), obj=rating, prefix=f"{question.id}-", data={"sources": used}
    )
    form.sources.choices = [(source.id, f"{source.label} {source.title}") for source in sources]
    form.today = local_today(assessment.process)
    return form


def _ratings(rows: list[QuestionForms], sources: "Sequence[StudySource]") -> list[RatingInput]:
    by_id = {source.id: source for source in sources}
    return [
        RatingInput(
            row.question.id,
            row.rating.value.data,
            row.rating.reason.data or "",
            _evidence(row.rating),
            [by_id[id_] for id_ in row.rating.sources.data or ()],
        )
        for row in rows
        if row.rating.value.data
    ]


def _evidence(form: RatingForm) -> EvidenceInput | None:
    if not form.kind.data:
        return None
    return EvidenceInput(
        EvidenceKind(form.kind.data),
        cast("date", form.dated.day),  # required by the form
        form.reference.data or "",
    )


@blueprint.page(f"{ASSESSMENT}/context", "evaluator", methods=BOTH)
def context(assessment_id: int) -> ResponseReturnValue:
    """Show or save the assessor's own conditions and context factors, which are never scored."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_rate(person, assessment))
    framework, submitted = load_framework(), submitted_data()
    notes = notes_by(assessment, assessor_of(assessment, person))
    conditions = {
        code: ConditionForm(submitted, obj=notes.get(code), prefix=f"{code}-")
        for code in framework["enabling_conditions"]
    }
    factors = {
        code: FactorForm(submitted, obj=notes.get(code), prefix=f"{code}-")
        for code in framework["context_factors"]
    }
    forms = conditions | factors
    if _is_submitted(forms.values()):
        write_context_notes(
            person,
            assessment,
            {code: (form.value.data or "", form.note.data or "") for code, form in forms.items()},
        )
        return redirect_to_assessment(assessment_id, _("Your conditions and context are saved."))
    return _page(
        "context",
        assessment,
        list(forms.values()),
        conditions=conditions,
        factors=factors,
        responsibilities=overlap_map(g.language),
        rubrics={
            code: rubric_of(framework["rubric"][code], assessment.stage, g.language)
            for code in conditions
        },
    )


@blueprint.page(f"{ASSESSMENT}/pledges", "evaluator", methods=BOTH)
def pledges(assessment_id: int) -> ResponseReturnValue:
    """Show or save the assessor's own pledges before a process, or their outcomes afterwards."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_rate(person, assessment))
    assessor = get_or_404(assessor_of(assessment, person))
    if assessment.stage == AssessmentStage.EX_ANTE:
        return _own_pledges(assessment, assessor)
    return _own_outcomes(assessment, assessor)


def _own_pledges(assessment: "Assessment", assessor: "Assessor") -> ResponseReturnValue:
    own = {row.question: row for row in pledge_queries.pledges_by(assessment, assessor)}
    version = assessment.framework
    forms = {name: _pledge_form(f"{name}-", pledge, version) for name, pledge in own.items()}
    numbers = range(1, BLANK_PLEDGES + 1)
    blank = [_pledge_form(f"new{number}-", None, version) for number in numbers]
    all_forms: list[Form] = [*forms.values(), *blank]
    refusal = ""
    if _is_submitted(all_forms):
        named = [form for form in (*forms.values(), *blank) if not form.is_blank]
        if len({form.question.data for form in named}) < len(named):
            refusal = _("Two of these pledges are about the same question.")
        else:
            plans = {name: pledge.plan for name, pledge in own.items()}
            written: Mapping[str, PledgeInput | None] = {
                **dict.fromkeys(own),
                **_pledge_inputs(named, plans),
            }
            refusal = _refusal_of(lambda: write_pledges(signed_in_person(), assessment, written))
            message = _("Your pledges are saved. Only you see them until both have saved.")
            if not refusal:
                return _after_pledges(assessment.id, message)
    return _page("pledges", assessment, all_forms, refusal, rows=list(forms.items()), blank=blank)


def _after_pledges(assessment_id: int, message: str) -> ResponseReturnValue:
    if request.form.get("go") == "more":
        url = url_for("assessment_answers.pledges", assessment_id=assessment_id)
        return redirect_with_message(url, message)
    return redirect_to_assessment(assessment_id, message)


def _pledge_form(prefix: str, pledge: "Pledge | None", version: str) -> PledgeForm:
    form = PledgeForm(submitted_data(), prefix=prefix, data=_pledge_data(pledge))
    form.question.choices = [
        ("", "–"),
        *(
            (question.id, f"{question.id} {question.text_in(g.language)}")
            for question in questions(version)
        ),
    ]
    form.owner.choices = [
        ("", "–"),
        *((institution.slug, localized_name(institution)) for institution in list_institutions()),
    ]
    form.indicator.choices = [("", "–"), *_indicator_choices()]
    return form


def _pledge_data(pledge: "Pledge | None") -> dict[str, str]:
    if pledge is None:
        return {}
    return {
        "question": pledge.question,
        "action": pledge.action,
        "owner": pledge.owner.slug if pledge.owner else "",
        "due_on": pledge.due_on.isoformat(),
        "indicator": pledge.indicator,
        "goal": pledge.goal or "",
        "target": pledge.target,
    }


def _indicator_choices() -> list[tuple[str, str]]:
    return [
        (name, f"{name} {indicator.en if g.language == 'en' else indicator.name_id}")
        for name, indicator in load_formulas().indicators.items()
    ]


def _pledge_inputs(forms: list[PledgeForm], plans: "Mapping[str, str]") -> dict[str, PledgeInput]:
    institutions = {institution.slug: institution for institution in list_institutions()}
    return {
        form.question.data: PledgeInput(
            plans.get(form.question.data, ""),
            form.action.data or "",
            cast("date", form.due_on.day),  # required by the form
            institutions.get(form.owner.data),
            form.indicator.data or "",
            TargetGoal(form.goal.data) if form.goal.data else None,
            (form.target.data or "").strip(),
        )
        for form in forms
    }


def _own_outcomes(assessment: "Assessment", assessor: "Assessor") -> ResponseReturnValue:
    submitted = submitted_data()
    outcomes = pledge_queries.outcomes_by(assessment, assessor)
    lines = [line for part in _pledge_lines_by_question(assessment).values() for line in part]
    rows = [
        (
            line,
            OutcomeForm(submitted, obj=outcomes.get(line.pledge.id), prefix=f"p{line.pledge.id}-"),
        )
        for line in lines
    ]
    if _is_submitted(form for _line, form in rows):
        record_pledge_outcomes(
            signed_in_person(),
            assessment,
            [
                (line.pledge, PledgeState(form.outcome.data), form.note.data or "")
                for line, form in rows
                if form.outcome.data
            ],
        )
        return redirect_to_assessment(assessment.id, _("The outcomes of the pledges are saved."))
    return _page("outcomes", assessment, [form for _line, form in rows], rows=rows)


@blueprint.page(f"{ASSESSMENT}/practices", "evaluator", methods=BOTH)
def practices(assessment_id: int) -> ResponseReturnValue:
    """Show or save what worked, by criterion, for processes that are weak there."""
    assessment, person = get_assessment_or_404(assessment_id), signed_in_person()
    require(may_write_practices(person, assessment))
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
