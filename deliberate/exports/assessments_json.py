"""Export of the public assessments of a process."""

import json
from pathlib import Path
from typing import Any

from deliberate.models import Assessment, Process
from deliberate.queries.scores.assessments import judged_criteria, public_assessments

FILE = "assessments.json"


def write_assessments(folder: Path, process: Process) -> int:
    """Write the frozen plans and published judgements and return their number."""
    assessments = public_assessments(process.id)
    content = {
        "judged": {name: vars(scores) for name, scores in judged_criteria(process.id).items()},
        "assessments": [_assessment(assessment) for assessment in assessments],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    return len(assessments)


def _assessment(assessment: Assessment) -> dict[str, Any]:
    """Return the frozen form as it was hashed: its canonical JSON reproduces `sha256`."""
    return {
        "id": assessment.id,
        "frozen_at": f"{assessment.frozen_at:%Y-%m-%dT%H:00:00Z}",
        "published_at": f"{assessment.published_at:%Y-%m-%dT%H:00:00Z}"
        if assessment.published_at
        else None,
        "sha256": assessment.sha256,
        "form": json.loads(assessment.document or "{}"),
    }
