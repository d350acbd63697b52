"""Permissions for the sources of a study."""

from flask_babel import lazy_gettext as _

from deliberate.models import Excerpt, Person, Process, StudySource
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.permissions.scores.assessments import may_assess
from deliberate.queries.scores.studies.sources import (
    is_coded_by_others,
    is_frozen,
    is_in_saved_judgement,
    is_used,
    takes_part_in_study,
)
from deliberate.vocabulary import Role


def may_use_study(person: Person | None, process: Process) -> Decision:
    """Allow the assessors of a process who began with its study or were admitted to it."""
    decision = may_assess(person)
    if person is None or not decision or takes_part_in_study(person, process.id):
        return decision
    return not_yours(_("Only the assessors of this process use the sources of its study."))


def may_admit_to_study(person: Person | None, process: Process) -> Decision:
    """Allow administrators, who read nothing of it, and the assessors who use the study."""
    is_administrator = all_of(is_signed_in(person), has_role(person, Role.ADMIN))
    return is_administrator or may_use_study(person, process)


def may_edit_source(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessors until a frozen assessment uses the source.

    Once a saved judgement rests on it, only who recorded it: it is the basis of another's rating.
    """
    is_own = person is not None and source.added_by_id == person.id
    return all_of(
        may_use_study(person, source.process),
        ALLOWED
        if is_own or not is_in_saved_judgement(source)
        else not_yours(_("A saved judgement uses this source: only who recorded it changes it.")),
        _has_texts(source),
        ALLOWED
        if not is_frozen(source)
        else Decision(_("A frozen assessment uses this source, so it no longer changes.")),
    )


def may_delete_source(person: Person | None, source: StudySource) -> Decision:
    """Allow who recorded a source that nothing rests on, once the name is erased.

    Erasing a name is an act of its own, which the log has.
    """
    is_own = person is not None and source.added_by_id == person.id
    is_coded = person is None or is_coded_by_others(source, person)
    return all_of(
        may_use_study(person, source.process),
        ALLOWED if is_own else not_yours(_("Only who recorded a source deletes it.")),
        Decision(_("A judgement or finding uses this source, so it stays."))
        if is_used(source)
        else ALLOWED,
        Decision(_("Another coder has coded this source, so it stays.")) if is_coded else ALLOWED,
        Decision(_("Erase the name first.")) if source.name is not None else ALLOWED,
    )


def may_take_excerpts(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessors while the source has its texts and the consent of the respondent."""
    return all_of(may_use_study(person, source.process), is_open_to_excerpts(source))


def is_open_to_excerpts(source: StudySource) -> Decision:
    """Return whether a source has its texts and the consent of the respondent, if it needs one."""
    return all_of(
        _has_texts(source),
        ALLOWED
        if source.has_consent
        else Decision(_("%(source)s has not consented to excerpts.", source=source.label)),
    )


def _has_texts(source: StudySource) -> Decision:
    if source.redacted_at is None:
        return ALLOWED
    return Decision(_("The texts of this source are erased."))


def may_redact_source(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessors once a frozen or saved judgement rests on the source."""
    return all_of(
        may_use_study(person, source.process),
        ALLOWED
        if is_frozen(source) or is_in_saved_judgement(source)
        else Decision(_("This source is not frozen: edit it instead.")),
        _has_texts(source),
    )


def may_erase_name(person: Person | None, source: StudySource) -> Decision:
    """Allow administrators and every assessor of the study: who recorded it may be gone."""
    return may_admit_to_study(person, source.process)


def may_read_name(person: Person | None, source: StudySource) -> Decision:
    """Allow the assessor who recorded a respondent to read the name."""
    is_own = person is not None and source.added_by_id == person.id
    return all_of(
        may_use_study(person, source.process),
        ALLOWED if is_own else not_yours(_("Only who recorded a respondent reads the name.")),
    )


def may_change_codes(person: Person | None, excerpt: Excerpt) -> Decision:
    """Allow a coder until they and another have coded: from then each sees the other's codes."""
    coders = {row.coder_id for row in excerpt.codes}
    is_shown = person is not None and person.id in coders and len(coders) > 1
    return all_of(
        may_take_excerpts(person, excerpt.source),
        Decision(_("Both have coded this excerpt, so the codes no longer change."))
        if is_shown
        else ALLOWED,
    )


def may_remove_excerpt(person: Person | None, excerpt: Excerpt) -> Decision:
    """Allow who added an excerpt while nobody else has coded it."""
    is_own = person is not None and excerpt.added_by_id == person.id
    others = [row for row in excerpt.codes if person is None or row.coder_id != person.id]
    return all_of(
        may_use_study(person, excerpt.source.process),
        ALLOWED if is_own else not_yours(_("Only who added an excerpt removes it.")),
        Decision(_("Another coder has coded this excerpt, so it stays.")) if others else ALLOWED,
    )
