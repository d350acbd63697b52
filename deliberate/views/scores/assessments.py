"""Assessments at the desk: the list, and one assessment with its progress."""

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_framework
from deliberate.days import local_today
from deliberate.forms.scores.assessments import AssessmentReplyForm, BeginAssessmentForm
from deliberate.forms.scores.studies import CaseForm
from deliberate.operations.scores.assessment_publishing import reply_to_assessment
from deliberate.operations.scores.assessments import begin_assessment, join_assessment
from deliberate.operations.scores.cases import CaseInput, describe_case
from deliberate.permissions.decision import require
from deliberate.permissions.scores import assessments as assessment_permissions
from deliberate.permissions.scores.studies import may_use_study
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.planned_judged_logged import (
    logged_by_criterion,
    measured_indicators,
)
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.scores.studies.findings import current_findings, topic_groups
from deliberate.queries.scores.studies.pledges import (
    by_question,
    pledge_lines,
    pledges_by,
    settled_pledges,
)
from deliberate.queries.scores.studies.settling import (
    notes_by,
    settled_notes,
    unresolved_differences,
)
from deliberate.queries.scores.studies.sources import public_part
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
    from deliberate.models import Assessment, Assessor, Person

blueprint = LocalizedBlueprint("assessments", url_prefix="/desk/assessments")
ASSESSMENT = "/<id:assessment_id>"
PAGE = 20


@blueprint.page("/", "evaluator", "staff", methods=BOTH)
def index() -> ResponseReturnValue:
    """List the assessments, or begin one."""
    person = signed_in_person()
    form = BeginAssessmentForm(submitted_data(), about=request.args.get("about", ""))
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


@blueprint.page("/cases/new", "evaluator", methods=BOTH)
def new_case() -> ResponseReturnValue:
    """Describe what took place elsewhere, to study it here."""
    form = CaseForm(submitted_data())
    institutions = {row.slug: row for row in list_institutions()}
    names = [(slug, localized_name(row)) for slug, row in institutions.items()]
    form.institution.choices = [("", "–"), *names]

    def submit() -> ResponseReturnValue:
        content = CaseInput(
            form.title.data or "",
            form.title_en.data or "",
            form.question.data or "",
            institutions.get(form.institution.data),
            form.began_on.day,
        )
        case = describe_case(signed_in_person(), content, context=request_context())
        url = url_for("assessments.index", about=case.slug, _anchor="begin")
        return redirect_with_message(url, _("It is described. Now begin its assessment."))

    return form_page(form, submit, "scores/assessments/new_case.html", show_refusal=True)


@blueprint.page(ASSESSMENT, "evaluator", "staff")
def show(assessment_id: int) -> ResponseReturnValue:
    """Show an assessment: its progress, open questions and settled values."""
    return _render_assessment(get_assessment_or_404(assessment_id))


def _render_assessment(
    assessment: "Assessment", *, reply: AssessmentReplyForm | None = None
) -> str:
    person = signed_in_person()
    may_reply = bool(assessment_permissions.may_reply_to_assessment(person, assessment))
    sees_judgements = (
        may_reply
        or assessment.is_visible_to(None)
        or bool(assessment_permissions.may_read_judgements(person, assessment))
    )
    if not sees_judgements:
        require(assessment_permissions.may_assess(person))
    own_part = assessment_queries.assessor_of(assessment, person)
    return render_template(
        "scores/assessments/show.html",
        assessment=assessment,
        own_part=own_part,
        own=own_progress(assessment, own_part) if own_part else {},
        unresolved=unresolved_differences(assessment),
        is_lapsed=assessment_permissions.is_lapsed_plan(assessment),
        missing=assessment_permissions.missing_before_publishing(assessment),
        may=_permissions(person, assessment) | {"reply": may_reply},
        reply=reply or AssessmentReplyForm(),
        findings=current_findings(assessment) if sees_judgements and assessment.frozen_at else {},
        **(judgements_context(assessment) if sees_judgements else NO_JUDGEMENTS),
        **framework_context(assessment.framework),
    )


NO_JUDGEMENTS: dict[str, Any] = {"judgements": [], "logged": {}}


def judgements_context(assessment: "Assessment") -> dict[str, Any]:
    """Return what a page shows of saved judgements; only for readers who may see them."""
    assessors = assessment_queries.saved_assessors(assessment)
    snapshot = newest_snapshot(assessment.process_id)
    return {
        "assessors": assessors,
        "judgements": [assessment_queries.judgement_by(assessment, row) for row in assessors],
        "settled": assessment_queries.settled_values(assessment),
        "agreement": assessment_queries.assessor_agreement(assessment),
        "notes": settled_notes(assessment),
        "pledges": by_question(settled_pledges(assessment)),
        "logged": logged_by_criterion(json.loads(snapshot.document)) if snapshot else {},
        "public_part": public_part,
        "groups": topic_groups(),
    }


def outcomes_and_findings(assessment: "Assessment") -> dict[str, Any]:
    """Return what of an assessment after a process is published beside its judgements.

    The outcomes are those of the pledges as they will be read once it is public.
    """
    public = assessment_queries.public_assessments(assessment.process_id)
    snapshot = newest_snapshot(assessment.process_id)
    measured = measured_indicators(json.loads(snapshot.document)) if snapshot else {}
    today = local_today(assessment.process)
    return {
        "outcomes": pledge_lines([*public, assessment], today, measured),
        "findings": current_findings(assessment),
    }


def own_progress(assessment: "Assessment", assessor: "Assessor") -> dict[str, Any]:
    """Return what an assessor has entered, for a page that shows only their own."""
    rated = {row.question: row.value for row in assessor.ratings}
    counted = assessment_queries.judgement_by(assessment, assessor)
    return {
        "rated": rated,
        "without_evidence": assessment_queries.answers_without_evidence(assessment, assessor),
        "counted": counted,
        "pledges": len(pledges_by(assessment, assessor)),
        "notes": len([note for note in notes_by(assessment, assessor).values() if note.value]),
    }


def _permissions(person: "Person", assessment: "Assessment") -> dict[str, bool]:
    allowed = assessment_permissions
    return {
        "join": bool(allowed.may_join_assessment(person, assessment)),
        "rate": bool(allowed.may_rate(person, assessment)),
        "findings": bool(allowed.may_write_findings(person, assessment)),
        "practices": bool(allowed.may_write_practices(person, assessment)),
        "adjudicate": bool(allowed.may_adjudicate(person, assessment)),
        "freeze": bool(allowed.may_read_frozen_preview(person, assessment)),
        "publish": bool(allowed.may_publish_assessment(person, assessment)),
        "sources": bool(may_use_study(person, assessment.process)),
    }


def framework_context(version: str) -> dict[str, Any]:
    """Return the framework and the functions that every page of an assessment uses.

    The questions are those of the version with which the assessment was begun.
    """
    return {
        "framework": load_framework(version),
        "questions": assessment_queries.questions(version),
        "questions_of": partial(assessment_queries.questions_of, version=version),
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
