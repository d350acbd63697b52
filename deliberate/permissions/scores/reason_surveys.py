"""Permissions to open a survey of reasons, to answer it, and to take the answers back."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process, ReasonSurvey
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, is_signed_in
from deliberate.permissions.processes import is_not_closed
from deliberate.permissions.scores.inclusion import is_resident
from deliberate.queries.scores.studies.reason_surveys import get_reason_survey, has_answered_stage
from deliberate.vocabulary import ReasonStage, Role


def may_run_reason_surveys(person: Person | None) -> Decision:
    """Allow evaluators and administrators."""
    return all_of(is_signed_in(person), has_role(person, Role.EVALUATOR, Role.ADMIN))


def may_open_reason_survey(person: Person | None, process: Process) -> Decision:
    """Allow evaluators and administrators, once in an open process."""
    decision = all_of(
        may_run_reason_surveys(person),
        ALLOWED if process.opened_at is not None else Decision(_("Open the process first.")),
        is_not_closed(process),
    )
    if decision and get_reason_survey(process.id) is not None:
        return Decision(_("These questions were opened already. They are asked once."))
    return decision


def may_answer_reason_survey(person: Person | None, survey: ReasonSurvey) -> Decision:
    """Allow residents at each stage once; after, those who answered before."""
    decision = is_resident(person)
    if person is None or not decision:
        return decision
    stage = survey.stage
    if stage is None:
        return _refuse_between_stages(survey)
    if has_answered_stage(person, survey, stage):
        return Decision(_("You have answered these questions. Your answers are counted."))
    if stage == ReasonStage.AFTER and not has_answered_stage(person, survey, ReasonStage.BEFORE):
        return Decision(_("It asks those who answered before: only a pair of answers can be read."))
    return ALLOWED


def _refuse_between_stages(survey: ReasonSurvey) -> Decision:
    if survey.published_at is None and not survey.has_ended:
        return Decision(
            _("The questions are asked again later."),
            possible_from=survey.after_opens_at,
            place=survey.process,
        )
    return Decision(_("These questions have ended."))


def may_withdraw_reason_answers(person: Person | None, survey: ReasonSurvey) -> Decision:
    """Allow people to take their own answers back until the end, when the key is deleted."""
    decision = is_signed_in(person)
    if person is None or not decision:
        return decision
    if survey.link_key is None or survey.has_ended:
        return Decision(_("The key is deleted: nobody can tell any more which answers are yours."))
    if not any(has_answered_stage(person, survey, stage) for stage in ReasonStage):
        return Decision(_("You have not answered these questions, or took your answers back."))
    return ALLOWED
