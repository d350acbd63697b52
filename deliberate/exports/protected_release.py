"""What only the protected tier holds: texts that are shown, and private acts of those who agreed.

A private row bears a week instead of a moment, and neither number, proposal nor subject; its
pseudonym is another than the same person's in the public rows of the same release. Rows stand in
the order of the pseudonyms, so that their order tells nothing either.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.exports.columns import PRIVATE_ACTS, TEXTS
from deliberate.exports.content_tables import batches
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.event_log import NAMES
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.models import Comment, Person, PersonKey, Process, Proposal, Response
from deliberate.vocabulary import AccountClass, Kind, Visibility

PEOPLE_AT_ONCE = 1000
TELLING = {
    kind.value: tuple(name for name in kind.details if name != "clerk")
    for kind in Kind
    if kind.visibility is Visibility.PRIVATE and kind is not Kind.GROUP_DECLARED
}
"""Kinds whose rows leave, with the details that leave: codes, never who entered it at an office."""


def write_private_acts(bench: DuckDBWorkspace, folder: Path, secret: bytes) -> int:
    """Write private_acts.csv: rows of people who agreed to research; gives how many."""
    bench.table("agreed", NAMES, _agreed(Pseudonyms(secret, "q")))
    bench.view("private_acts", _PRIVATE)
    return bench.write(folder / "private_acts.csv", PRIVATE_ACTS, "private_acts")


_ANSWERS = sorted({name for names in TELLING.values() for name in names})
_PRIVATE = f"""
SELECT pseudonym AS person_id, date_trunc('week', occurred_at)::DATE AS week, process_id, kind,
       actor_role,
       coalesce({", ".join(f"json_extract_string(details, '$.{name}')" for name in _ANSWERS)})
       AS answer
FROM acts JOIN agreed ON actor = actor_id
WHERE kind IN ({", ".join(f"'{kind}'" for kind in TELLING)}) AND process_id IS NOT NULL
ORDER BY ALL
"""  # noqa: S608  # built from names of our own


def _agreed(pseudonyms: Pseudonyms) -> Iterator[Sequence[Any]]:
    """People who agreed to research, with their names in this release, some at a time."""
    last = 0
    while found := db.session.execute(
        select(Person.id, PersonKey.actor_id)
        .join(PersonKey, PersonKey.person_id == Person.id)
        .where(Person.id > last, Person.research_consent.is_(True))
        .where(Person.account_class == AccountClass.PERSON, Person.erased_at.is_(None))
        .order_by(Person.id)
        .limit(PEOPLE_AT_ONCE)
    ).all():
        last = found[-1].id
        yield list(pseudonyms.of_all(row.actor_id for row in found).items())


def lay_out_texts(bench: DuckDBWorkspace, process: Process) -> None:
    """Make `texts`: what is shown on the pages now; nothing hidden, taken back or erased."""
    bench.table("texts", TEXTS, _texts(process))


def write_texts(bench: DuckDBWorkspace, folder: Path) -> int:
    """Write texts.csv of the things whose acts the log's head covers; gives how many."""
    bench.view(
        "told_texts",
        "SELECT t.* FROM texts AS t WHERE (subject_type, subject_id) IN"
        " (SELECT (subject_type, subject_id) FROM events) ORDER BY subject_type, subject_id",
    )
    return bench.write(folder / "texts.csv", TEXTS, "told_texts")


def _texts(process: Process) -> Iterator[Sequence[Any]]:
    mine = Proposal.process_id == process.id
    stands = Proposal.hidden_at.is_(None) & Proposal.withdrawn_at.is_(None)
    proposals = select(Proposal.id, Proposal.language, Proposal.title, Proposal.body)
    for batch in batches(proposals.where(mine, stands)):
        yield [
            (f"p{n}", "proposal", n, language, title, body) for n, language, title, body in batch
        ]
    shown = Comment.hidden_at.is_(None) & Comment.withdrawn_at.is_(None)
    comments = select(Comment.id, Comment.language, Comment.body).join(
        Proposal, Comment.proposal_id == Proposal.id
    )
    for batch in batches(comments.where(mine, shown)):
        yield [(f"c{n}", "comment", n, language, None, body) for n, language, body in batch]
    answers = select(Response.id, Response.language, Response.headline, Response.body).join(
        Proposal, Response.proposal_id == Proposal.id
    )
    for batch in batches(answers.where(mine)):
        yield [(f"r{n}", "response", n, language, head, body) for n, language, head, body in batch]
