"""An assessor's own part: answers by criterion, evidence, plans, context, pledges kept."""

from collections.abc import Iterable
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_formulas, load_framework
from deliberate.forms.scores.assessments import (
    ContextForm,
    OutcomeForm,
    PledgeForm,
    PracticesForm,
    RatingForm,
)
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import may_rate_in, may_work_on
from deliberate.queries.responses.responses import all_institutions, name_here
from deliberate.queries.scores.assessments import Question, open_pledges, part_of, questions_of
from deliberate.views.scores.assessments import BOTH, ONE, done, the_one, words
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other
from deliberate.vocabulary import EvidenceKind, PledgeState, Stage

blueprint = LocalizedBlueprint("assessment_answers", url_prefix="/desk/assessments")


@blueprint.page(f"{ONE}/criteria/<criterion>", "evaluator", methods=BOTH)
def criterion(number: int, criterion: str) -> ResponseReturnValue:
    """The questions of one criterion in one's own part, with plans and pledges before a process."""
    assessment, person = the_one(number), current_person()
    require(may_rate_in(person, assessment))
    asked = get_or_404(questions_of(criterion) or None)
    forms = [_forms(assessment, question) for question in asked]
    refusal = ""
    if request.method == "POST" and _hold(f for one in forms for f in one[1:] if f):
        try:
            _keep(assessment, forms)
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            flash(_("Saved; only you see your answers until both have saved."), "success")
            return see_other(_next(assessment, criterion))
    every = [form for one in forms for form in one[1:] if form]
    return _page(
        "criterion",
        assessment,
        every,
        refusal,
        criterion=criterion,
        forms=forms,
        mine=part_of(assessment, person),
    )


def _page(
    name: str, assessment: Any, every: list[Any], refusal: str = "", **more: Any
) -> ResponseReturnValue:
    """A page of several forms: what is wrong in any of them stands on top."""
    failed = bool(refusal) or any(form.errors for form in every)
    page = render_template(
        f"scores/assessment_answers/{name}.html",
        assessment=assessment,
        all_forms=every,
        failed=failed,
        refusal=refusal,
        **more,
        **words(),
    )
    return page, (422 if failed else 200)


def _next(assessment: Any, criterion: str) -> str:
    names = list(load_framework()["criteria"])
    place = names.index(criterion) + 1
    if request.form.get("go") == "on" and place < len(names):
        return url_for("assessment_answers.criterion", number=assessment.id, criterion=names[place])
    return url_for("assessments.show", number=assessment.id)


def _forms(assessment: Any, question: Question) -> tuple[Any, Any, Any]:
    """A question with the form of its rating and, before a process, that of its pledge."""
    sent = request.form if request.method == "POST" else None
    part = part_of(assessment, current_person())
    kept = next((r for r in part.ratings if r.question == question.id), None) if part else None
    rating = RatingForm(sent, obj=kept, prefix=f"{question.id}-")
    if assessment.stage != Stage.EX_ANTE:
        return question, rating, None
    pledge = next((p for p in assessment.pledges if p.question == question.id), None)
    written = {"due_on": pledge.due_on.isoformat()} if pledge else {}
    owner = {"owner": pledge.owner.slug if pledge and pledge.owner else ""}
    told: Any = PledgeForm(
        sent, prefix=f"{question.id}-pledge-", data=_of(pledge) | written | owner
    )
    told.owner.choices = [("", "–"), *((one.slug, name_here(one)) for one in all_institutions())]
    told.indicator.choices = [("", "–"), *_indicators()]
    return question, rating, told


def _of(pledge: Any) -> dict[str, Any]:
    names = ("plan", "what", "indicator", "target")
    return {name: getattr(pledge, name) for name in names} if pledge else {}


def _indicators() -> list[tuple[str, str]]:
    found = load_formulas().indicators.items()
    return [
        (name, f"{name} {said.en if g.language == 'en' else said.name_id}") for name, said in found
    ]


