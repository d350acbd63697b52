"""Permissions for the sources of a study."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process, StudySource
from deliberate.permissions.decision import ALLOWED, Decision, all_of, not_yours
from deliberate.permissions.scores.assessments import may_assess
from deliberate.queries.scores.studies.sources import is_frozen, takes_part_in_study


def may_use_study(person: Person | None, process: Process) -> Decision:
    """Allow the assessors of any assessment of a process."""
    decision = may_assess(person)
    if person is None or not decision or takes_part_in_study(person, process.id):
        return decision
    return not_yours(_("Only the assessors of this process use the sources of its study."))


def may_edit_source(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessors until a frozen assessment uses the source."""
    return all_of(
        may_use_study(person, source.process),
        ALLOWED
        if not is_frozen(source)
        else Decision(_("A frozen assessment uses this source, so it no longer changes.")),
    )


def may_redact_source(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessors once the source can no longer be edited."""
    return all_of(
        may_use_study(person, source.process),
        ALLOWED
        if is_frozen(source)
        else Decision(_("This source is not frozen: edit it instead.")),
        ALLOWED
        if source.redacted_at is None
        else Decision(_("The texts of this source are erased.")),
    )


def may_read_name(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessor who recorded a respondent to read and erase the name."""
    is_own = person is not None and source.added_by_id == person.id
    return all_of(
        may_use_study(person, source.process),
        ALLOWED if is_own else not_yours(_("Only who recorded a respondent reads the name.")),
    )
