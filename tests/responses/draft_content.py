"""Content of response drafts for tests."""


def draft_content(**fields: object) -> dict[str, object]:
    """Return the content of a valid draft, with some fields replaced."""
    return {
        "decision": "accepted",
        "headline": "Ya",
        "body": "Dibangun.",
        "grounds": [],
        "study_until": "",
        "outside_body": "",
        "note": "",
        "language": "id",
        "points": [],
        "commitments": [],
        "answers": {},
        **fields,
    }