def _keep(assessment: Any, forms: list[tuple[Any, Any, Any]]) -> None:
    offices = {one.slug: one for one in all_institutions()}
    assessment_operations.rate_all(
        current_person(),
        assessment,
        [
            (
                question.id,
                rating.value.data,
                rating.why.data or "",
                assessment_operations.Shown(
                    EvidenceKind(rating.kind.data), rating.dated.day, rating.reference.data
                )
                if rating.kind.data
                else None,
            )
            for question, rating, _told in forms
            if rating.value.data
        ],
        {
            question.id: assessment_operations.Promise(
                told.plan.data or "",
                told.what.data,
                told.due_on.day,
                offices.get(told.owner.data),
                told.indicator.data or "",
                told.target.data or "",
            )
            for question, _rating, told in forms
            if told and (told.what.data or "").strip()
        },
    )


@blueprint.page(f"{ONE}/context", "evaluator", methods=BOTH)
def context(number: int) -> ResponseReturnValue:
    """Enabling conditions and context factors: beside the scores, never in them."""
    assessment = the_one(number)
    require(may_work_on(current_person(), assessment))
    framework = load_framework()
    sent = request.form if request.method == "POST" else None
    kept = {one.code: one for one in assessment.notes}
    forms = {
        code: ContextForm(sent, obj=kept.get(code), prefix=f"{code}-")
        for part in ("enabling_conditions", "context_factors")
        for code in framework[part]
    }
    if request.method == "POST" and _hold(forms.values()):
        written: Any = {
            code: (form.value.data or "", form.note.data or "") for code, form in forms.items()
        }
        assessment_operations.note_context(current_person(), assessment, written)
        return done(number, _("The context is kept beside the assessment."))
    return _page("context", assessment, list(forms.values()), forms=forms)


@blueprint.page(f"{ONE}/pledges", "evaluator", methods=BOTH)
def pledges(number: int) -> ResponseReturnValue:
    """What became of each pledge, said in the assessment afterwards."""
    assessment = the_one(number)
    require(may_work_on(current_person(), assessment))
    sent = request.form if request.method == "POST" else None
    kept = {one.pledge_id: one for one in assessment.outcomes}
    promised = open_pledges(assessment.process_id)
    rows: Any = [
        (pledge, OutcomeForm(sent, obj=kept.get(pledge.id), prefix=f"p{pledge.id}-"))
        for pledge in promised
    ]
    if request.method == "POST" and _hold(form for _pledge, form in rows):
        assessment_operations.find_outcomes(
            current_person(),
            assessment,
            [
                (pledge, PledgeState(form.outcome.data), form.note.data or "")
                for pledge, form in rows
                if form.outcome.data
            ],
        )
        return done(number, _("What became of the pledges is kept."))
    return _page("pledges", assessment, [form for _pledge, form in rows], rows=rows)


@blueprint.page(f"{ONE}/practices", "evaluator", methods=BOTH)
def practices(number: int) -> ResponseReturnValue:
    """What worked, by criterion, told for processes that are weak there."""
    assessment = the_one(number)
    require(may_work_on(current_person(), assessment))
    sent = request.form if request.method == "POST" else None
    kept = {one.criterion: one for one in assessment.practices}
    forms: Any = {
        name: PracticesForm(sent, obj=kept.get(name), prefix=f"{name}-")
        for name in load_framework()["criteria"]
    }
    if request.method == "POST" and _hold(forms.values()):
        told = {name: form.body.data or "" for name, form in forms.items()}
        assessment_operations.tell_practices(current_person(), assessment, told)
        return done(number, _("What worked is kept and will be published with the assessment."))
    return _page("practices", assessment, list(forms.values()), forms=forms)


@blueprint.page(f"{ONE}/evidence", "evaluator", methods=("POST",))
def drop(number: int) -> ResponseReturnValue:
    """Take a piece of one's own evidence back."""
    assessment_operations.drop_evidence(
        current_person(), the_one(number), int(request.form.get("evidence", "0") or 0)
    )
    return done(number, _("The evidence is taken back."))


def _hold(forms: Iterable[Any]) -> bool:
    """Whether every form holds; each is asked, so that every error is shown."""
    return all([form.validate() for form in forms])  # noqa: C419
