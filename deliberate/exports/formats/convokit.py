"""The threads of a release as a ConvoKit corpus: a conversation is a proposal with its comments.

Layout as its documentation has it: utterances.jsonl, speakers.json, conversations.json,
corpus.json, index.json.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Process

NOBODY = "nobody"
_UTTERANCES = """
SELECT 'p' || p.proposal_id, 'p' || p.proposal_id, NULL, coalesce(p.author_id, $nobody),
       epoch(date_trunc($grain, p.published_at))::BIGINT, t.text,
       NULL, 'proposal', NULL, 0
FROM proposals AS p LEFT JOIN texts AS t ON t.id = 'p' || p.proposal_id
UNION ALL
SELECT 'c' || c.comment_id, 'p' || c.proposal_id,
       CASE WHEN c.parent_id > 0 THEN 'c' || c.parent_id ELSE 'p' || c.proposal_id END,
       coalesce(c.author_id, $nobody), epoch(date_trunc($grain, c.posted_at))::BIGINT,
       t.text, c.stance, 'comment', c.author_role, c.depth
FROM comments AS c LEFT JOIN texts AS t ON t.id = 'c' || c.comment_id
WHERE c.proposal_id IN (SELECT proposal_id FROM proposals)
"""
_SPEAKERS = """
SELECT coalesce(actor_id, $nobody) AS speaker, max(actor_role), max(account_class)
FROM events WHERE kind IN ('proposal.submitted', 'comment.posted')
GROUP BY speaker ORDER BY speaker
"""
_META = {
    "utterances-index": ("kind", "stance", "role", "depth"),
    "speakers-index": ("role", "account_class"),
    "conversations-index": ("decision", "topic", "area"),
    "overall-index": ("process", "title"),
}
_TYPES = {"stance": "int", "depth": "int"}


def write_convokit(bench: DuckDBWorkspace, folder: Path, process: Process, _size: int) -> int:
    """Write the corpus; texts stand in it where the tier has them. Gives how many utterances."""
    corpus = folder / "convokit"
    corpus.mkdir()
    rows = 0
    with (corpus / "utterances.jsonl").open("w", encoding="utf-8") as file:
        for utterance in _utterances(bench):
            rows += 1
            file.write(json.dumps(utterance, ensure_ascii=False) + "\n")
    found = bench.rows(_SPEAKERS, {"nobody": NOBODY})
    _write_object(
        corpus / "speakers.json",
        ((name, _about(role=role, account_class=who)) for name, role, who in found),
    )
    query = "SELECT 'p' || proposal_id, decision, topic, area FROM proposals ORDER BY proposal_id"
    _write_object(
        corpus / "conversations.json",
        ((n, _about(decision=d, topic=t, area=a)) for n, d, t, a in bench.rows(query)),
    )
    whole = {"process": process.slug, "title": process.title}
    (corpus / "corpus.json").write_text(json.dumps(whole), encoding="utf-8")
    (corpus / "index.json").write_text(json.dumps(_index()), encoding="utf-8")
    return rows


def _utterances(bench: DuckDBWorkspace) -> Iterator[dict[str, Any]]:
    given = {"nobody": NOBODY, "grain": bench.grain}
    for name, root, parent, speaker, moment, text, stance, kind, role, depth in bench.rows(
        _UTTERANCES, given
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


def _about(**meta: Any) -> dict[str, Any]:
    return {"meta": meta, "vectors": []}


def _write_object(path: Path, items: Iterable[tuple[str, Any]]) -> None:
    """One JSON object, written a member at a time."""
    with path.open("w", encoding="utf-8") as file:
        before = "{"
        for name, value in items:
            file.write(f"{before}{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
            before = ",\n"
        file.write("}" if before != "{" else "{}")


def _index() -> dict[str, Any]:
    known = {
        part: {name: [f"<class '{_TYPES.get(name, 'str')}'>"] for name in names}
        for part, names in _META.items()
    }
    return {**known, "version": 1, "vectors": []}
