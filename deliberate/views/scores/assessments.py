"""Assessing a process: the list at the desk, the editor by criterion, freezing and publishing."""

import json
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_framework
from deliberate.forms.scores.assessments import AdjudicationForm, AssessmentReplyForm, BeginForm
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.operations.scores.assessment_publishing import (
    freeze_assessment,
    publish_assessment,
    reply_to,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores import assessments as assessment_permissions
from deliberate.queries.responses.responses import name_here
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.planned_judged_logged import logged_beside
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg, see_other
from deliberate.vocabulary import Stage

blueprint = LocalizedBlueprint("assessments", url_prefix="/desk/assessments")
ONE = "/<id:number>"
BOTH = ("GET", "POST")
PAGE = 20


@blueprint.page("/", "evaluator", "staff", methods=BOTH)
def index() -> ResponseReturnValue:
    """The assessments there are, and beginning one."""
    form: Any = BeginForm(request.form if request.method == "POST" else None)
    form.about.choices = [
        (process.slug, process.said("title", g.language))
        for process in assessment_queries.processes_to_assess()
    ]
    refusal = ""
    if request.method == "POST" and form.validate():
        process = get_or_404(assessment_queries.process_to_assess(form.about.data))
        try:
            begun = assessment_operations.begin_assessment(
                current_person(), process, Stage(form.stage.data)
            )
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            return see_other(url_for("assessments.show", number=begun.id))
    found = assessment_queries.newest_assessments(int_arg("after"), PAGE + 1)
    page = render_template(
        "scores/assessments/index.html",
        form=form,
        refusal=refusal,
        may_begin=bool(assessment_permissions.may_assess(current_person())),
        found=found[:PAGE],
        next_url=url_for("assessments.index", after=found[PAGE - 1].id)
        if len(found) > PAGE
        else "",
    )
    return page, (422 if form.errors or refusal else 200)


@blueprint.page(ONE, "evaluator", "staff")
def show(number: int) -> ResponseReturnValue:
    """One assessment: how far it is, what is open, what was settled."""
    return _show(number)


def _show(number: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    assessment, person = the_one(number), current_person()
    sees_both = (
        bool(assessment_permissions.may_read_both(person, assessment)) or assessment.is_public
    )
    may_reply = bool(assessment_permissions.may_reply(person, assessment))
    if not sees_both and not may_reply:
        require(assessment_permissions.may_assess(person))
    parts = assessment_queries.saved_parts(assessment) if sees_both or may_reply else []
    kept = newest_snapshot(assessment.process_id)
    settling = {
        one: AdjudicationForm(prefix=f"{one}-")
        for one in assessment_queries.differences(assessment)
    }
    if "asked" in forms:
        settling[forms["asked"]] = forms["settling"]
    page = render_template(
        "scores/assessments/show.html",
        assessment=assessment,
        mine=assessment_queries.part_of(assessment, person),
        parts=parts,
        judgements=[assessment_queries.judgement_of(assessment, part) for part in parts],
        settled=assessment_queries.settled(assessment) if parts else {},
        differences=assessment_queries.differences(assessment) if parts else [],
        agreement=assessment_queries.agreement(assessment) if parts else (None, 0),
        logged=logged_beside(json.loads(kept.document)) if kept and parts else {},
        missing=assessment_permissions.missing_before_publishing(assessment),
        pledges=assessment_queries.open_pledges(assessment.process_id)
        if assessment.stage == "ex_post"
        else [],
        may={
            "join": bool(assessment_permissions.may_join(person, assessment)),
            "rate": bool(assessment_permissions.may_rate_in(person, assessment)),
            "work": bool(assessment_permissions.may_work_on(person, assessment)),
            "adjudicate": bool(assessment_permissions.may_adjudicate(person, assessment)),
            "freeze": bool(assessment_permissions.may_freeze(person, assessment)),
            "publish": bool(assessment_permissions.may_publish(person, assessment)),
            "reply": may_reply,
        },
        adjudications=settling,
        settling=forms.get("settling") or AdjudicationForm(),
        reply=forms.get("reply") or AssessmentReplyForm(),
        **words(),
    )
    return page, status


def words() -> dict[str, Any]:
    """What every page of an assessment names."""
    framework = load_framework()
    return {
        "framework": framework,
        "questions": assessment_queries.questions(),
        "questions_of": assessment_queries.questions_of,
        "name_here": name_here,
    }


def the_one(number: int) -> Any:
    """The assessment with this number."""
    return get_or_404(assessment_queries.assessment_numbered(number))


def done(number: int, said: str) -> ResponseReturnValue:
    """Back to the assessment, with a word."""
    flash(said, "success")
    return see_other(url_for("assessments.show", number=number))


# --- steps ---------------------------------------------------------------------------------------


@blueprint.page(f"{ONE}/join", "evaluator", methods=("POST",))
def join(number: int) -> ResponseReturnValue:
    """Become the second assessor."""
    assessment_operations.join_assessment(current_person(), the_one(number))
    return done(number, _("You assess this too; answers show when both have saved."))


@blueprint.page(f"{ONE}/save", "evaluator", methods=("POST",))
def save(number: int) -> ResponseReturnValue:
    """End one's own part."""
    assessment_operations.save_judgement(current_person(), the_one(number))
    return done(number, _("Your judgement is saved and stays as it is."))


@blueprint.page(f"{ONE}/adjudicate/<question>", "evaluator", methods=("POST",))
def adjudicate(number: int, question: str) -> ResponseReturnValue:
    """Settle a difference."""
    form: Any = AdjudicationForm(request.form, prefix=f"{question}-")
    if not form.validate():
        return _show(number, 422, settling=form, asked=question)
    assessment_operations.adjudicate(
        current_person(), the_one(number), question, form.value.data, form.why.data
    )
    return done(number, _("The difference is settled; both answers stay beside it."))


@blueprint.page(f"{ONE}/reply", "staff", methods=("POST",))
def reply(number: int) -> ResponseReturnValue:
    """The institution's reply."""
    form: Any = AssessmentReplyForm(request.form)
    if not form.validate():
        return _show(number, 422, reply=form)
    reply_to(current_person(), the_one(number), form.body.data)
    return done(number, _("Your reply will be published with the assessment."))


@blueprint.page(f"{ONE}/freeze", "evaluator", methods=("POST",))
def freeze(number: int) -> ResponseReturnValue:
    """Fix it: its hash enters the log."""
    freeze_assessment(current_person(), the_one(number))
    return done(number, _("Frozen; its hash stands in the log."))


@blueprint.page(f"{ONE}/publish", "evaluator", methods=("POST",))
def publish(number: int) -> ResponseReturnValue:
    """Show it to everybody."""
    publish_assessment(current_person(), the_one(number))
    return done(number, _("The assessment is published."))
