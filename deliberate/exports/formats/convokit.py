"""The threads of a release as a ConvoKit corpus; a conversation is a proposal with its comments.

The layout follows ConvoKit's documentation: utterances.jsonl, speakers.json, conversations.json,
corpus.json, index.json.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Process

NO_AUTHOR = "nobody"
_UTTERANCES = """
SELECT 'p' || p.proposal_id, 'p' || p.proposal_id, NULL, coalesce(p.author_id, $nobody),
       epoch(date_trunc($grain, p.published_at))::BIGINT, t.text,
       NULL, 'proposal', NULL, 0
FROM proposals AS p LEFT JOIN texts AS t ON t.id = 'p' || p.proposal_id
UNION ALL
SELECT 'c' || c.comment_id, 'p' || c.proposal_id,
       CASE WHEN c.parent_id IN (SELECT comment_id FROM comments) THEN 'c' || c.parent_id
            ELSE 'p' || c.proposal_id END,
       coalesce(c.author_id, $nobody), epoch(date_trunc($grain, c.posted_at))::BIGINT,
       t.text, c.stance, 'comment', c.author_role, c.depth
FROM comments AS c LEFT JOIN texts AS t ON t.id = 'c' || c.comment_id
WHERE c.proposal_id IN (SELECT proposal_id FROM proposals)
"""
_SPEAKERS = """
SELECT coalesce(actor_id, $nobody) AS speaker, max(actor_role), max(account_class)
FROM events WHERE kind IN ('proposal.submitted', 'comment.posted') AND proposal_id IS NOT NULL
GROUP BY speaker ORDER BY speaker
"""
_META = {
    "utterances-index": ("kind", "stance", "role", "depth"),
    "speakers-index": ("role", "account_class"),
    "conversations-index": ("decision", "topic", "area"),
    "overall-index": ("process", "title"),
}
_TYPES = {"stance": "int", "depth": "int"}


def write_convokit(workspace: DuckDBWorkspace, folder: Path, process: Process, _size: int) -> int:
    """Write the corpus, with texts where the tier has them, and return the number of utterances."""
    corpus = folder / "convokit"
    corpus.mkdir()
    rows = _write_lines(corpus / "utterances.jsonl", _utterances(workspace))
    speakers = workspace.rows(_SPEAKERS, {"nobody": NO_AUTHOR})
    _write_object(
        corpus / "speakers.json",
        (
            (name, _with_meta(role=role, account_class=account_class))
            for name, role, account_class in speakers
        ),
    )
    query = "SELECT 'p' || proposal_id, decision, topic, area FROM proposals ORDER BY proposal_id"
    _write_object(
        corpus / "conversations.json",
        ((n, _with_meta(decision=d, topic=t, area=a)) for n, d, t, a in workspace.rows(query)),
    )
    corpus_meta = {"process": process.slug, "title": process.title}
    (corpus / "corpus.json").write_text(json.dumps(corpus_meta), encoding="utf-8")
    (corpus / "index.json").write_text(json.dumps(_index()), encoding="utf-8")
    return rows


def _write_lines(path: Path, items: Iterable[dict[str, Any]]) -> int:
    """Write one JSON object a line and return the number of lines."""
    lines = (json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


def _utterances(workspace: DuckDBWorkspace) -> Iterator[dict[str, Any]]:
    parameters = {"nobody": NO_AUTHOR, "grain": workspace.time_precision}
    for name, root, parent, speaker, moment, text, stance, kind, role, depth in workspace.rows(
        _UTTERANCES, parameters
    ):
        yield {
            "id": name,
            "conversation_id": root,
            "text": text or "",
            "speaker": speaker,
            "meta": {"kind": kind, "stance": stance, "role": role, "depth": depth},
            "reply-to": parent,
            "timestamp": moment,
            "vectors": [],
        }


def _with_meta(**meta: object) -> dict[str, Any]:
    return {"meta": meta, "vectors": []}


def _write_object(path: Path, items: Iterable[tuple[str, Any]]) -> None:
    """Write one JSON object, one member at a time."""
    with path.open("w", encoding="utf-8") as file:
        separator = "{"
        for name, value in items:
            file.write(f"{separator}{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
            separator = ",\n"
        file.write("}" if separator != "{" else "{}")


def _index() -> dict[str, Any]:
    types = {
        part: {name: [f"<class '{_TYPES.get(name, 'str')}'>"] for name in names}
        for part, names in _META.items()
    }
    return {**types, "version": 1, "vectors": []}
