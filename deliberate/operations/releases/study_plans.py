"""Registering study plans before the data, and counting how much of it came later."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Person, Process, StudyPlan, StudyPlanShare
from deliberate.models.releases import PLAN_FIELDS
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.releases import may_amend_plan, may_register_plan
from deliberate.queries.releases.study_plans import count_acts_around_plans, list_versions
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.releases import StudyRegistered


def register_plan(
    researcher: Person,
    process: Process,
    texts: Mapping[str, str],
    language: str,
    *,
    amends: StudyPlan | None = None,
    context: RequestContext = NO_REQUEST,
) -> StudyPlan:
    """Register a plan, or another version of one; nothing changes it afterwards.

    `texts` has those of PLAN_FIELDS; `changes` is required of a version that amends another.
    Raises Refused.
    """
    with recorded(researcher, StudyRegistered, context) as act:
        require(may_register_plan(act.lock(researcher)))
        act.lock(process)  # two versions at a time would have the same number
        plan = StudyPlan(
            process_id=process.id,
            language=language,
            registered_by_id=researcher.id,
            registered_at=now(),
            entry=act.id,
            **_cleaned(texts, is_amendment=amends is not None),
        )
        if amends is not None:
            newest = list_versions(amends)[-1]
            require(may_amend_plan(researcher, newest))
            plan.first_id, plan.version = newest.first_id or newest.id, newest.version + 1
            if newest.sealed_text == plan.sealed_text:
                raise Refused(_("Nothing differs from the version before."))
        act.session.add(plan)
        act.set_text(lambda: plan.sealed_text, plan)
        act.about(plan, version=plan.version, first=plan.first_id or plan.id)
    return plan


def _cleaned(texts: Mapping[str, str], *, is_amendment: bool) -> dict[str, str]:
    plan = {field: clean(texts.get(field, "")) for field in PLAN_FIELDS}
    plan["title"] = clean_line(texts["title"])
    if not is_amendment:
        plan["changes"] = ""
    if not all(text for field, text in plan.items() if is_amendment or field != "changes"):
        raise InvalidInput(_("Fill in every part of the plan."))
    return plan


def store_plan_shares(process_id: int) -> None:
    """Store how many public acts of a process are before and after each of its plans.

    This is not an act: the positions in the log say it.
    """
    counted = count_acts_around_plans(process_id)
    if not counted:
        return
    with unrecorded("shares of plans are counted from the log") as session:
        for plan in counted:
            row = StudyPlanShare(plan_id=plan.plan_id, earlier=plan.earlier, later=plan.later)
            row.counted_at = now()
            session.merge(row)
