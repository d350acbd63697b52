"""The reply network of a release as GraphML."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Process

_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="role" for="node" attr.name="role" attr.type="string"/>
<key id="class" for="node" attr.name="account_class" attr.type="string"/>
<key id="comments" for="node" attr.name="comments" attr.type="long"/>
<key id="replies" for="edge" attr.name="replies" attr.type="long"/>
<graph id="replies" edgedefault="directed">
"""
_PEOPLE = """
SELECT actor_id, max(actor_role), max(account_class), count(*) FILTER (kind = 'comment.posted')
FROM events WHERE kind IN ('proposal.submitted', 'comment.posted')
  AND actor_id IS NOT NULL AND proposal_id IS NOT NULL
GROUP BY actor_id ORDER BY actor_id
"""
_REPLIES = """
SELECT r.author_id, coalesce(c.author_id, p.author_id) AS answered, count(*)
FROM comments AS r
LEFT JOIN comments AS c ON c.comment_id = r.parent_id
LEFT JOIN proposals AS p ON r.parent_id IS NULL AND p.proposal_id = r.proposal_id
WHERE r.author_id IS NOT NULL AND coalesce(c.author_id, p.author_id) IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""


def write_graphml(workspace: DuckDBWorkspace, folder: Path, _process: Process, _size: int) -> int:
    """Write replies.graphml, with people as nodes and pairs as edges, and return the pairs.

    A top-level comment replies to the author of the proposal.
    """
    rows = 0
    with (folder / "replies.graphml").open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        for name, role, account_class, comments in workspace.rows(_PEOPLE):
            file.write(
                f'<node id={quoteattr(name)}><data key="role">{role}</data>'
                f'<data key="class">{account_class}</data>'
                f'<data key="comments">{comments}</data></node>\n'
            )
        for source, target, replies in workspace.rows(_REPLIES):
            rows += 1
            file.write(
                f"<edge source={quoteattr(source)} target={quoteattr(target)}>"
                f'<data key="replies">{replies}</data></edge>\n'
            )
        file.write("</graph>\n</graphml>\n")
    return rows
