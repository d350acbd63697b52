"""What a release says of how its process was judged."""

import json
from pathlib import Path
from typing import Any

from deliberate.models import Assessment, Process
from deliberate.queries.scores.assessments import judged_of, public_assessments

FILE = "assessments.json"


def write_assessments(folder: Path, process: Process) -> int:
    """Write the plans that were frozen and the judgements that were published; gives how many."""
    found = public_assessments(process.id)
    said = {
        "judged": {name: vars(one) for name, one in judged_of(process.id).items()},
        "assessments": [_assessment(one) for one in found],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    return len(found)


def _assessment(one: Assessment) -> dict[str, Any]:
    """The frozen form as it was hashed: its canonical JSON gives `sha256` again."""
    return {
        "id": one.id,
        "frozen_at": f"{one.frozen_at:%Y-%m-%dT%H:00:00Z}",
        "published_at": f"{one.published_at:%Y-%m-%dT%H:00:00Z}" if one.published_at else None,
        "sha256": one.sha256,
        "form": json.loads(one.document or "{}"),
    }
