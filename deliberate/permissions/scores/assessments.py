"""Permissions for assessments: assessing, replying, coding, and what publication still needs."""

from flask_babel import lazy_gettext as _

from deliberate.citivoice.scoring.judged_scores import NO_EVIDENCE
from deliberate.clock import now
from deliberate.models import Assessment, Assessor, Person, Process
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.queries.scores.assessments import (
    assessor_of,
    have_both_saved,
    process_start,
    question_ids,
    questions,
    saved_assessors,
    settled_values,
)
from deliberate.queries.scores.studies.pledges import settled_pledges
from deliberate.queries.scores.studies.settling import unresolved_differences
from deliberate.vocabulary import AssessmentStage, Role

MAX_ASSESSORS = 2


def may_assess(person: Person | None) -> Decision:
    """Allow evaluators."""
    return all_of(is_signed_in(person), has_role(person, Role.EVALUATOR))


def is_independent(person: Person, process: Process) -> bool:
    """Return whether no institution of the process employs the person."""
    return person.institution_id not in {part.institution_id for part in process.institutions}


def is_assessment_open(assessment: Assessment) -> Decision:
    """Return whether ratings and plans may still change. A timely plan ends with the start."""
    if assessment.frozen_at is not None:
        return Decision(_("This assessment is frozen; a change is a new assessment."))
    if is_overdue_plan(assessment):
        return Decision(_("The process has opened, so the plan can no longer be changed."))
    return ALLOWED


def is_overdue_plan(assessment: Assessment) -> bool:
    """Return whether an unfrozen plan was begun before its process started, which it has now."""
    start = process_start(assessment.process)
    return (
        assessment.stage == AssessmentStage.EX_ANTE
        and assessment.frozen_at is None
        and start is not None
        and assessment.begun_at < start <= now()
    )


def may_join_assessment(person: Person | None, assessment: Assessment) -> Decision:
    """Allow a second evaluator; one of the two must not be employed by the authority."""
    decision = all_of(may_assess(person), is_assessment_open(assessment))
    if person is None or not decision:
        return decision
    assessors = assessment.assessors
    if any(assessor.person_id == person.id for assessor in assessors):
        return Decision(_("You take part in this assessment already."))
    if len(assessors) >= MAX_ASSESSORS:
        return Decision(_("Two people assess this already."))
    independent = is_independent(person, assessment.process)
    if assessors and not independent and not assessors[0].is_independent:
        return not_yours(_("One of the two must not be employed by the authority."))
    return ALLOWED


def may_rate(person: Person | None, assessment: Assessment) -> Decision:
    """Allow an assessor until their own judgement is saved."""
    assessor = assessor_of(assessment, person)
    has_saved = assessor is not None and assessor.saved_at is not None
    return all_of(
        may_assess(person),
        _is_assessor(assessor),
        is_assessment_open(assessment),
        Decision(_("Your judgement is saved and can no longer be changed."))
        if has_saved
        else ALLOWED,
    )


def may_write_practices(person: Person | None, assessment: Assessment) -> Decision:
    """Allow an assessor to describe what worked after a process, once both have saved."""
    return all_of(
        may_assess(person),
        _is_assessor(assessor_of(assessment, person)),
        is_assessment_open(assessment),
        ALLOWED
        if assessment.stage == AssessmentStage.EX_POST
        else Decision(_("Practices are described after a process.")),
        ALLOWED
        if have_both_saved(assessment)
        else Decision(_("What worked is written once both have saved.")),
    )


def may_write_findings(person: Person | None, assessment: Assessment) -> Decision:
    """Allow an assessor once both have saved, until it is frozen: then findings are fixed, too."""
    return all_of(
        may_assess(person),
        _is_assessor(assessor_of(assessment, person)),
        ALLOWED
        if assessment.frozen_at is None
        else Decision(_("This assessment is frozen; a change is a new assessment.")),
        ALLOWED
        if have_both_saved(assessment)
        else Decision(_("Findings are written once both have saved.")),
    )


def may_read_judgements(person: Person | None, assessment: Assessment) -> Decision:
    """Allow evaluators to read all ratings once both have saved."""
    saved = have_both_saved(assessment) or assessment.frozen_at is not None
    return all_of(
        may_assess(person),
        ALLOWED if saved else Decision(_("Ratings are hidden until both have saved.")),
    )


def may_adjudicate(person: Person | None, assessment: Assessment) -> Decision:
    """Allow both assessors, and as a third person an evaluator whom no authority of it employs."""
    is_partial = (
        person is not None
        and assessor_of(assessment, person) is None
        and not is_independent(person, assessment.process)
    )
    return all_of(
        may_assess(person),
        not_yours(_("A third person must not be employed by the authority."))
        if is_partial
        else ALLOWED,
        may_read_judgements(person, assessment),
        is_assessment_open(assessment),
    )


