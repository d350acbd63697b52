"""Permissions to open a questionnaire at the close of a process, and to answer it."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Process, Questionnaire
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.processes import may_set_up
from deliberate.permissions.scores.inclusion import is_resident
from deliberate.queries.scores.questionnaires import (
    get_questionnaire,
    has_answered,
    has_taken_part,
    works_in_process,
)
from deliberate.vocabulary import QuestionnaireAudience, Role

BEFORE_THE_CLOSE = timedelta(days=14)
"""How long before its last phase ends a process has a close to ask about."""


def may_open_questionnaire(
    admin: Person | None, process: Process, audience: QuestionnaireAudience
) -> Decision:
    """Allow administrators once for each audience, at the close of a process."""
    decision = all_of(may_set_up(admin), is_at_the_close(process))
    if decision and get_questionnaire(process.id, audience) is not None:
        return Decision(_("This questionnaire was opened already. It is asked once."))
    return decision


def is_at_the_close(process: Process) -> Decision:
    """Allow processes that are closed, or whose last phase ends within two weeks."""
    if process.opened_at is None:
        return Decision(_("Open the process first."))
    ends = max((phase.closes_at for phase in process.phases), default=None)
    if process.closed_at is not None or ends is None or ends - BEFORE_THE_CLOSE <= now():
        return ALLOWED
    return Decision(
        _("A questionnaire opens at the close: two weeks before the last phase ends, or later."),
        possible_from=ends - BEFORE_THE_CLOSE,
        place=process,
    )


def may_answer(person: Person | None, questionnaire: Questionnaire) -> Decision:
    """Allow the people whom a questionnaire asks, once, while it is open."""
    decision = is_asked(person, questionnaire)
    if person is None or not decision:
        return decision
    if not questionnaire.is_open:
        return Decision(_("This questionnaire has ended."))
    if has_answered(person, questionnaire):
        return Decision(_("You have answered this questionnaire. Your answers are counted."))
    return ALLOWED


def is_asked(person: Person | None, questionnaire: Questionnaire) -> Decision:
    """Allow residents who took part, or those who run the process."""
    if questionnaire.audience == QuestionnaireAudience.ORGANISERS:
        return _runs_process(person, questionnaire.process_id)
    decision = is_resident(person)
    if person is None or not decision or has_taken_part(person, questionnaire):
        return decision
    return Decision(
        _(
            "It asks residents who took part before it opened: proposed, commented, supported or "
            "voted."
        )
    )


def _runs_process(person: Person | None, process_id: int) -> Decision:
    decision = has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN)
    if person is None or not decision or person.role != Role.STAFF:
        return decision
    if works_in_process(person, process_id):
        return ALLOWED
    return Decision(_("It asks the institutions that have a part in this process."))
