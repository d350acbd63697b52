"""Export of the study plans registered for a process, with what checks them against the log."""

import json
from pathlib import Path
from typing import Any

from deliberate.models import Process, StudyPlan
from deliberate.models.releases import PLAN_FIELDS
from deliberate.queries.releases.study_plans import count_acts_around_plans, released_plans

FILE = "study_plans.json"


def write_study_plans(folder: Path, process: Process, size: int) -> int:
    """Write the plans sealed below the size of a tree head, and return their number."""
    counted = {plan.plan_id: plan for plan in count_acts_around_plans(process.id, size)}
    plans = [
        {
            **_plan(plan),
            "entry": entry,
            "acts_before": counted[plan.id].earlier,
            "acts_after": counted[plan.id].later,
            "sentence": counted[plan.id].sentence,
        }
        for plan, entry in released_plans(process.id, size)
    ]
    text = json.dumps(plans, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    return len(plans)


def _plan(plan: StudyPlan) -> dict[str, Any]:
    """Return a plan as sealed: the HMAC of its texts under the salt is the mark in the log."""
    return {
        "id": plan.id,
        "first": plan.first_id or plan.id,
        "version": plan.version,
        **{field: getattr(plan, field) for field in PLAN_FIELDS},
        "language": plan.language,
        "registered_at": f"{plan.registered_at:%Y-%m-%dT%H:00:00Z}",
        "salt": plan.salt.hex(),
    }