def may_freeze_assessment(person: Person | None, assessment: Assessment) -> Decision:
    """Allow an assessor once both have saved and nothing is open.

    Frozen earlier it could never be published: nothing in it changes any more.
    """
    return all_of(
        may_assess(person),
        _is_assessor(assessor_of(assessment, person)),
        Decision(_("This assessment is frozen; a change is a new assessment."))
        if assessment.frozen_at is not None
        else ALLOWED,
        ALLOWED
        if not missing_before_freezing(assessment)
        else Decision(_("It can be frozen once both have saved and nothing is open.")),
    )


def may_read_frozen_preview(person: Person | None, assessment: Assessment) -> Decision:
    """Allow an assessor to read what freezing would publish, once both have saved."""
    return all_of(
        may_read_judgements(person, assessment),
        _is_assessor(assessor_of(assessment, person)),
        Decision(_("This assessment is frozen; a change is a new assessment."))
        if assessment.frozen_at is not None
        else ALLOWED,
    )


def may_reply_to_assessment(person: Person | None, assessment: Assessment) -> Decision:
    """Allow staff of an institution of the process, between freezing and publication."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if is_independent(person, assessment.process):
        return not_yours(_("Only institutions of this process have a right of reply."))
    if assessment.frozen_at is None or assessment.published_at is not None:
        return Decision(_("A reply is written after freezing and before publication."))
    return ALLOWED


def may_publish_assessment(person: Person | None, assessment: Assessment) -> Decision:
    """Allow an assessor once every rule of publication holds."""
    open_rules = missing_before_publishing(assessment)
    return all_of(
        may_assess(person),
        _is_assessor(assessor_of(assessment, person)),
        Decision(_("This assessment is published.")) if assessment.published_at else ALLOWED,
        Decision(open_rules[0]) if open_rules else ALLOWED,
    )


def missing_before_freezing(assessment: Assessment) -> list[object]:
    """Return the unmet rules of the two-person judgement."""
    assessors = assessment.assessors
    missing: list[object] = []
    if not have_both_saved(assessment):
        missing.append(_("Two assessors have to save their judgement."))
    if assessors and not any(assessor.is_independent for assessor in assessors):
        missing.append(_("One of the two must not be employed by the authority."))
    if have_both_saved(assessment) and unresolved_differences(assessment):
        missing.append(_("Every difference has to be settled: by both, or by a third person."))
    elif have_both_saved(assessment) and is_empty(assessment):
        missing.append(_("Nothing is rated: every question would be “no evidence”."))
    return missing


def is_empty(assessment: Assessment) -> bool:
    """Return whether nothing that could be checked afterwards would be frozen."""
    values = set(settled_values(assessment).values())
    return values == {NO_EVIDENCE} and not settled_pledges(assessment)


def is_lapsed_plan(assessment: Assessment) -> bool:
    """Return whether the process opened before anybody had saved: nothing is there to freeze."""
    return is_overdue_plan(assessment) and not saved_assessors(assessment)


def missing_before_publishing(assessment: Assessment) -> list[object]:
    """Return the unmet rules of publication."""
    missing = missing_before_freezing(assessment)
    if assessment.frozen_at is None:
        missing.append(_("It has to be frozen."))
    elif _institutions_without_reply(assessment) and assessment.reply_deadline > now():
        missing.append(_("The institutions may reply until their deadline."))
    return missing


def _institutions_without_reply(assessment: Assessment) -> set[int]:
    """Return the ids of the institutions of the process that have not replied."""
    institutions = {part.institution_id for part in assessment.process.institutions}
    return institutions - {reply.institution_id for reply in assessment.replies}


def may_code(person: Person | None) -> Decision:
    """Allow evaluators and researchers."""
    return all_of(is_signed_in(person), has_role(person, Role.EVALUATOR, Role.RESEARCHER))


def _is_assessor(assessor: Assessor | None) -> Decision:
    if assessor is None:
        return not_yours(_("Only its assessors may do this."))
    return ALLOWED


def is_question(question: str, assessment: Assessment) -> Decision:
    """Return whether the framework of an assessment has this question."""
    return (
        ALLOWED
        if question in question_ids(assessment.framework)
        else Decision(_("The framework has no such question."))
    )


def is_criterion(name: str) -> Decision:
    """Return whether the framework has this criterion."""
    known = {question.criterion for question in questions()}
    return ALLOWED if name in known else Decision(_("The framework has no such criterion."))
