"""Who may assess a process, reply and code, and what an assessment still needs."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Assessment, Assessor, Person, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, is_signed_in
from deliberate.queries.scores.assessments import (
    both_saved,
    part_of,
    question_ids,
    questions,
    start_of,
    undecided,
)
from deliberate.vocabulary import Role, Stage

MOST_ASSESSORS = 2


def may_assess(person: Person | None) -> Decision:
    """Evaluators."""
    return all_of(is_signed_in(person), has_role(person, Role.EVALUATOR))


def is_independent(person: Person, process: Process) -> bool:
    """Whether no institution that takes part in the process employs the person."""
    return person.institution_id not in {part.institution_id for part in process.institutions}


def is_open(assessment: Assessment) -> Decision:
    """Whether ratings and plans may still change; a plan made before the start ends with it."""
    if assessment.frozen_at is not None:
        return Decision(_("This assessment is frozen; a change is a new assessment."))
    if is_due(assessment):
        return Decision(_("The process has opened, so the plan stands as it was written."))
    return ALLOWED


def is_due(assessment: Assessment) -> bool:
    """Whether an unfrozen plan from before the start has been overtaken by it."""
    start = start_of(assessment.process)
    return (
        assessment.stage == Stage.EX_ANTE
        and assessment.frozen_at is None
        and start is not None
        and assessment.begun_at < start <= now()
    )


def may_join(person: Person | None, assessment: Assessment) -> Decision:
    """A second evaluator; one of the two is not employed by the authority."""
    answer = all_of(may_assess(person), is_open(assessment))
    if person is None or not answer:
        return answer
    parts = assessment.assessors
    if any(part.person_id == person.id for part in parts):
        return Decision(_("You take part in this assessment already."))
    if len(parts) >= MOST_ASSESSORS:
        return Decision(_("Two people assess this already."))
    independent = is_independent(person, assessment.process)
    if parts and not independent and not parts[0].is_independent:
        return Decision(_("One of the two must not be employed by the authority."))
    return ALLOWED


def may_rate_in(person: Person | None, assessment: Assessment) -> Decision:
    """One of its assessors, until their own judgement is saved."""
    part = part_of(assessment, person)
    saved = part is not None and part.saved_at is not None
    return all_of(
        may_assess(person),
        _takes_part(part),
        is_open(assessment),
        Decision(_("Your judgement is saved and stays as it is.")) if saved else ALLOWED,
    )


def may_work_on(person: Person | None, assessment: Assessment) -> Decision:
    """One of its assessors, while it is open: plans, pledges, context, what became of pledges."""
    return all_of(may_assess(person), _takes_part(part_of(assessment, person)), is_open(assessment))


def may_read_both(person: Person | None, assessment: Assessment) -> Decision:
    """Evaluators, once both have saved: until then nobody sees another's rating."""
    saved = both_saved(assessment) or assessment.frozen_at is not None
    return all_of(
        may_assess(person),
        ALLOWED if saved else Decision(_("Ratings are hidden until both have saved.")),
    )


def may_adjudicate(person: Person | None, assessment: Assessment) -> Decision:
    """Any evaluator, once both have saved and before it is frozen."""
    return all_of(may_read_both(person, assessment), is_open(assessment))


def may_freeze(person: Person | None, assessment: Assessment) -> Decision:
    """One of its assessors; after a process nothing is frozen before it is settled."""
    settled = assessment.stage == Stage.EX_ANTE or not missing_before_freezing(assessment)
    return all_of(
        may_assess(person),
        _takes_part(part_of(assessment, person)),
        Decision(_("This assessment is frozen; a change is a new assessment."))
        if assessment.frozen_at is not None
        else ALLOWED,
        ALLOWED
        if settled
        else Decision(_("It is frozen when both have saved and nothing is open.")),
    )


def may_reply(person: Person | None, assessment: Assessment) -> Decision:
    """Staff of an institution of the process, between freezing and publication."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if is_independent(person, assessment.process):
        return Decision(_("Only institutions of this process have a right of reply."))
    if assessment.frozen_at is None or assessment.published_at is not None:
        return Decision(_("A reply is written after freezing and before publication."))
    return ALLOWED


def may_publish(person: Person | None, assessment: Assessment) -> Decision:
    """One of its assessors, once every rule of publication holds."""
    open_rules = missing_before_publishing(assessment)
    return all_of(
        may_assess(person),
        _takes_part(part_of(assessment, person)),
        Decision(_("This assessment is published.")) if assessment.published_at else ALLOWED,
        Decision(open_rules[0]) if open_rules else ALLOWED,
    )


def missing_before_freezing(assessment: Assessment) -> list[object]:
    """What two-person judgement still lacks."""
    parts = assessment.assessors
    missing: list[object] = []
    if not both_saved(assessment):
        missing.append(_("Two assessors have to save their judgement."))
    if parts and not any(part.is_independent for part in parts):
        missing.append(_("One of the two must not be employed by the authority."))
    if both_saved(assessment) and undecided(assessment):
        missing.append(_("Every difference has to be adjudicated with a reason."))
    return missing


def missing_before_publishing(assessment: Assessment) -> list[object]:
    """What stands between an assessment and its publication."""
    missing = missing_before_freezing(assessment)
    if assessment.frozen_at is None:
        missing.append(_("It has to be frozen."))
    elif _owed_a_reply(assessment) and assessment.reply_until > now():
        missing.append(_("The institutions may reply until their time is over."))
    return missing


def _owed_a_reply(assessment: Assessment) -> set[int]:
    """Institutions of the process that have not replied yet."""
    parts = {part.institution_id for part in assessment.process.institutions}
    return parts - {reply.institution_id for reply in assessment.replies}


def may_code(person: Person | None) -> Decision:
    """Evaluators and researchers."""
    return all_of(is_signed_in(person), has_role(person, Role.EVALUATOR, Role.RESEARCHER))


def _takes_part(part: Assessor | None) -> Decision:
    if part is None:
        return Decision(_("Only its assessors may do this."))
    return ALLOWED


def is_question(question: str) -> Decision:
    """Whether the framework asks this."""
    return (
        ALLOWED
        if question in question_ids()
        else Decision(_("The framework has no such question."))
    )


def is_criterion(name: str) -> Decision:
    """Whether the framework has this criterion."""
    known = {question.criterion for question in questions()}
    return ALLOWED if name in known else Decision(_("The framework has no such criterion."))
