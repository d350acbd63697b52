"""Files of the protected tier only: visible texts, and private acts of consenting people.

A private row holds a week instead of a time, and no log position, proposal or subject. Its
pseudonym differs from that of the same person in public rows of the release. Rows are sorted by
pseudonym, so that their order carries no information either.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.exports.columns import PRIVATE_ACTS, TEXTS
from deliberate.exports.content_tables import batches
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.event_log import PSEUDONYM_COLUMNS
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.models import (
    Comment,
    Document,
    Person,
    PersonKey,
    Process,
    Proposal,
    Response,
    UnitAnswer,
    UnitContribution,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.vocabulary import AccountClass, Visibility
from deliberate.vocabulary.events import EVENT_TYPES, kinds_with
from deliberate.vocabulary.events.scores import (
    BandCounted,
    GroupDeclared,
    GroupRetracted,
    GroupsCounted,
)

PEOPLE_PER_BATCH = 1000
OF_GROUPS = {GroupDeclared.KIND, GroupRetracted.KIND, GroupsCounted.KIND, BandCounted.KIND}
"""Kinds that would tell who declared groups, and when these were counted."""
RELEASED_DETAILS = {
    kind: tuple(name for name in EVENT_TYPES[kind].detail_meanings() if name != "clerk")
    for kind in kinds_with(Visibility.PRIVATE)
    if kind not in OF_GROUPS
}
"""Released kinds with their released details: codes, never the clerk who entered the act."""


def write_private_acts(workspace: DuckDBWorkspace, folder: Path, secret: bytes) -> int:
    """Write private_acts.csv, the private acts of consenting people, and return its rows."""
    workspace.create_table(
        "consenting_people", PSEUDONYM_COLUMNS, _consenting_people(Pseudonyms(secret, "q"))
    )
    workspace.create_view("private_acts", _PRIVATE)
    return workspace.write(folder / "private_acts.csv", PRIVATE_ACTS, "private_acts")


_DETAIL_NAMES = sorted({name for names in RELEASED_DETAILS.values() for name in names})
_PRIVATE = f"""
SELECT pseudonym AS person_id, date_trunc('week', occurred_at)::DATE AS week, process_id, kind,
       actor_role,
       coalesce({", ".join(f"json_extract_string(details, '$.{name}')" for name in _DETAIL_NAMES)})
       AS answer
FROM acts JOIN consenting_people ON actor = actor_id
WHERE kind IN ({", ".join(f"'{kind}'" for kind in RELEASED_DETAILS)}) AND process_id IS NOT NULL
ORDER BY ALL
"""  # noqa: S608  # built from constants


def _consenting_people(pseudonyms: Pseudonyms) -> Iterator[Sequence[Any]]:
    """Yield batches of people who consented to research, with their pseudonyms."""
    last_id = 0
    while rows := db.session.execute(
        select(Person.id, PersonKey.actor_id)
        .join(PersonKey, PersonKey.person_id == Person.id)
        .where(Person.id > last_id, Person.research_consent.is_(True))
        .where(Person.account_class == AccountClass.PERSON, Person.erased_at.is_(None))
        .order_by(Person.id)
        .limit(PEOPLE_PER_BATCH)
    ).all():
        last_id = rows[-1].id
        yield list(pseudonyms.of_all(row.actor_id for row in rows).items())


def create_texts_table(workspace: DuckDBWorkspace, process: Process) -> None:
    """Create the table `texts` of visible texts, without hidden, withdrawn or erased ones."""
    workspace.create_table("texts", TEXTS, _text_rows(process))


def write_texts(workspace: DuckDBWorkspace, folder: Path) -> int:
    """Write texts.csv, the texts of subjects up to the tree head, and return its rows."""
    workspace.create_view(
        "released_texts",
        "SELECT t.* FROM texts AS t WHERE (subject_type, subject_id) IN"
        " (SELECT (subject_type, subject_id) FROM events) ORDER BY subject_type, subject_id",
    )
    return workspace.write(folder / "texts.csv", TEXTS, "released_texts")


def _text_rows(process: Process) -> Iterator[Sequence[Any]]:
    of_process = Proposal.process_id == process.id
    proposals = select(Proposal.id, Proposal.language, Proposal.title, Proposal.body)
    for batch in batches(proposals.where(of_process, Proposal.text_visible_to(ANYONE))):
        yield [
            (f"p{n}", "proposal", n, language, title, body) for n, language, title, body in batch
        ]
    comments = select(Comment.id, Comment.language, Comment.body).join(
        Proposal, Comment.proposal_id == Proposal.id
    )
    for batch in batches(comments.where(of_process, Comment.visible_to(ANYONE))):
        yield [(f"c{n}", "comment", n, language, None, body) for n, language, body in batch]
    responses = select(Response.id, Response.language, Response.headline, Response.body).join(
        Proposal, Response.proposal_id == Proposal.id
    )
    for batch in batches(responses.where(of_process)):
        yield [(f"r{n}", "response", n, language, head, body) for n, language, head, body in batch]
    yield from _draft_text_rows(process)


def _draft_text_rows(process: Process) -> Iterator[Sequence[Any]]:
    """Yield what was written on draft texts, an amendment's words as its title, and the answers."""
    rows = select(
        UnitContribution.id,
        UnitContribution.language,
        UnitContribution.replacement,
        UnitContribution.body,
    ).join(Document, Document.id == UnitContribution.document_id)
    of_process = Document.process_id == process.id
    for batch in batches(rows.where(of_process, UnitContribution.visible_to(ANYONE))):
        yield [
            (f"u{n}", "unit_contribution", n, language, words or None, body)
            for n, language, words, body in batch
        ]
    answers = select(UnitAnswer.id, UnitAnswer.language, UnitAnswer.reason).join(
        Document, Document.id == UnitAnswer.document_id
    )
    for batch in batches(answers.where(of_process, UnitAnswer.reason != "")):
        yield [(f"a{n}", "unit_answer", n, language, None, reason) for n, language, reason in batch]
